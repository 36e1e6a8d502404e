//! The answers to the page's questions, as one plain function over what was pasted last.
//!
//! Nothing here knows of a worker or a browser, and nothing is walked twice for the same question.

use crate::class::desk::Desk;
use crate::message::{
    Answer, BlankView, Drafted, EditView, MomentsView, OfferView, PROBLEMS, PageView, Query,
    Request, View, WordsAt,
};
use crate::promises::Promises;
use crate::travel;
use chainwalk::model::{Diagnostic, DocId, Offer, Reading, Severity, Span};
use chainwalk::view::{self, Explained, Lang, Scene, TableMeasure};
use chainwalk::{Doc, Played, Scenario, Search, Tries};

/// So many commands of a paste are tried by themselves.
const OFFERS: usize = 6;

/// What was pasted last, and what was walked in it.
#[derive(Default)]
pub struct Engine {
    /// The text as it is by now.
    text: String,
    /// Whether it changed since it was played.
    stale: bool,
    wanted: Query,
    played: Played,
    promises: Promises,
    /// The search that is under way, and the generation it belongs to.
    search: Option<(u32, Search)>,
    /// The packets that are tried while nobody asks for one, and the generation they belong to.
    tries: Option<(u32, Tries)>,
    desk: Desk,
}

impl Engine {
    /// Answers a question; a paste by itself has no answer, and a search has one once [`Engine::go_on`] ends it.
    /// `tell` is called with the share of a long text that is read, from 0 to 1.
    pub fn answer(&mut self, request: Request, tell: &mut dyn FnMut(f64)) -> Option<Answer> {
        match request {
            Request::Paste(text) => {
                (self.search, self.tries) = (None, None);
                self.text = text;
                self.stale = true;
                None
            }
            Request::Edit { at, removed, text } => {
                let range = at..at.saturating_add(removed);
                if self.text.get(range.clone()).is_none() {
                    return Some(Answer::Crashed("an edit beyond the text".into()));
                }
                (self.search, self.tries) = (None, None);
                self.text.replace_range(range, &text);
                self.stale = true;
                None
            }
            Request::Tell(wanted) => {
                self.search = None;
                self.play(wanted, tell);
                let told = self.tell();
                // They are tried once the map is there.
                let lines = told.overview.as_ref().map(view::Overview::lines);
                let lines = lines.filter(|lines| !lines.is_empty());
                self.tries = lines.map(|lines| (told.generation, self.played.tries(lines)));
                Some(Answer::Told(Box::new(told)))
            }
            Request::Assumption(text, lang) => {
                let found = chainwalk::fact_problem(&text);
                let problems = view::packet_problems(found.as_slice(), &text, lang);
                Some(Answer::Assumption(text, problems))
            }
            Request::Draw(view) => Some(Answer::Drawn(view, Box::new(self.draw(view)))),
            Request::Open(what) => {
                let cards = self.explain(|t| view::rule_cards(t, &what.range, what.from));
                Some(Answer::Opened(what, cards))
            }
            Request::Search(generation, goal) => {
                let packet = self.wanted.at.packet;
                self.search = goal.map(|goal| (generation, self.played.search(packet, goal)));
                None
            }
            Request::Draft(line) => Some(Answer::Drafted(Box::new(self.draft(line)))),
            Request::Words(texts) => {
                // They are looked into as long as the worker lives.
                let texts: Vec<&'static str> =
                    texts.into_iter().map(|text| &*text.leak()).collect();
                view::learn_words(&texts);
                None
            }
            Request::Explain(number, at) => {
                let words = match at {
                    WordsAt::Row(row) => self.explain(|t| view::row_words(t, &row)),
                    WordsAt::Line(span) => self.explain(|t| view::place_words(t, span)),
                };
                Some(Answer::Explained(number, words))
            }
            Request::Link(fragment, lang) => {
                let opened = travel::opened(&fragment, lang);
                Some(Answer::Linked(fragment, opened))
            }
            Request::Share(at) => {
                let Query { at: from, ref goals, .. } = self.wanted;
                let shared = travel::shared(&self.played, goals, &from, at);
                Some(Answer::Shared(shared.map(Box::new)))
            }
            Request::Replace(how) => {
                let Query { at: from, ref goals, .. } = self.wanted;
                let replaced = travel::replaced(&self.played, goals, &from, &how);
                Some(Answer::Replaced(replaced.map(Box::new)))
            }
            Request::Class(ask) => {
                let mut desk = std::mem::take(&mut self.desk);
                let said = desk.answer(ask, |stop, veiled| {
                    self.explain(|t| view::scene_room(t, stop, veiled, &TableMeasure))
                });
                self.desk = desk;
                said.map(Answer::Class)
            }
        }
    }

