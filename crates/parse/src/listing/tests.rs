//! What the rows of a listing become.

use super::*;
use crate::checks::{LIST, rules};
use crate::paste::read;
use crate::save::save_text;

/// One rule of a listing becomes one rule of a save text.
#[track_caller]
fn check_row(row: &str, expect: &str) {
    let save = format!(":INPUT ACCEPT [0:0]\n-A INPUT{expect}\n");
    let found = rules(&format!("{LIST}{row}\n"));
    let found: String = found.lines().skip(1).flat_map(|l| [l, "\n"]).collect();
    assert_eq!(found, save, "{row}");
}

#[test]
fn the_rows_of_a_listing() {
    check_row(
        "36M 17G ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 state RELATED,ESTABLISHED",
        " -m state --state RELATED,ESTABLISHED -j ACCEPT",
    );
    check_row(
        "0 0 ACCEPT 6 -- eth0 !docker0 10.0.0.1 !127.0.0.0/8 tcp dpts:80:90 flags:!0x17/0x02",
        " -s 10.0.0.1/32 ! -d 127.0.0.0/8 -i eth0 ! -o docker0 -p tcp -m tcp --dport 80:90 ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT",
    );
    check_row("0 0            all  --  *      *       0.0.0.0/0            0.0.0.0/0", "");
    check_row(
        "0 0 ACCEPT    !6    --  *      *       0.0.0.0/0            0.0.0.0/0",
        " ! -p tcp -j ACCEPT",
    );
    check_row("0 0 ACCEPT tcp -f * * 0.0.0.0/0 0.0.0.0/0", " -p tcp -f -j ACCEPT");
    check_row(
        "0 0 MARK all -- * * 0.0.0.0/0 0.0.0.0/0 MARK or 0x4000",
        " -j MARK --set-xmark 0x4000/0x4000",
    );
    check_row(
        "0 0 ACCEPT icmp -- * * 0.0.0.0/0 0.0.0.0/0 icmptype 8 code 0",
        " -p icmp -m icmp --icmp-type 8/0 -j ACCEPT",
    );
    check_row(
        "0 0 LOG all -- * * 0.0.0.0/0 0.0.0.0/0 limit: avg 3/min burst 5 LOG flags 0 level 7 prefix `a b '",
        " -m limit --limit 3/min -j LOG --log-prefix \"a b \" --log-level 7",
    );
}

#[test]
fn a_comment_cannot_forge_a_match_past_its_end() {
    check_row(
        "0 0 ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 /* tcp dpt:80 */ mark match 0x1",
        " -m comment --comment \"tcp dpt:80\" -m mark --mark 0x1 -j ACCEPT",
    );
    check_row(
        "0 0 ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 /* a */ b */ mark match 0x1",
        " -m comment --comment \"a */ b\" -m mark --mark 0x1 -j ACCEPT",
    );
}

#[test]
fn without_v_the_interfaces_are_hidden() {
    let text = "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\nACCEPT     all  --  anywhere             anywhere\n";
    let host = read(&[text]).host();
    let rule = &host.rules.rules[0];
    assert!(matches!(rule.ops[0].what, OpKind::Match(Match::HiddenInterfaces)));
    assert!(matches!(rule.ops[1].what, OpKind::Target(Target::Accept)));
    assert!(!save_text(&host).complete);
    let found: Vec<_> = read(&[text]).diagnostics.iter().map(|d| d.id).collect();
    assert!(found.contains(&DiagnosticId::HiddenInterfaces));
}

