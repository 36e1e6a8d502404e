//! What a flow's addresses become, and how one end of a packet is rewritten.
//!
//! Sources: `net/netfilter/nf_nat_core.c`, `nf_nat_proto.c`.

use crate::ct::{Conntrack, ConntrackTable, Zone, invert, status};
use crate::jhash::jhash2;
use chainwalk_model::{Change, CtDir, Hook, L4, NatRange, Packet, Range, Tuple, proto};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which end of a packet is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manip {
    /// The source, in POSTROUTING and INPUT.
    Src,
    /// The destination, in PREROUTING and OUTPUT.
    Dst,
}

impl Manip {
    /// What nat does at a hook.
    pub(crate) fn at(hook: Hook) -> Self {
        match hook {
            Hook::Prerouting | Hook::Output => Self::Dst,
            _ => Self::Src,
        }
    }

    pub(crate) fn done_bit(self) -> u16 {
        match self {
            Self::Src => status::SRC_NAT_DONE,
            Self::Dst => status::DST_NAT_DONE,
        }
    }

    /// The bit that says that a packet of this direction is rewritten at this end.
    pub(crate) fn nat_bit(self, dir: CtDir) -> u16 {
        match (self, dir) {
            (Self::Src, CtDir::Original) | (Self::Dst, CtDir::Reply) => status::SRC_NAT,
            (Self::Dst, CtDir::Original) | (Self::Src, CtDir::Reply) => status::DST_NAT,
        }
    }
}

/// The addresses and ports that a flow may be given.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NatBinding {
    pub addrs: Option<Range<IpAddr>>,
    pub ports: Option<Range<u16>>,
    pub base_port: Option<u16>,
    pub random: bool,
    pub persistent: bool,
}

impl NatBinding {
    pub(crate) fn one(addr: IpAddr, range: &NatRange) -> Self {
        Self { addrs: Some(Range { first: addr, last: addr }), ..Self::from(range) }
    }
}

impl From<&NatRange> for NatBinding {
    fn from(range: &NatRange) -> Self {
        Self {
            addrs: range.addrs,
            ports: range.ports,
            base_port: range.base_port,
            random: range.random || range.random_fully,
            persistent: range.persistent,
        }
    }
}

/// A tuple that was chosen, and whether by chance.
pub(crate) struct Chosen {
    pub tuple: Tuple,
    /// Whether by chance.
    pub by_chance: bool,
}

/// A tuple that fits `wanted` and that no other flow uses (`get_unique_tuple`).
pub(crate) fn unique(
    flows: &ConntrackTable,
    from: Tuple,
    wanted: &NatBinding,
    manip: Manip,
    entry: &Conntrack,
) -> Chosen {
    let (orig, zone, id) = (entry.orig, entry.zone, entry.id);
    let used = |t: Tuple| invert(t).is_none_or(|reply| flows.taken(reply, orig, zone, id));
    let sure = |tuple| Chosen { tuple, by_chance: false };
    if manip == Manip::Src && !wanted.random {
        if in_range(from, wanted) {
            if !used(from) || turned_round(flows, from, entry) {
                return sure(from);
            }
        } else if let Some(reused) = same_source(flows, from, wanted, zone)
            && !used(reused)
        {
            return sure(reused);
        }
    }
    let mut tuple = best_addr(from, wanted, manip, zone);
    if !wanted.random {
        match wanted.ports {
            Some(ports) => {
                let fits = wanted.base_port.is_none()
                    && ports.holds(&port_of(tuple, manip))
                    && (ports.first == ports.last || !used(tuple));
                if fits {
                    return sure(tuple);
                }
            }
            None if !used(tuple) => return sure(tuple),
            None => {}
        }
    }
    if !has_ports(tuple.proto) {
        return sure(tuple);
    }
    let own = port_of(tuple, manip);
    let icmp = matches!(tuple.proto, proto::ICMP | proto::ICMPV6);
    let (first, count) = match wanted.ports {
        Some(ports) => (ports.first, u32::from(ports.last.saturating_sub(ports.first)) + 1),
        None if icmp => (0, 65536),
        None if manip == Manip::Dst => return sure(tuple),
        None if own < 512 => (1, 511),
        None if own < 1024 => (600, 424),
        None => (1024, 64512),
    };
    let offset = match wanted.base_port {
        Some(base) => u32::from(own.wrapping_sub(base)),
        None => 0,
    };
    let by_chance =
        wanted.base_port.is_none() && (manip == Manip::Src || wanted.random) && count > 1;
    for step in 0..count.min(512) {
        let port = first.wrapping_add(((offset + step) % count) as u16);
        set_port(&mut tuple, manip, port);
        if !used(tuple) {
            break;
        }
    }
    Chosen { tuple, by_chance }
}