    /// Plays what is wanted; what was read or walked before is not done again.
    fn play(&mut self, mut wanted: Query, tell: &mut dyn FnMut(f64)) {
        let scenario = std::mem::take(&mut wanted.scenario);
        let mut last = std::mem::take(&mut self.played);
        let docs = if std::mem::take(&mut self.stale) {
            // Two long texts, read, are more than a tab should hold.
            last = Played::default();
            vec![Doc::pasted(&self.text)]
        } else {
            last.scenario().docs.clone()
        };
        let scenario = Scenario { docs, ..scenario };
        last = self.promises.walk(&wanted.goals, &scenario, wanted.at.lang, last, tell);
        self.played = scenario.replay(last, tell);
        self.wanted = wanted;
    }

    /// What rows, timeline and picture are of: the packet shown, or one behind it.
    fn explain<T>(&self, tell: impl Fn(&Explained) -> T) -> T {
        let (played, at) = (&self.played, &self.wanted.at);
        let leg = self.wanted.leg.and_then(|leg| played.explain_leg(at, leg, &tell));
        leg.unwrap_or_else(|| played.explain(at, &tell))
    }

    /// The commands of the paste that may be tried, each with what it makes of the packet.
    fn offers(&self) -> Vec<OfferView> {
        let (played, at) = (&self.played, &self.wanted.at);
        let docs = played.docs();
        let one = |offer: &&Offer| {
            let made = played.is_made(offer);
            let tried = if made { None } else { played.with_offers(at, &[*offer]) };
            let line = line_of(&docs, offer.span);
            OfferView {
                label: view::offer_lines(&[line], at.lang),
                commands: offer.commands.iter().map(ToString::to_string).collect(),
                made,
                after: tried.map(|compared| compared.after),
                span: offer.span,
            }
        };
        played.offers().iter().take(OFFERS).map(one).collect()
    }

    /// The moments that the paste shows; none where it shows one.
    fn moments(&self) -> Option<MomentsView> {
        let (played, docs) = (&self.played, self.played.docs());
        let spans: Vec<Span> = played.moments().map(|moment| moment.span).collect();
        if spans.is_empty() {
            return None;
        }
        let at = played.moment();
        let lines: Vec<usize> = spans.iter().map(|span| line_of(&docs, *span)).collect();
        Some(MomentsView { told: view::moment_line(at, &lines, self.wanted.at.lang), spans, at })
    }

