//! Which lines that begin with `#` are comments, which are commands behind the prompt of root, and which lines of a script
//! nothing runs.

use crate::clean::Row;
use crate::command;
use crate::prompt::{host_of, unprompt};
use crate::shell::Shell;
use chainwalk_model::builtin_names;
use std::cell::OnceCell;
use std::collections::HashMap;

/// For each row whether it is a comment. What begins with `#` is a command only where the lines around it are
/// output, or every command has one.
pub(crate) fn comments(rows: &[Row<'_>]) -> Vec<bool> {
    let mut found = vec![false; rows.len()];
    let mut start = 0;
    for end in 0..=rows.len() {
        if rows.get(end).is_none_or(|r| is_fence(r.text)) {
            of_part(&rows[start..end], &mut found[start..end]);
            start = (end + 1).min(rows.len());
        }
    }
    found
}

/// A line that opens or closes a block of code.
pub(crate) fn is_fence(text: &str) -> bool {
    let tag = || {
        let word = text.split(['>', ']']).next().unwrap_or_default().to_ascii_lowercase();
        ["<pre", "</pre", "<code", "</code", "[code", "[/code"].contains(&&*word)
            && text.ends_with(['>', ']'])
            && text.matches(['>', ']']).count() <= 2
    };
    match text.as_bytes().first() {
        Some(b'`') => text.starts_with("```") && !text[3..].contains('`'),
        Some(b'~') => text.starts_with("~~~"),
        Some(b'<' | b'[') => tag(),
        _ => false,
    }
}

/// Which rows of a script nothing runs: those between `: <<'X'` and `X`, and the commands behind an `exit` that no condition
/// stands above. `text` is what the rows are of.
pub(crate) fn idle(text: &str, rows: &[Row<'_>]) -> Vec<bool> {
    let mut found = vec![false; rows.len()];
    let mut at = 0;
    // Where each text stands last: what ends nowhere is not looked for to the end each time.
    let last = OnceCell::<HashMap<&str, usize>>::new();
    let last = || last.get_or_init(|| rows.iter().enumerate().map(|(k, r)| (r.text, k)).collect());
    let forth = OnceCell::new();
    let forth = || *forth.get_or_init(|| rows.iter().any(|r| is_titled(*r, &FORTH)));
    while at < rows.len() {
        let row = rows[at];
        let mut start = at;
        let taken = if let Some(word) = blind(row.text) {
            match last().get(word) {
                Some(end) if *end >= at => {
                    rows[at..].iter().position(|r| r.text == word).map_or(0, |end| end + 1)
                }
                _ => 0,
            }
        } else if is_titled(row, &BACK) && forth() {
            let inner = |r: &&Row<'_>| {
                let heads = r.text.starts_with("##") || r.text.ends_with(':');
                !heads && (is_fence(r.text) || is_of_script(**r) || r.text.starts_with("#!"))
            };
            1 + rows[at + 1..].iter().take_while(inner).count()
        } else if undoes(text, row) {
            // Its recipe is indented.
            let inner = |r: &&Row<'_>| r.text.is_empty() || begins_line(text, **r) == Some(false);
            1 + rows[at + 1..].iter().take_while(inner).count()
        } else if ends(text, row) {
            // It is run itself.
            start += 1;
            rows[at + 1..].iter().take_while(|r| is_of_script(**r)).count()
        } else {
            0
        };
        found[start..start + taken].fill(true);
        at += taken.max(1);
    }
    found
}

/// Whether a row is the target of a Makefile, or another label, whose commands take back what its neighbours do: `down:`.
fn undoes(text: &str, row: Row<'_>) -> bool {
    const LABELS: [&str; 14] = [
        "close",
        "del",
        "delete",
        "down",
        "stop",
        "clean",
        "off",
        "undo",
        "remove",
        "disable",
        "teardown",
        "uninstall",
        "flush",
        "reset",
    ];
    let name = row.text.trim_end_matches(':');
    // `unblock:` beside `block:`.
    let beside =
        |other: &str| !other.is_empty() && text.lines().any(|l| l.strip_suffix(':') == Some(other));
    row.text.ends_with(':')
        && (LABELS.contains(&name) || name.strip_prefix("un").is_some_and(beside))
        && begins_line(text, row) == Some(true)
}

/// What a title says of commands that take back those below another: `### End` beside `### Start`, `fw_down.sh:` beside
/// `fw_up.sh:`.
const BACK: [&str; 10] = [
    "end",
    "stop",
    "down",
    "undo",
    "revert",
    "rollback",
    "disable",
    "teardown",
    "uninstall",
    "off",
];
/// What the other title says.
const FORTH: [&str; 7] = ["start", "up", "enable", "apply", "install", "setup", "on"];

/// Whether a row is a title with one of these words.
fn is_titled(row: Row<'_>, words: &[&str]) -> bool {
    let text = row.text;
    if text.len() >= 50 || !(text.starts_with("##") || text.ends_with(':')) {
        return false;
    }
    let own = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    let own: Vec<String> = own.collect();
    own.len() < 8 && own.iter().any(|w| words.contains(&&**w))
}

/// Whether a row begins at the first column of its line.
fn begins_line(text: &str, row: Row<'_>) -> Option<bool> {
    Some(row.start == 0 || *text.as_bytes().get(row.start - 1)? == b'\n')
}

/// The word that ends the text which `: <<'X'` throws away.
fn blind(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(':')?.trim_start().strip_prefix("<<")?;
    let word = rest.trim_start_matches('-').trim().trim_matches(['\'', '"', '\\']);
    (!word.is_empty() && !word.contains(' ')).then_some(word)
}

/// Whether a script ends at a row: `exit 0` at the beginning of its line.
fn ends(text: &str, row: Row<'_>) -> bool {
    let code = row.text.strip_prefix("exit ").map(str::trim);
    code.is_some_and(|c| !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit()))
        && begins_line(text, row) == Some(true)
}

