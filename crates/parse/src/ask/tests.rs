//! The packet line: what is understood, and where problems point.
#![allow(clippy::unwrap_used)]

use super::words::MORE;
use super::*;
use chainwalk_model::{App, Hint, TcpFlags};
use proptest::prelude::*;
use std::fmt::Write as _;

/// What was understood, in one line.
fn told(ask: &PacketSpec) -> String {
    let mut text = String::new();
    let addr = |a: &AskAddr| match a {
        AskAddr::Ip(a) => a.to_string(),
        AskAddr::Name(n) => format!("'{n}'"),
    };
    let proto = ask.proto.map_or("?".to_owned(), |p| p.to_string());
    let _ = write!(text, "{proto}");
    if let Some(f) = ask.follow_up {
        let _ = write!(text, " {f:?}");
    }
    if let Some(a) = &ask.src {
        let _ = write!(text, " from {}", addr(a));
    }
    if let Some(p) = ask.sport.filter(|p| *p != CLIENT_PORT) {
        let _ = write!(text, ":{p}");
    }
    if let Some(a) = &ask.dst {
        let _ = write!(text, " to {}", addr(a));
    }
    if let Some(p) = ask.dport {
        let _ = write!(text, " port {p}");
    }
    let _ = match &ask.entry {
        AskEntry::Unsaid => write!(text, " unsaid"),
        AskEntry::Local => write!(text, " local"),
        AskEntry::Iface(i) => write!(text, " in {i}"),
        AskEntry::Outside => write!(text, " outside"),
    };
    if let Some(f) = ask.flags {
        let _ = write!(text, " flags {:#x}", f.0);
    }
    if ask.after_ms > 0 {
        let _ = write!(text, " after {}", ask.after_ms);
    }
    text
}

#[track_caller]
fn check(line: &str, expect: &str) -> PacketSpec {
    let (ask, found) = packet_line(line);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(told(&ask), expect);
    ask
}

/// The line is not right at `place`, and what was understood all the same.
#[track_caller]
fn check_bad(line: &str, place: &str, expect: &str) -> Diagnostic {
    let (ask, found) = packet_line(line);
    assert_eq!(told(&ask), expect);
    let first = found.first().unwrap();
    assert_eq!(&line[first.span.range()], place);
    assert!(!first.expected.is_empty());
    first.clone()
}

#[test]
fn programs() {
    let ask = check("curl 172.17.0.2:11103", "6 to 172.17.0.2 port 11103 local");
    assert_eq!((ask.app, ask.sport), (Some(App::Curl), Some(51000)));
    check("curl http://h:80/path", "6 to 'h' port 80 local");
    check("curl -v -m 5 https://user@h.example/p?q#f", "6 to 'h.example' port 443 local");
    check("curl http://[::1]:8080/", "6 to ::1 port 8080 local");
    check("curl ::1", "6 to ::1 port 80 local");
    check("curl localhost:80", "6 to 127.0.0.1 port 80 local");
    let ask = check("ping -c 3 10.0.0.5", "1 to 10.0.0.5 local");
    assert_eq!(ask.icmp_type, Some(8));
    let ask = check("ping6 fe80::1", "58 to fe80::1 local");
    assert_eq!(ask.icmp_type, Some(128));
    check("dig @8.8.8.8 example.com", "17 to 8.8.8.8 port 53 local");
    check("dig example.com @8.8.8.8 +tcp -p 5353", "6 to 8.8.8.8 port 5353 local");
    check("nc -u 10.0.0.1 53", "17 to 10.0.0.1 port 53 local");
    check("nc -zv db 5432", "6 to 'db' port 5432 local");
    check("ssh root@host", "6 to 'host' port 22 local");
    check("ssh -p 2222 10.0.0.1", "6 to 10.0.0.1 port 2222 local");
    check("172.17.0.2:22", "6 to 172.17.0.2 port 22 local");
}

