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
