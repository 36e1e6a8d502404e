//! `-j TCPOPTSTRIP`: TCP options are taken out.
//!
//! - Does: writes no-operations over the options named; the walk goes on.
//! - `-S`: `-j TCPOPTSTRIP --strip-options 2,3,8`; typed also by name: `wscale,mss,timestamp`.
//! - `-L`: `TCPOPTSTRIP options 2,3,8`; without options nothing.
//! - Kernel: `net/netfilter/xt_TCPOPTSTRIP.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Order, Expected, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["TCPOPTSTRIP"], options: &[opt("--strip-options", 1)], build, list, print };

const NAMES: [(&str, u8); 6] = [
    ("wscale", 3),
    ("mss", 2),
    ("sack-permitted", 4),
    ("sack", 5),
    ("timestamp", 8),
    ("md5", 19),
];

fn kinds(i: &str) -> Piece<'_, Vec<u8>> {
    let (rest, text) = any_word(i)?;
    let kind = |text: &str| {
        let named = NAMES.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind);
        // 0 and 1 are no options but their end and the space between them.
        named.or_else(|| value::whole(value::u8n, text).filter(|kind| *kind > 1))
    };
    let found: Option<Vec<u8>> = text.split(',').map(kind).collect();
    let Some(mut found) = found else { return value::fail(i) };
    found.order();
    found.dedup();
    Ok((rest, found))
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let kinds = given.plain("--strip-options", kinds, Expected::Literal("timestamp".into()))?;
    Ok(Target::Tcpoptstrip(kinds.unwrap_or_default()))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("TCPOPTSTRIP options")(i)?;
    let (i, kinds) = kinds(i)?;
    Ok((i, Target::Tcpoptstrip(kinds)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Tcpoptstrip(kinds) = target else { return None };
    if kinds.is_empty() {
        return Some("-j TCPOPTSTRIP".into());
    }
    let kinds: Vec<String> = kinds.iter().map(u8::to_string).collect();
    Some(format!("-j TCPOPTSTRIP --strip-options {}", kinds.join(",")))
}
