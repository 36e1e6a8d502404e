//! `-m string`: bytes anywhere in the packet.
//!
//! - Tests: whether a pattern lies between two offsets of the IP packet.
//! - `-S`: `-m string [!] --string "a b" --algo bm --from 5 --to 100 --icase`, `--hex-string "|dead|"`.
//! - `-L`: `STRING match  "a b" ALGO name bm FROM 5 TO 100 ICASE`, `STRING match !"|dead|" …`.
//! - Kernel: `net/netfilter/xt_string.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Match, StringMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["string"],
    options: &[
        opt("--string", 1),
        opt("--hex-string", 1),
        opt("--algo", 1),
        opt("--from", 1),
        opt("--to", 1),
        opt("--icase", 0),
    ],
    build,
    list,
    print,
};

/// The end where none is given.
const END: u32 = 65535;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let plain = given.get("--string");
    let arg = plain.or(given.get("--hex-string")).ok_or_else(|| given.missing("--string"))?;
    let hex = plain.is_none();
    let text = arg.values.first().map(|w| w.text.as_ref()).unwrap_or_default();
    let pattern = if hex { bytes(text) } else { Some(text.as_bytes().to_vec()) };
    let expected = Expected::Literal("|de ad|".into());
    let pattern =
        pattern.ok_or_else(|| arg.wrong(chainwalk_model::DiagnosticId::BadValue, expected))?;
    let algo = given.text("--algo").ok_or_else(|| given.missing("--algo"))?;
    Ok(Match::String(Box::new(StringMatch {
        not: arg.not,
        pattern: pattern.into(),
        hex,
        algo: algo.into(),
        from: given.plain("--from", value::u32n, Expected::Number)?.unwrap_or(0),
        to: given.plain("--to", value::u32n, Expected::Number)?.unwrap_or(END),
        icase: given.flag("--icase")?,
    })))
}

/// Text in which `|…|` holds hexadecimal bytes and `\` keeps the next character.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '|' {
            let (inner, after) = rest.split_once('|')?;
            let digits: String = inner.split_whitespace().collect();
            if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
                return None;
            }
            for at in (0..digits.len()).step_by(2) {
                out.push(u8::from_str_radix(&digits[at..at + 2], 16).ok()?);
            }
            rest = after;
        } else {
            let kept = if c == '\\' { rest.chars().next()? } else { c };
            rest = if c == '\\' { &rest[kept.len_utf8()..] } else { rest };
            out.extend(kept.encode_utf8(&mut [0; 4]).bytes());
        }
    }
    Some(out)
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("STRING match")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, text) = value::quoted(i)?;
    let hex = text.len() > 2 && text.starts_with('|') && text.ends_with('|');
    let pattern = if hex { bytes(&text) } else { Some(text.into_bytes()) };
    let Some(pattern) = pattern else { return value::fail(i) };
    let (i, ()) = word("ALGO name")(i)?;
    let (mut i, algo) = any_word(i)?;
    let (mut from, mut to, mut icase) = (0, END, false);
    while let Ok((rest, name)) = any_word(i) {
        match name {
            "FROM" => (i, from) = spaced(value::u32n)(rest)?,
            "TO" => (i, to) = spaced(value::u32n)(rest)?,
            "ICASE" => (i, icase) = (rest, true),
            _ => break,
        }
    }
    let algo = algo.into();
    Ok((i, Match::String(Box::new(StringMatch { not, pattern: pattern.into(), hex, algo, from, to, icase }))))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::String(s) = m else { return None };
    let not = if s.not { "! " } else { "" };
    let mut out = format!("-m string {not}");
    if let (Ok(text), false) = (std::str::from_utf8(&s.pattern), s.hex) {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        out += &format!("--string \"{escaped}\"");
    } else {
        out += "--hex-string \"|";
        for byte in &*s.pattern {
            out += &format!("{byte:02x}");
        }
        out += "|\"";
    }
    out += &format!(" --algo {}", crate::word::quote_loosely(&s.algo));
    if s.from != 0 {
        out += &format!(" --from {}", s.from);
    }
    if s.to != END {
        out += &format!(" --to {}", s.to);
    }
    put_flag(&mut out, "--icase", s.icase);
    Some(out)
}
