//! Dumps that are recognised and not read: their lines are named, so that nobody thinks they counted.

use super::block::{Block, Facts, unread};
use crate::clean::{Clean, Row};
use chainwalk_model::Hint;

/// A whole dump of another kind.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let first = rows.first()?.text;
    let (name, taken, hint) = if is_nft(first) {
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
        ("docker network inspect", braces(rows, open, close), None)
    } else {
        return None;
    };
    let hint = hint.map(|h| Hint::Paste(h.into()));
    unread(clean, rows, taken, name, Facts::default(), hint)
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
