//! Puts cases and a kernel's two answers to each together: `record CASES.json FIRST.jsonl SECOND.jsonl`.
//!
//! Prints a header and a recorded case a line. Left out, and told with the reason: what the kernel refused to load,
//! what came out in two ways (with `--cut` only from that packet on; with `--chance` nothing: the first answer is
//! taken), and with `--longest BYTES` what takes more than that and a tenth of it a packet.

use chainwalk_tests::recorded;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [cases, first, second, rest @ ..] = &args[..] else {
        eprintln!(
            "usage: record CASES.json FIRST.jsonl SECOND.jsonl [--cut] [--chance] [--longest BYTES] [--header JSON]"
        );
        return ExitCode::from(1);
    };
    let read = |path: &String| match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(e) => {
            eprintln!("{path}: {e}");
            None
        }
    };
    let (Some(cases), Some(first), Some(second)) = (read(cases), read(first), read(second)) else {
        return ExitCode::from(1);
    };
    let cases: Vec<Value> = match serde_json::from_str(&cases) {
        Ok(cases) => cases,
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::from(1);
        }
    };
    let after = |name: &str| rest.iter().position(|a| a == name).and_then(|k| rest.get(k + 1));
    let longest = after("--longest").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX / 40);
    if let Some(header) = after("--header") {
        println!("{header}");
    }
    let answers = |text: &str| -> Vec<Value> {
        text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()
    };
    let (first, second) = (answers(&first), answers(&second));
    let has = |name: &str| rest.iter().any(|a| a == name);
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for ((case, a), b) in cases.iter().zip(&first).zip(&second) {
        let mut left_out = |why: &'static str, more: &str| {
            *tally.entry(why).or_default() += 1;
            eprintln!("{}: {why}{more}", case["id"]);
        };
        if let Some(error) = a.get("error").or(b.get("error")) {
            let said = error.as_str().unwrap_or_default().replace('\n', " ");
            left_out("refused", &format!(": {said}"));
            continue;
        }
        let (a, b) = (recorded::reduced(a), recorded::reduced(b));
        if recorded::is_tangled(&a) {
            left_out("told badly", "");
            continue;
        }
        let (mut case, mut a) = (case.clone(), a);
        if let Some(k) = parting(&a, &b) {
            let kept = if has("--cut") { k } else { 0 };
            if kept == 0 && !has("--chance") {
                left_out("in two ways", &format!(" from packet {k} on"));
                continue;
            }
            if !has("--chance") {
                left_out("cut", &format!(" at packet {k}, in two ways from there on"));
                for list in [&mut case["packets"], &mut a["packets"]] {
                    if let Some(list) = list.as_array_mut() {
                        list.truncate(kept);
                    }
                }
            }
        }
        let line = json!({ "case": case, "answer": a });
        let packets = case["packets"].as_array().map_or(1, Vec::len).max(1);
        if line.to_string().len() > longest.saturating_mul(10 + packets) / 10 {
            left_out("too long", "");
            continue;
        }
        println!("{line}");
    }
    eprintln!("{} cases: {tally:?}", cases.len());
    ExitCode::SUCCESS
}

/// The first packet to which two answers differ.
fn parting(a: &Value, b: &Value) -> Option<usize> {
    let packets = |v: &Value| v["packets"].as_array().cloned().unwrap_or_default();
    let flows = |v: &Value, numbers: &Value| -> Vec<Value> {
        let numbers = numbers.as_array().into_iter().flatten().filter_map(Value::as_u64);
        numbers.map(|n| v["flows"][n as usize].clone()).collect()
    };
    let pairs = packets(a).into_iter().zip(packets(b)).enumerate();
    let mut pairs = pairs.map(|(k, (mut p, mut q))| {
        p["conntrack"] = flows(a, &p["conntrack"]).into();
        q["conntrack"] = flows(b, &q["conntrack"]).into();
        (k, p == q)
    });
    pairs.find(|(_, same)| !same).map(|(k, _)| k)
}
