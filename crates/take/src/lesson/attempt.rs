//! How an attempt at a step fares: its goals, what it changes beyond them, and what it took.

use super::form::{Attempt, Goal, Step};
use chainwalk::model::Probe;
use chainwalk::view::{Lang, probe};
use chainwalk::{Doc, Promised, Scenario};

/// How many packets fare otherwise than with the author's solution, of those that the step names as probes and of those
/// like a goal's in all but one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beyond {
    /// They get through and should not.
    pub let_in: usize,
    /// They are stopped and should not be.
    pub shut_out: usize,
}

/// A packet that fares otherwise than with the author's solution.
#[derive(Clone, Debug, PartialEq)]
pub enum Stray {
    /// A probe that the step names, by its packets.
    Named(String),
    /// One like a goal's in all but one thing.
    Like(Box<Probe>),
}

impl Stray {
    /// Which packet it is, in words or as a packet line.
    pub fn told(&self, lang: Lang) -> String {
        match self {
            Self::Named(line) => line.clone(),
            Self::Like(like) => probe(lang, like).into_iter().map(|run| run.text).collect(),
        }
    }
}

/// How an attempt fares.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// What came out of each goal.
    pub goals: Vec<Promised>,
    /// What changed beyond them.
    pub beyond: Beyond,
    /// The packets that are counted there, each with whether it is let in.
    pub strays: Vec<(bool, Stray)>,
    /// How many commands it took.
    pub commands: usize,
    /// How many characters these have. They are shown and not ranked: shorter rules are often worse.
    pub characters: usize,
    /// The commands that can't be read, from 0; they change nothing.
    pub unread: Vec<usize>,
}

impl Score {
    /// Whether every goal is met; one that depends is not.
    pub fn is_solved(&self) -> bool {
        self.goals.iter().all(Promised::is_met)
    }

    /// Whether none is missed, and one depends.
    pub fn depends(&self) -> bool {
        !self.is_solved() && self.goals.iter().all(|goal| goal.is_met() || goal.depends())
    }

    /// What is ranked, in this order; less is better.
    pub fn golf(&self) -> (usize, usize) {
        (self.beyond.let_in + self.beyond.shut_out, self.commands)
    }
}

impl Step {
    /// The host as an attempt leaves it, with no packet sent.
    pub fn host(&self, attempt: &Attempt) -> Scenario {
        let mut scenario = self.case.scenario.clone();
        scenario.packets.clear();
        scenario.followed.clear();
        if let Some(paste) = &attempt.paste {
            scenario.docs = vec![Doc::pasted(paste)];
        }
        scenario.change_part(|part| {
            part.facts.extend(attempt.facts.iter().cloned());
            part.edits.extend(attempt.edits.iter().cloned());
        });
        scenario
    }

    /// Replays an attempt.
    pub fn score(&self, attempt: &Attempt) -> Score {
        let host = self.host(attempt);
        let walked = |goal: &Goal| Promised::walked(&goal.text, &host);
        let strays = self.strays(&host);
        let let_in = strays.iter().filter(|(let_in, _)| *let_in).count();
        let beyond = Beyond { let_in, shut_out: strays.len() - let_in };
        let played = host.play();
        let read = played.problems().edits.iter().rev().take(attempt.edits.len()).rev();
        Score {
            goals: self.goals.iter().map(walked).collect(),
            beyond,
            strays,
            commands: attempt.edits.len(),
            characters: attempt.edits.iter().map(|edit| edit.chars().count()).sum(),
            unread: read
                .enumerate()
                .filter(|(_, found)| !found.is_empty())
                .map(|(at, _)| at)
                .collect(),
        }
    }

    /// What fares otherwise on a host than on the one that the author's solution leaves.
    fn strays(&self, host: &Scenario) -> Vec<(bool, Stray)> {
        let mut strays = Vec::new();
        let (as_is, par) = (self.host(&Attempt::default()), self.host(&self.solution));
        let sent = |on: &Scenario, goal: &Goal| {
            Scenario { packets: Promised::parts(&goal.text).0, ..on.clone() }.play()
        };
        let mut seen = Vec::new();
        for goal in &self.goals {
            let base = sent(&as_is, goal);
            let (theirs, its) = (base.probed(&sent(host, goal)), base.probed(&sent(&par, goal)));
            for (is, should) in theirs.into_iter().zip(its) {
                // Goals may have like neighbours.
                if seen.contains(&is.sent) {
                    continue;
                }
                seen.push(is.sent.clone());
                if let (Some(is_in), Some(should)) = (is.after, should.after)
                    && is_in != should
                {
                    strays.push((is_in, Stray::Like(Box::new(is))));
                }
            }
        }
        for probe in &self.probes {
            let found = Promised::walked(&probe.text, host);
            if !found.is_met() {
                let passes = ["through", "forwarded", "local", "sent"];
                let in_ = passes.iter().any(|word| found.now.starts_with(word));
                let (lines, _) = Promised::parts(&probe.text);
                strays.push((in_, Stray::Named(lines.join(" ; "))));
            }
        }
        strays
    }
}
