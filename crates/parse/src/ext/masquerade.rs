//! `-j MASQUERADE`: the outgoing interface's address as the source.
//!
//! - Does: rewrites the source address of a flow's first packet; conntrack does the rest.
//! - `-S`: `-j MASQUERADE --to-ports 80-90 --random`.
//! - `-L`: `masq ports: 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_MASQUERADE.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong};
use super::nat_range;
use crate::value::Piece;
use chainwalk_model::Target;

pub(super) const EXT: TargetExt =
    TargetExt { names: &["MASQUERADE"], options: nat_range::PORTS, build, list, print };

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    nat_range::ports(given).map(Target::Masquerade)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, range) = nat_range::listed_ports(i, "masq ports:")?;
    Ok((i, Target::Masquerade(range)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Masquerade(range) = target else { return None };
    Some(nat_range::ports_target("MASQUERADE", range))
}
