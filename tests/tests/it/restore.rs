//! What is printed back, given to the real iptables: accepted everywhere, and the same rules again.
//!
//! Skipped where there is no iptables, no root or no network namespace.
#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::format_collect)]

use chainwalk_tests::skipped;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program in a network namespace of its own; what it printed, or what it complained of.
fn alone(script: &str, input: &str) -> Result<String, String> {
    let mut child = Command::new("unshare")
        .args(["--net", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    let text = input.to_owned();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let out = child.wait_with_output().map_err(|e| e.to_string())?;
    let _ = writer.join();
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

/// Whether iptables can be asked, and the folder of the dumps where they are there.
fn asked() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if !shared.join("kernel/dumps").is_dir() {
        skipped(&format!("there is no {}", shared.display()));
        return None;
    }
    let probe = "iptables-legacy-restore --version && ip6tables-nft-save && ipset --version";
    if let Err(why) = alone(probe, "") {
        skipped(&format!("iptables can't be asked: {why}"));
        return None;
    }
    Some(shared)
}

fn printed(text: &str) -> chainwalk_parse::SaveText {
    chainwalk_parse::save_text(&chainwalk_parse::read(&[text]).host())
}

/// The policies and the rules of each table of a save text, without counters and remarks.
fn rules(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    let mut table = String::new();
    for line in text.lines().filter(|l| l.starts_with(['*', '-', ':'])) {
        if let Some(name) = line.strip_prefix('*') {
            name.clone_into(&mut table);
        } else {
            let lines: &mut Vec<String> = tables.entry(table.clone()).or_default();
            let exact = if line.starts_with(':') { line.split(" [").next() } else { None };
            // Two names of one target; the model has one.
            lines.push(exact.unwrap_or(line).replace("-j NOTRACK", "-j CT --notrack"));
        }
    }
    tables
}

/// The sets that a case's rules name.
fn sets(case: &Path) -> String {
    let case = std::fs::read_to_string(case.join("case.json")).unwrap();
    let case: serde_json::Value = serde_json::from_str(&case).unwrap();
    let lines = case["ipsets"].as_array().into_iter().flatten().filter_map(|l| l.as_str());
    lines.flat_map(|l| [l, "\n"]).collect()
}

/// Native nft, and a file with an option that iptables does not have.
fn left_out(file: &Path) -> bool {
    let name = file.to_string_lossy();
    name.contains("nft") || name.ends_with("/3-Iptables_Semantics--iptables-save")
}

fn folders(at: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(at).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
#[ignore = "a kernel must be there to ask: root, iptables, dumps beside the repository"]
fn printed_rules_load_and_are_printed_the_same() {
    let Some(shared) = asked() else { return };
    let mut count = 0;
    for case in folders(&shared.join("kernel/dumps")) {
        let sets = sets(&case);
        for backend in ["legacy", "nft"] {
            for program in ["iptables", "ip6tables"] {
                let file = case.join(backend).join(format!("{program}_save.txt"));
                let Ok(save) = std::fs::read_to_string(&file) else { continue };
                let ours = printed(&save);
                assert!(ours.complete, "{}\n{}", file.display(), ours.text);
                let script = format!(
                    "ipset restore <<'END'\n{sets}END\n{program}-{backend}-restore && {program}-{backend}-save"
                );
                let again = alone(&script, &ours.text)
                    .unwrap_or_else(|e| panic!("{}: {e}\n{}", file.display(), ours.text));
                let (expect, found) = (rules(&save), rules(&again));
                for (table, lines) in &expect {
                    assert_eq!(lines, &found[table], "{} {table}", file.display());
                    count += lines.len();
                }
                assert_eq!(expect.len(), found.len(), "{}", file.display());
            }
        }
    }
    println!("{count} lines are the same");
}

#[test]
#[ignore = "a kernel must be there to ask: root, iptables, dumps beside the repository"]
fn what_is_printed_of_any_dump_is_taken() {
    let Some(shared) = asked() else { return };
    let (mut taken, mut seen) = (0, BTreeSet::new());
    let mut wrong = String::new();
    let dumps = folders(&shared.join("kernel/dumps")).into_iter();
    let dumps = dumps
        .flat_map(|case| ["legacy", "nft"].into_iter().flat_map(move |b| folders(&case.join(b))));
    let ours =
        dumps.filter(|f| f.file_name().is_some_and(|n| n.to_string_lossy().contains("tables_")));
    let corpus = folders(&shared.join("corpus")).into_iter();
    for file in ours.chain(corpus.filter(|f| !left_out(f))) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for host in chainwalk_parse::read(&[&text]).hosts {
            for (family, program) in [("# iptables", "iptables"), ("# ip6tables", "ip6tables")] {
                let save = chainwalk_parse::save_text(&host).text;
                let mut own = String::new();
                let mut of = false;
                for line in save.lines() {
                    if line.starts_with("# iptables") || line.starts_with("# ip6tables") {
                        of = line.starts_with(family);
                    }
                    if of {
                        own.push_str(line);
                        own.push('\n');
                    }
                }
                // Forms of one table are printed the same.
                if own.is_empty() || !seen.insert(own.clone()) {
                    continue;
                }
                // The sets that rules name must be there; of what kind is not looked at.
                let words: Vec<&str> = own.split_whitespace().collect();
                let options = ["--match-set", "--add-set", "--del-set", "--map-set"];
                let named = words.windows(2).filter(|w| options.contains(&w[0]));
                let sets: BTreeSet<&str> = named.map(|w| w[1].trim_matches('"')).collect();
                let inet6 = if program == "ip6tables" { " family inet6" } else { "" };
                let made: String = sets
                    .iter()
                    .map(|n| {
                        format!("create {n} hash:ip,port,net{inet6} timeout 9 counters skbinfo\n")
                    })
                    .collect();
                let script =
                    format!("ipset restore <<'END'\n{made}END\n{program}-legacy-restore --test");
                match alone(&script, &own) {
                    Ok(_) => taken += 1,
                    Err(why) => wrong += &format!("\n{}: {why}", file.display()),
                }
            }
        }
    }
    println!("{taken} texts are taken");
    assert!(wrong.is_empty(), "{wrong}");
}
