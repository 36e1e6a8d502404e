//! A packet as its bytes lie on the wire, and lengths without building them.
//!
//! Lengths and checksums are right unless [`Packet::bad_csum`] says otherwise; a fragment has the bytes of
//! its part alone. Only matches that look at raw bytes build them.

use chainwalk_model::{Icmp, L4, Packet, Tcp, proto};
use std::net::IpAddr;

/// The least MTU that IPv6 knows.
pub(crate) const LEAST_MTU6: u32 = 1280;
/// Bytes of a quoted packet that an ICMP error holds at most: one of IPv4 is 576 bytes long, one of IPv6 1280.
fn most_quoted(p: &Packet) -> usize {
    if p.is_v6() { 1232 } else { 548 }
}

/// The longest TCP option field that the header length can tell.
const MAX_TCP_OPTIONS: usize = 40;
/// The fragment header's protocol number.
const FRAGMENT: u8 = 44;
/// A wrong checksum is the right one with these bits turned.
const SPOIL: u16 = 0x5555;

/// How much of its transport header a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The whole fixed part.
    Whole,
    /// Less than the fixed part.
    Short,
    /// None of it: a second or later fragment.
    Later,
}

/// Whether the first `need` bytes of the transport header are in this packet.
pub(crate) fn seen(p: &Packet, need: u32) -> Seen {
    if p.ip.frag_off > 0 {
        Seen::Later
    } else if l4_len(p) < need {
        Seen::Short
    } else {
        Seen::Whole
    }
}

/// Source and destination port, or what lies in their place; `None` where they are not in this packet.
pub(crate) fn ports(p: &Packet) -> Option<(u16, u16)> {
    if seen(p, 4) != Seen::Whole {
        return None;
    }
    match &p.l4 {
        L4::Tcp(t) => Some((t.sport, t.dport)),
        L4::Udp { sport, dport } | L4::Sctp { sport, dport, .. } => Some((*sport, *dport)),
        L4::Icmp(i) => Some((u16::from_be_bytes([i.kind, i.code]), 0)),
        L4::Other => match p.payload.as_ref() {
            [s0, s1, d0, d1, ..] => {
                Some((u16::from_be_bytes([*s0, *s1]), u16::from_be_bytes([*d0, *d1])))
            }
            _ => None,
        },
    }
}

/// Bytes of the IP header; for IPv6 with the extension headers.
pub(crate) fn ip_header_len(p: &Packet) -> u32 {
    if p.is_v6() {
        40 + extensions_len(p) + if p.is_fragment() { 8 } else { 0 }
    } else {
        20 + padded(p.ip.options.len()) as u32
    }
}

/// Bytes of an IPv6 packet's extension headers, without a fragment header that its fragment fields mean.
pub(crate) fn extensions_len(p: &Packet) -> u32 {
    p.ip.extensions.iter().map(|e| e.body.len() as u32 + 1).sum()
}

/// The extension headers of an IPv6 packet in their order, each as what it is and its bytes.
pub(crate) fn extensions(p: &Packet) -> Vec<(u8, Vec<u8>)> {
    if !p.is_v6() {
        return Vec::new();
    }
    let mut kinds: Vec<u8> = p.ip.extensions.iter().map(|e| e.kind).collect();
    if p.is_fragment() {
        kinds.push(FRAGMENT);
    }
    kinds.push(p.ip.proto);
    let told = p.ip.extensions.iter().map(|e| e.body.to_vec());
    let cut = p.is_fragment().then(|| {
        let mut body = vec![0];
        body.extend((p.ip.frag_off & !7 | u16::from(p.ip.mf)).to_be_bytes());
        body.extend(u32::from(p.ip.id).to_be_bytes());
        body
    });
    told.chain(cut)
        .zip(kinds.windows(2))
        .map(|(mut body, kinds)| {
            body.insert(0, kinds[1]);
            (kinds[0], body)
        })
        .collect()
}

/// The first extension header of a kind.
pub(crate) fn extension(p: &Packet, kind: u8) -> Option<Vec<u8>> {
    extensions(p).into_iter().find(|e| e.0 == kind).map(|e| e.1)
}

/// The bytes behind the IP header; `None` in a later fragment, where no transport header begins.
pub(crate) fn transport_bytes(p: &Packet) -> Option<Vec<u8>> {
    (p.ip.frag_off == 0).then(|| cut(p, transport(p)))
}

/// Bytes of the transport header: where the payload begins behind the IP header.
pub(crate) fn l4_header_len(p: &Packet) -> u32 {
    match &p.l4 {
        L4::Tcp(t) => 20 + tcp_options(t).len() as u32,
        L4::Udp { .. } | L4::Icmp(_) => 8,
        L4::Sctp { .. } => 12,
        L4::Other => 0,
    }
}

