//! `-m set`: membership in an ipset.
//!
//! - Tests: whether the packet's addresses, ports … are an element of a set.
//! - `-S`: `-m set [!] --match-set s1 src,dst --return-nomatch [!] --update-counters --packets-gt 5`.
//! - `-L`: `match-set s1 src,dst return-nomatch ! update-counters packets-gt 5`, `! match-set s1 src`.
//! - Kernel: `net/netfilter/xt_set.c`.
//! - Not modelled: the further options; they are kept as text.

use super::{Arg, Given, MatchExt, Seen, Wrong, alias, opt};
use crate::value::{self, Piece, any_word, word};
use crate::word::quote_loosely;
use chainwalk_model::{Expected, Match, SetMatch};

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

/// The further options in the order they are printed, and whether a number follows.
const REST: [(&str, bool); 9] = [
    ("--return-nomatch", false),
    ("--update-counters", false),
    ("--update-subcounters", false),
    ("--packets-eq", true),
    ("--packets-lt", true),
    ("--packets-gt", true),
    ("--bytes-eq", true),
    ("--bytes-lt", true),
    ("--bytes-gt", true),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let arg = given.get("--match-set").ok_or_else(|| given.missing("--match-set"))?;
    let set = named(arg)?;
    Ok(Match::Set(SetMatch { not: arg.not, rest: given.rest(&REST.map(|r| r.0)).into(), ..set }))
}

/// A set and its directions, from an option of two words.
pub(super) fn named(arg: &Arg<'_>) -> Result<SetMatch, Wrong> {
    let set = arg.read(0, any_word_owned, Expected::Text)?;
    let dirs = arg.read(1, dirs, Expected::Literal("src,dst".into()))?;
    Ok(SetMatch { not: false, set: set.into(), dirs, rest: "".into() })
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
    let mut rest = String::new();
    loop {
        let (at, not) = value::bang(i)?;
        let Ok((next, name)) = any_word(at) else { break };
        let Some((option, has_number)) = REST.iter().find(|(o, _)| o[2..] == *name) else { break };
        let not = if not { " !" } else { "" };
        rest += &format!("{not} {option}");
        i = next;
        if *has_number {
            let (next, number) = any_word(next)?;
            rest += &format!(" {number}");
            i = next;
        }
    }
    Ok((i, Match::Set(SetMatch { not, set: set.into(), dirs, rest: rest.trim_start().into() })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Set(set) = m else { return None };
    let not = if set.not { "! " } else { "" };
    let sep = if set.rest.is_empty() { "" } else { " " };
    Some(format!("-m set {not}--match-set {}{sep}{}", text(set), set.rest))
}

/// A set and its directions as two words.
pub(super) fn text(set: &SetMatch) -> String {
    let dirs: Vec<&str> = set.dirs.iter().map(|d| if *d { "src" } else { "dst" }).collect();
    format!("{} {}", quote_loosely(&set.set), dirs.join(","))
}
