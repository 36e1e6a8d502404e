//! `chainwalk check`.

use crate::HERE;
use crate::lesson::{self, problems};
use crate::out;
use crate::png;
use chainwalk_take::{Lesson, Verdict, carried};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What `check` was asked to do.
pub(crate) struct Wanted<'a> {
    /// Files and folders.
    pub(crate) paths: &'a [String],
    /// Whether claims are written anew.
    pub(crate) fix: bool,
    /// Whether each case must claim something.
    pub(crate) strict: bool,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

/// What is read of a folder: cases, lessons, pages, recordings and pictures.
const ENDINGS: [&str; 9] =
    [".walk.txt", ".lesson.txt", ".md", ".markdown", ".mdx", ".walk.json", ".svg", ".png", ".html"];

/// Replays every claim, and says which do not hold.
pub(crate) fn check(wanted: &Wanted) -> io::Result<u8> {
    let mut files = BTreeSet::new();
    for path in wanted.paths {
        let path = Path::new(path);
        if path.is_dir() {
            folder(path, &mut files)?;
        } else {
            files.insert(path.to_owned());
        }
    }
    let mut out = out::stdout();
    let mut told = Vec::new();
    let (mut claims, mut cases, mut silent, mut depends, mut wrong) = (0, 0, 0, 0, 0);
    for path in files {
        let name = path.display().to_string();
        let bytes =
            fs::read(&path).map_err(|e| io::Error::new(e.kind(), format!("{name}: {e}")))?;
        let of_png = png::carried(&bytes);
        let is_png = of_png.is_some();
        let Some(mut text) = of_png.or_else(|| String::from_utf8(bytes).ok()) else { continue };
        // Pages, too, may show a lesson.
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")) && Lesson::is_one(&text)
        {
            let (problems, of_lesson) = problems(&text);
            (cases, claims) = (cases + 1, claims + of_lesson);
            for problem in &problems {
                wrong += usize::from(!problem.found.is_warning());
                let why = lesson::sentence(&problem.found);
                told.push(
                    json!({ "file": name, "line": problem.line, "kind": "lesson", "why": why }),
                );
                if !wanted.json {
                    writeln!(out, "{name}:{}: {why}", problem.line)?;
                }
            }
            continue;
        }
        // A PNG is drawn anew where its claims are to be.
        if wanted.fix && !is_png {
            text = mended(&path, &name, &text)?;
        }
        for case in carried(&name, &text) {
            cases += 1;
            let verdicts = case.check(&text);
            if !verdicts.iter().any(Verdict::is_claim) {
                silent += 1;
                if wanted.strict {
                    told.push(json!({ "file": name, "claims": "nothing" }));
                    if !wanted.json {
                        writeln!(out, "{name}: a case that claims nothing")?;
                    }
                }
            }
            for verdict in verdicts {
                claims += usize::from(verdict.is_claim());
                if verdict.depends() {
                    depends += 1;
                } else if !verdict.holds() {
                    wrong += 1;
                } else {
                    continue;
                }
                told.push(as_json(&name, &verdict));
                if !wanted.json {
                    writeln!(out, "{}", sentence(&name, &verdict))?;
                }
            }
        }
    }
    if wanted.json {
        let all = json!({ "cases": cases, "claims": claims, "depend": depends, "wrong": wrong, "found": told });
        writeln!(out, "{all}")?;
    } else if claims == 0 {
        writeln!(out, "{cases} cases, no claim in them")?;
    } else {
        writeln!(out, "{cases} cases, {claims} claims: {wrong} do not hold, {depends} depend")?;
    }
    Ok(match (wrong, depends) {
        _ if wanted.strict && (silent > 0 || claims == 0) => 1,
        (0, 0) => 0,
        (0, _) => 2,
        _ => 3,
    })
}

/// The text with its claims written anew, and its file too where that changed anything.
fn mended(path: &Path, name: &str, text: &str) -> io::Result<String> {
    let mut edits: Vec<_> =
        carried(name, text).iter().flat_map(|case| case.mended(text, HERE)).collect();
    edits.sort_by_key(|(range, _)| range.start);
    let mut new = text.to_owned();
    for (range, with) in edits.into_iter().rev() {
        new.replace_range(range, &with);
    }
    if new != text {
        fs::write(path, &new)?;
    }
    Ok(new)
}

/// Cases, pages, recordings and pictures below a folder; what begins with a dot, and what is built, is passed over.
fn folder(dir: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || name.starts_with('.') || name == "target" || name == "node_modules"
        {
            continue;
        }
        if path.is_dir() {
            folder(&path, files)?;
        } else if ENDINGS.iter().any(|end| name.ends_with(end)) {
            files.insert(path);
        }
    }
    Ok(())
}

fn sentence(name: &str, verdict: &Verdict) -> String {
    // A picture does not say how it was drawn.
    let is_picture = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
    let mend = if is_picture { "draw it again" } else { "--fix writes it" };
    match verdict {
        Verdict::NoCase { line } => format!("{name}:{line}: says that it is a case, and is none"),
        Verdict::Shown { line, .. } => {
            format!(
                "{name}:{line}: does not show what it carries as it comes out today (--fix draws it)"
            )
        }
        Verdict::Packet { line, claimed } if claimed.then.is_empty() => format!(
            "{name}:{line}: packet {} depends: “{}”, and the text does not say so ({mend})",
            claimed.packet + 1,
            claimed.now
        ),
        Verdict::Packet { line, claimed } => format!(
            "{name}:{line}: packet {} ends “{}”, the text says “{}” ({mend})",
            claimed.packet + 1,
            if claimed.now.is_empty() { "nowhere: it can't be sent" } else { &claimed.now },
            claimed.then
        ),
        Verdict::Goal { line, number, goal } => format!(
            "{name}:{line}: goal {} ends “{}”, wanted was “{}”",
            number + 1,
            if goal.now.is_empty() { "nowhere: it can't be sent" } else { &goal.now },
            goal.then
        ),
    }
}

fn as_json(name: &str, verdict: &Verdict) -> serde_json::Value {
    let mut out = json!({ "file": name });
    if let (Some(out), serde_json::Value::Object(verdict)) =
        (out.as_object_mut(), verdict.to_json())
    {
        out.extend(verdict);
    }
    out
}
