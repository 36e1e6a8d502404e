//! Targets that write into the packet and let the walk go on: `ECN`, `TCPOPTSTRIP`, `SNPT`, `DNPT`, `HMARK`.

use super::skb::{CtAttachment, Skb};
use super::verdict::Verdict;
use super::walker::Walker;
use crate::addr::prefix;
use crate::ct;
use crate::jhash::jhash_3words;
use chainwalk_model::{
    Change, Cidr, EcnSet, Event, Fate, Hmark, L4, Packet, PrefixPair, TcpFlags, proto,
};
use std::net::{IpAddr, Ipv6Addr};

impl Walker<'_> {
    /// `ECN` (`ecn_tg`): the bits of IP, and of TCP where there is one.
    pub(super) fn set_ecn(&mut self, skb: &mut Skb, set: EcnSet) {
        if let Some(ect) = set.ect {
            let to = (skb.packet.ip.tos & !3) | ect;
            self.set_tos(skb, to);
        }
        let L4::Tcp(tcp) = &mut skb.packet.l4 else { return };
        let from = tcp.flags;
        for (bit, value) in [(TcpFlags::CWR, set.cwr), (TcpFlags::ECE, set.ece)] {
            match value {
                Some(true) => tcp.flags.0 |= bit.0,
                Some(false) => tcp.flags.0 &= !bit.0,
                None => {}
            }
        }
        let to = tcp.flags;
        if from != to {
            self.event(skb, Event::Changed(Change::Flags { from, to }));
        }
    }

    /// `TCPOPTSTRIP` (`tcpoptstrip_mangle_packet`): no-operations over the options of these kinds.
    pub(super) fn strip_options(&mut self, skb: &mut Skb, kinds: &[u8]) {
        if skb.packet.ip.frag_off > 0 {
            return;
        }
        let L4::Tcp(tcp) = &mut skb.packet.l4 else { return };
        let mut options = tcp.options.to_vec();
        let mut at = 0;
        while at + 1 < options.len() {
            // What has no length, or says 0, is one byte long.
            let len = match (options[at], options[at + 1]) {
                (0 | 1, _) | (_, 0) => 1,
                (_, len) => usize::from(len),
            };
            if at + len > options.len() {
                break;
            }
            if kinds.contains(&options[at]) {
                options[at..at + len].fill(1);
            }
            at += len;
        }
        if options != *tcp.options {
            tcp.options = options.into();
            self.event(skb, Event::Changed(Change::Stripped));
        }
    }

    /// `SNPT` and `DNPT` (`ip6t_npt_map_pfx`). An address that can't be evened out stops the packet.
    pub(super) fn map_prefix(&mut self, skb: &mut Skb, pair: &PrefixPair, source: bool) -> Verdict {
        let before = if source { skb.packet.ip.src } else { skb.packet.ip.dst };
        let IpAddr::V6(addr) = before else { return Verdict::Continue };
        let (to, evened) = mapped(addr, pair.from, pair.to);
        let (from, to) = ((before, None), (IpAddr::V6(to), None));
        if source {
            skb.packet.ip.src = to.0;
        } else {
            skb.packet.ip.dst = to.0;
        }
        if from != to {
            let change = if source { Change::Src { from, to } } else { Change::Dst { from, to } };
            self.event(skb, Event::Changed(change));
        }
        if !evened {
            // The error points at the address in the header, which has the other network already.
            self.icmp_error(skb, 4, 0, if source { 8 } else { 24 }, CtAttachment::None);
            return Verdict::End(Fate::Refused);
        }
        map_quoted(&mut skb.packet, pair, source);
        Verdict::Continue
    }

    /// `HMARK` (`hmark_hash`).
    pub(super) fn hash_mark(&mut self, skb: &mut Skb, m: &Hmark) {
        let hashed = if m.ct {
            let Some((entry, ..)) = self.flow(skb) else { return };
            let (orig, reply) = (entry.orig, entry.reply);
            // ICMP has an identifier where others have ports, and it is left out.
            let ports = match orig.proto {
                proto::ICMP => [0; 4],
                _ => bytes_of(orig.sport, reply.sport),
            };
            Hashed { src: orig.src, dst: reply.src, proto: orig.proto, ports }
        } else {
            let Some(hashed) = Hashed::of(&skb.packet) else { return };
            hashed
        };
        let to = hashed.mark(m);
        self.set_mark(skb, to);
    }
}

/// The packet that an error quotes went the other way: its other address is mapped where it is in the network.
fn map_quoted(packet: &mut Packet, pair: &PrefixPair, source: bool) {
    let L4::Icmp(icmp) = &mut packet.l4 else { return };
    if !ct::is_error(packet.ip.proto, icmp.kind) {
        return;
    }
    let Some(inner) = &mut icmp.inner else { return };
    let slot = if source { &mut inner.ip.dst } else { &mut inner.ip.src };
    let (IpAddr::V6(addr), IpAddr::V6(net)) = (*slot, pair.from.addr) else { return };
    let mask = u128::MAX.checked_shl(128 - u32::from(pair.from.len)).unwrap_or(0);
    if u128::from(addr) & mask == u128::from(net) {
        *slot = mapped(addr, pair.from, pair.to).0.into();
    }
}