#[test]
fn where_it_starts() {
    check(
        "curl 172.17.0.2:11103 from 172.17.0.1 in eth0",
        "6 from 172.17.0.1 to 172.17.0.2 port 11103 in eth0",
    );
    check("curl 172.17.0.2 from 172.17.0.1", "6 from 172.17.0.1 to 172.17.0.2 port 80 outside");
    check("curl 172.17.253.62:80 from outside", "6 to 172.17.253.62 port 80 outside");
    check("ping 10.0.0.1 in eth0", "1 to 10.0.0.1 in eth0");
    check("udp 10.0.0.1:5 > 10.0.0.2:53 out", "17 from 10.0.0.1:5 to 10.0.0.2 port 53 local");
}

#[test]
fn headers() {
    let ask = check(
        "tcp 172.17.0.1:51001 > 172.17.0.2:11103 in eth0 syn ttl 63 mark 0x1",
        "6 from 172.17.0.1:51001 to 172.17.0.2 port 11103 in eth0 flags 0x2",
    );
    assert_eq!((ask.ttl, ask.mark), (Some(63), Some(1)));
    check(
        "tcp 10.0.0.1:5->10.0.0.2:80 syn,ack",
        "6 from 10.0.0.1:5 to 10.0.0.2 port 80 outside flags 0x12",
    );
    check(
        "tcp 10.0.0.1:5→10.0.0.2:80 syn ack",
        "6 from 10.0.0.1:5 to 10.0.0.2 port 80 outside flags 0x12",
    );
    let ask = check("tcp > 10.0.0.2:80 ack 77", "6 to 10.0.0.2 port 80 local");
    assert_eq!(ask.ack, Some(77));
    let ask =
        check("icmp 10.0.0.1 > 10.0.0.2 type 13 code 0", "1 from 10.0.0.1 to 10.0.0.2 outside");
    assert_eq!((ask.icmp_type, ask.icmp_code), (Some(13), Some(0)));
    let ask =
        check("icmp 10.0.0.1 > 10.0.0.2 host-unreachable", "1 from 10.0.0.1 to 10.0.0.2 outside");
    assert_eq!((ask.icmp_type, ask.icmp_code), (Some(3), Some(1)));
    check("tcp [fd00::1]:1 > [fd00::2]:443", "6 from fd00::1:1 to fd00::2 port 443 outside");
    check("47 10.0.0.1 > 10.0.0.2", "47 from 10.0.0.1 to 10.0.0.2 outside");
    let ask = check("udp 10.0.0.2:53 payload \"a b\"", "17 to 10.0.0.2 port 53 local");
    assert_eq!(ask.payload.as_deref(), Some(&b"a b"[..]));
}

#[test]
fn follow_ups_and_time() {
    check("reply 1", "? ReplyTo(0) unsaid");
    check("reply 2 rst", "? ReplyTo(1) unsaid flags 0x4");
    check("error 1 type 3 code 1", "? IcmpErrorTo(0) unsaid");
    check("after 5s reply 1", "? ReplyTo(0) unsaid after 5000");
    check("after 1.5m ping 10.0.0.1", "1 to 10.0.0.1 local after 90000");
    check("ping 10.0.0.1 after 20ms", "1 to 10.0.0.1 local after 20");
}

#[test]
fn connections_of_a_sequence_have_their_own_ports() {
    let asks = packet_lines(&["curl 10.0.0.1", "curl 10.0.0.1", "reply 2"], &Host::default());
    let ports: Vec<_> = asks.iter().map(|(a, _)| a.sport).collect();
    assert_eq!(ports, [Some(51000), Some(51001), None]);
}

