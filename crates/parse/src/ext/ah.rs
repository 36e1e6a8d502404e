//! `-m ah`: the authentication header of IP security.
//!
//! - Tests: the security parameter index; for IPv6 also the header's length and its reserved field.
//! - `-S`: `-p ah -m ah [!] --ahspi 5:9`; IPv6 `-m ah [!] --ahspi 5 [!] --ahlen 24 --ahres`. A range of all
//!   numbers is lost, also an inverted one.
//! - `-L`: `ah spi:5`, `ah spis:!5:9`; IPv6 `ah spi:5length:!24 reserved`; `ah` alone is any.
//! - Kernel: `net/ipv4/netfilter/ipt_ah.c`, `net/ipv6/netfilter/ip6t_ah.c`.
//! - Not modelled: nothing.

use super::spread::{given_number, given_spread, listed_number, listed_spread, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag, range_text};
use crate::value::{self, Piece, word};
use chainwalk_model::{AhMatch, DiagnosticId, Expected, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ah"],
    options: &[opt("--ahspi", 1), opt("--ahlen", 1), opt("--ahres", 0)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let six = given.get("--ahlen").or(given.get("--ahres"));
    if let Some(arg) = six.filter(|_| !given.v6) {
        return Err(arg.wrong(DiagnosticId::BadValue, Expected::Literal("--ahspi".into())));
    }
    Ok(Match::Ah(AhMatch {
        spi: given_spread(given, "--ahspi")?,
        len: given_number(given, "--ahlen")?,
        reserved: given.flag("--ahres")?,
    }))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("ah")(i)?;
    let (i, spi) = maybe(i, |i| listed_spread("spi", i));
    let (i, len) = maybe(i, |i| listed_number("length", i));
    let (i, reserved) = maybe(i, word("reserved"));
    let (i, ()) = value::boundary(i)?;
    if !seen.v6 && (len.is_some() || reserved.is_some()) {
        return value::fail(i);
    }
    Ok((i, Match::Ah(AhMatch { spi, len, reserved: reserved.is_some() })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Ah(ah) = m else { return None };
    let mut out = String::from("-m ah");
    put(&mut out, "--ahspi", ah.spi, |r| range_text(r, ':'));
    put(&mut out, "--ahlen", ah.len, |n| n.to_string());
    put_flag(&mut out, "--ahres", ah.reserved);
    Some(out)
}
