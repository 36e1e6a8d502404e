//! `-m ipv6header`: which extension headers an IPv6 packet has.
//!
//! - Tests: whether it has just these, or with `--soft` at least these.
//! - `-S`: `-m ipv6header [!] --header hop-by-hop,ipv6-opts --soft`; typed also by number or short name.
//! - `-L`: `ipv6header flags:0xC0 soft`, `flags:!0xC0`; without `-n` by name.
//! - Kernel: `net/ipv6/netfilter/ip6t_ipv6header.c`.
//! - Not modelled: nothing.

use super::spread::maybe;
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag};
use crate::value::{self, Piece, any_word, lead, word};
use chainwalk_model::{Expected, Inv, Ipv6HeaderMatch, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ipv6header"],
    options: &[opt("--header", 1), opt("--soft", 0)],
    build,
    list,
    print,
};

/// Short name and number of each header, from the highest bit on.
const SHORT: [(&str, &str); 8] = [
    ("hop", "0"),
    ("dst", "60"),
    ("route", "43"),
    ("frag", "44"),
    ("auth", "51"),
    ("esp", "50"),
    ("none", "59"),
    ("prot", "255"),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let headers = given
        .value("--header", headers, Expected::Literal("hop,dst,route,frag".into()))?
        .ok_or_else(|| given.missing("--header"))?;
    Ok(Match::Ipv6Header(Ipv6HeaderMatch { headers, soft: given.flag("--soft")? }))
}

/// Names or numbers with commas between.
fn headers(i: &str) -> Piece<'_, u8> {
    let (rest, text) = any_word(i)?;
    let bits = text.split(',').try_fold(0, |bits, name| {
        let named = |at: &usize| {
            Ipv6HeaderMatch::NAMES[*at] == name || SHORT[*at].0 == name || SHORT[*at].1 == name
        };
        Some(bits | 0x80 >> (0..8).find(named)?)
    });
    bits.map_or_else(|| value::fail(i), |bits| Ok((rest, bits)))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("ipv6header")(i)?;
    let (i, ()) = lead("flags:")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = value::spaced(value::u8n)(i).or_else(|_| headers(i))?;
    let (i, soft) = maybe(i, word("soft"));
    let found = Ipv6HeaderMatch { headers: Inv { not, value }, soft: soft.is_some() };
    Ok((i, Match::Ipv6Header(found)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Ipv6Header(h) = m else { return None };
    let mut out = String::from("-m ipv6header");
    put(&mut out, "--header", Some(h.headers), |bits| {
        let bit = |(at, _): &(usize, &&str)| bits & (0x80 >> at) != 0;
        let names = Ipv6HeaderMatch::NAMES.iter().enumerate().filter(bit).map(|(_, n)| *n);
        names.collect::<Vec<_>>().join(",")
    });
    put_flag(&mut out, "--soft", h.soft);
    Some(out)
}