#[test]
fn stateful_matches_are_read_from_a_listing() {
    let row = |rest: &str, expect: &str| {
        let text = format!(
            "    0     0            0    --  *      *       0.0.0.0/0            0.0.0.0/0            {rest}"
        );
        check_row(&text, &format!(" {expect}"));
    };
    for (listed, saved) in [
        (
            "#conn src/32 > 2",
            "-m connlimit --connlimit-above 2 --connlimit-mask 32 --connlimit-saddr",
        ),
        (
            "#conn dst/24 <= 2",
            "-m connlimit --connlimit-upto 2 --connlimit-mask 24 --connlimit-daddr",
        ),
        ("#conn/24 > 2", "-m connlimit --connlimit-above 2 --connlimit-mask 24 --connlimit-saddr"),
        (
            "! connbytes 10 connbytes mode packets connbytes direction original",
            "-m connbytes ! --connbytes 10 --connbytes-mode packets --connbytes-dir original",
        ),
        (
            "connbytes 0:10 connbytes mode avgpkt connbytes direction reply",
            "-m connbytes --connbytes 0:10 --connbytes-mode avgpkt --connbytes-dir reply",
        ),
        ("connlabel ! 5 set", "-m connlabel ! --label 5 --set"),
        ("connlabel 'bulk-traffic'", "-m connlabel --label bulk-traffic"),
        ("helper match ! \"ftp-2121\"", "-m helper ! --helper ftp-2121"),
        ("socket --transparent --nowildcard", "-m socket --transparent --nowildcard"),
        ("TIME UTC", "-m time"),
        (
            "TIME from 12:30:00 to 13:30:00",
            "-m time --timestart 12:30:00 --timestop 13:30:00 --kerneltz",
        ),
        (
            "TIME from 23:00:00 to 01:00:00 on Mon on 1st,22nd,31st starting from 2007-12-24 00:00:00 \
             until date 2007-12-27 05:06:07 UTC contiguous",
            "-m time --timestart 23:00:00 --timestop 01:00:00 --monthdays 1,22,31 --weekdays Mon \
             --datestart 2007-12-24T00:00:00 --datestop 2007-12-27T05:06:07 --contiguous",
        ),
        (
            "rateest match eth0 bps 250000 ! gt",
            "-m rateest --rateest eth0 ! --rateest-gt --rateest-bps 2000000bit",
        ),
        (
            "rateest match eth0 pps lt 200",
            "-m rateest --rateest eth0 --rateest-lt --rateest-pps 200",
        ),
        (
            "rateest match a delta bps 312500 gt b bps 250000",
            "-m rateest --rateest-delta --rateest1 a --rateest-bps1 2500000bit --rateest-gt \
             --rateest-bps2 2000000bit --rateest2 b",
        ),
        (
            "rateest match a bps lt b bps",
            "-m rateest --rateest1 a --rateest-lt --rateest-bps --rateest2 b",
        ),
        (
            "rateest match a delta pps 5 eq 2",
            "-m rateest --rateest-delta --rateest a --rateest-pps1 5 --rateest-eq --rateest-pps2 2",
        ),
    ] {
        row(listed, saved);
    }
}

