//! `-m pkttype`: whom the frame was addressed to.
//!
//! - Written: `[!] --pkt-type unicast|broadcast|multicast`.
//! - Listed: `PKTTYPE = broadcast`, `PKTTYPE != unicast`.
//! - Kernel: `pkttype_mt` in `net/netfilter/xt_pkttype.c`.
//! - A packet that this host makes is unicast, whatever its destination; a bridge shows frames for
//!   others as unicast too.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Entry, Inv, Observed, PacketType};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: Inv<PacketType>, ctx: &MatchContext, eval: &mut Evaluation) {
    let (kind, name) = match ctx.entry {
        Entry::Wire { to: PacketType::Broadcast, .. } => (PacketType::Broadcast, "broadcast"),
        Entry::Wire { to: PacketType::Multicast, .. } => (PacketType::Multicast, "multicast"),
        _ => (PacketType::Host, "unicast"),
    };
    eval.holds(ConditionKind::PktType, m.not, kind == m.value, || Observed::Name(name.into()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[test]
    fn the_frame_decides_and_not_the_address() {
        let mut bench = Bench::tcp("1.2.3.4", "224.0.0.1");
        let m = |value| Match::Pkttype(Inv { not: false, value });
        assert_eq!(bench.test(&m(PacketType::Multicast)), Truth::No);
        assert_eq!(bench.test(&m(PacketType::Host)), Truth::Yes);
        if let Entry::Wire { to, .. } = &mut bench.entry {
            *to = PacketType::Broadcast;
        }
        assert_eq!(bench.test(&m(PacketType::Broadcast)), Truth::Yes);
    }
}
