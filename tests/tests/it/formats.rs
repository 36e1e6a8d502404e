//! One ruleset in every format that iptables prints lowers to one model, up to what a format loses.
//!
//! The dumps were printed by a real kernel; they lie beside the repository, and where they are missing the tests are
//! skipped.

#![allow(clippy::unwrap_used)]

use chainwalk_model::{Family, Host, Match, OpKind, Opaque, TableId, Target};
use chainwalk_tests::skipped;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The folder of dumps, if it is there.
fn dumps() -> Option<PathBuf> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/kernel/dumps");
    if at.is_dir() {
        return Some(at);
    }
    skipped(&format!("there is no {}", at.display()));
    None
}

/// What a format loses, which is then taken away from both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Loses {
    /// Nothing but spans and counters.
    Little,
    /// The names of hashlimit tables, the words of matches that are kept as text.
    Names,
    /// The interfaces, too.
    Interfaces,
}

/// A table as comparable lines, one a rule.
fn table(host: &Host, id: TableId, loses: Loses) -> Vec<String> {
    let rules = &host.rules;
    let mut chains: Vec<_> = rules.table(id).chains.iter().map(|c| rules.chain(*c)).collect();
    chains.sort_by_key(|c| c.name.clone());
    let mut lines = Vec::new();
    for chain in chains {
        lines.push(format!("{} {:?}", chain.name, chain.base));
        for (n, rule) in chain.rules.iter().enumerate() {
            let mut line = format!("{} {}:", chain.name, n + 1);
            for op in &rules.rule(*rule).ops {
                if let Some(op) = plain(host, &op.what, loses) {
                    write!(line, " {op}").unwrap();
                }
            }
            lines.push(line);
        }
    }
    lines
}

fn plain(host: &Host, op: &OpKind, loses: Loses) -> Option<String> {
    let opaque = |o: &Opaque| match loses {
        Loses::Little => format!("{o:?}"),
        _ => format!("opaque {:?}", o.module),
    };
    Some(match op {
        OpKind::Match(Match::HiddenInterfaces) => return None,
        OpKind::Match(Match::Ip(ip)) if loses == Loses::Interfaces => {
            let mut ip = ip.clone();
            (ip.iniface, ip.outiface) = (None, None);
            if *ip == chainwalk_model::IpMatch::default() {
                return None;
            }
            format!("{ip:?}")
        }
        // A remark that holds `*/` is printed raw and reads as two.
        OpKind::Match(Match::Comment(text)) if loses != Loses::Little => {
            let text = text.replace("*/", "").replace("/*", "");
            return Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        }
        OpKind::Match(Match::Ip(ip)) if loses == Loses::Names => {
            // Legacy save text has no `! -i +`.
            let mut ip = ip.clone();
            ip.iniface = ip.iniface.filter(|i| !i.value.name.is_empty());
            ip.outiface = ip.outiface.filter(|i| !i.value.name.is_empty());
            if *ip == chainwalk_model::IpMatch::default() {
                return None;
            }
            format!("{ip:?}")
        }
        OpKind::Match(Match::Hashlimit(h)) if loses != Loses::Little => {
            let mut h = h.clone();
            h.name = None;
            format!("{h:?}")
        }
        OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => opaque(o),
        OpKind::Target(Target::Jump(c)) => format!("jump {}", host.rules.chain(*c).name),
        OpKind::Target(Target::Goto(c)) => format!("goto {}", host.rules.chain(*c).name),
        op => format!("{op:?}"),
    })
}

fn read(path: &Path) -> Option<Host> {
    let text = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&text);
    Some(chainwalk_parse::read(&[&text]).host())
}

