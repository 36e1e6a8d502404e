//! `-m dst`: the destination options header of IPv6.
//!
//! - Tests: its length, and its options in their order: each by type, and by the length of its data.
//! - `-S`: `-m dst [!] --dst-len 8 --dst-opts 5:4,6`.
//! - `-L`: `dst length:!8 opts 5:4,6`; `dst` alone is any.
//! - Kernel: `net/ipv6/netfilter/ip6t_hbh.c`.
//! - Not modelled: nothing.

use super::spread::{given_number, listed_number, maybe};
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, Match, OptionsMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["dst"],
    options: &[opt("--dst-len", 1), opt("--dst-opts", 1)],
    build,
    list,
    print,
};

/// The most options that a rule can hold.
const MOST: usize = 16;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given_options(given, "--dst-len", "--dst-opts").map(Match::Dst)
}

/// The two options of `-m dst` and of `-m hbh`.
pub(super) fn given_options(
    given: &Given<'_>,
    len: &str,
    opts: &str,
) -> Result<OptionsMatch, Wrong> {
    Ok(OptionsMatch {
        len: given_number(given, len)?,
        opts: given.plain(opts, options, Expected::Literal("5:4,6".into()))?.unwrap_or_default(),
    })
}

/// `5:4,6`.
fn options(i: &str) -> Piece<'_, Vec<(u8, Option<u8>)>> {
    let (rest, text) = any_word(i)?;
    let number = |text: &str| value::whole(value::u8n, text);
    let one = |text: &str| match text.split_once(':') {
        // The padding of one byte has no length.
        Some((kind, len)) if number(kind)? != 0 => Some((number(kind)?, Some(number(len)?))),
        Some(_) => None,
        None => Some((number(text)?, None)),
    };
    match text.split(',').map(one).collect::<Option<Vec<_>>>() {
        Some(all) if all.len() <= MOST => Ok((rest, all)),
        _ => value::fail(i),
    }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    listed_options("dst", i, seen).map(|(i, found)| (i, Match::Dst(found)))
}

/// `hbh length:8 opts 5:4,6`.
pub(super) fn listed_options<'a>(
    name: &'static str,
    i: &'a str,
    seen: Seen,
) -> Piece<'a, OptionsMatch> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word(name)(i)?;
    let (i, len) = maybe(i, |i| listed_number("length", i));
    let (i, opts) = maybe(i, |i| options(word("opts")(i)?.0));
    let (i, ()) = value::boundary(i)?;
    Ok((i, OptionsMatch { len, opts: opts.unwrap_or_default() }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Dst(dst) = m else { return None };
    Some(options_text("dst", dst))
}

/// The two options as text, with `name` `dst` or `hbh`.
pub(super) fn options_text(name: &str, m: &OptionsMatch) -> String {
    let mut out = format!("-m {name}");
    put(&mut out, &format!("--{name}-len"), m.len, |n| n.to_string());
    if !m.opts.is_empty() {
        let one = |(kind, len): &(u8, Option<u8>)| match len {
            Some(len) => format!("{kind}:{len}"),
            None => kind.to_string(),
        };
        let all: Vec<String> = m.opts.iter().map(one).collect();
        out += &format!(" --{name}-opts {}", all.join(","));
    }
    out
}
