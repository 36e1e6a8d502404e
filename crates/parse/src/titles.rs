//! Titles that say whose the dumps below them are, where no prompt does: `On the server (10.0.0.20):`, `### Node 2`,
//! `web1 | CHANGED | rc=0 >>`.

use crate::clean::Row;
use crate::command;
use crate::comments::is_fence;
use crate::hosts::Label;
use crate::prompt::{host_of, unprompt};
use crate::shape::is_strong;
use crate::shell::Shell;
use std::collections::HashMap;
use std::net::IpAddr;

/// What machines are called in words.
const MACHINES: [&str; 25] = [
    "server",
    "client",
    "host",
    "router",
    "gateway",
    "node",
    "machine",
    "vm",
    "vps",
    "guest",
    "laptop",
    "desktop",
    "pc",
    "peer",
    "master",
    "worker",
    "box",
    "raspberry",
    "pi",
    "hypervisor",
    "container",
    "服务器",
    "客户端",
    "主机",
    "路由器",
];

/// Words that tell a moment and not a machine.
const MOMENTS: [&str; 12] = [
    "before", "after", "now", "then", "old", "new", "reboot", "restart", "update", "upgrade",
    "vorher", "nachher",
];

/// What stands before the name of a machine and tells it from no other.
const ARTICLES: [&str; 22] = [
    "on", "the", "my", "from", "at", "of", "our", "a", "this", "in", "inside", "for", "to", "and",
    "output", "rules", "iptables", "auf", "dem", "im", "config", "same",
];

/// The longest title.
const MOST: usize = 90;

/// The rows that are such titles, each with whose the lines below it are. In words they count only where they name
/// several machines and no prompt names one.
pub(crate) fn titles(rows: &[Row<'_>]) -> Vec<(usize, Label)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut listed = false;
    for (at, row) in rows.iter().enumerate() {
        let apart = at == 0 || rows[at - 1].text.is_empty() || is_fence(rows[at - 1].text);
        if row.text.len() > MOST || row.text.len() < 2 {
            continue;
        }
        if let Some(name) = of_tool(row.text) {
            listed = true;
            found.push((at, name));
        } else if apart && let Some(name) = named(*row).filter(|_| leads(&rows[at + 1..])) {
            found.push((at, name));
        }
    }
    let Some((_, first)) = found.first() else { return Vec::new() };
    let several = found.iter().any(|(_, name)| !same(name, first));
    if !listed && rows.iter().any(|r| host_of(*r).is_some()) {
        // The prompt below a title names the host whose address the title may tell.
        let prompted = |at: usize| {
            let mut next =
                rows[at + 1..].iter().filter(|r| !r.text.is_empty() && !is_fence(r.text));
            next.next().and_then(|r| host_of(*r)).map(|host| (at, Label::machine(host)))
        };
        let addressed = |at: usize| {
            let sign = |c: char| c.is_whitespace() || "()[]（）:,/".contains(c);
            rows[at].text.split(sign).any(|w| w.parse::<IpAddr>().is_ok())
        };
        let told = found.iter().filter(|(at, _)| addressed(*at));
        return told.filter_map(|(at, _)| prompted(*at)).collect();
    }
    if !listed && !several {
        return Vec::new();
    }
    // `the VPN server`, `the server`: one of them.
    let mut full: HashMap<&str, &str> = HashMap::new();
    for (_, name) in &found {
        let blanks = name.match_indices(' ').map(|(at, _)| at + 1);
        for start in blanks.chain([0]) {
            let longest = full.entry(&name[start..]).or_insert(name);
            if name.len() >= longest.len() {
                *longest = name;
            }
        }
    }
    let label = |name: &String| {
        let name = full.get(&**name).map_or_else(|| name.clone(), |full| (*full).to_owned());
        if name.ends_with("container") { Label::Part(name) } else { Label::machine(&name) }
    };
    found.iter().map(|(at, name)| (*at, label(name))).collect()
}

fn same(a: &str, b: &str) -> bool {
    a == b || a.ends_with(&[" ", b].concat()) || b.ends_with(&[" ", a].concat())
}

/// The host that a program which asks several puts above what each answered.
fn of_tool(text: &str) -> Option<String> {
    // `[1] 10:00:01 [SUCCESS] web1` of pssh.
    if text.starts_with('[')
        && let Some((_, host)) = text.split_once(" [SUCCESS] ")
    {
        return Some(host.trim().to_owned()).filter(|h| !h.contains(' '));
    }
    let (host, state) = text.strip_suffix(">>")?.split_once(" | ")?;
    let state = ["CHANGED", "SUCCESS", "FAILED"].iter().any(|s| state.starts_with(s));
    (state && !host.contains(' ')).then(|| host.to_owned())
}

/// The machine that a title names.
fn named(row: Row<'_>) -> Option<String> {
    let text = row.text;
    let marked = text.starts_with(['#', '*', '=', '_', '<']) || text.starts_with("--");
    if !(marked || text.ends_with(':') || text.ends_with("：") || text.len() < 30)
        || is_strong(text)
        || unprompt(row).1 && !marked
    {
        return None;
    }
    let sign = |c: char| {
        c.is_whitespace()
            || matches!(c, '#' | '*' | '=' | '_' | '(' | ')' | ':' | ',' | '：' | '（' | '）')
    };
    let words: Vec<String> =
        text.split(sign).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    if words.len() > 9 || words.iter().any(|w| MOMENTS.contains(&&**w)) {
        return None;
    }
    // `服务器a`.
    let lettered = |word: &str| {
        let bare = word.strip_suffix(|c: char| c.is_ascii_alphanumeric());
        !word.is_ascii() && bare.is_some_and(|bare| MACHINES.contains(&bare))
    };
    let name = |word: &str| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        MACHINES.contains(&bare.trim_end_matches(['-', '_', '\'', 's'])) || MACHINES.contains(&bare)
    };
    let Some(at) = words.iter().position(|w| name(w) || lettered(w)) else {
        // `## web1 (10.0.0.5)`, `10.0.0.5:`.
        let addr = |w: &&String| {
            w.split('/').next().is_some_and(|a| a.parse::<std::net::IpAddr>().is_ok())
        };
        let plain = |w: &&String| w.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        let alone = words.len() < 3 && words.iter().any(|w| addr(&w));
        return words
            .first()
            .filter(|w| (marked || text.ends_with(':')) && alone && plain(w))
            .cloned();
    };
    if lettered(&words[at]) {
        return Some(words[at].clone());
    }
    let word = words[at].trim_end_matches("'s");
    if word.ends_with(|c: char| c.is_ascii_digit()) {
        return Some(word.to_owned());
    }
    // `Server A`, `node 2`.
    if let Some(next) =
        words.get(at + 1).filter(|w| w.chars().count() == 1 || w.parse::<u8>().is_ok())
    {
        return Some([word, " ", next].concat());
    }
    match at.checked_sub(1).map(|n| &*words[n]).filter(|w| !ARTICLES.contains(w)) {
        Some(before) if before.chars().all(|c| c.is_alphanumeric() || c == '-') => {
            Some([before, " ", word].concat())
        }
        _ => Some(word.to_owned()),
    }
}

