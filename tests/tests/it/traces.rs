//! What a kernel said of packets that it traced, in three forms, laid over our walks of the same packets.
#![allow(clippy::unwrap_used)]

use chainwalk_model::SectionKind;
use chainwalk_tests::played::{explain, played_with};
use chainwalk_view::{
    Explained, Lang, Overlay, TraceAgreement, banner, overlay, rows, suggestions,
};

const NFT: &str = include_str!("../../kernel/traces/nft-save.txt");
const LEGACY: &str = include_str!("../../kernel/traces/legacy-save.txt");
const LOG: &str = include_str!("../../kernel/traces/dmesg.txt");
const MONITOR: &str = include_str!("../../kernel/traces/nft-monitor.txt");
const XTABLES: &str = include_str!("../../kernel/traces/xtables-monitor.txt");

/// The trace of a packet laid over its walk.
fn laid(rules: &str, trace: &str, packet: &str) -> Option<Overlay> {
    told(rules, trace, packet, overlay)
}

/// What is told of a packet beside a trace.
fn told<T>(rules: &str, trace: &str, packet: &str, tell: impl FnOnce(&Explained) -> T) -> T {
    let played = played_with(&[rules, trace], &["eth0=10.0.0.1/24"], &[packet]);
    assert!(played.reading().sections.iter().any(|s| s.kind == SectionKind::Traces(4)));
    explain(&played, Lang::En, tell)
}

const PACKETS: [&str; 4] = [
    "tcp 10.0.0.2 > 10.0.0.1:22 in eth0 syn",
    "tcp 10.0.0.2 > 10.0.0.1:8080 in eth0 syn",
    "tcp 10.0.0.2 > 10.0.0.1:81 in eth0 syn",
    "udp 10.0.0.2 > 10.0.0.1:53 in eth0",
];

#[test]
fn every_form_of_a_trace_confirms_our_walks() {
    for (rules, trace) in [(LEGACY, LOG), (NFT, MONITOR), (NFT, XTABLES)] {
        for packet in PACKETS {
            let found = laid(rules, trace, packet).unwrap();
            let open: Vec<_> =
                found.steps.iter().filter(|s| s.standing != TraceAgreement::Confirmed).collect();
            assert!(found.agrees && open.is_empty(), "{packet}: {found:#?}");
            assert!(found.steps.len() >= 2, "{packet}: {found:#?}");
        }
    }
}

const NATIVE: &str = include_str!("../../kernel/traces/native-ruleset.txt");
const BY_HANDLE: &str = include_str!("../../kernel/traces/native-monitor-a.txt");
const BY_TEXT: &str = include_str!("../../kernel/traces/native-monitor.txt");

/// Of native nft: two tables of one name, chains at three priorities, a map, a set, a limit.
const NATIVE_PACKETS: [&str; 4] = [
    "tcp 10.0.0.2 > 10.0.0.1:22 in eth0 syn",
    "tcp 10.0.0.2 > 10.0.0.1:80 in eth0 syn",
    "tcp 10.0.0.2 > 10.0.0.1:81 in eth0 syn",
    "udp 10.0.0.2 > 10.0.0.1:53 in eth0",
];

#[test]
fn a_trace_of_native_rules_confirms_our_walks() {
    for trace in [BY_HANDLE, BY_TEXT] {
        for packet in NATIVE_PACKETS {
            let found = laid(NATIVE, trace, packet).unwrap();
            let open: Vec<_> =
                found.steps.iter().filter(|s| s.standing != TraceAgreement::Confirmed).collect();
            assert!(found.agrees && open.is_empty(), "{packet}: {found:#?}");
            assert!(found.steps.len() >= 4, "{packet}: {found:#?}");
        }
    }
}

