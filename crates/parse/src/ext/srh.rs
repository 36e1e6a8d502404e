//! `-m srh`: the segment routing header of IPv6.
//!
//! - Tests: next header, length, segments left, last entry, tag; the segments before, after and last.
//! - `-S`: `-m srh [!] --srh-next-hdr 6 [!] --srh-hdr-len-eq 4 [!] --srh-segs-left-gt 1 [!] --srh-last-entry-lt 2
//!   [!] --srh-tag 5 [!] --srh-psid fd00::1/128 [!] --srh-nsid fd00::/64 [!] --srh-lsid fd00::3/128`. The three
//!   ways to compare one field share one number, the last that was given.
//! - `-L`: `srh next-hdr:!6 hdr-len-eq:4 segs-left-gt:1 tag:5 psid ! fd00::1/128 nsid  fd00::/64`.
//! - Kernel: `net/ipv6/netfilter/ip6t_srh.c`.
//! - Not modelled: nothing.

use super::spread::{listed_number, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::addr_text;
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{AddrMask, Compare, Expected, Inv, Match, SrhMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["srh"],
    options: &[
        opt("--srh-next-hdr", 1),
        opt("--srh-hdr-len-eq", 1),
        opt("--srh-hdr-len-gt", 1),
        opt("--srh-hdr-len-lt", 1),
        opt("--srh-segs-left-eq", 1),
        opt("--srh-segs-left-gt", 1),
        opt("--srh-segs-left-lt", 1),
        opt("--srh-last-entry-eq", 1),
        opt("--srh-last-entry-gt", 1),
        opt("--srh-last-entry-lt", 1),
        opt("--srh-tag", 1),
        opt("--srh-psid", 1),
        opt("--srh-nsid", 1),
        opt("--srh-lsid", 1),
    ],
    build,
    list,
    print,
};

/// The ways to compare, each option's end and the same in a listing.
type Ways = [Way; 3];
type Way = (&'static str, &'static str, fn(u8) -> Compare<u8>);

const HEADER_LEN: Ways = [
    ("--srh-hdr-len-eq", "hdr-len-eq", Compare::Eq),
    ("--srh-hdr-len-gt", "hdr-len-gt", Compare::Gt),
    ("--srh-hdr-len-lt", "hdr-len-lt", Compare::Lt),
];
const SEGMENTS_LEFT: Ways = [
    ("--srh-segs-left-eq", "segs-left-eq", Compare::Eq),
    ("--srh-segs-left-gt", "segs-left-gt", Compare::Gt),
    ("--srh-segs-left-lt", "segs-left-lt", Compare::Lt),
];
const LAST_ENTRY: Ways = [
    ("--srh-last-entry-eq", "last-entry-eq", Compare::Eq),
    ("--srh-last-entry-gt", "last-entry-gt", Compare::Gt),
    ("--srh-last-entry-lt", "last-entry-lt", Compare::Lt),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let sid = |name| given.value(name, sid, Expected::Network);
    Ok(Match::Srh(Box::new(SrhMatch {
        next_header: given.value("--srh-next-hdr", value::u8n, Expected::Number)?,
        header_len: compared(given, &HEADER_LEN)?,
        segments_left: compared(given, &SEGMENTS_LEFT)?,
        last_entry: compared(given, &LAST_ENTRY)?,
        tag: given.value("--srh-tag", value::u16n, Expected::Number)?,
        previous: sid("--srh-psid")?,
        next: sid("--srh-nsid")?,
        last: sid("--srh-lsid")?,
    })))
}

/// What is asked of one field; all its ways compare with the number that was given last.
fn compared(given: &Given<'_>, ways: &Ways) -> Result<Vec<Inv<Compare<u8>>>, Wrong> {
    let mut number = 0;
    for arg in given.args.iter().filter(|a| ways.iter().any(|w| w.0 == a.name)) {
        number = arg.read(0, value::u8n, Expected::Number)?;
    }
    let one = |(name, _, way): &Way| {
        given.get(name).map(|arg| Inv { not: arg.not, value: way(number) })
    };
    Ok(ways.iter().filter_map(one).collect())
}

/// A segment under a mask.
fn sid(i: &str) -> Piece<'_, AddrMask> {
    let (rest, net) = value::addr_mask(i)?;
    if net.addr.is_ipv6() { Ok((rest, net)) } else { value::fail(i) }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("srh")(i)?;
    let (i, next_header) = maybe(i, |i| byte("next-hdr", i));
    let (i, header_len) = listed_ways(i, &HEADER_LEN);
    let (i, segments_left) = listed_ways(i, &SEGMENTS_LEFT);
    let (i, last_entry) = listed_ways(i, &LAST_ENTRY);
    let (i, tag) = maybe(i, |i| {
        let (rest, tag) = listed_number("tag", i)?;
        match u16::try_from(tag.value) {
            Ok(value) => Ok((rest, Inv { not: tag.not, value })),
            Err(_) => value::fail(i),
        }
    });
    let (i, previous) = maybe(i, |i| listed_sid("psid", i));
    let (i, next) = maybe(i, |i| listed_sid("nsid", i));
    let (i, last) = maybe(i, |i| listed_sid("lsid", i));
    let (i, ()) = value::boundary(i)?;
    let found = SrhMatch {
        next_header,
        header_len,
        segments_left,
        last_entry,
        tag,
        previous,
        next,
        last,
    };
    Ok((i, Match::Srh(Box::new(found))))
}

fn byte<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<u8>> {
    let (rest, n) = listed_number(name, i)?;
    match u8::try_from(n.value) {
        Ok(value) => Ok((rest, Inv { not: n.not, value })),
        Err(_) => value::fail(i),
    }
}

fn listed_ways<'a>(mut i: &'a str, ways: &Ways) -> (&'a str, Vec<Inv<Compare<u8>>>) {
    let mut found = Vec::new();
    for (_, name, way) in ways {
        if let Ok((rest, n)) = byte(name, i) {
            i = rest;
            found.push(Inv { not: n.not, value: way(n.value) });
        }
    }
    (i, found)
}

fn listed_sid<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<AddrMask>> {
    let (i, ()) = word(name)(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(sid)(i)?;
    Ok((i, Inv { not, value }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Srh(srh) = m else { return None };
    let mut out = String::from("-m srh");
    put(&mut out, "--srh-next-hdr", srh.next_header, |n| n.to_string());
    for (field, all) in [
        ("hdr-len", &srh.header_len),
        ("segs-left", &srh.segments_left),
        ("last-entry", &srh.last_entry),
    ] {
        for one in all {
            let (way, number) = match one.value {
                Compare::Eq(n) => ("eq", n),
                Compare::Gt(n) => ("gt", n),
                Compare::Lt(n) => ("lt", n),
            };
            let name = format!("--srh-{field}-{way}");
            put(&mut out, &name, Some(Inv { not: one.not, value: number }), |n| n.to_string());
        }
    }
    put(&mut out, "--srh-tag", srh.tag, |n| n.to_string());
    put(&mut out, "--srh-psid", srh.previous, |a| addr_text(a, true));
    put(&mut out, "--srh-nsid", srh.next, |a| addr_text(a, true));
    put(&mut out, "--srh-lsid", srh.last, |a| addr_text(a, true));
    Some(out)
}
