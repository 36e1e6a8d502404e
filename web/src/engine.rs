//! The answers to the page's questions, as one plain function over what was pasted last.
//!
//! Nothing here knows of a worker or a browser, and nothing is walked twice for the same question.

use crate::message::{Answer, ChangeTold, Drafted, PROBLEMS, Request, Told, View, Wanted};
use chainwalk_model::{
    Ask, Check, Diagnostic, DocId, Host, Reading, RuleId, Severity, Shadow, Span,
};
use chainwalk_sim::{Search, Session, assume, edited, shadowed};
use chainwalk_view::{
    Compared, Hands, NoReasons, Reasons, Scene, TableMeasure, Telling, packet_form,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// What was pasted last, and what was walked in it.
#[derive(Default)]
pub struct Engine {
    /// The text as it is by now.
    text: String,
    /// Whether it changed since it was read.
    stale: bool,
    /// The text as it was read.
    paste: String,
    reading: Option<Reading>,
    wanted: Wanted,
    walked: Option<Walked>,
    /// The rules that never match, on this host with these changes made.
    shadows: Option<(Rules, Shadows)>,
    /// The search that is under way, and the generation it belongs to.
    search: Option<(u32, Search)>,
}

/// The host that was chosen, and the changes made there.
type Rules = (Option<String>, Vec<String>);
type Shadows = Rc<HashMap<RuleId, Shadow>>;

/// Packets that were walked, and the lines they came from.
struct Walked {
    host: Option<String>,
    packets: Vec<String>,
    assumptions: Vec<String>,
    changes: Vec<String>,
    /// The same packets on the host as it is, where changes were made to it.
    before: Option<Session>,
    session: Session,
    shadows: Shadows,
    commands: Vec<String>,
    change_problems: Vec<Vec<Diagnostic>>,
    asks: Vec<Ask>,
    packet_problems: Vec<Vec<Diagnostic>>,
    assumption_problems: Vec<Vec<Diagnostic>>,
}

impl Reasons for Walked {
    fn checks(
        &self,
        packet: usize,
        outcome: usize,
        reply: Option<usize>,
        step: usize,
        rule: RuleId,
    ) -> Vec<Check> {
        self.session.explain(packet, outcome, reply, step, rule)
    }

    fn shadow(&self, rule: RuleId) -> Option<Shadow> {
        self.shadows.get(&rule).copied()
    }
}

impl Engine {
    /// Answers a question; a paste by itself has no answer, and a search has one once [`Engine::go_on`] ends it.
    /// `tell` hears which share of a long text is read, from 0 to 1.
    pub fn answer(&mut self, request: Request, tell: &mut dyn FnMut(f64)) -> Option<Answer> {
        match request {
            Request::Paste(text) => {
                self.search = None;
                self.text = text;
                self.stale = true;
                None
            }
            Request::Edit { at, removed, text } => {
                let range = at..at.saturating_add(removed);
                if self.text.get(range.clone()).is_none() {
                    return Some(Answer::Crashed("an edit beyond the text".into()));
                }
                self.search = None;
                self.text.replace_range(range, &text);
                self.stale = true;
                None
            }
            Request::Tell(wanted) => {
                self.search = None;
                self.wanted = wanted;
                self.read(tell);
                Some(Answer::Told(Box::new(self.tell())))
            }
            Request::Assumption(text, lang) => {
                let found: Vec<Diagnostic> =
                    chainwalk_parse::assumption(&text).err().into_iter().collect();
                let problems = chainwalk_view::packet_problems(&found, &text, lang);
                Some(Answer::Assumption(text, problems))
            }
            Request::Draw(view) => Some(Answer::Drawn(view, Box::new(self.draw(view)))),
            Request::Open(what) => {
                let cards =
                    self.telling(|t, _| chainwalk_view::rule_cards(t, &what.range, what.from));
                Some(Answer::Opened(what, cards))
            }
            Request::Search(generation, want) => {
                let begin = |t: &Telling, walked: &Walked, want| {
                    Search::new(t.host, &walked.asks, t.packet, want)
                };
                self.search =
                    want.map(|want| (generation, self.telling(|t, walked| begin(t, walked, want))));
                None
            }
            Request::Draft(line) => Some(Answer::Drafted(Box::new(self.draft(line)))),
        }
    }

    /// Reads the text, unless it was read already.
    fn read(&mut self, tell: &mut dyn FnMut(f64)) {
        if self.stale {
            self.paste.clone_from(&self.text);
            self.reading = Some(chainwalk_parse::read_telling(&[&self.paste], tell));
            self.walked = None;
            self.shadows = None;
            self.stale = false;
        }
    }

    /// Walks what is wanted, unless it was walked already.
    fn walk(&mut self) -> &Walked {
        let wanted = &self.wanted;
        let same = |w: &Walked| {
            w.host == wanted.host
                && w.packets == wanted.packets
                && w.assumptions == wanted.assumptions
                && w.changes == wanted.changes
        };
        if !self.walked.as_ref().is_some_and(same) {
            self.walked = None;
        }
        let reading = &self.reading;
        self.walked.get_or_insert_with(|| {
            let mut walked = Walked::new(reading.as_ref(), wanted);
            // What never matches depends on the rules alone.
            let rules = (walked.host.clone(), walked.changes.clone());
            let known = self.shadows.take().filter(|(of, _)| *of == rules);
            let (_, shadows) = self
                .shadows
                .insert(known.unwrap_or_else(|| (rules, Rc::new(shadowed(walked.session.host())))));
            walked.shadows = shadows.clone();
            walked
        })
    }

    fn telling<T>(&mut self, tell: impl FnOnce(&Telling, &Walked) -> T) -> T {
        self.walk();
        let Some(walked) = &self.walked else { unreachable!("walked above") };
        // A text without a word in it is no paste.
        let reading = self.reading.as_ref().filter(|_| !self.paste.trim().is_empty());
        let telling = Telling {
            lang: self.wanted.lang,
            reading,
            docs: &[&self.paste],
            host: walked.session.host(),
            asks: &walked.asks,
            walks: walked.session.walks(),
            followed: &self.wanted.followed,
            packet: self.wanted.packet,
            raw_names: self.wanted.raw_names,
            reasons: walked,
        };
        tell(&telling, walked)
    }

    fn tell(&mut self) -> Told {
        use chainwalk_view as view;
        let generation = self.wanted.generation;
        self.telling(|t, walked| {
            let empty = Reading::default();
            let reading = t.reading.unwrap_or(&empty);
            let first = &reading.diagnostics[..reading.diagnostics.len().min(PROBLEMS)];
            let said = |lines: &[String], found: &[Vec<Diagnostic>]| {
                lines
                    .iter()
                    .zip(found)
                    .map(|(line, found)| view::packet_problems(found, line, t.lang))
                    .collect()
            };
            let mut rows = view::rows(t);
            let mut timeline = view::timeline(t);
            // Lines of a change are not in the paste.
            let pasted = |span: &mut Option<Span>| *span = span.filter(|s| s.doc == DocId(0));
            for row in &mut rows {
                pasted(&mut row.span);
            }
            for span in &mut timeline.spans {
                pasted(span);
            }
            Told {
                generation,
                hosts: view::hosts(reading, t.host.id, t.lang),
                chips: view::chips(reading, t.lang),
                facts: view::facts(t.host, t.lang, t.docs),
                problems: view::problems(first, t.docs, t.lang),
                serious: reading.diagnostics.iter().filter(|d| d.severity > Severity::Note).count(),
                packet_problems: said(&walked.packets, &walked.packet_problems),
                assumption_problems: said(&walked.assumptions, &walked.assumption_problems),
                changes: walked
                    .commands
                    .iter()
                    .zip(said(&walked.changes, &walked.change_problems))
                    .map(|(command, problems)| ChangeTold { command: command.clone(), problems })
                    .collect(),
                compared: walked.compared(t),
                suggestions: view::suggestions(t),
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

    /// Does a small part of the search; its answer, where that was the last.
    pub fn go_on(&mut self) -> Option<Answer> {
        if self.search.as_mut()?.1.step() {
            return None;
        }
        let (generation, search) = self.search.take()?;
        let found = search.found();
        let told = self.telling(|t, _| chainwalk_view::changes(t, &found, HANDS));
        Some(Answer::Found(generation, Box::new(told)))
    }

    fn draft(&self, line: String) -> Drafted {
        let host = match (&self.walked, &self.reading) {
            (Some(walked), _) => Cow::Borrowed(walked.session.host()),
            (None, Some(reading)) => Cow::Owned(reading.host()),
            (None, None) => Cow::Owned(Host::default()),
        };
        let lang = self.wanted.lang;
        let read = chainwalk_parse::packet_lines(&[&line], &host).into_iter().next();
        let (form, found) = read.map(|(ask, found)| (packet_form(&ask), found)).unwrap_or_default();
        let problems = chainwalk_view::packet_problems(&found, &line, lang);
        Drafted { line, form, problems }
    }

    fn draw(&mut self, view: View) -> Scene {
        let size = (view.width, view.height);
        self.telling(|t, _| {
            if view.small {
                chainwalk_view::scene_phone(t, view.stop, size, &TableMeasure)
            } else {
                chainwalk_view::scene(t, view.stop, size, &TableMeasure)
            }
        })
    }
}

/// Edits are written and made by `parse` and `sim`.
const HANDS: Hands = Hands { text: chainwalk_parse::edit_text, edited };

impl Walked {
    /// The fate of the packet shown, without the changes and with them.
    fn compared(&self, after: &Telling) -> Option<Compared> {
        let session = self.before.as_ref()?;
        let before = Telling {
            host: session.host(),
            walks: session.walks(),
            followed: &[],
            reasons: &NoReasons,
            ..*after
        };
        let made = self.commands.iter().filter(|c| !c.is_empty()).cloned().collect();
        Some(chainwalk_view::compared(&before, after, made))
    }

    /// Walks `packets` in order. A line that cannot be read ends the sequence before it: what follows it
    /// would walk in a world that nobody asked for. Without a reading nothing is walked.
    fn new(reading: Option<&Reading>, wanted: &Wanted) -> Self {
        let Wanted { packets, assumptions, changes, .. } = wanted.clone();
        let chosen = wanted.host.as_deref().and_then(|name| reading?.host_named(name));
        let mut host = chosen.cloned().or_else(|| reading.map(Reading::host)).unwrap_or_default();
        let mut assumption_problems = Vec::new();
        for text in &assumptions {
            assumption_problems.push(match chainwalk_parse::assumption(text) {
                Ok(assumption) => {
                    assume(&mut host, &assumption);
                    Vec::new()
                }
                Err(problem) => vec![problem],
            });
        }
        let known = host.clone();
        let (mut commands, mut change_problems) = (Vec::new(), Vec::new());
        for (at, line) in changes.iter().enumerate() {
            match chainwalk_parse::edit(line, DocId(at as u16 + 1), &host) {
                Ok((edit, problems)) => {
                    commands.push(chainwalk_parse::edit_text(&edit, &host));
                    change_problems.push(problems);
                    host = edited(&host, &edit);
                }
                Err(problem) => {
                    commands.push(String::new());
                    change_problems.push(vec![problem]);
                }
            }
        }
        let made = commands.iter().any(|c| !c.is_empty());
        let mut before = made.then(|| Session::new(known.clone()));
        let mut session = Session::new(host);
        let mut asks = Vec::new();
        let mut packet_problems = Vec::new();
        let recognised = reading.is_some_and(|r| !r.hosts.is_empty());
        let lines: Vec<&str> = packets.iter().map(String::as_str).collect();
        for (ask, problems) in chainwalk_parse::packet_lines(&lines, &known) {
            let broken = problems.iter().any(|p| p.severity == Severity::Error);
            packet_problems.push(problems);
            if broken {
                break;
            }
            if recognised {
                session.send(&ask);
                if let Some(before) = &mut before {
                    before.send(&ask);
                }
            }
            asks.push(ask);
        }
        Self {
            host: wanted.host.clone(),
            packets,
            assumptions,
            changes,
            before,
            session,
            shadows: Shadows::default(),
            commands,
            change_problems,
            asks,
            packet_problems,
            assumption_problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::Want;

    const PASTE: &str =
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";

    fn asked(engine: &mut Engine, request: Request) -> Option<Answer> {
        engine.answer(request, &mut |_| {})
    }

    fn tell(engine: &mut Engine, generation: u32) {
        let packets = vec!["tcp 192.0.2.1:5000 > 10.0.0.1:80 in eth0".into()];
        let assumptions = vec!["eth0=10.0.0.1/24".into()];
        let wanted = Wanted { generation, packets, assumptions, ..Wanted::default() };
        assert!(matches!(asked(engine, Request::Tell(wanted)), Some(Answer::Told(_))));
    }

    /// An engine that searches for a way past the policy.
    fn searching() -> Engine {
        let mut engine = Engine::default();
        asked(&mut engine, Request::Paste(PASTE.into()));
        tell(&mut engine, 1);
        assert_eq!(asked(&mut engine, Request::Search(1, Some(Want::Through))), None);
        assert!(engine.is_searching());
        engine
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
}
