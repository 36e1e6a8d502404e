//! What shows only a part: lines that say that others are left out, and what `grep` let through.

use crate::clean::Row;
use chainwalk_model::{builtin_names, is_builtin};
use std::collections::HashMap;

/// Whether a row says that others were left out at its place: `...`, `[…]`, `<snip>`, `2  ... (more of them)`.
pub(crate) fn is_gap(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    let text = text.trim_start_matches(['#', '/', '*', ';']).trim_start();
    if text.len() > 120 || text.is_empty() {
        return false;
    }
    let inner =
        text.trim_matches(['[', ']', '(', ')', '<', '>', '{', '}', '-', '=', '*', '~', ' ']);
    let dots =
        inner.starts_with("...") || inner.starts_with('\u{2026}') || inner.starts_with("....");
    let only_dots = !text.is_empty() && text.chars().all(|c| matches!(c, '.' | '\u{2026}'));
    if only_dots {
        return text.len() > 1;
    }
    let lower = inner.to_ascii_lowercase();
    let words = [
        "snip",
        "snipped",
        "cut",
        "truncated",
        "omitted",
        "skipped",
        "output omitted",
        "redacted",
        "trimmed",
        "removed",
        "etc",
        "etc.",
        "more rules",
        "rules omitted",
        "other rules",
        "lines omitted",
        "and so on",
    ];
    let bracketed = text.starts_with(['[', '(', '<', '{', '-', '=', '*', '~']);
    dots && !inner.contains("->")
        || words.contains(&&*lower)
        || bracketed && words.iter().any(|w| lower.starts_with(w))
        || text.starts_with("\u{7701}\u{7565}")
        || text.starts_with("\u{4ee5}\u{4e0b}\u{7701}\u{7565}")
}