/// The files of a folder, in order.
fn files(at: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(at).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
#[ignore = "what others pasted lies beside the repository"]
fn what_is_printed_is_read_back() {
    let Some(dumps) = dumps() else { return };
    let corpus = dumps.join("../../corpus");
    let saves = files(&dumps)
        .into_iter()
        .flat_map(|case| ["legacy", "nft"].into_iter().flat_map(move |b| files(&case.join(b))));
    let (mut whole, mut part) = (0, 0);
    for file in saves.chain(files(&corpus)) {
        let Some(first) = read(&file) else { continue };
        let printed = chainwalk_parse::save_text(&first);
        let second = chainwalk_parse::read(&[&printed.text]).host();
        let tables = |host: &Host| -> Vec<Vec<String>> {
            let ids = 0..host.rules.tables.len() as u32;
            ids.map(|id| table(host, TableId(id), Loses::Little)).collect()
        };
        let again = chainwalk_parse::save_text(&second).text;
        if printed.complete {
            assert_eq!(tables(&first), tables(&second), "{}\n{}", file.display(), printed.text);
            assert_eq!(again, printed.text, "{}", file.display());
            whole += 1;
        } else {
            let foreign = again.lines().find(|l| !printed.text.contains(l));
            assert_eq!(foreign, None, "{}\n{}", file.display(), printed.text);
            part += 1;
        }
    }
    println!("{whole} texts read back whole, {part} in part");
}

/// Listings one after the other, without the commands that name their tables.
#[test]
#[ignore = "what others pasted lies beside the repository"]
fn tables_are_told_by_their_chains() {
    let Some(dumps) = dumps() else { return };
    let mut told = 0;
    for case in files(&dumps) {
        for backend in ["legacy", "nft"] {
            for form in ["nvL", "nL", "S"] {
                let mut text = String::new();
                let mut expect = Vec::new();
                for name in ["filter", "nat", "mangle", "raw"] {
                    let file = case.join(backend).join(format!("iptables_{name}_{form}.txt"));
                    let Ok(one) = std::fs::read(file) else { continue };
                    text += &String::from_utf8_lossy(&one);
                    text += "\n";
                    expect.push(name);
                }
                let host = chainwalk_parse::read(&[&text]).host();
                let found: Vec<&str> = host.rules.tables.iter().map(|t| &*t.name).collect();
                assert_eq!(found, expect, "{} {backend} {form}", case.display());
                told += found.len();
            }
        }
    }
    println!("{told} tables told");
}

/// Dumps that people pasted elsewhere: hardly a rule of them is kept as text.
#[test]
#[ignore = "what others pasted lies beside the repository"]
fn the_rules_of_the_corpus_are_understood() {
    let Some(dumps) = dumps() else { return };
    let (mut rules, mut opaque) = (0, 0);
    for file in files(&dumps.join("../../corpus")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // Native nft is not read, and one file is a test of another program's own notation.
        if name.contains("nft") || name.ends_with("parser_test") {
            continue;
        }
        let Some(host) = read(&file) else { continue };
        for rule in &host.rules.rules {
            let kept = |op: &OpKind| {
                matches!(op, OpKind::Match(Match::Opaque(_)) | OpKind::Target(Target::Opaque(_)))
            };
            rules += 1;
            opaque += usize::from(rule.ops.iter().any(|op| kept(&op.what)));
        }
    }
    println!("{rules} rules, {opaque} of them with a piece that is kept as text");
    assert!(rules > 1000 && opaque * 100 < rules, "{opaque} of {rules}");
}

/// The two documents' listings are the rules that the kernel was asked about.
#[test]
#[ignore = "what others pasted lies beside the repository"]
fn the_documents_are_the_rules_that_were_loaded() {
    let Some(dumps) = dumps() else { return };
    let shared = dumps.join("../..");
    let cases = std::fs::read_to_string(shared.join("kernel/documents.jsonl")).unwrap();
    let mut same = std::collections::BTreeMap::<String, u32>::new();
    for (document, mark) in [("k8s-in-docker", "KUBE-SERVICES"), ("docker-host", "br-96a729b6b174")]
    {
        let listed = read(&shared.join(format!("documents/{document}.iptables.txt"))).unwrap();
        for line in cases.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let Some(tables) = case["case"]["rules"].as_object() else { continue };
            for (name, body) in tables {
                let text = format!("*{name}\n{}\nCOMMIT\n", body.as_str().unwrap());
                let loaded = chainwalk_parse::read(&[&text]).host();
                let (Some(a), Some(b)) = (
                    listed.rules.find_table(Family::Ip, name),
                    loaded.rules.find_table(Family::Ip, name),
                ) else {
                    continue;
                };
                if text.contains(mark)
                    || name == "filter" && case["case"].to_string().contains(mark)
                {
                    let found =
                        table(&listed, a, Loses::Little) == table(&loaded, b, Loses::Little);
                    *same.entry(format!("{document} {name}")).or_default() += u32::from(found);
                }
            }
        }
    }
    println!("cases with the documents' very rules: {same:?}");
    assert_eq!(same.len(), 3);
    assert!(same.values().all(|n| *n > 0), "{same:?}");
}

