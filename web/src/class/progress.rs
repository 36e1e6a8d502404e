//! How far somebody is: kept in this browser alone, in the page that is one file in its memory, and as a file that is
//! saved and opened.

use super::message::Marked;
use crate::shelf::Shelf;
use chainwalk_take::lesson::Choice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const KEY: &str = "chainwalk.lessons";
/// The version of the record that is written here.
const VERSION: u64 = 1;

/// How a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Nothing of it is done.
    #[default]
    Open,
    /// It is solved, or guessed.
    Solved,
    /// It is solved as well as its author did, or guessed right at first.
    Par,
}

/// What is kept of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StepDone {
    /// The name of the first choice; empty where none was made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) guess: String,
    /// The best score: what changed beyond the goals, and how many commands it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) best: Option<(usize, usize)>,
    /// Whether that is par.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) par: bool,
    /// The commands as they stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) edits: Vec<String>,
    /// How many hints were looked at.
    #[serde(skip_serializing_if = "is_none")]
    pub(crate) hints: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl StepDone {
    /// How it stands; `task` where it has goals.
    pub(crate) fn standing(&self, task: bool) -> Standing {
        let (done, well) = if task {
            (self.best.is_some(), self.par)
        } else {
            (!self.guess.is_empty(), self.guess == Choice::RIGHT)
        };
        match (done, well) {
            (false, _) => Standing::Open,
            (true, false) => Standing::Solved,
            (true, true) => Standing::Par,
        }
    }

    /// With what an attempt came to: its commands, and its score where that is the best one.
    pub(crate) fn with(mut self, marked: &Marked) -> Self {
        self.edits.clone_from(&marked.of.edits);
        let golf = marked.golf();
        if marked.solved && self.best.is_none_or(|best| golf < best) {
            self.best = Some(golf);
            self.par = marked.at_par();
        }
        self
    }
}

/// All that is kept, by the lesson's key and the step's name: `docker/shut`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    version: u64,
    steps: BTreeMap<String, StepDone>,
    /// The step that was worked on last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    last: String,
}

impl Progress {
    /// What was kept; nothing where nothing can be read.
    pub(crate) fn kept() -> Self {
        let text = Shelf::of_page().and_then(|shelf| shelf.get(KEY));
        text.and_then(|text| Self::read(&text)).unwrap_or_default()
    }

    /// Reads a record; `None` where the text is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(text).ok()?;
        (read.version >= 1).then_some(read)
    }

    /// The record as a text.
    pub(crate) fn write(&self) -> String {
        let all = Self { version: VERSION, ..self.clone() };
        serde_json::to_string_pretty(&all).unwrap_or_default()
    }

    /// Keeps it; whether that can be.
    pub(crate) fn keep(&self) -> bool {
        Shelf::of_page().is_some_and(|shelf| shelf.put(KEY, &self.write()))
    }

    /// How a step stands.
    pub(crate) fn of(&self, lesson: &str, step: &str) -> StepDone {
        self.steps.get(&[lesson, "/", step].concat()).cloned().unwrap_or_default()
    }

    /// The lesson and the step that were worked on last.
    pub(crate) fn last(&self) -> Option<(&str, &str)> {
        self.last.rsplit_once('/')
    }

    /// With a step as it stands now.
    #[must_use]
    pub(crate) fn put(&self, lesson: &str, step: &str, done: StepDone) -> Self {
        let name = [lesson, "/", step].concat();
        let mut all = self.clone();
        all.last.clone_from(&name);
        all.steps.insert(name, done);
        all
    }

    /// What both know, the better of each step.
    #[must_use]
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (name, done) in &other.steps {
            let own = all.steps.entry(name.clone()).or_default();
            let better = match (own.best, done.best) {
                (Some(own), Some(other)) => other < own,
                (None, Some(_)) => true,
                _ => own.guess.is_empty(),
            };
            if better {
                *own = done.clone();
            }
        }
        if all.last.is_empty() {
            all.last.clone_from(&other.last);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(best: Option<(usize, usize)>, guess: &str) -> StepDone {
        StepDone { best, guess: guess.into(), ..StepDone::default() }
    }

    #[test]
    fn what_is_written_reads_back_and_other_texts_are_none() {
        let all = Progress::default().put("docker.nft", "shut", done(Some((0, 1)), "own-1"));
        let read = Progress::read(&all.write());
        assert_eq!(
            read.as_ref().map(|read| read.of("docker.nft", "shut")),
            Some(done(Some((0, 1)), "own-1"))
        );
        assert_eq!(read.as_ref().and_then(Progress::last), Some(("docker.nft", "shut")));
        for other in ["", "{}", "[]", "chainwalk: 1\n", "{\"version\":0,\"steps\":{}}"] {
            assert_eq!(Progress::read(other), None, "{other}");
        }
    }

    #[test]
    fn the_better_of_two_is_kept() {
        let one = Progress::default().put("a", "x", done(Some((0, 3)), "")).put(
            "a",
            "y",
            done(None, "right"),
        );
        let other = Progress::default().put("a", "x", done(Some((0, 1)), "")).put(
            "a",
            "y",
            done(None, "policy"),
        );
        let both = one.joined(&other);
        assert_eq!(both.of("a", "x").best, Some((0, 1)));
        assert_eq!(both.of("a", "y").guess, "right", "the first guess counts");
        assert_eq!(both.of("a", "z").standing(true), Standing::Open);
    }

    #[test]
    fn a_step_stands_by_its_score_or_by_its_guess() {
        let par = StepDone { par: true, ..done(Some((0, 1)), "") };
        assert_eq!(par.standing(true), Standing::Par);
        assert_eq!(done(Some((1, 1)), "").standing(true), Standing::Solved);
        assert_eq!(done(None, "right").standing(true), Standing::Open);
        assert_eq!(done(None, "right").standing(false), Standing::Par);
        assert_eq!(done(None, "no-nat").standing(false), Standing::Solved);
    }
}
