//! `-m devgroup`: the group of the interfaces.
//!
//! - Tests: the group number of the incoming and of the outgoing interface under a mask.
//! - `-S`: `-m devgroup [!] --src-group 0x1 [!] --dst-group 0x1/0xf`.
//! - `-L`: `src-group 0x1`, `! dst-group 0x1/0xf`.
//! - Kernel: `net/netfilter/xt_devgroup.c`.
//! - Not modelled: group names besides `default`.

use super::extension::{Given, MatchExt, Seen, Wrong, hex_mask, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Masked, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["devgroup"],
    options: &[opt("--src-group", 1), opt("--dst-group", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let src = given.value("--src-group", group, Expected::Number)?;
    let dst = given.value("--dst-group", group, Expected::Number)?;
    if src.is_none() && dst.is_none() {
        return Err(given.missing("--src-group"));
    }
    Ok(Match::Devgroup { src, dst })
}

fn group(i: &str) -> Piece<'_, Masked<u32>> {
    match i.strip_prefix("default") {
        Some(rest) => Ok((rest, Masked { value: 0, mask: u32::MAX })),
        None => value::mark(i),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut src, mut dst, mut left) = (None, None, i);
    while let Ok((rest, (is_src, found))) = listed(left) {
        let slot = if is_src { &mut src } else { &mut dst };
        if slot.is_some() {
            break;
        }
        *slot = Some(found);
        left = rest;
    }
    if left.len() == i.len() { value::fail(i) } else { Ok((left, Match::Devgroup { src, dst })) }
}

fn listed(i: &str) -> Piece<'_, (bool, Inv<Masked<u32>>)> {
    let (i, not) = value::bang(i)?;
    let (i, is_src) = match word("src-group")(i) {
        Ok((i, ())) => (i, true),
        Err(_) => (word("dst-group")(i)?.0, false),
    };
    let (i, value) = spaced(group)(i)?;
    Ok((i, (is_src, Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Devgroup { src, dst } = m else { return None };
    let mut out = String::from("-m devgroup");
    put(&mut out, "--src-group", *src, hex_mask);
    put(&mut out, "--dst-group", *dst, hex_mask);
    Some(out)
}