#[test]
fn problems_point_at_their_word() {
    let problem = check_bad("crul 10.0.0.1:80", "crul", "6 to 10.0.0.1 port 80 local");
    assert_eq!(problem.hint, Some(Hint::DidYouMean("curl".into())));
    let problem = check_bad("ping 10.0.0.1 form 10.0.0.2", "form", "1 to 10.0.0.1 local");
    assert_eq!(problem.hint, Some(Hint::DidYouMean("from".into())));
    check_bad("curl 172.17.0.2:99999", "99999", "6 to 172.17.0.2 port 80 local");
    check_bad("curl 172.17.0.300:80", "172.17.0.300", "6 port 80 local");
    check_bad("tcp 10.0.0.1:5 >", "", "6 from 10.0.0.1:5 outside");
    check_bad("ping 10.0.0.1 in", "", "1 to 10.0.0.1 local");
    check_bad("nc 10.0.0.1", "", "6 to 10.0.0.1 local");
    check_bad("ping 10.0.0.1 ttl 300", "300", "1 to 10.0.0.1 local");
    check_bad("curl --proxy 10.0.0.1", "--proxy", "6 to 10.0.0.1 port 80 local");
    check_bad("reply 0", "0", "? ReplyTo(0) unsaid");
    check_bad("after soon reply 1", "soon", "? ReplyTo(0) unsaid");
    check_bad("curl", "", "6 local");
    check_bad("dig example.com", "", "17 port 53 local");
    check_bad("  ", "", "? local");
}

proptest! {
    #[test]
    fn any_line_is_read(line in "\\PC{0,60}") {
        let (_, found) = packet_line(&line);
        for d in found {
            prop_assert!(line.get(d.span.range()).is_some(), "{:?}", d);
        }
    }

    #[test]
    fn any_line_of_known_words_is_read(
        picked in prop::collection::vec(0..VERBS.len() + MORE.len() + 8, 0..8)
    ) {
        let odd = [">", "->", "[::1]:80", "10.0.0.1:5", "-u", "@", "\"", "http://"];
        let all: Vec<&str> = VERBS.iter().chain(&MORE).chain(&odd).copied().collect();
        let line = picked.iter().map(|k| all[*k]).collect::<Vec<_>>().join(" ");
        let (_, found) = packet_line(&line);
        for d in found {
            prop_assert!(line.get(d.span.range()).is_some(), "{:?}", d);
        }
    }
}

#[test]
fn names_are_taken_from_the_paste_or_asked_for() {
    let host = crate::read(&[
        "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nweb ClusterIP 10.0.0.7 <none> 80/TCP 1d\n",
    ])
    .host();
    let line = "curl web:80";
    let (mut ask, _) = packet_line(line);
    assert_eq!(resolve(&mut ask, line, &host), []);
    assert_eq!(ask.dst, Some(AskAddr::Ip([10, 0, 0, 7].into())));
    let line = "curl http://wbe/";
    let (mut ask, _) = packet_line(line);
    let found = resolve(&mut ask, line, &host);
    assert_eq!(&line[found[0].span.range()], "wbe");
    assert_eq!(found[0].severity, Severity::Error);
    assert_eq!(found[0].hint, Some(Hint::DidYouMean("web".into())));
}

