//! What the commands print and how they exit.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

const RULES: &str = "\
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -m geoip --source-country XX -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
";

struct Done {
    code: i32,
    out: String,
    err: String,
}

fn run(args: &[&str], input: &str) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chainwalk"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    Done {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

#[test]
fn wrong_use_exits_1_and_help_0() {
    assert_eq!(run(&[], "").code, 1);
    assert_eq!(run(&["walk", "-"], RULES).code, 1);
    assert_eq!(run(&["read", "/no/such/file"], "").code, 1);
    assert_eq!(run(&["--help"], "").code, 0);
}

#[test]
fn a_decided_walk_exits_0_and_an_open_one_2() {
    let packet = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
    let done = run(&["walk", "-", "--assume", "eth0=10.0.0.1/24", "--packet", packet], RULES);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("INPUT"), "{}", done.out);
    let packet = "tcp 10.0.0.9:4000 > 10.0.0.1:80 in eth0 syn";
    let done = run(&["walk", "-", "--assume", "eth0=10.0.0.1/24", "--packet", packet], RULES);
    assert_eq!(done.code, 2, "{}{}", done.out, done.err);
    assert!(done.out.contains("geoip"), "{}", done.out);
}

#[test]
fn a_packet_line_that_is_wrong_is_shown_with_carets() {
    let done = run(&["walk", "-", "--packet", "curl 10.0.0.1:99999"], RULES);
    assert_eq!(done.code, 1);
    assert!(done.out.is_empty(), "{}", done.out);
    assert!(
        done.err.contains("1 | curl 10.0.0.1:99999\n  |               ^^^^^\n"),
        "{}",
        done.err
    );
    let done = run(&["walk", "-", "--assume", "eth0=here", "--packet", "ping 10.0.0.1"], RULES);
    assert_eq!(done.code, 1);
    assert!(done.err.contains("1 | eth0=here\n  |      ^^^^\n"), "{}", done.err);
}

#[test]
fn nothing_recognised_is_no_verdict() {
    for text in ["", "the firewall is fine, I am sure\n", "\u{0}\u{fffd}"] {
        let done = run(&["walk", "-", "--packet", "curl 10.0.0.1"], text);
        assert_eq!(done.code, 1, "{text:?}");
        assert!(done.out.is_empty(), "{}", done.out);
        assert_eq!(run(&["read", "-"], text).code, 1, "{text:?}");
    }
}

#[test]
fn walk_and_answer_speak_one_json() {
    let packet = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
    let done =
        run(&["walk", "-", "--assume", "eth0=10.0.0.1/24", "--packet", packet, "--json"], RULES);
    let walked: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let case = serde_json::json!({"id": "", "paste": RULES, "assume": ["eth0=10.0.0.1/24"], "packets": [{
        "hook_in": "eth0", "src": "10.0.0.9", "dst": "10.0.0.1", "sport": 4000, "dport": 22,
    }]});
    let done = run(&["answer", "-"], &format!("{case}\nno case\n"));
    assert_eq!(done.code, 1, "a line that is no case is told");
    let lines: Vec<serde_json::Value> =
        done.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(lines[1]["error"].is_string());
    for field in ["verdict", "walk", "path", "rules_hit", "depends_on"] {
        assert_eq!(lines[0]["packets"][0][field], walked["packets"][0][field], "{field}");
    }
    assert_eq!(walked["packets"][0]["verdict"], "local");
}

#[test]
fn what_was_read_comes_back_as_save_text() {
    let done = run(&["read", "-", "--as", "save"], RULES);
    assert!(done.out.contains("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"), "{}", done.out);
    let again = run(&["read", "-", "--as", "save"], &done.out);
    assert_eq!(again.out, done.out, "printing what was printed changes nothing");
    let done = run(&["read", "-", "--json"], RULES);
    assert!(serde_json::from_str::<serde_json::Value>(&done.out).is_ok());
    assert_eq!(done.code, 0);
}

#[test]
fn an_edit_shows_both_fates_and_changes_are_proposed() {
    let packet = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
    let base = ["walk", "-", "--assume", "eth0=10.0.0.1/24", "--packet", packet];
    let done =
        run(&[&base[..], &["--edit", "iptables -I INPUT -s 10.0.0.9 -j DROP"]].concat(), RULES);
    assert!(done.out.contains("$ iptables -I INPUT -s 10.0.0.9/32 -j DROP"), "{}", done.out);
    assert!(done.out.contains("It is stopped now."), "{}", done.out);
    let done = run(
        &[&base[..], &["--edit", "iptables -D INPUT 1", "--changes", "--json"]].concat(),
        RULES,
    );
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(answer["compared"][0]["edits"][0], "iptables -D INPUT 1");
    assert_eq!(answer["changes"][0]["want"], "through");
    let first = &answer["changes"][0]["proposals"][0]["commands"][0];
    assert!(first.as_str().unwrap().starts_with("iptables -A INPUT -s 10.0.0.9/32"), "{answer}");
    let done = run(&[&base[..], &["--edit", "iptables -D INPUT 9"]].concat(), RULES);
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("1 | iptables -D INPUT 9\n  |                   ^\n"),
        "{}",
        done.err
    );
}
