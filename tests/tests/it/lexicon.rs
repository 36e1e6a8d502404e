//! Every word of the rules that are read has its sentence: every option of every match and target, every statement of
//! nft, every ICMP code, every fate and state.
#![allow(clippy::unwrap_used)]

use chainwalk::Scenario;
use chainwalk_model::{OpKind, Printer, Rule, Ruleset};
use chainwalk_parse::{match_names, read, target_names};
use chainwalk_tests::played::{explain, played};
use chainwalk_view::{Lang, Word, line_words, row_words, rows, walk_words};
use std::collections::BTreeSet;
use std::path::Path;

fn words(line: &str, native: bool) -> Vec<Word> {
    line_words(Lang::En, line, Some(native))
}

#[test]
fn every_option_of_every_extension_is_explained() {
    let lines = include_str!("../../extensions.tsv").lines().filter(|l| !l.starts_with('#'));
    let mut missing = BTreeSet::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let rule = format!("-A {} {}", cells[5], cells[6]);
        let found = words(&rule, false);
        let mut at = 0;
        for token in rule.split_whitespace() {
            let from = at + rule[at..].find(token).unwrap();
            at = from + token.len();
            let is_option =
                token.starts_with('-') && !token[1..].starts_with(|c: char| c.is_ascii_digit());
            if is_option && !found.iter().any(|w| w.from as usize == from) {
                missing.insert(format!("{} {token}", cells[1]));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_match_and_target_is_explained() {
    let of = |line: String, word: &str| {
        let found = words(&line, false);
        assert!(found.iter().any(|w| w.word == word), "{line}: {found:?}");
    };
    for name in match_names() {
        of(format!("-A INPUT -m {name}"), &format!("-m {name}"));
    }
    for name in target_names() {
        of(format!("-A INPUT -j {name}"), &format!("-j {name}"));
    }
}

/// The rules of the recorded rulesets of nft.
fn native_rules(mut each: impl FnMut(&Ruleset, &Rule)) -> usize {
    let mut count = 0;
    let mut look = |text: &str| {
        let host = read(&[text]).host();
        for rule in &host.rules.rules {
            each(&host.rules, rule);
            count += 1;
        }
    };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    for entry in std::fs::read_dir(examples).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        if text.contains("\ntable ") {
            look(text.split_once("\n---\n").map_or(&*text, |(_, paste)| paste));
        }
    }
    look(STATEMENTS);
    count
}

/// A rule for every statement, condition and expression of nft.
const STATEMENTS: &str = r#"table inet t {
	set s { type ipv4_addr; flags dynamic, timeout; }
	map m { type inet_service : verdict; }
	map a { type inet_service : ipv4_addr; }
	counter c { packets 0 bytes 0 }
	quota q { over 100 mbytes used 0 bytes }
	limit l { rate 5/second burst 5 packets }
	ct helper h { type "ftp" protocol tcp; }
	chain own { return; }
	chain input {
		type filter hook input priority filter; policy accept;
		counter packets 0 bytes 0 accept
		counter name "c" continue
		quota name "q" drop
		limit name "l" accept
		meta mark set 0x00000001
		ip dscp set cs1
		ct mark set meta mark
		tcp dport vmap @m
		add @s { ip saddr timeout 1m limit rate 5/second burst 5 packets }
		update @s { ip saddr ct count over 3 }
		delete @s { ip saddr }
		reject with icmpx admin-prohibited
		reject with tcp reset
		log prefix "x" level warn
		log group 2 snaplen 80
		queue num 3 bypass
		jump own
		goto own
		notrack
		synproxy mss 1460 wscale 7 timestamp sack-perm
		ct helper set "h"
		meta nftrace set 1
		limit rate over 10/minute burst 5 packets drop
		quota over 100 mbytes drop
		ct count over 20 drop
		ip saddr @s drop
		ip saddr != { 10.0.0.1, 10.0.0.2 } drop
		fib saddr . iif oif missing drop
		exthdr frag exists drop
		tcp option maxseg exists drop
		numgen random mod 2 0 drop
		jhash ip saddr mod 2 seed 0x1 0 drop
		symhash mod 2 0 drop
		meta mark & 0x000000ff == 0x00000001 drop
		@th,16,16 22 drop
		rt classid 3 drop
		socket transparent 1 drop
	}
	chain nat {
		type nat hook prerouting priority dstnat; policy accept;
		dnat ip to tcp dport map @a
		dnat ip to 10.0.0.1:80
		redirect to :8080
	}
	chain post {
		type nat hook postrouting priority srcnat; policy accept;
		snat ip to 10.0.0.1-10.0.0.9 persistent
		masquerade random
	}
	chain pre {
		type filter hook prerouting priority mangle; policy accept;
		tproxy ip to 127.0.0.1:80
		dup ip to 10.0.0.9 device "eth1"
	}
}
"#;

#[test]
fn every_condition_and_statement_of_nft_is_explained() {
    let mut missing = BTreeSet::new();
    let count = native_rules(|rules, rule| {
        let printer = Printer::short(rules);
        let family = rules.table(rules.chain(rule.chain).table).family;
        for op in &rule.ops {
            let text = match &op.what {
                OpKind::Match(chainwalk_model::Match::Nft(condition)) => {
                    printer.condition(condition)
                }
                OpKind::Target(target) => printer.target(target, family),
                OpKind::Match(_) => continue,
            };
            if !text.is_empty() && words(&text, true).first().is_none_or(|w| w.from > 1) {
                missing.insert(text);
            }
        }
    });
    assert!(count > 100, "{count}");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn icmp_types_and_codes_are_explained() {
    let explained = |option: &str, value: &str| {
        let line = format!("-A INPUT -p {option} {value} -j DROP");
        assert!(words(&line, false).iter().any(|w| w.word == value), "{line}");
    };
    for kind in [0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 17, 18] {
        explained("icmp -m icmp --icmp-type", &kind.to_string());
    }
    for code in (0..16).filter(|code| *code != 8) {
        explained("icmp -m icmp --icmp-type", &format!("3/{code}"));
    }
    for code in 0..7 {
        explained("ipv6-icmp -m icmp6 --icmpv6-type", &format!("1/{code}"));
    }
    for kind in (1..5).chain(128..138) {
        explained("ipv6-icmp -m icmp6 --icmpv6-type", &kind.to_string());
    }
    for with in
        ["icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable", "tcp-reset"]
            .iter()
            .chain(&["icmp-port-unreachable", "icmp-net-prohibited", "icmp-host-prohibited"])
            .chain(&["icmp-admin-prohibited", "icmp6-no-route", "icmp6-adm-prohibited"])
            .chain(&["icmp6-addr-unreachable", "icmp6-port-unreachable"])
    {
        let line = format!("-A INPUT -j REJECT --reject-with {with}");
        assert!(words(&line, false).iter().any(|w| w.word == *with), "{line}");
    }
}

#[test]
fn the_rows_of_every_example_explain_what_they_name() {
    let mut rows_with = 0;
    for example in chainwalk_tests::examples::all() {
        let all = &example.case.scenario;
        for packet in &all.packets {
            let scenario = Scenario { packets: vec![packet.clone()], ..all.clone() };
            let played = scenario.play();
            for lang in [Lang::En, Lang::Zh] {
                explain(&played, lang, |t| {
                    for row in rows(t) {
                        let words = row_words(t, &row);
                        rows_with += usize::from(!words.is_empty());
                        let texts = [&row.text, &row.reason]
                            .map(|s| s.iter().map(|run| run.text.as_str()).collect::<String>());
                        let parts = [&*texts[0], &*texts[1], &*row.aside];
                        for word in words {
                            let text = parts[usize::from(word.part)];
                            assert!(
                                text.get(word.from as usize..word.to as usize)
                                    .is_some_and(|t| t.starts_with(&word.word)),
                                "{word:?} in {text}"
                            );
                        }
                        // The fate of the packet itself has a word; that of a reply is told in a plain sentence.
                        let last = row.kind == chainwalk_view::RowKind::Fate
                            && row.text.iter().any(|run| run.style != chainwalk_view::Style::Plain);
                        assert!(!last || !row_words(t, &row).is_empty(), "{row:?}");
                    }
                });
            }
        }
    }
    assert!(rows_with > 200, "{rows_with}");
}

#[test]
fn a_walk_explains_each_word_once() {
    let paste = "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset\nCOMMIT\n";
    let played = played(paste, &["nc 192.0.2.1 22 from 192.0.2.9 in eth0"]);
    let words = explain(&played, Lang::En, walk_words);
    let entries: BTreeSet<u16> = words.iter().map(|w| w.entry).collect();
    assert_eq!(entries.len(), words.len());
    let said: Vec<&str> = words.iter().map(|w| w.word.as_str()).collect();
    for wanted in ["conntrack", "NEW", "INPUT", "ESTABLISHED", "--dport", "-j REJECT", "tcp-reset"]
    {
        assert!(said.contains(&wanted), "{wanted}: {said:?}");
    }
}
