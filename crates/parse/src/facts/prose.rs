//! What prose says of own addresses: `eth0 is 203.0.113.5 (WAN), eth1 is 192.168.1.1`.

use super::block::{Block, Facts, made, pasted};
use super::steps::Step;
use crate::clean::{Clean, Row};
use crate::value::{self, whole};
use chainwalk_model::{Fact, SectionKind};
use std::net::IpAddr;

/// The beginnings of names that interfaces have.
const NAMES: [&str; 18] = [
    "eth", "ens", "enp", "eno", "enx", "wlan", "wlp", "wan", "lan", "br", "ppp", "tun", "tap",
    "wg", "bond", "vmbr", "docker", "virbr",
];

/// The own addresses that a sentence names with their interfaces.
pub(crate) fn in_prose(clean: &Clean, row: Row<'_>) -> Option<Block> {
    let marks = ['(', ')', ',', ';', '`', '*', '"', '\''];
    let words: Vec<&str> = row.text.split_whitespace().map(|w| w.trim_matches(marks)).collect();
    let mut facts = Facts::default();
    for (at, word) in words.iter().enumerate() {
        let name = word.trim_end_matches([':', '=']);
        if !is_interface(name) {
            continue;
        }
        let behind = match words.get(at + 1..) {
            Some(["is" | "has" | "=" | ":" | "->", rest @ ..]) => rest,
            Some(rest) if name.len() < word.len() => rest,
            _ => continue,
        };
        // `ens19 = LAN 192.168.1.254/24`.
        let zone = |w: &str| w.len() < 8 && w.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
        let behind = match behind {
            [first, rest @ ..] if zone(first) => rest,
            all => all,
        };
        let all = behind.iter().filter(|w| **w != "and");
        let all = all.map_while(|text| {
            let text = text.trim_end_matches(['.', ':']);
            addr(text).map(|addr| (addr, whole(value::cidr, text).filter(|_| text.contains('/'))))
        });
        let origin = pasted(clean, row);
        for (value, net) in all {
            if let Some(value) = net {
                let addr = Fact { value, origin };
                facts.steps.push(Step::Address { dev: name.into(), addr, alone: false });
            }
            facts.local.push(Fact { value, origin });
        }
    }
    let count = facts.local.len() as u32;
    if count == 0 {
        return None;
    }
    made(clean, &[row], 1, SectionKind::Interfaces(count), facts).map(|(block, _)| block)
}

/// An address that a title says the host has: `Server B (10.0.0.20):`.
pub(crate) fn own_address(clean: &Clean, row: Row<'_>) -> Option<Block> {
    let marks = |c: char| {
        matches!(c, '(' | ')' | '[' | ']' | ',' | ':' | '*' | '`' | '#' | '=' | '\u{ff1a}')
    };
    let mut facts = Facts::default();
    let origin = pasted(clean, row);
    let all = row
        .text
        .split([' ', '/', '\u{ff08}', '\u{ff09}'])
        .filter_map(|word| addr(word.trim_matches(marks)));
    facts.local.extend(all.map(|value| Fact { value, origin }));
    let count = facts.local.len() as u32;
    made(clean, &[row], 1, SectionKind::Interfaces(count), facts)
        .map(|(block, _)| block)
        .filter(|_| count > 0)
}

/// Whether a word is called as interfaces are: with a number, or one of two plain words.
fn is_interface(word: &str) -> bool {
    let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.');
    let numbered = word.bytes().any(|b| b.is_ascii_digit());
    let named = NAMES.iter().any(|n| word.starts_with(n));
    plain && named && (numbered || matches!(word, "wan" | "lan")) && word.len() < 16
}

/// One host's address, as it stands or with the length of its network.
fn addr(text: &str) -> Option<IpAddr> {
    let found = text.parse().ok().or_else(|| whole(value::cidr, text).map(|net| net.addr))?;
    let one = match found {
        IpAddr::V4(a) => a.octets()[3] != 0 && !a.is_multicast() && !a.is_broadcast(),
        IpAddr::V6(a) => !a.is_multicast() && !a.is_unspecified(),
    };
    one.then_some(found)
}
