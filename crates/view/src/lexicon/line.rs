//! The words of a line of a paste.

use super::word::{Word, told};
use super::{command, listing, native};
use crate::explained::Explained;
use crate::page::Lang;
use chainwalk_model::{Backend, Ruleset, Span};

/// A language of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Command,
    Listing,
    Native,
}

/// The words of a line of rules. `native` says whether it is nft's, where the rules that were read tell.
pub fn line_words(lang: Lang, line: &str, native: Option<bool>) -> Vec<Word> {
    let Some(dialect) = dialect(line, native) else { return Vec::new() };
    let found = match dialect {
        Dialect::Command => command::words(line),
        Dialect::Listing => listing::words(line),
        Dialect::Native => native::words(line),
    };
    let native = dialect == Dialect::Native;
    found.into_iter().map(|found| told(lang, line, 0, found, native)).collect()
}

/// Options that a command of iptables, or a rule of a save, has.
const COMMANDS: [&str; 10] = ["-A", "-I", "-D", "-R", "-P", "-N", "-X", "-F", "-j", "-m"];

/// In what language a line is written; `None` where it holds no rule.
fn dialect(line: &str, native: Option<bool>) -> Option<Dialect> {
    if native == Some(true) {
        return Some(Dialect::Native);
    }
    let mut tokens = line.split_whitespace();
    let first = tokens.clone().next()?;
    let heads = first.len() > 1 && first.starts_with([':', '*']);
    if heads || tokens.any(|word| COMMANDS.contains(&word) || command::is_long(word)) {
        return Some(Dialect::Command);
    }
    if native == Some(false) || listing::is_line(line) {
        return Some(Dialect::Listing);
    }
    native::is_line(line).then_some(Dialect::Native)
}

/// The words of the line of a document that a place begins in; they count in the line.
pub fn place_words(t: &Explained, at: Span) -> Vec<Word> {
    let text = t.docs.get(usize::from(at.doc.0)).copied().unwrap_or_default();
    let Some((before, behind)) = text.split_at_checked(at.start as usize) else {
        return Vec::new();
    };
    let from = before.rfind('\n').map_or(0, |end| end + 1);
    let to = behind.find('\n').map_or(text.len(), |end| at.start as usize + end);
    let native = native_at(t.rules(), Span { start: from as u32, end: to as u32, ..at });
    line_words(t.lang, &text[from..to], native)
}

/// Whether the rules at a place are nft's; `None` where there are none.
pub(crate) fn native_at(rules: &Ruleset, at: Span) -> Option<bool> {
    let holds = |span: Span| span.doc == at.doc && span.start < at.end && at.start < span.end;
    let of_chain = || rules.chains.iter().find(|c| holds(c.span)).map(|c| c.table);
    let of_rule = || rules.rules.iter().find(|r| holds(r.span)).map(|r| rules.chain(r.chain).table);
    let of_table = || rules.tables.iter().find(|t| holds(t.span)).map(|t| t.backend);
    let table = of_rule().or_else(of_chain).map(|table| rules.table(table).backend);
    table.or_else(of_table).map(|backend| backend == Backend::Nft)
}
