//! `-m eui64`: a source address made of the frame's source.
//!
//! - Written and listed: `eui64`.
//! - Kernel: `net/ipv6/netfilter/ip6t_eui64.c`.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use super::mac;
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Observed};
use std::net::IpAddr;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(ctx: &MatchContext, eval: &mut Evaluation) {
    let IpAddr::V6(src) = ctx.packet.ip.src else {
        return eval.lacks(ConditionKind::Module, false);
    };
    // What comes over lo has a frame whose addresses are 0.
    let mac = mac::source(ctx).map_or([0; 6], |m| m.0);
    let mut half = [mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, 0, 0, 0];
    half[5..].copy_from_slice(&mac[3..]);
    eval.holds(ConditionKind::Module, false, src.octets()[8..] == half, || {
        Observed::Addr(src.into())
    });
}

#[cfg(test)]
mod tests {
    use crate::ext::bench::Bench;
    use chainwalk_model::{L4, Match, Truth};

    #[test]
    fn the_bench_has_the_frame_of_one_address() {
        let of = |src| Bench::of(src, "fd00::2", 59, L4::Other).test(&Match::Eui64);
        assert_eq!(of("fd00::ff:fe00:301"), Truth::Yes);
        assert_eq!(of("fd00::200:ff:fe00:301"), Truth::No);
    }
}
