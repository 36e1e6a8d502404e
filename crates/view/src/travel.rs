//! What is said of a case that came from elsewhere: why it can't be opened, and that it ends otherwise than when it
//! was made.

use crate::page::{Lang, Sentence};
use crate::say::{say, text};

/// Why a link can't be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is the name of a place in the page, or nothing at all: there is nothing to say of it.
    NoLink,
    /// It ends before the text does.
    CutOff,
    /// It is not what was written.
    Damaged,
    /// It holds more than a link may.
    TooLong,
    /// What it holds is no text.
    NotText,
    /// A later version wrote it in a form that is not known here: that version, which may be empty.
    Newer(String),
    /// It names a file elsewhere.
    Elsewhere(String),
    /// It names what this copy does not have: an example, a lesson, a file.
    Missing(String),
}

/// Why a link can't be opened, in one sentence; `here` is the version that was asked.
pub fn refused(lang: Lang, why: &Refused, here: &str) -> String {
    match why {
        Refused::NoLink => text!(lang, LinkNone),
        Refused::CutOff => text!(lang, LinkCutOff),
        Refused::Damaged => text!(lang, LinkDamaged),
        Refused::TooLong => text!(lang, LinkTooLong),
        Refused::NotText => text!(lang, LinkNotText),
        Refused::Newer(by) if by.is_empty() => text!(lang, LinkNewer, here = here),
        Refused::Newer(by) => text!(lang, LinkNewerBy, by = by, here = here),
        Refused::Elsewhere(path) => text!(lang, LinkElsewhere, path = path),
        Refused::Missing(name) => text!(lang, LinkMissing, name = name),
    }
}

/// That a packet, counted from 0, ended otherwise when its case was made, by the version `by`, which may be empty.
pub fn ended_otherwise(lang: Lang, packet: usize, then: &str, by: &str) -> Sentence {
    let number = packet + 1;
    if by.is_empty() {
        say!(lang, EndedOtherwise, number = number, then = then)
    } else {
        say!(lang, EndedOtherwiseBy, number = number, then = then, by = by)
    }
}
