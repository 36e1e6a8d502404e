//! What is wrong with what a person wrote, by the place where it was written.

use chainwalk_model::{Diagnostic, Severity};

/// The problems of a scenario. Spans count in the text, the line or the name that they are about.
#[derive(Clone, Copy, Debug)]
pub struct Problems<'a> {
    /// Of the pasted texts, in their order.
    pub docs: &'a [Diagnostic],
    /// Of the host that was chosen: there is none of that name, and the first is walked.
    pub host: Option<&'a Diagnostic>,
    /// Of the moment that was chosen: there is none of that number, and the last is walked.
    pub moment: Option<&'a Diagnostic>,
    /// Of each fact about the host that is walked. One that can't be read is left out.
    pub facts: &'a [Vec<Diagnostic>],
    /// Of each edit of that host. One that can't be read changes nothing.
    pub edits: &'a [Vec<Diagnostic>],
    /// Of each packet line up to the first that can't be read, which ends the sequence.
    pub packets: &'a [Vec<Diagnostic>],
}

impl Problems<'_> {
    /// Whether something that was asked for could not be done: then the answer is to another question.
    pub fn spoil_the_answer(&self) -> bool {
        let lines = self.facts.iter().chain(self.edits).chain(self.packets).flatten();
        self.host.into_iter().chain(self.moment).chain(lines).any(|d| d.severity == Severity::Error)
    }
}