#[test]
#[ignore = "what others pasted lies beside the repository"]
fn every_format_lowers_to_one_model() {
    let Some(dumps) = dumps() else { return };
    let mut rules = 0;
    let mut compared = 0;
    let mut named = 0;
    let mut differ = String::new();
    for case in files(&dumps) {
        for backend in ["legacy", "nft"] {
            for (program, family) in [("iptables", Family::Ip), ("ip6tables", Family::Ip6)] {
                let at = |name: &str| case.join(backend).join(format!("{program}_{name}.txt"));
                let Some(save) = read(&at("save")) else { continue };
                for id in 0..save.rules.tables.len() as u32 {
                    let id = TableId(id);
                    let name = save.rules.table(id).name.clone();
                    assert_eq!(save.rules.table(id).family, family, "{}", at("save").display());
                    let forms = [
                        ("save_c".to_owned(), Loses::Little),
                        (format!("{name}_S"), Loses::Little),
                        (format!("{name}_Sv"), Loses::Little),
                        (format!("{name}_nvL"), Loses::Names),
                        (format!("{name}_nvL_lines"), Loses::Names),
                        (format!("{name}_nvxL"), Loses::Names),
                        (format!("{name}_vL"), Loses::Names),
                        (format!("{name}_vxL_lines"), Loses::Names),
                        (format!("{name}_nL"), Loses::Interfaces),
                        (format!("{name}_nL_lines"), Loses::Interfaces),
                        (format!("{name}_L"), Loses::Interfaces),
                    ];
                    for (form, loses) in forms {
                        let text = std::fs::read(at(&form))
                            .map(|t| String::from_utf8_lossy(&t).into_owned());
                        let Ok(text) = text else { continue };
                        // A table that is asked for by name is pasted with its command.
                        let text = match loses {
                            Loses::Little if form == "save_c" => text,
                            _ => {
                                let how = if form.contains("_S") { "-S" } else { "-L" };
                                format!("$ {program}-{backend} -t {name} {how}\n{text}")
                            }
                        };
                        // A name that only a resolver knows is lost with its address.
                        let text = text.replace("dns.google", "8.8.8.8");
                        let other = chainwalk_parse::read(&[&text]).host();
                        compared += 1;
                        let expect = table(&save, id, loses);
                        let found = other
                            .rules
                            .find_table(family, &name)
                            .map(|id| table(&other, id, loses));
                        let found = found.unwrap_or_default();
                        rules += expect.len();
                        for n in 0..expect.len().max(found.len()) {
                            let (a, b) = (expect.get(n), found.get(n));
                            // Without `-n` an address may be a name, which is kept as text.
                            let numeric =
                                !["_L", "_vL", "_vxL_lines"].iter().any(|f| form.ends_with(f));
                            if !numeric && b.is_some_and(|b| b.contains("opaque None")) {
                                named += 1;
                            } else if a != b {
                                let none = String::from("-");
                                let (a, b) = (a.unwrap_or(&none), b.unwrap_or(&none));
                                write!(differ, "\n{}\n  save {a}\n  here {b}", at(&form).display())
                                    .unwrap();
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "{compared} dumps, {rules} chains and rules compared, {named} of them with host names"
    );
    let count = differ.lines().count() / 3;
    assert!(differ.is_empty(), "{count} differ:{differ}");
}
