//! The words that say more of a packet, as all that read a packet line know them.

use crate::oneline::flag_name;

/// The words that say more of a packet, in any order.
pub(super) const MORE: [&str; 35] = [
    "at", "from", "to", "in", "out", "local", "outside", "syn", "ack", "fin", "rst", "psh", "urg",
    "flags", "seq", "window", "ttl", "tos", "mark", "type", "code", "id", "df", "uid", "gid",
    "len", "payload", "sport", "dport", "hex", "mss", "spi", "ext", "chunk", "tag",
];

pub(super) fn is_more(text: &str) -> bool {
    MORE.contains(&text) || text == "after" || flag_words(text).is_some()
}

/// `syn`, or several names joined by `,`, `+`, `-` or `/`.
pub(super) fn flag_words(text: &str) -> Option<u8> {
    text.split([',', '+', '-', '/']).try_fold(0, |bits, name| Some(bits | flag_name(name)?))
}
