//! A packet's headers as the recorded answers write them.

use chainwalk_model::{Icmp, L4, Packet, Tcp, proto};
use serde_json::{Map, Value, json};

/// Protocol numbers of the fragment and the authentication header.
const FRAGMENT: u8 = 44;
const AH: u8 = 51;
/// How much of a packet an ICMP error quotes, in bytes: an error of IPv4 has 576 bytes at most, one of IPv6 1280.
fn quoted_bytes(v6: bool) -> usize {
    if v6 { 1232 } else { 548 }
}

/// The headers, the payload only by its length. Fields that do not apply, and flags that are off, are left out.
pub(super) fn headers(packet: &Packet, with_id: bool) -> Value {
    written(packet, with_id, usize::MAX, false)
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

/// `available` bytes of the packet are there; a quoted packet is cut.
fn written(packet: &Packet, with_id: bool, available: usize, quoted: bool) -> Value {
    let ip = &packet.ip;
    let mut f = Map::new();
    let mut put = |name: &str, value: Value| {
        f.insert(name.to_owned(), value);
    };
    put("src", json!(ip.src.to_string()));
    put("dst", json!(ip.dst.to_string()));
    put("tos", json!(ip.tos));
    put("ttl", json!(ip.ttl));
    if packet.is_v6() {
        put("flowlabel", json!(ip.flow_label));
    } else if with_id {
        put("id", json!(ip.id));
    }
    put("len", json!(total_len(packet)));
    for (name, on) in [("df", ip.df && !packet.is_v6()), ("mf", ip.mf)] {
        if on {
            put(name, json!(true));
        }
    }
    if ip.frag_off != 0 {
        put("frag_off", json!(ip.frag_off));
    }
    if !ip.options.is_empty() {
        put("ip_opts", json!(hex(&ip.options)));
    }
    // An authentication header is written as what the packet carries.
    let ah = ip.extensions.iter().position(|e| e.kind == AH);
    let before = &ip.extensions[..ah.unwrap_or(ip.extensions.len())];
    let cut = packet.is_v6() && packet.is_fragment();
    if !before.is_empty() || cut {
        let cut = cut.then_some(FRAGMENT);
        put("exthdrs", json!(before.iter().map(|e| e.kind).chain(cut).collect::<Vec<_>>()));
    }
    if cut {
        put("id", json!(ip.id));
    }
    if let Some(id) = before.iter().find(|e| e.kind == FRAGMENT).and_then(|e| e.body.get(3..7)) {
        put("id", json!(id.iter().fold(0_u32, |id, byte| id << 8 | u32::from(*byte))));
    }
    if ah.is_some() {
        put("proto", json!(proto_name(AH)));
        return Value::Object(f);
    }
    put("proto", json!(proto_name(ip.proto)));
    if ip.frag_off != 0 {
        return Value::Object(f);
    }
    let here = carried(packet).min(available.saturating_sub(ip_len(packet)));
    match &packet.l4 {
        L4::Tcp(t) if here >= 20 => tcp(t, here, &mut put),
        L4::Tcp(Tcp { sport, dport, .. })
        | L4::Udp { sport, dport }
        | L4::Sctp { sport, dport, .. } => {
            put("sport", json!(sport));
            put("dport", json!(dport));
            if ip.proto == proto::UDP {
                put("payload_len", json!(here.saturating_sub(8)));
            }
        }
        L4::Icmp(i) => icmp(i, packet, quoted, &mut put),
        L4::Other => {}
    }
    Value::Object(f)
}

fn tcp(t: &Tcp, here: usize, put: &mut impl FnMut(&str, Value)) {
    put("sport", json!(t.sport));
    put("dport", json!(t.dport));
    put("seq", json!(t.seq));
    put("ack", json!(t.ack));
    put("flags", json!(flags(t.flags.0)));
    if !t.options.is_empty() {
        put("tcp_opts", json!({ "hex": hex(&t.options) }));
        if let Some(mss) = mss(&t.options) {
            put("mss", json!(mss));
        }
    }
    put("payload_len", json!(here.saturating_sub(20 + t.options.len())));
}

fn icmp(i: &Icmp, packet: &Packet, quoted: bool, put: &mut impl FnMut(&str, Value)) {
    let six = packet.is_v6();
    put("icmp_type", json!(i.kind));
    put("icmp_code", json!(i.code));
    let error = if six { (1..=4).contains(&i.kind) } else { matches!(i.kind, 3 | 4 | 5 | 11 | 12) };
    if error {
        put("icmp_info", json!(u32::from(i.id) << 16 | u32::from(i.seq)));
        match &i.inner {
            _ if quoted => {}
            Some(inner) => put("inner", written(inner, true, quoted_bytes(six), true)),
            // An error that quotes no packet has its bytes written as they are.
            None if packet.payload.is_empty() => put("inner", Value::Null),
            None => put("inner", json!({ "raw_hex": hex(&packet.payload) })),
        }
    } else {
        put("icmp_id", json!(i.id));
        put("icmp_seq", json!(i.seq));
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

fn proto_name(number: u8) -> String {
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
        other => other.to_string(),
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
