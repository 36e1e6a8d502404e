//! Lines that iptables refuses: told, with the place and what was expected, and not done; what it takes is done without
//! a word. Real programs are asked where there are some.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{Diagnostic, DiagnosticId, Host, Severity};
use chainwalk_parse::read;
use chainwalk_tests::{oracle, skipped};
use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// The lines, each with the section it stands in.
fn lines() -> Vec<(&'static str, &'static str)> {
    let mut section = "";
    let mut found = Vec::new();
    for line in include_str!("../../refused.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(name) => section = name,
            None => found.push((section, line)),
        }
    }
    found
}

/// The table that a line is about.
fn table(line: &str) -> &str {
    let mut words = line.split_whitespace();
    let named = words.find(|w| *w == "-t").and_then(|_| words.next());
    named.filter(|t| ["filter", "nat", "mangle", "raw"].contains(t)).unwrap_or("filter")
}

/// The lines that make the table in which each line is tried.
fn before(line: &str) -> [String; 2] {
    let program = line.split_whitespace().next().unwrap();
    let table = table(line);
    let chain = if table == "raw" { "OUTPUT" } else { "INPUT" };
    let source = if program == "ip6tables" { "fd00::1" } else { "1.2.3.4" };
    [
        format!("{program} -t {table} -N own"),
        format!("{program} -t {table} -A {chain} -s {source} -j ACCEPT"),
    ]
}

fn script(line: &str) -> (Host, Vec<Diagnostic>) {
    let [first, second] = before(line);
    let reading = read(&[&format!("{first}\n{second}\n{line}\n")]);
    let told = |d: &&Diagnostic| d.id != DiagnosticId::PartOfTable && d.severity > Severity::Note;
    let told = reading.diagnostics.iter().filter(told).cloned().collect();
    (reading.host(), told)
}

/// What a host's rules are, wherever they stand in the text.
fn rules(host: &Host) -> Vec<String> {
    let rules = &host.rules;
    let chains = rules.chains.iter().filter(|c| c.declared).map(|c| {
        let ops = c.rules.iter().flat_map(|r| &rules.rule(*r).ops).map(|op| &op.what);
        let policy = c.base.as_ref().map(|b| b.policy);
        format!("{} {policy:?} {:?}", c.name, ops.collect::<Vec<_>>())
    });
    chains.collect()
}

#[test]
fn what_iptables_refuses_is_told_and_not_done() {
    let mut wrong = String::new();
    for (section, line) in lines() {
        let (host, told) = script(line);
        let same = rules(&host) == rules(&empty(line));
        let right = match section {
            "refused" => !told.is_empty() && same,
            "doubted" => !told.is_empty(),
            _ => told.is_empty(),
        };
        if !right {
            let ids: Vec<_> = told.iter().map(|d| (d.id, &*d.found)).collect();
            let _ = writeln!(wrong, "{section}: {line}: changed nothing: {same}, {ids:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The host before a line.
fn empty(line: &str) -> Host {
    let [first, second] = before(line);
    read(&[&format!("{first}\n{second}\n")]).host()
}

/// A dump can't hold such a line: what it would do is asked for, never taken for done.
#[test]
fn in_a_dump_a_line_that_iptables_refuses_is_a_question() {
    for rule in ["-o eth0", "-p tcp -m owner --uid-owner 0", "-m multiport --dports 22,80"] {
        let text = format!(
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT {rule} -j DROP\nCOMMIT\n"
        );
        let reading = read(&[&text]);
        let told: Vec<_> = reading.diagnostics.iter().map(|d| (d.id, d.severity)).collect();
        assert_eq!(told, [(DiagnosticId::Refused, Severity::Warning)], "{rule}");
        let host = reading.host();
        let kept = format!("{:?}", host.rules.rules[0].ops);
        assert!(kept.contains("Opaque"), "{rule}: {kept}");
    }
}

#[test]
#[ignore = "real programs must be there to ask: root, iptables-legacy, iptables-nft"]
fn both_programs_do_as_the_list_says() {
    if let Some(what) = oracle::missing() {
        skipped(&format!("there is no {what}"));
        return;
    }
    let mut wrong = String::new();
    for backend in ["legacy", "nft"] {
        let mut asked = String::new();
        for (_, line) in lines() {
            let with = |line: &str| line.replacen("tables ", &format!("tables-{backend} "), 1);
            let program = with(line).split_whitespace().next().unwrap().to_owned();
            let table = table(line);
            let _ = writeln!(asked, "{program} -t {table} -F; {program} -t {table} -X");
            for line in before(line) {
                let _ = writeln!(asked, "{}", with(&line));
            }
            // What a shell would do with these characters a reader of pastes does not.
            let line = with(line).replace('*', "\\*").replace('!', "\\!");
            let _ = writeln!(asked, "{line} && echo taken >&3 || echo refused >&3");
            let _ = writeln!(asked, "{program} -t {table} -P INPUT ACCEPT");
        }
        let asked = format!("exec 3>&1 >/dev/null 2>&1\n{asked}");
        let mut shell = Command::new("unshare");
        shell.args(["-n", "sh"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = shell.spawn().unwrap();
        let mut input = running.stdin.take().unwrap();
        let writer = thread::spawn(move || input.write_all(asked.as_bytes()));
        let done = running.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let answers = String::from_utf8_lossy(&done.stdout).into_owned();
        assert_eq!(answers.lines().count(), lines().len());
        for ((section, line), answer) in lines().iter().zip(answers.lines()) {
            if (*section == "taken") != (answer == "taken") {
                let _ = writeln!(wrong, "{backend}: {section}: {line}: {answer}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
