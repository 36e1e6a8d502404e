//! Values in netfilter's own words: networks, ranges, marks, flags, times, and the ends of a packet.

use chainwalk_model::{
    AddrMask, AddrTypes, CtStates, IcmpMatch, IfaceMatch, L4, Masked, Observed, Packet, PathIface,
    Range, TcpFlags, Trace, proto,
};
use std::net::IpAddr;

/// A network in prefix notation where it has a prefix; a host without its length.
pub(crate) fn network(v: AddrMask) -> String {
    let (bits, all) = match v.mask {
        IpAddr::V4(m) => (u128::from(m.to_bits()) << 96, 32),
        IpAddr::V6(m) => (m.to_bits(), 128),
    };
    let len = bits.leading_ones();
    if len == all {
        v.addr.to_string()
    } else if bits.checked_shl(len).unwrap_or(0) == 0 {
        format!("{}/{len}", v.addr)
    } else {
        format!("{}/{}", v.addr, v.mask)
    }
}

pub(crate) fn between(v: Range<IpAddr>) -> String {
    if v.first == v.last { v.first.to_string() } else { format!("{}-{}", v.first, v.last) }
}

pub(crate) fn range<T: Copy + PartialEq + std::fmt::Display>(v: Range<T>) -> String {
    if v.first == v.last { v.first.to_string() } else { format!("{}:{}", v.first, v.last) }
}

pub(crate) fn masked(v: Masked<u32>) -> String {
    if v.mask == u32::MAX || v.mask == v.value {
        hex(v.value)
    } else {
        format!("{}/{}", hex(v.value), hex(v.mask))
    }
}

/// A mark: 0 as 0, everything else in hex.
pub(crate) fn hex(v: u32) -> String {
    if v == 0 { "0".into() } else { format!("{v:#x}") }
}

pub(crate) fn iface(v: &IfaceMatch) -> String {
    format!("{}{}", v.name, if v.prefix { "+" } else { "" })
}

/// Address types by name.
pub(crate) fn addr_types(v: AddrTypes) -> String {
    bit_names(u32::from(v.0), &AddrTypes::NAMES)
}

/// An interface of a path, by its name; `?` where it is not known.
pub(crate) fn iface_word(iface: &PathIface) -> Option<&str> {
    match iface {
        PathIface::None => None,
        PathIface::Unknown => Some("?"),
        PathIface::Named(name) => Some(name),
    }
}

/// Conntrack states by name.
pub(crate) fn states(v: CtStates) -> String {
    bit_names(u32::from(v.0), &CtStates::NAMES)
}

pub(crate) fn bit_names(bits: u32, names: &[&str]) -> String {
    let set: Vec<&str> =
        names.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, n)| *n).collect();
    set.join(",")
}

/// A protocol by its usual name.
pub(crate) fn protocol(number: u8) -> String {
    match number {
        proto::ICMP => "icmp".into(),
        2 => "igmp".into(),
        4 => "ipencap".into(),
        proto::TCP => "tcp".into(),
        proto::UDP => "udp".into(),
        41 => "ipv6".into(),
        proto::GRE => "gre".into(),
        50 => "esp".into(),
        51 => "ah".into(),
        proto::ICMPV6 => "icmpv6".into(),
        89 => "ospf".into(),
        103 => "pim".into(),
        112 => "vrrp".into(),
        proto::SCTP => "sctp".into(),
        proto::UDPLITE => "udplite".into(),
        n => format!("proto {n}"),
    }
}

/// TCP flags by name, the word `none` for none.
pub(crate) fn flags(v: TcpFlags) -> String {
    const NAMES: [(&str, TcpFlags); 8] = [
        ("SYN", TcpFlags::SYN),
        ("FIN", TcpFlags::FIN),
        ("RST", TcpFlags::RST),
        ("PSH", TcpFlags::PSH),
        ("ACK", TcpFlags::ACK),
        ("URG", TcpFlags::URG),
        ("ECE", TcpFlags::ECE),
        ("CWR", TcpFlags::CWR),
    ];
    let set: Vec<&str> = NAMES.iter().filter(|(_, f)| v.has(*f)).map(|(n, _)| *n).collect();
    if set.is_empty() { "none".into() } else { set.join(" ") }
}

pub(crate) fn flags_wanted(v: Masked<TcpFlags>) -> String {
    if v.mask.0 == 0x17 && v.value == TcpFlags::SYN {
        "SYN".into()
    } else {
        format!("{}/{}", flags(v.value), flags(v.mask)).replace(' ', ",")
    }
}

