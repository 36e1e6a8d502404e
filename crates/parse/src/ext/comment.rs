//! `-m comment`: a remark that always holds.
//!
//! - Tests: nothing.
//! - `-S`: `-m comment --comment "two words"`.
//! - `-L`: `/* two words */`, raw: a remark that holds `*/` can't be told from what follows it. The first
//!   `*/` ends it, unless the rest is then not readable and a later one makes it so.
//! - Kernel: `net/netfilter/xt_comment.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece};
use crate::word::quote;
use chainwalk_model::Match;

pub(super) const EXT: MatchExt =
    MatchExt { names: &["comment"], options: &[opt("--comment", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .text("--comment")
        .map(|text| Match::Comment(text.into()))
        .ok_or_else(|| given.missing("--comment"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let inner = i.trim_start();
    let Some(inner) = inner.strip_prefix("/*") else { return value::fail(i) };
    let Some(end) = closing(inner) else { return value::fail(i) };
    let text = &inner[..end];
    let text = text.strip_prefix(' ').unwrap_or(text);
    let text = text.strip_suffix(' ').unwrap_or(text);
    Ok((&inner[end + 2..], Match::Comment(text.into())))
}

/// Where the first `*/` stands that a blank or the end follows.
fn closing(inner: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = inner[from..].find("*/") {
        let at = from + at;
        if value::boundary(&inner[at + 2..]).is_ok() {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Comment(text) = m else { return None };
    Some(format!("-m comment --comment {}", quote(text)))
}
