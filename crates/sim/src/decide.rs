//! Questions and their answers. A walk runs along a script of answers; where the script ends it takes the
//! first way and notes the others, and each of them is walked anew from the packet's start.

use chainwalk_model::{Answer, Choice, Likelihood, Likely, Order, Question};
use std::collections::HashMap;

/// A way a question may be answered, and its probability where it has one.
pub(crate) type WeightedAnswer = (Answer, Option<f64>);

/// So many answers are looked through one by one.
const FEW: usize = 16;

/// The answers that hold in a whole branch, for this packet and all that follow.
#[derive(Clone, Default)]
pub(crate) struct Answers {
    given: Vec<(Question, Answer)>,
    /// Where the first answer to a question stands, once they are more than a [`FEW`].
    places: HashMap<Question, usize>,
}

impl Answers {
    /// The first answer to a question.
    pub(crate) fn get(&self, question: &Question) -> Option<&Answer> {
        let at = if self.given.len() > FEW {
            self.places.get(question).copied()
        } else {
            self.given.iter().position(|(q, _)| q == question)
        };
        at.and_then(|at| self.given.get(at)).map(|(_, answer)| answer)
    }

    /// In the order in which they were given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Question, Answer)> {
        self.given.iter()
    }

    /// One more.
    pub(crate) fn push(&mut self, question: Question, answer: Answer) {
        self.given.push((question, answer));
        if self.given.len() > FEW {
            let unplaced = self.places.is_empty();
            let from = if unplaced { 0 } else { self.given.len() - 1 };
            for (at, (question, _)) in self.given.iter().enumerate().skip(from) {
                self.places.entry(question.clone()).or_insert(at);
            }
        }
    }
}

/// What was decided on one walk.
#[derive(Default)]
pub(crate) struct BranchScript {
    script: Vec<Answer>,
    /// The choices made, scripted ones included.
    pub made: Vec<Choice>,
    /// The ways not taken, the earliest fork first: how many choices come before, and the other answer.
    forks: Vec<(usize, Answer)>,
}

impl BranchScript {
    /// One that follows `script` and explores beyond it.
    pub(crate) fn new(script: Vec<Answer>) -> Self {
        Self { script, made: Vec::new(), forks: Vec::new() }
    }

    /// Answers `question` with one of `ways`, and returns the answer. Of an answer that is far likelier, and among
    /// `ways`, it is told why.
    pub(crate) fn choose(
        &mut self,
        question: Question,
        ways: &[WeightedAnswer],
        likely: Option<(Answer, Likely)>,
    ) -> Answer {
        let mut ways = ways.to_vec();
        if let Some((answer, _)) = &likely {
            ways.order_by_key(|(way, _)| way != answer);
        }
        let at = self.made.len();
        let taken = if let Some(answer) = self.script.get(at) {
            answer.clone()
        } else {
            self.forks.extend(ways.iter().skip(1).rev().map(|(other, _)| (at, other.clone())));
            ways[0].0.clone()
        };
        let weight = ways.iter().find(|w| w.0 == taken).and_then(|w| w.1);
        let likelihood = likely.map(|(answer, why)| Likelihood { likely: answer == taken, why });
        self.made.push(Choice { question, answer: taken.clone(), weight, likelihood });
        taken
    }

    /// How far it has come.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.made.len(), self.forks.len())
    }

    /// Forgets what was decided since a mark.
    pub(crate) fn back_to(&mut self, (made, forks): (usize, usize)) {
        self.made.truncate(made);
        self.forks.truncate(forks);
    }

    /// The scripts of the last `most` ways not taken, the earliest fork first.
    pub(crate) fn open(&self, most: usize) -> Vec<Vec<Answer>> {
        let last = &self.forks[self.forks.len().saturating_sub(most)..];
        let script = |(at, other): &(usize, Answer)| {
            let before = self.made[..*at].iter().map(|c| &c.answer);
            before.chain([other]).cloned().collect()
        };
        last.iter().map(script).collect()
    }
}

/// Whether an answer to this question holds for the whole branch rather than for this one time.
pub(crate) fn is_lasting(question: &Question) -> bool {
    !matches!(
        question,
        Question::Random(..)
            | Question::NatChoice(_)
            | Question::PortChoice(_)
            | Question::Opaque(..)
            | Question::Fact(..)
            | Question::History(..)
            | Question::HiddenInterfaces(_)
    )
}
