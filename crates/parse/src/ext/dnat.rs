//! `-j DNAT`: another destination.
//!
//! - Does: rewrites the destination address and port of a flow's first packet; conntrack does the rest.
//! - `-S`: `-j DNAT --to-destination 1.2.3.4-1.2.3.9:80-90 --random --persistent`.
//! - `-L`: `to:1.2.3.4:80 random persistent`; without an address `to::8080`.
//! - Kernel: `net/netfilter/xt_nat.c`.
//! - Not modelled: several ranges in one rule, which kernels before 2.6.11 took.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use super::nat_range;
use crate::value::Piece;
use chainwalk_model::Target;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["DNAT"],
    options: &[
        opt("--to-destination", 1),
        nat_range::RANDOM,
        nat_range::RANDOM_FULLY,
        nat_range::PERSISTENT,
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    nat_range::given_to(given, "--to-destination").map(Target::Dnat)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, range) = nat_range::listed_to(i)?;
    Ok((i, Target::Dnat(range)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Dnat(range) = target else { return None };
    Some(nat_range::to_target("DNAT", "--to-destination", range))
}
