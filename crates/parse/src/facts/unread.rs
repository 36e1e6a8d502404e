//! Dumps that are recognised and not read: their lines are named, so that nobody thinks they counted.

use super::block::{Block, Facts, unread};
use crate::clean::{Clean, Row};
use chainwalk_model::Hint;

/// The end of a block is looked for in so many lines.
const MOST_OF_A_BLOCK: usize = 64;

/// A whole dump of another kind.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if let Some(found) = listed_alone(clean, rows) {
        return Some(found);
    }
    let first = rows.first()?.text;
    let (name, taken, hint) = if is_ferm(rows) && first.contains('{') {
        ("ferm.conf", braces(rows, '{', '}'), Some("iptables-save"))
    } else if is_nft(first) {
        ("nft list ruleset", braces(rows, '{', '}'), Some("iptables-save"))
    } else if first.starts_with("[{\"ifindex\"") || first.starts_with("{\"nftables\"") {
        let name = if first.starts_with('{') { "nft -j list ruleset" } else { "ip -j addr" };
        let hint = if first.starts_with('{') { "iptables-save" } else { "ip addr" };
        (
            name,
            braces(rows, first.chars().next()?, if first.starts_with('{') { '}' } else { ']' }),
            Some(hint),
        )
    } else if matches!(first, "[" | "{") && rows.iter().take(4).any(|r| r.text.starts_with('"')) {
        let (open, close) = if first == "[" { ('[', ']') } else { ('{', '}') };
        let taken = braces(rows, open, close);
        let has = |word: &str| rows[..taken].iter().any(|r| r.text.contains(word));
        let name = if has("\"SecurityGroups\"") || has("\"IpPermissions\"") {
            "aws ec2 describe-security-groups"
        } else if has("\"IPAM\"") || has("\"Containers\"") || has("\"Driver\"") {
            "docker network inspect"
        } else {
            "JSON"
        };
        (name, taken, None)
    } else if let Some((name, taken)) = front_end(rows) {
        (name, taken, Some("iptables-save"))
    } else {
        return None;
    };
    let hint = hint.map(|h| Hint::Paste(h.into()));
    unread(clean, rows, taken, name, Facts::default(), hint)
}

