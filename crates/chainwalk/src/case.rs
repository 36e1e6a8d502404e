//! The case text: the one lasting form of a scenario. Examples, saved files, links, fences, embeds and the page's
//! storage are written in it.
//!
//! A head of `name: value` lines, a line `---`, and the paste as it is. A text without a head is a paste. A line
//! that begins with two spaces goes on with the value above it, `#` begins a remark. Names that this version does
//! not know are kept, named as problems, and written back.
//!
//! Guarantees: what is written reads back as the same case; no text panics; reading takes linear time.

mod head;
mod read;
mod write;

pub use head::{Case, Head, NoPosition, Position, Stop, Theme, Words};
pub use read::{HeadLine, Unreadable};

use chainwalk_model::Diagnostic;

impl Case {
    /// Reads a case, or a paste without a head. The spans of the problems count in `text`.
    ///
    /// # Errors
    /// Where the text says that it is a case, and is none.
    pub fn read(text: &str) -> Result<(Self, Vec<Diagnostic>), Unreadable> {
        read::read(text)
    }

    /// The case of a text that has a head; none where it is a paste, or says that it is a case and is none.
    pub fn headed(text: &str) -> Option<(Self, Vec<Diagnostic>)> {
        read::headed(text).ok().flatten()
    }

    /// The lines of the head of a text, whatever their names are.
    ///
    /// # Errors
    /// Where a line above the first `---` is none, or there is no `---`.
    pub fn head_lines(text: &str) -> Result<Vec<HeadLine<'_>>, Unreadable> {
        read::head_lines(text)
    }

    /// The text of the case. Values are written without the spaces at their ends.
    pub fn write(&self) -> String {
        write::write(self)
    }
}

#[cfg(test)]
mod tests;
