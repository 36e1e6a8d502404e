//! Rules of nat that bring an answer back: a source that the other end can answer, a port that somebody listens on.

use super::edits::{in_chain, new, op};
use super::sights::{BlockedPacket, Blocker, DecisionPoint};
use crate::addr::prefix;
use chainwalk_model::{
    AddrMask, Backend, ChainEdit, ChainId, ChainKind, Cidr, Edit, Entry, Family, Hook, Host,
    IfaceMatch, Inv, IpMatch, L4, Match, NatRange, Op, OpKind, Packet, PortsMatch, Range,
    RouteKind, Selectivity, Target, TcpMatch, Text, proto,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many listeners a packet is turned to.
const MOST_LISTENERS: usize = 3;

/// What might bring an answer, narrowest first.
pub(super) fn rewrites(host: &Host, obstacle: &Blocker) -> Vec<(Selectivity, Edit)> {
    let Some(sight) = obstacle.sights.first() else { return Vec::new() };
    match &obstacle.spot {
        DecisionPoint::Source(iface) => sources(host, sight, iface, false),
        DecisionPoint::Neighbour(iface) => sources(host, sight, iface, true),
        DecisionPoint::Nobody => listeners(host, sight),
        _ => Vec::new(),
    }
}

/// Rules that rewrite the source as the packet leaves.
fn sources(
    host: &Host,
    sight: &BlockedPacket,
    iface: &Text,
    near: bool,
) -> Vec<(Selectivity, Edit)> {
    let packet = &sight.moment.packet;
    // A source that a rule rewrote is looked for as it is behind that rule.
    let src = packet.ip.src;
    let own = own_addr(host, iface, packet.is_v6());
    let net = network(host, src).unwrap_or_else(|| host_of(src));
    let out = Some(Inv { not: false, value: IfaceMatch { name: iface.clone(), prefix: false } });
    let of = |mask: AddrMask| Some(Inv { not: false, value: mask });
    let to = of(host_of(packet.ip.dst));
    let proto = Some(Inv { not: false, value: packet.ip.proto });
    let masquerade = Target::Masquerade(Box::default());
    let snat = own.map(|addr| {
        let addrs = Some(Range { first: addr, last: addr });
        Target::Snat(Box::new(NatRange { addrs, ..NatRange::default() }))
    });
    let mut found: Vec<(Selectivity, Vec<Match>, Target)> = Vec::new();
    if near {
        let narrow = |src| {
            let ip = IpMatch { src: of(src), dst: to, proto, ..IpMatch::default() };
            let mut all = vec![Match::Ip(Box::new(ip))];
            all.extend(port(packet));
            all
        };
        let wide = IpMatch { src: of(net), dst: to, ..IpMatch::default() };
        found.push((Selectivity::Flow, narrow(host_of(src)), masquerade.clone()));
        found.push((Selectivity::Service, narrow(net), masquerade.clone()));
        found.extend(snat.map(|snat| (Selectivity::Service, narrow(net), snat)));
        found.push((Selectivity::Source, vec![Match::Ip(Box::new(wide))], masquerade));
    } else {
        let from = |src: Option<AddrMask>| {
            let src = src.and_then(of);
            vec![Match::Ip(Box::new(IpMatch { src, outiface: out.clone(), ..IpMatch::default() }))]
        };
        found.push((Selectivity::Flow, from(Some(host_of(src))), masquerade.clone()));
        found.push((Selectivity::Source, from(Some(net)), masquerade.clone()));
        found.extend(snat.map(|snat| (Selectivity::Source, from(Some(net)), snat)));
        found.push((Selectivity::Interfaces, from(None), masquerade));
    }
    let edit = |(grain, matches, target)| (grain, at_source(host, sight, ops(matches, target)));
    found.into_iter().map(edit).collect()
}

fn ops(matches: Vec<Match>, target: Target) -> Vec<Op> {
    let tests = matches.into_iter().map(|m| op(OpKind::Match(m)));
    tests.chain([op(OpKind::Target(target))]).collect()
}

/// A rule put where nat decides on the source of the packet.
fn at_source(host: &Host, sight: &BlockedPacket, ops: Vec<Op>) -> Edit {
    let rules = vec![new(ops)];
    match sight.source_end {
        Some((chain, Some(number))) => in_chain(host, chain, ChainEdit::Insert { number, rules }),
        Some((chain, None)) => in_chain(host, chain, ChainEdit::Append(rules)),
        None => {
            of_nat(host, sight.moment.packet.is_v6(), Hook::Postrouting, ChainEdit::Append(rules))
        }
    }
}

/// A change of nat's chain at a hook: of the first one of native nft, where the host has one, else of iptables'.
fn of_nat(host: &Host, v6: bool, hook: Hook, change: ChainEdit) -> Edit {
    let family = if v6 { Family::Ip6 } else { Family::Ip };
    let rules = &host.rules;
    let native = rules.chains.iter().position(|c| {
        let table = rules.table(c.table);
        let sees = table.family == family || table.family == Family::Inet;
        let base = c.base.as_ref().is_some_and(|b| b.hook == hook && b.kind == ChainKind::Nat);
        table.backend == Backend::Nft && sees && base
    });
    if let Some(at) = native {
        return in_chain(host, ChainId(at as u32), change);
    }
    Edit::Chain { family, table: "nat".into(), chain: hook.builtin().into(), change }
}

/// Rules that turn the packet to a port that somebody listens on.
fn listeners(host: &Host, sight: &BlockedPacket) -> Vec<(Selectivity, Edit)> {
    let packet = &sight.moment.packet;
    let (Some(asked), number) = (sight.asked.1, packet.ip.proto) else { return Vec::new() };
    let hook = match sight.entry {
        Entry::Wire { .. } => Hook::Prerouting,
        Entry::Local { .. } => Hook::Output,
    };
    let mut ports: Vec<u16> = Vec::new();
    for socket in &host.sockets {
        let open = socket.addr.is_unspecified() || socket.addr == packet.ip.dst;
        if socket.proto == number && open && socket.port != asked && !ports.contains(&socket.port) {
            ports.push(socket.port);
        }
    }
    let edit = |to: u16| {
        let dst = Some(Inv { not: false, value: host_of(sight.asked.0) });
        let proto = Some(Inv { not: false, value: number });
        let mut matches = vec![Match::Ip(Box::new(IpMatch { dst, proto, ..IpMatch::default() }))];
        matches.extend(port_test(number, asked));
        let range = NatRange { ports: Some(Range { first: to, last: to }), ..NatRange::default() };
        let rules = vec![new(ops(matches, Target::Redirect(Box::new(range))))];
        let change = ChainEdit::Insert { number: 1, rules };
        (Selectivity::Service, of_nat(host, packet.is_v6(), hook, change))
    };
    ports.into_iter().take(MOST_LISTENERS).map(edit).collect()
}

/// A test of the port a packet goes to.
fn port(packet: &Packet) -> Option<Match> {
    match packet.l4 {
        L4::Tcp(_) | L4::Udp { .. } => port_test(packet.ip.proto, packet.dport()?),
        _ => None,
    }
}

fn port_test(number: u8, port: u16) -> Option<Match> {
    let dport = Some(Inv { not: false, value: Range { first: port, last: port } });
    match number {
        proto::TCP => Some(Match::Tcp(TcpMatch { dport, ..TcpMatch::default() })),
        proto::UDP => Some(Match::Udp(PortsMatch { sport: None, dport })),
        _ => None,
    }
}

/// An address that the host itself has on an interface.
fn own_addr(host: &Host, iface: &str, v6: bool) -> Option<IpAddr> {
    let addrs = &host.interface(iface)?.addrs;
    addrs.iter().map(|f| f.value.addr).find(|a| a.is_ipv6() == v6)
}

/// The network here that an address is of.
fn network(host: &Host, addr: IpAddr) -> Option<AddrMask> {
    let held = host.interfaces.iter().flat_map(|i| &i.addrs).map(|f| f.value);
    let routed = host.routes.iter().filter(|r| r.kind == RouteKind::Unicast && r.via.is_none());
    let nets = held.chain(routed.map(|r| r.dst));
    let net: Cidr = nets.filter(|n| n.len > 1 && n.holds(addr)).max_by_key(|n| n.len)?;
    Some(AddrMask { addr: prefix(addr, net.len), mask: prefix(host_of(addr).mask, net.len) })
}

fn host_of(addr: IpAddr) -> AddrMask {
    let mask = match addr {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::BROADCAST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(u128::MAX)),
    };
    AddrMask { addr, mask }
}