#[test]
fn each_word_says_one_thing_more() {
    let ask = |words: &str| packet_line(&format!("tcp 10.0.0.1:5 > 10.0.0.2:80 {words}"));
    let (plain, _) = ask("");
    let bytes = |b: &[u8]| -> Option<std::sync::Arc<[u8]>> { Some(b.into()) };
    let expect: [(&str, PacketSpec); 22] = [
        ("seq 7", PacketSpec { seq: Some(7), ..plain.clone() }),
        ("ack 9", PacketSpec { ack: Some(9), ..plain.clone() }),
        ("window 1000", PacketSpec { window: Some(1000), ..plain.clone() }),
        ("ttl 63", PacketSpec { ttl: Some(63), ..plain.clone() }),
        ("tos 0x10", PacketSpec { tos: Some(16), ..plain.clone() }),
        ("mark 0xff", PacketSpec { mark: Some(255), ..plain.clone() }),
        ("id 3", PacketSpec { id: Some(3), ..plain.clone() }),
        ("df", PacketSpec { df: Some(true), ..plain.clone() }),
        ("uid 1000", PacketSpec { uid: Some(1000), ..plain.clone() }),
        ("gid 100", PacketSpec { gid: Some(100), ..plain.clone() }),
        ("sport 6", PacketSpec { sport: Some(6), ..plain.clone() }),
        ("dport 81", PacketSpec { dport: Some(81), ..plain.clone() }),
        ("type 3 code 1", PacketSpec { icmp_type: Some(3), icmp_code: Some(1), ..plain.clone() }),
        ("len 3", PacketSpec { payload: bytes(b"xxx"), ..plain.clone() }),
        ("hex 0a0B", PacketSpec { payload: bytes(b"\x0a\x0b"), ..plain.clone() }),
        ("payload ab", PacketSpec { payload: bytes(b"ab"), ..plain.clone() }),
        // RFC 9293: kind 2, length 4, the size.
        ("mss 1460", PacketSpec { tcp_options: bytes(&[2, 4, 5, 0xb4]), ..plain.clone() }),
        ("flags SA", PacketSpec { flags: Some(TcpFlags(0x12)), ..plain.clone() }),
        ("flags syn,ack", PacketSpec { flags: Some(TcpFlags(0x12)), ..plain.clone() }),
        ("fin+psh urg", PacketSpec { flags: Some(TcpFlags(0x29)), ..plain.clone() }),
        ("at 1970-01-02", PacketSpec { at: Some(86_400), ..plain.clone() }),
        (
            "to 10.0.0.3",
            PacketSpec { dst: Some(AskAddr::Ip([10, 0, 0, 3].into())), ..plain.clone() },
        ),
    ];
    for (words, expect) in expect {
        let (found, problems) = ask(words);
        assert_eq!(PacketSpec { span: plain.span, ..found }, expect, "{words}");
        assert!(problems.is_empty(), "{words}: {problems:?}");
    }
    for words in ["in eth1 to 10.0.0.3:81", "to 10.0.0.3:81 in eth1"] {
        let (found, _) = ask(words);
        assert_eq!(told(&found), "6 from 10.0.0.1:5 to 10.0.0.3 port 81 in eth1");
    }
}

#[test]
fn the_options_of_a_program_that_change_its_packet() {
    let ask = |line: &str| {
        let (ask, found) = packet_line(line);
        assert!(found.is_empty(), "{line}: {found:?}");
        ask
    };
    assert_eq!(ask("curl --interface eth1 10.0.0.1").bind.as_deref(), Some("eth1"));
    assert_eq!(ask("ping -I eth1 10.0.0.1").bind.as_deref(), Some("eth1"));
    let from = ask("ping -I 10.0.0.9 10.0.0.1");
    assert_eq!((from.src, from.bind), (Some(AskAddr::Ip([10, 0, 0, 9].into())), None));
    let set = ask("ping -t 5 -Q 8 -m 7 10.0.0.1");
    assert_eq!((set.ttl, set.tos, set.mark), (Some(5), Some(8), Some(7)));
    let bound = ask("nc -p 4000 10.0.0.1 80");
    assert_eq!((bound.sport, bound.dport, bound.app), (Some(4000), Some(80), Some(App::Nc)));
    assert_eq!(ask("nc -nvu 10.0.0.1 53").proto, Some(proto::UDP));
    assert_eq!(ask("nc -vz 10.0.0.1 53").proto, Some(proto::TCP));
    let telnet = ask("telnet 10.0.0.1");
    assert_eq!((telnet.dport, telnet.app), (Some(23), None));
    assert_eq!(ask("telnet 10.0.0.1 25").dport, Some(25));
    assert_eq!(ask("nc 10.0.0.1:26").dport, Some(26));
    assert_eq!((ask("wget -q -O- http://10.0.0.1/").app, ask("ssh h").app), (None, Some(App::Ssh)));
    assert_eq!(ask("dig @10.0.0.1 x").app, Some(App::Dig));
    // Where they run by default, by IANA's list.
    for (scheme, port) in [
        ("http", 80),
        ("WS", 80),
        ("https", 443),
        ("wss", 443),
        ("ftp", 21),
        ("ssh", 22),
        ("redis", 6379),
        ("mysql", 3306),
        ("postgres", 5432),
        ("postgresql", 5432),
    ] {
        assert_eq!(ask(&format!("curl {scheme}://h")).dport, Some(port), "{scheme}");
    }
    assert_eq!(ask("https://h?x").dport, Some(443));
    assert_eq!(ask("curl 'http://h:81/'").dport, Some(81));
}