/// What a program that makes rules says of them in words of its own, or another system's firewall.
fn front_end(rows: &[Row<'_>]) -> Option<(&'static str, usize)> {
    let first = rows.first()?.text;
    let second = rows.get(1).map_or("", |r| r.text);
    let words: Vec<&str> = first.split_whitespace().collect();
    let until = |more: fn(&str) -> bool| {
        let taken = rows.iter().skip(1).position(|r| !r.text.is_empty() && !more(r.text));
        let mut taken = taken.map_or(rows.len(), |n| n + 1);
        while taken > 1 && rows[taken - 1].text.is_empty() {
            taken -= 1;
        }
        taken
    };
    if let Some(found) = other_languages(rows, &words) {
        return Some(found);
    }
    let title = first.strip_suffix("(active)").or(first.strip_suffix("(default, active)"));
    if title.unwrap_or(first).split_whitespace().count() == 1 && second.starts_with("target: ") {
        let line = |t: &str| {
            let known = [
                "target:",
                "ingress-priority:",
                "egress-priority:",
                "icmp-block-inversion:",
                "interfaces:",
                "sources:",
                "services:",
                "ports:",
                "protocols:",
                "forward:",
                "masquerade:",
                "forward-ports:",
                "source-ports:",
                "icmp-blocks:",
                "rich rules:",
                "rule ",
                "port=",
            ];
            known.iter().any(|k| t.starts_with(k))
        };
        return Some(("firewall-cmd --list-all", until(line)));
    }
    if first == "Status: active" || words[..] == ["To", "Action", "From"] {
        let line = |t: &str| {
            let acts = ["ALLOW", "DENY", "REJECT", "LIMIT", "Action", "------"];
            let heads = ["Logging:", "Default:", "New profiles:", "--"];
            acts.iter().any(|a| t.contains(a)) || heads.iter().any(|h| t.starts_with(h))
        };
        return Some(("ufw status", until(line)));
    }
    if first.starts_with("firewall.") && first.contains('=') {
        return Some(("uci show firewall", until(|t| t.starts_with("firewall."))));
    }
    if let ["config", "defaults" | "zone" | "rule" | "forwarding" | "redirect" | "include", ..] =
        words[..]
    {
        let line = |t: &str| ["config ", "option ", "list ", "#"].iter().any(|k| t.starts_with(k));
        return second.starts_with("option ").then(|| ("/etc/config/firewall", until(line)));
    }
    if first.starts_with("/ip firewall") || first.starts_with("/ipv6 firewall") {
        return Some((
            "MikroTik /ip firewall",
            until(|t| t.starts_with(['/', ' ']) || t.starts_with("add ")),
        ));
    }
    if first.starts_with("Rule Name:") {
        return Some(("netsh advfirewall", until(|t| t.contains(':') || t.starts_with("---"))));
    }
    if let [
        "pass" | "block" | "scrub",
        "in" | "out" | "drop" | "return" | "quick" | "all" | "log",
        ..,
    ]
    | ["rdr" | "nat", "on" | "pass", ..] = words[..]
    {
        let line = |t: &str| {
            ["pass ", "block ", "scrub ", "rdr ", "nat ", "anchor ", "set ", "table <"]
                .iter()
                .any(|k| t.starts_with(k))
        };
        return Some(("pfctl -sr", until(line)));
    }
    None
}

/// Whether `nft list tables` printed the first of the rows: the name of a table, and no more of it.
pub(crate) fn is_listed_alone(rows: &[Row<'_>]) -> bool {
    let named = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        matches!(words[..], ["table", "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev", name]
            if !name.ends_with('{'))
    };
    let mut near = rows.iter().map(|r| r.text);
    near.next().is_some_and(named) && near.next().is_none_or(|next| next.is_empty() || named(next))
}

/// A table that is named and not shown.
fn listed_alone(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if !is_listed_alone(rows) {
        return None;
    }
    let table = rows.first()?.text;
    let hint = Hint::Paste(["nft list ", table].concat().as_str().into());
    unread(clean, rows, 1, &["nft ", table].concat(), Facts::default(), Some(hint))
}

/// Whether a table is one of ferm, which begins as one of nft does.
pub(crate) fn is_ferm(rows: &[Row<'_>]) -> bool {
    const LINES: [&str; 6] =
        ["policy DROP;", "policy ACCEPT;", "mod state ", "mod conntrack ", "proto tcp ", "proto ("];
    rows.iter().take(12).any(|r| LINES.iter().any(|line| r.text.starts_with(line)))
}

/// Files in the languages of programs that make rules: how each begins, and how far it goes.
fn other_languages(rows: &[Row<'_>], words: &[&str]) -> Option<(&'static str, usize)> {
    let near = |name: &str| rows.iter().take(12).any(|r| r.text.starts_with(name));
    let block = |name| Some((name, braces(rows, '{', '}')));
    match words {
        ["firewall", "{", ..] | ["resource", "\"aws_security_group\"", ..] => {
            block(if words[0] == "firewall" { "puppet firewall" } else { "aws_security_group" })
        }
        ["resource", kind, ..] if kind.contains("firewall") || kind.contains("security_group") => {
            block("Terraform firewall")
        }
        ["firewall_rule" | "iptables_rule" | "nftables_rule", _, "do"] => {
            let end = rows.iter().take(MOST_OF_A_BLOCK).position(|r| r.text == "end");
            Some(("Chef firewall", end.map_or(1, |n| n + 1)))
        }
        ["name", _, "{"] if near("default-action") => block("VyOS firewall"),
        ["set", "firewall" | "nat" | "zone-policy", ..] => {
            let of = |r: &&Row<'_>| r.text.starts_with("set ") || r.text.is_empty();
            Some(("VyOS firewall", rows.iter().take_while(of).count()))
        }
        ["<?xml" | "<direct>" | "<zone>" | "<zone", ..] if near("<direct>") || near("<zone") => {
            let ends = |r: &Row<'_>| matches!(r.text, "</direct>" | "</zone>");
            let end = rows.iter().position(ends);
            Some(("firewalld", end.map_or(rows.len(), |n| n + 1)))
        }
        ["<iptables-rules", ..] => {
            let end = rows.iter().position(|r| r.text.starts_with("</iptables-rules"));
            Some(("iptables-xml", end.map_or(rows.len(), |n| n + 1)))
        }
        ["#ACTION", "SOURCE", "DEST", ..]
        | ["#SOURCE", "DEST", "POLICY", ..]
        | ["?SECTION", ..] => {
            let end = rows.iter().position(|r| r.text.is_empty());
            Some(("Shorewall", end.unwrap_or(rows.len())))
        }
        ["access-list", _, "permit" | "deny" | "extended" | "standard", ..]
        | ["ip", "access-list", "extended" | "standard", ..] => {
            let of = |r: &&Row<'_>| {
                ["access-list ", "ip access-list", "permit ", "deny ", "!"].iter().any(|k| {
                    r.text
                        .trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ')
                        .starts_with(k)
                })
            };
            Some(("access-list", rows.iter().take_while(of).count()))
        }
        _ => None,
    }
}

/// `table ip filter {`, `add rule inet …`, `flush ruleset`.
fn is_nft(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let family = |w: &&str| matches!(*w, "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev");
    match words.as_slice() {
        ["table", rest @ ..] => {
            rest.last().is_some_and(|w| w.ends_with('{')) || rest.first().is_some_and(family)
        }
        ["add", "table" | "chain" | "rule" | "set" | "map" | "element", ..]
        | ["nft", "add" | "insert", ..]
        | ["flush", "ruleset" | "ruleset;"]
        | ["define", _, "=", ..]
        | ["#!/usr/sbin/nft", ..] => true,
        _ => false,
    }
}

/// How many rows it takes until what was opened is closed; nested tables that follow count too.
fn braces(rows: &[Row<'_>], open: char, close: char) -> usize {
    let mut depth = 0_i64;
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        let starts = is_nft(row.text) || n == 0 || row.text.is_empty();
        if depth == 0 && !starts {
            break;
        }
        for c in row.text.chars() {
            depth += i64::from(c == open) - i64::from(c == close);
        }
        if !row.text.is_empty() {
            taken = n + 1;
        }
        depth = depth.max(0);
    }
    taken.max(1)
}
