//! A real kernel's answers to packets aimed at the rules of other people's files, asked while the test runs.
//!
//! It needs root, iptables, the files and the program that asks, and is skipped where one is missing. Nothing of those files is kept here. More of the same: `aimed`, `record` and `agree` in `src/bin`.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::aimed::{Rules, as_paste, case as aimed_case, rules_of, sets_of};
use chainwalk_tests::kernel::{Standing, compare, differences};
use chainwalk_tests::oracle::shared;
use chainwalk_tests::{engine, oracle, skipped};

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

/// The rules of a file that the kernel takes.
fn loadable(file: &str) -> Rules {
    let text = std::fs::read(shared("corpus").join(file)).unwrap();
    let found = rules_of(&String::from_utf8_lossy(&text));
    let rules = found.first().unwrap_or_else(|| panic!("{file} holds no rules"));
    rules.loadable(&sets_of(rules)).unwrap_or_else(|| panic!("{file}: none of it is taken")).0
}

#[test]
#[ignore = "a kernel must be there to ask: root, iptables, the recorder beside the repository"]
fn packets_aimed_at_the_rules_of_others_go_the_kernels_way() {
    let missing = oracle::missing().or((!shared("corpus").is_dir()).then_some("../shared/corpus"));
    if let Some(what) = missing {
        skipped(&format!("there is no {what}"));
        return;
    }
    let mut compared = 0;
    for file in FILES {
        let rules = loadable(file);
        let case = aimed_case(file, &rules, 7);
        let answer = oracle::ask(&case).unwrap_or_else(|e| panic!("{file}: {e}"));
        for (how, case) in [("rules", case.clone()), ("paste", as_paste(&case))] {
            let ours = engine::answer(&case::read_value(&case).unwrap());
            for (k, standing) in compare(&ours, &answer).iter().enumerate() {
                let (mine, theirs) = (&ours["packets"][k], &answer["packets"][k]);
                let good =
                    matches!(standing, Standing::Agrees | Standing::Among(_) | Standing::Drawn);
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
