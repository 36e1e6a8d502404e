//! What a loop of a script reads, where the paste shows it.

use crate::clean::Row;
use crate::comments::is_fence;
use crate::native;
use crate::prompt::unprompt;

/// The lines that a loop reads which ends in a row, as far as the text shows them, and how many rows below belong to it:
/// `done <<EOF`, or `done < list.txt` where `cat list.txt` shows that file.
pub(super) fn lines_read(rows: &[Row<'_>], at: usize) -> (Option<Vec<String>>, usize) {
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
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let shows = |row: &Row<'_>| {
        let (bare, prompted) = unprompt(*row);
        let shown = bare.text.strip_prefix("sudo ").unwrap_or(bare.text).strip_prefix("cat ");
        prompted && shown.zip(file).is_some_and(|(shown, file)| name(shown.trim()) == name(file))
    };
    let Some(start) = file.and_then(|_| rows.iter().position(shows)) else { return (None, 0) };
    let below = &rows[start + 1..];
    let end = below.iter().position(|r| r.text.is_empty() || unprompt(*r).1 || is_fence(r.text));
    (Some(texts(&below[..end.unwrap_or(below.len())])), 0)
}
