//! Values that have names of their own: states, kinds of address, codes, flags, protocols, marks.

use super::table::{EntryId, entry};

/// What kind of values stands behind a word, by the entry that explains the word.
pub(crate) fn kind_behind(word: EntryId) -> Option<&'static str> {
    const KINDS: [(&str, &str); 33] = [
        ("--ctstate", "state"),
        ("nft ct state", "state"),
        ("--ctstatus", "status"),
        ("nft ct status", "status"),
        ("--ctdir", "dir"),
        ("--vdir", "dir"),
        ("nft ct direction", "dir"),
        ("--src-type", "addrtype"),
        ("--dst-type", "addrtype"),
        ("nft fib type", "addrtype"),
        ("--icmp-type", "icmp"),
        ("nft icmp type", "icmp"),
        ("nft icmpv6 type", "icmp6"),
        ("--reject-with", "reject"),
        ("nft reject with", "reject"),
        ("--mark", "mark"),
        ("-m mark", "mark"),
        ("--set-xmark", "mark"),
        ("nft meta mark", "mark"),
        ("--pkt-type", "pkttype"),
        ("nft meta pkttype", "pkttype"),
        ("--tcp-flags", "flag"),
        ("nft tcp flags", "flag"),
        ("-p", "proto"),
        ("-m connmark", "mark"),
        ("connmark --mark", "mark"),
        ("--set-mark", "mark"),
        ("--or-mark", "mark"),
        ("--tproxy-mark", "mark"),
        ("nft ct mark", "mark"),
        ("nft meta l4proto", "proto"),
        ("nft ip protocol", "proto"),
        ("nft ip6 nexthdr", "proto"),
    ];
    let is_it = |(key, _): &&(&str, &str)| entry(key) == Some(word);
    KINDS.iter().find(is_it).map(|(_, kind)| *kind)
}

/// The entry of a value of that kind.
pub(crate) fn value(kind: &str, word: &str) -> Option<EntryId> {
    let word = word.trim_start_matches('!').trim_matches(['"', '\'']);
    if kind == "mark" {
        return mark(word);
    }
    let of = |word: &str| entry(&[kind, " ", word].concat());
    of(word).or_else(|| of(&word.to_uppercase())).or_else(|| of(&word.to_lowercase()))
}

/// A mark, with or without a mask, however its numbers are written.
fn mark(word: &str) -> Option<EntryId> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse::<u32>().ok(),
    };
    let (value, mask) = word.split_once('/').map_or((word, None), |(v, m)| (v, Some(m)));
    let value = number(value)?;
    let key = match mask {
        Some(mask) => format!("mark {value:#x}/{:#x}", number(mask)?),
        None => format!("mark {value:#x}"),
    };
    entry(&key).or_else(|| entry("mark *"))
}
