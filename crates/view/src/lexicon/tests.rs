//! What is a word in each language of rules, and that none lacks its sentence.
#![allow(clippy::unwrap_used)]

use super::line_words;
use super::row::fate_key;
use super::table::{EntryId, TEXTS, entry};
use super::values::value;
use crate::page::Lang;
use crate::register::fates;
use crate::say::plain;
use chainwalk_model::nft::{CT, HEADER_FIELDS, META, Type};
use chainwalk_model::{AddrTypes, CtStates, CtStatuses};
use std::collections::HashSet;

/// What is found in a line: each word and the key of its entry.
fn found(line: &str, native: Option<bool>) -> Vec<(String, EntryId)> {
    line_words(Lang::En, line, native).into_iter().map(|w| (w.word, w.entry)).collect()
}

/// Asserts that these words of a line have these keys; a line of the list is `WORD = KEY`.
fn assert_words(line: &str, native: Option<bool>, wanted: &[(&str, &str)]) {
    let found = found(line, native);
    for (word, key) in wanted {
        let has =
            found.iter().find(|(w, _)| w == word).unwrap_or_else(|| panic!("{word}: {found:?}"));
        assert_eq!(Some(has.1), entry(key), "{word} of {line}");
    }
    assert_eq!(found.len(), wanted.len(), "{line}: {found:?}");
}

#[test]
fn every_entry_has_its_keys_once_and_a_sentence_in_each_language() {
    let mut keys = HashSet::new();
    let mut count = 0;
    for block in TEXTS.iter().flat_map(|text| text.split("\n\n")) {
        let lines: Vec<&str> = block.trim().lines().collect();
        if lines.is_empty() || lines[0].starts_with("# ") {
            assert!(lines.len() < 2, "{block}");
            continue;
        }
        let [own, en, zh] = lines[..] else { panic!("{block}") };
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        assert!(zh.chars().any(han) && !en.chars().any(han), "{block}");
        assert!(en.ends_with(['.', '…', '”']) && zh.ends_with(['。', '等']), "{block}");
        assert!(en.matches('`').count() % 2 == 0 && zh.matches('`').count() % 2 == 0, "{block}");
        assert!(en.chars().count() < 150 && !en.contains("  "), "{block}");
        for key in own.split(" | ") {
            assert!(!key.trim().is_empty() && keys.insert(key), "{key} stands twice");
        }
        count += 1;
    }
    assert!(count > 600, "{count}");
}

#[test]
fn words_of_a_command_are_found_with_the_extension_that_they_are_of() {
    let rule = "-A FORWARD ! -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
    assert_words(
        rule,
        None,
        &[
            ("-A", "-A"),
            ("FORWARD", "hook FORWARD"),
            ("!", "!"),
            ("-o", "-o"),
            ("-m conntrack", "-m conntrack"),
            ("--ctstate", "--ctstate"),
            ("RELATED", "state RELATED"),
            ("ESTABLISHED", "state ESTABLISHED"),
            ("-j ACCEPT", "-j ACCEPT"),
        ],
    );
    let set = "-A x -m recent --set --name r -m connlabel --set";
    let own: Vec<EntryId> =
        found(set, None).into_iter().filter(|(w, _)| w == "--set").map(|(_, e)| e).collect();
    assert_eq!(own, [entry("recent --set").unwrap(), entry("connlabel --set").unwrap()]);
    let six =
        "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j REJECT --reject-with icmp6-no-route";
    let keys = ["icmp6 135", "icmp6 1/0"].map(|key| entry(key).unwrap());
    assert!(keys.iter().all(|key| found(six, None).iter().any(|(_, e)| e == key)));
    assert_words(":DOCKER-USER - [0:0]", None, &[("DOCKER-USER", "chain DOCKER-USER")]);
    assert_words(":INPUT DROP [0:0]", None, &[("INPUT", "hook INPUT"), ("DROP", "-P")]);
    assert_words("*nat", None, &[("*nat", "table nat")]);
}

#[test]
fn words_of_a_listing_are_found_behind_its_columns() {
    let row = "  172 10K ACCEPT     all  --  *      docker0  0.0.0.0/0   0.0.0.0/0    ctstate NEW";
    let wanted = [
        ("ACCEPT", "-j ACCEPT"),
        ("all", "proto all"),
        ("ctstate", "--ctstate"),
        ("NEW", "state NEW"),
    ];
    assert_words(row, None, &wanted);
    // No target, a column that ip6tables leaves empty, a protocol as a number, a remark.
    let row = "    0     0            tcp  --  eth0   *       0.0.0.0/0     0.0.0.0/0  tcp dpt:22";
    assert_words(row, None, &[("tcp", "proto tcp"), ("dpt:22", "--dport")]);
    let row = "DOCKER-USER  all      lo     any     anywhere             anywhere";
    assert_words(row, Some(false), &[("DOCKER-USER", "chain DOCKER-USER"), ("all", "proto all")]);
    let row = "1  0   0 DROP   0  --  *  *  0.0.0.0/0   0.0.0.0/0  /* state NEW */ mark match 0x4000/0x4000";
    let wanted = [
        ("DROP", "-j DROP"),
        ("0", "proto all"),
        ("mark", "-m mark"),
        ("0x4000/0x4000", "mark 0x4000/0x4000"),
    ];
    assert_words(row, None, &wanted);
    let head = "Chain INPUT (policy DROP 5 packets, 300 bytes)";
    assert_words(head, None, &[("INPUT", "hook INPUT"), ("policy", "-P"), ("DROP", "-j DROP")]);
}