#[test]
fn targets_are_read_from_a_listing() {
    for (name, listed, saved) in [
        ("AUDIT", "AUDIT drop", "-j AUDIT --type drop"),
        ("IDLETIMER", "timeout:5 label:abc alarm", "-j IDLETIMER --timeout 5 --label abc --alarm"),
        (
            "LED",
            "led-trigger-id:\"ssh\" led-delay:inf",
            "-j LED --led-trigger-id ssh --led-delay inf",
        ),
        (
            "SYNPROXY",
            "SYNPROXY sack-perm wscale 9 mss 1460 ",
            "-j SYNPROXY --sack-perm --wscale 9 --mss 1460",
        ),
        ("CLASSIFY", "CLASSIFY set 1:ffff", "-j CLASSIFY --set-class 0001:ffff"),
        ("ECN", "ECN TCP remove", "-j ECN --ecn-tcp-remove"),
        (
            "ECN",
            "ECN ECE=0 CWR=1 ECT codepoint=2",
            "-j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 1 --ecn-ip-ect 2",
        ),
        (
            "HMARK",
            "HMARK mod 10 + 0x2710 ct, src-prefix 32 sport-mask 0xffff proto-mask 0xffff rnd 0xfeedcafe ",
            "-j HMARK --hmark-src-prefix 32 --hmark-sport-mask 0xffff --hmark-proto-mask 0xffff \
             --hmark-rnd 0xfeedcafe --hmark-mod 10 --hmark-offset 10000 --hmark-tuple ct",
        ),
        (
            "RATEEST",
            "name eth0 interval 250.0ms ewmalog 2.0s",
            "-j RATEEST --rateest-name eth0 --rateest-interval 250.0ms --rateest-ewmalog 2.0s",
        ),
        ("TCPOPTSTRIP", "TCPOPTSTRIP options 2,3,8,34", "-j TCPOPTSTRIP --strip-options 2,3,8,34"),
        ("TEE", "TEE gw:10.0.0.9 oif=eth0", "-j TEE --gateway 10.0.0.9 --oif eth0"),
        (
            "TPROXY",
            "TPROXY redirect 127.0.0.1:3129 mark 0x1/0x1",
            "-j TPROXY --on-port 3129 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1",
        ),
        (
            "TPROXY",
            "TPROXY redirect 0.0.0.0:0 mark 0x0/0x0",
            "-j TPROXY --on-port 0 --tproxy-mark 0x0/0x0",
        ),
        ("CONNSECMARK", "CONNSECMARK save", "-j CONNSECMARK --save"),
        (
            "SECMARK",
            "SECMARK selctx system_u:object_r:x_t:s0",
            "-j SECMARK --selctx system_u:object_r:x_t:s0",
        ),
        (
            "CLUSTERIP",
            "CLUSTERIP hashmode=sourceip clustermac=01:02:03:04:05:06 total_nodes=2 local_node=1 hash_init=4",
            "-j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 2 \
             --local-node 1 --hash-init 4",
        ),
        (
            "ULOG",
            "ULOG copy_range 4 nlgroup 2 prefix \"x y\" queue_threshold 1",
            "-j ULOG --ulog-prefix \"x y\" --ulog-nlgroup 2 --ulog-cprange 4",
        ),
        ("CONNMARK", "CONNMARK set 0x5", "-j CONNMARK --set-xmark 0x5/0xffffffff"),
        (
            "CONNMARK",
            "CONNMARK restore mask 0xf right-shift-mark 4",
            "-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf --right-shift-mark 4",
        ),
        ("CT", "CT zone mark", "-j CT --zone mark"),
    ] {
        let row = format!(
            "    0     0 {name}  0    --  *      *       0.0.0.0/0            0.0.0.0/0            {listed}"
        );
        check_row(&row, &format!(" {saved}"));
    }
}

#[test]
fn a_head_has_policy_or_references() {
    let row = |text| Row { text, start: 0 };
    let head = |text| head(row(text));
    let policy = head("Chain INPUT (policy DROP 36M packets, 17G bytes)");
    let counters = counters("36M", "17G");
    let expect = Head { name: "INPUT", policy: Some(Policy::Drop), counters, references: None };
    assert_eq!(policy, Some(expect));
    assert_eq!(head("Chain x (2 references)").and_then(|h| h.references), Some(2));
    assert_eq!(head("Chain of command (army)"), None);
}

#[test]
fn a_rounded_count_keeps_its_precision() {
    assert_eq!(count("36M"), Some(Count { value: 36_000_000, unit: 1_000_000 }));
    assert_eq!(count("99999"), Some(Count { value: 99999, unit: 1 }));
    assert_eq!(count("tcp"), None);
}

/// The cells of a row, a dot where there is none.
fn cut(columns: Option<Columns>, text: &str) -> Option<String> {
    let cells = cells(columns, Row { text, start: 0 })?;
    let all = [
        cells.target,
        Some(cells.prot),
        cells.opt,
        cells.iniface,
        cells.outiface,
        Some(cells.src),
        Some(cells.dst),
        Some(cells.rest.trim()),
    ];
    let texts: Vec<&str> = all.iter().map(|c| c.map_or(".", |c| c.text)).collect();
    Some(format!("{}{}", if cells.counters.is_some() { "# " } else { "" }, texts.join(" | ")))
}

