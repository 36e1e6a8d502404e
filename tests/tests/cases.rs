//! The literate cases: each page under `tests/cases` is replayed and must come out as it is written.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::literate::Page;
use std::fs;
use std::path::{Path, PathBuf};

fn pages(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_page_comes_out_as_written() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let all = pages(&dir);
    assert!(!all.is_empty());
    let mut wrong = String::new();
    for path in all {
        let page = Page::read(&fs::read_to_string(&path).unwrap());
        assert!(!page.packets.is_empty(), "{} sends nothing", path.display());
        let ours = page.replay();
        if ours != page.walk {
            let name = path.strip_prefix(&dir).unwrap().display().to_string();
            wrong +=
                &["\n", &name, "\n--- written\n", &page.walk, "--- comes out\n", &ours].concat();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