#[test]
fn words_of_nft_are_the_longest_that_begin_there() {
    assert_words(
        "type filter hook input priority filter; policy drop;",
        None,
        &[
            ("type filter", "nft type filter"),
            ("hook input", "nft hook input"),
            ("priority", "nft priority"),
            ("policy", "nft policy"),
            ("drop", "-j DROP"),
        ],
    );
    assert_words(
        "ct state vmap { established : accept, invalid : drop }",
        Some(true),
        &[
            ("ct state", "nft ct state"),
            ("vmap", "nft vmap"),
            ("established", "state ESTABLISHED"),
            ("accept", "-j ACCEPT"),
            ("invalid", "state INVALID"),
            ("drop", "-j DROP"),
        ],
    );
    assert_words(
        "meta l4proto tcp tcp dport 22 ct state new dnat to 10.0.0.2",
        Some(true),
        &[
            ("meta l4proto", "nft meta l4proto"),
            ("tcp", "proto tcp"),
            ("tcp dport", "nft tcp dport"),
            ("ct state", "nft ct state"),
            ("new", "state NEW"),
            ("dnat to", "nft dnat to"),
        ],
    );
    assert_words(
        "fib daddr . iif type local ct original ip daddr 10.0.0.1 jump DOCKER-USER # accept",
        Some(true),
        &[
            ("fib daddr . iif type", "nft fib type"),
            ("local", "addrtype LOCAL"),
            ("ct original ip daddr", "nft ct ip daddr"),
            ("jump", "jump"),
            ("DOCKER-USER", "chain DOCKER-USER"),
        ],
    );
    let limit = "limit rate over 10/second burst 5 packets counter packets 7 bytes 9 drop";
    let packets = found(limit, Some(true)).iter().filter(|(w, _)| w == "packets").count();
    assert_eq!(packets, 1, "the counter's, and not the limit's");
}

#[test]
fn every_field_of_nft_is_explained() {
    let of = |words: String| {
        let line = format!("{words} 1");
        let found = found(&line, Some(true));
        assert!(found.first().is_some_and(|(word, _)| *word == words), "{words}: {found:?}");
    };
    for row in HEADER_FIELDS {
        of(format!("{} {}", row.header.words(), row.word));
    }
    for row in META {
        of(format!("meta {}", row.0));
        if row.4 {
            of(row.0.to_owned());
        }
    }
    for row in CT {
        of(format!("ct {}", row.0));
        of(format!("ct original {}", row.0));
    }
    for words in
        ["fib saddr oif", "fib daddr type", "fib saddr . iif oifname", "rt classid", "rt mtu"]
    {
        of(words.to_owned());
    }
    for words in
        ["rt ip nexthop", "rt ip6 nexthop", "rt ipsec", "socket transparent", "socket mark"]
    {
        of(words.to_owned());
    }
}

#[test]
fn every_value_with_a_name_is_explained() {
    let of = |kind: &str, name: &str| assert!(value(kind, name).is_some(), "{kind} {name}");
    for name in CtStates::NAMES {
        of("state", name);
    }
    for (name, _) in CtStatuses::NAMES {
        of("status", name);
    }
    for name in AddrTypes::NAMES {
        of("addrtype", name);
    }
    for (kind, ty) in [
        ("state", Type::CtState),
        ("status", Type::CtStatus),
        ("dir", Type::CtDir),
        ("addrtype", Type::FibAddrType),
        ("pkttype", Type::PktType),
        ("flag", Type::TcpFlag),
        ("icmp", Type::IcmpType),
        ("icmp6", Type::Icmpv6Type),
        ("reject", Type::IcmpxCode),
    ] {
        for (name, _) in ty.words() {
            of(kind, name);
        }
    }
    for mark in ["1", "0x4000/0x4000", "0x00004000", "0xff/0xffff"] {
        of("mark", mark);
    }
    assert_eq!(value("mark", "0x00004000"), value("mark", "0x4000"));
}

#[test]
fn every_fate_is_explained() {
    for fate in fates() {
        assert!(entry(&["fate ", fate_key(&fate)].concat()).is_some(), "{fate:?}");
    }
}

#[test]
fn a_line_without_rules_has_no_words() {
    for line in [
        "",
        "hello in the morning",
        "default via 10.0.0.1 dev eth0",
        "# accept all",
        "2: eth0: <UP>",
    ] {
        assert!(found(line, None).is_empty(), "{line}: {:?}", found(line, None));
    }
}

#[test]
fn a_word_has_its_sentence_and_its_page() {
    let words = line_words(Lang::En, "-A FORWARD -m conntrack --ctstate NEW -j ACCEPT", None);
    let state = words.iter().find(|w| w.word == "NEW").unwrap();
    assert!(plain(&state.text).contains("begins a connection"), "{:?}", state.text);
    assert_eq!(state.man, "iptables-extensions(8)");
    let words = line_words(Lang::Zh, "ct state new accept", Some(true));
    let state = words.iter().find(|w| w.word == "new").unwrap();
    assert_eq!((&*state.man, plain(&state.text).contains("连接")), ("nft(8)", true));
}

#[test]
fn every_short_word_of_a_condition_is_explained() {
    let lines = include_str!("../../../../tests/extensions.tsv").lines();
    let mut missing = std::collections::BTreeSet::new();
    for cells in lines.filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect::<Vec<_>>()) {
        let program = if cells[3] == "6" { "ip6tables-save" } else { "iptables-save" };
        let (table, chain, rule) = (cells[4], cells[5], cells[6]);
        let paste = format!(
            "# Generated by {program} v1.8.9\n*{table}\n:{chain} ACCEPT [0:0]\n-A {chain} {rule}\nCOMMIT\n"
        );
        let host = chainwalk_parse::read(&[&paste]).host();
        for rule in &host.rules.rules {
            for term in crate::terms::terms(&host.rules, rule) {
                if !term.name.is_empty() && entry(&["short ", &term.name].concat()).is_none() {
                    missing.insert(term.name);
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
