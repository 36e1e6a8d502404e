//! No two files of a crate reach each other by what they import, so that each can be read with those below it.
//!
//! Paths are read as text: those of `use`, and those that begin with `crate`, `super` or `self`. A name that a file only
//! passes on is looked for where it is defined. Tests are left out, and macros are not expanded.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

/// A module's path below its crate; empty for the crate's own file.
type Module = Vec<String>;

/// A path as it was written, in the file it stands in.
struct Import {
    path: Vec<String>,
    /// Whether the file passes it on (`pub use`).
    passed_on: bool,
}

struct File {
    imports: Vec<Import>,
    defined: BTreeSet<String>,
}

/// The words of a source and its punctuation, without comments and strings.
fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") {
            3
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            end
        } else if rest.starts_with("::") {
            found.push("::".to_owned());
            2
        } else {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    found
}

/// Reads a tree of `use` from `at`, adds its paths, and returns where it ends.
fn tree(words: &[String], mut at: usize, before: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                // What is no tree after all ends at its `;`.
                while words.get(at).is_some_and(|w| w != "}" && w != ";") {
                    at = tree(words, at, &path, paths);
                    if words.get(at).is_some_and(|w| w == ",") {
                        at += 1;
                    }
                }
                return at + usize::from(words.get(at).is_some_and(|w| w == "}"));
            }
            Some("as") => at += 2,
            Some("::") => at += 1,
            Some("," | "}" | ";") | None => {
                paths.push(path);
                return at;
            }
            Some(word) => {
                path.push(word.to_owned());
                at += 1;
            }
        }
    }
}

fn file(text: &str) -> File {
    let text = text.find("#[cfg(test)]").map_or(text, |end| &text[..end]);
    let words = tokens(text);
    let (mut imports, mut defined) = (Vec::new(), BTreeSet::new());
    let mut at = 0;
    while at < words.len() {
        match words[at].as_str() {
            "use" => {
                let passed_on = words[at.saturating_sub(4)..at].iter().any(|w| w == "pub");
                let mut paths = Vec::new();
                at = tree(&words, at + 1, &[], &mut paths);
                imports.extend(paths.into_iter().map(|path| Import { path, passed_on }));
                continue;
            }
            "crate" | "super" | "self" if words.get(at + 1).is_some_and(|w| w == "::") => {
                let mut path = vec![words[at].clone()];
                while words.get(at + 1).is_some_and(|w| w == "::") {
                    path.extend(words.get(at + 2).cloned());
                    at += 2;
                }
                imports.push(Import { path, passed_on: false });
            }
            "fn" | "struct" | "enum" | "type" | "trait" | "const" | "static" | "mod" => {
                defined.extend(words.get(at + 1).cloned());
            }
            _ => {}
        }
        at += 1;
    }
    File { imports, defined }
}

/// The files of a crate that is laid below `dir`, by module.
fn files(dir: &Path, above: &[String], found: &mut BTreeMap<Module, File>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut module = above.to_vec();
        if path.is_dir() {
            module.push(name);
            files(&path, &module, found);
        } else if path.extension().is_some_and(|e| e == "rs") && name != "tests" {
            if !matches!(&*name, "mod" | "lib" | "main") {
                module.push(name);
            }
            found.insert(module, file(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// The path from the crate down; `None` where it leads to another crate.
fn absolute(path: &[String], from: &Module, all: &BTreeMap<Module, File>) -> Option<Module> {
    let mut base = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => from.clone(),
        child => {
            let below = [&from[..], &[child.to_owned()]].concat();
            return all.contains_key(&below).then(|| [&from[..], path].concat());
        }
    };
    let mut rest = path;
    while let Some(word @ ("crate" | "self" | "super")) = rest.first().map(String::as_str) {
        if word == "super" {
            base.pop();
        }
        rest = &rest[1..];
    }
    Some([&base[..], rest].concat())
}

/// The file in which what a path names is defined.
fn target(path: &Module, all: &BTreeMap<Module, File>, depth: usize) -> Option<Module> {
    let length = (0..=path.len()).rev().find(|n| all.contains_key(&path[..*n]))?;
    let module = path[..length].to_vec();
    let Some(name) = path.get(length).filter(|n| *n != "*" && depth < 6) else {
        return Some(module);
    };
    if !all[&module].defined.contains(name) {
        for import in all[&module].imports.iter().filter(|i| i.passed_on) {
            let Some(passed) = absolute(&import.path, &module, all) else { continue };
            let last = passed.last()?;
            if last == name {
                return target(&passed, all, depth + 1);
            }
            let whole = &passed[..passed.len() - 1];
            if last == "*" && all.get(whole).is_some_and(|f| f.defined.contains(name)) {
                return Some(whole.to_vec());
            }
        }
    }
    Some(module)
}

/// Pairs of files that reach each other.
fn circles(dir: &Path) -> Vec<(Module, Module)> {
    let mut all = BTreeMap::new();
    files(dir, &[], &mut all);
    let arrows = |from: &Module| -> BTreeSet<Module> {
        let paths = all[from].imports.iter().filter_map(|i| absolute(&i.path, from, &all));
        paths.filter_map(|path| target(&path, &all, 0)).filter(|to| to != from).collect()
    };
    let arrows: HashMap<&Module, BTreeSet<Module>> = all.keys().map(|m| (m, arrows(m))).collect();
    let reached = |from: &Module| {
        let mut seen: BTreeSet<Module> = BTreeSet::new();
        let mut open: Vec<&Module> = arrows[from].iter().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(&arrows[next]);
            }
        }
        seen
    };
    let reached: HashMap<&Module, BTreeSet<Module>> = all.keys().map(|m| (m, reached(m))).collect();
    let mut found = Vec::new();
    for (from, to) in &reached {
        for other in to.iter().filter(|other| **other > **from && reached[other].contains(*from)) {
            found.push(((*from).clone(), other.clone()));
        }
    }
    found.sort();
    found
}

#[test]
fn no_two_files_of_a_crate_reach_each_other() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut crates: Vec<_> =
        fs::read_dir(root.join("crates")).unwrap().map(|e| e.unwrap().path()).collect();
    crates.extend(["web", "xtask", "tests"].map(|name| root.join(name)));
    assert!(crates.len() > 9);
    for dir in crates {
        let found = circles(&dir.join("src"));
        assert!(found.is_empty(), "{}: {found:?}", dir.display());
    }
}

#[test]
fn a_circle_is_seen() {
    let dir = std::env::temp_dir().join(format!("chainwalk-circles-{}", std::process::id()));
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
    fs::create_dir_all(dir.join("b")).unwrap();
    write("lib.rs", "mod a;\nmod b;\npub use a::{A, one};\n");
    write("a.rs", "//! `crate::b`\nuse crate::b::c::C;\npub struct A;\npub fn one() {}\n");
    write("b/mod.rs", "pub(crate) mod c;\n");
    write("b/c.rs", "pub struct C;\nfn f() { \"crate::a\"; }\n");
    assert_eq!(circles(&dir), []);
    write("b/c.rs", "pub struct C;\nfn f(a: crate::A) { super::super::one() }\n");
    let module = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Module>();
    assert_eq!(circles(&dir), [(module(&["a"]), module(&["b", "c"]))]);
    fs::remove_dir_all(dir).unwrap();
}
