//! A real kernel's answers about flows, replayed: the states of SCTP.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::{engine, recorded};
use serde_json::Value;
use std::collections::BTreeSet;

/// Associations of SCTP.
const SCTP: &str = include_str!("../kernel/sctp.jsonl");

#[track_caller]
fn replay(text: &str, least: usize) -> Vec<Value> {
    let lines = recorded::read(text);
    assert!(lines.len() >= least, "{} cases", lines.len());
    let wrong = engine::disagreements(&lines);
    assert!(wrong.is_empty(), "{wrong}");
    lines
}

#[test]
fn every_answer_about_sctp_is_ours() {
    let lines = replay(SCTP, 100);
    let flows = |line: &Value| line["answer"]["flows"].as_array().cloned().unwrap_or_default();
    let states: BTreeSet<String> = lines
        .iter()
        .flat_map(flows)
        .filter_map(|flow| flow["state"].as_str().map(str::to_owned))
        .collect();
    let all = [
        "CLOSED",
        "COOKIE_ECHOED",
        "COOKIE_WAIT",
        "ESTABLISHED",
        "HEARTBEAT_SENT",
        "SHUTDOWN_ACK_SENT",
        "SHUTDOWN_RECD",
        "SHUTDOWN_SENT",
    ];
    assert_eq!(states.iter().map(String::as_str).collect::<Vec<_>>(), all);
}
