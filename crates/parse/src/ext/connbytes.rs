//! `-m connbytes`: how much a flow has carried.
//!
//! - Tests: the packets, the bytes, or the bytes a packet of the packet's flow, one way or both.
//! - `-S`: `-m connbytes [!] --connbytes 10000:100000 --connbytes-mode bytes --connbytes-dir both`.
//! - `-L`: `! connbytes 10000:100000 connbytes mode bytes connbytes direction both`.
//! - Kernel: `net/netfilter/xt_connbytes.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{
    ConnbytesDir, ConnbytesMatch, ConnbytesMode, Expected, Inv, Match, Range,
};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["connbytes"],
    options: &[opt("--connbytes", 1), opt("--connbytes-mode", 1), opt("--connbytes-dir", 1)],
    build,
    list,
    print,
};

const MODES: [(&str, ConnbytesMode); 3] = [
    ("packets", ConnbytesMode::Packets),
    ("bytes", ConnbytesMode::Bytes),
    ("avgpkt", ConnbytesMode::Avgpkt),
];

const DIRS: [(&str, ConnbytesDir); 3] = [
    ("original", ConnbytesDir::Original),
    ("reply", ConnbytesDir::Reply),
    ("both", ConnbytesDir::Both),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let range = given.value("--connbytes", range, Expected::Number)?;
    let mode = given.plain("--connbytes-mode", mode, Expected::Literal("bytes".into()))?;
    let dir = given.plain("--connbytes-dir", dir, Expected::Literal("both".into()))?;
    let range = range.ok_or_else(|| given.missing("--connbytes"))?;
    Ok(Match::Connbytes(ConnbytesMatch {
        range: settled(range),
        mode: mode.ok_or_else(|| given.missing("--connbytes-mode"))?,
        dir: dir.ok_or_else(|| given.missing("--connbytes-dir"))?,
    }))
}

/// The kernel is told of `!` by the ends changing places, which a single number can't show.
fn settled(range: Inv<Range<u64>>) -> Inv<Range<u64>> {
    Inv { not: range.not && range.value.first != range.value.last, ..range }
}

/// `10:20`, `:20`, `10:`, and `10`, which means `10:` here.
fn range(i: &str) -> Piece<'_, Range<u64>> {
    let (rest, range) = value::rising(value::number_range(':', u64::MAX)(i))?;
    let open = !i[..i.len() - rest.len()].contains(':');
    Ok((rest, Range { last: if open { u64::MAX } else { range.last }, ..range }))
}

fn mode(i: &str) -> Piece<'_, ConnbytesMode> {
    value::named(i, &MODES)
}

fn dir(i: &str) -> Piece<'_, ConnbytesDir> {
    value::named(i, &DIRS)
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, not) = value::bang(i)?;
    let (i, ()) = word("connbytes")(i)?;
    let (i, value) = spaced(range)(i)?;
    let (i, ()) = word("connbytes mode")(i)?;
    let (i, mode) = mode(i)?;
    let (i, ()) = word("connbytes direction")(i)?;
    let (i, dir) = dir(i)?;
    Ok((i, Match::Connbytes(ConnbytesMatch { range: settled(Inv { not, value }), mode, dir })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Connbytes(m) = m else { return None };
    let not = if m.range.not { "! " } else { "" };
    let Range { first, last } = m.range.value;
    let range = if last == u64::MAX { format!("{first}") } else { format!("{first}:{last}") };
    let mode = value::name_of(m.mode, &MODES);
    let dir = value::name_of(m.dir, &DIRS);
    Some(format!(
        "-m connbytes {not}--connbytes {range} --connbytes-mode {mode} --connbytes-dir {dir}"
    ))
}
