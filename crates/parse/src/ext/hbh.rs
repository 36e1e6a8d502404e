//! `-m hbh`: the hop-by-hop options header of IPv6.
//!
//! - Tests: its length, and its options in their order: each by type, and by the length of its data.
//! - `-S`: `-m hbh [!] --hbh-len 8 --hbh-opts 5:4,6`.
//! - `-L`: `hbh length:!8 opts 5:4,6`; `hbh` alone is any.
//! - Kernel: `net/ipv6/netfilter/ip6t_hbh.c`.
//! - Not modelled: nothing.

use super::dst::{given_options, listed_options, options_text};
use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::Piece;
use chainwalk_model::Match;

pub(super) const EXT: MatchExt = MatchExt {
    names: &["hbh"],
    options: &[opt("--hbh-len", 1), opt("--hbh-opts", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given_options(given, "--hbh-len", "--hbh-opts").map(Match::Hbh)
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    listed_options("hbh", i, seen).map(|(i, found)| (i, Match::Hbh(found)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Hbh(hbh) = m else { return None };
    Some(options_text("hbh", hbh))
}
