//! The packet line: what is understood, and where problems point.
#![allow(clippy::unwrap_used)]

use super::*;
use chainwalk_model::{App, Hint};
use proptest::prelude::*;
use std::fmt::Write as _;

/// What was understood, in one line.
fn told(ask: &Ask) -> String {
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
fn check(line: &str, expect: &str) -> Ask {
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
