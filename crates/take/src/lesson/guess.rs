//! The choices of a step that asks for a guess: what is true, what its author took for likely mistakes, and what
//! misconceptions come to when the engine replays them.
//!
//! Guarantees: no wrong choice is true; no two are alike; a whole class has the same letters.

use super::form::{Lesson, Step};
use chainwalk::model::Order;
use chainwalk::view::{Lang, Run, Sentence, Style, goal_met, reason};
use chainwalk::{Mistaken, Viewpoint};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// So many wrong choices stand beside the true one.
const WRONG: usize = 3;
/// Fewer than these are no question.
const LEAST: usize = 2;

/// A choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What is chosen with it: `right`, `own-1` for the first of the author's, or the name of a misconception.
    pub name: String,
    /// What becomes of the packet.
    pub end: Sentence,
    /// Where it goes, or by what it is stopped; may be empty.
    pub place: Sentence,
    /// The sentence that undoes it; of the true one, why it is so.
    pub why: Sentence,
}

impl Choice {
    /// The name of the true one.
    pub const RIGHT: &'static str = "right";

    /// Whether it is the true one.
    pub fn is_right(&self) -> bool {
        self.name == Self::RIGHT
    }
}

impl Step {
    /// Whether it asks for a guess.
    pub fn asks(&self) -> bool {
        self.guess || !self.guesses.is_empty() || !self.mistakes.is_empty()
    }

    /// The choices about the packet that is shown, in the order of their letters; empty where there is nothing to choose.
    pub fn choices(&self, lesson: &Lesson, lang: Lang) -> Vec<Choice> {
        if !self.asks() {
            return Vec::new();
        }
        let mut all = self.by_rank(lang);
        if all.len() <= LEAST {
            return Vec::new();
        }
        all.order_by_cached_key(|choice| self.seat(lesson, &choice.name));
        all
    }

    /// The true one first, then the author's own, then what misconceptions come to.
    fn by_rank(&self, lang: Lang) -> Vec<Choice> {
        let played = self.case.scenario.play();
        let at = Viewpoint { lang, packet: self.packet(), raw_names: true };
        let Some((_, truth)) = played.certain_end(&at) else { return Vec::new() };
        let why = played.explain(&at, reason);
        let mut out = vec![Choice {
            name: Choice::RIGHT.to_owned(),
            end: truth.end,
            place: truth.place,
            why,
        }];
        for (guess, number) in self.guesses.iter().zip(1..).take(WRONG) {
            let said = guess.say.pick(lang);
            let words = if said.is_empty() { &guess.fate } else { said };
            out.push(Choice {
                name: format!("own-{number}"),
                end: plain(words),
                place: Sentence::new(),
                why: plain(guess.undone.pick(lang)),
            });
        }
        let is_own = |mistaken: &Mistaken| {
            self.guesses.iter().any(|guess| goal_met(&guess.fate, &mistaken.ends).0 > 0)
        };
        let wanted = |mistaken: &Mistaken| {
            let found = self.mistakes.iter().position(|(named, _)| *named == mistaken.mistake);
            found.unwrap_or(usize::MAX)
        };
        let mut replayed = played.mistakes(&at);
        replayed.order_by_key(wanted);
        let more = replayed.into_iter().filter(|m| !is_own(m)).map(|m| Choice {
            name: m.mistake.name().to_owned(),
            end: m.choice.end,
            place: m.choice.place,
            why: m.undone,
        });
        let room = (WRONG + 1).saturating_sub(out.len());
        out.extend(more.take(room));
        out
    }

    /// The packet that is asked about: the last that is shown.
    pub fn packet(&self) -> usize {
        self.case.scenario.packets.len().saturating_sub(1)
    }

    /// By what a choice finds its letter: the same for everybody who has this text.
    fn seat(&self, lesson: &Lesson, name: &str) -> u64 {
        let mut hasher = SipHasher13::new();
        let scenario = &self.case.scenario;
        for text in
            [&lesson.name, &self.name, &scenario.paste(), &scenario.packets.join("\n"), name]
        {
            hasher.write(text.as_bytes());
            hasher.write_u8(0);
        }
        hasher.finish()
    }
}

fn plain(text: &str) -> Sentence {
    vec![Run { text: text.to_owned(), style: Style::Plain }]
}