/// Whether what clashes is the same flow the other way round, and not translated
/// (`nf_nat_used_tuple_new`).
fn turned_round(flows: &ConntrackTable, from: Tuple, entry: &Conntrack) -> bool {
    // TCP never takes one flow for the other (`allow_clash`).
    if from.proto == proto::TCP {
        return false;
    }
    let found = invert(from).and_then(|reply| flows.find(reply, entry.zone));
    let Some(other) = found.and_then(|(id, _)| flows.get(id)) else { return false };
    let translated = other.has(status::SRC_NAT) || other.has(status::DST_NAT);
    !translated && other.orig == entry.reply && other.reply == entry.orig
}

/// The mapping that an earlier flow of the same source already has (`find_appropriate_src`).
fn same_source(
    flows: &ConntrackTable,
    from: Tuple,
    wanted: &NatBinding,
    zone: Zone,
) -> Option<Tuple> {
    flows.iter().find_map(|e: &Conntrack| {
        let same = e.orig.src == from.src
            && e.orig.sport == from.sport
            && e.orig.proto == from.proto
            && e.zone.orig == zone.orig
            && e.has(status::SRC_NAT_DONE);
        let seen = invert(e.reply)?;
        let mapped = Tuple { src: seen.src, sport: seen.sport, ..from };
        (same && in_range(mapped, wanted)).then_some(mapped)
    })
}

/// Whether it tells of a shorter way.
pub(crate) fn is_redirect(packet: &Packet) -> bool {
    const REDIRECT: u8 = 5;
    packet.ip.proto == proto::ICMP && matches!(&packet.l4, L4::Icmp(i) if i.kind == REDIRECT)
}

pub(crate) fn is_icmp(packet: &Packet) -> bool {
    matches!(packet.l4, L4::Icmp(_))
}

/// Whether a GRE header can't be rewritten: it is not whole, or it is sent elsewhere and of a version that the
/// kernel does not know (`gre_manip_pkt`).
pub(crate) fn unwritable_gre(p: &Packet, manip: Manip) -> bool {
    let unknown = |flags: &[u8]| manip == Manip::Dst && flags[1] & 7 > 1;
    p.ip.proto == proto::GRE && (p.payload.len() < 8 || unknown(&p.payload))
}

fn has_ports(number: u8) -> bool {
    matches!(
        number,
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP | proto::ICMP | proto::ICMPV6
    )
}

/// The port that a rewrite of this end changes; for ICMP the id, which counts as the source's.
fn port_of(t: Tuple, manip: Manip) -> u16 {
    match manip {
        Manip::Dst if !matches!(t.proto, proto::ICMP | proto::ICMPV6) => t.dport,
        _ => t.sport,
    }
}

fn set_port(t: &mut Tuple, manip: Manip, port: u16) {
    match manip {
        Manip::Dst if !matches!(t.proto, proto::ICMP | proto::ICMPV6) => t.dport = port,
        _ => t.sport = port,
    }
}

/// Whether a tuple's source already fits (`nf_in_range`).
fn in_range(t: Tuple, wanted: &NatBinding) -> bool {
    wanted.addrs.is_none_or(|r| r.holds(&t.src))
        && (!has_ports(t.proto) || wanted.ports.is_none_or(|p| p.holds(&t.sport)))
}

