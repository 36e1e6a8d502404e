//! How each piece of a rule is read.

#![allow(clippy::unwrap_used)]

use super::*;

#[track_caller]
fn check<'a, T: PartialEq + std::fmt::Debug>(
    piece: impl FnMut(&'a str) -> Piece<'a, T>,
    text: &'a str,
    expect: impl Into<Option<T>>,
) {
    assert_eq!(whole(piece, text), expect.into(), "{text:?}");
}

#[test]
fn numbers_are_read_as_iptables_reads_them() {
    check(u32n, "0x4000", Some(0x4000));
    check(u32n, "010", Some(8));
    check(u8n, "256", None);
    check(u64n, "18446744073709551616", None);
}

#[test]
fn ports_may_be_open_ended_and_named() {
    check(port_range, "80:", Some(Range { first: 80, last: 65535 }));
    check(port_range, ":80", Some(Range { first: 0, last: 80 }));
    check(port_range, "ssh", Some(Range { first: 22, last: 22 }));
    check(port_range, "90:80", Some(Range { first: 90, last: 80 }));
    check(rising_ports, "90:80", None);
    check(rising_ports, "80:80", Some(Range { first: 80, last: 80 }));
    check(port_range, "65536", None);
    check(port_range, "80x", None);
}

#[test]
fn masks_may_be_lengths_or_addresses() {
    let net = |a: &str, m: &str| AddrMask { addr: a.parse().unwrap(), mask: m.parse().unwrap() };
    check(addr_mask, "10.0.0.0/8", Some(net("10.0.0.0", "255.0.0.0")));
    check(addr_mask, "10/8", Some(net("10.0.0.0", "255.0.0.0")));
    check(addr_mask, "1.0.3.0/255.0.255.0", Some(net("1.0.3.0", "255.0.255.0")));
    check(addr_mask, "1.2.3.4", Some(net("1.2.3.4", "255.255.255.255")));
    check(addr_mask, "fd00::/64", Some(net("fd00::", "ffff:ffff:ffff:ffff::")));
    check(addr_mask, "::/0", Some(net("::", "::")));
    check(addr_mask, "10.0.0.0/33", None);
    check(addr_mask, "10.0.0", None);
}

#[test]
fn flags_and_states_are_bits() {
    check(tcp_flags, "SYN,RST,ACK,FIN", Some(TcpFlags(0x17)));
    check(tcp_flags, "ALL", Some(TcpFlags(0x3f)));
    check(tcp_flags, "SYM", None);
    check(ct_states, "RELATED,ESTABLISHED", Some(CtStates(12)));
}

#[test]
fn a_rate_has_a_period() {
    check(rate, "3/min", Some(Rate { count: 3, period_s: 60 }));
    check(rate, "5", Some(Rate { count: 5, period_s: 1 }));
    check(rate, "0/s", None);
}

#[test]
fn words_end_at_blanks_and_before_what_is_glued_to_them() {
    assert_eq!(any_word(" a b"), Ok((" b", "a")));
    assert_eq!(any_word("a"), Ok(("", "a")));
    assert!(any_word(" ").is_err());
    // iptables 1.8.9 prints these without a blank before them.
    assert_eq!(any_word("ACCEPTeui64"), Ok(("eui64", "ACCEPT")));
    assert_eq!(any_word("amatch bpf x"), Ok(("match bpf x", "a")));
    assert_eq!(any_word("amatch x"), Ok((" x", "amatch")));
    assert_eq!(any_word("eui64"), Ok(("", "eui64")));
    assert!(word("a b")("  a   b c").is_ok());
    assert!(word("a b")("a bc").is_err());
    assert_eq!(lead("to:")(" to:x"), Ok(("x", ())));
    assert_eq!(bang(" ! a"), Ok(("a", true)));
    assert_eq!(bang("a"), Ok(("a", false)));
    assert_eq!(named("b c", &[("a", 1), ("b", 2)]), Ok((" c", 2)));
    assert!(named("c", &[("a", 1)]).is_err());
    assert_eq!((name_of(2, &[("a", 1), ("b", 2)]), name_of(3, &[("a", 1)])), ("b", ""));
}

#[test]
fn prefixes_and_masks_are_one_thing() {
    for (v6, len, mask) in [
        (false, 0, Some("0.0.0.0")),
        (false, 1, Some("128.0.0.0")),
        (false, 32, Some("255.255.255.255")),
        (false, 33, None),
        (true, 0, Some("::")),
        (true, 1, Some("8000::")),
        (true, 128, Some("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")),
        (true, 129, None),
    ] {
        let mask: Option<IpAddr> = mask.map(|m| m.parse().unwrap());
        assert_eq!(prefix_mask(v6, len), mask, "{len}");
        if let Some(mask) = mask {
            assert_eq!(mask_len(mask), Some(len));
        }
    }
    assert_eq!(mask_len("255.0.255.0".parse().unwrap()), None);
    assert_eq!(mask_len("0.0.0.1".parse().unwrap()), None);
    check(cidr, "10.0.0.1", Some(Cidr { addr: "10.0.0.1".parse().unwrap(), len: 32 }));
    check(cidr, "fd00::1", Some(Cidr { addr: "fd00::1".parse().unwrap(), len: 128 }));
    check(cidr, "10.0.0.1/255.0.255.0", None);
    check(addr_mask, "1.2.3.4/ffff::", None);
    check(addr_mask, "1.2.3.4.5/8", None);
    check(addr_mask, "300/8", None);
    let net = |text| whole(addr_mask, text).unwrap();
    for (text, full, expect) in [
        ("10.0.0.1", false, "10.0.0.1"),
        ("10.0.0.1", true, "10.0.0.1/32"),
        ("fd00::1", false, "fd00::1"),
        ("fd00::1", true, "fd00::1/128"),
        ("10.0.0.0/8", false, "10.0.0.0/8"),
        ("fd00::/32", false, "fd00::/32"),
        ("10.0.0.0/255.0.255.0", true, "10.0.0.0/255.0.255.0"),
    ] {
        assert_eq!(addr_text(net(text), full), expect);
    }
}

