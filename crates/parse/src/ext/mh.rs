//! `-m mh`: the mobility header of IPv6.
//!
//! - Tests: its type.
//! - `-S`: `-p mobility-header -m mh [!] --mh-type 5:6`; typed also by name. All types are written as none.
//! - `-L`: `mh 5:6`, `mh !5`; without `-n` `mh binding-update:binding-acknowledgement`.
//! - Kernel: `net/ipv6/netfilter/ip6t_mh.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, range_text};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, Inv, Match, Range};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["mh"], options: &[opt("--mh-type", 1)], build, list, print };

const TYPES: [(&str, &str); 8] = [
    ("binding-refresh-request", "brr"),
    ("home-test-init", "hoti"),
    ("careof-test-init", "coti"),
    ("home-test", "hot"),
    ("careof-test", "cot"),
    ("binding-update", "bu"),
    ("binding-acknowledgement", "ba"),
    ("binding-error", "be"),
];
const ALL: Range<u8> = Range { first: 0, last: u8::MAX };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let found = given.value("--mh-type", types, Expected::Literal("binding-update".into()))?;
    Ok(Match::Mh(found.filter(|r| r.not || r.value != ALL)))
}

/// `5`, `5:6`, `bu:ba`.
fn types(i: &str) -> Piece<'_, Range<u8>> {
    let (rest, text) = any_word(i)?;
    let one = |name: &str| match value::whole(value::u8n, name) {
        Some(n) => Some(n),
        None => TYPES.iter().zip(0..).find(|((a, b), _)| *a == name || *b == name).map(|t| t.1),
    };
    let range = match text.split_once(':') {
        Some((first, last)) => {
            let first = if first.is_empty() { Some(0) } else { one(first) };
            let last = if last.is_empty() { Some(u8::MAX) } else { one(last) };
            first.zip(last)
        }
        None => one(text).map(|n| (n, n)),
    };
    match range {
        Some((first, last)) if first <= last => Ok((rest, Range { first, last })),
        _ => value::fail(i),
    }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("mh")(i)?;
    let listed = |i| -> Piece<'_, Inv<Range<u8>>> {
        let (i, not) = value::bang(i)?;
        let (i, value) = types(i)?;
        Ok((i, Inv { not, value }))
    };
    let (i, found) = super::spread::maybe(i, listed);
    Ok((i, Match::Mh(found)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Mh(types) = m else { return None };
    let mut out = String::from("-m mh");
    put(&mut out, "--mh-type", *types, |r| range_text(r, ':'));
    Some(out)
}