/// The columns in the order and the words of `iptables.c`, `print_firewall`.
#[test]
fn a_row_is_cut_into_its_columns() {
    let v = Columns { num: false, counters: true, ifaces: true };
    let numbered = Columns { num: true, ..v };
    let plain = Columns::default();
    for (columns, row, expect) in [
        (
            Some(v),
            "0 0 A tcp -- eth0 * 1.1.1.1 0.0.0.0/0 tcp dpt:1",
            "# A | tcp | -- | eth0 | * | 1.1.1.1 | 0.0.0.0/0 | tcp dpt:1",
        ),
        (Some(v), "0 0 A tcp -f * * a b", "# A | tcp | -f | * | * | a | b | "),
        (Some(v), "0 0 A !tcp !f * * a b", "# A | !tcp | !f | * | * | a | b | "),
        (Some(v), "0 0 tcp -- * * a b c", "# . | tcp | -- | * | * | a | b | c"),
        (Some(v), "0 0 6 -- * * a b", "# . | 6 | -- | * | * | a | b | "),
        // A chain may be named like a protocol.
        (Some(v), "0 0 tcp tcp -- * * a b", "# tcp | tcp | -- | * | * | a | b | "),
        (Some(v), "0 0 all all -- * * a b", "# all | all | -- | * | * | a | b | "),
        (Some(v), "0 0 A own -- * * a b", "# A | own | -- | * | * | a | b | "),
        (Some(v), "0 0 own -- * * a b", "# . | own | -- | * | * | a | b | "),
        (Some(numbered), "7 0 0 A tcp -- * * a b", "# A | tcp | -- | * | * | a | b | "),
        (Some(plain), "A tcp -- a b c d", "A | tcp | -- | . | . | a | b | c d"),
        // The columns are told by the row where their line was cut off.
        (
            None,
            "0 0 A tcp -- * * 0.0.0.0/0 0.0.0.0/0",
            "# A | tcp | -- | * | * | 0.0.0.0/0 | 0.0.0.0/0 | ",
        ),
        (
            None,
            "36M 17G A tcp -- any any anywhere anywhere",
            "# A | tcp | -- | any | any | anywhere | anywhere | ",
        ),
        (None, "A tcp -- anywhere !1.1.1.1", "A | tcp | -- | . | . | anywhere | !1.1.1.1 | "),
        (None, "3 A tcp -- anywhere anywhere", "A | tcp | -- | . | . | anywhere | anywhere | "),
    ] {
        assert_eq!(cut(columns, row).as_deref(), Some(expect), "{row}");
    }
    for (columns, row) in [
        (Some(numbered), "x 0 0 A tcp -- * * a b"),
        (Some(v), "A tcp -- * * a b"),
        (Some(v), "0 x A tcp -- * * a b"),
        (Some(v), "0 0 A tcp -- * * a"),
        (Some(v), "0 0 A own * * a b"),
        (Some(plain), "A"),
        (None, ""),
    ] {
        assert_eq!(cut(columns, row), None, "{row}");
    }
    let row = |text| Row { text, start: 0 };
    assert_eq!(
        columns(row("num pkts bytes target prot opt in out source destination")),
        Some(numbered)
    );
    assert_eq!(columns(row("target prot opt source destination")), Some(plain));
    for none in ["target prot opt destination", "target opt source", "the target prot source", ""] {
        assert_eq!(columns(row(none)), None, "{none}");
    }
    assert!(is_rule(None, row("A tcp 1.1.1.1 x")) && is_rule(None, row("A tcp x anywhere")));
    assert!(is_rule(Some(plain), row("A tcp -- x y")));
    assert!(!is_rule(Some(plain), row("A tcp x y")));
    assert_eq!(target_name(Some(v), row("0 0 A tcp -- * * a b")), Some("A"));
    assert_eq!(target_name(Some(v), row("0 0 tcp -- * * a b")), None);
}

