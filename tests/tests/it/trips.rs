//! Connections there and back: what a kernel's own TCP, UDP and ping made of them is what we say.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::played::played;
use chainwalk_tests::recorded;
use serde_json::Value;

/// Whether the first packet gets there and its answer back; `None` where we leave it open.
fn ours(paste: &str, packet: &str) -> Option<bool> {
    let answer = played(paste, &[packet]).answer_json_there_and_back();
    let told = &answer["packets"][0];
    let there = told["verdict"].as_str()?;
    let there = matches!(there, "forwarded" | "sent" | "local" | "bridged");
    match &told["round_trip"] {
        Value::Null => Some(there),
        trip => Some(there && trip["through"].as_bool()?),
    }
}

#[test]
fn a_connection_opens_where_it_does_in_a_kernel() {
    let text = recorded::text("kernel/trips.jsonl");
    let lines = text.lines().filter_map(|l| serde_json::from_str::<Value>(l).ok());
    let (mut asked, mut answered, mut wrong) = (0, 0, Vec::new());
    for line in lines.filter(|l| l["paste"].is_string()) {
        let (id, packet) = (line["id"].as_str().unwrap(), line["packet"].as_str().unwrap());
        let theirs = line["answered"].as_bool().unwrap();
        let left_open = line["payload"].as_bool() == Some(true);
        match ours(line["paste"].as_str().unwrap(), packet) {
            None if left_open => {}
            Some(ours) if ours == theirs && !left_open => {}
            other => wrong.push(format!("{id}: a kernel says {theirs}, we {other:?}")),
        }
        asked += 1;
        answered += usize::from(theirs);
    }
    assert!(asked >= 60 && answered >= 20, "{asked} asked, {answered} answered");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
