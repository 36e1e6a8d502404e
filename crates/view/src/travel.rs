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

/// What leaves with a case: how many lines of pasted text, packets, facts and changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Lines of pasted text.
    pub lines: usize,
    /// Packets.
    pub packets: usize,
    /// Facts that were said.
    pub facts: usize,
    /// Changes that were made.
    pub edits: usize,
}

/// What leaves with a case, in one line.
pub fn travels(lang: Lang, load: Load) -> String {
    let mut parts = vec![text!(lang, TravelLines, count = load.lines)];
    if load.packets > 0 {
        parts.push(text!(lang, TravelPackets, count = load.packets));
    }
    if load.facts > 0 {
        parts.push(text!(lang, TravelFacts, count = load.facts));
    }
    if load.edits > 0 {
        parts.push(text!(lang, TravelEdits, count = load.edits));
    }
    listed(lang, &parts)
}

fn listed(lang: Lang, parts: &[String]) -> String {
    parts.join(match lang {
        Lang::En => ", ",
        Lang::Zh => "、",
    })
}

/// Whether a case without its names walks as before, by how many of its steps are the same; of no steps nothing was walked.
pub fn replaced(lang: Lang, steps: usize, of: usize, same: bool) -> Sentence {
    match (of, same) {
        (0, _) => say!(lang, ReplacedUnwalked),
        (_, true) => say!(lang, ReplacedSame, of = of),
        (_, false) => say!(lang, ReplacedOtherwise, steps = steps, of = of),
    }
}

/// That a case names addresses of the public network, network cards and hosts, and how many; none where it names none.
pub fn names_others(lang: Lang, public: usize, macs: usize, hosts: usize) -> Option<Sentence> {
    let mut parts = Vec::new();
    if public > 0 {
        parts.push(text!(lang, NamesPublic, count = public));
    }
    if macs > 0 {
        parts.push(text!(lang, NamesMacs, count = macs));
    }
    if hosts > 0 {
        parts.push(text!(lang, NamesHosts, count = hosts));
    }
    let what = listed(lang, &parts);
    (!what.is_empty()).then(|| say!(lang, NamesOthers, what = what))
}
