//! A real kernel's answers about matches that look at headers, replayed: IP security, DCCP, SCTP chunks, the
//! MSS of TCP, programs of BPF, clusters, and the extension headers of IPv6.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::{engine, recorded};

#[test]
fn every_recorded_answer_is_ours() {
    let lines = recorded::of("headers");
    assert!(lines.len() >= 100, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_match_is_asked_for_and_holds_for_some_packet() {
    let lines = recorded::of("headers");
    for name in [
        "ah",
        "esp",
        "ipcomp",
        "dccp",
        "sctp",
        "tcpmss",
        "cluster",
        "bpf",
        "policy",
        "frag",
        "rt",
        "dst",
        "hbh",
        "mh",
        "ipv6header",
        "srh",
        "eui64",
    ] {
        let option = format!("-m {name} ");
        let hit = lines.iter().any(|line| {
            let case = &line["case"];
            let rules =
                case.get("rules").or(case.get("rules6")).unwrap()["mangle"].as_str().unwrap();
            let rules: Vec<&str> = rules.lines().collect();
            let packets = line["answer"]["packets"].as_array().unwrap().iter();
            let hits = packets.flat_map(|p| p["rules_hit"].as_array().into_iter().flatten());
            hits.filter_map(|h| h[2].as_u64()).any(|n| rules[n as usize - 1].contains(&option))
        });
        assert!(hit, "{name}");
    }
}
