//! Writes cases around the rules of other people's files: `aimed [--seed N] [--count N] FILE…`, a JSON list.
//!
//! `--count` is how many of each file. Said on stderr: files without rules.

use chainwalk_tests::aimed::{case, rules_of, sets_of};
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (mut seed, mut count, mut files) = (1_u64, 1_u64, Vec::new());
    while let Some(arg) = args.next() {
        let number = match arg.as_str() {
            "--seed" => &mut seed,
            "--count" => &mut count,
            _ => {
                files.push(arg);
                continue;
            }
        };
        let Some(n) = args.next().and_then(|n| n.parse().ok()) else {
            eprintln!("usage: aimed [--seed N] [--count N] FILE…");
            return ExitCode::from(1);
        };
        *number = n;
    }
    let mut cases: Vec<Value> = Vec::new();
    for path in &files {
        let text = match std::fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) => {
                eprintln!("{path}: {e}");
                return ExitCode::from(1);
            }
        };
        let name =
            Path::new(path).file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let rules = rules_of(&text);
        if rules.is_empty() {
            eprintln!("{name}: no rules for iptables-restore");
        }
        for rules in &rules {
            let Some((rules, refused)) = rules.loadable(&sets_of(rules)) else {
                eprintln!("{name}: iptables-restore takes none of it");
                continue;
            };
            if refused > 0 {
                eprintln!("{name}: {refused} lines refused by iptables-restore");
            }
            let rules = &rules;
            let how = if rules.as_written { "" } else { "printed " };
            cases.extend((0..count).map(|k| {
                case(&format!("{how}{name} {seed}-{k}"), rules, seed.wrapping_mul(1009) + k)
            }));
        }
    }
    println!("{}", Value::Array(cases));
    ExitCode::SUCCESS
}
