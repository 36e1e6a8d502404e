//! `-m nfacct`: counts packets and bytes under a name.
//!
//! - Tests: nothing, unless the object has a quota.
//! - `-S`: `-m nfacct --nfacct-name web`.
//! - `-L`: `nfacct-name web`.
//! - Kernel: `net/netfilter/xt_nfacct.c`.
//! - An object may have a quota, which no rule tells: the test then holds only once it is used up.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, word};
use crate::word::quote_loosely;
use chainwalk_model::Match;

pub(super) const EXT: MatchExt =
    MatchExt { names: &["nfacct"], options: &[opt("--nfacct-name", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let name = given.text("--nfacct-name").ok_or_else(|| given.missing("--nfacct-name"))?;
    Ok(Match::Nfacct(name.into()))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("nfacct-name")(i)?;
    let (i, name) = value::quoted(i)?;
    Ok((i, Match::Nfacct(name.into())))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Nfacct(name) = m else { return None };
    Some(format!("-m nfacct --nfacct-name {}", quote_loosely(name)))
}
