//! Where a packet comes from, as the right end of the packet field shows it, and its words in a packet line.
//!
//! Joining what was split gives back the same packet.

use serde::{Deserialize, Serialize};

/// Where packets typed without a source come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The source address; empty where it is left open.
    pub from: String,
    /// The interface it arrives at; empty for this host's own packets.
    pub iface: String,
}

impl Origin {
    /// A packet from `from` that arrives at `iface`.
    pub fn wire(from: &str, iface: &str) -> Self {
        Self { from: from.into(), iface: iface.into() }
    }

    /// Whether this host sends it.
    pub fn local(&self) -> bool {
        self.from.is_empty() && self.iface.is_empty()
    }

    /// Takes `from ADDRESS` and `in INTERFACE` out of a packet line. The origin is `None` where the line
    /// names neither, and where it names both ends itself (`tcp A > B`, `reply 1`).
    pub fn split(line: &str) -> (String, Option<Self>) {
        if says_itself(line) {
            return (line.trim().to_owned(), None);
        }
        let mut origin = Self::default();
        let mut words = Vec::new();
        let mut rest = line.split_whitespace();
        let mut here = false;
        while let Some(word) = rest.next() {
            if word == "from" && rest.clone().take(2).eq(["this", "host"]) {
                rest.nth(1);
                here = true;
                continue;
            }
            let place = match word {
                "from" => &mut origin.from,
                "in" => &mut origin.iface,
                _ => {
                    words.push(word);
                    continue;
                }
            };
            match rest.next() {
                Some(value) => value.clone_into(place),
                None => words.push(word),
            }
        }
        let words = words.join(" ");
        if origin.local() && !here { (words, None) } else { (words, Some(origin)) }
    }

    /// The line to send for `words` typed into the field.
    pub fn join(&self, words: &str) -> String {
        if says_itself(words) {
            return words.to_owned();
        }
        let mut line = words.to_owned();
        if !self.from.is_empty() {
            line.push_str(" from ");
            line.push_str(&self.from);
        }
        if !self.iface.is_empty() {
            line.push_str(" in ");
            line.push_str(&self.iface);
        }
        line
    }
}

/// Whether a line says by itself where its packet starts: it names both ends, follows another packet, or
/// has a word for it.
pub fn says_itself(line: &str) -> bool {
    let one = |word| matches!(word, ">" | "->" | "→" | "local" | "outside");
    follows(line) || line.split_whitespace().any(one)
}

/// Whether a line's packet is sent some time after those sent before.
pub fn later(line: &str) -> bool {
    line.split_whitespace().next() == Some("after")
}

/// Whether a line's packet answers one sent before.
pub fn follows(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words.as_slice(), ["after", _, "reply" | "error", ..] | ["reply" | "error", ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, words: &str, origin: Option<Origin>) {
        assert_eq!(Origin::split(line), (words.to_owned(), origin.clone()));
        assert_eq!(origin.unwrap_or_default().join(words), line);
    }

    #[test]
    fn splits_and_joins() {
        check("curl 10.0.0.2:80", "curl 10.0.0.2:80", None);
        check(
            "curl 10.0.0.2:80 from 10.0.0.1 in eth0",
            "curl 10.0.0.2:80",
            Some(Origin::wire("10.0.0.1", "eth0")),
        );
        check("ping ::1 in lo", "ping ::1", Some(Origin::wire("", "lo")));
        let here = Origin::split("ping ::1 from this host");
        assert_eq!(here, ("ping ::1".to_owned(), Some(Origin::default())));
    }

    #[test]
    fn a_line_that_tells_both_ends_stays_whole() {
        let line = "tcp 10.0.0.1:5 > 10.0.0.2:80 in eth0 syn";
        check(line, line, None);
        check("reply 1", "reply 1", None);
        check("after 5s error 1", "after 5s error 1", None);
        check("curl 10.0.0.2 from 10.0.0.9 outside", "curl 10.0.0.2 from 10.0.0.9 outside", None);
        assert_eq!(Origin::wire("10.0.0.1", "eth0").join("reply 1"), "reply 1");
    }

    #[test]
    fn a_packet_that_comes_later_keeps_its_origin() {
        let line = "after 5s ssh 10.0.0.2 from 10.0.0.1 in eth0";
        check(line, "after 5s ssh 10.0.0.2", Some(Origin::wire("10.0.0.1", "eth0")));
        assert!(later(line) && !follows(line));
    }

    #[test]
    fn a_word_without_its_value_stays_in_the_line() {
        assert_eq!(Origin::split("curl host from"), ("curl host from".to_owned(), None));
    }
}
