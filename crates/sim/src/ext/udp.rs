//! `-m udp`, `-m udplite` and `-m sctp`: ports.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`.
//! - Listed: `udp spt:A dpts:A:B`, `sctp dpt:A`.
//! - Kernel: `udp_mt` in `net/netfilter/xt_tcpudp.c`, `net/netfilter/xt_sctp.c`. iptables-nft writes UDP's
//!   ports as expressions of its own, as it does for TCP.
//! - Not modelled: SCTP chunk types.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend};
use super::tcp::{port, says};
use crate::context::MatchContext;
use crate::wire::{Seen, seen};
use chainwalk_model::{Backend, ConditionKind, L4, OpId, PortsMatch, Truth};

/// Bytes of a UDP header.
const UDP_HEADER: u32 = 8;
/// Bytes of an SCTP header without chunks.
pub(super) const SCTP_HEADER: u32 = 12;

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &PortsMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let native = is_native(m, ctx, eval.at);
    let (ports, header) = match ctx.packet.l4 {
        L4::Udp { sport, dport } => (Some((sport, dport)), UDP_HEADER),
        L4::Sctp { sport, dport, .. } => (Some((sport, dport)), SCTP_HEADER),
        _ => (None, 0),
    };
    let read = |need| {
        let need = if native { need } else { header };
        ports.filter(|_| seen(ctx.packet, need) == Seen::Whole)
    };
    port(m.sport, read(2).map(|p| p.0), ConditionKind::Sport, native, eval);
    port(m.dport, read(4).map(|p| p.1), ConditionKind::Dport, native, eval);
    if native {
        return;
    }
    if read(header).is_none() {
        eval.truth = Truth::No;
    }
    if seen(ctx.packet, UDP_HEADER) == Seen::Short {
        eval.hotdrop();
    }
}

/// Whether iptables-nft writes this test without the kernel's `udp` match.
fn is_native(m: &PortsMatch, ctx: &MatchContext, at: OpId) -> bool {
    backend(ctx, at) == Backend::IptablesNft
        && matches!(ctx.packet.l4, L4::Udp { .. })
        && (says(m.sport) || says(m.dport))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, Match, Range, proto};

    #[test]
    fn a_source_port_is_no_destination_port() {
        let udp = L4::Udp { sport: 53, dport: 4000 };
        let bench = Bench::of("1.2.3.4", "10.0.0.2", proto::UDP, udp);
        let dns = Some(Inv { not: false, value: Range { first: 53, last: 53 } });
        let by_source = PortsMatch { sport: dns, dport: None };
        let by_destination = PortsMatch { sport: None, dport: dns };
        assert_eq!(bench.test(&Match::Udp(by_source)), Truth::Yes);
        assert_eq!(bench.test(&Match::Udp(by_destination)), Truth::No);
    }
}
