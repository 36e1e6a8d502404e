//! `-m u32`: numbers cut out of the packet.
//!
//! - Tests: an expression over four-byte words of the packet; it is kept as written.
//! - `-S`: `-m u32 [!] --u32 "0x6&0xff=0x6"`.
//! - `-L`: `u32 "0x6&0xff=0x6"`, `u32 ! "…"`.
//! - Kernel: `net/netfilter/xt_u32.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, word};
use chainwalk_model::{Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["u32"], options: &[opt("--u32", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let arg = given.get("--u32").ok_or_else(|| given.missing("--u32"))?;
    let text = given.text("--u32").unwrap_or_default();
    Ok(Match::U32(Inv { not: arg.not, value: as_printed(text).into() }))
}

/// An expression as iptables prints it: no blanks, each number in hexadecimal. What is no number stays.
fn as_printed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if end == 0 {
            if !c.is_whitespace() {
                out.push(c);
            }
            rest = &rest[c.len_utf8()..];
            continue;
        }
        match value::whole(value::u32n, &rest[..end]) {
            Some(number) => out += &format!("{number:#x}"),
            None => out += &rest[..end],
        }
        rest = &rest[end..];
    }
    out
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("u32")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, text) = value::quoted(i)?;
    Ok((i, Match::U32(Inv { not, value: text.into() })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::U32(u) = m else { return None };
    let not = if u.not { "! " } else { "" };
    let escaped = u.value.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("-m u32 {not}--u32 \"{escaped}\""))
}