/// The address from a range, by the kernel's hash of source and destination (`find_best_ips_proto`).
fn best_addr(from: Tuple, wanted: &NatBinding, manip: Manip, zone: Zone) -> Tuple {
    let Some(range) = wanted.addrs else { return from };
    let set = |addr| match manip {
        Manip::Src => Tuple { src: addr, ..from },
        Manip::Dst => Tuple { dst: addr, ..from },
    };
    if range.first == range.last {
        return set(range.first);
    }
    let (src, dst) = (words(from.src), words(from.dst));
    let (first, last) = (words(range.first), words(range.last));
    let used = if range.first.is_ipv4() { 1 } else { 4 };
    let seed = if wanted.persistent {
        0
    } else {
        dst[used - 1].swap_bytes() ^ u32::from(zone.orig.max(zone.reply))
    };
    let mut hash = jhash2(src.map(u32::swap_bytes), seed);
    let mut chosen = [0; 4];
    let mut whole = false;
    for k in 0..used {
        let (low, count) = if whole {
            (0, u32::MAX)
        } else {
            (first[k], last[k].wrapping_sub(first[k]).wrapping_add(1))
        };
        let offset = (u64::from(hash) * u64::from(count)) >> 32;
        chosen[k] = low.wrapping_add(offset as u32);
        whole |= chosen[k] != last[k];
        if !wanted.persistent {
            // The kernel writes what it chose over the destination as it goes.
            hash ^= if manip == Manip::Dst { chosen[k] } else { dst[k] }.swap_bytes();
        }
    }
    set(match range.first {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(chosen[0])),
        IpAddr::V6(_) => {
            let bits = chosen.iter().fold(0, |bits, w| bits << 32 | u128::from(*w));
            IpAddr::V6(Ipv6Addr::from(bits))
        }
    })
}

/// An address as four words, the first ones filled.
fn words(addr: IpAddr) -> [u32; 4] {
    match addr {
        IpAddr::V4(a) => [u32::from(a), 0, 0, 0],
        IpAddr::V6(a) => {
            let bits = u128::from(a);
            [(bits >> 96) as u32, (bits >> 64) as u32, (bits >> 32) as u32, bits as u32]
        }
    }
}

/// Writes one end of `target` into a packet, and tells what changed.
pub(crate) fn write(packet: &mut Packet, manip: Manip, target: Tuple) -> Option<Change> {
    let before = ends(packet, manip);
    match manip {
        Manip::Src => packet.ip.src = target.src,
        Manip::Dst => packet.ip.dst = target.dst,
    }
    match (&mut packet.l4, manip) {
        (L4::Tcp(t), Manip::Src) => t.sport = target.sport,
        (L4::Tcp(t), Manip::Dst) => t.dport = target.dport,
        (L4::Udp { sport, .. } | L4::Sctp { sport, .. }, Manip::Src) => *sport = target.sport,
        (L4::Udp { dport, .. } | L4::Sctp { dport, .. }, Manip::Dst) => *dport = target.dport,
        (L4::Icmp(i), _) if i.inner.is_none() => i.id = target.sport,
        _ => {}
    }
    told(before, ends(packet, manip), manip)
}

/// Writes only the address of one end.
pub(crate) fn write_addr(packet: &mut Packet, manip: Manip, target: Tuple) -> Option<Change> {
    let before = ends(packet, manip);
    match manip {
        Manip::Src => packet.ip.src = target.src,
        Manip::Dst => packet.ip.dst = target.dst,
    }
    told(before, ends(packet, manip), manip)
}

fn ends(packet: &Packet, manip: Manip) -> (IpAddr, Option<u16>) {
    match manip {
        Manip::Src => (packet.ip.src, packet.sport()),
        Manip::Dst => (packet.ip.dst, packet.dport()),
    }
}

fn told(from: (IpAddr, Option<u16>), to: (IpAddr, Option<u16>), manip: Manip) -> Option<Change> {
    (from != to).then_some(match manip {
        Manip::Src => Change::Src { from, to },
        Manip::Dst => Change::Dst { from, to },
    })
}
