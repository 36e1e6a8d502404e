//! What a case is, and what it says beside its scenario.

use crate::scenario::Scenario;
use chainwalk_model::Goal;
use chainwalk_view::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The version of the form that is written here. Older ones are lifted, newer ones are read as far as they go.
pub(super) const VERSION: u32 = 1;

/// A scenario, and what stands in its text beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// What leads to the answer.
    pub scenario: Scenario,
    /// Words, place, aim, claims, and what this version does not know.
    pub head: Head,
}

/// Words, place, aim and claims. All of it may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Remarks for those who read the file, without their `#`.
    pub remarks: Vec<String>,
    /// A few words for a menu.
    pub title: Words,
    /// What a person asked.
    pub question: Words,
    /// What it shows.
    pub point: Words,
    /// Promises, `PACKET => FATE` each: walked afresh, and never rewritten.
    pub goals: Vec<String>,
    /// The packet that is shown and where it stands.
    pub at: Option<Position>,
    /// The search for changes that is open.
    pub aim: Option<Goal>,
    /// The language it is shown in.
    pub lang: Option<Lang>,
    /// Light or dark, where the case says it.
    pub theme: Option<Theme>,
    /// Whether chains are called by their names alone.
    pub raw_names: bool,
    /// How fast it plays; 1 is the usual.
    pub speed: Option<f64>,
    /// What becomes of each packet, as was claimed when the case was written.
    pub ends: Vec<String>,
    /// The version that wrote the claims; may be empty.
    pub by: String,
    /// Names that are not read here, with their values, in their order.
    pub others: Vec<(String, String)>,
}

/// A text in the languages of the catalogues; empty where it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

impl Words {
    /// The text in a language, else in English.
    pub fn pick(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh if !self.zh.is_empty() => &self.zh,
            _ => &self.en,
        }
    }
}

/// A packet, and a stop of its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The packet, from 0.
    pub packet: usize,
    /// Where it stands.
    pub stop: Stop,
}

/// `2/14`, `2/end`: counted from 1.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packet = self.packet + 1;
        match self.stop {
            Stop::At(stop) => write!(f, "{packet}/{}", stop + 1),
            Stop::End => write!(f, "{packet}/end"),
        }
    }
}

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    /// # Errors
    /// Where it is none of `2/14`, `2/end`, counted from 1.
    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (packet, stop) = text.split_once('/').ok_or(NoPosition)?;
        let stop = match stop {
            "end" => Some(Stop::End),
            number => from_one(number).map(Stop::At),
        };
        Ok(Self { packet: from_one(packet).ok_or(NoPosition)?, stop: stop.ok_or(NoPosition)? })
    }
}

/// A number counted from 1.
pub(super) fn from_one(word: &str) -> Option<usize> {
    word.parse::<usize>().ok()?.checked_sub(1)
}

/// A stop of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// Counted from 0; beyond the last it is the last.
    At(usize),
    /// The last.
    End,
}

/// Colours that a case asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Each by the word that chooses it.
    pub const WORDS: [(&str, Self); 2] = [("light", Self::Light), ("dark", Self::Dark)];

    /// The word that chooses it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