#[test]
fn a_native_rule_is_known_by_its_handle_or_its_text() {
    let before = "tcp dport 22 accept # handle 11\n";
    for (trace, rules) in [
        (BY_HANDLE, NATIVE.replace(before, "tcp dport 1-30 accept # handle 99\n")),
        (BY_TEXT, NATIVE.replace(before, &format!("tcp dport 1-30 accept # handle 99\n{before}"))),
    ] {
        let found = laid(&rules, trace, NATIVE_PACKETS[0]).unwrap();
        assert!(!found.agrees, "{found:#?}");
        assert!(laid(&rules, trace, NATIVE_PACKETS[3]).unwrap().agrees);
    }
}

#[test]
fn a_trace_of_other_rules_contradicts_at_the_first_difference() {
    for (rules, trace) in [(LEGACY, LOG), (NFT, MONITOR), (NFT, XTABLES)] {
        let other = rules.replace("-A INPUT -p udp -j DROP\n", "-A INPUT -p udp -j ACCEPT\n");
        let kept = laid(&other, trace, PACKETS[0]).unwrap();
        assert!(kept.agrees);
        let other = rules.replace("-A INPUT -p udp -j DROP\n", "");
        let found = laid(&other, trace, PACKETS[3]).unwrap();
        assert!(!found.agrees);
        let last = found.steps.last().unwrap();
        assert_eq!(last.standing, TraceAgreement::Contradicted);
        let line = last.span.unwrap();
        assert!(trace[line.range()].contains("INPUT"), "{}", &trace[line.range()]);
    }
}

#[test]
fn each_row_says_whether_the_kernel_did_so() {
    for (rules, trace) in [(LEGACY, LOG), (NFT, MONITOR), (NFT, XTABLES)] {
        let of = |rules: &str| {
            told(rules, trace, PACKETS[3], |t| {
                let seen: Vec<_> =
                    rows(t).into_iter().filter_map(|r| Some((r.seen?, r.number))).collect();
                (seen, banner(t))
            })
        };
        let (seen, banner) = of(rules);
        let drop = seen.last().unwrap();
        assert_eq!((drop.0.standing, &*drop.1), (TraceAgreement::Confirmed, "3"));
        assert!(trace[drop.0.span.unwrap().range()].contains("INPUT"));
        let line = banner.evidence.iter().find(|e| e.span.is_some()).unwrap();
        assert!(line.certain && line.follow.is_none());
        let (seen, banner) = of(&rules.replace("-A INPUT -p udp -j DROP\n", ""));
        assert!(seen.iter().any(|(seen, _)| seen.standing == TraceAgreement::Contradicted));
        assert!(!banner.evidence[0].certain && banner.evidence[0].span.is_some());
    }
}

#[test]
fn the_branch_that_a_trace_took_is_named() {
    let dice = "-A INPUT -p udp -m statistic --mode random --probability 0.5 -j ACCEPT\n";
    let rules =
        NFT.replace("-A INPUT -p udp -j DROP\n", &(dice.to_owned() + "-A INPUT -p udp -j DROP\n"));
    let found = laid(&rules, MONITOR, PACKETS[3]).unwrap();
    assert!(!found.agrees, "the branch that is followed accepts: {found:#?}");
    assert_eq!(found.follow, Some(1));
}

#[test]
fn what_was_traced_is_suggested_and_is_found_again() {
    for (rules, trace) in [(LEGACY, LOG), (NFT, MONITOR), (NFT, XTABLES)] {
        let lines: Vec<String> = told(rules, trace, PACKETS[0], |t| {
            suggestions(t).into_iter().map(|s| s.line).collect()
        });
        assert!(lines.len() >= 4, "{lines:?}");
        for line in &lines[..4] {
            assert!(laid(rules, trace, line).is_some(), "{line}");
        }
    }
}

#[test]
fn a_packet_that_was_not_traced_is_told_without() {
    assert!(laid(LEGACY, LOG, "tcp 10.0.0.2 > 10.0.0.1:9999 in eth0 syn").is_none());
}
