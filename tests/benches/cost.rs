//! What reading, walking and telling cost, and whether it grows with the rules and no faster:
//! `cargo bench -p chainwalk-tests`.
//!
//! Each figure is the least of several runs. Beside the walk stands a bare loop over the same rules, which
//! compares fields and knows no chains, states or reasons: the floor that a walk could at best come down to.

#![allow(clippy::unwrap_used)]

use chainwalk_model::{Event, Match, OpKind, Reading, TcpMatch};
use chainwalk_parse::{assumption, packet_lines, read};
use chainwalk_sim::Session;
use chainwalk_view::{Explained, Lang, TableMeasure, banner, rows, scene, timeline};
use std::fmt::Write as _;
use std::hint::black_box;
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

const SYN: &str = "tcp 192.0.2.9:4000 > 10.0.0.1:22 in eth0 syn";
const LONG: [usize; 2] = [10_000, 100_000];

/// The least time of some runs.
fn least<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let begin = Instant::now();
        black_box(work());
        begin.elapsed()
    };
    (0..runs).map(time).min().unwrap_or_default()
}

/// One line of the report: what one of `count` costs.
fn report(what: &str, count: usize, took: Duration) {
    let each = took.as_nanos() as f64 / count.max(1) as f64;
    let whole = took.as_secs_f64() * 1e3;
    println!("{what:<58} {count:>8}  {each:>12.1} ns each  {whole:>10.3} ms");
}

/// The k-th rule of a long chain; the packet that is sent matches none.
fn rule(k: usize) -> String {
    let [a, b, c] = [1 + (k >> 16 & 63), k >> 8 & 255, k & 255];
    let port = 1 + k % 60_000;
    format!(
        "INPUT -s 10.{a}.{b}.{c}/32 -p tcp -m tcp --dport {port} -m conntrack --ctstate NEW -j DROP\n"
    )
}

/// A save text whose INPUT has `count` rules.
fn long_chain(count: usize) -> String {
    let mut text =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n".to_owned();
    for k in 0..count {
        let _ = write!(text, "-A {}", rule(k));
    }
    text + "COMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n"
}

/// A save text of `count` rules of which every second calls a chain of its own with one rule in it.
fn many_chains(count: usize) -> String {
    let (mut heads, mut inside, mut calls) = (String::new(), String::new(), String::new());
    for k in 0..count / 2 {
        let _ = writeln!(heads, ":C{k} - [0:0]");
        let _ = writeln!(calls, "-A INPUT -p tcp -j C{k}");
        let _ = writeln!(
            inside,
            "-A C{k} -s 10.{}.{}.{}/32 -j DROP",
            k >> 16 & 63,
            k >> 8 & 255,
            k & 255
        );
    }
    within(&heads, &(calls + &inside))
}

/// A save text of `count` rules that each call a chain of their own, all of them empty.
fn calls_only(count: usize) -> String {
    let (mut heads, mut calls) = (String::new(), String::new());
    for k in 0..count {
        let _ = writeln!(heads, ":C{k} - [0:0]");
        let _ = writeln!(calls, "-A INPUT -p tcp -j C{k}");
    }
    within(&heads, &calls)
}

/// A save text in which one chain of ten rules is called `count / 10` times.
fn one_chain(count: usize) -> String {
    let rules: Vec<_> = (0..10).map(|k| format!("-A ONE -s 10.9.9.{k}/32 -j DROP\n")).collect();
    let rules = rules.concat();
    within(":ONE - [0:0]\n", &("-A INPUT -p tcp -j ONE\n".repeat(count / 10) + &rules))
}

/// A save text whose filter table holds these lines.
fn within(heads: &str, rules: &str) -> String {
    let text = long_chain(0);
    let (before, after) = text.split_once("COMMIT").unwrap_or_default();
    format!("{before}{heads}{rules}COMMIT{after}")
}

/// Commands that append `count` rules and delete every second one by what it says, the last first.
fn deletions(count: usize) -> String {
    let mut text = String::new();
    for k in 0..count {
        let _ = write!(text, "iptables -A {}", rule(k));
    }
    for k in (0..count).rev().step_by(2) {
        let _ = write!(text, "iptables -D {}", rule(k));
    }
    text
}

