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

/// What stands for an address that is not known.
pub(crate) const UNTOLD: &str = "?";

/// An end's address; `?` where it is not known.
pub(crate) fn address(trace: &Trace, addr: IpAddr) -> String {
    end(trace, addr, None)
}

/// What an end becomes by a translation: 0.0.0.0 stands for an address that is not known.
pub(crate) fn translated(addr: IpAddr, port: Option<u16>) -> String {
    match port {
        _ if !addr.is_unspecified() => endpoint(addr, port),
        Some(port) => format!("{UNTOLD}:{port}"),
        None => UNTOLD.to_owned(),
    }
}

/// Whether 0.0.0.0 stands for an address that is not known, and not for itself: nobody asked for it.
fn is_untold(trace: &Trace, addr: IpAddr) -> bool {
    let asked = &trace.sent.packet.ip;
    trace.sent.endpoint_unknown || asked.src != addr && asked.dst != addr
}

fn end(trace: &Trace, addr: IpAddr, port: Option<u16>) -> String {
    match port {
        _ if !(addr.is_unspecified() && is_untold(trace, addr)) => endpoint(addr, port),
        Some(port) => format!("{UNTOLD}:{port}"),
        None => UNTOLD.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::{Icmp, IpHeader, Tcp};

    fn net(addr: &str, mask: &str) -> String {
        let ip = |s: &str| s.parse::<IpAddr>().unwrap_or(IpAddr::from([0, 0, 0, 0]));
        network(AddrMask { addr: ip(addr), mask: ip(mask) })
    }

    #[test]
    fn a_mask_is_a_prefix_where_it_has_one() {
        assert_eq!(net("10.0.0.1", "255.255.255.255"), "10.0.0.1");
        assert_eq!(net("10.0.0.0", "255.255.254.0"), "10.0.0.0/23");
        assert_eq!(net("0.0.0.0", "0.0.0.0"), "0.0.0.0/0");
        assert_eq!(net("10.0.0.1", "255.0.0.255"), "10.0.0.1/255.0.0.255");
        assert_eq!(net("0.0.0.1", "0.0.0.1"), "0.0.0.1/0.0.0.1");
        assert_eq!(net("fd00::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "fd00::1");
        assert_eq!(net("fd00::", "ffff::"), "fd00::/16");
        assert_eq!(net("::", "::"), "::/0");
        assert_eq!(net("::1", "::ffff"), "::1/::ffff");
    }

    #[test]
    fn ranges_and_marks_are_short_where_they_can_be() {
        assert_eq!(range(Range { first: 80, last: 80 }), "80");
        assert_eq!(range(Range { first: 80, last: 81 }), "80:81");
        let ip = |last: u8| IpAddr::from([10, 0, 0, last]);
        assert_eq!(between(Range { first: ip(1), last: ip(1) }), "10.0.0.1");
        assert_eq!(between(Range { first: ip(1), last: ip(9) }), "10.0.0.1-10.0.0.9");
        let mark = |value, mask| masked(Masked { value, mask });
        assert_eq!(mark(0x4000, u32::MAX), "0x4000");
        assert_eq!(mark(0x4000, 0x4000), "0x4000");
        assert_eq!(mark(0, 0x4000), "0/0x4000");
        assert_eq!(hex(0), "0");
        let name = |prefix| iface(&IfaceMatch { name: "veth".into(), prefix });
        assert_eq!((name(true), name(false)), ("veth+".into(), "veth".into()));
    }

    #[test]
    fn bits_have_their_names_in_order() {
        assert_eq!(states(CtStates::NEW), "NEW");
        assert_eq!(bit_names(0b101, &["a", "b", "c"]), "a,c");
        assert_eq!(bit_names(0, &["a"]), "");
        assert_eq!(flags(TcpFlags(0x12)), "SYN ACK");
        assert_eq!(flags(TcpFlags(0xff)), "SYN FIN RST PSH ACK URG ECE CWR");
        assert_eq!(flags(TcpFlags(0)), "none");
        let wanted =
            |mask, value| flags_wanted(Masked { value: TcpFlags(value), mask: TcpFlags(mask) });
        assert_eq!(wanted(0x17, 0x02), "SYN", "what --syn means");
        assert_eq!(wanted(0x17, 0x12), "SYN,ACK/SYN,FIN,RST,ACK");
        assert_eq!(wanted(0x02, 0x02), "SYN/SYN");
        assert_eq!(wanted(0x3f, 0), "none/SYN,FIN,RST,PSH,ACK,URG");
    }

    #[test]
    fn an_icmp_type_names_the_codes_it_does_not_leave_open() {
        let wanted =
            |kind, first, last| icmp_wanted(IcmpMatch { kind, code: Range { first, last } });
        assert_eq!(wanted(Some(8), 0, 255), "8");
        assert_eq!(wanted(Some(3), 4, 4), "3/4");
        assert_eq!(wanted(Some(3), 0, 0), "3/0");
        assert_eq!(wanted(Some(3), 1, 255), "3/1:255");
        assert_eq!(wanted(None, 0, 255), "any");
    }

    #[test]
    fn protocols_have_the_names_of_etc_protocols() {
        let names = [
            (1, "icmp"),
            (2, "igmp"),
            (4, "ipencap"),
            (6, "tcp"),
            (17, "udp"),
            (41, "ipv6"),
            (47, "gre"),
            (50, "esp"),
            (51, "ah"),
            (58, "icmpv6"),
            (89, "ospf"),
            (103, "pim"),
            (112, "vrrp"),
            (132, "sctp"),
            (136, "udplite"),
            (200, "proto 200"),
        ];
        for (number, name) in names {
            assert_eq!(protocol(number), name);
        }
        for (seconds, name) in [(1, "s"), (60, "min"), (3600, "h"), (86_400, "day")] {
            assert_eq!(period(seconds), name);
        }
        assert_eq!(mac([0, 0x16, 0x3e, 0xa, 0xff, 1]), "00:16:3e:0a:ff:01");
    }

    #[test]
    fn a_chance_is_said_to_a_tenth_where_it_is_not_whole() {
        let said = [
            (0.5, "50%"),
            (1.0 / 3.0, "33.3%"),
            (0.999, "99.9%"),
            (1.0, "100%"),
            (0.001, "0.1%"),
            (0.0004, "<0.1%"),
            (0.0, "0%"),
            (0.1, "10%"),
        ];
        for (p, text) in said {
            assert_eq!(percent(p), text);
        }
    }

    #[test]
    fn a_moment_is_what_date_says() {
        // `date -u -d @SECONDS +%FT%TZ`
        let said = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_764_421_200, "2025-11-29T13:00:00Z"),
            (2_147_483_647, "2038-01-19T03:14:07Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, text) in said {
            assert_eq!(moment(seconds), text);
        }
        // Every day of 400 years, counted by hand.
        let (mut year, mut month, mut date) = (1970, 1, 1);
        for day in 0..146_097_u64 {
            let said = format!("{year}-{month:02}-{date:02}T00:00:00Z");
            assert_eq!(moment(day * 86_400), said);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month {
                2 => 28 + i32::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (month, date) = if date == days { (month + 1, 1) } else { (month, date + 1) };
            (year, month) = if month == 13 { (year + 1, 1) } else { (year, month) };
        }
    }

    fn packet(l4: L4, proto: u8) -> Packet {
        let ip = |last: u8| IpAddr::from([10, 0, 0, last]);
        let ip = IpHeader { proto, ..IpHeader::plain(ip(1), ip(2)) };
        Packet { ip, l4, payload: [].into(), bad_csum: false }
    }

    #[test]
    fn a_packet_has_a_word_for_what_it_is() {
        let tcp = |flags| packet(L4::Tcp(Tcp { flags: TcpFlags(flags), ..Tcp::default() }), 6);
        let icmp = Icmp { kind: 3, code: 10, id: 0, seq: 0, inner: None };
        let icmp = packet(L4::Icmp(icmp), 1);
        let words = |p: &Packet| (packet_word(p), lane_word(p));
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(words(&tcp(0x12)), both("SYN+ACK", "SYN+ACK"));
        assert_eq!(words(&tcp(0x14)), both("RST+ACK", "RST"));
        assert_eq!(words(&tcp(0)), both("TCP", "TCP"));
        assert_eq!(words(&icmp), both("ICMP 3/10", "ICMP"));
        assert_eq!(words(&packet(L4::Other, 47)), both("GRE", "GRE"));
        let udp = packet(L4::Udp { sport: 1, dport: 2 }, 17);
        assert_eq!(words(&udp), both("UDP", "UDP"));
    }

    #[test]
    fn what_was_found_is_said_in_its_own_words() {
        let six: IpAddr = IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(endpoint(six, Some(80)), "[fd00::1]:80");
        assert_eq!(endpoint(six, None), "fd00::1");
        assert_eq!(endpoint(IpAddr::from([10, 0, 0, 1]), Some(80)), "10.0.0.1:80");
        let said = [
            (Observed::Nothing, ""),
            (Observed::Number(7), "7"),
            (Observed::Hex(0x10), "0x10"),
            (Observed::Proto(6), "tcp"),
            (Observed::Name("eth0".into()), "eth0"),
            (Observed::Addr(six), "fd00::1"),
            (Observed::Time(0), "1970-01-01T00:00:00Z"),
            (Observed::Flags(TcpFlags(2)), "SYN"),
        ];
        for (what, text) in said {
            assert_eq!(found(&what), text);
        }
        // That an address was rewritten is no state beside another one.
        let dnat =
            CtStates(CtStates::NAMES.iter().position(|n| *n == "DNAT").map_or(0, |n| 1 << n));
        let with = CtStates(dnat.0 | CtStates::NEW.0);
        assert_eq!(found(&Observed::States(with)), "NEW");
        assert_eq!(found(&Observed::States(dnat)), "DNAT");
        assert_eq!(iface_word(&PathIface::Unknown), Some("?"));
        assert_eq!(iface_word(&PathIface::None), None);
    }
}
