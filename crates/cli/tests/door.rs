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

/// A listing of all chains but those of nat, and where 203.0.113.9 lies nobody says.
const LISTED: &str = "\
-P INPUT DROP
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
";

#[test]
fn the_likely_fate_leads_and_the_answer_still_depends() {
    let packet = "curl 203.0.113.9:22 from 192.0.2.50 in eth0";
    let done = run(&["walk", "-", "--packet", packet], LISTED);
    assert_eq!(done.code, 2, "{}{}", done.out, done.err);
    let lines: Vec<&str> = done.out.lines().map(str::trim).collect();
    assert_eq!(lines[1], "Delivered to this host, 203.0.113.9:22", "{}", done.out);
    assert!(done.out.contains("◐ if 203.0.113.9 is an address of this host"), "{}", done.out);
    assert!(done.out.contains("No: --assume 'notlocal=203.0.113.9'"), "{}", done.out);

    let json = |more: &[&str]| -> serde_json::Value {
        let args = [&["walk", "-", "--packet", packet, "--json"], more].concat();
        serde_json::from_str(&run(&args, LISTED).out).unwrap()
    };
    let answer = &json(&[])["packets"][0];
    // The ways share nothing, so the top says nothing; the likeliest stands first.
    assert!(answer["verdict"].is_null() && answer["walk"].is_null(), "{answer}");
    let ends: Vec<&str> = answer["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(ends, ["local", "forwarded", "undecided"]);
    let hangs: Vec<String> = answer["depends_on"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| format!("{} {}", d["kind"].as_str().unwrap(), d["name"].as_str().unwrap()))
        .collect();
    assert_eq!(hangs, ["table_not_pasted nat", "address 203.0.113.9"]);
    // Said the other way round, the other way is all there is.
    let turned = &json(&["--assume", "notlocal=203.0.113.9", "--assume", "table=nat:accept"]);
    assert_eq!(turned["packets"][0]["verdict"], "forwarded");
}

#[test]
fn what_all_ways_share_stands_at_the_top() {
    let packet = "curl 203.0.113.9:23 from 192.0.2.50 in eth0";
    let text = LISTED.replace("FORWARD ACCEPT", "FORWARD DROP");
    let args = ["walk", "-", "--packet", packet, "--json", "--assume", "table=nat:accept"];
    let done = run(&args, &text);
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(answer["packets"][0]["verdict"], "dropped");
    assert!(answer["packets"][0]["walk"].is_null(), "it dies in one chain or in the other");
}

/// A table at two moments, and commands behind the second.
const MOMENTS: &str = "\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT

After the update:

*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 2222 -j ACCEPT
COMMIT

iptables -I INPUT -p tcp --dport 22 -j ACCEPT
";

#[test]
fn a_moment_is_chosen_and_the_commands_behind_the_last_may_be_tried() {
    let packet = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
    let base = ["walk", "-", "--assume", "eth0=10.0.0.1/24", "--assume", "table=nat:accept"];
    let walk = |more: &[&str]| {
        let done = run(&[&base[..], &["--packet", packet], more].concat(), MOMENTS);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        done.out
    };
    let last = walk(&[]);
    assert!(last.contains("at 2 moments (from lines 1, 10); moment 2 is walked"), "{last}");
    assert!(last.contains("   Dropped."), "{last}");
    let offer = "   + with the command of line 17: Delivered to this host, 10.0.0.1:22";
    assert!(last.contains(offer), "{last}");
    let first = walk(&["--moment", "1"]);
    assert!(first.contains("moment 1 is walked"), "{first}");
    assert!(first.contains("   Delivered to this host, 10.0.0.1:22"), "{first}");
    assert!(!first.contains("with the command of line"), "they are of the second moment: {first}");

    let answer: serde_json::Value = serde_json::from_str(&walk(&["--json"])).unwrap();
    assert_eq!(answer["packets"][0]["verdict"], "dropped");
    assert_eq!((&answer["moment"], &answer["moments"][1]["line"]), (&2.into(), &10.into()));
    let offer = &answer["offers"][0];
    assert_eq!((&offer["line"], &offer["made"]), (&17.into(), &false.into()));
    assert_eq!(offer["commands"][0], "iptables -I INPUT -p tcp --dport 22 -j ACCEPT");
    let after = offer["packets"][0]["after"]["headline"].as_str().unwrap();
    assert_eq!(after, "Delivered to this host, 10.0.0.1:22");

    let done = run(&[&base[..], &["--packet", packet, "--moment", "3"]].concat(), MOMENTS);
    assert_eq!(done.code, 1);
    assert!(done.err.contains("--moment:1:1"), "{}", done.err);
}

#[test]
fn the_way_back_is_printed_where_it_is_asked_for() {
    let packet = "curl 10.0.0.9:80";
    let base = ["walk", "-", "--assume", "eth0=10.0.0.1/24", "--assume", "table=nat:accept"];
    let args = [&base[..], &["--packet", packet]].concat();
    let done = run(&args, LISTED);
    assert!(done.out.contains("Sent, but the SYN/ACK is dropped by the policy of INPUT"));
    assert!(!done.out.contains("   ← answer"), "{}", done.out);
    let done = run(&[&args[..], &["--round-trip"]].concat(), LISTED);
    assert!(done.out.contains("   ← answer (SYN/ACK): dropped"), "{}", done.out);
    let done = run(&[&args[..], &["--round-trip", "--json"]].concat(), LISTED);
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(answer["packets"].as_array().unwrap().len(), 1, "it is no packet of its own");
}

#[test]
fn words_are_explained_once_each_where_it_is_asked_for() {
    let packets =
        ["tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn", "nc 10.0.0.1 22 from 10.0.0.8 in eth0"];
    let args = [
        "walk",
        "-",
        "--assume",
        "eth0=10.0.0.1/24",
        "--packet",
        packets[0],
        "--packet",
        packets[1],
    ];
    assert!(!run(&args, RULES).out.contains("Words\n"));
    let done = run(&[&args[..], &["--explain"]].concat(), RULES);
    let (_, words) = done.out.split_once("\nWords\n").unwrap_or_else(|| panic!("{}", done.out));
    for said in ["Holds if the destination port", "begins a connection", "[iptables-extensions(8)]"]
    {
        assert!(words.contains(said), "{said}: {words}");
    }
    let dport = words.lines().filter(|line| line.contains("Holds if the destination port")).count();
    assert_eq!(dport, 1, "{words}");
    let done = run(&[&args[..], &["--explain", "--json"]].concat(), RULES);
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert!(answer["words"].as_array().is_some_and(|words| words.len() > 3), "{}", done.out);
}

#[test]
fn a_book_is_built_with_figures() {
    assert_eq!(run(&["mdbook", "supports", "html"], "").code, 0);
    assert_eq!(run(&["mdbook", "supports", "epub"], "").code, 1);
    let packet = "nc 192.0.2.1 22 from 192.0.2.9 in eth0";
    let case = format!("chainwalk: 1\npacket: {packet}\nassume: eth0=192.0.2.1/24\n---\n{RULES}");
    let content = format!("```chainwalk\n{case}```\n");
    let chapter = serde_json::json!({ "Chapter": { "name": "Ports", "content": content } });
    let book = serde_json::json!([{ "config": {} }, { "items": [chapter] }]);
    let done = run(&["mdbook"], &book.to_string());
    assert_eq!(done.code, 0);
    let content = serde_json::from_str::<serde_json::Value>(&done.out).unwrap();
    let content = content["items"][0]["Chapter"]["content"].as_str().unwrap().to_owned();
    assert!(content.contains("<chain-walk>") && !content.contains("```"), "{content}");
    // What mdBook 0.5.4 handed over for a book with a prefix, a draft, a part, and chapters in a chapter; its folder was put in.
    let handed = include_str!("mdbook-0.5.4.json");
    let done = run(&["mdbook"], handed);
    assert_eq!(done.code, 0);
    let before: serde_json::Value = serde_json::from_str(handed).unwrap();
    let after: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let (mut before, after) = (contents(before[1].clone()), contents(after));
    let figures: Vec<usize> = after.1.iter().map(|c| c.matches("<chain-walk>").count()).collect();
    // Alone, quoted and of a file; in a list; and one that is switched off.
    assert_eq!(figures, [0, 3, 1, 0, 0]);
    assert_eq!(after.1.iter().map(|c| c.matches("#w1=").count()).sum::<usize>(), 4, "the site");
    assert_eq!(before.0, after.0, "all but the contents is as it came");
    assert_eq!(before.1.pop(), after.1.last().cloned(), "what is switched off, too");
    let none = run(&["mdbook"], "no book");
    assert_eq!(none.code, 1);
    assert!(none.err.contains("[context, book]"), "{}", none.err);
}

/// A book without the contents of its chapters, and these.
fn contents(mut book: serde_json::Value) -> (serde_json::Value, Vec<String>) {
    fn take(value: &mut serde_json::Value, all: &mut Vec<String>) {
        if let Some(content) = value.pointer_mut("/Chapter/content") {
            all.push(content.take().as_str().unwrap().to_owned());
        }
        match value {
            serde_json::Value::Array(items) => items.iter_mut().for_each(|one| take(one, all)),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(|one| take(one, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    take(&mut book, &mut all);
    (book, all)
}
