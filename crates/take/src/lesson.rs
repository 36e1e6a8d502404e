//! Lessons: a text of steps, each a case with a question, goals, hints and a solution; how an attempt at a step fares,
//! and hand-ins, graded.
//!
//! A lesson is a head, then its steps, each below a line `===`: a head and, below `---`, a paste. `docs/lessons.md`
//! shows it. Guarantees: no text panics; a step whose goals are met is met on every replay.

mod attempt;
mod check;
mod form;
mod grade;
mod guess;
mod read;

pub use attempt::{Beyond, Score, Stray};
pub use check::{Found, Problem};
pub use form::{Allow, Attempt, Goal, Guess, Lesson, Step};
pub use grade::{Grade, HandIn, grade};
pub use guess::Choice;

impl Lesson {
    /// Whether a text is a lesson, by the head above its first step.
    pub fn is_one(text: &str) -> bool {
        let head = text.lines().take_while(|line| line.trim_end() != "---");
        let mut lines = head.take_while(|line| line.trim_end() != "===");
        lines.any(|line| line.starts_with("lesson:")) && text.lines().any(|l| l.trim_end() == "===")
    }

    /// Reads a lesson as far as it goes, and what is wrong with it, by line.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        read::read(text)
    }
}

#[cfg(test)]
mod tests;
