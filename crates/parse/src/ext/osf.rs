//! `-m osf`: the system that sent a SYN, by its fingerprint.
//!
//! - Tests: whether the packet's header looks like one of a system's.
//! - `-S`: `-p tcp -m osf [!] --genre Linux --ttl 0 --log 1`.
//! - `-L`: `OS fingerprint match ! Linux`; the other options are lost.
//! - Kernel: `net/netfilter/xt_osf.c`.
//! - Not modelled: the fingerprints that were loaded.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, any_word, word};
use crate::word::quote_loosely;
use chainwalk_model::{Expected, Inv, Match, OsfMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["osf"],
    options: &[opt("--genre", 1), opt("--ttl", 1), opt("--log", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let genre = given.get("--genre").and_then(|arg| {
        let name = arg.values.first()?.text.as_ref();
        Some(Inv { not: arg.not, value: name.into() })
    });
    Ok(Match::Osf(OsfMatch {
        genre: genre.ok_or_else(|| given.missing("--genre"))?,
        ttl: given.plain("--ttl", level, Expected::Number)?,
        log: given.plain("--log", level, Expected::Number)?,
    }))
}

/// 0 to 2.
fn level(i: &str) -> Piece<'_, u8> {
    let (rest, n) = value::u8n(i)?;
    if n <= 2 { Ok((rest, n)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("OS fingerprint match")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, genre) = any_word(i)?;
    let genre = Inv { not, value: genre.into() };
    Ok((i, Match::Osf(OsfMatch { genre, ttl: None, log: None })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Osf(osf) = m else { return None };
    let not = if osf.genre.not { "! " } else { "" };
    let mut out = format!("-m osf {not}--genre {}", quote_loosely(&osf.genre.value));
    for (name, level) in [("ttl", osf.ttl), ("log", osf.log)] {
        if let Some(level) = level {
            out += &format!(" --{name} {level}");
        }
    }
    Some(out)
}
