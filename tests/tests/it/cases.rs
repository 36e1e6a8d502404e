//! The literate cases: each page under `tests/cases` is replayed and must come out as it is written.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::kernel::{Standing, compare, differences};
use chainwalk_tests::literate::Page;
use chainwalk_tests::{oracle, skipped};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The pages below a folder, in order.
pub(crate) fn pages(dir: &Path) -> Vec<PathBuf> {
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
        assert!(
            !page.packets.is_empty() || !page.says.is_empty(),
            "{} sends nothing",
            path.display()
        );
        let name = path.strip_prefix(&dir).unwrap().display().to_string();
        let counted = page.count();
        if !page.counters.is_empty() && counted != page.counters {
            wrong += &["\n", &name, "\n--- counted\n", &counted].concat();
        }
        let unsaid = page.unsaid();
        if !unsaid.is_empty() {
            wrong += &["\n", &name, "\n", &unsaid].concat();
        }
        let ours = page.replay();
        if ours != page.walk {
            wrong +=
                &["\n", &name, "\n--- written\n", &page.walk, "--- comes out\n", &ours].concat();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Pages about a bridge whose ports nobody told: the recorder has none to send a frame by.
const PORTLESS: [&str; 2] =
    ["pastes/bridge-port-named-by-a-rule.md", "pastes/uplink-of-a-docker-host.md"];

#[test]
#[ignore = "a kernel must be there to ask: root, iptables, the recorder beside the repository"]
fn every_page_that_a_kernel_can_be_asked_is_as_it_answers() {
    if let Some(what) = oracle::missing() {
        skipped(&format!("there is no {what}"));
        return;
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let (mut asked, mut wrong) = (0, String::new());
    for path in pages(&dir) {
        let name = path.strip_prefix(&dir).unwrap().display().to_string();
        let page = Page::read(&fs::read_to_string(&path).unwrap());
        // What is unknown here a kernel would refuse, or know; it loads no chains that lead in a circle.
        let asked_for = !name.starts_with("unknown")
            && !name.ends_with("-loop.md")
            && !PORTLESS.contains(&name.as_str());
        let Some(case) = page.case(&name).filter(|_| asked_for) else {
            continue;
        };
        asked += 1;
        let theirs = match oracle::ask(&case) {
            Ok(theirs) => theirs,
            Err(error) => {
                let _ = writeln!(wrong, "\n{name}: {error}");
                continue;
            }
        };
        let ours = page.answer().unwrap();
        for (k, standing) in compare(&ours, &theirs).iter().enumerate() {
            if !matches!(standing, Standing::Agrees) {
                let differ = differences(&ours["packets"][k], &theirs["packets"][k]);
                let _ = writeln!(wrong, "\n{name}, packet {k}: {standing:?}\n{differ}");
            }
        }
    }
    assert!(asked > 12, "{asked} pages could be asked");
    assert!(wrong.is_empty(), "{wrong}");
}
