//! What a route is looked up by (`struct flowi`).

use crate::context::Way;
use chainwalk_model::{L4, Packet};
use std::net::IpAddr;

/// What a packet is looked up by.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    pub dst: IpAddr,
    /// Source, where the lookup knows it.
    pub src: Option<IpAddr>,
    /// The packet's mark.
    pub mark: u32,
    pub tos: u8,
    /// Incoming interface; `None` for packets made here.
    pub iif: Option<&'a str>,
    /// Bound outgoing interface.
    pub oif: Option<&'a str>,
    /// What policy rules may ask for besides.
    pub who: FlowKey,
}

impl<'a> Key<'a> {
    /// That of a test that looks routes up.
    pub(super) fn of(way: &Way<'a>) -> Self {
        let Way { to: dst, from: src, mark, iif, tos, proto } = *way;
        let who = FlowKey { proto, ..FlowKey::default() };
        Self { dst, src, mark, tos, iif, oif: None, who }
    }
}

/// What only policy rules look at: the transport, and who sends.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FlowKey {
    /// Protocol; 0 where the lookup does not know it.
    pub proto: u8,
    pub sport: u16,
    pub dport: u16,
    /// User id; the kernel's own packets and those from a wire are root's.
    pub uid: u32,
    /// IPv6's flow label, where the lookup knows it.
    pub label: u32,
    /// The addresses that the choice of a next hop looks at, where they are not those of the lookup.
    pub hashed: Option<(IpAddr, IpAddr)>,
}

impl FlowKey {
    /// Protocol and ports of a packet.
    pub(crate) fn of(packet: &Packet) -> Self {
        let (sport, dport) = match packet.l4 {
            L4::Icmp(_) | L4::Other => (0, 0),
            _ => crate::wire::ports(packet).unwrap_or_default(),
        };
        // An error takes the way of what it quotes (`ip_multipath_l3_keys`).
        let hashed = match &packet.l4 {
            L4::Icmp(i) if crate::ct::is_error(packet.ip.proto, i.kind) => {
                i.inner.as_ref().map(|q| (q.ip.src, q.ip.dst))
            }
            _ => None,
        };
        let label = packet.ip.flow_label;
        Self { proto: packet.ip.proto, sport, dport, uid: 0, label, hashed }
    }

    /// The kernel's own ICMP message is looked up with its type and code where the destination port lies
    /// (`union flowi_uli`); an IPv4 echo reply is not.
    pub(crate) fn of_message(self, packet: &Packet) -> Self {
        match &packet.l4 {
            L4::Icmp(i) if packet.is_v6() || i.inner.is_some() => {
                Self { dport: u16::from_be_bytes([i.kind, i.code]), ..self }
            }
            _ => self,
        }
    }

    /// The same of an answer.
    pub(super) fn reverse(self) -> Self {
        Self { sport: self.dport, dport: self.sport, ..self }
    }
}
