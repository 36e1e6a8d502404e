//! `-m eui64`: an IPv6 source address that is made of the frame's source address.
//!
//! - Tests: whether the lower half of the address is the link-layer address in its EUI-64 form.
//! - `-S`: `-m eui64`.
//! - `-L`: `eui64`; `ip6tables-nft` prints nothing.
//! - Kernel: `net/ipv6/netfilter/ip6t_eui64.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong};
use crate::value::{self, Piece, word};
use chainwalk_model::Match;

pub(super) const EXT: MatchExt =
    MatchExt { names: &["eui64"], options: &[], build, list, print };

// Every extension is built the same way.
#[allow(clippy::unnecessary_wraps)]
fn build(_: &Given<'_>) -> Result<Match, Wrong> {
    Ok(Match::Eui64)
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    if !seen.v6 {
        return value::fail(i);
    }
    let (i, ()) = word("eui64")(i)?;
    Ok((i, Match::Eui64))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    matches!(m, Match::Eui64).then(|| "-m eui64".into())
}
