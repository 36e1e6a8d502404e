//! `-m esp`: the encapsulating header of IP security.
//!
//! - Tests: the security parameter index.
//! - `-S`: `-p esp -m esp [!] --espspi 5:9`. A range of all numbers is lost, also an inverted one.
//! - `-L`: `esp spi:5`, `esp spis:!5:9`; `esp` alone is any.
//! - Kernel: `net/netfilter/xt_esp.c`.
//! - Not modelled: nothing.

use super::spread::{given_spread, listed_spread, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, range_text};
use crate::value::{self, Piece, word};
use chainwalk_model::Match;

pub(super) const EXT: MatchExt =
    MatchExt { names: &["esp"], options: &[opt("--espspi", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given_spread(given, "--espspi").map(Match::Esp)
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("esp")(i)?;
    let (i, spi) = maybe(i, |i| listed_spread("spi", i));
    let (i, ()) = value::boundary(i)?;
    Ok((i, Match::Esp(spi)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Esp(spi) = m else { return None };
    let mut out = String::from("-m esp");
    put(&mut out, "--espspi", *spi, |r| range_text(r, ':'));
    Some(out)
}
