//! `ipset save` lines (`create`, `add`), and `ipset list`.

use super::block::{Block, Facts, made, pasted};
use crate::case::sets;
use crate::clean::{Clean, Row};
use crate::part::is_gap;
use chainwalk_model::{IpSet, Origin, SectionKind};
use std::collections::HashMap;

/// Lines that create sets and add elements.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if !is_create(rows.first()?.text) {
        return None;
    }
    let more = |row: &&Row<'_>| {
        is_create(row.text) || row.text.starts_with("add ") || row.text.starts_with("-A ")
    };
    let taken = rows.iter().take_while(more).count();
    let lines: Vec<String> = rows[..taken].iter().map(|r| r.text.to_owned()).collect();
    let (mut found, _) = sets::read(&lines, Origin::Default);
    let creates = rows[..taken].iter().filter(|r| is_create(r.text));
    let places: HashMap<&str, Row<'_>> =
        creates.filter_map(|r| Some((r.text.split_whitespace().nth(1)?, *r))).collect();
    for set in &mut found {
        if let Some(row) = places.get(&*set.name) {
            set.origin = pasted(clean, *row);
        }
    }
    let kind = SectionKind::Sets(found.len() as u32);
    made(clean, rows, taken, kind, Facts { sets: found, ..Facts::default() })
}

/// `Name: s`, `Type: hash:ip`, `Header: …`, `Members:` and what follows, for each set.
pub(super) fn list(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let first = rows.first()?;
    let name = first.text.strip_prefix("Name: ")?;
    let kind = rows.get(1)?.text.strip_prefix("Type: ")?;
    let taken = rows.iter().take_while(|r| !r.text.is_empty()).count();
    let header = rows[..taken].iter().find_map(|r| r.text.strip_prefix("Header: "));
    let mut lines = vec![format!("create {name} {kind} {}", header.unwrap_or_default())];
    let members = rows[..taken].iter().skip_while(|r| !r.text.starts_with("Members:")).skip(1);
    lines.extend(members.map(|r| format!("add {name} {}", r.text)));
    // `| head` and people leave out the rest of a long one, which its own count tells.
    let count = rows[..taken].iter().find_map(|r| r.text.strip_prefix("Number of entries:"));
    let count: Option<usize> = count.and_then(|n| n.trim().parse().ok());
    let in_part = count.is_some_and(|count| lines.len() - 1 < count);
    let (mut found, _) = sets::read(&lines, Origin::Default);
    for set in &mut found {
        set.origin = pasted(clean, *first);
        if in_part || rows[..taken].iter().any(|r| is_gap(r.text)) {
            set.options.push(IpSet::IN_PART.into());
        }
    }
    made(clean, rows, taken, SectionKind::Sets(1), Facts { sets: found, ..Facts::default() })
}

/// `create NAME hash:ip …`.
fn is_create(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let verb = matches!(words.next(), Some("create" | "-N"));
    let kind = words.nth(1).unwrap_or_default();
    verb && ["hash:", "bitmap:", "list:"].iter().any(|k| kind.starts_with(k))
}
