//! The page's examples: each ends as its head says, and as a real kernel says where it was asked.
#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::format_collect)]

use chainwalk_model::{Proposal, Want};
use chainwalk_parse::{assumption, edit_text, packet_lines, read};
use chainwalk_sim::{Session, assume, changes};
use chainwalk_tests::kernel::{Standing, branches, compare, differences};
use chainwalk_tests::{literate, recorded};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const RECORDED: &str = include_str!("../../kernel/examples.jsonl");

/// An example: its file's name, what its head says under each name, and our answer.
struct Example {
    name: String,
    ends: Vec<String>,
    answer: Value,
}

fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| example(path)).collect()
}

fn example(path: &Path) -> Example {
    let text = fs::read_to_string(path).unwrap();
    let (head, paste) = text.split_once("\n---\n").unwrap();
    let all = |name: &str| -> Vec<String> {
        let pairs = head.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(n, _)| *n == name).map(|(_, value)| value.to_owned()).collect()
    };
    let mut host = read(&[paste]).host();
    for line in all("assume") {
        assume(&mut host, &assumption(&line).unwrap());
    }
    let packets = all("packet");
    let lines: Vec<&str> = packets.iter().map(String::as_str).collect();
    let mut session = Session::new(host.clone());
    for (ask, found) in packet_lines(&lines, &host) {
        assert_eq!(found, [], "{}", path.display());
        session.send(&ask);
    }
    Example {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        ends: all("ends"),
        answer: chainwalk_view::answer::answer("", session.host(), session.walks()),
    }
}

#[test]
fn every_packet_ends_as_the_head_says() {
    let mut wrong = String::new();
    for example in examples() {
        let packets = example.answer["packets"].as_array().unwrap();
        let ours: Vec<String> = packets
            .iter()
            .map(|packet| {
                let fates: BTreeSet<String> =
                    branches(packet).into_iter().map(literate::fate).collect();
                fates.into_iter().collect::<Vec<_>>().join(" | ")
            })
            .collect();
        if ours != example.ends {
            wrong +=
                &[&example.name, " comes out as\nends: ", &ours.join("\nends: "), "\n"].concat();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_nodeport_that_fails_on_the_node_is_mended_by_a_sysctl() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples/05-nodeport-from-the-node.txt");
    let text = fs::read_to_string(path).unwrap();
    let host = read(&[text.split_once("\n---\n").unwrap().1]).host();
    let asks = [packet_lines(&["curl 127.0.0.1:30080"], &host).remove(0).0];
    let found = changes(&host, &asks, 0, Want::Through);
    let sysctl = |p: &Proposal| {
        p.edits.iter().map(|e| edit_text(e, &host)).collect::<String>().contains("route_localnet=1")
    };
    assert!(found.proposals.iter().any(sysctl), "{:?}", found.proposals);
}

#[test]
fn the_kernel_says_the_same() {
    let lines = recorded::read(RECORDED);
    let mut wrong = String::new();
    for example in examples() {
        let Some(line) = lines.iter().find(|line| line["case"]["id"] == *example.name) else {
            continue;
        };
        let theirs = &line["answer"];
        let found = compare(&example.answer, theirs);
        if found.iter().all(|s| *s == Standing::Agrees) {
            continue;
        }
        wrong += &format!("\n{}: {found:?}\n", example.name);
        for (k, theirs) in theirs["packets"].as_array().unwrap().iter().enumerate() {
            let ours = &example.answer["packets"][k];
            wrong += &format!(" packet {k}, depends on {}\n", ours["depends_on"]);
            wrong += &differences(ours, theirs);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(!lines.is_empty());
}
