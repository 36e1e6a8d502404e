//! Packet lines as forms and back, and the packets that are suggested for a paste.
#![allow(clippy::unwrap_used)]

use chainwalk_model::Host;
use chainwalk_sim::Session;
use chainwalk_view::{Explained, Lang, NoExplainer, PacketForm, packet_form, suggestions};

fn form(line: &str) -> PacketForm {
    let (ask, problems) = chainwalk_parse::packet_line(line);
    assert!(problems.is_empty(), "{line}: {problems:?}");
    packet_form(&ask).unwrap()
}

#[test]
fn a_form_says_what_its_line_says() {
    // A line, and the form's line for it.
    let lines = [
        ("curl 10.0.0.1:8080", "curl 10.0.0.1:8080"),
        ("curl 10.0.0.1:8080 from 10.0.0.9 in eth0", "curl 10.0.0.1:8080 from 10.0.0.9 in eth0"),
        ("curl 10.0.0.1:80 from 10.0.0.9 outside", "curl 10.0.0.1:80 from 10.0.0.9 outside"),
        ("curl [fd00::1]:80 from fd00::9 in eth0", "curl [fd00::1]:80 from fd00::9 in eth0"),
        (
            "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn",
            "tcp 10.0.0.1:22 from 10.0.0.9:4000 in eth0 syn",
        ),
        (
            "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn ack",
            "tcp 10.0.0.1:22 from 10.0.0.9:4000 in eth0 syn ack",
        ),
        (
            "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 fin psh urg",
            "tcp 10.0.0.1:22 from 10.0.0.9:4000 in eth0 fin psh urg",
        ),
        ("udp 10.0.0.9:4000 > 10.0.0.1:53 in eth0", "udp 10.0.0.1:53 from 10.0.0.9:4000 in eth0"),
        ("udp 10.0.0.1:53", "udp 10.0.0.1:53"),
        ("udp 10.0.0.1:53 sport 7", "udp 10.0.0.1:53 sport 7"),
        ("ping 10.0.0.1", "ping 10.0.0.1"),
        ("ping fd00::1 from fd00::9 in eth0", "ping fd00::1 from fd00::9 in eth0"),
        (
            "icmp 10.0.0.9 > 10.0.0.1 in eth0 type 3 code 4",
            "icmp 10.0.0.1 from 10.0.0.9 in eth0 type 3 code 4",
        ),
        ("sctp 10.0.0.9:5 > 10.0.0.1:6 in eth0", "sctp 10.0.0.1:6 from 10.0.0.9:5 in eth0"),
        ("curl 10.0.0.1:80 ttl 3 mark 0x10", "curl 10.0.0.1:80 ttl 3 mark 0x10"),
        ("curl 10.0.0.1:80 uid 1000 gid 5", "curl 10.0.0.1:80 uid 1000 gid 5"),
        (
            "udp 10.0.0.1:9 tos 8 len 100 df after 250ms",
            "udp 10.0.0.1:9 tos 8 len 100 df after 250ms",
        ),
        ("udp 10.0.0.1:9 payload \"GET / x\"", "udp 10.0.0.1:9 payload \"GET / x\""),
        ("udp 10.0.0.1:9 hex 00ff0a", "udp 10.0.0.1:9 hex 00ff0a"),
    ];
    for (line, said) in lines {
        let one = form(line);
        assert_eq!(one.line(), said, "{line}");
        assert_eq!(form(&one.line()), one, "{line}: read again");
    }
}

#[test]
fn a_form_shows_each_thing_in_its_field() {
    let one = form("tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn ack ttl 7 mark 0x4000");
    let fields = [&one.verb, &one.src, &one.sport, &one.dst, &one.dport, &one.iface, &one.flags];
    assert_eq!(fields, ["tcp", "10.0.0.9", "4000", "10.0.0.1", "22", "eth0", "syn ack"]);
    assert_eq!([&one.icmp, &one.ttl, &one.mark, &one.rest], ["", "7", "0x4000", ""]);
    assert!(one.outside && one.has_ports());
    let own = form("curl 10.0.0.1:80");
    assert!(!own.outside && own.sport.is_empty(), "the port that nobody named is not shown");
    assert_eq!(form("icmp 10.0.0.9 > 10.0.0.1 in eth0 type 3").icmp, "3");
    assert!(!form("ping 10.0.0.1").has_ports());
    assert!(form("udp 10.0.0.1:53").has_ports());
    // A form has no fields for what follows up another packet.
    assert_eq!(packet_form(&chainwalk_parse::packet_line("reply 1").0), None);
}

/// What is suggested for a paste: the line, and what it is about.
fn suggested(paste: &str, facts: &[&str]) -> Vec<(String, String)> {
    let reading = chainwalk_parse::read(&[paste]);
    let mut host: Host = reading.host();
    for fact in facts {
        chainwalk_sim::assume(&mut host, &chainwalk_parse::assumption(fact).unwrap());
    }
    let session = Session::new(host);
    let explained = Explained {
        lang: Lang::En,
        reading: Some(&reading),
        docs: &[paste],
        host: session.host(),
        asks: &[],
        walks: &[],
        followed: &[],
        packet: 0,
        raw_names: false,
        reasons: &NoExplainer,
    };
    suggestions(&explained).into_iter().map(|s| (s.line, s.about)).collect()
}

