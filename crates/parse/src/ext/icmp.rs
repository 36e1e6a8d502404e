//! `-m icmp`: type and code of an ICMP message.
//!
//! - Tests: the type, and a range of codes.
//! - `-S`: `-p icmp -m icmp [!] --icmp-type 8/0`; without a code any code matches; `any` is type 255.
//! - `-L`: `icmptype 8 code 0`, `icmptype 255`, `icmp !type 8`; without `-n` `icmp echo-request`.
//! - Kernel: `net/ipv4/netfilter/ip_tables.c`, `icmp_match`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, put, range_text};
use crate::names;
use crate::value::{self, Piece, lead};
use chainwalk_model::{Expected, IcmpMatch, Inv, Match, Range};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["icmp"], options: &[alias("--icmp-type", &[], 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--icmp-type", |i| icmp_type(i, names::ICMP, true), Expected::IcmpType)?
        .map(Match::Icmp)
        .ok_or_else(|| given.missing("--icmp-type"))
}

/// `8`, `8/0`, `echo-request`, `any`.
pub(super) fn icmp_type<'a>(
    i: &'a str,
    known: &[(&str, u8, Option<u8>)],
    has_any: bool,
) -> Piece<'a, IcmpMatch> {
    let every = Range { first: 0, last: 255 };
    if let Ok((rest, kind)) = value::u8n(i) {
        let (rest, code) = match rest.strip_prefix('/') {
            Some(rest) => value::rising(value::number_range('-', 255)(rest))?,
            None => (rest, every),
        };
        let kind = (!has_any || kind != 255).then_some(kind);
        return Ok((rest, IcmpMatch { kind, code }));
    }
    let (rest, name) = value::any_word(i)?;
    if has_any && name == "any" {
        return Ok((rest, IcmpMatch { kind: None, code: every }));
    }
    match known.iter().find(|(n, _, _)| n.eq_ignore_ascii_case(name)) {
        Some((_, kind, code)) => {
            let code = code.map_or(every, |c| Range { first: c, last: c });
            Ok((rest, IcmpMatch { kind: Some(*kind), code }))
        }
        None => value::fail(i),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, icmp) = listed("icmp", i, names::ICMP, true)?;
    Ok((i, Match::Icmp(icmp)))
}

/// `icmptype 8 code 0`, `icmp !type 8 codes 0-3`, `icmp echo-request`, `icmp !echo-request`.
pub(super) fn listed<'a>(
    name: &'static str,
    i: &'a str,
    known: &[(&str, u8, Option<u8>)],
    has_any: bool,
) -> Piece<'a, Inv<IcmpMatch>> {
    let (i, ()) = lead(name)(i)?;
    let (i, not) = value::bang(i)?;
    if let Ok((i, ())) = lead("type ")(i) {
        let (i, kind) = value::spaced(value::u8n)(i)?;
        let (i, code) = listed_code(i);
        let kind = (!has_any || kind != 255).then_some(kind);
        return Ok((i, Inv { not, value: IcmpMatch { kind, code } }));
    }
    let (i, value) = icmp_type(i.trim_start(), known, has_any)?;
    Ok((i, Inv { not, value }))
}

fn listed_code(i: &str) -> (&str, Range<u8>) {
    for name in ["code ", "codes "] {
        if let Ok((rest, ())) = lead(name)(i)
            && let Ok((rest, code)) = value::spaced(value::number_range('-', 255))(rest)
        {
            return (rest, code);
        }
    }
    (i, Range { first: 0, last: 255 })
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Icmp(icmp) = m else { return None };
    let mut out = String::from("-m icmp");
    put(&mut out, "--icmp-type", Some(*icmp), text);
    Some(out)
}

/// A type and its codes.
pub(super) fn text(icmp: IcmpMatch) -> String {
    let Some(kind) = icmp.kind else { return "any".into() };
    if icmp.code == (Range { first: 0, last: 255 }) {
        kind.to_string()
    } else {
        format!("{kind}/{}", range_text(icmp.code, '-'))
    }
}