#[test]
fn what_opens_a_chain() {
    let head = |text| head(Row { text, start: 0 });
    let of = |text| head(text).map(|h| (h.policy, h.counters.map(|c| c.bytes.value), h.references));
    for (text, expect) in [
        ("Chain X (policy ACCEPT)", (Some(Policy::Accept), None, None)),
        ("Chain X (policy DROP 1 packets, 2 bytes)", (Some(Policy::Drop), Some(2), None)),
        (
            "Chain X (policy DROP 5K packets, 3G bytes)",
            (Some(Policy::Drop), Some(3_000_000_000), None),
        ),
        ("Chain X (policy QUEUE)", (Some(Policy::Unknown), None, None)),
        ("Chain X (1 reference)", (None, None, Some(1))),
        ("Chain X (0 references)", (None, None, Some(0))),
    ] {
        assert_eq!(of(text), Some(expect), "{text}");
    }
    for none in [
        "Chain X",
        "Chain X policy",
        "chain X (policy DROP)",
        "Chain X (5 links)",
        "Chain (policy DROP)",
    ] {
        assert_eq!(head(none), None, "{none}");
    }
    for (text, value) in [
        ("1k", Some(1_000)),
        ("1K", Some(1_000)),
        ("1T", Some(1_000_000_000_000)),
        ("1P", Some(1_000_000_000_000_000)),
        ("1X", None),
        ("K", None),
        ("99999P", None),
    ] {
        assert_eq!(count(text).map(|c| c.value), value, "{text}");
    }
}

#[test]
fn an_address_may_be_a_name_that_every_host_has() {
    for (text, v6, expect) in [
        ("anywhere", false, Some("0.0.0.0/0")),
        ("anywhere", true, Some("::/0")),
        ("default", false, Some("0.0.0.0/0")),
        ("localhost", false, Some("127.0.0.1")),
        ("localhost.localdomain", false, Some("127.0.0.1")),
        ("localhost", true, Some("::1")),
        ("ip6-localhost", true, Some("::1")),
        ("loopback/8", false, Some("127.0.0.0/8")),
        ("localhost/8", false, Some("127.0.0.0/8")),
        ("link-local/16", false, Some("169.254.0.0/16")),
        ("base-address.mcast.net/4", false, Some("224.0.0.0/4")),
        ("all-systems.mcast.net", false, Some("224.0.0.1")),
        ("10.0.0.0/8", false, Some("10.0.0.0/8")),
        ("fd00::1", true, Some("fd00::1")),
        // Without `-n` either family prints its own zero.
        ("::/0", false, Some("::/0")),
        ("fd00::1", false, None),
        ("10.0.0.1", true, None),
        ("link-local/8", false, None),
        ("gw.example", false, None),
    ] {
        let found = net(text, v6).map(|n| value::addr_text(n.value, false));
        assert_eq!(found.as_deref(), expect, "{text}");
    }
    assert_eq!(net("!10.0.0.1", false).map(|n| n.not), Some(true));
    assert_eq!(iface("!eth0").map(|i| i.not), Some(true));
    assert_eq!((iface("*"), iface("any"), iface("+")), (None, None, None));
    // No interface is none of any.
    assert!(iface("!+").is_some());
    let text = format!("{LIST}0 0 ACCEPT own -- * * gw.example 0.0.0.0/0\n");
    let reading = read(&[&text]);
    let told: Vec<_> = reading
        .diagnostics
        .iter()
        .filter(|d| d.id == DiagnosticId::BadValue)
        .map(|d| (&text[d.span.range()], d.expected.clone(), d.hint.clone()))
        .collect();
    let hint = Some(Hint::Paste("iptables -nvL".into()));
    let expect = [("own", Expected::Protocol), ("gw.example", Expected::Network)]
        .map(|(t, e)| (t, vec![e], hint.clone()));
    assert_eq!(told, expect);
}

#[test]
fn remarks_and_ends_are_found() {
    for text in ["# x", "// x", "<- x", "--- x", "\u{2190} x"] {
        assert!(is_remark(text) && is_over(&format!(" {text}")), "{text}");
    }
    for text in ["#conn src/32 > 2", "-- x", "x", "/ x", "< x"] {
        assert!(!is_remark(text) && !is_over(text), "{text}");
    }
    assert!(is_over("  "));
    assert_eq!((word_end("a b c", 2), word_end("! a b", 1), word_end("a", 3)), (3, 3, 1));
    assert_eq!(longer(" x */ y */ z", true), Some(" y */ z"));
    assert_eq!(longer(" x */ y */ z", false), Some(" z"));
    assert_eq!(longer(" */x */ y", true), Some(" y"));
    assert_eq!(longer(" x", true), None);
    check_row(
        "0 0 DROP all -- * * 0.0.0.0/0 0.0.0.0/0 mark match 0x1 <- mine",
        " -m mark --mark 0x1 -j DROP",
    );
}
