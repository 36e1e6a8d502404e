//! What a lesson is: its steps, what each asks, and what somebody makes of one.

use chainwalk::model::Mistake;
use chainwalk::{Case, Words};

/// A lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Its name, by which links and hand-ins call it.
    pub name: String,
    /// A few words for a list.
    pub title: Words,
    /// What it is about.
    pub point: Words,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Its name, which no other step of the lesson has.
    pub name: String,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The host, the packets that are shown, what becomes of them, and the words: title, question, point.
    pub case: Case,
    /// Whether the answer is to be guessed among what misconceptions come to (`guess: yes`).
    pub guess: bool,
    /// Misconceptions that stand before others (`guess: no-nat`), each with its line, from 1.
    pub mistakes: Vec<(Mistake, usize)>,
    /// Wrong choices of the author's, which stand among the others.
    pub guesses: Vec<Guess>,
    /// What must come about.
    pub goals: Vec<Goal>,
    /// What must stay so. It is not shown as a task.
    pub probes: Vec<Goal>,
    /// What may be changed.
    pub allow: Allow,
    /// Hints, to be shown one at a time.
    pub hints: Vec<Words>,
    /// The author's own commands; their number is par.
    pub solution: Attempt,
}

/// A packet, or several of one session, and what is to become of the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goal {
    /// `PACKET [; PACKET …] => FATE`.
    pub text: String,
    /// The same in words; empty where the text has to do.
    pub say: Words,
    /// Its line, from 1.
    pub line: usize,
}

/// A wrong choice that an author wrote: what one may take to become of the first packet, and why it does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guess {
    /// The fate, told as a goal tells it.
    pub fate: String,
    /// The same in words.
    pub say: Words,
    /// The sentence that undoes it.
    pub undone: Words,
    /// Its line, from 1.
    pub line: usize,
}

/// What a step lets be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allow {
    /// Commands.
    #[default]
    Edit,
    /// Commands, and facts about the host.
    Assume,
    /// Everything, the paste too.
    Paste,
}

impl Allow {
    /// Each by the word that chooses it.
    pub const WORDS: [(&str, Self); 3] =
        [("edit", Self::Edit), ("assume", Self::Assume), ("paste", Self::Paste)];
}

/// What somebody made of a step's host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Commands, in their order.
    pub edits: Vec<String>,
    /// Facts that were said.
    pub facts: Vec<String>,
    /// The paste, where it is another.
    pub paste: Option<String>,
}

impl Lesson {
    /// The step of that name, and its number from 0.
    pub fn step(&self, name: &str) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name)
    }
}
