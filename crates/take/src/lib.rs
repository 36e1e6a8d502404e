//! What a scenario travels in: a link that holds all of it, so that no server is asked for it; and whether the
//! claims of texts that carry scenarios still hold.
//!
//! Guarantees: a link of any version that was ever written opens for ever and gives the text it was made of; no
//! fragment panics, and none costs more than the limits of [`link`] allow.

pub mod check;
pub mod codec;
pub mod link;
mod names;

pub use check::{Carried, Verdict, carried};
pub use link::{Body, Link};
pub use names::{Names, names};

/// A case's text as a block of a Markdown page. The fence is longer than any run of backticks in the text.
pub fn fence(text: &str) -> String {
    let longest = text.lines().map(|l| l.len() - l.trim_start().trim_start_matches('`').len());
    let marks = "`".repeat(longest.max().unwrap_or_default().max(2) + 1);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{marks}chainwalk\n{text}{end}{marks}\n")
}
