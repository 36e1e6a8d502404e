//! What the person at the other end sees of each fate, as it was measured with `connect()` on TCP and
//! `send()` and `recv()` on a connected UDP socket.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::read;
use chainwalk_sim::Session;
use chainwalk_tests::played::{asked, host_of};
use chainwalk_view::{Explained, Lang, NoExplainer, banner};

const REFUSED: &str = "Connection refused";
const NO_HOST: &str = "No route to host";
const NO_NET: &str = "Network is unreachable";
const NO_PROTO: &str = "Protocol not available";
const DENIED: &str = "Permission denied";
const NOT_PERMITTED: &str = "Operation not permitted";
/// The connection hangs until it times out.
const HANGS: &str = "hangs";
/// Nothing comes back.
const SILENCE: &str = "Nothing comes back";

/// The headline for one packet through a filter table with one rule in `chain`.
fn headline(chain: &str, target: &str, packet: &str, said: &[&str]) -> String {
    let nat = "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";
    let rule = if target.is_empty() {
        String::new()
    } else {
        format!("-A {chain} -d 10.1.0.5/32 {target}\n")
    };
    let text = format!(
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{rule}COMMIT\n{nat}"
    );
    let facts = ["eth0=10.0.0.1/24"].iter().chain(said).copied().collect::<Vec<_>>();
    headline_of(&text, &facts, packet)
}

/// The headline for one packet to a host of which all addresses are known. No paste says so, so this is no scenario.
fn headline_of(text: &str, facts: &[&str], packet: &str) -> String {
    let mut host = host_of(text, facts);
    host.complete.network = true;
    let asks = asked(&[packet], &host);
    let mut session = Session::new(host);
    session.send(&asks[0]);
    let shown = banner(&Explained {
        lang: Lang::En,
        reading: Some(&read(&[text])),
        docs: &[text],
        host: session.host(),
        asks: &asks,
        walks: session.walks(),
        followed: &[],
        packet: 0,
        raw_names: false,
        reasons: &NoExplainer,
    });
    shown.headline.iter().map(|r| r.text.as_str()).collect()
}

/// The headlines for TCP and for UDP.
fn both(chain: &str, target: &str, said: &[&str]) -> [String; 2] {
    let way = if chain == "OUTPUT" {
        "10.0.0.1:4000 > 10.1.0.5:80 out"
    } else {
        "10.0.0.9:4000 > 10.1.0.5:80 in eth0"
    };
    let tcp = format!("tcp {way}{}", if chain == "OUTPUT" { "" } else { " syn" });
    [headline(chain, target, &tcp, said), headline(chain, target, &format!("udp {way}"), said)]
}

fn check(rows: &[(&str, &str, &str)], chain: &str, said: &[&str]) {
    for (target, tcp, udp) in rows {
        let found = both(chain, target, said);
        for (found, wanted) in found.iter().zip([tcp, udp]) {
            assert!(found.contains(wanted), "{chain} {target}: {found:?}, wanted {wanted:?}");
        }
    }
}

#[test]
fn from_elsewhere() {
    let rows = [
        ("-j REJECT --reject-with icmp-port-unreachable", REFUSED, REFUSED),
        ("-j REJECT --reject-with icmp-host-unreachable", NO_HOST, SILENCE),
        ("-j REJECT --reject-with icmp-admin-prohibited", NO_HOST, NO_HOST),
        ("-j REJECT --reject-with icmp-host-prohibited", NO_HOST, NO_HOST),
        ("-j REJECT --reject-with icmp-net-unreachable", NO_NET, SILENCE),
        ("-j REJECT --reject-with icmp-net-prohibited", NO_NET, NO_NET),
        ("-j REJECT --reject-with icmp-proto-unreachable", NO_PROTO, NO_PROTO),
        ("-j DROP", HANGS, SILENCE),
    ];
    check(&rows, "FORWARD", &["eth1=10.1.0.1/24"]);
    check(&rows, "INPUT", &["eth1=10.1.0.5/24"]);
    let reset = "-p tcp -j REJECT --reject-with tcp-reset";
    assert!(both("FORWARD", reset, &["eth1=10.1.0.1/24"])[0].contains(REFUSED));
}

#[test]
fn from_here() {
    let rows = [
        ("-j DROP", HANGS, NOT_PERMITTED),
        ("-j REJECT", REFUSED, NOT_PERMITTED),
        ("-j REJECT --reject-with icmp-host-unreachable", NO_HOST, NOT_PERMITTED),
        ("-j REJECT --reject-with icmp-net-prohibited", NO_NET, NOT_PERMITTED),
        ("-j REJECT --reject-with icmp-proto-unreachable", NO_PROTO, NOT_PERMITTED),
    ];
    check(&rows, "OUTPUT", &["eth1=10.1.0.1/24"]);
    let reset = "-p tcp -j REJECT --reject-with tcp-reset";
    assert!(both("OUTPUT", reset, &["eth1=10.1.0.1/24"])[0].contains(HANGS));
    check(&[("", NO_NET, NO_NET)], "OUTPUT", &[]);
}

#[test]
fn over_ipv6() {
    let rows = [
        ("no-route", NO_NET, SILENCE, "No route"),
        ("adm-prohibited", DENIED, DENIED, "Administratively prohibited"),
        ("addr-unreachable", NO_HOST, SILENCE, "Address unreachable"),
        ("port-unreachable", REFUSED, REFUSED, "Port unreachable"),
        ("policy-fail", DENIED, DENIED, "Unknown code 5"),
        ("reject-route", DENIED, DENIED, "Unknown code 6"),
    ];
    for (with, tcp, udp, ping) in rows {
        let text = format!(
            "# Generated by ip6tables-save v1.8.9\n\
             *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
             -A INPUT -j REJECT --reject-with icmp6-{with}\nCOMMIT\n\
             *nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
             :POSTROUTING ACCEPT [0:0]\nCOMMIT\n"
        );
        let facts = ["eth0=2001:db8::1/64"];
        let packets = [
            ("tcp [2001:db8::9]:4000 > [2001:db8::1]:80 in eth0 syn", tcp),
            ("udp [2001:db8::9]:4000 > [2001:db8::1]:80 in eth0", udp),
            ("ping 2001:db8::1 from 2001:db8::9 in eth0", ping),
        ];
        for (packet, wanted) in packets {
            let said = headline_of(&text, &facts, packet);
            assert!(said.contains(wanted), "{with}, {packet}: {said:?}, wanted {wanted:?}");
        }
    }
}