/// One rule in a table and chain, with what is suggested for it.
fn of_rule(table: &str, rule: &str) -> Vec<(String, String)> {
    let paste = format!(
        "*{table}\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
         :POSTROUTING ACCEPT [0:0]\n:OWN - [0:0]\n-A {rule}\nCOMMIT\n"
    );
    let facts = ["eth0=192.0.2.10/24", "lan=10.1.0.1/16", "route=default via 192.0.2.1 dev eth0"];
    suggested(&paste, &facts)
}

#[test]
fn a_rule_that_names_a_port_is_worth_a_packet() {
    let rules = [
        // To this host it comes from outside, by the way that leads there.
        (
            "filter",
            "INPUT -p tcp -m tcp --dport 22 -j DROP",
            "ssh 192.0.2.10 from 203.0.113.9 in eth0",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -p tcp -m tcp --dport 443 -j ACCEPT",
            "curl 192.0.2.10:443 from 203.0.113.9 in eth0",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -p udp -m udp --dport 53 -j DROP",
            "udp 192.0.2.10:53 from 203.0.113.9 in eth0",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -p udp -m udp --dport 500 -j DROP",
            "udp 192.0.2.10:500 from 203.0.113.9 in eth0",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -i lan -p tcp -m tcp --dport 80 -j DROP",
            "curl 10.1.0.1:80 from 10.1.0.50 in lan",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 80 -j DROP",
            "curl 192.0.2.10:80 from 10.1.0.50 in lan",
            "filter INPUT 1",
        ),
        (
            "filter",
            "FORWARD -d 10.1.0.7/32 -p tcp -m tcp --dport 80 -j REJECT",
            "curl 10.1.0.7:80",
            "filter FORWARD 1",
        ),
        (
            "filter",
            "FORWARD -d 10.1.2.0/24 -p tcp -m tcp --dport 80 -j DROP",
            "curl 10.1.2.1:80",
            "filter FORWARD 1",
        ),
        (
            "filter",
            "INPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 80 -j DROP",
            "curl 127.0.0.1:80",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -p tcp -m multiport --dports 81,82 -j DROP",
            "nc 192.0.2.10 81 from 203.0.113.9 in eth0",
            "filter INPUT 1",
        ),
        (
            "filter",
            "INPUT -p tcp -m tcp --dport 23 -m comment --comment \"no telnet\" -j DROP",
            "nc 192.0.2.10 23 from 203.0.113.9 in eth0",
            "filter INPUT 1: no telnet",
        ),
        (
            "nat",
            "PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.7:80",
            "curl 192.0.2.10:8080 from 203.0.113.9 in eth0",
            "DNAT 10.1.0.7:80",
        ),
        (
            "nat",
            "PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128",
            "curl 192.0.2.10:80 from 203.0.113.9 in eth0",
            "REDIRECT :3128",
        ),
        (
            "nat",
            "PREROUTING -p tcp -m tcp --dport 80 -m comment --comment \"the shop:\" -j OWN",
            "curl 192.0.2.10:80 from 203.0.113.9 in eth0",
            "the shop",
        ),
    ];
    for (table, rule, line, about) in rules {
        assert_eq!(of_rule(table, rule), [(line.to_owned(), about.to_owned())], "{rule}");
    }
    let none = [
        ("filter", "INPUT -p tcp -j DROP"),
        ("filter", "INPUT -p tcp -m tcp ! --dport 22 -j DROP"),
        ("filter", "INPUT -p udp -m multiport --sports 81 -j DROP"),
        ("filter", "INPUT -p tcp -m tcp --dport 22 -j LOG"),
        ("filter", "INPUT -p tcp -m tcp --dport 22 -j OWN"),
        ("filter", "INPUT -p sctp -m sctp --dport 22 -j DROP"),
        ("nat", "PREROUTING -p tcp -m tcp --dport 80 -j OWN"),
        ("nat", "PREROUTING -p tcp -m tcp --dport 80 -j ACCEPT"),
    ];
    for (table, rule) in none {
        assert!(of_rule(table, rule).is_empty(), "{rule}: {:?}", of_rule(table, rule));
    }
}

#[test]
fn no_packet_is_suggested_twice_and_not_too_many_are() {
    let rule = "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n";
    let head = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    let facts = ["eth0=192.0.2.10/24", "route=default via 192.0.2.1 dev eth0"];
    assert_eq!(suggested(&format!("{head}{rule}{rule}COMMIT\n"), &facts).len(), 1);
    let many: String = (1000..1100).map(|n| rule.replace("22", &n.to_string())).collect();
    assert_eq!(suggested(&format!("{head}{many}COMMIT\n"), &facts).len(), 40);
    // Without a way outside there is none to come by.
    let lone = suggested(&format!("{head}{rule}COMMIT\n"), &["wan=10.0.0.1/24"]);
    assert_eq!(lone[0].0, "ssh 10.0.0.1 from 203.0.113.9 in wan");
    // Without an address one that is set aside for examples stands for the host.
    let bare = suggested(&format!("{head}{rule}COMMIT\n"), &[]);
    assert_eq!(bare[0].0, "ssh 192.0.2.10 from 203.0.113.9 outside");
}
