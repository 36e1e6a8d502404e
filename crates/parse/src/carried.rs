//! Commands that a line of another file carries: a unit, a playbook, a container's file, the table of cron, the log of what a shell
//! ran.

use crate::clean::Row;
use crate::command;
use crate::forms::is_save;
use crate::shell::Shell;

/// The command in a line of a file that runs it. What a unit runs as it stops is not in force.
pub(crate) fn carried(row: Row<'_>) -> Option<Row<'_>> {
    let text = row.text;
    match text.as_bytes().first()? {
        b'E' if text.starts_with("Exec") => of_unit(row),
        b'R' | b'C' | b'E' => ["RUN ", "CMD ", "ENTRYPOINT "].iter().find_map(|k| behind(row, k)),
        b'@' => ["@reboot root ", "@reboot "].iter().find_map(|k| behind(row, k)),
        b'-' | b'a' | b'b' | b'c' | b'e' | b'i' | b'r' | b's' | b'/' => {
            of_key(row).or_else(|| of_shell(row))
        }
        _ => None,
    }
    .or_else(|| of_trace(row))
    .or_else(|| behind_clock(row))
}

fn behind<'a>(row: Row<'a>, key: &str) -> Option<Row<'a>> {
    let rest = row.text.strip_prefix(key)?;
    let inner = shell_of(row.skip(row.text.len() - rest.len()).trim());
    runs(inner).then_some(inner)
}

