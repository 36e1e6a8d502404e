//! The tuples by which conntrack knows a flow, and the zones that they lie in.

use super::gre;
use super::icmp;
use chainwalk_model::{CtDir, L4, Packet, Tuple, proto};

/// The zones of a flow's two directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The zone of the original direction.
    pub orig: u16,
    /// The zone of the reply direction.
    pub reply: u16,
}

/// The other direction.
pub(crate) fn reverse(dir: CtDir) -> CtDir {
    match dir {
        CtDir::Original => CtDir::Reply,
        CtDir::Reply => CtDir::Original,
    }
}

/// The tuple of a packet (`nf_ct_get_tuple`).
pub(crate) fn tuple_of(packet: &Packet) -> Tuple {
    let (sport, dport) = match &packet.l4 {
        L4::Tcp(t) => (t.sport, t.dport),
        L4::Udp { sport, dport } | L4::Sctp { sport, dport, .. } => (*sport, *dport),
        L4::Icmp(i) => (i.id, u16::from(i.kind) << 8 | u16::from(i.code)),
        L4::Other if packet.ip.proto == proto::GRE => (0, gre::call(packet).unwrap_or(0)),
        L4::Other => (0, 0),
    };
    let ip = &packet.ip;
    Tuple { src: ip.src, dst: ip.dst, proto: ip.proto, sport, dport }
}

/// The tuple of a packet's answer; `None` for an ICMP type that has no answer (`nf_ct_invert_tuple`).
pub(crate) fn invert(t: Tuple) -> Option<Tuple> {
    let turned = Tuple { src: t.dst, dst: t.src, ..t };
    match t.proto {
        proto::ICMP | proto::ICMPV6 => {
            let [kind, code] = t.dport.to_be_bytes();
            let answer = icmp::answer_type(t.proto, kind)?;
            Some(Tuple { dport: u16::from(answer) << 8 | u16::from(code), ..turned })
        }
        _ => Some(Tuple { sport: t.dport, dport: t.sport, ..turned }),
    }
}