/// Whether a dump or a command stands below a title.
fn leads(rows: &[Row<'_>]) -> bool {
    let next = rows.iter().take(4).find(|r| !r.text.is_empty() && !is_fence(r.text));
    next.is_some_and(|row| {
        is_strong(row.text)
            || row.text.starts_with("table ") && row.text.ends_with('{')
            || matches!(row.text, "[Interface]" | "[interface]" | "auto lo" | "network:")
            || unprompt(*row).1
            || command::read(*row, &Shell::default()).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut start = 0;
        let rows: Vec<Row<'_>> = text
            .split('\n')
            .map(|text| {
                let row = Row { text, start };
                start += text.len() + 1;
                row
            })
            .collect();
        let label = |label| match label {
            Label::Machine(name) => name,
            Label::Part(name) => ["part ", &name].concat(),
            Label::Unsaid => String::new(),
        };
        titles(&rows).into_iter().map(|(_, l)| label(l)).collect()
    }

    #[test]
    fn titles_name_machines_where_there_are_several() {
        for (text, names) in [
            (
                "On the server (10.0.0.20):\n-P INPUT DROP\n\nOn the client:\n-P INPUT DROP",
                vec!["server", "client"],
            ),
            (
                "**Server A**\n\n-P INPUT DROP\n\n**Server B**\n\n-P INPUT DROP",
                vec!["server a", "server b"],
            ),
            (
                "### node1\n```\n# iptables -S\n```\n### Node2\n```\n# iptables -S\n```",
                vec!["node1", "node2"],
            ),
            (
                "VPN server:\nip route\n\nThe client:\nip route\n\nserver again:\nip route",
                vec!["vpn server", "client", "vpn server"],
            ),
            ("Host:\niptables -S\n\nInside the container:\nip a", vec!["host", "part container"]),
            ("web1 | CHANGED | rc=0 >>\n-P INPUT DROP", vec!["web1"]),
            ("[1] 10:00:01 [SUCCESS] db2\n-P INPUT DROP", vec!["db2"]),
            // One machine is no matter.
            ("On the server:\n-P INPUT DROP\n\nOn the server:\n-P INPUT DROP", vec![]),
            (
                "Server before:\n-P INPUT DROP\n\nServer after the client came:\n-P INPUT DROP",
                vec![],
            ),
            (
                "On the server:\nroot@gw:~# iptables -S\n\nOn the client:\nroot@pc:~# iptables -S",
                vec![],
            ),
            ("On the server:\nnothing\n\nOn the client:\nnothing", vec![]),
        ] {
            assert_eq!(told(text), names, "{text}");
        }
    }
}