/// Length of the IP packet in bytes, as its header tells.
pub(crate) fn total_len(p: &Packet) -> u32 {
    ip_header_len(p) + l4_len(p)
}

/// The packet's bytes from the IP header on.
pub(crate) fn bytes(p: &Packet) -> Vec<u8> {
    let l4 = cut(p, transport(p));
    match (p.ip.src, p.ip.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let header = 20 + padded(p.ip.options.len());
            let mut out = Vec::with_capacity(header + l4.len());
            out.push(0x40 | (header / 4) as u8);
            out.push(p.ip.tos);
            out.extend(((header + l4.len()) as u16).to_be_bytes());
            out.extend(p.ip.id.to_be_bytes());
            let flags = u16::from(p.ip.mf) << 13 | u16::from(p.ip.df) << 14;
            out.extend(((p.ip.frag_off / 8) | flags).to_be_bytes());
            out.extend([p.ip.ttl, p.ip.proto, 0, 0]);
            out.extend(src.octets());
            out.extend(dst.octets());
            out.extend(p.ip.options.iter());
            out.resize(header, 0);
            let sum = checksum(&out);
            out[10..12].copy_from_slice(&sum.to_be_bytes());
            out.extend(l4);
            out
        }
        (src, dst) => {
            let extensions = extensions(p);
            let between = ip_header_len(p) as usize - 40;
            let mut out = Vec::with_capacity(40 + between + l4.len());
            let word = 6 << 28 | u32::from(p.ip.tos) << 20 | p.ip.flow_label & 0xf_ffff;
            out.extend(word.to_be_bytes());
            out.extend(((l4.len() + between) as u16).to_be_bytes());
            out.extend([extensions.first().map_or(p.ip.proto, |e| e.0), p.ip.ttl]);
            out.extend(octets(src));
            out.extend(octets(dst));
            out.extend(extensions.into_iter().flat_map(|e| e.1));
            out.extend(l4);
            out
        }
    }
}

