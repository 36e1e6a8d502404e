//! How long the reader takes, and how much memory, over inputs that nobody types.
//!
//! `cargo run --release -p chainwalk-parse --example speed [NAME]`: each input is read in a process of its own,
//! once as it is and once at half the size, so that what is not linear shows.

use std::fmt::Write as _;

/// An input, made at so many parts of a thousand of its full size.
type Make = fn(usize) -> String;

const INPUTS: &[(&str, Make)] = &[
    ("10 MB of random bytes", |k| noise(k * 10_000)),
    ("10 MB of one word", |k| "a".repeat(k * 10_000)),
    ("10 MB of one line", |k| "-A INPUT -s 1.1.1.1 -j DROP ".repeat(k * 357)),
    ("10 MB of one save line", |k| format!("-A INPUT {}", "-m tcp --dport 80 ".repeat(k * 555))),
    ("10 MB of a listed line", |k| {
        format!("{LISTED}0 0 DROP tcp -- * * 0.0.0.0/0 0.0.0.0/0 {}", "tcp dpt:80 ".repeat(k * 909))
    }),
    ("10 MB of a comment's ends", |k| {
        format!("{LISTED}0 0 DROP tcp -- * * 0.0.0.0/0 0.0.0.0/0 /* {}", "*/ ".repeat(k * 3333))
    }),
    ("1,000,000 chains of a save text", |k| {
        each("*filter\n", k * 1000, |n| format!(":c{n} - [0:0]"))
    }),
    ("1,000,000 chains of a listing", |k| {
        each("", k * 1000, |n| format!("Chain c{n} (0 references)"))
    }),
    ("1,000,000 chains jumped to", |k| {
        each("*filter\n", k * 1000, |n| format!("-A INPUT -j c{n}"))
    }),
    ("1,000,000 chains by command", |k| each("", k * 1000, |n| format!("iptables -N c{n}"))),
    ("10 MB of rules of one chain", |k| {
        each("*filter\n:INPUT ACCEPT [0:0]\n", k * 227, |n| {
            format!("-A INPUT -s 10.0.{}.{} -p tcp --dport 80 -j DROP", n / 256 % 256, n % 256)
        })
    }),
    ("100,000 rules put first", |k| {
        each("", k * 100, |n| format!("iptables -I INPUT -s 10.0.{}.1 -j DROP", n % 256))
    }),
    ("100,000 rules put in the middle", |k| {
        each("", k * 100, |n| format!("iptables -I INPUT {} -j DROP", n / 2 + 1))
    }),
    ("100,000 rules deleted by text", |k| {
        let rule = |n: usize| format!("INPUT -p udp -s 10.{}.{}.1 -j DROP", n / 250 % 250, n % 250);
        each("", k * 100, |n| format!("iptables -A {}", rule(n)))
            + &each("", k * 100, |n| format!("iptables -D {}", rule(k * 100 - n - 1)))
    }),
    ("100,000 equal rules deleted", |k| {
        "iptables -A INPUT -j DROP\n".repeat(k * 100)
            + &"iptables -D INPUT -j DROP\n".repeat(k * 100)
    }),
    ("100,000 flushes of 100,000 chains", |k| {
        each("", k * 100, |n| format!("iptables -N c{n}")) + &"iptables -F\n".repeat(k * 100)
    }),
    ("100,000 tables anew", |k| "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n".repeat(k * 100)),
    ("1,000,000 diagnostics", |k| each("*filter\n", k * 1000, |_| "-A INPUT --dprot 80".into())),
    ("1,000,000 remarks", |k| {
        each("", k * 500, |n| format!("remark {n}\nChain c{n} (0 references)"))
    }),
    ("5,000,000 quotes of a line", |k| "> ".repeat(k * 5000) + "*filter"),
    ("10 MB of deep quotes", |k| each("", k, |_| "> ".repeat(5000))),
    ("10 MB of braces", |k| "{".repeat(k * 5000) + &"}".repeat(k * 5000)),
    ("10 MB of JSON", |k| format!("{{\"nftables\": {}", "[".repeat(k * 10_000))),
    ("10 MB of parentheses", |k| format!("Chain x {}", "(".repeat(k * 10_000))),
    ("10 MB of an open quote", |k| {
        format!("-A INPUT -m comment --comment \"{}", "a ".repeat(k * 5000))
    }),
    ("10 MB of quotes", |k| format!("-A INPUT -m comment --comment {}", "\"".repeat(k * 10_000))),
    ("10 MB of colours", |k| "\u{1b}[1m".repeat(k * 2500)),
    ("10 MB of joined lines", |k| "-A INPUT \\\n".repeat(k * 1000)),
    ("10 MB of addresses", |k| {
        each("", k * 100, |n| {
            format!(
                "{n}: e{n}: <UP> mtu 1500\n    inet 10.{}.{}.1/24 scope global e{n}",
                n / 256 % 256,
                n % 256
            )
        })
    }),
    ("200,000 routes", |k| {
        each("", k * 200, |n| format!("10.{}.{}.0/24 dev eth0", n / 256 % 256, n % 256))
    }),
    ("200,000 members of sets", |k| {
        each("create s hash:ip\n", k * 200, |n| {
            format!("add s 10.{}.{}.{}", n / 65536, n / 256 % 256, n % 256)
        })
    }),
    ("100,000 sysctls", |k| each("", k * 100, |n| format!("net.ipv4.conf.e{n}.rp_filter = 1"))),
];

const LISTED: &str = "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target prot opt in out source destination\n";

fn each(first: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = String::from(first);
    for n in 0..count {
        let _ = writeln!(text, "{}", line(n));
    }
    text
}

fn noise(count: usize) -> String {
    let mut seed = 1_u64;
    let bytes: Vec<u8> = (0..count)
        .map(|_| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 56) as u8
        })
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The seconds that this process has computed: clocks on the wall show what else the machine does.
fn computed() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |n| after.split_whitespace().nth(n).and_then(|t| t.parse::<f64>().ok());
    (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0
}

/// The most memory that this process had, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, name, size] = &args[..]
        && let Some((_, make)) = INPUTS.iter().find(|(n, _)| n == name)
    {
        let text = make(size.parse().unwrap_or(1));
        let before = peak().unwrap_or_default();
        let start = computed();
        let reading = chainwalk_parse::read(&[&text]);
        let time = computed() - start;
        let found = (reading.host().rules.rules.len(), reading.diagnostics.len());
        let memory = peak().unwrap_or_default().saturating_sub(before);
        println!("{time} {} {memory} {} {}", text.len(), found.0, found.1);
        return;
    }
    let chosen = |name: &str| args.get(1).is_none_or(|part| name.contains(part.as_str()));
    println!(
        "{:36} {:>6} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "", "MB", "half s", "whole s", "MB used", "rules", "problems"
    );
    for (name, _) in INPUTS.iter().filter(|(name, _)| chosen(name)) {
        let run = |size: &str| -> Option<Vec<f64>> {
            let own = std::env::current_exe().ok()?;
            let out = std::process::Command::new(own).args([name, size]).output().ok()?;
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            text.split_whitespace()
                .map(|n| n.parse().ok())
                .collect::<Option<Vec<f64>>>()
                .filter(|v| v.len() == 5)
        };
        match (run("500"), run("1000")) {
            (Some(half), Some(whole)) => println!(
                "{name:36} {:6.1} {:8.2} {:8.2} {:8.0} {:9} {:9}",
                whole[1] / 1e6,
                half[0],
                whole[0],
                whole[2] / 1e3,
                whole[3],
                whole[4]
            ),
            _ => println!("{name:36} ended before its time"),
        }
    }
}
