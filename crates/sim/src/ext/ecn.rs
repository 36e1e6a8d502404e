//! `-m ecn`: congestion notification in the IP and the TCP header.
//!
//! - Written: `[!] --ecn-tcp-cwr`, `[!] --ecn-tcp-ece`, `[!] --ecn-ip-ect 0..3`.
//! - Listed: `ECN match CWR`, `ECN match ECT=2`.
//! - Kernel: `net/netfilter/xt_ecn.c`. It does not ask whether the packet is a later fragment: there the
//!   byte at the flags' place decides, whatever it is.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, EcnMatch, Observed, Packet, TcpFlags};

pub(super) const FACTS: Facts = Facts::reading(Reads::HEADER);

pub(super) fn test(m: EcnMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    if let Some(m) = m.ect {
        let ect = ctx.packet.ip.tos & 3;
        eval.holds(ConditionKind::Tos, m.not, ect == m.value, || Observed::Number(u64::from(ect)));
    }
    if m.ece.is_none() && m.cwr.is_none() {
        return;
    }
    let flags = flags(ctx.packet);
    for (m, flag) in [(m.ece, TcpFlags::ECE), (m.cwr, TcpFlags::CWR)] {
        let Some(m) = m else { continue };
        match flags {
            Some(flags) => {
                eval.holds(ConditionKind::TcpFlags, m.not, flags.has(flag), || {
                    Observed::Flags(flags)
                });
            }
            None => eval.lacks(ConditionKind::TcpFlags, m.not),
        }
    }
}

/// The byte where a TCP header has its flags; `None` where the packet is too short for a TCP header.
fn flags(p: &Packet) -> Option<TcpFlags> {
    let bytes = wire::bytes(p);
    let header = bytes.get(wire::ip_header_len(p) as usize..)?.get(..20)?;
    Some(TcpFlags(header[13]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, L4, Match, Truth};

    #[test]
    fn both_headers_must_fit() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.ip.tos = 0x2e;
        let ect = Some(Inv { not: false, value: 2 });
        let ece = Some(Inv { not: false, value: () });
        let ip = EcnMatch { ect, ..EcnMatch::default() };
        assert_eq!(bench.test(&Match::Ecn(ip)), Truth::Yes);
        assert_eq!(bench.test(&Match::Ecn(EcnMatch { ece, ..ip })), Truth::No);
        if let L4::Tcp(tcp) = &mut bench.packet.l4 {
            tcp.flags = TcpFlags::ECE;
        }
        assert_eq!(bench.test(&Match::Ecn(EcnMatch { ece, ..ip })), Truth::Yes);
    }
}
