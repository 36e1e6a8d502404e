//! What takes the place of what: one fact of another, one paste of another.

use crate::paste::Paste;
use crop::RopeSlice;
use std::collections::HashSet;

/// Whether saying `new` takes back `old`: both speak of the same thing.
pub(super) fn replaces(new: &str, old: &str) -> bool {
    let (Some((new_key, new_value)), Some((old_key, old_value))) =
        (new.split_once('='), old.split_once('='))
    else {
        return new == old;
    };
    let locality = |key: &str| matches!(key, "local" | "notlocal");
    if locality(new_key) && locality(old_key) {
        return new_value == old_value;
    }
    let ended = ["table", "chain", "policy", "holds", "inset"];
    if new_key == old_key && ended.contains(&new_key) {
        let table = |value: &str| value.rsplit_once(':').map(|(name, _)| name.to_owned());
        return table(new_value) == table(old_value);
    }
    // A dotted name is a sysctl; it has one value.
    new == old || (new_key == old_key && new_key.contains('.'))
}

/// The programs whose commands change a host.
const CHANGING: [&str; 11] = [
    "iptables",
    "iptables-legacy",
    "iptables-nft",
    "ip6tables",
    "ip6tables-legacy",
    "ip6tables-nft",
    "nft",
    "ip",
    "ipset",
    "sysctl",
    "ebtables",
];

/// Whether a line is a command that changes the host, and no packet.
pub fn is_change(line: &str) -> bool {
    let words = line.split_whitespace().skip_while(|word| matches!(*word, "sudo" | "$" | "#"));
    let mut words = words.take(2);
    words.next().is_some_and(|first| CHANGING.contains(&first)) && words.next().is_some()
}

/// So many lines of a text tell whether it is about the same host.
const LOOKED_AT: usize = 5000;

/// Whether most of a text gave way to another: a later dump of the same host, or the paste of another one.
pub(super) fn is_replaced(old: &Paste, new: &Paste) -> bool {
    let removed: Option<usize> =
        old.edits_to(new).map(|edits| edits.iter().map(|edit| edit.removed.byte_len()).sum());
    !old.is_empty() && removed.is_none_or(|removed| removed * 4 > old.len() * 3)
}

/// Whether a paste took the place of another one, rather than being a change of it or a later dump of the
/// same host: little of the old text stands at its begin and end, and few of its lines stand in it.
pub fn is_another(old: &Paste, new: &Paste) -> bool {
    if !is_replaced(old, new) {
        return false;
    }
    let same = |(a, b): &(u8, u8)| a == b;
    let (old, new) = (old.rope(), new.rope());
    let begin = old.bytes().zip(new.bytes()).take_while(same).count();
    let end = old.bytes().rev().zip(new.bytes().rev()).take_while(same).count();
    if (begin + end) * 4 >= old.byte_len() {
        return false;
    }
    // Counters differ from dump to dump.
    let words = |line: RopeSlice| -> String {
        line.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect()
    };
    let there: HashSet<String> = new.lines().take(LOOKED_AT).map(words).collect();
    let lines: Vec<String> = old.lines().take(200).map(words).filter(|l| l.len() > 12).collect();
    let kept = lines.iter().filter(|l| there.contains(*l)).count();
    kept * 3 < lines.len() || lines.is_empty()
}
