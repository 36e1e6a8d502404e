//! What a field of a header holds, and bits by their place.
//!
//! Sources: `nft_payload.c`, `nft_exthdr.c` in `net/netfilter`.

use super::reading::{Lack, Read, addr_number, number};
use crate::context::MatchContext;
use crate::link::{at_device, has_link_header, link_type};
use crate::wire;
use chainwalk_model::nft::{Header, HeaderRow, Place, RawBase, Value};
use chainwalk_model::{Entry, Hook, L4, OpId, PacketType, Question, proto};

/// Bytes before the first chunk of SCTP.
const SCTP_HEADER: usize = 12;

/// The bytes that a header's fields lie in.
pub(super) fn place(header: Header, ctx: &MatchContext) -> Option<Vec<u8>> {
    let packet = ctx.packet;
    match header.place() {
        Place::Packet(base) => base_bytes(base, ctx),
        Place::Extension(kind, routing) => {
            let bytes = wire::extension(packet, kind)?;
            let fits = routing.is_none_or(|kind| bytes.get(2) == Some(&kind));
            fits.then_some(bytes)
        }
        Place::TcpOption(kind) => match &packet.l4 {
            L4::Tcp(tcp) => option(&tcp.options, kind),
            _ => None,
        },
        Place::IpOption(kind) => option(&packet.ip.options, kind),
        Place::SctpChunk(kind) => match &packet.l4 {
            L4::Sctp { .. } => chunk(&wire::transport_bytes(packet)?, kind),
            _ => None,
        },
    }
}

/// The first chunk of a type (`nft_exthdr_sctp_eval`): it is there, but has no field, where it is cut off.
fn chunk(bytes: &[u8], kind: u8) -> Option<Vec<u8>> {
    let mut at = SCTP_HEADER;
    while let Some(&[found, _, high, low]) = bytes.get(at..at + 4) {
        let len = usize::from(u16::from_be_bytes([high, low]));
        if len == 0 {
            return None;
        }
        if found == kind {
            return Some(bytes.get(at..at + len).unwrap_or_default().to_vec());
        }
        at += len.next_multiple_of(4);
    }
    None
}

/// An option of TCP or IP, from its kind on.
fn option(options: &[u8], kind: u8) -> Option<Vec<u8>> {
    let mut at = 0;
    while at < options.len() {
        let len = match options[at] {
            0 | 1 => 1,
            _ => usize::from(*options.get(at + 1)?).max(2),
        };
        if options[at] == kind {
            return options.get(at..at + len).map(<[u8]>::to_vec);
        }
        if options[at] == 0 {
            return None;
        }
        at += len;
    }
    None
}

/// The packet's bytes from a base on.
fn base_bytes(base: RawBase, ctx: &MatchContext) -> Option<Vec<u8>> {
    let packet = ctx.packet;
    match base {
        RawBase::Network => Some(wire::bytes(packet)),
        RawBase::Transport => wire::transport_bytes(packet),
        RawBase::Inner => {
            // Of what else begins within a packet the kernel knows nothing (`nft_payload_inner_offset`).
            if !matches!(packet.ip.proto, proto::TCP | proto::UDP) {
                return None;
            }
            let bytes = wire::transport_bytes(packet)?;
            bytes.get(wire::l4_header_len(packet) as usize..).map(<[u8]>::to_vec)
        }
        RawBase::Link => None,
    }
}

/// So many bits of some bytes; `None` where they reach beyond them.
fn bits(bytes: &[u8], offset: u16, len: u16) -> Option<u128> {
    if len > 128 {
        return None;
    }
    let (first, end) = (usize::from(offset / 8), usize::from((offset + len).div_ceil(8)));
    let bytes = bytes.get(first..end)?;
    let mut found = 0u128;
    for k in 0..len {
        let bit = usize::from(offset % 8 + k);
        found = found << 1 | u128::from(bytes[bit / 8] >> (7 - bit % 8) & 1);
    }
    Some(found)
}

/// Whether the kernel draws one of so many bits of IP's header, in a packet of its own: the label of a flow, the id of
/// what may be fragmented, and the checksum above that.
fn is_drawn(offset: u16, len: u16, ctx: &MatchContext) -> bool {
    let ip = &ctx.packet.ip;
    if !matches!(ctx.entry, Entry::Local { uid: None, .. }) || ctx.by_reject {
        return false;
    }
    let drawn: &[(u16, u16)] = match (ctx.packet.is_v6(), ip.df) {
        (true, _) => &[(12, 32)],
        (false, false) => &[(32, 48), (80, 96)],
        (false, true) => &[],
    };
    drawn.iter().any(|(first, end)| offset < *end && offset + len > *first)
}

