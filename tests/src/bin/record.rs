//! Puts cases and a kernel's two answers to each together: `record CASES.json FIRST.jsonl SECOND.jsonl`.
//!
//! Prints a header and a recorded case a line. Left out: what the kernel refused to load, what came out in two
//! ways, with `--longest BYTES` what takes more than that and a tenth of it a packet, and with `--agreed` what we answer differently.

use chainwalk_parse::case;
use chainwalk_tests::kernel::{Standing, compare};
use chainwalk_tests::{engine, recorded};
use serde_json::{Value, json};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [cases, first, second, rest @ ..] = &args[..] else {
        eprintln!(
            "usage: record CASES.json FIRST.jsonl SECOND.jsonl [--agreed] [--longest BYTES] [--header JSON]"
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
    let agreed = rest.iter().any(|a| a == "--agreed");
    let after = |name: &str| rest.iter().position(|a| a == name).and_then(|k| rest.get(k + 1));
    let longest = after("--longest").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX / 40);
    if let Some(header) = after("--header") {
        println!("{header}");
    }
    let answers = |text: &str| -> Vec<Value> {
        text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()
    };
    let (first, second) = (answers(&first), answers(&second));
    let (mut refused, mut two_ways, mut turned, mut long, mut differs) = (0, 0, 0, 0, 0);
    for ((case, a), b) in cases.iter().zip(&first).zip(&second) {
        if let Some(error) = a.get("error").or(b.get("error")) {
            refused += 1;
            eprintln!("{}: {}", case["id"], error.as_str().unwrap_or_default().replace('\n', " "));
            continue;
        }
        if case.get("rules6").is_some() && turns_back(a) {
            // The kernel sends redirects then; neighbour discovery is not walked.
            turned += 1;
            continue;
        }
        let (a, b) = (recorded::reduced(a), recorded::reduced(b));
        if a != b {
            two_ways += 1;
            continue;
        }
        let line = json!({ "case": case, "answer": a });
        let packets = case["packets"].as_array().map_or(1, Vec::len).max(1);
        if line.to_string().len() > longest.saturating_mul(10 + packets) / 10 {
            long += 1;
            continue;
        }
        if agreed {
            let theirs = recorded::expanded(line.clone());
            let good = case::read_value(case).is_ok_and(|case| {
                let found = compare(&engine::answer(&case), &theirs["answer"]);
                found.iter().all(|s| *s == Standing::Agrees)
            });
            if !good {
                differs += 1;
                continue;
            }
        }
        println!("{line}");
    }
    eprintln!(
        "{} cases: {refused} refused, {two_ways} in two ways, {turned} turned back, {long} too long, {differs} not ours",
        cases.len()
    );
    ExitCode::SUCCESS
}

/// Whether a packet is forwarded to where it came from.
fn turns_back(answer: &Value) -> bool {
    let packets = answer["packets"].as_array().into_iter().flatten();
    let mut steps = packets.flat_map(|p| p["path"].as_array().into_iter().flatten());
    steps.any(|step| step[0] == "fwd" && step[1] == step[2])
}
