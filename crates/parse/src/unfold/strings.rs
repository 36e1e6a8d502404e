//! Dumps within one string, whose lines end with `\n` as it is written.

use crate::clean::{Cut, Row};
use crate::shape::is_strong;

/// The strings that hold lines of a dump with `\n` for their ends: each without its quotes, and how many lines of it are those
/// of a dump.
pub(super) fn strings(text: &str) -> Vec<(Row<'_>, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let row = Row { text: line, start };
        start += line.len() + 1;
        if line.contains("\\n") {
            found.extend(quoted(row).into_iter().map(|s| (s, dumped(s.text))));
        }
    }
    let all: usize = found.iter().map(|(_, n)| n).sum();
    // A log of a container has a string for each line.
    let logs = found.iter().filter(|(s, _)| !inner_end(s.text)).count();
    found.retain(|(s, n)| *n > 0 || logs > 1 && !inner_end(s.text));
    if all < 2 { Vec::new() } else { found }
}

/// Whether a string goes on behind an end of a line.
fn inner_end(text: &str) -> bool {
    text.trim_end_matches("\\n").contains("\\n")
}

/// How many lines of a dump a string holds.
fn dumped(text: &str) -> usize {
    let native = |line: &str| line.starts_with("table ") && line.ends_with('{') || line == "}";
    let is = |line: &&str| is_strong(line) || native(line);
    text.split("\\n").map(|line| line.trim_start_matches("\\t").trim()).filter(is).count()
}

/// The pieces of a line that stand in quotes and hold ends of lines; the whole line where it has no quotes.
fn quoted(row: Row<'_>) -> Vec<Row<'_>> {
    let text = row.text;
    let mark = if text.contains('"') { '"' } else { '\'' };
    if !text.contains(mark) {
        return vec![row];
    }
    let mut found = Vec::new();
    let mut open = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            c if c == mark => match open.take() {
                None => open = Some(at + 1),
                Some(from) => {
                    let inner = &text[from..at];
                    if inner.contains("\\n") {
                        found.push(Row { text: inner, start: row.start + from });
                    }
                }
            },
            _ => {}
        }
    }
    found
}

/// The lines of a string, apart from what stands around it in its own line.
pub(super) fn lines_of(string: Row<'_>, around: (usize, usize), cuts: &mut Vec<Cut>) {
    let mut cut = |start: usize, end: usize, with| cuts.push(Cut { start, end, with });
    if around.0 < string.start {
        cut(around.0, string.start, "\n");
    }
    let bytes = string.text.as_bytes();
    let mut at = 0;
    while let Some(found) = string.text[at..].find('\\') {
        let start = at + found;
        let (with, len) = match bytes.get(start + 1) {
            Some(b'n') => ("\n", 2),
            Some(b't') => ("\t", 2),
            Some(b'r') => ("", 2),
            Some(b'"') => ("\"", 2),
            Some(b'\\') => ("\\", 2),
            _ => ("\\", 1),
        };
        cut(string.start + start, string.start + start + len, with);
        at = start + len;
    }
    if around.1 > string.end() {
        cut(string.end(), around.1, "\n");
    }
}
