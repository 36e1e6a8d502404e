//! What is said of a host and of the pieces of a paste, beside the lines that say so.
#![allow(clippy::unwrap_used)]

use chainwalk_model::HostId;
use chainwalk_view::{Lang, chips, facts, hosts};

const DOC: &str = "$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
    inet6 2001:db8::10/64 scope global
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 52:54:00:12:34:57 brd ff:ff:ff:ff:ff:ff
$ ip route
default via 192.0.2.1 dev eth0
10.8.0.0/16 dev eth1 scope link
$ sysctl net.ipv4.ip_forward net.ipv4.conf.all.rp_filter
net.ipv4.ip_forward = 0
net.ipv4.conf.all.rp_filter = 2
$ iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:OWN - [0:0]
-A INPUT -i lo -j ACCEPT
COMMIT
";

/// A row of facts: name, value, source, whether it is a guess, and how it would be said.
type Row = (String, String, String, bool, Option<String>);

fn of(doc: &str, said: &[&str], lang: Lang) -> Vec<Row> {
    let mut host = chainwalk_parse::read(&[doc]).host();
    for fact in said {
        chainwalk_sim::assume(&mut host, &chainwalk_parse::assumption(fact).unwrap());
    }
    let rows = facts(&host, lang, &[doc]).into_iter();
    rows.map(|r| (r.name, r.value, r.source, r.guess, r.assume)).collect()
}

fn row(name: &str, value: &str, source: &str, guess: bool, assume: &str) -> Row {
    let assume = Some(assume.to_owned()).filter(|a| !a.is_empty());
    (name.to_owned(), value.to_owned(), source.to_owned(), guess, assume)
}

#[test]
fn a_fact_names_the_line_that_says_it() {
    let rows = of(DOC, &[], Lang::En);
    let wanted = [
        row("eth0", "192.0.2.10/24", "line 7", false, "eth0=192.0.2.10/24"),
        row("eth0", "2001:db8::10/64", "line 8", false, "eth0=2001:db8::10/64"),
        row("eth1", "no address known", "line 9", false, "eth1=up"),
        row(
            "default",
            "192.0.2.1 dev eth0",
            "line 12",
            false,
            "route=default via 192.0.2.1 dev eth0",
        ),
        row("10.8.0.0/16", "dev eth1", "line 13", false, "route=10.8.0.0/16 dev eth1"),
        row("forward", "off", "line 15", false, "net.ipv4.ip_forward=0"),
        row("conf.all.rp_filter", "2", "line 16", false, "net.ipv4.conf.all.rp_filter=2"),
    ];
    for one in wanted {
        assert!(rows.contains(&one), "{one:?} in {rows:#?}");
    }
}

#[test]
fn what_was_said_is_told_from_what_was_pasted_and_guessed() {
    let rules = &DOC[DOC.find("*filter").unwrap()..];
    let said = [
        "wan=198.51.100.1/24",
        "local=203.0.113.7",
        "notlocal=203.0.113.8",
        "table=nat:accept",
        "table=mangle:drop",
    ];
    let rows = of(rules, &said, Lang::En);
    let wanted = [
        row("wan", "198.51.100.1/24", "given", false, "wan=198.51.100.1/24"),
        row("203.0.113.7", "this host", "given", false, "local=203.0.113.7"),
        row("203.0.113.8", "not this host", "given", false, "notlocal=203.0.113.8"),
        row("nat", "accepts", "given", false, "table=nat:accept"),
        row("mangle", "drops", "given", false, "table=mangle:drop"),
        row("forward", "on", "guess", true, "net.ipv4.ip_forward=1"),
    ];
    for one in wanted {
        assert!(rows.contains(&one), "{one:?} in {rows:#?}");
    }
    let zh = of(rules, &said, Lang::Zh);
    assert_eq!(zh.len(), rows.len());
    assert!(zh.iter().any(|r| r.0 == "forward" && r.1 == "开" && r.2 == "推测"), "{zh:#?}");
}

#[test]
fn every_piece_of_a_paste_has_a_chip() {
    let reading = chainwalk_parse::read(&[DOC]);
    let shown: Vec<(String, String, String)> =
        chips(&reading, Lang::En).into_iter().map(|c| (c.name, c.detail, c.class)).collect();
    let chip = |name: &str, detail: &str, class: &str| {
        (name.to_owned(), detail.to_owned(), class.to_owned())
    };
    let wanted = [
        chip("ip addr", "3 interfaces", "host"),
        chip("ip route", "2 routes", "host"),
        chip("sysctl", "2 values", "host"),
        chip("filter", "4 chains · 1 rule", "filter"),
    ];
    assert_eq!(shown, wanted);
    assert!(hosts(&reading, HostId(0), Lang::En).is_empty(), "one host is nothing to choose");
}

#[test]
fn a_table_has_the_colour_of_its_chains() {
    for (table, chain, class) in [
        ("nat", "PREROUTING", "nat"),
        ("mangle", "PREROUTING", "mangle"),
        ("raw", "PREROUTING", "raw"),
        ("security", "INPUT", "security"),
        ("filter", "INPUT", "filter"),
    ] {
        let paste = format!("*{table}\n:{chain} ACCEPT [0:0]\nCOMMIT\n");
        let shown = chips(&chainwalk_parse::read(&[&paste]), Lang::En);
        assert_eq!((&*shown[0].name, &*shown[0].class), (table, class));
    }
}

#[test]
fn several_hosts_are_there_to_choose_from() {
    let host = |name: &str| DOC.replace("$ ", &format!("root@{name}:~# "));
    let reading = chainwalk_parse::read(&[&(host("gate") + &host("db"))]);
    let shown = hosts(&reading, HostId(1), Lang::En);
    let shown: Vec<_> = shown.iter().map(|h| (&*h.id, &*h.name, &*h.detail, h.chosen)).collect();
    let holds = "1 table · 3 interfaces";
    assert_eq!(shown, [("gate", "gate", holds, false), ("db", "db", holds, true)]);
}
