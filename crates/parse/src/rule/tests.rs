//! What the words of a rule become.

#![allow(clippy::unwrap_used)]

use crate::checks::check;
use crate::paste::read;
use chainwalk_model::{DiagnosticId, Hint, Match, OpKind};

#[test]
fn a_protocol_stands_for_its_match_where_the_option_stands() {
    check(
        "-P INPUT ACCEPT\n-A INPUT -p tcp --dport 22 -m state --state NEW -j ACCEPT\n\
         -A INPUT -p tcp -m state --state NEW --syn -j ACCEPT\n-A INPUT -p 17 --sport 53 -j DROP\n",
        "*filter\n:INPUT ACCEPT [0:0]\n\
         -A INPUT -p tcp -m tcp --dport 22 -m state --state NEW -j ACCEPT\n\
         -A INPUT -p tcp -m state --state NEW -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\n\
         -A INPUT -p udp -m udp --sport 53 -j DROP\n",
    );
}

#[test]
fn several_addresses_make_several_rules() {
    check(
        "-P INPUT ACCEPT\n-A INPUT -s 1.1.1.1,2.2.2.2 -j DROP\n",
        "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 1.1.1.1/32 -j DROP\n-A INPUT -s 2.2.2.2/32 -j DROP\n",
    );
}

#[test]
fn what_is_typed_is_brought_into_one_form() {
    for (typed, saved) in [
        (
            "-m connlimit ! --connlimit-above 2",
            "-m connlimit --connlimit-upto 2 --connlimit-mask 32 --connlimit-saddr",
        ),
        (
            "-m connbytes ! --connbytes 10:10 --connbytes-dir both --connbytes-mode bytes",
            "-m connbytes --connbytes 10:10 --connbytes-mode bytes --connbytes-dir both",
        ),
        (
            "-m time ! --weekdays Mon,2 ! --monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28",
            "-m time --monthdays 29,30,31 --weekdays Wed,Thu,Fri,Sat,Sun",
        ),
        (
            "-m time --timestart 6:3 --localtz",
            "-m time --timestart 06:03:00 --timestop 23:59:59 --kerneltz",
        ),
        (
            "-m rateest --rateest a --rateest-gt --rateest-bps 3Kibit",
            "-m rateest --rateest a --rateest-gt --rateest-bps 3072bit",
        ),
        (
            "-m rateest --rateest a --rateest-bps --rateest-gt --rateest2 b",
            "-m rateest --rateest1 a --rateest-gt --rateest-bps --rateest2 b",
        ),
        (
            "-j RATEEST --rateest-name a --rateest-interval 300ms --rateest-ewma 3s",
            "-j RATEEST --rateest-name a --rateest-interval 500.0ms --rateest-ewmalog 4.0s",
        ),
        (
            "-j HMARK --hmark-tuple src,dst,proto --hmark-offset 10 --hmark-mod 5 --hmark-rnd 7",
            "-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-proto-mask 0xffff \
             --hmark-rnd 0x00000007 --hmark-mod 5 --hmark-offset 10",
        ),
    ] {
        check(
            &format!("-P INPUT ACCEPT\n-A INPUT {typed}\n"),
            &format!("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT {saved}\n"),
        );
    }
    let chain = "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp";
    for (typed, saved) in [
        (
            "-j TCPOPTSTRIP --strip-options wscale,mss,8,34",
            "-j TCPOPTSTRIP --strip-options 2,3,8,34",
        ),
        (
            "-j TPROXY --on-port 3 --on-ip 0.0.0.0 --tproxy-mark 5",
            "-j TPROXY --on-port 3 --tproxy-mark 0x5/0xffffffff",
        ),
    ] {
        check(&format!("{chain} {typed}\nCOMMIT\n"), &format!("{chain} {saved}\n"));
    }
}

#[test]
fn what_is_not_known_is_kept_and_never_guessed() {
    let host =
        read(&["-P INPUT ACCEPT\n-A INPUT -p tcp -m foo --bar 1 --dport 22 -j ACCEPT\n"]).host();
    let opaque: Vec<&str> = host.rules.rules[0]
        .ops
        .iter()
        .filter_map(|op| {
            if let OpKind::Match(Match::Opaque(o)) = &op.what { Some(&*o.text) } else { None }
        })
        .collect();
    assert_eq!(opaque, ["-m foo --bar 1"]);
}