/// Bits of a packet by their place.
pub(super) fn raw(base: RawBase, offset: u16, len: u16, at: OpId, ctx: &MatchContext) -> Read {
    match base {
        RawBase::Link => frame(offset, len, at, ctx),
        RawBase::Network if is_drawn(offset, len, ctx) => Err(Lack::Unknown(Question::Fact(at))),
        RawBase::Transport if ctx.packet.ip.frag_off > 0 => later_fragment(offset, len, ctx),
        _ => {
            let found = base_bytes(base, ctx).and_then(|bytes| bits(&bytes, offset, len));
            found.map(Value::Number).ok_or(Lack::Absent)
        }
    }
}

/// What a field of a header holds.
pub(super) fn header(row: &HeaderRow, at: OpId, ctx: &MatchContext) -> Read {
    let packet = ctx.packet;
    // What most rules look at is read without building bytes.
    match (row.header, row.word) {
        (Header::Ip | Header::Ip6, "saddr") => {
            if ctx.source_untold() {
                return Err(Lack::Unknown(Question::Fact(at)));
            }
            return number(addr_number(packet.ip.src));
        }
        (Header::Ip | Header::Ip6, "daddr") if ctx.destination_untold() => {
            return Err(Lack::Unknown(Question::Fact(at)));
        }
        (Header::Ip | Header::Ip6, "daddr") => return number(addr_number(packet.ip.dst)),
        (Header::Ip, "protocol") => return number(packet.ip.proto),
        (Header::Ip | Header::Ip6, _) if is_drawn(row.offset, row.bits, ctx) => {
            return Err(Lack::Drawn(row.bits));
        }
        (Header::Ether, word) => return ether(word, at, ctx),
        (Header::Vlan, word) => return tagged(word, at, ctx),
        (_, "sport" | "dport") if !packet.is_fragment() => {
            if let L4::Tcp(_) | L4::Udp { .. } | L4::Sctp { .. } = packet.l4 {
                let port = if row.word == "sport" { packet.sport() } else { packet.dport() };
                let whole = wire::seen(packet, 4) == wire::Seen::Whole;
                return port.filter(|_| whole).map(|p| Value::Number(p.into())).ok_or(Lack::Absent);
            }
        }
        _ => {}
    }
    if !of_message(row, ctx) {
        return Err(Lack::Absent);
    }
    if packet.ip.frag_off > 0 && matches!(row.header.place(), Place::Packet(RawBase::Transport)) {
        return later_fragment(row.offset, row.bits, ctx);
    }
    let Some(bytes) = place(row.header, ctx) else { return Err(Lack::Absent) };
    bits(&bytes, row.offset, row.bits).map(Value::Number).ok_or(Lack::Absent)
}

/// Whether a packet is a message of ICMP that has such a field (`icmp_dep` in `src/payload.c` of nft).
fn of_message(row: &HeaderRow, ctx: &MatchContext) -> bool {
    let kinds: &[u8] = match (row.header, row.word) {
        (Header::Icmp, "id" | "sequence") => &[0, 8],
        (Header::Icmp, "gateway") => &[5],
        (Header::Icmp, "mtu") => &[3],
        (Header::Icmpv6, "id" | "sequence") => &[128, 129],
        (Header::Icmpv6, "mtu") => &[2],
        (Header::Icmpv6, "max-delay") => &[130],
        (Header::Icmpv6, "taddr") => &[130, 131, 132, 135, 136, 137],
        (Header::Icmpv6, "daddr") => &[137],
        _ => return true,
    };
    matches!(&ctx.packet.l4, L4::Icmp(icmp) if kinds.contains(&icmp.kind))
}

/// What lies in the place of the transport header in a second or later fragment: the kernel reads whole words without a
/// look at where the fragment begins (`nft_payload_fast_eval`), and nothing else. Where the header of such a fragment of
/// IPv6 begins it does not look either, and takes the packet's own beginning for it (`ipv6_find_hdr`).
fn later_fragment(offset: u16, len: u16, ctx: &MatchContext) -> Read {
    let (first, end) = (offset / 8, (offset + len).div_ceil(8));
    let word = matches!(end - first, 1 | 2 | 4) && first.is_multiple_of(end - first);
    if !word {
        return Err(Lack::Absent);
    }
    let bytes = wire::bytes(ctx.packet);
    let start = if ctx.packet.is_v6() { 0 } else { wire::ip_header_len(ctx.packet) as usize };
    let found = bits(bytes.get(start..).unwrap_or_default(), offset, len);
    found.map(Value::Number).ok_or(Lack::Absent)
}

