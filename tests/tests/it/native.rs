//! A real kernel's answers to rules of native nft, replayed: every packet, every field that is compared.

use chainwalk_tests::{engine, recorded};

/// Of each family: its file, and how many packets it has at least.
const FAMILIES: [(&str, usize); 7] = [
    ("native-base", 200),
    ("native-sets", 200),
    ("native-state", 200),
    ("native-wide", 200),
    ("native-link", 200),
    ("native-prog", 140),
    ("variety", 400),
];

#[test]
fn every_answer_about_native_rules_is_ours() {
    for (name, least) in FAMILIES {
        let lines = recorded::of(name);
        let packets = lines.iter().filter_map(|l| l["answer"]["packets"].as_array());
        let many: usize = packets.map(Vec::len).sum();
        assert!(many >= least, "{name}: {many} packets");
        let wrong = engine::disagreements(lines);
        assert!(wrong.is_empty(), "{name}: {wrong}");
    }
}

/// A case for each question that native nft raises; where a kernel chose by chance, its choice is among ours.
#[test]
fn every_fact_about_native_nft_holds() {
    let lines = recorded::of("native-facts");
    assert!(lines.len() >= 80, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}
