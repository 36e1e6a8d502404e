//! `-m set`: membership in an ipset.
//!
//! - Tests: whether the packet's addresses, ports … are an element of a set.
//! - `-S`: `-m set [!] --match-set s1 src,dst --return-nomatch [!] --update-counters --packets-gt 5`.
//! - `-L`: `match-set s1 src,dst return-nomatch ! update-counters packets-gt 5`, `! match-set s1 src`.
//! - Kernel: `net/netfilter/xt_set.c`.

use super::extension::{Arg, Given, MatchExt, Seen, Wrong, alias, opt, put, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use crate::word::quote_loosely;
use chainwalk_model::{Compare, Expected, Inv, Match, SetMatch, SetOptions};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["set"],
    options: &[
        alias("--match-set", &["--set"], 2),
        opt("--return-nomatch", 0),
        opt("--update-counters", 0),
        opt("--update-subcounters", 0),
        opt("--packets-eq", 1),
        opt("--packets-lt", 1),
        opt("--packets-gt", 1),
        opt("--bytes-eq", 1),
        opt("--bytes-lt", 1),
        opt("--bytes-gt", 1),
    ],
    build,
    list,
    print,
};

type Way = fn(u64) -> Compare<u64>;

/// How a counter is compared, as the options end.
const WAYS: [(&str, Way); 3] =
    [("eq", Compare::Eq), ("lt", Compare::Lt), ("gt", Compare::Gt)];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let arg = given.get("--match-set").ok_or_else(|| given.missing("--match-set"))?;
    let set = named(arg)?;
    let kept = |name| given.get(name).is_some_and(|arg| arg.not);
    let options = SetOptions {
        return_nomatch: given.flag("--return-nomatch")?,
        keep_counters: kept("--update-counters"),
        keep_subcounters: kept("--update-subcounters"),
        packets: counter(given, ["--packets-eq", "--packets-lt", "--packets-gt"])?,
        bytes: counter(given, ["--bytes-eq", "--bytes-lt", "--bytes-gt"])?,
    };
    Ok(Match::Set(Box::new(SetMatch { not: arg.not, options, ..set })))
}

/// The comparison that was given of a counter; only `eq` may be inverted.
fn counter(given: &Given<'_>, names: [&str; 3]) -> Result<Option<Inv<Compare<u64>>>, Wrong> {
    for (name, (way, compare)) in names.into_iter().zip(WAYS) {
        let found = if way == "eq" {
            given.value(name, value::u64n, Expected::Number)?
        } else {
            let plain = given.plain(name, value::u64n, Expected::Number)?;
            plain.map(|value| Inv { not: false, value })
        };
        if let Some(Inv { not, value }) = found {
            return Ok(Some(Inv { not, value: compare(value) }));
        }
    }
    Ok(None)
}

/// A set and its directions, from an option of two words.
pub(super) fn named(arg: &Arg<'_>) -> Result<SetMatch, Wrong> {
    let set = arg.read(0, any_word_owned, Expected::Text)?;
    let dirs = arg.read(1, dirs, Expected::Literal("src,dst".into()))?;
    Ok(SetMatch { not: false, set: set.into(), dirs, options: SetOptions::default() })
}

fn any_word_owned(i: &str) -> Piece<'_, String> {
    let (rest, text) = any_word(i)?;
    Ok((rest, text.into()))
}

/// `src,dst`.
pub(super) fn dirs(i: &str) -> Piece<'_, Vec<bool>> {
    let (rest, text) = any_word(i)?;
    let found = text.split(',').map(|d| match d {
        "src" => Some(true),
        "dst" => Some(false),
        _ => None,
    });
    let found: Option<Vec<bool>> = found.collect();
    found.map_or_else(|| value::fail(i), |dirs| Ok((rest, dirs)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, not) = value::bang(i)?;
    let (i, ()) = word("match-set")(i)?;
    let (i, set) = any_word(i)?;
    let (mut i, dirs) = dirs(i)?;
    let mut options = SetOptions::default();
    while let Ok((next, ())) = option(i, &mut options) {
        i = next;
    }
    Ok((i, Match::Set(Box::new(SetMatch { not, set: set.into(), dirs, options }))))
}

/// One further option of a listing.
fn option<'a>(i: &'a str, options: &mut SetOptions) -> Piece<'a, ()> {
    let (at, not) = value::bang(i)?;
    let (next, name) = any_word(at)?;
    match name {
        "return-nomatch" => options.return_nomatch = true,
        "update-counters" => options.keep_counters = not,
        "update-subcounters" => options.keep_subcounters = not,
        _ => {
            let way = |(end, _): &&(&str, fn(u64) -> Compare<u64>)| {
                matches!(name.rsplit_once('-'), Some(("packets" | "bytes", way)) if way == *end)
            };
            let Some((_, compare)) = WAYS.iter().find(way) else { return value::fail(i) };
            let (next, number) = spaced(value::u64n)(next)?;
            let found = Some(Inv { not, value: compare(number) });
            *(if name.starts_with('p') { &mut options.packets } else { &mut options.bytes }) = found;
            return Ok((next, ()));
        }
    }
    Ok((next, ()))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Set(set) = m else { return None };
    let not = if set.not { "! " } else { "" };
    let mut out = format!("-m set {not}--match-set {}", text(set));
    let options = &set.options;
    put_flag(&mut out, "--return-nomatch", options.return_nomatch);
    put_flag(&mut out, "! --update-counters", options.keep_counters);
    put_flag(&mut out, "! --update-subcounters", options.keep_subcounters);
    for (what, counter) in [("packets", options.packets), ("bytes", options.bytes)] {
        let Some(Inv { not, value }) = counter else { continue };
        let (way, number) = match value {
            Compare::Eq(n) => ("eq", n),
            Compare::Lt(n) => ("lt", n),
            Compare::Gt(n) => ("gt", n),
        };
        let name = format!("--{what}-{way}");
        put(&mut out, &name, Some(Inv { not, value: number }), |n| n.to_string());
    }
    Some(out)
}

/// A set and its directions as two words.
pub(super) fn text(set: &SetMatch) -> String {
    let dirs: Vec<&str> = set.dirs.iter().map(|d| if *d { "src" } else { "dst" }).collect();
    format!("{} {}", quote_loosely(&set.set), dirs.join(","))
}
