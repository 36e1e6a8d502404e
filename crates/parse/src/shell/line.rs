//! The pieces of a line of a shell: its commands and how they are joined, assignments, functions, variables.

use crate::clean::Row;
use crate::names::is_tables;
use crate::prompt::unprompt;
use crate::value::{cidr, whole};

/// `$NAME`, `${NAME}` or `$1` at the start of a text: the name, and how long it is there.
pub(super) fn variable(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix('$')?;
    let (inner, brace) = match inner.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // What is given to a function has a number, or one of these signs for all of it.
    let sign = |c: char| c.is_ascii_digit() || matches!(c, '@' | '*' | '#');
    let end =
        if inner.starts_with(sign) { 1 } else { inner.find(|c| !part(c)).unwrap_or(inner.len()) };
    let name = &inner[..end];
    let named = !name.is_empty();
    // `${NAME[@]}`, `${NAME[*]}`: all of an array.
    let all = ["[@]}", "[*]}"].iter().any(|all| brace && inner[end..].starts_with(all));
    if named && all {
        return Some((name, 2 + end + 4));
    }
    if !named || (brace && !inner[end..].starts_with('}')) {
        return None;
    }
    Some((name, 1 + end + if brace { 2 } else { 0 }))
}

/// `${NAME:-value}`, `${NAME-value}`, `${NAME:=value}` at the start of a text: the name, what stands for it where it is not set,
/// and how long it is there.
pub(super) fn with_default(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix("${")?;
    let end = inner.find('}')?;
    let (name, value) = inner[..end].split_once(['-', '='])?;
    let name = name.strip_suffix(':').unwrap_or(name);
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let value = value.trim_matches(['"', '\'']);
    (named && !value.contains(['$', '`'])).then_some((name, value, end + 3))
}

/// `NAME=value`, `export NAME=value`: the name, the value as it stands, and what follows. `None` for the value of
/// an array that has names, or goes on in the next line.
pub(super) fn assignment(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let mut text = text;
    for word in ["export ", "readonly ", "local ", "declare ", "typeset "] {
        text = text.strip_prefix(word).map_or(text, str::trim_start);
    }
    let (name, value) = text.split_once('=')?;
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let named = first && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let (value, rest) = one(value);
    let rest = rest.trim_start();
    // `NAME=value command` sets it for that command alone.
    let next = rest.split(['=', ' ']).next().unwrap_or_default();
    let alone = rest.is_empty() || rest.starts_with('#') || rest[next.len()..].starts_with('=');
    // An array has its words for a value.
    let words = value.strip_prefix('(').and_then(|v| v.strip_suffix(')')).unwrap_or(value);
    let value = Some(words).filter(|v| !v.starts_with('(') && !v.contains("]="));
    (named && alone).then_some((name, value, rest))
}

/// The first word of a text, quotes and substitutions kept whole, and what is left.
pub(super) fn one(text: &str) -> (&str, &str) {
    let mut quote = None;
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'' | '`') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if c.is_whitespace() && depth == 0 => return text.split_at(at),
            _ => {}
        }
    }
    (text, "")
}

/// `name() {`, `function name {`: the name.
pub(super) fn function(text: &str) -> Option<&str> {
    let word = text.strip_prefix("function ").map(str::trim_start);
    let text = word.unwrap_or(text);
    let (name, rest) = if let Some(parts) = text.split_once("()") {
        parts
    } else {
        // With the word, the brackets may be missing.
        let at = text.find('{').filter(|_| word.is_some())?;
        let alone = matches!(text[at + 1..].chars().next(), None | Some(' ' | '\t'));
        text.split_at(Some(at).filter(|_| alone)?)
    };
    let rest = rest.trim_start();
    let named = !name.trim().is_empty()
        && name.trim().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (named && (rest.is_empty() || rest.starts_with('{'))).then_some(name.trim())
}

/// How a command is joined to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// It follows.
    Line,
    /// It runs only if the other one succeeded.
    And,
    /// It runs only if the other one failed.
    Or,
}

/// Whether a command only makes ready for those behind it: that it succeeds goes without saying.
fn prepares(row: Row<'_>) -> bool {
    const PROGRAMS: [&str; 16] = [
        "apk", "apt", "apt-get", "yum", "dnf", "pacman", "modprobe", "sysctl", "echo", "sleep",
        "mkdir", "cd", "set", "nft", "ipset", "ip",
    ];
    let mut words = row.text.split_whitespace();
    let first = words.find(|w| *w != "sudo").unwrap_or_default();
    PROGRAMS.contains(&first.rsplit('/').next().unwrap_or(first))
}

/// Whether a command does what it is for, the first one in a function too.
fn goes_well(row: Row<'_>) -> bool {
    let (row, _) = unprompt(row);
    let opened = function(row.text).and_then(|_| row.text.find('{'));
    let row = opened.map_or(row, |at| row.skip(at + 1).trim());
    is_tables(row) || prepares(row)
}