/// The transport header and the payload of the whole datagram.
fn transport(p: &Packet) -> Vec<u8> {
    let spoil = if p.bad_csum { SPOIL } else { 0 };
    let mut out = Vec::with_capacity(whole_l4_len(p) as usize);
    match &p.l4 {
        L4::Tcp(t) => {
            let options = tcp_options(t);
            out.extend(t.sport.to_be_bytes());
            out.extend(t.dport.to_be_bytes());
            out.extend(t.seq.to_be_bytes());
            out.extend(t.ack.to_be_bytes());
            out.extend([((5 + options.len() / 4) as u8) << 4, t.flags.0]);
            out.extend(t.window.to_be_bytes());
            out.extend([0; 4]);
            out.extend(options);
            out.extend(p.payload.iter());
            let sum = checksum_with(pseudo(p, out.len()), &out) ^ spoil;
            out[16..18].copy_from_slice(&sum.to_be_bytes());
        }
        L4::Udp { sport, dport } => {
            out.extend(sport.to_be_bytes());
            out.extend(dport.to_be_bytes());
            out.extend(((8 + p.payload.len()) as u16).to_be_bytes());
            out.extend([0; 2]);
            out.extend(p.payload.iter());
            let sum = match checksum_with(pseudo(p, out.len()), &out) {
                0 => 0xffff,
                sum => sum,
            };
            out[6..8].copy_from_slice(&(sum ^ spoil).to_be_bytes());
        }
        L4::Sctp { sport, dport, tag } => {
            out.extend(sport.to_be_bytes());
            out.extend(dport.to_be_bytes());
            out.extend(tag.to_be_bytes());
            out.extend([0; 4]);
            out.extend(if p.payload.is_empty() { &SCTP_INIT[..] } else { &p.payload });
            let sum = crc32c(&out) ^ u32::from(spoil);
            out[8..12].copy_from_slice(&sum.to_le_bytes());
        }
        L4::Icmp(i) => {
            out.extend([i.kind, i.code, 0, 0]);
            out.extend(i.id.to_be_bytes());
            out.extend(i.seq.to_be_bytes());
            match &i.inner {
                Some(inner) => out.extend(bytes(inner).into_iter().take(most_quoted(p))),
                None => out.extend(p.payload.iter()),
            }
            let start = if p.ip.proto == proto::ICMPV6 { pseudo(p, out.len()) } else { 0 };
            let sum = checksum_with(start, &out) ^ spoil;
            out[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        L4::Other => out.extend(p.payload.iter()),
    }
    out
}

/// An SCTP packet that says nothing of its chunks carries this INIT.
pub(crate) const SCTP_INIT: [u8; 20] =
    [1, 0, 0, 20, 0, 0, 0x12, 0x34, 0, 0, 0xff, 0xff, 0, 10, 0, 10, 0, 0, 0, 1];

/// The part of a datagram's IP payload that this fragment holds.
fn cut(p: &Packet, mut l4: Vec<u8>) -> Vec<u8> {
    if p.ip.frag_off > 0 {
        l4.drain(..usize::from(p.ip.frag_off).min(l4.len()));
    }
    if let Some(len) = p.ip.frag_len {
        l4.truncate(usize::from(len));
    }
    l4
}

/// Bytes behind the IP header in this packet.
fn l4_len(p: &Packet) -> u32 {
    let rest = whole_l4_len(p).saturating_sub(u32::from(p.ip.frag_off));
    p.ip.frag_len.map_or(rest, |len| rest.min(u32::from(len)))
}

/// Bytes behind the IP header in the whole datagram.
fn whole_l4_len(p: &Packet) -> u32 {
    let body = match &p.l4 {
        L4::Icmp(Icmp { inner: Some(inner), .. }) => total_len(inner).min(most_quoted(p) as u32),
        L4::Sctp { .. } if p.payload.is_empty() => SCTP_INIT.len() as u32,
        _ => p.payload.len() as u32,
    };
    l4_header_len(p) + body
}

/// The options as far as a header can hold them.
fn tcp_options(t: &Tcp) -> &[u8] {
    &t.options[..t.options.len().min(MAX_TCP_OPTIONS) & !3]
}

/// A length, filled up to a multiple of four.
fn padded(len: usize) -> usize {
    len.next_multiple_of(4)
}

/// The bytes of an address of either family.
fn octets(addr: IpAddr) -> Vec<u8> {
    match addr {
        IpAddr::V4(a) => a.octets().to_vec(),
        IpAddr::V6(a) => a.octets().to_vec(),
    }
}

/// The sum of the pseudo header.
fn pseudo(p: &Packet, len: usize) -> u32 {
    let addrs = sum(sum(0, &octets(p.ip.src)), &octets(p.ip.dst));
    addrs + u32::from(p.ip.proto) + len as u32
}

fn sum(start: u32, data: &[u8]) -> u32 {
    data.chunks(2).fold(start, |sum, pair| {
        let high = u32::from(pair[0]) << 8;
        fold(sum + high + pair.get(1).map_or(0, |b| u32::from(*b)))
    })
}

fn fold(sum: u32) -> u32 {
    (sum >> 16) + (sum & 0xffff)
}

/// The Internet checksum.
pub(crate) fn checksum(data: &[u8]) -> u16 {
    checksum_with(0, data)
}

/// Whether the bytes behind the headers of a packet sum up to what they should, as a protocol has it that counts its ends in.
pub(crate) fn sums_up(p: &Packet) -> bool {
    checksum_with(pseudo(p, p.payload.len()), &p.payload) == 0
}

fn checksum_with(start: u32, data: &[u8]) -> u16 {
    !(fold(fold(sum(fold(start), data))) as u16)
}

/// CRC-32C, SCTP's checksum.
fn crc32c(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |c, _| if c & 1 == 1 { c >> 1 ^ 0x82f6_3b78 } else { c >> 1 },
        )
    })
}

/// The TCP options that a SYN offers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// The longest segment.
    pub mss: Option<u16>,
    /// Whether it takes SACK.
    pub sack: bool,
    /// The timestamp, and the one that it sends back.
    pub stamps: Option<(u32, u32)>,
    /// The window's scale.
    pub scale: Option<u8>,
    /// Whether it is signed (RFC 2385).
    pub signed: bool,
}

