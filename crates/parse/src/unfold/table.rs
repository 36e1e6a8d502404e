//! Listings in a table of Markdown.

use crate::clean::{Cut, Row};

/// The columns of a listing as the cells above a table of Markdown name them, and what stands for an empty cell.
pub(super) const COLUMNS: [(&str, &str, &str); 10] = [
    ("num", "num", " 0 "),
    ("pkts", "pkts", " 0 "),
    ("bytes", "bytes", " 0 "),
    ("target", "target", " "),
    ("prot", "prot", " all "),
    ("opt", "opt", " -- "),
    ("in", "in", " * "),
    ("out", "out", " * "),
    ("source", "source", " anywhere "),
    ("destination", "destination", " anywhere "),
];

/// The signs between cells, also of a table that is drawn.
const SIGNS: [char; 3] = ['|', '\u{2502}', '\u{2503}'];

/// Other names of them.
const ALSO: [(&str, &str); 6] = [
    ("#", "num"),
    ("no", "num"),
    ("protocol", "prot"),
    ("proto", "prot"),
    ("src", "source"),
    ("dest", "destination"),
];

/// The column that a cell is the title of.
pub(super) fn column(title: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let title = title.trim_matches(['*', '`', ' ']).to_ascii_lowercase();
    let name = ALSO.iter().find(|(also, _)| *also == title).map_or(&*title, |(_, name)| name);
    COLUMNS.iter().find(|(known, ..)| *known == name)
}

/// The columns of the table of Markdown at hand, where it is a listing.
pub(super) type Columns = Vec<Option<&'static (&'static str, &'static str, &'static str)>>;

/// Takes a row of a table of Markdown apart; whether it is one of a listing.
pub(super) fn cells(row: Row<'_>, table: &mut Option<Columns>, cuts: &mut Vec<Cut>) -> bool {
    let row = row.trim();
    if !row.text.contains(SIGNS) {
        // `├───┼───┤` of a table that is drawn.
        let drawn = |c: char| matches!(c, '\u{2500}'..='\u{257f}' | '+' | '-' | '=' | ' ');
        if table.is_some() && !row.text.is_empty() && row.text.chars().all(drawn) {
            let start = row.start.saturating_sub(1);
            cuts.push(Cut { start, end: row.end(), with: "" });
            return true;
        }
        *table = None;
        return false;
    }
    let framed = row.text.starts_with(SIGNS);
    let pipes: Vec<(usize, usize)> =
        row.text.match_indices(SIGNS).map(|(at, sign)| (at, at + sign.len())).collect();
    let starts = (!framed).then_some(0).into_iter().chain(pipes.iter().map(|(_, end)| *end));
    let cell = |start: usize| {
        let end = pipes.iter().map(|(at, _)| *at).find(|at| *at >= start);
        let end = end.unwrap_or(row.text.len());
        row.skip(start).text[..end - start].trim()
    };
    let starts: Vec<usize> = starts.collect();
    let head = table.is_none();
    if head {
        let titles: Columns = starts.iter().map(|s| column(cell(*s))).collect();
        let has = |name: &str| titles.iter().flatten().any(|(known, ..)| *known == name);
        if !has("target") || !has("prot") || !has("source") {
            return false;
        }
        *table = Some(titles);
    }
    let Some(titles) = table else { return false };
    if row.text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '+' | '\u{2500}'..='\u{257f}'))
    {
        // The line under the titles goes with its end.
        let start = row.start.saturating_sub(1);
        cuts.push(Cut { start, end: row.end(), with: "" });
        return true;
    }
    let has = |name: &str| titles.iter().flatten().any(|(known, ..)| *known == name);
    let (opt, within, out) = (has("opt"), has("in"), has("out"));
    for (n, start) in starts.iter().enumerate() {
        let title = titles.get(n).copied().flatten();
        let text = cell(*start);
        let name = title.map(|(name, ..)| *name);
        let after = n.checked_sub(1).and_then(|n| titles.get(n)).copied().flatten();
        let after = after.map(|(name, ..)| *name);
        if let Some((pipe, _)) = pipes.iter().find(|(_, end)| end == start) {
            let place = row.start + start;
            cuts.push(Cut { start: row.start + pipe, end: place, with: " " });
            // A listing has these columns, or none of interfaces.
            let mut add = |with| cuts.push(Cut { start: place, end: place, with });
            if after == Some("prot") && !opt {
                add(if head { " opt " } else { " -- " });
            }
            if after == Some("in") && !out {
                add(if head { " out " } else { " * " });
            }
            if name == Some("out") && !within {
                add(if head { " in " } else { " * " });
            }
            if let Some((.., empty)) = title.filter(|_| text.is_empty() && !head) {
                add(empty);
            }
        }
        let at = row.start
            + start
            + (row.skip(*start).text.len() - row.skip(*start).text.trim_start().len());
        if head && title.is_none() && !text.is_empty() {
            // What stands behind the columns has no title.
            cuts.push(Cut { start: at, end: at + text.len(), with: "" });
            continue;
        }
        if let Some((.., title, _)) = title.filter(|(_, title, _)| head && *title != text) {
            cuts.push(Cut { start: at, end: at + text.len(), with: title });
            continue;
        }
        for (mark, _) in text.match_indices('`') {
            cuts.push(Cut { start: at + mark, end: at + mark + 1, with: "" });
        }
    }
    true
}
