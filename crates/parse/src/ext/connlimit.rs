//! `-m connlimit`: how many flows there are between groups of addresses.
//!
//! - Tests: the number of flows from the packet's source network, or to its destination network.
//! - `-S`: `-m connlimit --connlimit-above 2 --connlimit-mask 24 --connlimit-saddr`,
//!   `--connlimit-upto 2 … --connlimit-daddr`; `! --connlimit-above` is `--connlimit-upto`.
//! - `-L`: `#conn src/24 > 2`, `#conn dst/32 <= 2`; old ones `#conn/24 > 2`, `#conn/32 <= 2`.
//! - Kernel: `net/netfilter/xt_connlimit.c`, `nf_conncount.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, any_word, lead, spaced};
use chainwalk_model::{ConnlimitMatch, DiagnosticId, Expected, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["connlimit"],
    options: &[
        opt("--connlimit-upto", 1),
        opt("--connlimit-above", 1),
        opt("--connlimit-mask", 1),
        opt("--connlimit-saddr", 0),
        opt("--connlimit-daddr", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let upto = given.value("--connlimit-upto", value::u32n, Expected::Number)?;
    let above = given.value("--connlimit-above", value::u32n, Expected::Number)?;
    let (above, limit) = match (upto, above) {
        (Some(m), None) => (m.not, m.value),
        (None, Some(m)) => (!m.not, m.value),
        _ => return Err(given.missing("--connlimit-above")),
    };
    let full = full_mask(given.v6);
    let mask = given.plain("--connlimit-mask", prefix(given.v6), Expected::Number)?;
    let by_dest = given.flag("--connlimit-daddr")?;
    if by_dest && let Some(arg) = given.get("--connlimit-saddr") {
        return Err(arg.wrong(DiagnosticId::BadValue, Expected::EndOfLine));
    }
    Ok(Match::Connlimit(ConnlimitMatch { above, limit, mask: mask.unwrap_or(full), by_dest }))
}

fn full_mask(v6: bool) -> u8 {
    if v6 { 128 } else { 32 }
}

/// A prefix length, or a mask of IPv4 that is one.
fn prefix(v6: bool) -> impl FnMut(&str) -> Piece<'_, u8> {
    move |i| {
        if let Ok((rest, len)) = value::u8n(i)
            && !rest.starts_with('.')
        {
            return if len <= full_mask(v6) { Ok((rest, len)) } else { value::fail(i) };
        }
        let (rest, mask) = value::addr(i)?;
        let len = value::mask_len(mask).filter(|_| mask.is_ipv6() == v6);
        len.map_or_else(|| value::fail(i), |len| Ok((rest, len)))
    }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    let (i, ()) = lead("#conn")(i)?;
    let (i, by_dest) = match (lead("src")(i), lead("dst")(i)) {
        (Ok((i, ())), _) => (i, false),
        (_, Ok((i, ()))) => (i, true),
        _ => (i, false),
    };
    let (i, ()) = lead("/")(i)?;
    let (i, mask) = spaced(prefix(seen.v6))(i)?;
    let (rest, sign) = any_word(i)?;
    let above = match sign {
        ">" => true,
        "<=" => false,
        _ => return value::fail(i),
    };
    let (i, limit) = spaced(value::u32n)(rest)?;
    Ok((i, Match::Connlimit(ConnlimitMatch { above, limit, mask, by_dest })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Connlimit(ConnlimitMatch { above, limit, mask, by_dest }) = m else { return None };
    let way = if *above { "above" } else { "upto" };
    let side = if *by_dest { "daddr" } else { "saddr" };
    Some(format!(
        "-m connlimit --connlimit-{way} {limit} --connlimit-mask {mask} --connlimit-{side}"
    ))
}
