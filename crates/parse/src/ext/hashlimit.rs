//! `-m hashlimit`: a rate for each address, port or network.
//!
//! - Tests: whether the packets, or bytes, of one group stay under a rate, or go above it.
//! - `-S`: `-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 7 --hashlimit-mode srcip,dstport
//!   --hashlimit-name n1 --hashlimit-htable-expire 500 --hashlimit-srcmask 24`.
//! - `-L`: `limit: up to 5/sec burst 7 mode srcip-dstport htable-expire 500 srcmask 24`, `limit: above …`;
//!   the name is lost.
//! - Kernel: `net/netfilter/xt_hashlimit.c`.
//! - The options of the table (`--hashlimit-htable-*`) and `--hashlimit-rate-*` are kept as words.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt};
use crate::value::{self, Piece, any_word, period_name, spaced, word};
use crate::word::quote;
use chainwalk_model::{DiagnosticId, Expected, HashlimitMatch, Match, Rate};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["hashlimit"],
    options: &[
        alias("--hashlimit-upto", &["--hashlimit"], 1),
        opt("--hashlimit-above", 1),
        opt("--hashlimit-burst", 1),
        opt("--hashlimit-mode", 1),
        opt("--hashlimit-name", 1),
        opt("--hashlimit-srcmask", 1),
        opt("--hashlimit-dstmask", 1),
        opt("--hashlimit-htable-size", 1),
        opt("--hashlimit-htable-max", 1),
        opt("--hashlimit-htable-gcinterval", 1),
        opt("--hashlimit-htable-expire", 1),
        opt("--hashlimit-rate-match", 0),
        opt("--hashlimit-rate-interval", 1),
    ],
    build,
    list,
    print,
};

/// The options that do not decide a packet here, in the order they are printed.
const REST: [&str; 6] = [
    "--hashlimit-htable-size",
    "--hashlimit-htable-max",
    "--hashlimit-htable-gcinterval",
    "--hashlimit-htable-expire",
    "--hashlimit-rate-match",
    "--hashlimit-rate-interval",
];

const MODES: [&str; 4] = ["srcip", "srcport", "dstip", "dstport"];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let (above, arg) = match (given.get("--hashlimit-upto"), given.get("--hashlimit-above")) {
        (Some(arg), None) => (arg.not, arg),
        (None, Some(arg)) => (!arg.not, arg),
        (Some(_), Some(arg)) => return Err(arg.wrong(DiagnosticId::BadValue, Expected::EndOfLine)),
        (None, None) => return Err(given.missing("--hashlimit-upto")),
    };
    let (rate, bytes) = arg.read(0, amount, Expected::Rate)?;
    let burst = given.plain("--hashlimit-burst", size, Expected::Number)?;
    let mask = |name| given.plain(name, value::u8n, Expected::Number);
    Ok(Match::Hashlimit(Box::new(HashlimitMatch {
        above,
        rate,
        bytes,
        burst: burst.unwrap_or(default_burst(bytes)),
        mode: given
            .plain("--hashlimit-mode", modes, Expected::Literal("srcip".into()))?
            .unwrap_or(0),
        name: given.text("--hashlimit-name").map(Into::into),
        srcmask: mask("--hashlimit-srcmask")?,
        dstmask: mask("--hashlimit-dstmask")?,
        rest: given.rest(&REST).into(),
    })))
}

/// Five packets; a rate in bytes has none unless it is given.
fn default_burst(bytes: bool) -> u32 {
    if bytes { 0 } else { 5 }
}

/// `5/sec`, `100kb/s`; whether it counts bytes.
fn amount(i: &str) -> Piece<'_, (Rate, bool)> {
    let digits = i.find(|c: char| !c.is_ascii_digit()).unwrap_or(i.len());
    let unit = i[digits..].split('/').next().unwrap_or_default();
    if unit.is_empty() {
        let (rest, rate) = value::rate(i)?;
        return Ok((rest, (rate, false)));
    }
    let (rest, count) = size(i)?;
    let (rest, period_s) = value::period(rest)?;
    Ok((rest, (Rate { count, period_s }, true)))
}