fn of_unit(row: Row<'_>) -> Option<Row<'_>> {
    let (key, value) = row.text.strip_prefix("Exec")?.split_once('=')?;
    let value = value.trim_start_matches([' ', '-', '+', '@', '!', ':']);
    match key.trim_end() {
        "Start" | "StartPre" | "StartPost" => {
            Some(shell_of(row.skip(row.text.len() - value.len())))
        }
        "Stop" | "StopPost" | "Reload" => Some(Row { text: "", ..row }),
        _ => None,
    }
}

/// Keys of YAML whose value is a command, or lines of a dump.
const KEYS: [&str; 11] = [
    "command",
    "shell",
    "raw",
    "cmd",
    "run",
    "script",
    "entrypoint",
    "args",
    "exec",
    "inline",
    "rules",
];

fn of_key(row: Row<'_>) -> Option<Row<'_>> {
    let (key, value) = row.text.split_once(": ")?;
    let key = key.trim_start_matches(['-', ' ']);
    let key = key.strip_prefix("ansible.builtin.").unwrap_or(key);
    if !KEYS.contains(&key) {
        return None;
    }
    let inner = row.skip(row.text.len() - value.len()).trim();
    let whole = shell_of(inner);
    if whole.start > inner.start && runs(whole) {
        return Some(whole);
    }
    let bare = inner.text.trim_matches(['"', '\'']);
    let inner = inner.skip(inner.text.len() - inner.text.trim_start_matches(['"', '\'']).len());
    let inner = shell_of(Row { text: bare, ..inner });
    (runs(inner) || is_save(inner)).then_some(inner)
}

/// `sh -c '…'`, alone in its line.
fn of_shell(row: Row<'_>) -> Option<Row<'_>> {
    let inner = shell_of(row);
    (inner.start > row.start && runs(inner)).then_some(inner)
}

/// The mark of a trace stands within so many bytes.
const TRACED: usize = 102;

/// What the trace of a shell shows behind what a log puts in front: `Nov 30 10:00:01 gw fw.sh[812]: + iptables -F`.
fn of_trace(row: Row<'_>) -> Option<Row<'_>> {
    let begins = row.text.as_bytes().get(..TRACED).unwrap_or(row.text.as_bytes());
    let at = begins.windows(3).position(|three| three == b" + ")?;
    let front = row.text[..at].trim_end();
    let inner = row.skip(at + 3).trim();
    (front.ends_with([':', '|', ']']) && runs(inner)).then_some(inner)
}

/// Commands that set a fact of the host.
pub(crate) fn is_setting(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
    match words {
        ["sysctl", ..] => text.contains('='),
        ["echo", ..] => text.contains("/proc/sys/"),
        ["ifconfig", _, _, ..] | ["route", "add" | "del", ..] | ["brctl", _, ..] => true,
        _ => false,
    }
}

/// A line of a dump behind the time at which it was logged.
fn behind_clock(row: Row<'_>) -> Option<Row<'_>> {
    if !row.text.trim_start_matches('[').starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let stamp = |word: &str| {
        let word = word.trim_matches(['[', ']']);
        let sign =
            |c: char| c.is_ascii_digit() || matches!(c, ':' | '-' | '.' | ',' | '+' | 'T' | 'Z');
        // `[5:300]` counts packets and bytes.
        let clock = word.matches(':').count() > 1 || word.contains('-');
        word.len() > 6 && word.chars().all(sign) && clock
    };
    let front = row.words().take(2).take_while(|word| stamp(word.text)).last()?;
    if !row.text.contains(':') {
        return None;
    }
    let inner = row.skip(front.end() - row.start).trim();
    let line = inner.text.starts_with(['-', '*', ':']) || inner.text == "COMMIT";
    (line && is_strong_line(inner)).then_some(inner)
}

fn is_strong_line(row: Row<'_>) -> bool {
    is_save(row) || row.text == "COMMIT" || row.text.starts_with('*') && row.text.len() < 10
}

/// Whether a text is a command, or several of which one is.
fn runs(row: Row<'_>) -> bool {
    command::read(row, &Shell::default()).is_some()
        || is_setting(row.text)
        || row.text.contains("&&") && Shell::default().take(row, None).is_some()
}

/// What `sh -c '…'` runs.
fn shell_of(row: Row<'_>) -> Row<'_> {
    let Some((program, rest)) = row.text.split_once(" -c ") else { return row };
    let quoted = rest.trim();
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = quote.and_then(|q| quoted.strip_prefix(q)?.strip_suffix(q));
    match (program.trim().rsplit('/').next(), inner) {
        (Some("sh" | "bash" | "dash"), Some(inner)) => {
            let at = row.text.len() - rest.trim_start().len() + 1;
            Row { text: inner, start: row.start + at }
        }
        _ => row,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_the_lines_that_carry_them() {
        for (text, expect) in [
            ("ExecStart=/sbin/iptables -A INPUT -j DROP", Some("/sbin/iptables -A INPUT -j DROP")),
            ("ExecStop=iptables -F", Some("")),
            ("RUN apk add iptables && iptables -F", Some("apk add iptables && iptables -F")),
            ("RUN apk add curl", None),
            ("@reboot root /sbin/iptables -F", Some("/sbin/iptables -F")),
            ("@reboot /sbin/iptables -F", Some("/sbin/iptables -F")),
            ("@daily /sbin/iptables -F", None),
            ("command: sh -c \"iptables -F && sleep 1\"", Some("iptables -F && sleep 1")),
            ("- shell: 'iptables -F'", Some("iptables -F")),
            ("rules: '-A INPUT -p tcp -j DROP'", Some("-A INPUT -p tcp -j DROP")),
            ("rules: none", None),
            ("sh -c 'iptables -F'", Some("iptables -F")),
            ("bash -c 'ls'", None),
            ("Nov 30 10:00:01 gw fw.sh[812]: + iptables -F INPUT", Some("iptables -F INPUT")),
            ("fw-1  | + sysctl -w a.b=1", Some("sysctl -w a.b=1")),
            ("one + iptables -F", None),
            ("10:00:01 -P INPUT DROP", Some("-P INPUT DROP")),
            ("2026-11-30 10:00:01,5 :INPUT DROP [0:0]", Some(":INPUT DROP [0:0]")),
            ("[2026-11-30T10:00:01Z] COMMIT", Some("COMMIT")),
            ("[812:67890] -A INPUT -j DROP", None),
            ("10:00:01 up 3 days", None),
        ] {
            let found = carried(Row { text, start: 0 });
            assert_eq!(found.map(|r| r.text), expect, "{text}");
            assert!(found.is_none_or(|r| text[r.start..].starts_with(r.text)), "{text}");
        }
    }
}
