//! NAT: when nat is asked, what a flow's addresses become, and how a packet is rewritten.
//!
//! Sources: `net/netfilter/nf_nat_core.c`, `nf_nat_proto.c`, `nf_nat_masquerade.c`, `nf_nat_redirect.c`.

use crate::ct::{Entry, Follow, Info, Zone, invert, status, turned};
use crate::engine::{Attached, Skb, Walker, Way};
use crate::jhash::jhash2;
use chainwalk_model::{
    AddrMask, Answer, ChainKind, Change, CtDir, Event, Family, Fate, Hook, L4, NatRange, Packet,
    PathIface, Question, Range, RuleId, Skip, Tuple, proto,
};
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
    fn at(hook: Hook) -> Self {
        match hook {
            Hook::Prerouting | Hook::Output => Self::Dst,
            _ => Self::Src,
        }
    }

    fn done_bit(self) -> u16 {
        match self {
            Self::Src => status::SRC_NAT_DONE,
            Self::Dst => status::DST_NAT_DONE,
        }
    }

    /// The bit that says that a packet of this direction is rewritten at this end.
    fn nat_bit(self, dir: CtDir) -> u16 {
        match (self, dir) {
            (Self::Src, CtDir::Original) | (Self::Dst, CtDir::Reply) => status::SRC_NAT,
            (Self::Dst, CtDir::Original) | (Self::Src, CtDir::Reply) => status::DST_NAT,
        }
    }
}

/// The addresses and ports that a flow may be given.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub addrs: Option<Range<IpAddr>>,
    pub ports: Option<Range<u16>>,
    pub base_port: Option<u16>,
    pub random: bool,
    pub persistent: bool,
}

impl Wanted {
    fn one(addr: IpAddr, range: &NatRange) -> Self {
        Self { addrs: Some(Range { first: addr, last: addr }), ..Self::from(range) }
    }
}

impl From<&NatRange> for Wanted {
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

impl Walker<'_> {
    /// Why nat is not asked about this packet at this hook; `None` if it is.
    pub(crate) fn nat_skips(&self, skb: &Skb, hook: Hook) -> Option<Skip> {
        let Some((entry, _, info)) = self.flow(skb) else { return Some(Skip::NatNoFlow) };
        match info {
            Info::Established => Some(Skip::NatSettled),
            Info::Related if is_icmp(&skb.packet) => Some(Skip::NatNoFlow),
            _ if entry.has(Manip::at(hook).done_bit()) => Some(Skip::NatSettled),
            _ => None,
        }
    }

    /// The end of nat at a hook: a flow that no rule translated is bound to its own addresses, and the packet
    /// is rewritten as its flow says.
    pub(crate) fn translate(&mut self, skb: &mut Skb, hook: Hook) -> Way<()> {
        if !self.nat_is_loaded(skb) {
            return Ok(());
        }
        let manip = Manip::at(hook);
        if self.nat_skips(skb, hook).is_none() {
            self.bind_to_itself(skb, manip);
        }
        let Some((entry, dir, info)) = self.flow(skb) else { return Ok(()) };
        let moved = hook == Hook::Postrouting
            && dir == CtDir::Original
            && entry.masq_dev.is_some()
            && skb.oif != PathIface::Unknown
            && entry.masq_dev != skb.oif;
        if moved {
            // The route moved to another interface: a masqueraded flow dies with it.
            if let Attached::Known { id, .. } = skb.attached {
                std::rc::Rc::make_mut(&mut self.world.flows).kill(id);
            }
            return Err(Fate::Refused);
        }
        let unwritable = |p: &Packet| unwritable_gre(p, manip);
        if (unwritable(&skb.packet) || crate::ct::quoted(&skb.packet).is_some_and(unwritable))
            && entry.has(manip.nat_bit(dir))
        {
            return Err(Fate::Refused);
        }
        if info == Info::Related && is_icmp(&skb.packet) {
            // A redirect about a flow that is translated, or may yet be, would confuse both sides.
            let both = status::SRC_NAT_DONE | status::DST_NAT_DONE;
            let changed = entry.has(status::SRC_NAT) || entry.has(status::DST_NAT);
            let unsettled = entry.status & both != both || changed;
            if is_redirect(&skb.packet) && unsettled && self.nat_is_loaded(skb) {
                return Err(Fate::Refused);
            }
            self.rewrite_icmp_error(skb, manip);
        } else {
            self.rewrite(skb, manip);
        }
        if hook == Hook::Output && self.nat_reroutes(skb) && skb.loops == 0 {
            self.reroute(skb)?;
        }
        Ok(())
    }

