//! A packet's headers as the recorded answers write them.

use super::json::{Object, Put};
use chainwalk_model::{Icmp, L4, Packet, Tcp, proto};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Protocol numbers of the fragment and the authentication header.
const FRAGMENT: u8 = 44;
const AH: u8 = 51;
/// How much of a packet an ICMP error quotes, in bytes: an error of IPv4 has 576 bytes at most, one of IPv6 1280.
fn quoted_bytes(v6: bool) -> usize {
    if v6 { 1232 } else { 548 }
}

/// The headers of a packet, the payload only by its length. Fields that do not apply, and flags that are off, are left
/// out.
pub(super) struct Headers<'a> {
    pub(super) packet: &'a Packet,
    /// Whether its IP identification is told.
    pub(super) with_id: bool,
}

impl Put for Headers<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        Written { headers: self, available: usize::MAX, quoted: false }.put(to);
    }
}

/// Length of the IP header in bytes.
fn ip_len(packet: &Packet) -> usize {
    if packet.is_v6() {
        let cut = if packet.is_fragment() { 8 } else { 0 };
        40 + cut + packet.ip.extensions.iter().map(|e| e.body.len() + 1).sum::<usize>()
    } else {
        20 + packet.ip.options.len()
    }
}

fn l4_len(packet: &Packet) -> usize {
    let body = packet.payload.len();
    match &packet.l4 {
        L4::Tcp(t) => 20 + t.options.len() + body,
        L4::Udp { .. } => 8 + body,
        L4::Sctp { .. } => 12 + body,
        L4::Icmp(i) => {
            8 + i.inner.as_ref().map_or(body, |p| total_len(p).min(quoted_bytes(packet.is_v6())))
        }
        L4::Other => body,
    }
}

/// Bytes of IP payload in this packet: all of it, or what the fragment carries.
fn carried(packet: &Packet) -> usize {
    let all = l4_len(packet);
    if !packet.is_fragment() {
        return all;
    }
    let rest = all.saturating_sub(usize::from(packet.ip.frag_off));
    packet.ip.frag_len.map_or(rest, |n| usize::from(n).min(rest))
}

fn total_len(packet: &Packet) -> usize {
    ip_len(packet) + carried(packet)
}

/// Headers of which so many bytes are there; a quoted packet is cut.
struct Written<'a> {
    headers: &'a Headers<'a>,
    available: usize,
    quoted: bool,
}

impl Put for Written<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let mut object = Object::new(to);
        self.fields(&mut object);
        object.end();
    }
}

impl Written<'_> {
    fn fields(&self, to: &mut Object) {
        let (packet, ip) = (self.headers.packet, &self.headers.packet.ip);
        to.field("src", &ip.src);
        to.field("dst", &ip.dst);
        to.field("tos", &ip.tos);
        to.field("ttl", &ip.ttl);
        if packet.is_v6() {
            to.field("flowlabel", &ip.flow_label);
        } else if self.headers.with_id {
            to.field("id", &ip.id);
        }
        to.field("len", &total_len(packet));
        for (name, on) in [("df", ip.df && !packet.is_v6()), ("mf", ip.mf)] {
            if on {
                to.field(name, &true);
            }
        }
        if ip.frag_off != 0 {
            to.field("frag_off", &ip.frag_off);
        }
        if !ip.options.is_empty() {
            to.field("ip_opts", &&*hex(&ip.options));
        }
        // An authentication header is written as what the packet carries.
        let ah = ip.extensions.iter().position(|e| e.kind == AH);
        let before = &ip.extensions[..ah.unwrap_or(ip.extensions.len())];
        let cut = packet.is_v6() && packet.is_fragment();
        if !before.is_empty() || cut {
            let cut = cut.then_some(FRAGMENT);
            let kinds: Vec<u8> = before.iter().map(|e| e.kind).chain(cut).collect();
            to.field("exthdrs", &kinds);
        }
        let told = before.iter().find(|e| e.kind == FRAGMENT).and_then(|e| e.body.get(3..7));
        let told = told.map(|id| id.iter().fold(0_u32, |id, byte| id << 8 | u32::from(*byte)));
        if let Some(id) = told.or(cut.then_some(ip.id.into())) {
            to.field("id", &id);
        }
        if ah.is_some() {
            to.field("proto", &proto_name(AH));
            return;
        }
        to.field("proto", &proto_name(ip.proto));
        if ip.frag_off != 0 {
            return;
        }
        let here = carried(packet).min(self.available.saturating_sub(ip_len(packet)));
        match &packet.l4 {
            L4::Tcp(t) if here >= 20 => tcp(t, here, to),
            L4::Tcp(Tcp { sport, dport, .. })
            | L4::Udp { sport, dport }
            | L4::Sctp { sport, dport, .. } => {
                to.field("sport", sport);
                to.field("dport", dport);
                if ip.proto == proto::UDP {
                    to.field("payload_len", &here.saturating_sub(8));
                }
            }
            L4::Icmp(i) => icmp(i, packet, self.quoted, to),
            L4::Other => {}
        }
    }
}