fn session(reading: &Reading) -> Session {
    let mut host = reading.host();
    chainwalk_sim::assume(&mut host, &assumption("eth0=10.0.0.1/24").unwrap());
    Session::new(host)
}

/// Rules tried on the way of the last packet.
fn tried(session: &Session) -> usize {
    let steps = &session.walks().last().unwrap().outcomes[0].trace.steps;
    let count = |e: &Event| match e {
        Event::Tried { first, last, .. } => (last + 1 - first) as usize,
        Event::Matched(_) => 1,
        _ => 0,
    };
    steps.iter().map(|s| count(&s.event)).sum()
}

/// The floor: source, protocol and port compared in a loop, nothing else.
fn bare(reading: &Reading, src: IpAddr, dport: u16) -> usize {
    let host = &reading.hosts[0];
    let fits = |m: &Match| match m {
        Match::Ip(ip) => ip.src.is_none_or(|s| s.value.addr == src),
        Match::Tcp(TcpMatch { dport: Some(d), .. }) => {
            d.value.first <= dport && dport <= d.value.last
        }
        _ => true,
    };
    let all = |ops: &[chainwalk_model::Op]| {
        ops.iter().all(|o| !matches!(&o.what, OpKind::Match(m) if !fits(m)))
    };
    host.rules.rules.iter().filter(|r| all(&r.ops)).count()
}

/// What telling one packet's walk costs, reasons looked up.
fn telling(what: &str, text: &str, reading: &Reading, session: &Session) {
    let asks: Vec<_> = packet_lines(&[SYN], &reading.host()).into_iter().map(|p| p.0).collect();
    let telling = Explained {
        lang: Lang::En,
        reading: Some(reading),
        docs: &[text],
        host: session.host(),
        asks: &asks,
        walks: session.walks(),
        followed: &[],
        packet: 0,
        raw_names: false,
        reasons: &|at| session.explain(at),
    };
    report(&format!("{what}: banner"), 1, least(3, || banner(&telling)));
    report(&format!("{what}: rows"), 1, least(3, || rows(&telling)));
    report(&format!("{what}: timeline"), 1, least(3, || timeline(&telling)));
    report(
        &format!("{what}: scene"),
        1,
        least(3, || scene(&telling, 0, (1200.0, 800.0), &TableMeasure)),
    );
}

fn measure(what: &str, text: &str, packet: &str) {
    let lines = text.lines().count();
    report(&format!("{what}: read, a line"), lines, least(3, || read(&[text])));
    let reading = read(&[text]);
    let ask = packet_lines(&[packet], &reading.host()).remove(0).0;
    let mut walked = session(&reading);
    report(&format!("{what}: prepared"), 1, least(3, || session(&reading)));
    walked.send(&ask);
    let rules = tried(&walked);
    let mut took = Duration::MAX;
    for _ in 0..5 {
        let mut fresh = session(&reading);
        took = took.min(least(1, || fresh.send(&ask).outcomes.len()));
    }
    report(&format!("{what}: packet walked"), 1, took);
    report(&format!("{what}: rule tried"), rules, took);
    if rules > 1000 {
        let src: IpAddr = [192, 0, 2, 9].into();
        report(
            &format!("{what}: rule compared, the bare loop"),
            rules,
            least(5, || bare(&reading, src, 22)),
        );
    }
    telling(what, text, &reading, &walked);
}

fn main() {
    let dump = "../../shared/kernel/dumps/showcase/legacy/iptables_save.txt";
    match std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(dump)) {
        Ok(text) => measure("showcase", &text, SYN),
        Err(e) => println!("passed over, the showcase: {e}"),
    }
    for count in LONG {
        measure(&format!("{count} rules in a chain"), &long_chain(count), SYN);
        measure(&format!("{count} rules, half of them calls"), &many_chains(count), SYN);
        measure(&format!("{count} rules, each a call"), &calls_only(count), SYN);
        measure(&format!("a chain called {} times", count / 10), &one_chain(count), SYN);
        let text = deletions(count);
        report(
            &format!("{count} rules, half deleted again: read, a line"),
            text.lines().count(),
            least(2, || read(&[&text])),
        );
    }
}
