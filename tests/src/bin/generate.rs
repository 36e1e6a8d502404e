//! Writes cases for a kernel to answer: `generate --seed N --count N [--family NAME]`, a JSON list.
//!
//! `--count` is how many of each family.

use chainwalk_tests::generate::{FAMILIES, case};
use serde_json::Value;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|k| args.get(k + 1));
    let number = |name: &str, usual: u64| after(name).map_or(Some(usual), |n| n.parse().ok());
    let (Some(seed), Some(count)) = (number("--seed", 1), number("--count", 1)) else {
        eprintln!("usage: generate [--seed N] [--count N] [--family NAME]");
        return ExitCode::from(1);
    };
    let only = after("--family");
    let chosen =
        FAMILIES.iter().filter(|f| only.is_none_or(|name| name.split(',').any(|n| n == f.name)));
    let cases: Vec<Value> =
        chosen.flat_map(|family| (0..count as usize).map(move |k| case(family, seed, k))).collect();
    println!("[");
    for (k, case) in cases.iter().enumerate() {
        println!("{case}{}", if k + 1 < cases.len() { "," } else { "" });
    }
    println!("]");
    ExitCode::SUCCESS
}