/// Whether a command asks whether a rule is there: `iptables -C …`.
fn checks(row: Row<'_>) -> bool {
    is_tables(row) && row.text.split_whitespace().any(|w| matches!(w, "-C" | "--check"))
}

/// The same of the condition of a branch.
pub(super) fn asks_for_rule(text: &str) -> bool {
    checks(Row { text: text.trim(), start: 0 })
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) row: Row<'a>,
    pub(super) after: Joint,
}

/// The commands of a line, parted by `;`, `&&` and `||` outside of quotes.
pub(super) fn split(row: Row<'_>) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let (mut start, mut after, mut quote, mut depth) = (0, Joint::Line, None, 0_u32);
    let text = row.text;
    let mut chars = text.char_indices().peekable();
    let mut blank = true;
    let mut push = |start: usize, end: usize, after: Joint| {
        let row = Row { text: &text[start..end], start: row.start + start }.trim();
        // A rule that was made before is no condition for the next one.
        let after = match parts.last() {
            Some(last) if after == Joint::And && goes_well(last.row) => last.after,
            // What is checked for is there behind it, whichever it was.
            Some(last) if after == Joint::Or && checks(last.row) => last.after,
            _ => after,
        };
        if !row.text.is_empty() {
            parts.push(Part { row, after });
        }
    };
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, '#') if blank => {
                push(start, at, after);
                return parts;
            }
            (None, '"' | '\'' | '`') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (Some('"') | None, '\\') => drop(chars.next()),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 => {
                push(start, at, after);
                (start, after) = (at + 1, Joint::Line);
            }
            (None, '&' | '|') if depth == 0 && chars.peek().is_some_and(|(_, next)| *next == c) => {
                push(start, at, after);
                chars.next();
                (start, after) = (at + 2, if c == '&' { Joint::And } else { Joint::Or });
            }
            _ => {}
        }
        blank = c.is_whitespace() || c == ';';
    }
    push(start, text.len(), after);
    parts
}

/// The label of a branch of a `case`, and what stands behind it.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.split_once(')')?;
    let fits = |c: char| c.is_alphanumeric() || "|-_*?\"'[].+ ".contains(c);
    (!label.trim().is_empty() && label.chars().all(fits)).then_some((label, rest))
}

/// Whether a command leaves a loop, or its round.
pub(super) fn leaves(row: Row<'_>) -> bool {
    matches!(first_word(row), "break" | "continue" | "exit" | "return")
}

/// Whether a line is one that only a shell has.
pub(super) fn is_shell(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let last = text.split_whitespace().next_back().unwrap_or_default();
    match first {
        "if" | "elif" => text.contains(" [ ") || text.contains("[["),
        "case" => last == "in",
        _ => function(text).is_some() || assignment(text).is_some() || is_elsewhere(text),
    }
}

/// Whether a command leads to rules that are not here to be read.
pub(super) fn is_elsewhere(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let program = first.rsplit('/').next().unwrap_or(first);
    let network = |w: &str| whole(cidr, w).is_some();
    let file = words.next().map(|w| w.trim_matches(['"', '\'', ',']));
    let file = file.is_some_and(|w| w.contains(['/', '.', '$']) && !network(w));
    match program {
        "." | "source" => file,
        "eval" => true,
        // `iptables-restore v1.8.4 (legacy): …`, `iptables-restore: line 5 failed` is what it says of its own.
        "iptables-restore" | "ip6tables-restore" => {
            !text.contains("<<") && !text.contains("): ") && !text.contains("failed")
        }
        _ => false,
    }
}

pub(super) fn first_word(row: Row<'_>) -> &str {
    row.text.split_whitespace().next().unwrap_or_default()
}

/// The loop of a row that another program's output goes into, without that program.
pub(super) fn fed(row: Row<'_>) -> Row<'_> {
    row.text.find("| while ").map_or(row, |at| row.skip(at + 2))
}

/// Whether a line opens a loop or a branch, however its condition looks: what follows it says so.
pub(super) fn opens(parts: &[Part<'_>], next: Option<Row<'_>>) -> bool {
    let first = |row: Row<'_>| fed(row).text.split_whitespace().next().map(str::to_owned);
    let rows: Vec<Row<'_>> = parts.iter().map(|p| p.row).chain(next).collect();
    let waits =
        |at: usize, with: &str| rows[at + 1..].iter().any(|r| first(*r).as_deref() == Some(with));
    parts.iter().enumerate().any(|(at, part)| match first(part.row).as_deref() {
        Some("while" | "until" | "for" | "select") => waits(at, "do"),
        Some("if" | "elif") => waits(at, "then"),
        _ => false,
    })
}
