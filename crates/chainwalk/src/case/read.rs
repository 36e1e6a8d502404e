//! Text becomes a case.

use super::head::{Case, Head, Position, Theme, VERSION, from_one};
use crate::scenario::{Doc, Scenario};
use chainwalk_model::{Diagnostic, DiagnosticId, DocId, Expected, Goal, Severity, Span};
use chainwalk_view::Lang;
use std::borrow::Cow;
use std::ops::Range;

/// Names that version 1 carries and does not use.
const NOT_USED_YET: [&str; 18] = [
    "lesson", "step", "from", "guess", "probe", "allow", "hint", "solution", "who", "guessed",
    "say", "link", "machine", "start", "let", "every", "some", "par",
];

/// A text that says that it is a case, and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A line of its head is none: its place.
    NoHeadLine(Range<usize>),
    /// No line `---` ends its head.
    NoEnd,
}

/// A line of a head, those that go on with it included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadLine<'a> {
    /// What stands before the colon.
    pub name: &'a str,
    /// What stands behind it, as it is.
    pub value: String,
    /// The place of the line it begins with.
    pub place: Range<usize>,
}

/// The lines of a head, without its remarks.
pub(super) fn head_lines(text: &str) -> Result<Vec<HeadLine<'_>>, Unreadable> {
    let (parts, _) = taken_apart(text)?;
    Ok(parts.entries)
}

pub(super) fn read(text: &str) -> Result<(Case, Vec<Diagnostic>), Unreadable> {
    Ok(headed(text)?.unwrap_or_else(|| Reader::default().finish(text)))
}

/// The case of a text that has a head; none where it is a paste.
pub(super) fn headed(text: &str) -> Result<Option<(Case, Vec<Diagnostic>)>, Unreadable> {
    let says = says_it_is_one(text);
    let (head, paste) = match taken_apart(text) {
        Ok(parts) => parts,
        Err(e) if says => return Err(e),
        Err(_) => return Ok(None),
    };
    if !says && !head.entries.iter().any(|e| is_known(e.name)) {
        return Ok(None);
    }
    let mut reader =
        Reader { head: Head { remarks: head.remarks, ..Head::default() }, ..Reader::default() };
    for entry in head.entries {
        reader.entry(&entry);
    }
    Ok(Some(reader.finish(&paste)))
}

/// The lines above the first `---`.
#[derive(Default)]
struct Parts<'a> {
    entries: Vec<HeadLine<'a>>,
    remarks: Vec<String>,
}

/// Whether the first line that is no remark names the form.
fn says_it_is_one(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim_end)
        .skip_while(|l| *l == "---" || l.is_empty() || l.starts_with('#'));
    lines.next().is_some_and(|l| l.starts_with("chainwalk:"))
}

/// Takes a text apart at the first `---` below its head; a `---` may stand above it, too.
fn taken_apart(text: &str) -> Result<(Parts<'_>, Cow<'_, str>), Unreadable> {
    let mut parts = Parts::default();
    let mut at = 0;
    let mut carriage = false;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        let line = raw.strip_suffix('\n').unwrap_or(raw);
        carriage |= line.ends_with('\r');
        // Some programs put a second one in front.
        let line = line.trim_end_matches('\r');
        let place = at..at + line.len();
        at += raw.len();
        if line.trim_end() == "---" {
            if number == 0 {
                continue;
            }
            let paste = &text[at..];
            // A file with carriage returns in its head got them as a whole.
            let paste = if carriage { paste.replace("\r\n", "\n").into() } else { paste.into() };
            return Ok((parts, paste));
        }
        if let Some(more) = line.strip_prefix("  ") {
            let Some(last) = parts.entries.last_mut() else {
                return Err(Unreadable::NoHeadLine(place));
            };
            last.value.push('\n');
            last.value += more;
        } else if let Some(remark) = line.strip_prefix('#') {
            parts.remarks.push(remark.trim().to_owned());
        } else if let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) {
            parts.entries.push(HeadLine { name, value: value.to_owned(), place });
        } else if !line.trim().is_empty() {
            return Err(Unreadable::NoHeadLine(place));
        }
    }
    Err(Unreadable::NoEnd)
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

fn is_known(name: &str) -> bool {
    const READ: [&str; 22] = [
        "chainwalk",
        "title",
        "title.zh",
        "question",
        "question.zh",
        "point",
        "point.zh",
        "packet",
        "assume",
        "edit",
        "doc",
        "goal",
        "host",
        "moment",
        "follow",
        "at",
        "aim",
        "lang",
        "theme",
        "names",
        "speed",
        "ends",
    ];
    READ.contains(&name) || name == "by" || NOT_USED_YET.contains(&name)
}

#[derive(Default)]
struct Reader {
    scenario: Scenario,
    head: Head,
    problems: Vec<Diagnostic>,
    /// Of the documents: name, line feeds, and whether an unended line follows.
    docs: Vec<(String, usize, bool)>,
    /// Names that may stand once and have stood.
    seen: Vec<String>,
}

