//! The answer first: the fate in the words of the program that asked.

use crate::say::{run, say};
use crate::{Banner, Style, Telling, Tone};

/// The banner for the packet shown. It never reports a good end without rules and a walk.
pub fn banner(t: &Telling) -> Banner {
    Banner {
        tone: Tone::Idle,
        headline: say!(t.lang, IdlePaste),
        detail: run("", Style::Plain),
        evidence: Vec::new(),
    }
}
