//! `-m tcpmss`: the MSS option of a TCP SYN.
//!
//! - Tests: whether the maximum segment size lies in a range.
//! - `-S`: `-p tcp -m tcpmss [!] --mss 536:1400`.
//! - `-L`: `tcpmss match 536:1400`, `tcpmss match !536`.
//! - Kernel: `net/netfilter/xt_tcpmss.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, range_text};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["tcpmss"], options: &[opt("--mss", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--mss", |i| value::rising(value::number_range(':', u16::MAX)(i)), Expected::Number)?
        .map(Match::Tcpmss)
        .ok_or_else(|| given.missing("--mss"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("tcpmss match")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::number_range(':', u16::MAX))(i)?;
    Ok((i, Match::Tcpmss(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Tcpmss(mss) = m else { return None };
    let mut out = String::from("-m tcpmss");
    put(&mut out, "--mss", Some(*mss), |r| range_text(r, ':'));
    Some(out)
}
