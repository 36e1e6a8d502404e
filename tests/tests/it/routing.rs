//! Routing beyond one way for one destination, as a real kernel had it: realms, several next hops, redirects, the
//! sources of a link, groups. Where the kernel's hash chose, its choice is among our branches.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::kernel::{Standing, branches, compare, differences};
use chainwalk_tests::{engine, recorded};
use serde_json::Value;
use std::fmt::Write as _;

fn answer(case: &Value) -> Value {
    engine::answer(&case::read_value(case).unwrap())
}

#[test]
fn every_way_is_the_kernels() {
    let lines = recorded::of("routing");
    assert!(lines.len() >= 30, "{} cases", lines.len());
    let mut wrong = String::new();
    for line in lines {
        let ours = answer(&line["case"]);
        for (k, standing) in compare(&ours, &line["answer"]).iter().enumerate() {
            if !matches!(standing, Standing::Agrees | Standing::Among(_)) {
                let _ = write!(wrong, "\n{}, packet {k}: {standing:?}\n", line["case"]["id"]);
                for branch in branches(&ours["packets"][k]).into_iter().take(4) {
                    wrong += &differences(branch, &line["answer"]["packets"][k]);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_generated_answer_is_ours() {
    let lines = recorded::of("routed");
    assert!(lines.len() >= 60, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
}

/// The weights of the branches of one packet.
fn weights(packet: &Value) -> Vec<f64> {
    let branches = packet["branches"].as_array();
    branches.into_iter().flatten().map(|b| b["weight"].as_f64().unwrap()).collect()
}

fn case_named(name: &str) -> Value {
    let line = recorded::of("routing").iter().find(|l| l["case"]["id"] == name);
    line.unwrap()["case"].clone()
}

#[test]
fn a_flow_keeps_its_next_hop_and_another_draws_anew() {
    let case = case_named("one of two next hops, by weight");
    let ours = answer(&case);
    assert_eq!(weights(&ours["packets"][0]), [0.25, 0.75]);
    assert_eq!(weights(&ours["packets"][1]), [0.25, 0.75], "the same two addresses");
    assert_eq!(weights(&ours["packets"][2]).len(), 4, "another destination");
    for branch in branches(&ours["packets"][1]) {
        let from = branch["from"].as_u64().unwrap() as usize;
        let before = branches(&ours["packets"][0])[from];
        assert_eq!(branch["out_iface"], before["out_iface"]);
    }
}

#[test]
fn what_is_sent_from_the_address_of_one_hop_is_no_chance() {
    let ours =
        answer(&case_named("what is sent from an address of one hop's interface takes that hop"));
    assert_eq!(ours["packets"][0]["out_iface"], "eth1");
    assert_eq!(ours["packets"][1]["out_iface"], "eth2");
    assert!(ours["packets"][0].get("branches").is_none());
}

#[test]
fn a_hop_whose_link_is_down_is_left_out() {
    let mut case = case_named("one of two next hops, by weight");
    let routes = |flags: &str| {
        let hops = format!(
            "default nexthop via 10.1.0.9 dev eth1 weight 1 nexthop via 10.2.0.9 dev eth2 weight 3 {flags}"
        );
        Value::from(vec![hops])
    };
    case["routes"] = routes("dead");
    assert_eq!(answer(&case)["packets"][0]["out_iface"], "eth1", "one is left, so it is no chance");
    case["routes"] = routes("linkdown");
    assert_eq!(weights(&answer(&case)["packets"][0]), [0.25, 0.75]);
    case["sysctls"] = serde_json::json!({ "net.ipv4.conf.all.ignore_routes_with_linkdown": 1 });
    assert_eq!(answer(&case)["packets"][0]["out_iface"], "eth1");
}
