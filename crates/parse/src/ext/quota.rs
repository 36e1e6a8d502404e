//! `-m quota`: so many bytes and no more.
//!
//! - Tests: whether a counter of bytes that every packet asking it lowers is used up.
//! - `-S`: `-m quota [!] --quota 1000`.
//! - `-L`: `quota: 1000 bytes`, `! quota: 1000 bytes`.
//! - Kernel: `net/netfilter/xt_quota.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["quota"], options: &[opt("--quota", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--quota", value::u64n, Expected::Number)?
        .map(Match::Quota)
        .ok_or_else(|| given.missing("--quota"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, before) = value::bang(i)?;
    let (i, ()) = word("quota:")(i)?;
    let (i, behind) = value::bang(i)?;
    let (i, value) = spaced(value::u64n)(i)?;
    let (i, ()) = word("bytes")(i)?;
    Ok((i, Match::Quota(Inv { not: before != behind, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Quota(quota) = m else { return None };
    let mut out = String::from("-m quota");
    put(&mut out, "--quota", Some(*quota), |q| q.to_string());
    Some(out)
}
