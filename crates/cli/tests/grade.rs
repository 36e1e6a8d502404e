//! Hand-ins of a class, graded: right, wrong, of another lesson, tampered with, empty, and hostile.
#![allow(clippy::unwrap_used)]

use chainwalk_take::Lesson;
use chainwalk_take::lesson::{Attempt, HandIn};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn lesson() -> (String, Lesson) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../lessons/07-docker.lesson.txt");
    let text = fs::read_to_string(path).unwrap();
    (path.to_owned(), Lesson::read(&text).0)
}

/// A folder of its own, gone afterwards.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What ten people handed in, by the names of their files.
fn class(lesson: &Lesson) -> Vec<(&'static str, String)> {
    let (_, step) = lesson.step("shut").unwrap();
    let by = |who: &str, edits: &[&str]| {
        let edits = edits.iter().map(|edit| (*edit).to_owned()).collect();
        HandIn::write(lesson, step, &Attempt { edits, ..Attempt::default() }, who, "")
    };
    let par = step.solution.edits[0].as_str();
    let (broad, late) = (
        "iptables -I DOCKER-USER -i eth0 -p icmp -j DROP",
        "iptables -I INPUT ! -s 203.0.113.0/24 -p tcp --dport 8080 -j DROP",
    );
    let without = by("Eve", &[]);
    let tampered = without
        .replace("-A DOCKER-USER -j RETURN", "-A DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -j DROP");
    assert_ne!(tampered, without);
    vec![
        ("a.walk.txt", by("Ann", &[par])),
        ("b.walk.txt", by("Bob", &[par, broad])),
        ("c.walk.txt", by("Cem", &[late])),
        (
            "d.walk.txt",
            by(
                "Dai",
                &["iptables -I DOCKER-USER -i eth0 -j RETURN", "iptables -D DOCKER-USER 1", par],
            ),
        ),
        ("e.walk.txt", tampered),
        ("f.walk.txt", by("Flo", &[par]).replace("lesson: docker", "lesson: order")),
        ("g.walk.txt", by("Gus", &[par]).replace("step: shut", "step: open")),
        ("h.walk.txt", String::new()),
        ("i.walk.txt", by("=1+1,\u{1b}[2J\u{202e}\"x\"", &[late])),
        ("j.walk.txt", by("", &["iptables -what", par])),
    ]
}

fn graded(more: &[&str], only: &[&str]) -> (Output, String) {
    let (path, lesson) = lesson();
    let name = format!("chainwalk-grade-{}-{}-{}", std::process::id(), more.len(), only.concat());
    let folder = Folder(std::env::temp_dir().join(name));
    fs::create_dir_all(&folder.0).unwrap();
    let class =
        class(&lesson).into_iter().filter(|(name, _)| only.is_empty() || only.contains(name));
    let files: Vec<PathBuf> = class
        .map(|(name, text)| {
            let file = folder.0.join(name);
            fs::write(&file, text).unwrap();
            file
        })
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chainwalk"));
    let done = command.args(["grade", &path]).args(files).args(more).output().unwrap();
    let out = String::from_utf8(done.stdout.clone()).unwrap();
    (done, out)
}

#[test]
fn ten_hand_ins_are_a_table() {
    let (done, out) = graded(&[], &[]);
    assert_eq!(done.status.code(), Some(3), "{out}");
    let row = |who: &str| {
        let found = out.lines().find(|line| line.starts_with(who));
        found
            .unwrap_or_else(|| panic!("no {who}: {out}"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(row("who").starts_with("who step goals lets in shuts out commands par"), "{out}");
    assert_eq!(row("Ann"), "Ann shut 3 of 3 0 0 1 1");
    assert_eq!(row("Dai"), "Dai shut 3 of 3 0 0 3 1");
    assert_eq!(row("Bob"), "Bob shut 3 of 3 0 1 2 1");
    assert_eq!(row("Cem"), "Cem shut 2 of 3 − − − 1");
    assert_eq!(row("Eve"), "Eve shut 2 of 3 − − − 1 its paste is another, and was not used");
    assert!(row("Flo").ends_with("of the lesson “order”"), "{out}");
    assert!(row("Gus").ends_with("the lesson has no step “open”"), "{out}");
    assert!(row("h.walk.txt").contains("no hand-in"), "{out}");
    assert!(
        row("j.walk.txt").contains("3 of 3")
            && row("j.walk.txt").ends_with("1 command can't be read"),
        "{out}"
    );
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{out:?}");
    // Solved first, the best of them on top.
    let place = |who: &str| out.find(&["\n", who].concat()).unwrap();
    assert!(
        place("Ann") < place("Dai") && place("Dai") < place("Bob") && place("Bob") < place("Cem"),
        "{out}"
    );
}

#[test]
fn a_cell_is_no_formula_of_a_spreadsheet() {
    let (_, out) = graded(&["--csv"], &[]);
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some("who,step,goals,met,lets_in,shuts_out,commands,par,guessed,note")
    );
    assert!(out.contains("\n\"'=1+1,\u{fffd}[2J\u{fffd}\"\"x\"\"\",shut,"), "{out}");
    assert!(out.contains("\nBob,shut,3,3,0,1,2,1,,\n"), "{out}");
    assert_eq!(lines.count(), 10);
}

#[test]
fn the_exit_code_tells_whether_all_is_met() {
    assert_eq!(graded(&[], &["a.walk.txt", "b.walk.txt"]).0.status.code(), Some(0));
    assert_eq!(graded(&[], &["a.walk.txt", "c.walk.txt"]).0.status.code(), Some(3));
    let (_, out) = graded(&["--json"], &["a.walk.txt"]);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let ann = &told["hand_ins"][0];
    assert_eq!(
        (&told["lesson"], &ann["who"], &ann["score"]["solved"]),
        (&"docker".into(), &"Ann".into(), &true.into())
    );
}
