//! Rules that are said never to match do not: neither in a kernel's recorded answers nor in the engine.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{Event, Family, Host, RuleId, Shadow};
use chainwalk_parse::{case, packet_lines, read};
use chainwalk_sim::{Session, shadowed};
use chainwalk_tests::recorded;
use proptest::prelude::*;
use std::collections::HashMap;

/// The rule that a kernel's answer names.
fn named(host: &Host, family: Family, hit: &serde_json::Value) -> Option<RuleId> {
    let rules = &host.rules;
    let table = rules.find_table(family, hit[0].as_str()?)?;
    let chain = rules.find_chain(table, hit[1].as_str()?)?;
    rules.chain(chain).rules.get(hit[2].as_u64()? as usize - 1).copied()
}

#[test]
fn no_rule_that_a_kernel_hit_is_shadowed() {
    let (mut hits, mut shadows) = (0, 0);
    for line in ["generated", "documents"].into_iter().flat_map(recorded::of) {
        let host = case::read_value(&line["case"]).unwrap().host;
        let found = shadowed(&host);
        shadows += found.len();
        for packet in line["answer"]["packets"].as_array().unwrap() {
            let replies = packet["replies"].as_array().into_iter().flatten();
            for walked in std::iter::once(packet).chain(replies) {
                for hit in walked["rules_hit"].as_array().into_iter().flatten() {
                    let families = [Family::Ip, Family::Ip6];
                    let rules: Vec<RuleId> =
                        families.iter().filter_map(|f| named(&host, *f, hit)).collect();
                    // Where both families have such a rule, the answer does not tell which was hit.
                    if let [rule] = rules[..] {
                        hits += 1;
                        assert!(
                            !found.contains_key(&rule),
                            "{} {hit} {found:?}",
                            line["case"]["id"]
                        );
                    }
                }
            }
        }
    }
    assert!(hits > 5_000, "{hits} hits");
    assert!(shadows > 100, "{shadows} shadowed rules");
}

fn shadows(rules: &str) -> Vec<(String, u32, Shadow)> {
    let host = read(&[rules]).host();
    let mut found: Vec<_> = shadowed(&host)
        .into_iter()
        .map(|(id, why)| {
            let rule = host.rules.rule(id);
            (host.rules.chain(rule.chain).name.to_string(), rule.number, why)
        })
        .collect();
    found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found
}

#[track_caller]
fn check(rules: &str, expect: &[(&str, u32)]) {
    let text =
        ["*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n", rules, "COMMIT\n"].concat();
    let found = shadows(&text);
    let places: Vec<(&str, u32)> = found.iter().map(|(c, n, _)| (c.as_str(), *n)).collect();
    assert_eq!(places, expect, "{rules}");
}

#[test]
fn a_rule_behind_a_wider_one_that_ends_the_chain_is_shadowed() {
    check("-A INPUT -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\n", &[("INPUT", 2)]);
    check("-A INPUT -s 10.0.0.0/8 -j DROP\n-A INPUT -s 10.1.0.0/16 -j ACCEPT\n", &[("INPUT", 2)]);
    check("-A INPUT -s 10.1.0.0/16 -j DROP\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\n", &[]);
    check(
        "-A INPUT -p tcp --dport 20:30 -j DROP\n-A INPUT -p tcp --dport 22 --syn -j ACCEPT\n",
        &[("INPUT", 2)],
    );
    check("-A INPUT -i eth+ -j DROP\n-A INPUT -i eth0 -j ACCEPT\n", &[("INPUT", 2)]);
    check("-A INPUT -i eth0 -j LOG\n-A INPUT -i eth0 -j ACCEPT\n", &[]);
    check("-A INPUT -m limit --limit 1/s -j DROP\n-A INPUT -j ACCEPT\n", &[]);
    check("-A INPUT ! -s 10.0.0.0/8 -j DROP\n-A INPUT ! -s 10.1.0.0/16 -j ACCEPT\n", &[]);
    check(
        "-A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\n-A INPUT -m conntrack --ctstate NEW -j DROP\n",
        &[("INPUT", 2)],
    );
    check(
        "-A INPUT -m mark --mark 1 -j DROP\n-A INPUT -m mark --mark 1 -j ACCEPT\n",
        &[("INPUT", 2)],
    );
}