    fn tell(&self) -> PageView {
        let Query { generation, at, ref claims, .. } = self.wanted;
        let (played, lang) = (&self.played, at.lang);
        let (scenario, problems) = (played.scenario(), played.problems());
        let edits = played.commands().iter().zip(told(scenario.edits(), problems.edits, lang));
        let changes = edits
            .map(|(command, problems)| EditView { command: command.clone(), problems })
            .collect();
        let legs = played.explain(&at, view::legs);
        let leg = self.wanted.leg.filter(|leg| *leg < legs.len());
        let (mut rows, mut timeline) = self.explain(|t| (view::rows(t), view::timeline(t)));
        // The page shows the pasted text alone; the lines of changes are not in it.
        let pasted = |span: &mut Option<Span>| *span = span.filter(|s| s.doc == DocId(0));
        for row in &mut rows {
            pasted(&mut row.span);
        }
        for span in &mut timeline.spans {
            pasted(span);
        }
        played.explain(&at, |t| {
            let empty = Reading::default();
            let reading = t.reading.unwrap_or(&empty);
            let first = &reading.diagnostics[..reading.diagnostics.len().min(PROBLEMS)];
            PageView {
                generation,
                hosts: view::hosts(reading, t.host.id, lang),
                chips: view::chips(reading, lang),
                facts: view::facts(t.host, lang, t.docs),
                problems: view::problems(first, t.docs, lang),
                serious: reading.diagnostics.iter().filter(|d| d.severity > Severity::Note).count(),
                packet_problems: told(&scenario.packets, problems.packets, lang),
                assumption_problems: told(scenario.facts(), problems.facts, lang),
                host_problem: problems.host.and_then(|found| {
                    let name = scenario.host.as_deref().unwrap_or_default();
                    view::packet_problems(std::slice::from_ref(found), name, lang).pop()
                }),
                changes,
                compared: played.compared(&at),
                overview: view::overview(t),
                suggestions: view::suggestions(t),
                elsewhere: view::from_elsewhere(t),
                blanks: played
                    .blanks()
                    .map(|(blank, value)| BlankView {
                        name: blank.name.to_string(),
                        value: value.unwrap_or_default().to_owned(),
                        span: blank.spans.first().copied(),
                        places: blank.spans.len(),
                    })
                    .collect(),
                logged: played.logged().map(|(line, _)| line.to_string()).collect(),
                offers: self.offers(),
                moments: self.moments(),
                legs,
                leg,
                otherwise: travel::otherwise(played, claims, lang),
                promises: self.promises.told().to_vec(),
                banner: view::banner(t),
                rows,
                timeline,
            }
        })
    }

    /// Whether a search is under way.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// Whether packets are tried that nobody asked for.
    pub fn is_trying(&self) -> bool {
        self.tries.is_some()
    }

    /// Tries no more of them.
    pub fn stop_trying(&mut self) {
        self.tries = None;
    }

    /// Tries the next one; what became of it, unless there was none.
    pub fn try_next(&mut self) -> Option<Answer> {
        let (generation, tries) = self.tries.as_mut()?;
        let generation = *generation;
        let next = tries.step(&self.played, &self.wanted.at);
        if next.is_none() {
            self.tries = None;
        }
        next.map(|next| Answer::Tried(generation, vec![next]))
    }

    /// Does a small part of the search; its answer, where that was the last.
    pub fn go_on(&mut self) -> Option<Answer> {
        if self.search.as_mut()?.1.step() {
            return None;
        }
        let (generation, search) = self.search.take()?;
        let told = self.played.proposals(&self.wanted.at, &search.found());
        Some(Answer::Found(generation, Box::new(told)))
    }

    fn draft(&self, line: String) -> Drafted {
        let (form, found) = self.played.draft(&line);
        let problems = view::packet_problems(&found, &line, self.wanted.at.lang);
        Drafted { line, form, problems }
    }

    fn draw(&self, view: View) -> Scene {
        let size = (view.width, view.height);
        self.explain(|t| {
            if view.small {
                view::scene_phone(t, view.stop, size, &TableMeasure)
            } else {
                view::scene(t, view.stop, size, &TableMeasure)
            }
        })
    }
}

