//! What came from elsewhere: a case that is looked at for a while, and leaves the visitor's own work alone.

use crate::message::Claims;
use crate::paste::Paste;
use chainwalk::view::Lang;
use chainwalk::{Case, Position, Stop, Theme};
use std::rc::Rc;

/// What a link opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    /// By what its changes are kept, for as long as the tab lives.
    pub key: Rc<str>,
    /// The case.
    pub case: Case,
    /// Where it stands.
    pub at: Option<Position>,
    /// The language, for the visit.
    pub lang: Option<Lang>,
    /// Light or dark, for the visit.
    pub theme: Option<Theme>,
    /// Whether the visitor has work of their own, which is kept meanwhile.
    pub beside_own: bool,
}

/// That a case from elsewhere is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// By what its changes are kept, for as long as the tab lives.
    pub key: Rc<str>,
    /// Whether it is still to be read.
    pub opening: bool,
    /// Whether the visitor has work of their own, which is kept meanwhile.
    pub beside_own: bool,
}

/// Beyond every stop; the last one is shown.
pub(super) const LAST: usize = u32::MAX as usize;

/// A stop as the page counts them.
pub(super) fn stop(at: Stop) -> usize {
    match at {
        Stop::At(stop) => stop,
        Stop::End => LAST,
    }
}

/// What a case claims becomes of its packets.
pub(super) fn claims(case: &Case) -> Rc<Claims> {
    Rc::new(Claims { ends: case.head.ends.clone(), by: case.head.by.clone() })
}

/// The case that a pasted text is; none where it is a paste.
pub(super) fn case_of(paste: &Paste) -> Option<Case> {
    // Most texts show in their first line that they have no head, and a long one is not copied to see it.
    let mut lines = paste.rope().lines().map(|line| line.to_string());
    let first = lines.find(|line| !line.trim().is_empty() && line.trim() != "---")?;
    let (name, _) = first.split_once(':')?;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b"-.".contains(&b)) {
        return None;
    }
    let (case, _) = Case::headed(&paste.to_string())?;
    (!case.scenario.packets.is_empty()).then_some(case)
}
