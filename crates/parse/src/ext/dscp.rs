//! `-m dscp`: the upper six bits of the TOS byte.
//!
//! - Tests: the DSCP value.
//! - `-S`: `-m dscp [!] --dscp 0x2e`; typed also `--dscp-class AF41`.
//! - `-L`: `DSCP match 0x2e`, `DSCP match !0x2e`.
//! - Kernel: `net/netfilter/xt_dscp.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::names;
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["dscp"],
    options: &[opt("--dscp", 1), opt("--dscp-class", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let value = given.value("--dscp", dscp, Expected::Number)?;
    let class = given.value("--dscp-class", class, Expected::Literal("AF41".into()))?;
    value.or(class).map(Match::Dscp).ok_or_else(|| given.missing("--dscp"))
}

/// A value of six bits.
pub(super) fn dscp(i: &str) -> Piece<'_, u8> {
    let (rest, value) = value::u8n(i)?;
    if value < 64 { Ok((rest, value)) } else { value::fail(i) }
}

/// A class by its name.
pub(super) fn class(i: &str) -> Piece<'_, u8> {
    let (rest, name) = any_word(i)?;
    names::dscp_class(name).map_or_else(|| value::fail(i), |value| Ok((rest, value)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("DSCP match")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(dscp)(i)?;
    Ok((i, Match::Dscp(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Dscp(dscp) = m else { return None };
    let mut out = String::from("-m dscp");
    put(&mut out, "--dscp", Some(*dscp), |d| format!("{d:#04x}"));
    Some(out)
}