    /// Whether there is a nat table. Where it is known that there is none, flows are not even bound to their own
    /// addresses, and two that clash stay as they are.
    fn nat_is_loaded(&self, skb: &Skb) -> bool {
        let host = &self.world.host;
        let family = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        !host.complete.rules
            || host.rules.chains.iter().any(|chain| {
                let at = host.rules.table(chain.table).family;
                (at == family || at == Family::Inet)
                    && chain.base.as_ref().is_some_and(|b| b.kind == ChainKind::Nat)
            })
    }

    fn bind_to_itself(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, ..)) = self.flow(skb) else { return };
        let addr = match manip {
            Manip::Src => entry.reply.dst,
            Manip::Dst => entry.reply.src,
        };
        let wanted = Wanted { addrs: Some(Range { first: addr, last: addr }), ..Wanted::default() };
        self.set_up(skb, manip, &wanted, None);
    }

    /// Settles one end of a flow (`nf_nat_setup_info`).
    pub(crate) fn set_up(
        &mut self,
        skb: &mut Skb,
        manip: Manip,
        wanted: &Wanted,
        rule: Option<RuleId>,
    ) {
        let Some((entry, ..)) = self.flow(skb) else { return };
        if entry.has(status::CONFIRMED) {
            return;
        }
        let Some(now) = invert(entry.reply) else { return };
        let own_masq = skb.oif.clone();
        let chosen = self.unique(now, wanted, manip, entry);
        if chosen.by_chance {
            // A flow that no rule translates gets another port where its own is taken.
            let question = rule.map_or(Question::PortChoice, Question::NatChoice);
            self.put(skb, &question, &[(Answer::Else, None)]);
        }
        let changed = chosen.tuple != now;
        let reply = invert(chosen.tuple);
        let masq = rule.is_some_and(|r| self.is_masquerade(r));
        self.change_flow(skb, |e| {
            if changed && let Some(reply) = reply {
                e.reply = reply;
                e.status |= match manip {
                    Manip::Src => status::SRC_NAT,
                    Manip::Dst => status::DST_NAT,
                };
            }
            e.status |= manip.done_bit();
            if masq {
                e.masq_dev = own_masq;
            }
        });
    }

    fn is_masquerade(&self, rule: RuleId) -> bool {
        use chainwalk_model::{OpKind, Target};
        let ops = &self.world.host.rules.rule(rule).ops;
        ops.iter().any(|o| matches!(o.what, OpKind::Target(Target::Masquerade(_))))
    }

    /// A tuple that fits `wanted` and that no other flow uses (`get_unique_tuple`).
    fn unique(&self, from: Tuple, wanted: &Wanted, manip: Manip, entry: &Entry) -> Chosen {
        let (orig, zone, id) = (entry.orig, entry.zone, entry.id);
        let used =
            |t: Tuple| invert(t).is_none_or(|reply| self.world.flows.taken(reply, orig, zone, id));
        let sure = |tuple| Chosen { tuple, by_chance: false };
        if manip == Manip::Src && !wanted.random {
            if in_range(from, wanted) {
                if !used(from) || self.turned_round(from, entry) {
                    return sure(from);
                }
            } else if let Some(reused) = self.same_source(from, wanted, zone)
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
                        && contains(ports, port_of(tuple, manip))
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
    fn turned_round(&self, from: Tuple, entry: &Entry) -> bool {
        // TCP never takes one flow for the other (`allow_clash`).
        if from.proto == proto::TCP {
            return false;
        }
        let found = invert(from).and_then(|reply| self.world.flows.find(reply, entry.zone));
        let Some(other) = found.and_then(|(id, _)| self.world.flows.get(id)) else { return false };
        let translated = other.has(status::SRC_NAT) || other.has(status::DST_NAT);
        !translated && other.orig == entry.reply && other.reply == entry.orig
    }

    /// The mapping that an earlier flow of the same source already has (`find_appropriate_src`).
    fn same_source(&self, from: Tuple, wanted: &Wanted, zone: Zone) -> Option<Tuple> {
        self.world.flows.iter().find_map(|e: &Entry| {
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

    /// Rewrites a packet as its flow says (`nf_nat_packet`).
    pub(crate) fn rewrite(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, dir, _)) = self.flow(skb) else { return };
        if !entry.has(manip.nat_bit(dir)) {
            return;
        }
        let Some(target) = invert(entry.tuple(turned(dir))) else { return };
        let change = write(&mut skb.packet, manip, target);
        if let Some(change) = change {
            let event = match dir {
                CtDir::Original => Event::Changed(change),
                CtDir::Reply => Event::Untranslated(change),
            };
            self.event(skb, event);
        }
    }

    /// Rewrites an ICMP error about a flow, outside and inside (`nf_nat_icmp_reply_translation`).
    fn rewrite_icmp_error(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, dir, _)) = self.flow(skb) else { return };
        if !entry.has(manip.nat_bit(dir)) {
            return;
        }
        let other = entry.tuple(turned(dir));
        let Some(target) = invert(other) else { return };
        let inside = match manip {
            Manip::Src => Manip::Dst,
            Manip::Dst => Manip::Src,
        };
        if let L4::Icmp(icmp) = &mut skb.packet.l4
            && let Some(inner) = &mut icmp.inner
        {
            write(inner, inside, other);
        }
        let outer = Tuple { proto: skb.packet.ip.proto, ..target };
        if let Some(change) = write_addr(&mut skb.packet, manip, outer) {
            self.event(skb, Event::Untranslated(change));
        }
    }

    /// A flow that was expected of a translated one is translated with it (`nf_nat_follow_master`).
    pub(crate) fn follow_master(&mut self, skb: &mut Skb, follow: Follow) {
        let one = |addr| Some(Range { first: addr, last: addr });
        if let Some(src) = follow.src {
            let wanted = Wanted { addrs: one(src), ..Wanted::default() };
            self.set_up(skb, Manip::Src, &wanted, None);
        }
        let (addr, port) = follow.dst;
        let ports = Some(Range { first: port, last: port });
        let wanted = Wanted { addrs: one(addr), ports, ..Wanted::default() };
        self.set_up(skb, Manip::Dst, &wanted, None);
    }

    /// `DNAT` and `SNAT`.
    pub(crate) fn nat_to(&mut self, skb: &mut Skb, hook: Hook, range: &NatRange, rule: RuleId) {
        let manip = Manip::at(hook);
        self.set_up(skb, manip, &Wanted::from(range), Some(rule));
        self.rewrite(skb, manip);
    }

    /// `MASQUERADE`: the address of the interface it leaves by. False where it has none.
    pub(crate) fn masquerade(
        &mut self,
        skb: &mut Skb,
        range: &NatRange,
        rule: RuleId,
    ) -> Way<bool> {
        let dev = skb.oif.name().cloned().unwrap_or_default();
        let dst = skb.packet.ip.dst;
        let hop = if dst.is_ipv4() { skb.next_hop.unwrap_or(dst) } else { dst };
        let addr = self.routed(skb, |r| Ok(r.select_addr(&dev, hop)))?;
        let Some(addr) = addr else {
            if self.world.host.complete.network {
                return Ok(false);
            }
            self.put(skb, &Question::NatChoice(rule), &[(Answer::Else, None)]);
            return Ok(true);
        };
        self.set_up(skb, Manip::Src, &Wanted::one(addr, range), Some(rule));
        self.rewrite(skb, Manip::Src);
        Ok(true)
    }

    /// `REDIRECT`: the primary address of the incoming interface, 127.0.0.1 in OUTPUT. False where it has none.
    pub(crate) fn redirect(
        &mut self,
        skb: &mut Skb,
        hook: Hook,
        range: &NatRange,
        rule: RuleId,
    ) -> Way<bool> {
        let v4 = !skb.packet.is_v6();
        let addr = if hook == Hook::Output {
            Some(if v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() })
        } else {
            let dev = skb.iif_name();
            self.routed(skb, |r| Ok(r.primary(&dev, v4)))?
        };
        let Some(addr) = addr else {
            if self.world.host.complete.network {
                return Ok(false);
            }
            // It is sent to this host, at an address nobody told.
            self.put(skb, &Question::NatChoice(rule), &[(Answer::Else, None)]);
            let own = Wanted { addrs: None, ..Wanted::from(range) };
            self.set_up(skb, Manip::Dst, &own, Some(rule));
            self.rewrite(skb, Manip::Dst);
            return Ok(true);
        };
        self.set_up(skb, Manip::Dst, &Wanted::one(addr, range), Some(rule));
        self.rewrite(skb, Manip::Dst);
        Ok(true)
    }

    /// `NETMAP`: the network's bits are replaced.
    pub(crate) fn netmap(&mut self, skb: &mut Skb, hook: Hook, to: &AddrMask, rule: RuleId) {
        let manip = Manip::at(hook);
        let now = match manip {
            Manip::Src => skb.packet.ip.src,
            Manip::Dst => skb.packet.ip.dst,
        };
        let addr = match (now, to.addr, to.mask) {
            (IpAddr::V4(a), IpAddr::V4(n), IpAddr::V4(m)) => {
                let (a, n, m) = (u32::from(a), u32::from(n), u32::from(m));
                IpAddr::V4(Ipv4Addr::from((a & !m) | (n & m)))
            }
            (IpAddr::V6(a), IpAddr::V6(n), IpAddr::V6(m)) => {
                let (a, n, m) = (u128::from(a), u128::from(n), u128::from(m));
                IpAddr::V6(Ipv6Addr::from((a & !m) | (n & m)))
            }
            _ => now,
        };
        self.set_up(skb, manip, &Wanted::one(addr, &NatRange::default()), Some(rule));
        self.rewrite(skb, manip);
    }
}