/// What `HMARK` hashes.
struct Hashed {
    src: IpAddr,
    dst: IpAddr,
    proto: u8,
    /// The ports, or the index of AH and ESP, as on the wire.
    ports: [u8; 4],
}

impl Hashed {
    /// Of a packet, or of the one that an error quotes, which has to be there.
    fn of(packet: &Packet) -> Option<Self> {
        let icmp = if packet.is_v6() { proto::ICMPV6 } else { proto::ICMP };
        let packet = match &packet.l4 {
            L4::Icmp(i) if ct::is_error(packet.ip.proto, i.kind) => ct::quoted(packet)?,
            _ => packet,
        };
        let ports = match &packet.l4 {
            _ if packet.ip.proto == icmp || packet.is_fragment() => [0; 4],
            L4::Other => spi(packet),
            _ => crate::wire::ports(packet).map_or([0; 4], |(s, d)| bytes_of(s, d)),
        };
        Some(Self { src: packet.ip.src, dst: packet.ip.dst, proto: packet.ip.proto, ports })
    }

    fn mark(&self, m: &Hmark) -> u32 {
        let src = folded(self.src, m.src_prefix.unwrap_or(0));
        let dst = folded(self.dst, m.dst_prefix.unwrap_or(0));
        let long = m.spi_mask.is_some() || m.spi.is_some();
        let (mask, set) = if long {
            (m.spi_mask.unwrap_or(0).to_be_bytes(), m.spi.unwrap_or(0).to_be_bytes())
        } else {
            let pair = |s: Option<u16>, d: Option<u16>| bytes_of(s.unwrap_or(0), d.unwrap_or(0));
            (pair(m.sport_mask, m.dport_mask), pair(m.sport, m.dport))
        };
        let byte = |k: usize| (self.ports[k] & mask[k]) | set[k];
        let one = u16::from_be_bytes([byte(0), byte(1)]);
        let other = u16::from_be_bytes([byte(2), byte(3)]);
        // Both directions of a flow have one mark.
        let ports = u32::from(one.max(other)) << 16 | u32::from(one.min(other));
        let hash = jhash_3words([src.min(dst), src.max(dst), ports], m.rnd.unwrap_or(0));
        let hash = hash ^ (u32::from(self.proto) & u32::from(m.proto_mask.unwrap_or(0)));
        let scaled = (u64::from(hash) * u64::from(m.modulus)) >> 32;
        (scaled as u32).wrapping_add(m.offset)
    }
}

/// The first four bytes behind the header of ESP, or those behind the first four of AH.
fn spi(packet: &Packet) -> [u8; 4] {
    const AH: u8 = 51;
    let from = if packet.ip.proto == AH { 4 } else { 0 };
    let found = packet.payload.get(from..from + 4).and_then(|b| b.try_into().ok());
    found.unwrap_or_default()
}

fn bytes_of(one: u16, other: u16) -> [u8; 4] {
    (u32::from(one) << 16 | u32::from(other)).to_be_bytes()
}

/// An address under a prefix as one word: the words of IPv6 are put upon each other.
fn folded(addr: IpAddr, len: u8) -> u32 {
    match prefix(addr, len) {
        IpAddr::V4(a) => u32::from(a),
        IpAddr::V6(a) => {
            let bits = u128::from(a);
            (bits >> 96) as u32 ^ (bits >> 64) as u32 ^ (bits >> 32) as u32 ^ bits as u32
        }
    }
}

/// An address with the other network. What the sum of its words changes by is taken off one of them, so that
/// checksums over it stay right; false where there is none left to take it off.
fn mapped(addr: Ipv6Addr, from: Cidr, to: Cidr) -> (Ipv6Addr, bool) {
    let (IpAddr::V6(old), IpAddr::V6(new)) = (from.addr, to.addr) else { return (addr, false) };
    let len = u32::from(from.len.max(to.len));
    let mask = u128::MAX.checked_shl(128 - len).unwrap_or(0);
    let bits = (u128::from(addr) & !mask) | (u128::from(new) & mask);
    let mut words = Ipv6Addr::from(bits).segments();
    let free = if len <= 48 { Some(3) } else { (4..8).find(|k| words[*k] != 0xffff) };
    let Some(at) = free else { return (words.into(), false) };
    let adjustment = sum(old) + u32::from(!(sum(new) as u16));
    let evened = fold(u32::from(words[at]) + fold(adjustment));
    words[at] = if evened == 0xffff { 0 } else { evened as u16 };
    (words.into(), true)
}

/// The sum of an address's words in one's complement.
fn sum(addr: Ipv6Addr) -> u32 {
    fold(addr.segments().into_iter().map(u32::from).sum())
}

fn fold(sum: u32) -> u32 {
    let once = (sum & 0xffff) + (sum >> 16);
    (once & 0xffff) + (once >> 16)
}
