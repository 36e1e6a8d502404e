//! Puts a folder that `dumps.py` wrote into one file: `forms DIR`, a ruleset a line.
//!
//! A line holds each text of its table once: `lines`, and for each backend and form their numbers.

use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(dir) = std::env::args().nth(1) else {
        eprintln!("usage: forms DIR");
        return ExitCode::from(1);
    };
    let mut cases: Vec<PathBuf> = match std::fs::read_dir(&dir) {
        Ok(found) => found.filter_map(|e| Some(e.ok()?.path())).collect(),
        Err(e) => {
            eprintln!("{dir}: {e}");
            return ExitCode::from(1);
        }
    };
    let number = |p: &PathBuf| -> Option<usize> {
        p.file_name()?.to_str()?.rsplit('-').next()?.parse().ok()
    };
    cases.sort_by_key(number);
    for line in cases.iter().filter_map(|case| recorded(case)) {
        println!("{line}");
    }
    ExitCode::SUCCESS
}

/// One case; `None` where a backend did not take it.
fn recorded(at: &Path) -> Option<Value> {
    let case = std::fs::read_to_string(at.join("case.json")).ok()?;
    let case: Value = serde_json::from_str(&case).ok()?;
    let (family, rules) = match case.get("rules") {
        Some(rules) => ("iptables", rules),
        None => ("ip6tables", &case["rules6"]),
    };
    let (table, input) = rules.as_object()?.iter().next()?;
    let mut lines: Vec<String> = Vec::new();
    let mut number = |text: &str| -> Value {
        let of = |line: &str| {
            lines.iter().position(|l| l == line).unwrap_or_else(|| {
                lines.push(line.to_owned());
                lines.len() - 1
            })
        };
        text.lines().map(of).collect()
    };
    let mut backends = Map::new();
    let input = number(input.as_str()?);
    for backend in ["legacy", "nft"] {
        let mut forms = Map::new();
        let mut files: Vec<PathBuf> = std::fs::read_dir(at.join(backend))
            .ok()?
            .filter_map(|e| Some(e.ok()?.path()))
            .collect();
        files.sort();
        for file in files {
            let name = file.file_stem()?.to_str()?;
            let Some(form) = name.strip_prefix(&format!("{family}_")) else { continue };
            let own = form.strip_prefix(&format!("{table}_"));
            let Some(form) = own.or(form.starts_with("save").then_some(form)) else { continue };
            forms.insert(form.to_owned(), number(&std::fs::read_to_string(&file).ok()?));
        }
        backends.insert(backend.to_owned(), forms.into());
    }
    backends.values().all(|f| f.get("save").is_some()).then(|| {
        json!({
            "id": case["id"], "program": family, "table": table, "lines": lines, "input": input,
            "legacy": backends["legacy"], "nft": backends["nft"],
        })
    })
}
