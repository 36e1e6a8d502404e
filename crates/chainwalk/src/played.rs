//! A scenario, read and walked: what a door asks to show it.

mod walked;

use crate::addressed::addressed;
use crate::problems::Problems;
use crate::scenario::Scenario;
use chainwalk_model::{
    Changes, Diagnostic, DiagnosticId, DocId, Expected, Flow, Goal, Host, HostId, LeftOpen, Moment,
    Offer, PacketSpec, Probe, Reading, Severity, Span, Text, Walk,
};
use chainwalk_parse::{Fills, SaveText, packet_lines};
use chainwalk_sim::{Search, assume, edited, probed};
use chainwalk_view::{Compared, Evidence, Explained, Lang, PacketForm, ProposalsView, packet_form};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::OnceCell;
pub(crate) use walked::Walked;
use walked::{Following, Shadows};

/// From where an answer is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewpoint {
    /// The reader's language.
    pub lang: Lang,
    /// The packet that is shown, from 0.
    pub packet: usize,
    /// Whether chains are called by their names alone, not by what they stand for.
    pub raw_names: bool,
}

/// Of how many ways of one packet the way back is looked at, to tell how it fares.
const MOST_TRIPS: usize = 16;

/// A scenario, read and walked.
#[derive(Default)]
pub struct Played {
    scenario: Scenario,
    reading: Reading,
    /// The values that the paste leaves open, where none is filled in.
    blanks: Vec<LeftOpen>,
    /// What was filled in.
    fills: Fills,
    /// There is no host of the name that was chosen.
    no_host: Option<Diagnostic>,
    /// There is no moment of the number that was chosen.
    no_moment: Option<Diagnostic>,
    /// The host that is walked.
    host_id: HostId,
    /// Of several hosts the one that the first packet is for.
    addressed: Option<usize>,
    fact_problems: Vec<Vec<Diagnostic>>,
    /// The edits as commands; empty where one could not be read.
    commands: Vec<String>,
    edit_problems: Vec<Vec<Diagnostic>>,
    asks: Vec<PacketSpec>,
    packet_problems: Vec<Vec<Diagnostic>>,
    /// The host as it was pasted and assumed.
    known: Host,
    /// The same packets on that host, where edits were made to it.
    before: Option<Walked>,
    after: Option<Walked>,
}

impl Scenario {
    /// Reads and walks, and keeps what came of it.
    pub fn play(&self) -> Played {
        self.replay(Played::default(), &mut |_| {})
    }

    /// As [`Scenario::play`], but what is the same as in `last` is taken from there: the reading of equal texts,
    /// and the walks that both begin with. `progress` hears which share of long texts is read, from 0 to 1.
    pub fn replay(&self, last: Played, progress: &mut dyn FnMut(f64)) -> Played {
        last.into_played(self.clone(), progress)
    }
}

impl Played {
    /// Plays `scenario`, with what of `self` is the same.
    pub(crate) fn into_played(mut self, scenario: Scenario, progress: &mut dyn FnMut(f64)) -> Self {
        let begun = self.after.is_some();
        let same_docs = begun && self.scenario.docs == scenario.docs;
        let texts: Vec<&str> = scenario.docs.iter().map(|d| &*d.text).collect();
        if !same_docs {
            let reading = chainwalk_parse::read_telling(&texts, progress);
            self = Self { blanks: reading.blanks.clone(), reading, ..Self::default() };
            progress(1.0);
        }
        let fills = self.said(&scenario);
        let same_fills = fills == self.fills;
        if !same_fills {
            let mut reading = chainwalk_parse::read_filled(&texts, &fills, progress);
            // What is filled in can still be changed.
            reading.blanks.clone_from(&self.blanks);
            self = Self { blanks: self.blanks, fills, reading, ..Self::default() };
        }
        let asked = addressed(&self.reading, &scenario);
        let same_rules = same_docs
            && same_fills
            && self.addressed == asked
            && self.scenario.host == scenario.host
            && self.scenario.moment == scenario.moment
            && self.scenario.edits() == scenario.edits();
        let same_host = same_rules && self.scenario.facts() == scenario.facts();
        let kept = if same_host {
            let pairs = self.scenario.packets.iter().zip(&scenario.packets);
            pairs.take_while(|(a, b)| a == b).count()
        } else {
            0
        };
        self.scenario = scenario;
        self.addressed = asked;
        if !same_host {
            let shadows = self.after.take().filter(|_| same_rules).map(Walked::into_shadows);
            self.take_host(shadows.unwrap_or_default());
        }
        self.send(kept);
        self
    }

