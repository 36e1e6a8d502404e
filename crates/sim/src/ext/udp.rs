//! `-m udp`, `-m udplite` and `-m sctp`: ports.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`.
//! - Listed: `udp spt:A dpts:A:B`, `sctp dpt:A`.
//! - Kernel: `udp_mt` in `net/netfilter/xt_tcpudp.c`, `net/netfilter/xt_sctp.c`. iptables-nft leaves out a
//!   UDP range that holds every port.
//! - Not modelled: SCTP chunk types.

use super::{Judge, backend, tcp::port};
use crate::eye::Eye;
use crate::wire::{Seen, seen};
use chainwalk_model::{Backend, L4, Part, PortsMatch, Truth};

pub(super) fn test(m: &PortsMatch, eye: &Eye, j: &mut Judge) {
    let (sport, dport, native) = match eye.packet.l4 {
        L4::Udp { sport, dport } if seen(eye.packet, 8) == Seen::Whole => {
            (sport, dport, backend(eye, j.at) == Backend::IptablesNft)
        }
        L4::Sctp { sport, dport } if seen(eye.packet, 12) == Seen::Whole => (sport, dport, false),
        _ => {
            for (part, port) in [(Part::Sport, m.sport), (Part::Dport, m.dport)] {
                if let Some(m) = port {
                    j.lacks(part, m.not);
                }
            }
            j.truth = Truth::No;
            return;
        }
    };
    port(m.sport, sport, Part::Sport, native, j);
    port(m.dport, dport, Part::Dport, native, j);
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