/// `man iptables`: the options of every rule, their other names, and where `!` may stand.
#[test]
fn the_options_of_every_rule() {
    let chain = ":INPUT ACCEPT [0:0]\n";
    for (typed, saved) in [
        ("--source 10.0.0.1 --destination 10.0.0.2", "-s 10.0.0.1/32 -d 10.0.0.2/32"),
        ("--src 10.0.0.0/8 --dst 10.0.0.2", "-s 10.0.0.0/8 -d 10.0.0.2/32"),
        ("-s ! 10.0.0.1", "! -s 10.0.0.1/32"),
        ("!-s 10.0.0.1", "! -s 10.0.0.1/32"),
        ("! -s 10.0.0.1 -d 10.0.0.2", "! -s 10.0.0.1/32 -d 10.0.0.2/32"),
        ("-s 0.0.0.0/0", ""),
        ("! -s 0.0.0.0/0", "! -s 0.0.0.0/0"),
        ("--in-interface eth+", "-i eth+"),
        ("--in-interface ! eth0", "! -i eth0"),
        ("-i +", ""),
        ("--protocol tcp", "-p tcp"),
        ("--proto 17", "-p udp"),
        ("-p all", ""),
        ("! -p icmp", "! -p icmp"),
        ("-f", "-f"),
        ("! --fragment", "! -f"),
        ("-w -v -n -x -4 --line-numbers --wait 5 -W 100 -M x -t filter", ""),
        ("-p tcp --destination-p 22", "-p tcp -m tcp --dport 22"),
        ("-p 6 --dport 22", "-p tcp -m tcp --dport 22"),
        ("-p sctp --dport 22", "-p sctp -m sctp --dport 22"),
        ("-p icmp --icmp-type 8", "-p icmp -m icmp --icmp-type 8"),
        ("-p esp --espspi 5", "-p esp -m esp --espspi 5"),
        ("-p 51 --ahspi 5", "-p ah -m ah --ahspi 5"),
        (
            "-m policy --dir in --pol ipsec --proto esp",
            "-m policy --dir in --pol ipsec --proto esp",
        ),
    ] {
        let sep = if saved.is_empty() { "" } else { " " };
        check(
            &format!("{chain}-A INPUT {typed} -j DROP\n"),
            &format!("*filter\n{chain}-A INPUT{sep}{saved} -j DROP\n"),
        );
    }
}

#[test]
fn counters_stand_before_a_rule_or_in_it() {
    for rule in
        ["[1:2] -A INPUT -j DROP", "-A INPUT -j DROP -c 1 2", "-A INPUT --set-counters 1 2 -j DROP"]
    {
        let host = read(&[&format!(":INPUT ACCEPT [0:0]\n{rule}\n")]).host();
        let counters = host.rules.rules[0].counters.map(|c| (c.packets.value, c.bytes.value));
        assert_eq!(counters, Some((1, 2)), "{rule}");
    }
    let host = read(&[":INPUT ACCEPT [0:0]\n-A INPUT -j DROP -c 1\n"]).host();
    assert_eq!(host.rules.rules[0].counters, None);
}

#[test]
fn what_does_not_fit_is_told_with_what_was_meant() {
    let meant = |text: &str| Some(Hint::DidYouMean(text.into()));
    let kept = |rule: &str| {
        let text = format!(":INPUT ACCEPT [0:0]\n-A INPUT {rule}\n");
        let reading = read(&[&text]);
        let told = reading.diagnostics.iter().find(|d| d.id != DiagnosticId::PartOfTable).unwrap();
        let place = text[told.span.range()].to_owned();
        (told.id, place, told.hint.clone())
    };
    for (rule, id, place, hint) in [
        ("--dport 22 -j DROP", DiagnosticId::UnknownOption, "--dport", Some(Hint::NeedsProtocol)),
        ("-p icmp --dport 22", DiagnosticId::UnknownOption, "--dport", Some(Hint::NeedsProtocol)),
        (
            "--ctstate NEW",
            DiagnosticId::UnknownOption,
            "--ctstate",
            meant("-m conntrack --ctstate"),
        ),
        ("-p tcp --dprot 22", DiagnosticId::UnknownOption, "--dprot", meant("--dport")),
        ("-p tpc -j DROP", DiagnosticId::BadValue, "tpc", meant("tcp")),
        ("-m conntrack --ctstate NWE", DiagnosticId::BadValue, "NWE", meant("NEW")),
        (
            "-m conntrack --ctstate NEW,RELATD",
            DiagnosticId::BadValue,
            "NEW,RELATD",
            meant("RELATED"),
        ),
        (
            "-p icmp -m icmp --icmp-type echo-requst",
            DiagnosticId::BadValue,
            "echo-requst",
            meant("echo-request"),
        ),
        ("-m multipotr --dports 1", DiagnosticId::UnknownMatch, "multipotr", meant("multiport")),
        (
            "-j REJCET --reject-with x",
            DiagnosticId::UnknownTarget,
            "-j REJCET --reject-with x",
            meant("REJECT"),
        ),
        ("-j DROP -j ACCEPT", DiagnosticId::BadValue, "-j ACCEPT", None),
        ("-j DROP -g c", DiagnosticId::BadValue, "-g c", None),
        ("-j DROP -A FORWARD", DiagnosticId::BadValue, "FORWARD", None),
        ("-p tcp --dport 22 --dport 23", DiagnosticId::BadValue, "--dport 23", None),
        ("-s 10.0.0.1 -d fd00::1", DiagnosticId::BadValue, "10.0.0.1", None),
        ("-s", DiagnosticId::Missing, "-s", None),
        ("-j", DiagnosticId::Missing, "-j", None),
        ("-m", DiagnosticId::Missing, "-m", None),
        ("stray -j DROP", DiagnosticId::UnknownOption, "stray", None),
        ("-j DROP # remark", DiagnosticId::Prose, "# remark", None),
        ("-j DROP // remark", DiagnosticId::Prose, "// remark", None),
    ] {
        assert_eq!(kept(rule), (id, place.to_owned(), hint), "{rule}");
    }
}

#[test]
fn so_many_rules_of_one_line_and_no_more() {
    let list = |n: usize| (0..n).map(|n| format!("10.0.{n}.1")).collect::<Vec<_>>().join(",");
    let count = |s: usize, d: usize| {
        let text = format!(":INPUT ACCEPT [0:0]\n-A INPUT -s {} -d {} -j DROP\n", list(s), list(d));
        read(&[&text]).host().rules.rules.len()
    };
    assert_eq!((count(2, 3), count(32, 32), count(32, 33)), (6, 1024, 1));
}
