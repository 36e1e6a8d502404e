//! `-m length`: the length of the IP packet.
//!
//! - Tests: the length in bytes, header included; of the payload for IPv6.
//! - `-S`: `-m length [!] --length 40:50`.
//! - `-L`: `length 40`, `length !40:50`.
//! - Kernel: `net/netfilter/xt_length.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, range_text};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["length"], options: &[opt("--length", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--length", value::number_range(':', u16::MAX), Expected::Number)?
        .map(Match::Length)
        .ok_or_else(|| given.missing("--length"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("length")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::number_range(':', u16::MAX))(i)?;
    Ok((i, Match::Length(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Length(length) = m else { return None };
    let mut out = String::from("-m length");
    put(&mut out, "--length", Some(*length), |r| range_text(r, ':'));
    Some(out)
}