impl Reader {
    fn entry(&mut self, entry: &HeadLine) {
        let value = entry.value.trim();
        let once =
            !matches!(entry.name, "packet" | "assume" | "edit" | "doc" | "goal" | "host" | "ends")
                && is_known(entry.name)
                && !NOT_USED_YET.contains(&entry.name);
        if once {
            if self.seen.iter().any(|n| n == entry.name) {
                self.tell(DiagnosticId::GivenTwice, Severity::Warning, entry, Vec::new());
            }
            self.seen.push(entry.name.to_owned());
        }
        let text = || value.to_owned();
        match entry.name {
            "chainwalk" => match value.parse::<u32>() {
                Ok(0) | Err(_) => self.bad(entry, Expected::Number),
                Ok(version) if version > VERSION => {
                    self.tell(DiagnosticId::NewerForm, Severity::Warning, entry, Vec::new());
                }
                Ok(_) => {}
            },
            "title" => self.head.title.en = text(),
            "title.zh" => self.head.title.zh = text(),
            "question" => self.head.question.en = text(),
            "question.zh" => self.head.question.zh = text(),
            "point" => self.head.point.en = text(),
            "point.zh" => self.head.point.zh = text(),
            "packet" => self.scenario.packets.push(text()),
            "assume" => self.scenario.change_part(|p| p.facts.push(text())),
            "edit" => self.scenario.change_part(|p| p.edits.push(text())),
            "host" => self.scenario.host = (!value.is_empty()).then(text),
            "moment" => match value.parse::<usize>() {
                Ok(number) if number > 0 => self.scenario.moment = Some(number),
                _ => self.bad(entry, Expected::Number),
            },
            "goal" => self.head.goals.push(text()),
            "ends" => self.head.ends.push(text()),
            "by" => self.head.by = text(),
            "doc" => match doc(value) {
                Some(doc) => self.docs.push(doc),
                None => self.bad(entry, Expected::Number),
            },
            "follow" => match value.split_whitespace().map(from_one).collect() {
                Some(followed) => self.scenario.followed = followed,
                None => self.bad(entry, Expected::Number),
            },
            "at" => match position(value) {
                Some(at) => self.head.at = Some(at),
                None => self.bad(entry, Expected::Literal("1/end".into())),
            },
            "aim" => {
                self.head.aim = self
                    .one_of(entry, [("through", Goal::Through), ("stopped", Goal::Stopped)])
                    .or(self.head.aim);
            }
            "lang" => {
                self.head.lang = self.one_of(entry, Lang::WORDS).or(self.head.lang);
            }
            "theme" => {
                self.head.theme = self.one_of(entry, Theme::WORDS).or(self.head.theme);
            }
            "names" => {
                self.head.raw_names = self.one_of(entry, [("raw", true)]).unwrap_or_default();
            }
            "speed" => match value.parse::<f64>() {
                Ok(speed) if speed.is_finite() && speed > 0.0 => self.head.speed = Some(speed),
                _ => self.bad(entry, Expected::Number),
            },
            name => {
                let id = if NOT_USED_YET.contains(&name) {
                    DiagnosticId::NotUsedYet
                } else {
                    DiagnosticId::UnknownName
                };
                self.tell(id, Severity::Note, entry, Vec::new());
                self.head.others.push((name.to_owned(), text()));
            }
        }
    }

    fn one_of<T: Copy, const N: usize>(
        &mut self,
        entry: &HeadLine,
        words: [(&str, T); N],
    ) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == entry.value.trim());
        if found.is_none() {
            let expected =
                words.iter().map(|(word, _)| Expected::Literal((*word).into())).collect();
            self.tell(DiagnosticId::BadValue, Severity::Warning, entry, expected);
        }
        found.map(|(_, value)| *value)
    }

    fn bad(&mut self, entry: &HeadLine, expected: Expected) {
        self.tell(DiagnosticId::BadValue, Severity::Warning, entry, vec![expected]);
    }

    fn tell(
        &mut self,
        id: DiagnosticId,
        severity: Severity,
        entry: &HeadLine,
        expected: Vec<Expected>,
    ) {
        let found = if id == DiagnosticId::BadValue { entry.value.trim() } else { entry.name };
        self.problems.push(Diagnostic {
            id,
            severity,
            span: Span::new(DocId(0), entry.place.start, entry.place.end),
            found: found.into(),
            expected,
            hint: None,
        });
    }

    /// Cuts the paste into its documents. One that is longer than its head says ends with a document of its own.
    fn finish(mut self, paste: &str) -> (Case, Vec<Diagnostic>) {
        let mut rest = paste;
        let count = self.docs.len();
        for (at, (name, lines, more)) in self.docs.into_iter().enumerate() {
            let mut end = nth_line_feed(rest, lines);
            let mut next = end;
            if more {
                let line = rest[end..].find('\n').map_or(rest.len(), |n| end + n);
                end = line;
                next = if at + 1 < count { (line + 1).min(rest.len()) } else { line };
            }
            self.scenario.docs.push(Doc { name, text: rest[..end].into() });
            rest = &rest[next..];
        }
        if !rest.is_empty() {
            self.scenario.docs.push(Doc::pasted(rest));
        }
        (Case { scenario: self.scenario, head: self.head }, self.problems)
    }
}

/// Where the line behind the first `lines` line feeds begins.
fn nth_line_feed(text: &str, lines: usize) -> usize {
    match lines.checked_sub(1) {
        None => 0,
        Some(last) => text.match_indices('\n').nth(last).map_or(text.len(), |(at, _)| at + 1),
    }
}

/// A document's name, its line feeds, and whether a line without one follows them.
fn doc(value: &str) -> Option<(String, usize, bool)> {
    let (name, lines) = value.rsplit_once(' ').unwrap_or(("", value));
    let (lines, more) = match lines.strip_suffix('+') {
        Some(lines) => (lines, true),
        None => (lines, false),
    };
    Some((name.trim().to_owned(), lines.parse().ok()?, more))
}

/// A place; blanks around its slash do no harm.
fn position(value: &str) -> Option<Position> {
    let (packet, stop) = value.split_once('/')?;
    [packet.trim(), "/", stop.trim()].concat().parse().ok()
}