/// Whether a packet lies in a frame: that it came in by, or, on its way out of a device, its own.
pub(super) fn is_framed(ctx: &MatchContext) -> bool {
    let framed = matches!(ctx.entry, Entry::Wire { .. }) || ctx.path.hook == Hook::Egress;
    ctx.own_frame || framed && has_link_header(at_device(ctx), ctx)
}

/// Bits of a packet's frame.
fn frame(offset: u16, len: u16, at: OpId, ctx: &MatchContext) -> Read {
    if !is_framed(ctx) {
        return Err(Lack::Absent);
    }
    let parts = [("daddr", 6u16), ("saddr", 6), ("type", 2)];
    // A tag lies behind the addresses.
    let tag_end = 144;
    if ctx.tag.is_some() && offset < tag_end && offset + len > 112 {
        return Err(Lack::Unknown(Question::Fact(at)));
    }
    let (mut bytes, mut start) = (Vec::with_capacity(18), 0);
    for (word, wide) in parts {
        let asked = offset < (start + wide) * 8 && offset + len > start * 8;
        let value = if asked { ether(word, at, ctx)? } else { Value::Number(0) };
        let Value::Number(n) = value else { return Err(Lack::Absent) };
        bytes.extend(n.to_be_bytes().into_iter().skip(16 - usize::from(wide)));
        start += wide;
    }
    if ctx.tag.is_some() {
        bytes.extend([0; 4]);
    }
    bytes.extend(wire::bytes(ctx.packet));
    bits(&bytes, offset, len).map(Value::Number).ok_or(Lack::Absent)
}

/// A field of a packet's frame.
fn ether(word: &str, at: OpId, ctx: &MatchContext) -> Read {
    if ctx.own_frame {
        // It is from the bridge of the port; whom it is for, the table of neighbours says.
        let bridge = ctx.path.outiface.name().and_then(|port| ctx.host.interface(port));
        let bridge = bridge.and_then(|port| ctx.host.interface(port.master.as_deref()?));
        return match (word, bridge.and_then(|bridge| bridge.mac)) {
            ("type", _) => number(frame_type(ctx)),
            ("saddr", Some(mac)) => number(mac_number(mac.0)),
            _ => Err(Lack::Unknown(Question::Fact(at))),
        };
    }
    let device = at_device(ctx).name();
    let untold = device.is_none_or(|name| link_type(name, ctx).is_none());
    if untold || ctx.path.hook == Hook::Egress {
        // Who a frame is for on its way out, the table of neighbours says.
        return match word {
            "type" => number(frame_type(ctx)),
            _ => Err(Lack::Unknown(Question::Fact(at))),
        };
    }
    let Entry::Wire { smac, to, .. } = ctx.entry else { return Err(Lack::Absent) };
    match word {
        "saddr" if !ctx.is_told(*smac) => Err(Lack::Unknown(Question::Fact(at))),
        "saddr" => number(mac_number(smac.0)),
        "type" => number(frame_type(ctx)),
        _ => {
            let own = ctx.came_by.name().and_then(|i| ctx.host.interface(i)).and_then(|i| i.mac);
            match (to, own) {
                (PacketType::Broadcast, _) => number(mac_number([0xff; 6])),
                (PacketType::Host, Some(mac)) => number(mac_number(mac.0)),
                _ => Err(Lack::Unknown(Question::Fact(at))),
            }
        }
    }
}

/// A field of the tag of a VLAN. Nobody tells its priority.
fn tagged(word: &str, at: OpId, ctx: &MatchContext) -> Read {
    match (word, ctx.tag) {
        (_, None) => Err(Lack::Absent),
        ("id", Some(tag)) => number(tag),
        ("type", _) => number(ether_type(ctx)),
        _ => Err(Lack::Unknown(Question::Fact(at))),
    }
}

fn mac_number(mac: [u8; 6]) -> u128 {
    mac.iter().fold(0, |n, b| n << 8 | u128::from(*b))
}

/// The type that a packet's frame has: that of what lies in it, or of its tag.
pub(super) fn frame_type(ctx: &MatchContext) -> u16 {
    const VLAN: u16 = 0x8100;
    if ctx.tag.is_some() { VLAN } else { ether_type(ctx) }
}

/// The type of the packet (`skb->protocol`), which a tag does not change.
pub(super) fn ether_type(ctx: &MatchContext) -> u16 {
    if ctx.packet.is_v6() { 0x86dd } else { 0x0800 }
}
