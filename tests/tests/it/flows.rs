//! A real kernel's answers about flows, replayed: the states of SCTP, how long flows live, what NAT
//! writes into the text of FTP, and what it picks from ranges of IPv6.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::kernel::{Standing, branches, compare, differences};
use chainwalk_tests::played::played_with;
use chainwalk_tests::{engine, recorded};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[track_caller]
fn replay(name: &'static str, least: usize) -> &'static [Value] {
    let lines = recorded::of(name);
    assert!(lines.len() >= least, "{} cases", lines.len());
    let wrong = engine::disagreements(lines);
    assert!(wrong.is_empty(), "{wrong}");
    lines
}

#[test]
fn every_answer_about_sctp_is_ours() {
    let lines = replay("sctp", 100);
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

#[test]
fn every_answer_about_translated_helpers_is_ours() {
    let lines = replay("ftpnat", 40);
    let lens = |line: &Value| {
        let packets = line["answer"]["packets"].as_array().cloned().unwrap_or_default();
        let sent = line["case"]["packets"].as_array().cloned().unwrap_or_default();
        let other = |(p, s): (Value, Value)| {
            let text = s["payload"].as_str()?.len() as u64;
            Some(p["packet_out"]["payload_len"].as_u64()? != text)
        };
        packets.into_iter().zip(sent).filter_map(other).any(|o| o)
    };
    assert!(lines.iter().filter(|l| lens(l)).count() >= 10, "some texts become longer or shorter");
}

#[test]
fn every_address_from_a_range_of_six_is_ours() {
    replay("sixrange", 40);
}

#[test]
fn every_answer_of_the_stack_is_ours() {
    replay("stack", 20);
}

#[test]
fn what_follows_an_ack_that_synproxy_takes_is_one_of_our_ways() {
    let lines = recorded::of("synproxy");
    assert!(lines.len() >= 10, "{} cases", lines.len());
    let (mut wrong, mut ways) = (String::new(), 0);
    for line in lines {
        let ours = engine::answer(&case::read_value(&line["case"]).unwrap());
        let theirs = line["answer"]["packets"].as_array().unwrap();
        for (k, standing) in compare(&ours, &line["answer"]).iter().enumerate() {
            match standing {
                Standing::Agrees => {}
                Standing::Depends(Some(_)) => ways += 1,
                other => {
                    let _ = write!(wrong, "\n{}, packet {k}: {other:?}\n", line["case"]["id"]);
                    for branch in branches(&ours["packets"][k]) {
                        wrong += &differences(branch, &theirs[k]);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(ways >= 40, "{ways} packets lean on an ACK");
}

#[test]
fn every_answer_about_time_is_ours() {
    replay("timeouts", 35);
}

/// What the last packet of a case depends on, and how many ways it has.
fn open(case: &Value) -> (Vec<String>, usize) {
    let ours = engine::answer(&case::read_value(case).unwrap());
    let last = ours["packets"].as_array().unwrap().last().unwrap();
    let kinds = last["depends_on"].as_array().into_iter().flatten();
    let kinds = kinds.map(|d| d["kind"].as_str().unwrap().to_owned()).collect();
    (kinds, branches(last).len())
}

#[test]
fn how_long_a_policy_of_ct_lets_a_flow_live_is_a_question_once_time_has_passed() {
    let case = |sleep: u64| {
        json!({
            "id": "policy",
            "interfaces": [
                {"name": "eth0", "addrs": ["10.0.0.1/24"]},
                {"name": "eth1", "addrs": ["10.0.1.1/24"]},
            ],
            "rules": {"raw": "-A PREROUTING -p udp -j CT --timeout short\n"},
            "packets": [
                {"hook_in": "eth0", "src": "10.0.0.9", "dst": "10.0.1.9", "proto": "udp", "dport": 53},
                {"reply_to": 0, "sleep_ms": sleep},
            ],
        })
    };
    assert_eq!(open(&case(0)), (vec![], 1));
    assert_eq!(open(&case(5000)), (vec!["history".to_owned()], 2));
}

#[test]
fn what_was_expected_of_a_flow_that_expired_may_be_swept_away_or_not() {
    let client = |flags: &str, seq: u32, text: &str| {
        json!({
            "hook_in": "eth0", "src": "10.0.0.9", "dst": "10.0.1.9", "sport": 4000, "dport": 21,
            "flags": flags, "seq": seq, "ack": if flags == "S" { 0 } else { 5001 },
            "payload": text,
        })
    };
    let case = |sleep: u64| {
        json!({
            "id": "swept",
            "interfaces": [
                {"name": "eth0", "addrs": ["10.0.0.1/24"]},
                {"name": "eth1", "addrs": ["10.0.1.1/24"]},
            ],
            "sysctls": {"net.netfilter.nf_conntrack_tcp_timeout_unacknowledged": 60},
            "rules": {"raw": "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\n"},
            "packets": [
                client("S", 1000, ""),
                {"reply_to": 0, "seq": 5000},
                client("A", 1001, ""),
                client("PA", 1001, "NOOP\r\n"),
                client("PA", 1007, "PORT 10,0,0,9,8,0\r\n"),
                {"hook_in": "eth1", "src": "10.0.1.9", "dst": "10.0.0.9", "sport": 20,
                 "dport": 2048, "sleep_ms": sleep},
            ],
        })
    };
    assert_eq!(open(&case(30_000)), (vec![], 1));
    assert_eq!(open(&case(90_000)), (vec!["history".to_owned()], 2));
    assert_eq!(open(&case(400_000)), (vec![], 1));
}

#[test]
fn an_association_of_sctp_is_set_up_and_ended_by_its_replies() {
    let states = |lines: &[&str]| -> Vec<String> {
        let rules =
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
        let facts = ["eth0=10.0.0.1/24", "eth1=10.0.1.1/24"];
        let played = played_with(&[rules], &facts, lines);
        let state = |packet: usize| {
            let flows = played.flows(packet, 0);
            flows.first().and_then(|f| f.tcp_state.as_deref()).unwrap_or("-").to_owned()
        };
        (0..lines.len()).map(state).collect()
    };
    let up = ["sctp 10.0.1.9:3868 from 10.0.0.9:4000 in eth0", "reply 1", "reply 2", "reply 3"];
    let whole =
        [&up[..], &["sctp 10.0.1.9:3868 from 10.0.0.9:4000 in eth0 chunk shutdown tag 0x5678"]];
    assert_eq!(
        states(&whole.concat()),
        ["CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT"]
    );
    let wrong = [&up[..], &["sctp 10.0.1.9:3868 from 10.0.0.9:4000 in eth0 chunk shutdown tag 7"]];
    assert_eq!(states(&wrong.concat())[4], "ESTABLISHED", "the tag is another association's");
}
