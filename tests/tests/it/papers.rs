//! `tests/kernel/README.md` names every file beside it and every field of a case.

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
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let words: Vec<&str> =
        page.split('`').skip(1).step_by(2).flat_map(|code| code.split(|c| !is_name(c))).collect();
    let missing: Vec<&String> = names.iter().filter(|n| !words.contains(&n.as_str())).collect();
    assert!(missing.is_empty(), "tests/kernel/README.md does not tell of {missing:?}");
}
