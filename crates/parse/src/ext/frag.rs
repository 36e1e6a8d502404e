//! `-m frag`: the fragment header of IPv6.
//!
//! - Tests: its identification, its reserved fields, and which fragment it is. Its length is asked for and
//!   never looked at.
//! - `-S`: `-m frag [!] --fragid 5:9 [!] --fraglen 8 --fragres --fragfirst --fragmore --fraglast`.
//! - `-L`: `frag id:5`, `frag ids:!5:9 length:8 reserved first more last`.
//! - Kernel: `net/ipv6/netfilter/ip6t_frag.c`.
//! - Not modelled: nothing.

use super::spread::{given_number, given_spread, listed_number, listed_spread, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag, range_text};
use crate::value::{self, Piece, word};
use chainwalk_model::{DiagnosticId, Expected, FragMatch, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["frag"],
    options: &[
        opt("--fragid", 1),
        opt("--fraglen", 1),
        opt("--fragres", 0),
        opt("--fragfirst", 0),
        opt("--fragmore", 0),
        opt("--fraglast", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if let (Some(_), Some(arg)) = (given.get("--fragmore"), given.get("--fraglast")) {
        return Err(arg.wrong(DiagnosticId::BadValue, Expected::EndOfLine));
    }
    Ok(Match::Frag(FragMatch {
        id: given_spread(given, "--fragid")?,
        len: given_number(given, "--fraglen")?,
        reserved: given.flag("--fragres")?,
        first: given.flag("--fragfirst")?,
        more: given.flag("--fragmore")?,
        last: given.flag("--fraglast")?,
    }))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("frag")(i)?;
    let (i, id) = maybe(i, |i| listed_spread("id", i));
    let (i, len) = maybe(i, |i| listed_number("length", i));
    let (i, reserved) = maybe(i, word("reserved"));
    let (i, first) = maybe(i, word("first"));
    let (i, more) = maybe(i, word("more"));
    let (i, last) = maybe(i, word("last"));
    let (i, ()) = value::boundary(i)?;
    let found = FragMatch {
        id,
        len,
        reserved: reserved.is_some(),
        first: first.is_some(),
        more: more.is_some(),
        last: last.is_some(),
    };
    Ok((i, Match::Frag(found)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Frag(frag) = m else { return None };
    let mut out = String::from("-m frag");
    put(&mut out, "--fragid", frag.id, |r| range_text(r, ':'));
    put(&mut out, "--fraglen", frag.len, |n| n.to_string());
    put_flag(&mut out, "--fragres", frag.reserved);
    put_flag(&mut out, "--fragfirst", frag.first);
    put_flag(&mut out, "--fragmore", frag.more);
    put_flag(&mut out, "--fraglast", frag.last);
    Some(out)
}
