//! Rows that people write or quote without what a program prints around them.

use crate::clean::{Clean, Row};
use crate::forms::is_save;
use crate::names::is_tables;
use crate::native::here_word;
use chainwalk_model::builtin_names;

/// Whether rules without their program stand as `iptables -S` prints them, its policies and chains first.
pub(super) fn looks_printed(rows: &[Row<'_>]) -> bool {
    let begins = |row: &Row<'_>, verb| row.text.starts_with(verb);
    rows.first().is_some_and(|r| begins(r, "-P ") || begins(r, "-N "))
        && rows.iter().any(|r| begins(r, "-A "))
}

/// The table that a heading is of: `== nat`, `### filter table`, `[mangle]`.
pub(super) fn headed(row: Row<'_>) -> Option<&str> {
    let marked = row.text.starts_with(['=', '#', '-', '[', '(']) || row.text.ends_with(':');
    if !marked || row.text.len() >= 40 {
        return None;
    }
    let sign = |c: char| matches!(c, '=' | '#' | '-' | '[' | ']' | '(' | ')' | ':' | ' ');
    let words = row.text.split(sign).filter(|w| !w.is_empty());
    let mut words = words.filter(|w| !w.eq_ignore_ascii_case("table"));
    let (Some(name), None) = (words.next(), words.next()) else { return None };
    (!builtin_names(name).is_empty()).then_some(name)
}

/// Whether a row stands in a line that a mail quotes.
pub(super) fn is_quoted(clean: &Clean, row: Row<'_>) -> bool {
    let start = clean.text[..row.start].rfind('\n').map_or(0, |at| at + 1);
    clean.text[start..].trim_start().starts_with('>')
}

/// `-t nat -A …` as people write it without the program: the table, and the rule behind it.
pub(super) fn of_table(row: Row<'_>) -> Option<(&str, Row<'_>)> {
    let rest = row.text.strip_prefix("-t ").or_else(|| row.text.strip_prefix("--table "))?;
    let rest = row.skip(row.text.len() - rest.len()).trim();
    let name =
        rest.text.split_whitespace().next().filter(|name| !builtin_names(name).is_empty())?;
    let rule = rest.skip(name.len()).trim();
    (rule.text.starts_with('-') && is_save(rule)).then_some((name, rule))
}

/// Whether a row gives what it reads to commands that make rules, one for each word: `… | xargs -n1 iptables …`.
pub(super) fn is_for_each(row: Row<'_>) -> bool {
    let Some(at) = row.text.find("xargs ") else { return false };
    let mut rest = row.skip(at).words().skip(1);
    rest.any(|word| is_tables(word))
}

/// How many rows a script only shows to who runs it: `cat <<EOF`, and what follows it, where no row is one of a dump.
pub(super) fn only_shown(rows: &[Row<'_>]) -> Option<usize> {
    let first = rows.first().map(|r| r.text)?;
    if !first.starts_with("cat <<") || first.contains(['>', '|', ';', '&']) {
        return None;
    }
    let end = here(first)?;
    // It may have been taken for the rest of a rule.
    let ends = |r: &Row<'_>| r.text.ends_with(&*end);
    let taken = 1 + rows.iter().skip(1).take(200).position(ends)?;
    let dump =
        rows[..taken].iter().any(|r| r.text.starts_with('*') || r.text.starts_with("table "));
    (!dump).then_some(taken + 1)
}

/// The line that ends those which a command of a shell reads, where they stand below it.
pub(super) fn here(text: &str) -> Option<String> {
    let end = here_word(text).filter(|end| !end.is_empty() && !end.starts_with('<'));
    end.map(str::to_owned)
}
