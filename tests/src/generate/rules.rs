//! Rules that speak of what the packets carry, so that many of them decide something.

use super::dice::Dice;
use super::net::Net;
use super::sets::Set;
use chainwalk_model::TABLES;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// What the rules of a case lean towards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taste {
    /// Of a hundred cases, how many have the table.
    pub(super) nat: usize,
    /// The same for mangle.
    pub(super) mangle: usize,
    /// The same for raw.
    pub(super) raw: usize,
    /// The same for security.
    pub(super) security: usize,
    /// Of a hundred matches, how many remember packets.
    pub(super) memory: usize,
    /// Of a hundred matches, how many ask conntrack.
    pub(super) states: usize,
    /// Whether filter refuses often.
    pub(super) strict: bool,
}

/// What is usual.
pub(super) const PLAIN: Taste =
    Taste { nat: 50, mangle: 35, raw: 15, security: 8, memory: 4, states: 12, strict: false };

pub(super) const MARKS: [&str; 6] = ["0x1", "0x2", "0x3", "0x5", "0x7", "0x10"];

/// Writes the rules of one case.
pub(super) struct Scribe<'n> {
    /// The host's network.
    pub(super) net: &'n Net,
    /// What the rules lean towards.
    pub(super) taste: Taste,
    /// The choices.
    pub(super) dice: Dice,
    /// A name of the case's own: lists outlive the rules that name them.
    pub(super) name: String,
    /// The ipsets that rules may name.
    pub(super) sets: Vec<Set>,
    /// How many lists are named.
    pub(super) lists: usize,
}

impl<'n> Scribe<'n> {
    /// A writer of rules.
    pub(super) fn new(net: &'n Net, taste: Taste, dice: Dice, name: String) -> Self {
        Self { net, taste, dice, name, sets: Vec::new(), lists: 0 }
    }

    /// All tables of a case.
    pub(super) fn tables(&mut self) -> Map<String, Value> {
        let mut tables = Map::new();
        let taste = self.taste;
        for (table, chains) in TABLES {
            let percent = match table {
                "nat" => taste.nat,
                "mangle" => taste.mangle,
                "raw" => taste.raw,
                "security" => taste.security,
                _ => 85,
            };
            if self.dice.chance(percent) {
                let base: Vec<&str> = chains.iter().map(|c| c.hook.builtin()).collect();
                let text = self.table(table, &base);
                tables.insert(table.to_owned(), text.into());
            }
        }
        tables
    }

    fn table(&mut self, table: &str, base: &[&str]) -> String {
        let mut text = String::new();
        let users: Vec<&str> = ["one", "two"][..self.dice.below(3)].to_vec();
        for chain in base {
            let drops =
                table == "filter" && self.dice.chance(if self.taste.strict { 40 } else { 10 });
            let _ = writeln!(text, ":{chain} {} [0:0]", if drops { "DROP" } else { "ACCEPT" });
        }
        for chain in &users {
            let _ = writeln!(text, ":{chain} - [0:0]");
        }
        for chain in base {
            for _ in 0..self.dice.below(if table == "nat" { 4 } else { 5 }) {
                let rule = self.rule(table, chain, Some(chain), &users);
                let _ = writeln!(text, "-A {chain} {rule}");
            }
        }
        for (k, chain) in users.iter().enumerate() {
            for _ in 0..self.dice.between(1, 3) {
                let rule = self.rule(table, chain, None, &users[k + 1..]);
                let _ = writeln!(text, "-A {chain} {rule}");
            }
        }
        text
    }

    /// A rule of `table`; `base` is the built-in chain it stands in. It may jump to `onward`.
    fn rule(&mut self, table: &str, chain: &str, base: Option<&str>, onward: &[&str]) -> String {
        let needs = self.dice.below(100);
        let tests = match needs {
            0..12 => 0,
            12..65 => 1,
            _ => 2,
        };
        let mut rule = String::new();
        let mut proto = None;
        let mut used: Vec<usize> = Vec::new();
        for _ in 0..tests {
            let kind = self.dice.below(100);
            let class = self.class_of(kind);
            if used.contains(&class) {
                continue;
            }
            used.push(class);
            let test = self.test(class, table, base, &mut proto);
            rule.push_str(&test);
        }
        let target = self.target(table, chain, base, onward, &mut proto, used.len());
        // The protocol stands before the options that lean on it.
        let lead = proto.map(|p| format!("-p {p} ")).unwrap_or_default();
        format!("{lead}{rule}{target}").trim().to_owned()
    }

    fn class_of(&mut self, kind: usize) -> usize {
        if kind < self.taste.memory {
            return 10;
        }
        if kind < self.taste.memory + self.taste.states {
            return 11;
        }
        match self.dice.below(12) {
            0..10 => self.dice.below(10),
            _ => 12,
        }
    }
}
