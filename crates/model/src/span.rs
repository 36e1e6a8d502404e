//! Where in the paste a thing was read from.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A name or a short text, shared rather than copied.
pub type Text = Arc<str>;

/// One pasted or dropped document, by its position among them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct DocId(pub u16);

/// A range of UTF-8 byte offsets `start..end` into the raw text of one document.
///
/// Line and column exist only at the doors.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Span {
    /// The document the offsets count in.
    pub doc: DocId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `doc`; `start` and `end` are byte offsets.
    pub fn new(doc: DocId, start: usize, end: usize) -> Self {
        Self { doc, start: start as u32, end: end as u32 }
    }

    /// The offsets as a range that slices the document's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that holds both; both lie in one document.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { doc: self.doc, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
