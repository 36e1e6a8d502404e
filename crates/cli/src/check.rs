//! `chainwalk check`.

use crate::HERE;
use crate::lesson::{self, problems};
use crate::out;
use crate::picture::flat;
use crate::png::{self, Pen};
use crate::sources::put;
use chainwalk::Case;
use chainwalk_take::picture::told;
use chainwalk_take::{Carried, Drawing, Lesson, Verdict, carried};
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

/// What a file is.
#[derive(Clone, Copy)]
enum Form {
    /// A text: an SVG is one, too.
    Text,
    /// A PNG that carries a case, and how it was drawn, where it says so.
    Png(Option<Drawing>),
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
    let mut found = Vec::new();
    let (mut claims, mut cases, mut silent, mut depends, mut wrong) = (0, 0, 0, 0, 0);
    for path in files {
        let name = path.display().to_string();
        let bytes =
            fs::read(&path).map_err(|e| io::Error::new(e.kind(), format!("{name}: {e}")))?;
        let (mut text, form) = match png::carried(&bytes) {
            Some(text) => (text, Form::Png(png::drawn(&bytes))),
            None => match String::from_utf8(bytes) {
                Ok(text) => (text, Form::Text),
                Err(_) => continue,
            },
        };
        // Pages, too, may show a lesson.
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")) && Lesson::is_one(&text)
        {
            let (problems, of_lesson) = problems(&text);
            (cases, claims) = (cases + 1, claims + of_lesson);
            for problem in &problems {
                wrong += usize::from(!problem.found.is_warning());
                let why = lesson::sentence(&problem.found);
                found.push(
                    json!({ "file": name, "line": problem.line, "kind": "lesson", "why": why }),
                );
                if !wanted.json {
                    writeln!(out, "{name}:{}: {why}", problem.line)?;
                }
            }
            continue;
        }
        if wanted.fix {
            text = match form {
                Form::Text => mended(&path, &name, &text)?,
                Form::Png(how) => drawn_anew(&name, text, how)?,
            };
        }
        for case in carried(&name, &text) {
            cases += 1;
            let verdicts = case.check(&text);
            if !verdicts.iter().any(Verdict::is_claim) {
                silent += 1;
                if wanted.strict {
                    found.push(json!({ "file": name, "claims": "nothing" }));
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
                found.push(as_json(&name, &verdict));
                if !wanted.json {
                    writeln!(
                        out,
                        "{}",
                        sentence(&name, &verdict, mend(&name, &case, &text, form))
                    )?;
                }
            }
        }
    }
    if wanted.json {
        let all = json!({ "cases": cases, "claims": claims, "depend": depends, "wrong": wrong, "found": found });
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

/// The text that a PNG carries, with its claims written anew; where one did not hold, the picture is drawn again too. What
/// it shows is not looked into: its letters are those of the machine that drew it.
fn drawn_anew(name: &str, text: String, how: Option<Drawing>) -> io::Result<String> {
    let holds = || carried(name, &text).iter().flat_map(|c| c.check(&text)).all(|v| v.holds());
    let Some(how) = how.filter(|_| !holds()) else { return Ok(text) };
    let Ok((case, _)) = Case::read(&text) else { return Ok(text) };
    let played = case.scenario.play();
    let Some(svg) = how.of(&played).and_then(|drawn| flat(&drawn, how)) else { return Ok(text) };
    let text = told(case, &played, HERE);
    put(name, Pen::new()?.draw(name, &svg, Some((&text, how)))?)?;
    Ok(text)
}

const WRITES: &str = "--fix writes it";
const DRAWS: &str = "--fix draws it";
const AGAIN: &str = "draw it again";
const NONE: &str = "it names no packet";

/// What is to be done about a claim that does not hold.
fn mend(name: &str, case: &Carried, text: &str, form: Form) -> &'static str {
    let is_svg = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
    match form {
        Form::Png(None) => AGAIN,
        Form::Png(Some(_)) => DRAWS,
        Form::Text if !case.can_be_mended(text) => {
            if is_svg {
                AGAIN
            } else {
                NONE
            }
        }
        Form::Text if is_svg => DRAWS,
        Form::Text => WRITES,
    }
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

/// The sentence on a claim; `mend` is what is to be done where it does not hold.
fn sentence(name: &str, verdict: &Verdict, mend: &str) -> String {
    match verdict {
        Verdict::NoCase { line } => format!("{name}:{line}: says that it is a case, and is none"),
        Verdict::Shown { line, .. } => {
            // Of a recording, too, what is shown is drawn.
            let mend = if mend == WRITES { DRAWS } else { mend };
            format!("{name}:{line}: does not show what it carries as it comes out today ({mend})")
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
