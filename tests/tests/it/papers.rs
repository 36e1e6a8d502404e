//! What the papers name is there: files, the fields of a case, the words of the glossary where they are defined.

use chainwalk_tests::recorded::text;
use std::fs;
use std::path::Path;

/// The names of a struct's fields as they are written in JSON.
fn fields(source: &str, name: &str) -> Vec<String> {
    let start = format!("struct {name} {{\n");
    let (_, body) = source.split_once(&start).unwrap_or_else(|| panic!("no struct {name}"));
    let (body, _) = body.split_once("\n}").unwrap_or_default();
    let field = |line: &str| {
        let (name, _) = line.trim().trim_start_matches("pub(super) ").split_once(": ")?;
        name.chars().all(|c| c.is_alphanumeric() || c == '_').then(|| name.to_owned())
    };
    body.lines().filter_map(field).collect()
}

#[test]
fn every_file_and_every_field_of_a_case_is_named() {
    let page = text("kernel/README.md");
    let mut names = Vec::new();
    for file in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel")).into_iter().flatten()
    {
        names.extend(file.ok().and_then(|f| f.file_name().into_string().ok()));
    }
    names.retain(|name| name.rsplit_once('.').is_some_and(|(_, end)| end == "jsonl"));
    let files = names.len();
    let written = text("../crates/parse/src/case/written.rs");
    let packet = text("../crates/parse/src/case/packet.rs");
    for (source, name) in [
        (&written, "Written"),
        (&written, "Iface"),
        (&written, "Listener"),
        (&packet, "Wire"),
        (&packet, "TcpOpts"),
    ] {
        let found = fields(source, name);
        assert!(found.len() > 3, "{name}: {found:?}");
        // What JSON calls `type` can't be called so here.
        names.extend(found.into_iter().filter(|f| f != "kind"));
    }
    assert!(files >= 20 && names.len() > 80, "{names:?}");
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let words: Vec<&str> =
        page.split('`').skip(1).step_by(2).flat_map(|code| code.split(|c| !is_name(c))).collect();
    let missing: Vec<&String> = names.iter().filter(|n| !words.contains(&n.as_str())).collect();
    assert!(missing.is_empty(), "tests/kernel/README.md does not tell of {missing:?}");
}

/// The papers that show where things are.
const PAPERS: [&str; 4] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/glossary.md"];

/// Where their paths begin. Other words with a stroke in them are no paths.
const FOLDERS: [&str; 8] = [".ci", ".github", "crates", "docs", "fuzz", "tests", "web", "xtask"];

/// What stands between backticks, outside of blocks of code.
fn quoted(page: &str) -> Vec<&str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

fn is_path(code: &str) -> bool {
    let first = code.split_once('/').map(|(first, _)| first);
    first.is_some_and(|f| FOLDERS.contains(&f)) && !code.contains(char::is_whitespace)
}

#[test]
fn every_path_in_the_papers_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut paths, mut missing) = (0, Vec::new());
    for paper in PAPERS {
        let page = text(&format!("../{paper}"));
        // A file that is still to be written is called so; its folder is there.
        let named = quoted(&page).into_iter().filter(|code| is_path(code));
        let named = named.map(|path| root.join(path.split("NAME").next().unwrap_or_default()));
        let beside = root.join(paper);
        let targets = page.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let targets = targets.map(|(to, _)| to).filter(|to| !to.contains("://"));
        for path in named.chain(targets.map(|to| beside.with_file_name("").join(to))) {
            paths += 1;
            if !path.exists() {
                missing.push(format!("{paper}: {}", path.display()));
            }
        }
    }
    assert!(paths > 100, "{paths}");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether a file defines what is called so.
fn defines(source: &str, name: &str) -> bool {
    let words = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let kinds = ["struct", "enum", "fn", "type", "trait"];
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(words).any(|w| w.windows(2).any(|p| kinds.contains(&p[0].as_str()) && p[1] == name))
}

#[test]
fn every_word_of_the_glossary_is_defined_where_it_says() {
    let page = text("../docs/glossary.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<(&str, Vec<&str>)> = rows
        .filter_map(|row| row.split_once('`'))
        .map(|(name, rest)| (name, rest.split('|').map(str::trim).collect()))
        .collect();
    assert!(rows.len() > 25, "{rows:?}");
    for (name, cells) in &rows {
        let file = cells.get(2).map_or("", |cell| cell.trim_matches('`'));
        assert!(defines(&text(&format!("../{file}")), name), "{file} defines no {name}");
        assert!(cells.get(1).is_some_and(|what| what.ends_with('.')), "{name} is not explained");
    }
    let names: Vec<String> = rows.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