impl Options {
    /// As they stand on the wire (`synproxy_parse_options`).
    pub(crate) fn of(options: &[u8]) -> Self {
        let mut found = Self::default();
        let mut at = 0;
        while let Some(kind) = options.get(at) {
            match kind {
                0 => break,
                1 => at += 1,
                kind => {
                    let len = options.get(at + 1).map_or(0, |l| usize::from(*l));
                    let Some(value) = options.get(at + 2..at + len).filter(|_| len >= 2) else {
                        break;
                    };
                    match (kind, value) {
                        (2, [high, low]) => found.mss = Some(u16::from_be_bytes([*high, *low])),
                        (3, [shift]) => found.scale = Some((*shift).min(14)),
                        (4, []) => found.sack = true,
                        (19, _) => found.signed = true,
                        (8, [a, b, c, d, rest @ ..]) if rest.len() == 4 => {
                            let echo = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]);
                            found.stamps = Some((u32::from_be_bytes([*a, *b, *c, *d]), echo));
                        }
                        _ => {}
                    }
                    at += len;
                }
            }
        }
        found
    }

    /// As the kernel writes them (`synproxy_build_options`, `tcp_options_write`).
    pub(crate) fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(mss) = self.mss {
            bytes.extend([2, 4]);
            bytes.extend(mss.to_be_bytes());
        }
        if let Some((value, echo)) = self.stamps {
            bytes.extend(if self.sack { [4, 2] } else { [1, 1] });
            bytes.extend([8, 10]);
            bytes.extend(value.to_be_bytes());
            bytes.extend(echo.to_be_bytes());
        } else if self.sack {
            bytes.extend([1, 1, 4, 2]);
        }
        if let Some(scale) = self.scale {
            bytes.extend([1, 3, 3, scale]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::TcpFlags;

    #[track_caller]
    fn check(p: &Packet, expect: &str) {
        let bytes = bytes(p);
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
        let hex: String = bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect();
        assert_eq!(hex, expect);
        assert_eq!(total_len(p) as usize, bytes.len());
    }

    fn udp(payload: &[u8]) -> Packet {
        let l4 = L4::Udp { sport: 53, dport: 4000 };
        let mut p = Bench::of("1.2.3.4", "10.0.0.2", proto::UDP, l4).packet;
        p.payload = payload.into();
        p
    }

    #[test]
    fn tcp_with_options_and_a_payload() {
        let mut p = Bench::tcp("1.2.3.4", "10.0.0.2").packet;
        p.payload = (*b"abc").into();
        if let L4::Tcp(tcp) = &mut p.l4 {
            tcp.options = vec![2, 4, 5, 0xb4].into();
        }
        check(
            &p,
            "4500002f5000000040061cc2010203040a0000029c400050000003e8000000006002faf02a500000\
             020405b4616263",
        );
    }

    #[test]
    fn a_bad_checksum_is_the_transports() {
        let mut p = udp(b"odd");
        p.bad_csum = true;
        p.ip.tos = 0x10;
        p.ip.df = true;
        check(&p, "4510001f500040004011dcb6010203040a00000200350fa0000b5bc26f6464");
    }

    #[test]
    fn an_error_quotes_a_packet() {
        let mut inner = Bench::tcp("10.0.0.2", "1.2.3.4").packet;
        inner.ip.id = 7;
        if let L4::Tcp(tcp) = &mut inner.l4 {
            (tcp.sport, tcp.dport, tcp.seq, tcp.flags) = (80, 9, 1, TcpFlags::ACK);
        }
        let inner = Some(Box::new(inner));
        let icmp = L4::Icmp(Icmp { kind: 3, code: 1, id: 0, seq: 0, inner });
        let mut p = Bench::of("1.2.3.4", "10.0.0.2", proto::ICMP, icmp).packet;
        p.ip.options = vec![1, 1, 0, 0].into();
        check(
            &p,
            "460000485000000040011aad010203040a0000020101000003010b210000000045000028000700\
             0040066cc20a000002010203040050000900000001000000005010faf0a6820000",
        );
    }

    #[test]
    fn sctp_has_a_checksum_of_its_own() {
        let l4 = L4::Sctp { sport: 1, dport: 2, tag: 0 };
        let p = Bench::of("1.2.3.4", "10.0.0.2", proto::SCTP, l4).packet;
        check(
            &p,
            "450000345000000040841c3f010203040a0000020001000200000000964a3522010000140000123\
             40000ffff000a000a00000001",
        );
    }

    #[test]
    fn a_fragment_has_its_part_alone() {
        let mut p = udp(&[b'x'; 40]);
        (p.ip.frag_off, p.ip.frag_len, p.ip.mf) = (24, Some(16), true);
        check(&p, "45000024500020034011fcbe010203040a00000278787878787878787878787878787878");
        assert_eq!(ports(&p), None);
        (p.ip.frag_off, p.ip.frag_len) = (0, Some(2));
        assert_eq!((ports(&p), seen(&p, 8)), (None, Seen::Short));
    }

    #[test]
    fn ipv6_has_a_fragment_header_where_it_needs_one() {
        let icmp = L4::Icmp(Icmp { kind: 128, code: 0, id: 1, seq: 1, inner: None });
        let mut p = Bench::of("fd00::1", "fd00::2", proto::ICMPV6, icmp).packet;
        (p.ip.tos, p.ip.ttl, p.ip.flow_label) = (3, 5, 0x20000);
        check(
            &p,
            "6032000000083a05fd000000000000000000000000000001fd000000000000000000000000000002\
             800085b600010001",
        );
        let l4 = L4::Udp { sport: 5, dport: 6 };
        let mut p = Bench::of("fd00::1", "fd00::2", proto::UDP, l4).packet;
        p.payload = (*b"xxxxxxxxxxxxxxxxxxxx").into();
        (p.ip.frag_off, p.ip.id) = (8, 9);
        check(
            &p,
            "60000000001c2c40fd000000000000000000000000000001fd000000000000000000000000000002\
             11000008000000097878787878787878787878787878787878787878",
        );
    }
}
