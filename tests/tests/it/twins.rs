//! Rules of iptables told by nft: the listing of iptables-nft's tables, and our own printing in nft's words. A packet fares as by
//! the rules themselves, or its fate depends on what nft does not tell; never otherwise.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::{case, nft_text};
use chainwalk_tests::{engine, oracle, recorded, skipped};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What of an answer must be the same.
const FATE: [&str; 4] = ["verdict", "out_iface", "mark", "packet_out"];

/// The recorded cases of iptables' rules that are printed in nft's words.
const RECORDED: [&str; 4] = ["generated", "headers", "stateful", "asked"];

/// A case with another text in place of its rules.
fn instead(case: &Value, field: &str, text: &str) -> Value {
    let mut twin = case.clone();
    let fields = twin.as_object_mut().unwrap();
    for gone in ["rules", "rules6", "nft", "paste"] {
        fields.remove(gone);
    }
    fields.insert(field.to_owned(), json!(text));
    twin
}

fn answer(case: &Value) -> Value {
    let case = case::read_value(case).unwrap();
    engine::answer(&case)
}

/// The first packet of a twin that fares otherwise without saying on what that hangs; and how many hang on something, how
/// many fare the same. What follows a packet whose fate is open walks in a world of its own.
fn compared(own: &Value, twin: &Value, dependent: &mut usize, same: &mut usize) -> Option<String> {
    let packets = |v: &Value| v["packets"].as_array().unwrap().clone();
    for (k, (own, twin)) in packets(own).iter().zip(packets(twin)).enumerate() {
        let open = |v: &Value| {
            v["depends_on"].as_array().is_some_and(|d| !d.is_empty()) || !v["branches"].is_null()
        };
        if open(own) || open(&twin) {
            *dependent += 1;
            continue;
        }
        // A header that is cut short ends the packet at a test of iptables, and the rule at one of nft.
        if own["stopped_at"]["by"] == "kernel" {
            *dependent += 1;
            continue;
        }
        let other: Vec<String> = FATE
            .iter()
            .filter(|f| own[**f] != twin[**f])
            .map(|f| format!("{f}: {} but {}", own[*f], twin[*f]))
            .collect();
        if !other.is_empty() {
            return Some(format!("packet {k}: {}", other.join(", ")));
        }
        *same += 1;
    }
    None
}

#[test]
#[ignore = "what a kernel listed lies beside the repository"]
fn a_listing_of_iptables_nft_walks_as_its_rules_do() {
    let dumps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/kernel/dumps");
    let Ok(found) = std::fs::read_dir(&dumps) else {
        skipped("there is no shared/kernel/dumps");
        return;
    };
    let (mut wrong, mut dependent, mut same) = (String::new(), 0, 0);
    for at in found.map(|f| f.unwrap().path()) {
        let mut case: Value =
            serde_json::from_str(&std::fs::read_to_string(at.join("case.json")).unwrap()).unwrap();
        if !case["case"].is_null() {
            case = case["case"].take();
        }
        if !case["nft"].is_null() {
            continue;
        }
        let own = answer(&case);
        for form in
            ["nft_ruleset", "nft_a_ruleset", "nft_s_ruleset", "nft_nn_ruleset", "nft_j_ruleset"]
        {
            let text = std::fs::read_to_string(at.join(format!("nft/{form}.txt"))).unwrap();
            let twin = answer(&instead(&case, "paste", &text));
            for packet in twin["packets"].as_array().unwrap() {
                for on in packet["depends_on"].as_array().unwrap() {
                    if !on["name"].as_str().unwrap_or_default().starts_with("xt") {
                        let _ = writeln!(wrong, "{} {form}: depends on {on}", case["id"]);
                    }
                }
            }
            if let Some(other) = compared(&own, &twin, &mut dependent, &mut same) {
                let _ = writeln!(wrong, "{} {form}, {other}", case["id"]);
            }
        }
    }
    println!("{same} packets fare the same, {dependent} hang on what nft does not tell");
    assert!(same > 0 && dependent > 0);
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The recorded cases whose rules are iptables' alone.
fn cases() -> Vec<&'static Value> {
    let lines = RECORDED.iter().flat_map(|name| recorded::of(name));
    let plain = |case: &Value| case["nft"].is_null() && case["paste"].is_null();
    lines.map(|l| &l["case"]).filter(|c| plain(c)).collect()
}

/// A case's rules in nft's words.
fn printed(case: &Value) -> String {
    nft_text(&case::read_value(case).unwrap().host).text
}

#[test]
fn what_is_printed_as_nft_walks_as_its_rules_do() {
    let (mut wrong, mut dependent, mut same) = (String::new(), 0, 0);
    for case in cases().into_iter().step_by(6) {
        let text = printed(case);
        let twin = answer(&instead(case, "nft", &text));
        if let Some(other) = compared(&answer(case), &twin, &mut dependent, &mut same) {
            let _ = writeln!(wrong, "{}, {other}", case["id"]);
        }
    }
    println!("{same} packets fare the same, {dependent} hang on what nft can't say");
    assert!(2 * same > dependent, "{same} the same, {dependent} open");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
#[ignore = "a real program must be there to ask: root, nft"]
fn nft_takes_what_is_printed() {
    if let Some(what) = oracle::missing() {
        skipped(&format!("there is no {what}"));
        return;
    }
    let mut wrong = String::new();
    for case in cases().into_iter().step_by(7) {
        let text = printed(case);
        let mut nft = Command::new("unshare");
        nft.args(["-n", "nft", "-c", "-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut running = nft.spawn().unwrap();
        running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let done = running.wait_with_output().unwrap();
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let _ = writeln!(
                wrong,
                "{}: {}",
                case["id"],
                said.lines().take(3).collect::<Vec<_>>().join(" ")
            );
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
