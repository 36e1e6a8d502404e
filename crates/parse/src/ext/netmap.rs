//! `-j NETMAP`: one network onto another, address by address.
//!
//! - Does: replaces the network bits of the destination (PREROUTING, OUTPUT) or of the source.
//! - `-S`: `-j NETMAP --to 5.6.7.0/24`.
//! - `-L`: `to:5.6.7.0/24`; old ones `5.6.7.0/24`.
//! - Kernel: `net/netfilter/xt_NETMAP.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, lead, spaced};
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["NETMAP"], options: &[opt("--to", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    given
        .plain("--to", value::addr_mask, Expected::Network)?
        .map(Target::Netmap)
        .ok_or_else(|| given.missing("--to"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let i = lead("to:")(i).map_or(i, |(i, ())| i);
    let (i, net) = spaced(value::addr_mask)(i)?;
    Ok((i, Target::Netmap(net)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Netmap(net) = target else { return None };
    Some(format!("-j NETMAP --to {}", crate::value::addr_text(*net, false)))
}
