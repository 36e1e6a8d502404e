//! What else a change lets in: packets like the one asked for but in one thing, before and after.

use crate::session::Session;
use chainwalk_model::{
    AskAddr, AskEntry, Entry, Event, Host, IfKind, L4, PacketSpec, Probe, ProbeKind, Sent,
    TcpFlags, Trace, Walk, proto,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The variations of a packet, and what becomes of each on the host as it is.
pub(super) struct Probes {
    asks: Vec<(ProbeKind, PacketSpec)>,
    as_is: Vec<(Sent, Option<bool>)>,
}

impl Probes {
    /// Sends every variation of the last of `asks` through the host as it is, where `session` sent them all.
    pub(super) fn new(asks: &[PacketSpec], session: &Session) -> Option<Self> {
        let (last, before) = asks.split_last()?;
        let trace = &session.walks().get(before.len())?.outcomes.first()?.trace;
        if last.follow_up.is_some() || trace.sent.packet.is_fragment() {
            return None;
        }
        let asks: Vec<(ProbeKind, PacketSpec)> = ProbeKind::ALL
            .into_iter()
            .filter_map(|vary| Some((vary, varied(session.host(), last, trace, vary)?)))
            .collect();
        let as_is =
            asks.iter().map(|(_, ask)| fate(session, before, ask)).collect::<Option<_>>()?;
        Some(Self { asks, as_is })
    }

    /// Sends them through a host as a proposal leaves it, behind the packets that come before them.
    pub(super) fn sent(&self, asks: &[PacketSpec], changed: Host) -> Vec<Probe> {
        let before = &asks[..asks.len().saturating_sub(1)];
        let session = Session::new(changed);
        let probe =
            |((vary, ask), (sent, was)): (&(ProbeKind, PacketSpec), &(Sent, Option<bool>))| Probe {
                vary: *vary,
                sent: sent.clone(),
                before: *was,
                after: fate(&session, before, ask).and_then(|f| f.1),
            };
        self.asks.iter().zip(&self.as_is).map(probe).collect()
    }
}

/// The packet, and whether it gets through on every likely way; `None` where these differ or one is unknown.
fn fate(on: &Session, before: &[PacketSpec], ask: &PacketSpec) -> Option<(Sent, Option<bool>)> {
    let mut session = on.afresh();
    for ask in before {
        session.send(ask);
    }
    let walk: &Walk = session.send(ask);
    let likely = walk.outcomes.iter().filter(|o| o.unlikely() == 0);
    let mut ends = likely.map(|o| o.trace.fate.is_through());
    let first = ends.next()?;
    let alike = first.filter(|_| ends.all(|e| e == first) && !walk.cut);
    Some((walk.outcomes[0].trace.sent.clone(), alike))
}

/// The question with one thing changed; `None` where the packet has no such thing.
fn varied(host: &Host, ask: &PacketSpec, trace: &Trace, vary: ProbeKind) -> Option<PacketSpec> {
    let sent = &trace.sent;
    let packet = &sent.packet;
    let (src, dst) = (packet.ip.src, packet.ip.dst);
    let wire = match &sent.entry {
        Entry::Wire { iface, .. } => Some(iface),
        Entry::Local { .. } => None,
    };
    let own =
        |addr: IpAddr| host.interfaces.iter().any(|i| i.addrs.iter().any(|f| f.value.addr == addr));
    let neighbour = |addr: IpAddr| {
        [1, 2, 3].into_iter().map(|by| next(addr, by)).find(|a| !own(*a) && *a != src && *a != dst)
    };
    let mut other = ask.clone();
    match vary {
        ProbeKind::NearSource => {
            wire?;
            other.src = Some(AskAddr::Ip(neighbour(src)?));
        }
        ProbeKind::FarSource => {
            wire?;
            other.src = Some(AskAddr::Ip(far(src)));
        }
        ProbeKind::Interface => {
            let now = wire?;
            let fits = |i: &&chainwalk_model::Interface| {
                i.name != *now && i.kind == IfKind::Plain && i.master.is_none()
            };
            other.entry = AskEntry::Iface(host.interfaces.iter().find(fits)?.name.clone());
        }
        ProbeKind::Port => other.dport = Some(another(packet.dport()?)),
        ProbeKind::Destination => other.dst = Some(AskAddr::Ip(neighbour(dst)?)),
        ProbeKind::Behind => {
            let last = &trace.moments.last()?.packet;
            if last.ip.dst == dst || own(last.ip.dst) {
                return None;
            }
            other.dst = Some(AskAddr::Ip(last.ip.dst));
            other.dport = last.dport().map(another);
        }
        ProbeKind::Protocol => {
            let udp = matches!(packet.l4, L4::Tcp(_));
            other.proto = Some(if udp { proto::UDP } else { proto::TCP });
            other.flags = None;
            (other.icmp_type, other.icmp_code) = (None, None);
            other.dport = Some(packet.dport().unwrap_or(22));
            other.sport = Some(packet.sport().unwrap_or(40000));
        }
        ProbeKind::MidFlow => {
            let L4::Tcp(_) = packet.l4 else { return None };
            other.flags = Some(TcpFlags::ACK);
            other.ack = Some(1);
        }
        ProbeKind::Opposite => {
            // The other end is where DNAT sent the packet; it begins where the packet was to leave.
            let out = trace.steps.iter().rev().find_map(|step| match &step.event {
                Event::Hook(path) => path.outiface.name(),
                _ => None,
            })?;
            let end = trace.moments.last()?.packet.ip.dst;
            // What is sent from here is answered here, and so is what the other end begins.
            if own(end) || wire.is_some() && own(src) {
                return None;
            }
            (other.src, other.dst) = (Some(AskAddr::Ip(end)), Some(AskAddr::Ip(src)));
            other.sport = packet.sport().map(|_| 40000);
            other.entry = AskEntry::Iface(out.clone());
        }
    }
    Some(other)
}

/// A port that is not this one.
fn another(port: u16) -> u16 {
    if port == 22 { 443 } else { 22 }
}

/// The address so many further on, within its last byte.
fn next(addr: IpAddr, by: u8) -> IpAddr {
    // The first and the last address of a network are left out.
    let step = |last: u8| (last.wrapping_sub(1).wrapping_add(by) % 254) + 1;
    match addr {
        IpAddr::V4(a) => {
            let mut bytes = a.octets();
            bytes[3] = step(bytes[3]);
            Ipv4Addr::from(bytes).into()
        }
        IpAddr::V6(a) => {
            let mut bytes = a.octets();
            bytes[15] = step(bytes[15]);
            Ipv6Addr::from(bytes).into()
        }
    }
}

/// An address of a network that documents use, and not that of `addr`.
fn far(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(a) if a.octets()[..3] == [203, 0, 113] => Ipv4Addr::new(198, 51, 100, 77).into(),
        IpAddr::V4(_) => Ipv4Addr::new(203, 0, 113, 77).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x77).into(),
    }
}
