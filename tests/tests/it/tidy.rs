//! The rules of the house that a compiler does not hold: the arrows between the rooms, and small order.
#![allow(clippy::unwrap_used)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use chainwalk_tests::skipped;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn workspace() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap()
}

/// The names of the packages that ship with this one.
fn shipped(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|d| d.name.clone()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Files below `dir` with this extension.
fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_room_imports_another_but_by_the_arrows() {
    let rooms = ["chainwalk-model", "chainwalk-parse", "chainwalk-sim", "chainwalk-view"];
    let arrows = BTreeMap::from([
        ("chainwalk-model", set(&[])),
        ("chainwalk-parse", set(&["chainwalk-model"])),
        ("chainwalk-sim", set(&["chainwalk-model"])),
        ("chainwalk-view", set(&["chainwalk-model"])),
        ("chainwalk", set(&rooms)),
        ("chainwalk-take", set(&["chainwalk"])),
        ("chainwalk-web", set(&["chainwalk", "chainwalk-take"])),
        ("chainwalk-js", set(&["chainwalk", "chainwalk-take"])),
        ("chainwalk-cli", set(&["chainwalk", "chainwalk-take"])),
        ("chainwalk-tests", &set(&rooms) | &set(&["chainwalk", "chainwalk-take"])),
        ("xtask", set(&[])),
    ]);
    let metadata = workspace();
    let packages = metadata.workspace_packages();
    let ours: BTreeSet<String> = packages.iter().map(|p| p.name.to_string()).collect();
    assert_eq!(ours, arrows.keys().map(|&name| name.to_owned()).collect(), "a room nobody drew");
    for package in packages {
        let goes: BTreeSet<String> = shipped(package).intersection(&ours).cloned().collect();
        assert_eq!(goes, arrows[package.name.as_str()], "arrows out of {}", package.name);
    }
}

#[test]
fn the_vocabulary_stands_on_serde_alone() {
    let metadata = workspace();
    let packages = metadata.workspace_packages();
    let model = packages.iter().find(|p| p.name == "chainwalk-model").unwrap();
    assert_eq!(shipped(model), set(&["serde"]));
}

#[test]
fn only_parse_has_nom_and_only_doors_know_a_browser() {
    let browser = ["web-sys", "js-sys", "wasm-bindgen", "gloo", "yew", "serde-wasm-bindgen"];
    for package in workspace().workspace_packages() {
        let name = package.name.as_str();
        let needs = shipped(package);
        assert_eq!(needs.contains("nom"), name == "chainwalk-parse", "nom in {name}");
        if !["chainwalk-web", "chainwalk-js"].contains(&name) {
            let found: Vec<_> = browser.iter().filter(|&&b| needs.contains(b)).collect();
            assert!(found.is_empty(), "{name} knows a browser: {found:?}");
        }
    }
}

#[test]
fn every_package_takes_lints_and_versions_from_the_workspace() {
    let metadata = workspace();
    for package in metadata.workspace_packages() {
        let text = fs::read_to_string(&package.manifest_path).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{}: no [lints]", package.name);
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let version = |value: &str| {
                value.starts_with(|c: char| "=^~*<>".contains(c) || c.is_ascii_digit())
            };
            let says = line.split_once("= \"").is_some_and(|(_, value)| version(value));
            assert!(
                !(section.contains("dependencies") && says),
                "{}: `{line}` belongs into the root Cargo.toml",
                package.name
            );
        }
    }
}

#[test]
fn every_source_file_opens_with_what_it_is() {
    let root = root();
    let mut sources = vec![root.join("web"), root.join("xtask"), root.join("tests")];
    sources.extend(fs::read_dir(root.join("crates")).unwrap().map(|e| e.unwrap().path()));
    let mut seen = 0;
    for dir in sources {
        for file in files(&dir.join("src"), "rs").into_iter().chain(files(&dir.join("tests"), "rs"))
        {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("//! "), "{} does not open with a //! line", file.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} source files were found");
}

#[test]
fn a_program_that_is_not_built_for_tests_has_none() {
    for package in workspace().workspace_packages() {
        for target in package.targets.iter().filter(|t| t.is_bin() && !t.test) {
            let text = fs::read_to_string(&target.src_path).unwrap();
            assert!(!text.contains("#[test]"), "nobody runs the tests of {}", target.src_path);
        }
    }
}

#[test]
fn no_tracked_file_names_a_path_of_somebodys_machine() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Some(listed) = listed.ok().filter(|o| o.status.success()) else {
        skipped("this is no git checkout, so nothing tells which files are tracked");
        return;
    };
    let paths = ["root", "work", "home"].map(|dir| format!("/{dir}/"));
    for name in String::from_utf8(listed.stdout).unwrap().split_terminator('\0') {
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        for path in &paths {
            let line = text.lines().position(|line| line.contains(path));
            assert_eq!(line.map(|n| n + 1), None, "{name} names {path}");
        }
    }
}

#[test]
fn wasm_opt_has_one_version() {
    let chores = fs::read_to_string(root().join("xtask/src/tools.rs")).unwrap();
    let (_, rest) = chores.split_once("const BINARYEN: &str = \"").unwrap();
    let (version, _) = rest.split_once('"').unwrap();
    let trunk = fs::read_to_string(root().join("Trunk.toml")).unwrap();
    assert!(
        trunk.contains(&format!("wasm_opt = \"version_{version}\"")),
        "Trunk.toml wants another"
    );
}
