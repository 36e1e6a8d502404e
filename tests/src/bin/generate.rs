//! Writes cases for a kernel to answer: `generate --seed N --count N [--family NAME]`, a JSON list.
//!
//! `--count` is how many of each family; with `--native` they are of native nft. `--forms RULES` writes rulesets of so
//! many rules without packets, for every form of listing; `--each` a rule for each piece that those are made of, a line
//! each.

use chainwalk_tests::generate::{FAMILIES, NATIVE, case, each, native, ruleset};
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
    if args.iter().any(|a| a == "--each") {
        for rule in each(seed) {
            println!("{rule}");
        }
        return ExitCode::SUCCESS;
    }
    if let Some(rules) = after("--forms").and_then(|n| n.parse().ok()) {
        print(&(0..count as usize).map(|k| ruleset(seed, k, rules)).collect::<Vec<Value>>());
        return ExitCode::SUCCESS;
    }
    let only = after("--family");
    if args.iter().any(|a| a == "--native") {
        let chosen =
            NATIVE.iter().filter(|f| only.is_none_or(|name| name.split(',').any(|n| n == f.name)));
        let many = 0..count as usize;
        let cases = chosen.flat_map(|f| many.clone().map(move |k| native(f, seed, k)));
        print(&cases.collect::<Vec<Value>>());
        return ExitCode::SUCCESS;
    }
    let chosen =
        FAMILIES.iter().filter(|f| only.is_none_or(|name| name.split(',').any(|n| n == f.name)));
    let cases: Vec<Value> =
        chosen.flat_map(|family| (0..count as usize).map(move |k| case(family, seed, k))).collect();
    print(&cases);
    ExitCode::SUCCESS
}

fn print(cases: &[Value]) {
    println!("[");
    for (k, case) in cases.iter().enumerate() {
        println!("{case}{}", if k + 1 < cases.len() { "," } else { "" });
    }
    println!("]");
}