/// What a command line pipes its output through, if that lets only some lines pass.
pub(crate) fn filter(row: Row<'_>) -> Option<Row<'_>> {
    let mut quoted = None;
    for (at, c) in row.text.char_indices() {
        match (quoted, c) {
            (None, '"' | '\'') => quoted = Some(c),
            (Some(q), c) if c == q => quoted = None,
            (None, '|') if !row.text[at..].starts_with("||") => {
                let rest = row.skip(at);
                let mut words = rest.text.trim_start_matches('|').split_whitespace();
                let program = words.next()?.rsplit('/').next()?;
                let program = if program == "sudo" { words.next()? } else { program };
                // `grep -v "^#"` keeps back what is no rule.
                let remarks = ["-v \"^#\"", "-v '^#'", "-v ^#", "-v '^$'"];
                if remarks.iter().any(|r| rest.text.contains(r)) && program.ends_with("grep") {
                    continue;
                }
                let drops = match program {
                    "grep" | "egrep" | "fgrep" | "zgrep" | "rg" | "ag" | "head" | "tail"
                    | "findstr" => true,
                    // `{print $3, $4}` alone picks columns, and no lines.
                    "awk" | "gawk" => {
                        let script = rest.text.split_once(['\'', '"']).map_or("", |(_, s)| s);
                        !script.trim_start().starts_with("{print")
                    }
                    "sed" => words.any(|w| w.starts_with("-n") || w.ends_with("d'")),
                    _ => false,
                };
                if drops {
                    return Some(rest.trim());
                }
            }
            _ => {}
        }
    }
    None
}

/// The table of each row of a save text that names none: what can stand in one table only tells it, and a chain's rules
/// are in one. Else it is filter where that has the chain.
pub(crate) fn tables(rows: &[Row<'_>]) -> Vec<&'static str> {
    let told: Vec<Option<&'static str>> = rows.iter().map(|r| told(r.text)).collect();
    let mut of_chain: HashMap<&str, &'static str> = HashMap::new();
    // A chain that a rule calls is of the same table, which may take several rounds to get about.
    for _ in 0..4 {
        for (row, told) in rows.iter().zip(&told) {
            let chain = chain(row.text).filter(|c| !is_builtin(c));
            let table = told.or_else(|| chain.and_then(|c| of_chain.get(c).copied()));
            let Some(table) = table else { continue };
            for name in [chain, target(row.text)].into_iter().flatten() {
                if !is_builtin(name) && name.contains(|c: char| c.is_ascii_alphabetic()) {
                    of_chain.entry(name).or_insert(table);
                }
            }
        }
    }
    let of = |(row, told): (&Row<'_>, Option<&'static str>)| {
        let chain = chain(row.text).unwrap_or_default();
        let called = target(row.text).and_then(|t| of_chain.get(t).copied());
        told.or_else(|| of_chain.get(chain).copied())
            .or(called.filter(|t| builtin_names(t).contains(&chain)))
            .unwrap_or(if chain.ends_with("ROUTING") { "nat" } else { "filter" })
    };
    rows.iter().zip(told.iter().copied()).map(of).collect()
}

/// Whether a row that is not read is a rule of a listing still, of which a page changed the columns or a window cut some off.
pub(crate) fn is_of_rule(text: &str) -> bool {
    let target = |w: &str| matches!(w, "ACCEPT" | "DROP" | "REJECT" | "RETURN" | "LOG" | "QUEUE");
    let addr = |w: &str| {
        let number = w.split('/').next().unwrap_or(w);
        matches!(w, "anywhere" | "0.0.0.0/0" | "::/0") || number.parse::<std::net::IpAddr>().is_ok()
    };
    let words = || text.split_whitespace();
    words().any(target)
        && words().any(addr)
        && words().any(|w| matches!(w, "all" | "tcp" | "udp" | "icmp" | "--"))
        && !text.ends_with(['.', '?', '!', ':'])
}

/// The table that a rule can only be of.
fn told(rule: &str) -> Option<&'static str> {
    let table = match target(rule)? {
        "DNAT" | "SNAT" | "MASQUERADE" | "REDIRECT" | "NETMAP" => "nat",
        "NOTRACK" | "CT" | "TRACE" => "raw",
        "TPROXY" | "TOS" | "DSCP" | "TTL" | "HL" | "ECN" | "CHECKSUM" | "CLASSIFY" => "mangle",
        // nat drops nothing, and none of its chains knows both interfaces.
        "DROP" if chain(rule)?.ends_with("ROUTING") => "mangle",
        "REJECT" | "DROP" => "filter",
        "ACCEPT" if matches!(chain(rule)?, "INPUT" | "FORWARD" | "OUTPUT") => "filter",
        "ACCEPT"
            if tests(rule, &["-i", "--in-interface"])
                && tests(rule, &["-o", "--out-interface"]) =>
        {
            "filter"
        }
        "MARK" | "CONNMARK" | "TCPMSS" if is_builtin(chain(rule)?) => "mangle",
        _ => return None,
    };
    Some(table)
}

/// Whether a rule has one of these options.
fn tests(rule: &str, options: &[&str]) -> bool {
    rule.split_whitespace().any(|w| options.contains(&w))
}

fn chain(rule: &str) -> Option<&str> {
    let mut words = rule.split_whitespace();
    words.find(|w| matches!(*w, "-A" | "-P" | "-N" | "-I" | "--append"))?;
    words.next()
}

fn target(rule: &str) -> Option<&str> {
    let mut words = rule.split_whitespace();
    words.find(|w| matches!(*w, "-j" | "-g" | "--jump" | "--goto"))?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row<'_> {
        Row { text, start: 0 }
    }

    #[test]
    fn what_says_that_lines_are_left_out() {
        for text in [
            "...",
            "\u{2026}",
            "[...]",
            "[\u{2026}]",
            "<snip>",
            "[snip]",
            "-- snip --",
            "(...)",
            "2  ... (a bunch of entries)",
            "# ...",
            "... more rules ...",
            "[output omitted]",
            "[cut]",
            "<...>",
            "... etc ...",
            "....",
            "--- snip ---",
        ] {
            assert!(is_gap(text), "{text}");
        }
        for text in ["", ".", "-A INPUT -j DROP", "cut it", "5", "[1:2]", "to do", "10.0.0.0/8"] {
            assert!(!is_gap(text), "{text}");
        }
    }

    #[test]
    fn what_lets_only_some_lines_pass() {
        let told = |text| filter(row(text)).map(|r| r.text);
        for (text, expect) in [
            ("iptables-save | grep 80", Some("| grep 80")),
            ("iptables -L -n | sudo grep -i drop", Some("| sudo grep -i drop")),
            ("iptables -S|head -20", Some("|head -20")),
            ("iptables -S | sort | tail -1", Some("| tail -1")),
            ("iptables -S | sed -n 1,5p", Some("| sed -n 1,5p")),
            ("iptables -S | less", None),
            ("iptables -S | tee x", None),
            ("iptables -S", None),
            ("iptables -A INPUT -m comment --comment \"a | grep b\"", None),
        ] {
            assert_eq!(told(text), expect, "{text}");
        }
    }

    #[test]
    fn rows_of_several_tables_are_told_apart() {
        let rows = [
            "-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1",
            "-A INPUT -j DROP",
            "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
            "-A DOCKER -p tcp --dport 81 -j DNAT --to-destination 10.0.0.2",
            "-A FORWARD -j web",
            "-A web -p tcp -j REJECT",
            "-A OUTPUT -j TOS --set-tos 8",
            "-A other -p tcp -j ACCEPT",
        ];
        let rows: Vec<Row<'_>> = rows.iter().map(|t| row(t)).collect();
        let expect = ["nat", "filter", "nat", "nat", "filter", "filter", "mangle", "filter"];
        assert_eq!(tables(&rows), expect);
    }
}
