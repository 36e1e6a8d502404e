//! What a loop of a script reads, where the paste shows it.

use crate::clean::Row;
use crate::comments::is_fence;
use crate::native;
use crate::prompt::unprompt;
use std::cell::OnceCell;
use std::collections::HashMap;

/// The names of the files that a text shows by `cat`, and the row where it does; made when first asked for.
pub(super) type Shown = OnceCell<HashMap<String, usize>>;

/// The files that `cat` shows behind a prompt, each at its first showing.
fn files(rows: &[Row<'_>]) -> HashMap<String, usize> {
    let mut files = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let (bare, prompted) = unprompt(*row);
        let shown = bare.text.strip_prefix("sudo ").unwrap_or(bare.text).strip_prefix("cat ");
        if let Some(path) = shown.filter(|_| prompted) {
            files.entry(name(path.trim()).to_owned()).or_insert(at);
        }
    }
    files
}

/// The name of a file without its folders.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The lines that a loop reads which ends in a row, as far as the text shows them, and how many rows below belong to it:
/// `done <<EOF`, or `done < list.txt` where `cat list.txt` shows that file.
pub(super) fn lines_read(
    rows: &[Row<'_>],
    at: usize,
    shown: &Shown,
) -> (Option<Vec<String>>, usize) {
    let Some(behind) = rows[at].text.strip_prefix("done").map(str::trim) else { return (None, 0) };
    let texts = |rows: &[Row<'_>]| {
        let lines = rows.iter().map(|r| r.text.to_owned());
        lines.filter(|l| !l.is_empty()).collect::<Vec<_>>()
    };
    if let Some(tag) = behind.strip_prefix("<<").filter(|t| !t.starts_with('<')) {
        let tag = tag.trim_start_matches('-').trim().trim_matches(['\'', '"']);
        let below = &rows[at + 1..];
        let Some(end) = native::here(below, tag) else { return (None, 0) };
        return (Some(texts(&below[..end])), end + 1);
    }
    let begins = |row: &&Row<'_>| row.text.contains("| while ");
    let file = match behind.strip_prefix('<') {
        Some(file) => Some(file.trim()),
        None => rows[..at].iter().rev().take(40).find(begins).and_then(|row| {
            let file = row.text.split('|').next().unwrap_or_default().trim();
            file.strip_prefix("cat ").map(str::trim)
        }),
    };
    let file = file.map(|f| f.trim_matches(['"', '\''])).filter(|f| !f.is_empty());
    let start = file.and_then(|file| shown.get_or_init(|| files(rows)).get(name(file)).copied());
    let Some(start) = start else { return (None, 0) };
    let below = &rows[start + 1..];
    let end = below.iter().position(|r| r.text.is_empty() || unprompt(*r).1 || is_fence(r.text));
    (Some(texts(&below[..end.unwrap_or(below.len())])), 0)
}
