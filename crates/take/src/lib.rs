//! What a scenario travels in: a link that holds all of it, so that no server is asked for it; and whether the
//! claims of texts that carry scenarios still hold.
//!
//! Guarantees: a link of any version that was ever written opens for ever and gives the text it was made of; no
//! fragment panics, and none costs more than the limits of [`link`] allow.

pub mod anonymise;
pub mod card;
pub mod check;
pub mod code;
pub mod codec;
pub mod drawing;
pub mod lesson;
pub mod link;
pub mod mdbook;
mod names;
pub mod picture;
pub mod share;
pub mod words;

pub use check::{Carried, Verdict, carried};
pub use code::{Code, code};
pub use drawing::{Drawing, Look};
pub use lesson::Lesson;
pub use link::{Body, Link};
pub use names::{Names, names};

/// A case's text as a block of a Markdown page. The fence is longer than any run of backticks in the text.
pub fn fence(text: &str) -> String {
    let ticks = |line: &str| line.bytes().take_while(|b| *b == b'`').count();
    let longest = text.lines().map(|line| ticks(line.trim_start()));
    let marks = "`".repeat(longest.max().unwrap_or_default().max(2) + 1);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{marks}chainwalk\n{text}{end}{marks}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_holds_whatever_stands_in_it() {
        for text in ["a\n", "", "    pkts  bytes\n", "```\nx\n```\n", "  `````\n", "no line feed"] {
            let page = ["Before.\n\n", &fence(text), "\nAfter.\n"].concat();
            let marks = page.lines().filter(|l| l.ends_with("chainwalk")).count();
            assert_eq!(marks, 1, "{page}");
            let case = ["chainwalk: 1\n---\n", text].concat();
            let page = ["Before.\n\n", &fence(&case), "\nAfter.\n"].concat();
            assert_eq!(carried("page.md", &page).len(), 1, "{page}");
        }
        assert!(fence("    pkts\n").starts_with("```chainwalk\n"));
        assert!(fence("```\n").starts_with("````chainwalk\n"));
    }
}