    /// The values that the paste leaves open, filled in or not, each with what it is filled in with.
    pub fn blanks(&self) -> impl Iterator<Item = (&LeftOpen, Option<&str>)> {
        self.blanks.iter().map(|blank| (blank, self.fills.value(&blank.name)))
    }

    /// What the facts say of the values that the paste leaves open.
    fn said(&self, scenario: &Scenario) -> Fills {
        let lines = scenario.hosts.values().flat_map(|part| &part.facts);
        let pairs = lines.filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            let name = self.open_name(name)?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Fills::new(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The open value that a fact is about.
    fn open_name(&self, word: &str) -> Option<&str> {
        let word = Fills::name(word.trim());
        self.blanks.iter().map(|b| &*b.name).find(|name| **name == word)
    }

    /// Takes the host that is walked out of the reading, and does to it what was said.
    fn take_host(&mut self, shadows: OnceCell<Shadows>) {
        let chosen = self.scenario.host.as_deref();
        let found = chosen.and_then(|name| self.reading.host_named(name));
        self.no_host = chosen.filter(|_| found.is_none()).map(|name| no_host(name, &self.reading));
        let asked = self.addressed.filter(|_| chosen.is_none());
        let found = found.or_else(|| self.reading.hosts.get(asked?));
        let mut host = found.cloned().unwrap_or_else(|| self.reading.host());
        self.host_id = host.id;
        self.no_moment = None;
        if let Some(number) = self.scenario.moment {
            let wanted = number.checked_sub(1).and_then(|at| self.moments().nth(at));
            match wanted.map(|m| m.rules.clone()) {
                Some(rules) => {
                    host.rules = rules;
                    if let Some(backend) = host.backend {
                        host.set_backend(backend);
                    }
                }
                None => self.no_moment = Some(no_moment(number, self.moments().count())),
            }
        }
        self.fact_problems.clear();
        for line in self.scenario.facts() {
            if line.split_once('=').is_some_and(|(name, _)| self.open_name(name).is_some()) {
                // It is in the text already.
                self.fact_problems.push(Vec::new());
                continue;
            }
            self.fact_problems.push(match chainwalk_parse::assumption(line) {
                Ok(fact) => {
                    assume(&mut host, &fact);
                    Vec::new()
                }
                Err(problem) => vec![problem],
            });
        }
        self.known = host;
        self.commands.clear();
        self.edit_problems.clear();
        let mut changed: Option<Host> = None;
        for (at, line) in self.scenario.edits().iter().enumerate() {
            let host = changed.as_ref().unwrap_or(&self.known);
            match chainwalk_parse::edit(line, self.edit_doc(at), host) {
                Ok((edit, problems)) => {
                    self.commands.push(chainwalk_parse::edit_text(&edit, host));
                    self.edit_problems.push(problems);
                    changed = Some(edited(host, &edit));
                }
                Err(problem) => {
                    self.commands.push(String::new());
                    self.edit_problems.push(vec![problem]);
                }
            }
        }
        self.before = changed.is_some().then(|| Walked::on(self.known.clone()));
        let host = changed.unwrap_or_else(|| self.known.clone());
        self.after = Some(Walked::with(host, shadows));
    }

    /// The document that an edit's line is: they stand behind the pasted ones.
    fn edit_doc(&self, at: usize) -> DocId {
        DocId(u16::try_from(self.scenario.docs.len() + at).unwrap_or(u16::MAX))
    }

    /// Sends the packets behind the first `kept`, which were sent already. A line that can't be read ends the
    /// sequence: what follows it would walk in another world than the one that was asked for.
    fn send(&mut self, kept: usize) {
        let kept = kept.min(self.asks.len());
        let recognised = self.is_recognised();
        let mut walked: Vec<&mut Walked> = self.after.iter_mut().chain(&mut self.before).collect();
        for walked in &mut walked {
            walked.truncate(kept);
        }
        self.asks.truncate(kept);
        self.packet_problems.truncate(kept);
        let lines: Vec<&str> = self.scenario.packets.iter().map(String::as_str).collect();
        for (ask, problems) in packet_lines(&lines, &self.known).into_iter().skip(kept) {
            let broken = problems.iter().any(|p| p.severity == Severity::Error);
            self.packet_problems.push(problems);
            if broken {
                break;
            }
            if recognised {
                for walked in &mut walked {
                    walked.session.send(&ask);
                }
            }
            self.asks.push(ask);
        }
    }

    /// What it is that was played.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What was read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether anything was recognised; else no packet is sent.
    pub fn is_recognised(&self) -> bool {
        !self.reading.hosts.is_empty()
    }

    /// What is wrong, by its place.
    pub fn problems(&self) -> Problems<'_> {
        Problems {
            docs: &self.reading.diagnostics,
            host: self.no_host.as_ref(),
            moment: self.no_moment.as_ref(),
            facts: &self.fact_problems,
            edits: &self.edit_problems,
            packets: &self.packet_problems,
        }
    }

    /// The moments of the host that is walked, in their order; none where the paste shows its tables in one state.
    pub fn moments(&self) -> impl Iterator<Item = &Moment> {
        self.reading.moments.iter().filter(|m| m.host == self.host_id)
    }

    /// The moment that is walked, from 1.
    pub fn moment(&self) -> usize {
        let last = self.moments().count().max(1);
        self.scenario.moment.map_or(last, |moment| moment.clamp(1, last))
    }

    /// The packets that a log in the paste shows, as packet lines, and where.
    pub fn logged(&self) -> impl Iterator<Item = (&Text, Span)> {
        self.host().seen.iter().filter_map(|seen| Some((seen.logged.as_ref()?, seen.span)))
    }

    /// The commands of the paste that may be tried at the moment that is walked, in the order of the text. One is
    /// made by its commands as edits.
    pub fn offers(&self) -> Vec<&Offer> {
        let at = self.moment() as u32;
        let own = |o: &&Offer| o.host == self.host_id && o.moment == at;
        self.reading.offers.iter().filter(own).collect()
    }

    /// Whether an offer stands among the edits.
    pub fn is_made(&self, offer: &Offer) -> bool {
        let made = |c: &Text| self.scenario.edits().iter().any(|e| **e == **c);
        !offer.commands.is_empty() && offer.commands.iter().all(made)
    }

    /// The fate of the packet shown as things stand, and with some of the offers made; `None` where a command of
    /// them can't be made.
    pub fn with_offers(&self, at: &Viewpoint, offers: &[&Offer]) -> Option<Compared> {
        let mut host = self.after.as_ref()?.session.host().clone();
        let (mut docs, mut commands) = (self.docs(), Vec::new());
        for line in offers.iter().flat_map(|o| &o.commands) {
            let doc = DocId(u16::try_from(docs.len()).unwrap_or(u16::MAX));
            let (edit, _) = chainwalk_parse::edit(line, doc, &host).ok()?;
            commands.push(chainwalk_parse::edit_text(&edit, &host));
            host = edited(&host, &edit);
            docs.push(line);
        }
        let mut walked = Walked::on(host);
        for ask in &self.asks {
            walked.session.send(ask);
        }
        Some(self.explain(at, |before| {
            let host = walked.session.host();
            let walks = walked.session.walks();
            let docs = &docs;
            let after = Explained { docs, host, walks, followed: &[], reasons: &walked, ..*before };
            chainwalk_view::compared(before, &after, commands)
        }))
    }

    /// Each edit as the command that makes it; empty where it could not be read.
    pub fn commands(&self) -> &[String] {
        &self.commands
    }

    /// The walks, one a packet that was sent.
    pub fn walks(&self) -> &[Walk] {
        self.after.as_ref().map_or(&[], |w| w.session.walks())
    }

    /// The conntrack table as an outcome of a packet left it.
    pub fn flows(&self, packet: usize, outcome: usize) -> Vec<Flow> {
        self.after.as_ref().map(|w| w.session.flows(packet, outcome)).unwrap_or_default()
    }

    /// The host that was walked: as pasted, assumed and changed, with what its rules imply.
    pub fn host(&self) -> &Host {
        self.after.as_ref().map_or(&self.known, |w| w.session.host())
    }

    /// The packets that were sent, read.
    pub(crate) fn asks(&self) -> &[PacketSpec] {
        &self.asks
    }

    /// The texts that spans count in: those pasted, then each edit's line.
    pub fn docs(&self) -> Vec<&str> {
        let pasted = self.scenario.docs.iter().map(|d| &*d.text);
        pasted.chain(self.scenario.edits().iter().map(String::as_str)).collect()
    }

    /// Calls `tell` with all that the functions of [`chainwalk_view`] look at.
    pub fn explain<T>(&self, at: &Viewpoint, tell: impl FnOnce(&Explained) -> T) -> T {
        match &self.after {
            Some(walked) => self.explain_walked(at, walked, &self.scenario.followed, tell),
            None => self.explain_walked(at, &Walked::on(Host::default()), &[], tell),
        }
    }

    /// As [`Played::explain`], of a packet that follows the one shown in its connection, in the outcome that is
    /// followed: the first leg of its round trip, the second. `None` where there is no such leg.
    pub fn explain_leg<T>(
        &self,
        at: &Viewpoint,
        leg: usize,
        tell: impl FnOnce(&Explained) -> T,
    ) -> Option<T> {
        let walked = self.after.as_ref()?;
        // The method by itself would ask for one lifetime.
        #[allow(clippy::redundant_closure_for_method_calls)]
        let chosen = self.explain(at, |t| t.chosen());
        let trip = walked.trip(&self.asks, at.packet, chosen)?;
        trip.told().legs.get(leg)?;
        Some(self.explain(at, |t| {
            tell(&Explained {
                asks: trip.asks(),
                walks: trip.walks(),
                followed: &[],
                packet: trip.packet_of(leg),
                reasons: &Following { trip: &trip, walked },
                ..*t
            })
        }))
    }

    fn explain_walked<T>(
        &self,
        at: &Viewpoint,
        walked: &Walked,
        followed: &[usize],
        tell: impl FnOnce(&Explained) -> T,
    ) -> T {
        let docs = self.docs();
        // A text without a word in it is no paste.
        let pasted = self.scenario.docs.iter().any(|d| !d.text.trim().is_empty());
        tell(&Explained {
            lang: at.lang,
            reading: pasted.then_some(&self.reading),
            docs: &docs,
            host: walked.session.host(),
            asks: &self.asks,
            walks: walked.session.walks(),
            followed,
            packet: at.packet,
            raw_names: at.raw_names,
            reasons: walked,
        })
    }

    /// The fate of the packet shown without the edits and with them; `None` where none was made.
    pub fn compared(&self, at: &Viewpoint) -> Option<Compared> {
        let before = self.before.as_ref()?;
        let made = self.commands.iter().filter(|c| !c.is_empty()).cloned().collect();
        Some(self.explain_walked(at, before, &[], |before| {
            self.explain(at, |after| chainwalk_view::compared(before, after, made))
        }))
    }

    /// What the answer for the packet shown depends on, each with the facts that would settle it.
    pub fn questions(&self, at: &Viewpoint) -> Vec<Evidence> {
        let banner = self.explain(at, chainwalk_view::banner);
        banner.evidence.into_iter().filter(|e| !e.answers.is_empty()).collect()
    }

    /// What is wanted of a packet that most likely fares as it does: the other thing. It fares well where its answer
    /// gets back too.
    pub fn other_goal(&self, packet: usize) -> Goal {
        let Some((walked, walk)) = self.after.as_ref().zip(self.walks().get(packet)) else {
            return Goal::Through;
        };
        // The likeliest come first.
        let likely = walk.likeliest().count();
        let there = walk.likeliest().all(|o| o.trace.fate.is_through() == Some(true));
        let back = |outcome: usize| {
            let trip = walked.trip(&self.asks, packet, outcome);
            trip.is_none_or(|trip| trip.told().end.is_through() != Some(false))
        };
        if there && (0..likely.min(MOST_TRIPS)).all(back) { Goal::Stopped } else { Goal::Through }
    }

    /// A search for the smallest changes by which a packet fares as wanted, to be made step by step.
    pub fn search(&self, packet: usize, goal: Goal) -> Search {
        Search::new(self.host(), &self.asks, packet, goal)
    }

    /// What else fares otherwise on the host of `other`, for packets like the last that was sent here: each differs from
    /// it in one thing.
    pub fn probed(&self, other: &Self) -> Vec<Probe> {
        let hosts = self.after.as_ref().zip(other.after.as_ref());
        let sent = hosts.map(|(a, b)| probed(a.session.host(), b.session.host(), &self.asks));
        sent.unwrap_or_default()
    }

    /// What a search for the packet shown found, in words.
    pub fn proposals(&self, at: &Viewpoint, found: &Changes) -> ProposalsView {
        self.explain(at, |t| {
            let proposals = found.proposals.iter().map(|p| {
                let mut host = t.host.clone();
                let (mut commands, mut scope) = (Vec::new(), Vec::new());
                for edit in &p.edits {
                    commands.push(chainwalk_parse::edit_text(edit, &host));
                    scope.push(chainwalk_view::edit_scope(t.lang, edit, &host));
                    host = edited(&host, edit);
                }
                chainwalk_view::proposal(t, found.want, p, &host, commands, scope)
            });
            let proposals = proposals.collect();
            chainwalk_view::changes(t.lang, found, proposals)
        })
    }

    /// The answer as JSON, in the shape of a recorded one.
    pub fn answer_json(&self) -> Value {
        chainwalk_view::answer::answer("", self.host(), self.walks(), |packet, outcome| {
            self.flows(packet, outcome)
        })
    }

    /// The same, with what follows each packet in its connection.
    pub fn answer_json_there_and_back(&self) -> Value {
        let mut answer = self.answer_json();
        if let Some(walked) = &self.after {
            let packets = answer["packets"].as_array_mut().into_iter().flatten();
            for (at, packet) in packets.enumerate() {
                crate::trips::put(packet, &walked.session, &self.asks, at);
            }
        }
        answer
    }

    /// The rules of the host that a walk is on unless another is chosen, as `iptables-save` prints them.
    pub fn save_text(&self) -> SaveText {
        chainwalk_parse::save_text(&self.reading.host())
    }

    /// The rules of that host, as `nft -f` takes them.
    pub fn nft_text(&self) -> SaveText {
        chainwalk_parse::nft_text(&self.reading.host())
    }

    /// A packet line that is being typed: its fields, where it stands for itself, and what is wrong with it. It
    /// is not sent.
    pub fn draft(&self, line: &str) -> (Option<PacketForm>, Vec<Diagnostic>) {
        let read = packet_lines(&[line], &self.known).into_iter().next();
        read.map(|(ask, found)| (packet_form(&ask), found)).unwrap_or_default()
    }
}

/// That there is no host of this name; the hosts there are is what was expected.
fn no_host(name: &str, reading: &Reading) -> Diagnostic {
    let known = reading.hosts.iter().zip(1..).map(|(host, number)| {
        let word = host.name.clone().unwrap_or_else(|| number.to_string().into());
        Expected::Literal(word)
    });
    Diagnostic {
        id: DiagnosticId::NoSuchHost,
        severity: Severity::Error,
        span: Span::new(DocId(0), 0, name.len()),
        found: name.into(),
        expected: known.collect(),
        hint: None,
    }
}

/// That there is no moment of this number.
fn no_moment(number: usize, count: usize) -> Diagnostic {
    let text = number.to_string();
    Diagnostic {
        id: DiagnosticId::NoSuchMoment,
        severity: Severity::Error,
        span: Span::new(DocId(0), 0, text.len()),
        found: text.as_str().into(),
        expected: (1..=count).map(|n| Expected::Literal(n.to_string().as_str().into())).collect(),
        hint: None,
    }
}

/// What is wrong with a fact as it is typed (`eth0=10.0.0.1/24`); `None` where it can be read.
pub fn fact_problem(line: &str) -> Option<Diagnostic> {
    chainwalk_parse::assumption(line).err()
}
