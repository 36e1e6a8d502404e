//! `ipset save` lines: `create`, `add`.

use super::{Block, Facts, made, pasted};
use crate::case::sets;
use crate::clean::{Clean, Row};
use chainwalk_model::{Origin, SectionKind};

/// Lines that create sets and add elements.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if !is_create(rows.first()?.text) {
        return None;
    }
    let more = |row: &&Row<'_>| is_create(row.text) || row.text.starts_with("add ") || row.text.starts_with("-A ");
    let taken = rows.iter().take_while(more).count();
    let lines: Vec<String> = rows[..taken].iter().map(|r| r.text.to_owned()).collect();
    let (mut found, _) = sets::read(&lines, Origin::Default);
    for set in &mut found {
        let prefix = |text: &str| {
            let mut words = text.split_whitespace();
            words.next();
            words.next() == Some(&*set.name)
        };
        if let Some(row) = rows[..taken].iter().find(|r| is_create(r.text) && prefix(r.text)) {
            set.origin = pasted(clean, *row);
        }
    }
    let kind = SectionKind::Sets(found.len() as u32);
    made(clean, rows, taken, kind, Facts { sets: found, ..Facts::default() })
}

/// `create NAME hash:ip …`.
fn is_create(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let verb = matches!(words.next(), Some("create" | "-N"));
    let kind = words.nth(1).unwrap_or_default();
    verb && ["hash:", "bitmap:", "list:"].iter().any(|k| kind.starts_with(k))
}