#[test]
fn chains_that_end_every_packet_and_chains_that_nothing_leads_to() {
    let ends = ":X - [0:0]\n-A X -i eth0 -j LOG\n-A X -j DROP\n";
    check(
        &format!("{ends}-A INPUT -p tcp -j X\n-A INPUT -p tcp --dport 22 -j ACCEPT\n"),
        &[("INPUT", 2)],
    );
    let returns = ":X - [0:0]\n-A X -i eth0 -j RETURN\n-A X -j DROP\n";
    check(&format!("{returns}-A INPUT -p tcp -j X\n-A INPUT -p tcp --dport 22 -j ACCEPT\n"), &[]);
    check(&format!("{returns}-A INPUT -g X\n-A INPUT -j ACCEPT\n"), &[("INPUT", 2)]);
    check(":X - [0:0]\n-A X -j DROP\n", &[("X", 1)]);
    check(":X - [0:0]\n-A INPUT -j DROP\n-A INPUT -j X\n-A X -j DROP\n", &[("INPUT", 2), ("X", 1)]);
    let part = shadows("-N X\n-A X -j DROP\n");
    assert!(part.is_empty(), "what leads to X may not have been pasted: {part:?}");
}

const TESTS: [&str; 10] = [
    "",
    "-s 10.0.0.0/24 ",
    "-s 10.0.0.9 ",
    "-i eth0 ",
    "-p tcp ",
    "-p tcp -m tcp --dport 20:30 ",
    "-p tcp -m tcp --dport 22 ",
    "-m mark --mark 0x1 ",
    "-m conntrack --ctstate NEW ",
    "! -i eth1 ",
];
const TARGETS: [&str; 8] = [
    "-j ACCEPT",
    "-j DROP",
    "-j RETURN",
    "-j A",
    "-j B",
    "-g B",
    "-j LOG",
    "-j MARK --set-xmark 0x1/0x1",
];

proptest! {
    #[test]
    fn no_random_packet_hits_a_shadowed_rule(
        rules in prop::collection::vec((0..3_usize, 0..10_usize, 0..10_usize, 0..8_usize), 1..14),
        packets in prop::collection::vec((0..3_u8, 0..2_u8, 20..24_u16, any::<bool>()), 1..6),
        marks in any::<bool>(),
    ) {
        let mut text = String::from("*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n:A - [0:0]\n:B - [0:0]\n");
        for (chain, one, two, target) in rules {
            // A chain does not call itself, and B calls nothing: there is no loop.
            let (name, target) = match (chain, TARGETS[target]) {
                (0, target) => ("PREROUTING", target),
                (1, "-j A") => ("A", "-j DROP"),
                (1, target) => ("A", target),
                (_, "-j A" | "-j B" | "-g B") => ("B", "-j ACCEPT"),
                (_, target) => ("B", target),
            };
            let target = if marks { target } else { target.split(" --set-xmark").next().unwrap_or(target) };
            let target = if target == "-j MARK" { "-j DROP" } else { target };
            let (one, two) = (TESTS[one], TESTS[two]);
            let two = if one.split(' ').next() == two.split(' ').next() { "" } else { two };
            text.extend(["-A ", name, " ", one, two, target, "\n"]);
        }
        text.push_str("COMMIT\n");
        let host = read(&[&text]).host();
        let found: HashMap<RuleId, Shadow> = shadowed(&host);
        for (source, iface, port, tcp) in packets {
            let proto = if tcp { "tcp" } else { "udp" };
            let line = format!("{proto} 10.0.{}.9:4000 > 10.5.0.1:{port} in eth{iface}", source % 2);
            let (ask, _) = packet_lines(&[line.as_str()], &host).remove(0);
            let mut session = Session::new(host.clone());
            for outcome in &session.send(&ask).outcomes {
                for step in &outcome.trace.steps {
                    if let Event::Matched(rule) = step.event {
                        prop_assert!(!found.contains_key(&rule), "{text}\n{line}\n{rule:?} {found:?}");
                    }
                }
            }
        }
    }
}