/// The line, from 1, in which a span begins.
fn line_of(docs: &[&str], span: Span) -> usize {
    let doc = docs.get(usize::from(span.doc.0)).copied().unwrap_or_default();
    let before = doc.get(..span.start as usize).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// The problems of lines as sentences, line by line.
fn told(lines: &[String], found: &[Vec<Diagnostic>], lang: Lang) -> Vec<Vec<view::Problem>> {
    let lines = lines.iter().zip(found);
    lines.map(|(line, found)| view::packet_problems(found, line, lang)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::message::Ask;
    use crate::message::Opening;
    use chainwalk::model::Goal;
    use chainwalk::{Position, Scenario};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use std::error::Error;

    const PASTE: &str =
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";

    fn asked(engine: &mut Engine, request: Request) -> Option<Answer> {
        engine.answer(request, &mut |_| {})
    }

    fn tell(engine: &mut Engine, generation: u32) {
        let packets = vec!["tcp 192.0.2.1:5000 > 10.0.0.1:80 in eth0".into()];
        let mut scenario = Scenario { packets, ..Scenario::default() };
        scenario.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        let wanted = Query { generation, scenario, ..Query::default() };
        assert!(matches!(asked(engine, Request::Tell(wanted)), Some(Answer::Told(_))));
    }

    /// An engine that searches for a way past the policy.
    fn searching() -> Engine {
        let mut engine = Engine::default();
        asked(&mut engine, Request::Paste(PASTE.into()));
        tell(&mut engine, 1);
        assert_eq!(asked(&mut engine, Request::Search(1, Some(Goal::Through))), None);
        assert!(engine.is_searching());
        engine
    }

    /// What comes of `answer` on the other side.
    fn over<T: Serialize + DeserializeOwned>(said: &T) -> postcard::Result<T> {
        postcard::from_bytes(&postcard::to_allocvec(said)?)
    }

    #[test]
    fn what_is_said_is_heard() -> Result<(), Box<dyn Error>> {
        let mut engine = Engine::default();
        asked(&mut engine, Request::Paste(PASTE.into()));
        let packets = vec!["curl 10.0.0.1:80 from 192.0.2.1 in eth0".into()];
        let mut scenario = Scenario { packets, moment: None, ..Scenario::default() };
        scenario.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        scenario.change_part(|part| {
            part.edits.push("iptables -A INPUT -p tcp --dport 80 -j REJECT".into());
        });
        let query = Query { generation: 1, scenario, ..Query::default() };
        let Some(Answer::Told(told)) = asked(&mut engine, Request::Tell(query.clone())) else {
            panic!()
        };
        let range = told.rows.iter().find_map(|row| row.rules).ok_or("no rules")?;
        let asks = [
            Request::Tell(Query { generation: 2, ..Query::default() }),
            Request::Tell(query),
            Request::Draw(View {
                generation: 1,
                stop: 2,
                width: 900.0,
                height: 500.0,
                small: false,
            }),
            Request::Open(Opening { generation: 1, range, from: 1 }),
            Request::Draft("ping 10.0.0.1".into()),
            Request::Assumption("eth0=10".into(), Lang::En),
            Request::Explain(1, WordsAt::Line(Span::new(DocId(0), 25, 30))),
            Request::Share(Position { packet: 0, stop: chainwalk::Stop::End }),
            Request::Class(Ask::Code("https://example.org/#".into())),
        ];
        for ask in asks {
            assert_eq!(over(&ask)?, ask);
            let answer = asked(&mut engine, ask).ok_or("no answer")?;
            assert_eq!(over(&answer)?, answer);
        }
        asked(&mut engine, Request::Search(2, Some(Goal::Through)));
        let found =
            std::iter::repeat_with(|| engine.go_on()).flatten().next().ok_or("nothing found")?;
        assert_eq!(over(&found)?, found);
        Ok(())
    }

    #[test]
    fn what_is_asked_during_a_search_is_answered_and_the_search_ends_all_the_same() {
        let mut engine = searching();
        assert_eq!(engine.go_on(), None, "one step is not all of it");
        let drafted = asked(&mut engine, Request::Draft("ping 10.0.0.1".into()));
        assert!(matches!(drafted, Some(Answer::Drafted(_))));
        let found = loop {
            assert!(engine.is_searching());
            if let Some(answer) = engine.go_on() {
                break answer;
            }
        };
        let Answer::Found(1, found) = found else { panic!("{found:?}") };
        assert!(!found.proposals.is_empty());
        assert!(!engine.is_searching());
    }

    #[test]
    fn a_new_question_or_none_ends_a_search() {
        let mut engine = searching();
        tell(&mut engine, 2);
        assert!(!engine.is_searching());
        let mut engine = searching();
        asked(&mut engine, Request::Edit { at: 0, removed: 0, text: "# ".into() });
        assert!(!engine.is_searching());
        let mut engine = searching();
        asked(&mut engine, Request::Search(1, None));
        assert_eq!((engine.is_searching(), engine.go_on()), (false, None));
    }

    #[test]
    fn that_a_text_is_read_is_told_before_it_is_walked_and_once() {
        let mut engine = Engine::default();
        asked(&mut engine, Request::Paste(PASTE.into()));
        let mut told = Vec::new();
        for generation in 1..3 {
            let wanted = Query { generation, ..Query::default() };
            engine.answer(Request::Tell(wanted), &mut |share| told.push((generation, share)));
        }
        assert_eq!(told, [(1, 1.0)]);
    }
}