#[test]
fn a_packet_starts_here_or_outside() {
    let line = "udp 10.0.0.1:5 > 10.0.0.2:53";
    let expect = "17 from 10.0.0.1:5 to 10.0.0.2 port 53";
    for (words, place) in [
        ("", "outside"),
        ("outside", "outside"),
        ("local", "local"),
        ("out", "local"),
        ("from here", "local"),
        ("from local", "local"),
        ("from here in eth0", "in eth0"),
    ] {
        check(&format!("{line} {words}"), &format!("{expect} {place}"));
    }
    check("reply 1 outside", "? ReplyTo(0) outside");
    check("reply 1 local", "? ReplyTo(0) local");
}

#[test]
fn time_has_units() {
    for (word, ms) in [
        ("7", 7000),
        ("7s", 7000),
        ("7sec", 7000),
        ("7ms", 7),
        ("7m", 420_000),
        ("7min", 420_000),
        ("7h", 25_200_000),
        ("7d", 604_800_000),
        ("366d", 31_622_400_000),
        ("0.4ms", 0),
        ("0.6ms", 1),
    ] {
        assert_eq!(packet_line(&format!("after {word} reply 1")).0.after_ms, ms, "{word}");
    }
    assert_eq!(packet_line("after 1s after 2s reply 1").0.after_ms, 3000);
    for word in ["367d", "7y", "s", "1.1.1s", "-1s"] {
        check_bad(&format!("after {word} reply 1"), word, "? ReplyTo(0) unsaid");
    }
}

#[test]
fn an_echo_of_ipv6_has_the_numbers_of_icmpv6() {
    // RFC 792 and RFC 4443.
    for (line, kind) in [
        ("icmp fd00::1 > fd00::2 type 8", 128),
        ("icmp fd00::1 > fd00::2 type 0", 129),
        ("icmp fd00::1 > fd00::2 type 3", 3),
        ("ping fd00::2", 128),
        ("icmpv6 fd00::1 > fd00::2 type 8", 8),
    ] {
        let (ask, _) = packet_line(line);
        assert_eq!((ask.proto, ask.icmp_type), (Some(proto::ICMPV6), Some(kind)), "{line}");
    }
    for (name, kind) in [
        ("echo", (8, Some(0))),
        ("echo-request", (8, Some(0))),
        ("echo-reply", (0, Some(0))),
        ("destination-unreachable", (3, None)),
        ("network-unreachable", (3, Some(0))),
        ("protocol-unreachable", (3, Some(2))),
        ("port-unreachable", (3, Some(3))),
        ("fragmentation-needed", (3, Some(4))),
        ("redirect", (5, None)),
        ("time-exceeded", (11, None)),
        ("ttl-exceeded", (11, None)),
        ("timestamp-request", (13, Some(0))),
        ("timestamp-reply", (14, Some(0))),
    ] {
        let (ask, _) = packet_line(&format!("icmp 10.0.0.1 > 10.0.0.2 {name}"));
        assert_eq!((ask.icmp_type, ask.icmp_code), (Some(kind.0), kind.1), "{name}");
    }
}

