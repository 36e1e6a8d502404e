//! `-m tos`: the TOS byte, or IPv6's traffic class.
//!
//! - Tests: the byte under a mask; a name counts under 0x3f.
//! - `-S`: `-m tos [!] --tos 0x10/0xff`.
//! - `-L`: `tos match0x10/0xff`, `tos match!0x10/0x3f` (no blank), without `-n` `tos matchMinimize-Delay`.
//! - Kernel: `net/netfilter/xt_dscp.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, lead, spaced};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["tos"], options: &[opt("--tos", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--tos", value::tos, Expected::Number)?
        .map(Match::Tos)
        .ok_or_else(|| given.missing("--tos"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = lead("tos match")(i).or_else(|_| lead("TOS match")(i))?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::tos)(i)?;
    Ok((i, Match::Tos(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Tos(tos) = m else { return None };
    let mut out = String::from("-m tos");
    put(&mut out, "--tos", Some(*tos), |t| format!("{:#04x}/{:#04x}", t.value, t.mask));
    Some(out)
}
