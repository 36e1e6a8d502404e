//! `-m rateest`: a rate that `-j RATEEST` estimates, against a number or another rate.
//!
//! - Tests: estimated bytes or packets a second.
//! - `-S`: `-m rateest --rateest eth0 [!] --rateest-gt --rateest-bps 2000Kbit`,
//!   `--rateest-delta --rateest1 a --rateest-bps1 2500Kbit --rateest-gt --rateest-bps2 2000Kbit --rateest2 b`.
//! - `-L`: `rateest match eth0 bps 250000 ! gt`, `rateest match a delta bps 312500 gt b bps 250000`.
//! - Kernel: `net/netfilter/xt_rateest.c`.
//! - Not modelled: the estimators themselves.

use super::extension::{Given, MAYBE, MatchExt, Seen, Wrong, alias, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use crate::word::quote_loosely;
use chainwalk_model::{DiagnosticId, Expected, Inv, Match, RateestMatch, RateestOp};
use nom::Parser as _;

pub(super) const EXT: MatchExt = MatchExt {
    names: &["rateest"],
    options: &[
        alias("--rateest1", &["--rateest"], 1),
        opt("--rateest2", 1),
        opt("--rateest-delta", 0),
        opt("--rateest-bps1", MAYBE),
        alias("--rateest-bps2", &["--rateest-bps"], MAYBE),
        opt("--rateest-pps1", MAYBE),
        alias("--rateest-pps2", &["--rateest-pps"], MAYBE),
        opt("--rateest-lt", 0),
        opt("--rateest-gt", 0),
        opt("--rateest-eq", 0),
    ],
    build,
    list,
    print,
};

const OPS: [(&str, RateestOp); 3] =
    [("lt", RateestOp::Less), ("gt", RateestOp::Greater), ("eq", RateestOp::Equal)];

/// Units of a rate and how many bits a second they are.
const UNITS: [(&str, f64); 19] = [
    ("bit", 1.0),
    ("kibit", 1024.0),
    ("kbit", 1e3),
    ("mibit", 1024.0 * 1024.0),
    ("mbit", 1e6),
    ("gibit", 1024.0 * 1024.0 * 1024.0),
    ("gbit", 1e9),
    ("tibit", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("tbit", 1e12),
    ("bps", 8.0),
    ("kibps", 8.0 * 1024.0),
    ("kbps", 8e3),
    ("mibps", 8.0 * 1024.0 * 1024.0),
    ("mbps", 8e6),
    ("gibps", 8.0 * 1024.0 * 1024.0 * 1024.0),
    ("gbps", 8e9),
    ("tibps", 8.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("tbps", 8e12),
    ("", 1.0),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let name = |option| given.text(option).map(Into::into);
    let first = name("--rateest1").ok_or_else(|| given.missing("--rateest"))?;
    let second = name("--rateest2");
    let op = OPS.iter().find_map(|(name, op)| {
        let arg = given.args.iter().find(|a| a.name.strip_prefix("--rateest-") == Some(name))?;
        Some(Inv { not: arg.not, value: *op })
    });
    let op = op.ok_or_else(|| given.missing("--rateest-gt"))?;
    let rate = |option, bits: bool| match given.get(option) {
        Some(arg) if arg.not => {
            Err(arg.wrong(DiagnosticId::BadValue, Expected::Literal(option.into())))
        }
        Some(arg) if arg.values.is_empty() => Ok(Some(0)),
        Some(arg) if bits => arg.read(0, bytes, Expected::Number).map(Some),
        Some(arg) => arg.read(0, value::u32n, Expected::Number).map(Some),
        None => Ok(None),
    };
    let bytes = [rate("--rateest-bps1", true)?, rate("--rateest-bps2", true)?];
    let packets = [rate("--rateest-pps1", false)?, rate("--rateest-pps2", false)?];
    let found = RateestMatch {
        by_bytes: bytes != [None; 2],
        by_packets: packets != [None; 2],
        delta: given.flag("--rateest-delta")?,
        bytes: bytes.map(Option::unwrap_or_default),
        packets: packets.map(Option::unwrap_or_default),
        first,
        second,
        op,
    };
    if !found.by_bytes && !found.by_packets {
        return Err(given.missing("--rateest-bps"));
    }
    Ok(settled(found))
}

/// Numbers that are not looked at are 0.
fn settled(mut m: RateestMatch) -> Match {
    for pair in [&mut m.bytes, &mut m.packets] {
        if !m.delta {
            pair[0] = 0;
            if m.second.is_some() {
                pair[1] = 0;
            }
        }
    }
    Match::Rateest(Box::new(m))
}

/// A rate in bits or bytes with its unit, as bytes.
fn bytes(i: &str) -> Piece<'_, u32> {
    let (rest, number) = nom::number::complete::double.parse(i)?;
    let unit = rest.split_whitespace().next().unwrap_or_default();
    let factor = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
    let bytes = factor.map(|(_, factor)| number * factor / 8.0);
    match bytes {
        Some(bytes) if (0.0..=f64::from(u32::MAX)).contains(&bytes) => {
            Ok((&rest[unit.len()..], bytes as u32))
        }
        _ => value::fail(i),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("rateest match")(i)?;
    let (mut i, first) = any_word(i)?;
    let mut m = RateestMatch {
        first: first.into(),
        second: None,
        op: Inv { not: false, value: RateestOp::Equal },
        delta: false,
        by_bytes: false,
        by_packets: false,
        bytes: [0; 2],
        packets: [0; 2],
    };
    if let Ok((rest, ())) = word("delta")(i) {
        (i, m.delta) = (rest, true);
    }
    let mut compared = false;
    loop {
        if let Ok((rest, ())) = word("bps")(i) {
            m.by_bytes = true;
            i = numbers(rest, &mut m.bytes, &mut m.op, &mut compared, m.second.is_some());
        } else if let Ok((rest, ())) = word("pps")(i) {
            m.by_packets = true;
            i = numbers(rest, &mut m.packets, &mut m.op, &mut compared, m.second.is_some());
        } else if let Ok((rest, op)) = listed_op(i)
            && m.second.is_none()
            && !compared
        {
            m.op = op;
            let (rest, second) = any_word(rest)?;
            (i, m.second) = (rest, Some(second.into()));
        } else {
            break;
        }
    }
    let whole = (compared || m.second.is_some()) && (m.by_bytes || m.by_packets);
    if whole { Ok((i, settled(m))) } else { value::fail(i) }
}

fn listed_op(i: &str) -> Piece<'_, Inv<RateestOp>> {
    let (i, not) = value::bang(i)?;
    let (i, value) = value::named(i, &OPS)?;
    Ok((i, Inv { not, value }))
}

/// The numbers behind `bps` or `pps`: `1250 gt` of bytes, `gt 10` of packets, one before each where both are
/// taken off.
fn numbers<'a>(
    mut i: &'a str,
    pair: &mut [u32; 2],
    op: &mut Inv<RateestOp>,
    compared: &mut bool,
    second: bool,
) -> &'a str {
    let mut found = Vec::new();
    loop {
        if let Ok((rest, number)) = spaced(value::u32n)(i) {
            found.push(number);
            i = rest;
        } else if let Ok((rest, listed)) = listed_op(i)
            && !second
            && (!found.is_empty() || spaced(value::u32n)(rest).is_ok())
            && !names_another(rest)
        {
            (*op, *compared) = (listed, true);
            i = rest;
        } else {
            break;
        }
    }
    match found[..] {
        [one] if second => pair[1] = one,
        [one] if *compared => pair[1] = one,
        [one] => pair[0] = one,
        [one, other, ..] => *pair = [one, other],
        [] => {}
    }
    i
}

