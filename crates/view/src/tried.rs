//! What becomes of a packet that was tried before anybody asked for it, in a few words.

use crate::banner::decider;
use crate::changes::fate_card;
use crate::explained::Explained;
use crate::fate::{self, Class, class};
use crate::forks::is_chance;
use crate::likely::likely_answers;
use crate::page::Tone;
use crate::say::text;
use crate::values::destination;
use chainwalk_model::Fate;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What becomes of a packet that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The packet line.
    pub line: String,
    /// The colour of its fate.
    pub tone: Tone,
    /// Whether the fate rests on something that is only likely.
    pub likely: bool,
    /// The fate in a few words (`to 172.17.0.2:80`).
    pub text: String,
}

/// What becomes of the packet shown, in a few words.
pub fn tried(t: &Explained, line: &str) -> Tried {
    let card = fate_card(t);
    let told = |tone, likely, text| Tried { line: line.to_owned(), tone, likely, text };
    let Some((walk, outcome)) = t.walk().zip(t.outcome()) else {
        return told(Tone::Idle, false, String::new());
    };
    let likely = !likely_answers(t, outcome).is_empty();
    let trace = &outcome.trace;
    let short = || fate::short(t, trace);
    let text = match (card.tone, &trace.fate) {
        // It goes one way, and nobody can say whether an answer finds back.
        (Tone::Depends, fate) if fate::tone(fate) == Tone::Ok && decider(t).is_none() => {
            text!(t.lang, OverHardly)
        }
        (Tone::Depends | Tone::Idle, _) => text!(t.lang, OverDepends),
        (Tone::Stop, fate) if fate::tone(fate) == Tone::Ok => text!(t.lang, OverNoAnswer),
        (Tone::Stop, _) => short(),
        (Tone::Ok, fate) => {
            let asked = destination(trace, &trace.sent.packet);
            let to = fate::last_destination(trace);
            let random = outcome.choices.iter().any(|c| is_chance(&c.question));
            let ends = walk.likeliest().filter(|o| class(&o.trace.fate) == Class::Out);
            let ends: HashSet<String> = ends.map(|o| fate::last_destination(&o.trace)).collect();
            if random && ends.len() > 1 {
                text!(t.lang, OverOneOf, count = ends.len())
            } else if to != asked && !to.is_empty() {
                text!(t.lang, OverTo, dst = to)
            } else {
                match fate {
                    Fate::Local { .. } => text!(t.lang, OverDelivered),
                    Fate::Sent(None) | Fate::Forwarded(None) => text!(t.lang, OverSent),
                    _ => short(),
                }
            }
        }
    };
    told(card.tone, likely, text)
}