/// `7`, `7b`, `100kb`, `1mb`.
fn size(i: &str) -> Piece<'_, u32> {
    let (rest, number) = value::u32n(i)?;
    let (factor, skip) = if rest.starts_with("kb") {
        (1 << 10, 2)
    } else if rest.starts_with("mb") {
        (1 << 20, 2)
    } else {
        (1, usize::from(rest.starts_with('b')))
    };
    number.checked_mul(factor).map_or_else(|| value::fail(i), |n| Ok((&rest[skip..], n)))
}

/// `srcip,dstport`, `srcip-dstport`.
fn modes(i: &str) -> Piece<'_, u8> {
    let (rest, text) = any_word(i)?;
    let bits = text.split([',', '-']).try_fold(0, |bits, name| {
        let at = MODES.iter().position(|m| *m == name)?;
        Some(bits | 1 << at)
    });
    bits.map_or_else(|| value::fail(i), |bits| Ok((rest, bits)))
}

fn list(start: &str, _: Seen) -> Piece<'_, Match> {
    let (i, above) = match word("limit: above")(start) {
        Ok((i, ())) => (i, true),
        Err(_) => (word("limit: up to")(start).or_else(|_| word("limit: avg")(start))?.0, false),
    };
    let old = word("limit: avg")(start).is_ok();
    let (mut i, (rate, bytes)) = spaced(amount)(i)?;
    let mut burst = default_burst(bytes);
    if let Ok((rest, ())) = word("burst")(i) {
        (i, burst) = spaced(size)(rest)?;
    }
    // Without a mode it is `-m limit`, which prints the same words.
    let mut mode = 0;
    match word("mode")(i) {
        Ok((rest, ())) => (i, mode) = modes(rest)?,
        Err(e) if old => return Err(e),
        Err(_) => {}
    }
    let mut found = HashlimitMatch {
        above,
        rate,
        bytes,
        burst,
        mode,
        name: None,
        srcmask: None,
        dstmask: None,
        rest: "".into(),
    };
    let mut rest_text = String::new();
    while let Ok((rest, name)) = any_word(i) {
        i = match name {
            "srcmask" => {
                let (rest, mask) = spaced(value::u8n)(rest)?;
                found.srcmask = Some(mask);
                rest
            }
            "dstmask" => {
                let (rest, mask) = spaced(value::u8n)(rest)?;
                found.dstmask = Some(mask);
                rest
            }
            "htable-size" | "htable-max" | "htable-gcinterval" | "htable-expire"
            | "rate-interval" => {
                let (rest, number) = spaced(value::u32n)(rest)?;
                rest_text += &format!(" --hashlimit-{name} {number}");
                rest
            }
            "rate-match" => {
                rest_text += " --hashlimit-rate-match";
                rest
            }
            _ => break,
        };
    }
    found.rest = rest_text.trim_start().into();
    Ok((i, Match::Hashlimit(Box::new(found))))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Hashlimit(h) = m else { return None };
    let how = if h.above { "above" } else { "upto" };
    let mut out = format!("-m hashlimit --hashlimit-{how} {}", amount_text(h));
    if h.burst != default_burst(h.bytes) {
        let unit = if h.bytes { "b" } else { "" };
        out += &format!(" --hashlimit-burst {}{unit}", h.burst);
    }
    if h.mode != 0 {
        out += &format!(" --hashlimit-mode {}", value::bit_text(u16::from(h.mode), &MODES));
    }
    // It must have a name, which a listing loses.
    out += &format!(" --hashlimit-name {}", quote(h.name.as_deref()?));
    if !h.rest.is_empty() {
        out += &format!(" {}", h.rest);
    }
    for (name, mask) in [("src", h.srcmask), ("dst", h.dstmask)] {
        if let Some(mask) = mask {
            out += &format!(" --hashlimit-{name}mask {mask}");
        }
    }
    Some(out)
}

fn amount_text(h: &HashlimitMatch) -> String {
    let (count, period) = (h.rate.count, period_name(h.rate.period_s));
    match h.bytes {
        true if count.is_multiple_of(1 << 20) => format!("{}mb/s", count >> 20),
        true if count.is_multiple_of(1 << 10) => format!("{}kb/s", count >> 10),
        true => format!("{count}b/s"),
        false => format!("{count}/{period}"),
    }
}
