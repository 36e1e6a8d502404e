//! `-m ipcomp`: the header of a compressed payload.
//!
//! - Tests: the compression parameter index; without the option it must be 0. The reserved field too.
//! - `-S`: `-p ipcomp -m ipcomp [!] --ipcompspi 5:9 --compres`. A range of all numbers is lost.
//! - `-L`: `comp spi:5`, `comp spis:!5:9 reserved`; `comp` alone is any.
//! - Kernel: `net/netfilter/xt_ipcomp.c`.
//! - Not modelled: nothing.

use super::spread::{given_spread, listed_spread, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag, range_text};
use crate::value::{self, Piece, word};
use chainwalk_model::{Inv, Match, Range};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ipcomp"],
    options: &[opt("--ipcompspi", 1), opt("--compres", 0)],
    build,
    list,
    print,
};

const ALL: Range<u32> = Range { first: 0, last: u32::MAX };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let zero = Inv { not: false, value: Range { first: 0, last: 0 } };
    let spi = match given.get("--ipcompspi") {
        Some(_) => given_spread(given, "--ipcompspi")?,
        None => Some(zero),
    };
    Ok(Match::Ipcomp { spi, reserved: given.flag("--compres")? })
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("comp")(i)?;
    let (i, spi) = maybe(i, |i| listed_spread("spi", i));
    let (i, reserved) = maybe(i, word("reserved"));
    let (i, ()) = value::boundary(i)?;
    Ok((i, Match::Ipcomp { spi, reserved: reserved.is_some() }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Ipcomp { spi, reserved } = m else { return None };
    let mut out = String::from("-m ipcomp");
    let spi = spi.unwrap_or(Inv { not: false, value: ALL });
    put(&mut out, "--ipcompspi", Some(spi), |r| range_text(r, ':'));
    put_flag(&mut out, "--compres", *reserved);
    Some(out)
}
