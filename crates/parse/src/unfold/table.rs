//! Listings in a table of Markdown, or with commas between their cells.

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
    let title = title.trim_matches(['*', '`', '"', ' ']).to_ascii_lowercase();
    let name = ALSO.iter().find(|(also, _)| *also == title).map_or(&*title, |(_, name)| name);
    COLUMNS.iter().find(|(known, ..)| *known == name)
}

/// The table at hand, where it is a listing: whether commas part its cells, and its columns.
#[derive(Debug)]
pub(super) struct Columns {
    commas: bool,
    titles: Vec<Option<&'static (&'static str, &'static str, &'static str)>>,
}

/// Where a row is parted into cells, quotes kept whole: each sign's beginning and end.
fn parted(text: &str, commas: bool) -> Vec<(usize, usize)> {
    let mut quoted = false;
    let sign = |(at, c): (usize, char)| {
        quoted ^= commas && c == '"';
        let parts = if commas { c == ',' && !quoted } else { SIGNS.contains(&c) };
        parts.then(|| (at, at + c.len_utf8()))
    };
    text.char_indices().filter_map(sign).collect()
}

/// Takes a row of a table of Markdown apart; whether it is one of a listing.
pub(super) fn cells(row: Row<'_>, table: &mut Option<Columns>, cuts: &mut Vec<Cut>) -> bool {
    let row = row.trim();
    let has_signs = row.text.contains(SIGNS);
    let commas = match table {
        Some(table) => table.commas,
        None => !has_signs && row.text.matches(',').count() > 2,
    };
    if !(has_signs || commas && row.text.contains(',')) {
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
    let pipes = parted(row.text, commas);
    let starts = (!framed).then_some(0).into_iter().chain(pipes.iter().map(|(_, end)| *end));
    let cell = |start: usize| {
        let end = pipes.iter().map(|(at, _)| *at).find(|at| *at >= start);
        let end = end.unwrap_or(row.text.len());
        row.skip(start).text[..end - start].trim()
    };
    let starts: Vec<usize> = starts.collect();
    let head = table.is_none();
    if head {
        let titles: Vec<_> = starts.iter().map(|s| column(cell(*s))).collect();
        let has = |name: &str| titles.iter().flatten().any(|(known, ..)| *known == name);
        if !has("target") || !has("prot") || !has("source") {
            return false;
        }
        *table = Some(Columns { commas, titles });
    }
    let Some(Columns { titles, .. }) = table else { return false };
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
        for (mark, _) in text.match_indices(['`', '"']).filter(|(_, m)| *m == "`" || commas) {
            cuts.push(Cut { start: at + mark, end: at + mark + 1, with: "" });
        }
    }
    true
}
