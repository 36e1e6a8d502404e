//! The words of a line of nft.

use super::table::{EntryId, chain, entry, entry_like};
use super::tokens::parted;
use super::values::{kind_behind, value};
use super::word::Found;
use std::ops::Range;

const SIGNS: [char; 7] = ['{', '}', '(', ')', ',', ';', '|'];
const VERBS: [&str; 7] = ["add", "insert", "create", "replace", "delete", "list", "flush"];
const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/// Whether a line is one by its own.
pub(crate) fn is_line(line: &str) -> bool {
    const FIRST: [&str; 24] = [
        "nft", "table", "chain", "set", "map", "type", "ct", "meta", "ip", "ip6", "tcp", "udp",
        "th", "icmp", "icmpv6", "iif", "iifname", "oif", "oifname", "fib", "jump", "goto",
        "policy", "elements",
    ];
    let first = line.split_whitespace().next().unwrap_or_default();
    FIRST.contains(&first) && !words(line).is_empty()
}

/// The words of a line.
pub(crate) fn words(line: &str) -> Vec<Found> {
    let tokens = parted(line, &SIGNS);
    let mut reader = Reader { line, tokens: &tokens, at: 0, out: Vec::new() };
    reader.command();
    reader.rule();
    reader.out
}

struct Reader<'a> {
    line: &'a str,
    tokens: &'a [Range<usize>],
    at: usize,
    out: Vec<Found>,
}

impl Reader<'_> {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |t| &self.line[t.clone()])
    }

    /// Goes on by so many tokens, which are one word where an entry explains them.
    fn take(&mut self, count: usize, found: Option<EntryId>) {
        if let (Some(found), Some(first), Some(last)) =
            (found, self.tokens.get(self.at), self.tokens.get(self.at + count - 1))
        {
            self.out.push((first.start..last.end, found));
        }
        self.at += count;
    }

    /// What stands before the rule of a command: `nft add rule inet filter input`.
    fn command(&mut self) {
        while matches!(self.text(0), "sudo" | "nft" | "$" | "#") {
            self.at += 1;
        }
        if !VERBS.contains(&self.text(0)) || self.text(1).starts_with('@') {
            return;
        }
        let object = self.text(1).to_owned();
        self.at += 2;
        self.family();
        self.at += usize::from(object != "ruleset");
        if matches!(&*object, "rule" | "chain") {
            let found = chain(self.text(0), false);
            self.take(1, found);
        }
    }

    fn family(&mut self) {
        if FAMILIES.contains(&self.text(0)) {
            let found = entry(&["nft family ", self.text(0)].concat());
            self.take(1, found);
        }
    }

    fn rule(&mut self) {
        // What values are of, and how many braces were open there: those of a map stand between verdicts.
        let mut kind: Option<(&'static str, usize)> = None;
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            let token = self.text(0).to_owned();
            match &*token {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if token.starts_with('#') {
                break;
            }
            if token.starts_with(['"', '\'']) || !token.contains(|c: char| c.is_alphanumeric()) {
                self.at += 1;
                continue;
            }
            let longest = self.longest();
            let several = longest.is_some_and(|(_, count)| count > 1);
            let valued = kind.filter(|_| !several).and_then(|(kind, _)| self.valued(kind));
            if let Some((found, count)) = valued {
                self.take(count, Some(found));
                continue;
            }
            let Some((found, count)) = longest else {
                self.at += 1;
                continue;
            };
            // What a counter has counted, and not the unit of a limit.
            let counted = matches!(&*token, "packets" | "bytes") && !self.is_behind_counter();
            let first = self.at == 0;
            self.take(count, Some(found).filter(|_| !counted));
            let goes_on = matches!(&*token, "vmap" | "map" | "set");
            kind = match kind_behind(found) {
                Some(of) => Some((of, depth)),
                None => kind.filter(|(_, at)| goes_on || depth > *at),
            };
            match &*token {
                "jump" | "goto" => {
                    let found = chain(self.text(0), true);
                    self.take(1, found);
                }
                "chain" => {
                    let found = chain(self.text(0), false);
                    self.take(1, found);
                }
                "table" => {
                    self.family();
                    self.at += 1;
                }
                "set" | "map" | "flowtable" if first => self.at += 1,
                _ => {}
            }
        }
    }

    fn is_behind_counter(&self) -> bool {
        let last = self.out.last().map(|(at, _)| &self.line[at.clone()]);
        matches!(last, Some("counter" | "packets"))
    }

    /// A value of a kind, of one token or two; and how many it is.
    fn valued(&self, kind: &str) -> Option<(EntryId, usize)> {
        let token = self.text(0);
        // Statements, where a state could stand.
        if kind == "state" && matches!(token, "snat" | "dnat") {
            return None;
        }
        let both = value(kind, &[token, " ", self.text(1)].concat()).filter(|_| kind == "reject");
        both.map(|e| (e, 2)).or_else(|| value(kind, token).map(|e| (e, 1)))
    }

    /// The longest word that begins here; and how many tokens it is. A direction of `ct`, and what `fib` looks at
    /// beside the address, may stand within it.
    fn longest(&self) -> Option<(EntryId, usize)> {
        let all: Vec<&str> = (0..8).map(|ahead| self.text(ahead)).collect();
        let known = |words: &[&str]| entry_like(&["nft ", &words.join(" ")].concat());
        if all[0] == "fib" {
            let count = all.iter().position(|w| matches!(*w, "type" | "oif" | "oifname"));
            // `. oif` belongs to what is looked at.
            let count = count
                .filter(|at| all[at - 1] != ".")
                .or_else(|| all.iter().rposition(|w| matches!(*w, "type" | "oif" | "oifname")));
            let found = count.and_then(|at| known(&["fib", all[at]]));
            return found.map(|e| (e, count.unwrap_or(0) + 1));
        }
        if all[0] == "ct" && matches!(all[1], "original" | "reply") {
            let rest = [&["ct"], &all[2..4]].concat();
            let long = known(&rest).map(|e| (e, 4));
            return long.or_else(|| known(&rest[..2]).map(|e| (e, 3)));
        }
        if matches!(all[..2], ["tcp" | "ip", "option"] | ["sctp", "chunk"]) {
            return known(&all[..4]).map(|e| (e, if is_option_field(all[3]) { 4 } else { 3 }));
        }
        let one = || known(&all[..1]).map(|e| (e, 1));
        let several = (2..=4).rev().find_map(|count| {
            let key = ["nft ", &all[..count].join(" ")].concat();
            entry(&key).map(|e| (e, count))
        });
        several.or_else(one)
    }
}

/// Whether a word is a field of an option, and not what the option is compared with.
fn is_option_field(word: &str) -> bool {
    word.starts_with(char::is_alphabetic) && !matches!(word, "exists" | "missing")
}