#[test]
fn values_that_do_not_fit_are_told_at_their_place() {
    let tcp = "tcp 10.0.0.1:5 > 10.0.0.2:80";
    let expect = "6 from 10.0.0.1:5 to 10.0.0.2 port 80 outside";
    for (words, place) in [
        ("in a/b", "a/b"),
        ("in a=b", "a=b"),
        ("flags XY", "XY"),
        ("hex 0a0", "0a0"),
        ("chunk nothing", "nothing"),
        ("ext nothing", "nothing"),
        ("at yesterday", "yesterday"),
        ("type nothing", "nothing"),
        ("seq x", "x"),
        ("window 65536", "65536"),
        ("flags", ""),
        ("payload", ""),
        ("hex", ""),
        ("ext", ""),
        ("chunk", ""),
        ("at", ""),
        ("type", ""),
        ("to", ""),
        ("from", ""),
    ] {
        let problem = check_bad(&format!("{tcp} {words}"), place, expect);
        assert_eq!(problem.severity, Severity::Error, "{words}");
    }
    check_bad("curl gopher://10.0.0.1", "gopher", "6 to 10.0.0.1 port 80 local");
    check_bad("curl http:///x", "http:///x", "6 local");
    check_bad("ping 10.0.0.1 10.0.0.2", "10.0.0.2", "1 to 10.0.0.1 local");
    check_bad("nc 10.0.0.1 80 81", "81", "6 to 10.0.0.1 port 80 local");
    check_bad("nc 10.0.0.1 http", "http", "6 to 10.0.0.1 local");
    check_bad("curl 10.0.0.1 10.0.0.2", "10.0.0.2", "6 to 10.0.0.1 port 80 local");
    check_bad("curl -X", "", "6 local");
    check_bad("ping -I", "", "1 local");
    check_bad("nc", "", "6 local");
    check_bad("ssh", "", "6 port 22 local");
    check_bad("psql", "", "6 port 5432 local");
    check_bad("traceroute", "", "17 port 33434 local");
    assert_eq!(&*packet_line("curl").1[0].found, "curl");
    check_bad("tcp", "", "6 local");
    check_bad("tcp syn", "", "6 local flags 0x2");
    check_bad("after 5s", "", "? local after 5000");
    check_bad("47", "47", "? local");
    check_bad("web", "web", "? local");
    check_bad("10.0.0.1", "", "6 to 10.0.0.1 local");
    check("web:80", "6 to 'web' port 80 local");
    check("psql -h 10.0.0.1 -U app shop", "6 to 10.0.0.1 port 5432 local");
    check(
        "redis-cli -h 10.0.0.1 from 10.0.0.9 in eth0",
        "6 from 10.0.0.9 to 10.0.0.1 port 6379 in eth0",
    );
    check("ping 10.0.0.1 from this host", "1 to 10.0.0.1 local");
    // The server is missing, and where the packet comes from is read.
    check_bad("curl from 10.0.0.9 in eth0", "", "6 from 10.0.0.9 in eth0");
    check("mysql -h 10.0.0.1 -P 3307 -u root", "6 to 10.0.0.1 port 3307 local");
    check("redis-cli -h 10.0.0.1 -p 6380", "6 to 10.0.0.1 port 6380 local");
    check("traceroute -n 10.0.0.1", "17 to 10.0.0.1 port 33434 local");
    check("traceroute -T -p 443 10.0.0.1", "6 to 10.0.0.1 port 443 local");
    // What is open is a warning where the packet can be sent all the same.
    assert_eq!(packet_line("10.0.0.1").1[0].severity, Severity::Warning);
    assert_eq!(packet_line("curl -Z 10.0.0.1").1[0].severity, Severity::Warning);
}

#[test]
fn only_lines_that_name_no_source_port_get_one_each() {
    let lines = ["tcp 10.0.0.1:51000 > 10.0.0.2:80", "curl 10.0.0.1", "ping 10.0.0.1"];
    let ports: Vec<_> =
        packet_lines(&lines, &Host::default()).iter().map(|(a, _)| a.sport).collect();
    assert_eq!(ports, [Some(51000), Some(51001), None]);
}