#[test]
fn ranges_of_addresses_ports_and_numbers() {
    let range = |a: &str, b: &str| Range { first: a.parse().unwrap(), last: b.parse().unwrap() };
    check(addr_range, "10.0.0.1-10.0.0.9", Some(range("10.0.0.1", "10.0.0.9")));
    check(addr_range, "10.0.0.1", Some(range("10.0.0.1", "10.0.0.1")));
    check(addr_range, "10.0.0.1-fd00::1", None);
    check(port_dash, "80-90", Some(Range { first: 80, last: 90 }));
    check(port_dash, "80", Some(Range { first: 80, last: 80 }));
    check(port_range, "80:80", Some(Range { first: 80, last: 80 }));
    check(port_range, ":", Some(Range { first: 0, last: 65535 }));
    check(
        ports,
        "22,80:90",
        Some(vec![Range { first: 22, last: 22 }, Range { first: 80, last: 90 }]),
    );
    let bytes = || number_range(':', u8::MAX);
    assert_eq!(bytes()("5"), Ok(("", Range { first: 5, last: 5 })));
    assert_eq!(bytes()("5:"), Ok(("", Range { first: 5, last: 255 })));
    assert_eq!(bytes()(":5"), Ok(("", Range { first: 0, last: 5 })));
    assert_eq!(bytes()("5:5"), Ok(("", Range { first: 5, last: 5 })));
    assert!(rising(bytes()("6:5")).is_err() && bytes()("x").is_err());
    assert_eq!(number_range('-', u8::MAX)("5-6"), Ok(("", Range { first: 5, last: 6 })));
}

#[test]
fn marks_types_of_service_interfaces_and_addresses_of_links() {
    check(mark, "0x1/0xff", Some(Masked { value: 1, mask: 0xff }));
    check(mark, "7", Some(Masked { value: 7, mask: u32::MAX }));
    check(tos, "0x10", Some(Masked { value: 0x10, mask: 0xff }));
    check(tos, "0x10/0x3f", Some(Masked { value: 0x10, mask: 0x3f }));
    check(tos, "Minimize-Delay", Some(Masked { value: 0x10, mask: 0x3f }));
    check(tos, "Nothing", None);
    let face = |name: &str, prefix| Some(IfaceMatch { name: name.into(), prefix });
    check(iface, "eth0", face("eth0", false));
    check(iface, "eth+", face("eth", true));
    check(iface, "+", face("", true));
    check(iface, "$WAN", None);
    check(iface, "a b", None);
    check(iface, "!a", None);
    check(iface, "a/b", None);
    check(mac, "02:00:0a:00:00:ff", Some(Mac([2, 0, 10, 0, 0, 255])));
    check(mac, "02-00-0a-00-00-ff", Some(Mac([2, 0, 10, 0, 0, 255])));
    check(mac, "02:00:0a:00:00", None);
    check(mac, "02:00:0a:00:00:ff:00", None);
    check(mac, "02:00:0a:00:00:100", None);
    for (text, seconds) in [
        ("", 1),
        ("/s", 1),
        ("/sec", 1),
        ("/second", 1),
        ("/m", 60),
        ("/minute", 60),
        ("/hour", 3600),
        ("/day", 86400),
    ] {
        check(period, text, Some(seconds));
    }
    check(period, "/week", None);
    for (seconds, name) in [(1, "sec"), (60, "min"), (3600, "hour"), (86400, "day")] {
        assert_eq!(period_name(seconds), name);
    }
}

#[test]
fn bits_flags_and_quotes() {
    assert_eq!(bit_names("a,C d", &["A", "B", "C"]), Ok((" d", 5)));
    assert!(bit_names("a,d", &["A"]).is_err());
    assert_eq!((bit_text(5, &["A", "B", "C"]), bit_text(0, &["A"])), ("A,C".into(), String::new()));
    check(tcp_flags, "NONE", Some(TcpFlags(0)));
    check(tcp_flags, "0x17", Some(TcpFlags(0x17)));
    check(tcp_flags, "CWR,ECE,URG,PSH", Some(TcpFlags(0xe8)));
    check(quoted, r#""a \"b\" \\ c""#, Some(r#"a "b" \ c"#.to_owned()));
    check(quoted, "\"a", None);
    assert_eq!(quoted(" a b"), Ok((" b", "a".to_owned())));
    assert_eq!(quoted("\"a b\"c"), Ok(("c", "a b".to_owned())));
    check(fraction, "0.25", Some(0.25));
    check(fraction, "1e-3", Some(0.001));
    check(fraction, "1.1.1", None);
    check(u64n, "0x10", Some(16));
    check(u64n, "0", Some(0));
    check(u64n, "08", None);
    check(u16n, "0X1f", Some(31));
}
