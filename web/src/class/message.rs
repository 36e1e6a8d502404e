//! What the class asks the worker, and what it hears. A lesson goes over as its text; the worker keeps the last one.

use chainwalk::view::{Lang, Scene};
use chainwalk_take::lesson::{Attempt, Choice};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// How an attempt at a step fares.
    Score(Box<Marking>),
    /// The choices of a step.
    Choices(Rc<str>, usize, Lang),
    /// A stop of the view that was sent last, drawn for a room.
    Draw(Slide),
    /// An address as a code.
    Code(String),
}

/// An attempt at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marking {
    /// The text of the lesson.
    pub text: Rc<str>,
    /// The step, from 0.
    pub step: usize,
    /// The commands.
    pub edits: Vec<String>,
    /// The language it is told in.
    pub lang: Lang,
}

impl Marking {
    /// As the lesson takes it.
    pub fn attempt(&self) -> Attempt {
        Attempt { edits: self.edits.clone(), ..Attempt::default() }
    }
}

/// A picture for a room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slide {
    /// The generation it belongs to.
    pub generation: u32,
    /// The stop.
    pub stop: usize,
    /// Whether what lies ahead is not drawn.
    pub veiled: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Said {
    /// How an attempt fares.
    Score(Box<Marked>),
    /// The choices of a step.
    Choices(StepChoices),
    /// A picture for a room.
    Drawn(Slide, Box<Scene>),
    /// An address as a code.
    Code(AddressCode),
}

/// The choices of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepChoices {
    /// The text of the lesson.
    pub text: Rc<str>,
    /// The step, from 0.
    pub step: usize,
    /// The language they are told in.
    pub lang: Lang,
    /// The choices.
    pub all: Vec<Choice>,
}

/// An address as a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddressCode {
    /// The address.
    pub address: String,
    /// How many modules a side has, and the dark ones as path data; none where the address is too long.
    pub modules: Option<(usize, String)>,
}

/// Whether a goal is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That depends on something; it does not count.
    Depends,
}

/// A goal, and what comes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalTold {
    /// Whether it is met.
    pub met: Met,
    /// What comes out, in words.
    pub now: String,
    /// What is wanted.
    pub wanted: String,
    /// Whether the packet meets the chain that the last command is about; true where no command names one.
    pub meets: bool,
}

/// How an attempt fares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marked {
    /// What was marked.
    pub of: Marking,
    /// Its goals.
    pub goals: Vec<GoalTold>,
    /// Whether every goal is met.
    pub solved: bool,
    /// Packets that get through and should not.
    pub let_in: usize,
    /// Packets that are stopped and should not be.
    pub shut_out: usize,
    /// Which these are.
    pub strays: Vec<String>,
    /// How many characters the commands have.
    pub characters: usize,
    /// The commands of the author's solution.
    pub par: usize,
    /// For each command, what is wrong with it; empty where it is understood.
    pub problems: Vec<String>,
    /// The chain that the last command is about; empty where it names none.
    pub chain: String,
}

impl Marked {
    /// What is ranked, in this order; less is better.
    pub fn golf(&self) -> (usize, usize) {
        (self.let_in + self.shut_out, self.of.edits.len())
    }

    /// Whether it is as good as the author's.
    pub fn at_par(&self) -> bool {
        self.solved && self.golf() <= (0, self.par)
    }
}

/// What was heard last of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The attempt that was marked.
    pub marked: Option<Rc<Marked>>,
    /// The choices of a step.
    pub choices: Option<Rc<StepChoices>>,
    /// The picture for a room.
    pub slide: Option<Rc<(Slide, Scene)>>,
    /// The code of an address.
    pub code: Option<Rc<AddressCode>>,
}

impl Heard {
    /// The choices of a step of a text, where they were heard.
    pub fn choices_of(&self, text: &str, step: usize, lang: Lang) -> Vec<Choice> {
        let of = |heard: &&Rc<StepChoices>| {
            *heard.text == *text && heard.step == step && heard.lang == lang
        };
        self.choices.as_ref().filter(of).map(|heard| heard.all.clone()).unwrap_or_default()
    }

    /// With this answer in the place of the one before.
    #[must_use]
    pub fn with(mut self, said: Said) -> Self {
        match said {
            Said::Score(marked) => self.marked = Some(Rc::from(marked)),
            Said::Choices(choices) => self.choices = Some(Rc::new(choices)),
            Said::Drawn(slide, scene) => self.slide = Some(Rc::new((slide, *scene))),
            Said::Code(code) => self.code = Some(Rc::new(code)),
        }
        self
    }
}