/// Whether a row is a command of a script, or nothing: neither words nor a prompt, nor the head of another script.
fn is_of_script(row: Row<'_>) -> bool {
    let text = row.text;
    let comment = text.starts_with('#') && !text.starts_with("#!");
    let first = text.split_whitespace().next().unwrap_or_default();
    let tables = first.len() > 1 && first.starts_with('$') && text.contains(" -");
    text.is_empty()
        || comment
        || tables
        || !unprompt(row).1 && command::read(row, &Shell::default()).is_some_and(|c| c.changes)
}

/// The rows of one block of code, or those around the blocks.
fn of_part(rows: &[Row<'_>], found: &mut [bool]) {
    if !rows.iter().any(|r| r.text.starts_with('#')) {
        return;
    }
    let mut script = None;
    let mut table = false;
    for (at, row) in rows.iter().enumerate() {
        if !row.text.starts_with('#') {
            match row.text.strip_prefix('*') {
                Some(name) if !builtin_names(name.trim()).is_empty() => table = true,
                _ if row.text == "COMMIT" => table = false,
                _ => {}
            }
            continue;
        }
        let (bare, _) = unprompt(*row);
        let typed = &row.text[..bare.start - row.start];
        found[at] = table
            || typed.matches('#').count() > 1
            || !match kind(bare) {
                Kind::Changes => !*script.get_or_insert_with(|| is_script(rows)),
                Kind::Shows => {
                    let next = rows[at + 1..].iter().find(|r| !r.text.is_empty());
                    let output =
                        next.is_some_and(|r| !r.text.starts_with('#') && kind(*r) == Kind::None);
                    output || !*script.get_or_insert_with(|| is_script(rows))
                }
                Kind::None => false,
            };
    }
}

/// What a row without its prompt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It is no command.
    None,
    /// It prints something.
    Shows,
    /// It changes something.
    Changes,
}

fn kind(bare: Row<'_>) -> Kind {
    let mut words = bare.text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let first = if first == "sudo" { words.next().unwrap_or_default() } else { first };
    let verb = |w: &str| matches!(w, "add" | "del" | "delete" | "set" | "replace" | "flush");
    let mut rest = words.clone();
    match first.rsplit('/').next().unwrap_or_default() {
        "ip" | "brctl" | "ipset" | "route" if rest.any(verb) => return Kind::Changes,
        "sysctl" if rest.any(|w| w.contains('=') || w == "-p") => return Kind::Changes,
        "echo" if bare.text.contains("/proc/") => return Kind::Changes,
        _ => {}
    }
    // A prompt tells more words for programs than a bare line does.
    let prompted = ["$ ", bare.text].concat();
    match command::read(Row { text: &prompted, start: 0 }, &Shell::default()) {
        Some(command) if command.changes => Kind::Changes,
        Some(_) => Kind::Shows,
        None => Kind::None,
    }
}

/// Whether commands stand among the rows without any prompt, or with one that names its host.
fn is_script(rows: &[Row<'_>]) -> bool {
    let is = |row: &Row<'_>| {
        if row.text.starts_with("#!") {
            return true;
        }
        if row.text.is_empty() || row.text.starts_with('#') {
            return false;
        }
        host_of(*row).is_some()
            || !unprompt(*row).1
                && (kind(*row) == Kind::Changes || Shell::default().take(*row, None).is_some())
    };
    rows.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Clean;
    use chainwalk_model::DocId;

    const NONE: [usize; 0] = [];

    /// The lines that are comments, from 1.
    fn told(text: &str) -> Vec<usize> {
        let clean = Clean::new(DocId(0), text);
        let rows: Vec<Row<'_>> = clean.lines().map(Row::trim).collect();
        let all = comments(&rows);
        (1..).zip(all).filter(|(_, is)| *is).map(|(n, _)| n).collect()
    }

    #[test]
    fn a_commented_command_of_a_script_is_none() {
        assert_eq!(
            told("#!/bin/sh\n#iptables -F\n# ip addr add 10.0.0.1/8 dev a\niptables -X"),
            [1, 2, 3]
        );
        assert_eq!(told("iptables -F\n# iptables -A INPUT -j DROP"), [2]);
        assert_eq!(told("IPT=/sbin/iptables\n#$IPT -A INPUT -j DROP\n$IPT -F"), [2]);
        assert_eq!(told("root@gw:~# iptables -F\n# iptables -A INPUT -j DROP"), [2]);
        assert_eq!(told("*filter\n:INPUT ACCEPT\n# iptables -S\n-A INPUT -j DROP\nCOMMIT"), [3]);
        assert_eq!(told("sysctl -w a.b=1\n# sysctl -w a.c=1\n## iptables -L\n"), [2, 3]);
    }

    #[test]
    fn a_prompt_of_root_is_one() {
        assert_eq!(told("# iptables -F\n# iptables -A INPUT -j DROP"), NONE);
        assert_eq!(told("# iptables -S\n-P INPUT DROP\n# ip a\n1: lo: <UP>"), NONE);
        assert_eq!(told("#iptables -nvL\nChain INPUT (policy ACCEPT)\n"), NONE);
        // What was done at the end is no output, but what stands below the first command is.
        assert_eq!(told("# iptables-save\n*filter\nCOMMIT\niptables -I INPUT -j DROP\n"), NONE);
        assert_eq!(told("# a note\n# iptables-save\n*filter\nCOMMIT"), [1]);
        assert_eq!(told("```\niptables -F\n```\n# iptables -S\n-P INPUT DROP\n"), NONE);
    }
}