/// A tuple that was chosen, and whether by chance.
struct Chosen {
    tuple: Tuple,
    by_chance: bool,
}

/// Whether it tells of a shorter way.
fn is_redirect(packet: &Packet) -> bool {
    const REDIRECT: u8 = 5;
    packet.ip.proto == proto::ICMP && matches!(&packet.l4, L4::Icmp(i) if i.kind == REDIRECT)
}

fn is_icmp(packet: &Packet) -> bool {
    matches!(packet.l4, L4::Icmp(_))
}

/// Whether a GRE header can't be rewritten: it is not whole, or it is sent elsewhere and of a version that the
/// kernel does not know (`gre_manip_pkt`).
fn unwritable_gre(p: &Packet, manip: Manip) -> bool {
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

fn contains<T: PartialOrd + Copy>(range: Range<T>, value: T) -> bool {
    range.first <= value && value <= range.last
}

/// Whether a tuple's source already fits (`nf_in_range`).
fn in_range(t: Tuple, wanted: &Wanted) -> bool {
    wanted.addrs.is_none_or(|r| contains(r, t.src))
        && (!has_ports(t.proto) || wanted.ports.is_none_or(|p| contains(p, t.sport)))
}

/// The address from a range, by the kernel's hash of source and destination (`find_best_ips_proto`).
fn best_addr(from: Tuple, wanted: &Wanted, manip: Manip, zone: Zone) -> Tuple {
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
fn write(packet: &mut Packet, manip: Manip, target: Tuple) -> Option<Change> {
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
fn write_addr(packet: &mut Packet, manip: Manip, target: Tuple) -> Option<Change> {
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
