//! The page's examples: each ends as its head says, and as a real kernel says where it was asked.
#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::format_collect)]

use chainwalk_model::{Goal, Proposal};
use chainwalk_parse::edit_text;
use chainwalk_sim::changes;
use chainwalk_tests::examples::{self, Example};
use chainwalk_tests::kernel::{Standing, compare, differences};
use chainwalk_tests::played::{asked, host_of};
use chainwalk_tests::recorded;
use chainwalk_view::ends;
use serde_json::Value;

/// Our answer to an example.
fn answer(example: &Example) -> Value {
    example.case.scenario.play().answer_json()
}

#[test]
fn every_packet_ends_as_the_head_says() {
    let mut wrong = String::new();
    for example in examples::all() {
        let answer = answer(&example);
        let packets = answer["packets"].as_array().unwrap();
        let ours: Vec<String> = packets.iter().map(ends).collect();
        if ours != example.case.head.ends {
            wrong +=
                &[&example.name, " comes out as\nends: ", &ours.join("\nends: "), "\n"].concat();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_nodeport_that_fails_on_the_node_is_mended_by_a_sysctl() {
    let host = host_of(&examples::named("05-nodeport-from-the-node").paste, &[]);
    let asks = asked(&["curl 127.0.0.1:30080"], &host);
    let found = changes(&host, &asks, 0, Goal::Through);
    let sysctl = |p: &Proposal| {
        p.edits.iter().map(|e| edit_text(e, &host)).collect::<String>().contains("route_localnet=1")
    };
    assert!(found.proposals.iter().any(sysctl), "{:?}", found.proposals);
}

#[test]
fn the_kernel_says_the_same() {
    let lines = recorded::of("examples");
    let mut wrong = String::new();
    for example in examples::all() {
        let Some(line) = lines.iter().find(|line| line["case"]["id"] == *example.name) else {
            continue;
        };
        let (ours, theirs) = (answer(&example), &line["answer"]);
        let found = compare(&ours, theirs);
        if found.iter().all(|s| *s == Standing::Agrees) {
            continue;
        }
        wrong += &format!("\n{}: {found:?}\n", example.name);
        for (k, theirs) in theirs["packets"].as_array().unwrap().iter().enumerate() {
            let ours = &ours["packets"][k];
            wrong += &format!(" packet {k}, depends on {}\n", ours["depends_on"]);
            wrong += &differences(ours, theirs);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
