//! `-m realm`: the realm of the packet's route.
//!
//! - Tests: the realm number under a mask: the destination's in the lower half, the source's in the upper.
//! - `-S`: `-m realm [!] --realm 0x5/0xff`; realm 0 is written `cosmos`.
//! - `-L`: `realm 0x5/0xff`, `! realm 0x5`.
//! - Kernel: `net/netfilter/xt_realm.c`.
//! - Not modelled: names besides `cosmos`, which `/etc/iproute2/rt_realms` gives.

use super::extension::{Given, MatchExt, Seen, Wrong, hex_mask, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Masked, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["realm"], options: &[opt("--realm", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--realm", realm, Expected::Number)?
        .map(Match::Realm)
        .ok_or_else(|| given.missing("--realm"))
}

fn realm(i: &str) -> Piece<'_, Masked<u32>> {
    match i.strip_prefix("cosmos") {
        Some(rest) => Ok((rest, Masked { value: 0, mask: u32::MAX })),
        None => value::mark(i),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, not) = value::bang(i)?;
    let (i, ()) = word("realm")(i)?;
    let (i, value) = spaced(realm)(i)?;
    Ok((i, Match::Realm(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Realm(realm) = m else { return None };
    let mut out = String::from("-m realm");
    put(&mut out, "--realm", Some(*realm), hex_mask);
    Some(out)
}
