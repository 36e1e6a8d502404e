//! A real kernel's answers to packets aimed at the rules of other people's files, asked while the test runs.
//!
//! It needs root, iptables, the files and the program that asks; where one is missing it says so and passes
//! over. Nothing of those files is kept here. More of the same: `aimed`, `record` and `agree` in `src/bin`.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::aimed::{Rules, as_paste, case as aimed_case, rules_of, sets_of};
use chainwalk_tests::kernel::{Standing, compare, differences};
use chainwalk_tests::{engine, recorded};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of every kind: NAT, many chains, goto, sets, states, a listing.
const FILES: [&str; 7] = [
    "4-Iptables_Semantics--iptables-save",
    "5-Iptables_Semantics--iptables-save",
    "azure-container-networking--iptablesave",
    "calico--iptables-dump.txt",
    "moby--usernet-portmap.b2.txt",
    "moby--usernet-portmap-noicc.b1.txt",
    "www--iptables-save.txt",
];

fn shared(what: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(what)
}

/// The rules of a file that the kernel takes.
fn loadable(file: &str) -> Rules {
    let text = std::fs::read(shared("corpus").join(file)).unwrap();
    let found = rules_of(&String::from_utf8_lossy(&text));
    let rules = found.first().unwrap_or_else(|| panic!("{file} holds no rules"));
    rules.loadable(&sets_of(rules)).unwrap_or_else(|| panic!("{file}: none of it is taken")).0
}

/// What is missing to ask a kernel.
fn missing() -> Option<&'static str> {
    let works = |program: &str, arg: &str| {
        Command::new(program).arg(arg).output().is_ok_and(|o| o.status.success())
    };
    if !shared("corpus").is_dir() || !shared("kernel/oracle/oracle.py").is_file() {
        Some("../shared")
    } else if !works("iptables-legacy", "--version") || !works("ipset", "--version") {
        Some("iptables or ipset")
    } else if !Command::new("unshare")
        .args(["-n", "true"])
        .output()
        .is_ok_and(|o| o.status.success())
    {
        Some("root")
    } else {
        None
    }
}

/// The kernel's answer. The network is new each time: the order in which interfaces were made counts.
fn ask(case: &Value) -> Value {
    let path = std::env::temp_dir().join(format!("chainwalk-aimed-{}.json", std::process::id()));
    std::fs::write(&path, case.to_string()).unwrap();
    let done = Command::new("python3").arg(shared("kernel/oracle/oracle.py")).arg(&path).output();
    std::fs::remove_file(&path).unwrap();
    let done = done.unwrap();
    let answer = serde_json::from_slice(&done.stdout);
    answer.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&done.stderr)))
}

/// Whether the kernel drew a port or an address from here on: what follows is not ours to know.
fn drawn(packet: &Value) -> bool {
    let open = packet["depends_on"].as_array().into_iter().flatten();
    open.filter_map(|d| d["kind"].as_str()).any(|k| k == "nat_choice" || k == "port_choice")
}

#[test]
fn packets_aimed_at_the_rules_of_others_go_the_kernels_way() {
    if let Some(what) = missing() {
        println!("passed over: no {what} here");
        return;
    }
    let mut compared = 0;
    for file in FILES {
        let rules = loadable(file);
        let case = aimed_case(file, &rules, 7);
        let answer = ask(&case);
        assert!(answer["error"].is_null(), "{file}: {}", answer["error"]);
        let answer = recorded::expanded(
            serde_json::json!({ "case": case, "answer": recorded::reduced(&answer) }),
        );
        for (how, case) in [("rules", case.clone()), ("paste", as_paste(&case))] {
            let ours = engine::answer(&case::read_value(&case).unwrap());
            for (k, standing) in compare(&ours, &answer["answer"]).iter().enumerate() {
                let (mine, theirs) = (&ours["packets"][k], &answer["answer"]["packets"][k]);
                if drawn(mine) {
                    break;
                }
                let good = matches!(standing, Standing::Agrees | Standing::Among(_));
                let differ = differences(mine, theirs);
                assert!(
                    good,
                    "{file} as {how}, packet {k}: {standing:?}\n{}\n{differ}",
                    case["packets"][k]
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared} packets were compared");
}