fn tcp(t: &Tcp, here: usize, to: &mut Object) {
    to.field("sport", &t.sport);
    to.field("dport", &t.dport);
    to.field("seq", &t.seq);
    to.field("ack", &t.ack);
    to.field("flags", &&*flags(t.flags.0));
    if !t.options.is_empty() {
        to.field("tcp_opts", &json!({ "hex": hex(&t.options) }));
        if let Some(mss) = mss(&t.options) {
            to.field("mss", &mss);
        }
    }
    to.field("payload_len", &here.saturating_sub(20 + t.options.len()));
}

fn icmp(i: &Icmp, packet: &Packet, quoted: bool, to: &mut Object) {
    let six = packet.is_v6();
    to.field("icmp_type", &i.kind);
    to.field("icmp_code", &i.code);
    let error = if six { (1..=4).contains(&i.kind) } else { matches!(i.kind, 3 | 4 | 5 | 11 | 12) };
    if !error {
        to.field("icmp_id", &i.id);
        to.field("icmp_seq", &i.seq);
        return;
    }
    to.field("icmp_info", &(u32::from(i.id) << 16 | u32::from(i.seq)));
    match &i.inner {
        _ if quoted => {}
        Some(inner) => {
            let headers = &Headers { packet: inner, with_id: true };
            let inner = Written { headers, available: quoted_bytes(six), quoted: true };
            to.field("inner", &inner);
        }
        // An error that quotes no packet has its bytes written as they are.
        None if packet.payload.is_empty() => {
            to.field("inner", &Value::Null);
        }
        None => {
            to.field("inner", &json!({ "raw_hex": hex(&packet.payload) }));
        }
    }
}

/// The MSS among TCP options.
fn mss(options: &[u8]) -> Option<u16> {
    let (mut at, mut found) = (0, None);
    while let (Some(kind), Some(len)) = (options.get(at), options.get(at + 1)) {
        match (kind, options.get(at + 2..at + 4)) {
            (0, _) => break,
            (2, Some(&[a, b])) => found = Some(u16::from_be_bytes([a, b])),
            _ => {}
        }
        at += if *kind == 1 { 1 } else { usize::from(*len).max(2) };
    }
    found
}

fn flags(bits: u8) -> String {
    "FSRPAUEC".chars().enumerate().filter(|(k, _)| bits >> k & 1 == 1).map(|(_, c)| c).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

fn proto_name(number: u8) -> Cow<'static, str> {
    match number {
        proto::ICMP => "icmp".into(),
        proto::TCP => "tcp".into(),
        proto::UDP => "udp".into(),
        proto::GRE => "gre".into(),
        50 => "esp".into(),
        51 => "ah".into(),
        proto::ICMPV6 => "icmpv6".into(),
        proto::SCTP => "sctp".into(),
        proto::UDPLITE => "udplite".into(),
        other => other.to_string().into(),
    }
}

/// The protocol's name in `/proc/net/nf_conntrack`.
pub(super) fn tracked_proto(number: u8) -> &'static str {
    match number {
        proto::ICMP => "icmp",
        proto::TCP => "tcp",
        proto::UDP => "udp",
        proto::GRE => "gre",
        proto::SCTP => "sctp",
        proto::UDPLITE => "udplite",
        proto::ICMPV6 => "icmpv6",
        _ => "unknown",
    }
}