/// Whether an estimator's name follows: a word behind which `bps` or `pps` stands.
fn names_another(i: &str) -> bool {
    any_word(i).is_ok_and(|(rest, _)| word("bps")(rest).is_ok() || word("pps")(rest).is_ok())
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Rateest(m) = m else { return None };
    let mut out = String::from("-m rateest");
    put_flag(&mut out, "--rateest-delta", m.delta);
    let (one, relative) = match &m.second {
        Some(_) => ("--rateest1", true),
        None => ("--rateest", false),
    };
    out += &format!(" {one} {}", quote_loosely(&m.first));
    if m.delta && m.by_bytes {
        out += &format!(" --rateest-bps1 {}bit", u64::from(m.bytes[0]) * 8);
    }
    if m.delta && m.by_packets {
        out += &format!(" --rateest-pps1 {}", m.packets[0]);
    }
    let not = if m.op.not { "! " } else { "" };
    out += &format!(" {not}--rateest-{}", value::name_of(m.op.value, &OPS));
    let numbers = m.delta || !relative;
    if m.by_bytes {
        let name = if m.delta { "bps2" } else { "bps" };
        out += &format!(" --rateest-{name}");
        if numbers {
            out += &format!(" {}bit", u64::from(m.bytes[1]) * 8);
        }
    }
    if m.by_packets {
        let name = if m.delta { "pps2" } else { "pps" };
        out += &format!(" --rateest-{name}");
        if numbers {
            out += &format!(" {}", m.packets[1]);
        }
    }
    if let Some(second) = &m.second {
        out += &format!(" --rateest2 {}", quote_loosely(second));
    }
    Some(out)
}
