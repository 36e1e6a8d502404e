//! `-m rt`: the routing header of IPv6.
//!
//! - Tests: its type, segments left and length; for type 0 its reserved field and its addresses.
//! - `-S`: `-m rt [!] --rt-type 0 [!] --rt-segsleft 1:2 [!] --rt-len 40 --rt-0-res --rt-0-addrs fd00::1,fd00::2
//!   --rt-0-not-strict`.
//! - `-L`: `rt type:0 segslefts:!1:2 length:40 reserved 0-addrs fd00::1,fd00::2 0-not-strict`.
//! - Kernel: `net/ipv6/netfilter/ip6t_rt.c`.
//! - Not modelled: nothing.

use super::spread::{given_number, given_spread, listed_number, listed_spread, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag, range_text};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, Inv, Match, RtMatch};
use std::net::Ipv6Addr;

pub(super) const EXT: MatchExt = MatchExt {
    names: &["rt"],
    options: &[
        opt("--rt-type", 1),
        opt("--rt-segsleft", 1),
        opt("--rt-len", 1),
        opt("--rt-0-res", 0),
        opt("--rt-0-addrs", 1),
        opt("--rt-0-not-strict", 0),
    ],
    build,
    list,
    print,
};

/// The most addresses that a rule can hold.
const MOST: usize = 16;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let kind = given_number(given, "--rt-type")?;
    let addrs = given.plain("--rt-0-addrs", addrs, Expected::Address)?.unwrap_or_default();
    let (reserved, not_strict) = (given.flag("--rt-0-res")?, given.flag("--rt-0-not-strict")?);
    if (reserved || !addrs.is_empty()) && kind != Some(Inv { not: false, value: 0 }) {
        return Err(given.missing("--rt-type 0"));
    }
    if not_strict && addrs.is_empty() {
        return Err(given.missing("--rt-0-addrs"));
    }
    Ok(Match::Rt(Box::new(RtMatch {
        kind,
        segments_left: given_spread(given, "--rt-segsleft")?,
        len: given_number(given, "--rt-len")?,
        reserved,
        addrs,
        not_strict,
    })))
}

/// Addresses with commas between.
fn addrs(i: &str) -> Piece<'_, Vec<Ipv6Addr>> {
    let (rest, text) = any_word(i)?;
    let all: Option<Vec<Ipv6Addr>> = text.split(',').map(|a| a.parse().ok()).collect();
    match all {
        Some(all) if all.len() <= MOST => Ok((rest, all)),
        _ => value::fail(i),
    }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("rt")(i)?;
    let (i, kind) = maybe(i, |i| listed_number("type", i));
    let (i, segments_left) = maybe(i, |i| listed_spread("segsleft", i));
    let (i, len) = maybe(i, |i| listed_number("length", i));
    let (i, reserved) = maybe(i, word("reserved"));
    let (i, addrs) = maybe(i, |i| addrs(word("0-addrs")(i)?.0));
    let (i, not_strict) = maybe(i, word("0-not-strict"));
    let (i, ()) = value::boundary(i)?;
    let found = RtMatch {
        kind,
        segments_left,
        len,
        reserved: reserved.is_some(),
        addrs: addrs.unwrap_or_default(),
        not_strict: not_strict.is_some(),
    };
    Ok((i, Match::Rt(Box::new(found))))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Rt(rt) = m else { return None };
    let mut out = String::from("-m rt");
    put(&mut out, "--rt-type", rt.kind, |n| n.to_string());
    put(&mut out, "--rt-segsleft", rt.segments_left, |r| range_text(r, ':'));
    put(&mut out, "--rt-len", rt.len, |n| n.to_string());
    put_flag(&mut out, "--rt-0-res", rt.reserved);
    if !rt.addrs.is_empty() {
        let all: Vec<String> = rt.addrs.iter().map(Ipv6Addr::to_string).collect();
        out += &format!(" --rt-0-addrs {}", all.join(","));
    }
    put_flag(&mut out, "--rt-0-not-strict", rt.not_strict);
    Some(out)
}
