//! `-m helper`: flows that a conntrack helper expected.
//!
//! - Tests: whether the packet's flow was begun by another one, whose helper has that name.
//! - `-S`: `-m helper [!] --helper ftp-2121`; the empty name is any helper.
//! - `-L`: `helper match ! "ftp-2121"`.
//! - Kernel: `net/netfilter/xt_helper.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, word};
use crate::word::quote;
use chainwalk_model::{Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["helper"], options: &[opt("--helper", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let arg = given.get("--helper").ok_or_else(|| given.missing("--helper"))?;
    let name = arg.values.first().ok_or_else(|| given.missing("--helper"))?;
    Ok(Match::Helper(Inv { not: arg.not, value: name.text.as_ref().into() }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("helper match")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, name) = value::quoted(i)?;
    Ok((i, Match::Helper(Inv { not, value: name.into() })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Helper(name) = m else { return None };
    let not = if name.not { "! " } else { "" };
    let text = if name.value.is_empty() { "\"\"".into() } else { quote(&name.value) };
    Some(format!("-m helper {not}--helper {text}"))
}
