//! Questions and their answers. A walk runs along a script of answers; where the script ends it takes the
//! first way and notes the others, and each of them is walked anew from the packet's start.

use chainwalk_model::{Answer, Choice, Question};

/// A way a question may be answered, and its probability where it has one.
pub(crate) type Way = (Answer, Option<f64>);

/// The answers that hold in a whole branch, for this packet and all that follow.
pub(crate) type Answers = Vec<(Question, Answer)>;

/// What was decided on one walk.
#[derive(Default)]
pub(crate) struct Decider {
    script: Vec<Answer>,
    /// The choices made, scripted ones included.
    pub made: Vec<Choice>,
    /// Scripts of the ways not taken, the earliest fork first.
    pub open: Vec<Vec<Answer>>,
}

impl Decider {
    /// A decider that follows `script` and explores beyond it.
    pub(crate) fn new(script: Vec<Answer>) -> Self {
        Self { script, made: Vec::new(), open: Vec::new() }
    }

    /// Answers `question` with one of `ways`, and returns the answer.
    pub(crate) fn choose(&mut self, question: Question, ways: &[Way]) -> Answer {
        let at = self.made.len();
        let taken = if let Some(answer) = self.script.get(at) {
            answer.clone()
        } else {
            let so_far: Vec<Answer> = self.made.iter().map(|c| c.answer.clone()).collect();
            for (other, _) in ways.iter().skip(1).rev() {
                let mut script = so_far.clone();
                script.push(other.clone());
                self.open.push(script);
            }
            ways[0].0.clone()
        };
        let weight = ways.iter().find(|w| w.0 == taken).and_then(|w| w.1);
        self.made.push(Choice { question, answer: taken.clone(), weight });
        taken
    }
}

/// Whether an answer to this question holds for the whole branch rather than for this one time.
pub(crate) fn is_lasting(question: &Question) -> bool {
    !matches!(
        question,
        Question::Random(..)
            | Question::NatChoice(_)
            | Question::PortChoice
            | Question::Opaque(..)
            | Question::Fact(..)
            | Question::History(..)
            | Question::HiddenInterfaces(_)
    )
}
