//! A real kernel's answers to cases of our own, replayed: every packet, every field that is compared.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::generate::FAMILIES;
use chainwalk_tests::{engine, recorded};
use serde_json::Value;

fn lines() -> impl Iterator<Item = &'static Value> {
    ["generated", "generated5", "generated3"].into_iter().flat_map(recorded::of)
}

/// Sequences past what remembers, counts, hashes or looks at a clock: made for single extensions.
#[test]
fn every_stateful_answer_is_ours() {
    let lines = recorded::of("stateful");
    assert!(lines.len() >= 200, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}

/// Flows that the helpers of FTP and TFTP expect, and the forms in which they are asked for.
#[test]
fn every_answer_about_expected_flows_is_ours() {
    let lines = recorded::of("helpers");
    assert!(lines.len() >= 100, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}

/// How often a host is told of errors.
#[test]
fn hosts_are_told_of_errors_as_often_as_a_kernel_told_them() {
    let lines = recorded::of("limited");
    assert_eq!(lines.len(), 16);
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_recorded_answer_is_ours() {
    assert!(lines().count() >= 1500, "{} cases", lines().count());
    let wrong = engine::disagreements(lines());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_family_is_there_with_long_sequences_too() {
    let of = |name: &str| {
        let fits = |l: &&Value| l["case"]["id"].as_str().unwrap().starts_with(&format!("{name}-"));
        lines().filter(fits).count()
    };
    for family in &FAMILIES {
        assert!(of(family.name) >= 15, "{}: {}", family.name, of(family.name));
    }
    let longest = lines().map(|l| l["case"]["packets"].as_array().unwrap().len()).max();
    assert_eq!(longest, Some(20));
}
