//! Connections there and back: what a kernel's own TCP, UDP and ping made of them is what we say.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::played::{explain, played, played_with};
use chainwalk_tests::recorded;
use chainwalk_view::{Lang, banner};
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
fn what_goes_on_has_the_header_of_the_first_packet() {
    for (rule, words) in [
        ("-p tcp -m ttl --ttl-lt 10", "ttl 5"),
        ("-p tcp -m tos --tos 0x20/0xff", "tos 32"),
        ("-p tcp -s 10.0.0.9 --sport 4000", ""),
    ] {
        let paste = format!(
            "$ ip -br addr\neth0 UP 10.0.0.1/24\n$ iptables-save\n*filter\n:INPUT DROP [0:0]\n\
             :FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT {rule} -j ACCEPT\nCOMMIT\n*nat\n\
             :PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n"
        );
        let packet = format!("tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 {words}");
        assert_eq!(ours(&paste, &packet), Some(true), "{rule}");
    }
}

#[test]
fn a_rule_that_may_stop_other_data_is_named() {
    let told = |rule: &str| {
        let paste = format!(
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT {rule}\nCOMMIT\n"
        );
        let played = played_with(
            &[&paste],
            &["eth0=10.0.0.1/24"],
            &["tcp 10.0.0.9:4000 > 10.0.0.1:80 in eth0"],
        );
        let evidence = explain(&played, Lang::En, banner).evidence;
        let texts = evidence.iter().flat_map(|e| &e.text).map(|run| run.text.as_str());
        texts.collect::<String>()
    };
    let secret = "-m string --string \"secret\" --algo bm";
    assert!(told(&format!("-p tcp {secret} -j DROP")).contains("INPUT 1"));
    for rule in [
        format!("-p tcp {secret} -j ACCEPT"),
        format!("-p udp {secret} -j DROP"),
        "-p tcp -m tcp --dport 81 -j DROP".to_owned(),
    ] {
        assert!(!told(&rule).contains("INPUT 1"), "{rule}");
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