pub(crate) fn icmp_wanted(v: IcmpMatch) -> String {
    let code = if v.code.first == 0 && v.code.last == 255 {
        String::new()
    } else {
        format!("/{}", range(v.code))
    };
    match v.kind {
        None => "any".into(),
        Some(kind) => format!("{kind}{code}"),
    }
}

pub(crate) fn period(seconds: u32) -> &'static str {
    match seconds {
        1 => "s",
        60 => "min",
        3600 => "h",
        _ => "day",
    }
}

pub(crate) fn mac(v: [u8; 6]) -> String {
    let parts: Vec<String> = v.iter().map(|b| format!("{b:02x}")).collect();
    parts.join(":")
}

/// A probability as a person reads it (`33.3%`).
pub(crate) fn percent(p: f64) -> String {
    let tenths = (p * 1000.0).round() / 10.0;
    if p > 0.0 && tenths < 0.1 {
        "<0.1%".into()
    } else if (tenths - tenths.round()).abs() < 1e-9 {
        format!("{tenths:.0}%")
    } else {
        format!("{tenths:.1}%")
    }
}

/// What a check found, in netfilter's words; empty where there was nothing.
pub(crate) fn found(v: &Observed) -> String {
    match v {
        Observed::Nothing => String::new(),
        Observed::Addr(a) => a.to_string(),
        Observed::Number(n) => n.to_string(),
        Observed::Hex(n) => hex(*n as u32),
        Observed::Time(n) => moment(*n),
        Observed::Proto(p) => protocol(*p),
        Observed::Name(n) => n.to_string(),
        // Whether an address was rewritten is no state of its own.
        Observed::States(s) if s.0 & 0x1f != 0 => states(CtStates(s.0 & 0x1f)),
        Observed::States(s) => states(*s),
        Observed::Flags(f) => flags(*f),
        Observed::AddrTypes(a) => addr_types(*a),
    }
}

/// An address with a port where there is one.
pub(crate) fn endpoint(addr: IpAddr, port: Option<u16>) -> String {
    match (addr, port) {
        (_, None) => addr.to_string(),
        (IpAddr::V4(a), Some(p)) => format!("{a}:{p}"),
        (IpAddr::V6(a), Some(p)) => format!("[{a}]:{p}"),
    }
}

/// Where a packet is from; `?` where that is not known.
pub(crate) fn source(trace: &Trace, packet: &Packet) -> String {
    end(trace, packet.ip.src, packet.sport())
}

/// Where a packet is bound; `?` where that is not known.
pub(crate) fn destination(trace: &Trace, packet: &Packet) -> String {
    end(trace, packet.ip.dst, packet.dport())
}

/// An end's address; `?` where it is not known.
pub(crate) fn address(trace: &Trace, addr: IpAddr) -> String {
    end(trace, addr, None)
}

fn end(trace: &Trace, addr: IpAddr, port: Option<u16>) -> String {
    match port {
        _ if !(trace.sent.endpoint_unknown && addr.is_unspecified()) => endpoint(addr, port),
        Some(port) => format!("?:{port}"),
        None => "?".to_owned(),
    }
}

/// What kind of packet it is, in a word (`SYN`, `UDP`, `ICMP 3/10`).
pub(crate) fn packet_word(packet: &Packet) -> String {
    match &packet.l4 {
        L4::Tcp(t) => flags(t.flags).replace(' ', "+").replace("none", "TCP"),
        L4::Udp { .. } => "UDP".into(),
        L4::Sctp { .. } => "SCTP".into(),
        L4::Icmp(i) => format!("ICMP {}/{}", i.kind, i.code),
        L4::Other => protocol(packet.ip.proto).to_uppercase(),
    }
}

/// The lane's name of a packet, shorter still.
pub(crate) fn lane_word(packet: &Packet) -> String {
    match &packet.l4 {
        L4::Icmp(_) => "ICMP".into(),
        L4::Tcp(t) if t.flags.has(TcpFlags::RST) => "RST".into(),
        _ => packet_word(packet),
    }
}

/// Seconds since 1970 as `2026-11-22T10:00:00Z`.
pub(crate) fn moment(seconds: u64) -> String {
    // The civil date of a day, counted from 1 March of the year 0.
    let day = seconds / 86_400 + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let s = seconds % 86_400;
    format!("{year}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}
