//! Rulesets for every form in which iptables prints them: no packets, and about every match and target.

use super::catalogue::{BASES, MATCHES, Piece, TARGETS};
use super::dice::Dice;
use chainwalk_model::{TABLES, builtin_names};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The sets that rules of these cases name, as `ipset restore` takes them.
const SETS: [&str; 6] = [
    "create s1 hash:ip timeout 100 counters",
    "create s2 hash:ip,port",
    "create s3 hash:net",
    "create s5 list:set",
    "create s6 hash:ip family inet6",
    "create s10 hash:ip skbinfo",
];

/// Chains that rules of every table may jump to.
const OWN: [&str; 3] = ["one", "two", "a-chain-with-a-long-name_28"];

/// One ruleset: a table of one family. `rules` of them go round the catalogue, so that `index` from 0
/// to some dozens meets all of it.
pub fn ruleset(seed: u64, index: usize, rules: usize) -> Value {
    let mut dice = Dice::new(seed ^ (index as u64).wrapping_mul(0x9e37_79b9));
    dice.below(2);
    let v6 = index % 3 == 2;
    let (table, _) = TABLES[dice.one(&[0, 0, 1, 1, 2, 2, 2, 3, 4])];
    let chains = builtin_names(table);
    let mut text = String::new();
    for chain in &chains {
        let drops = table == "filter" && dice.chance(30);
        let _ = writeln!(text, ":{chain} {} [0:0]", if drops { "DROP" } else { "ACCEPT" });
    }
    for chain in OWN {
        let _ = writeln!(text, ":{chain} - [0:0]");
    }
    for n in 0..rules {
        let mut maker = Maker { dice: &mut dice, v6, table, chain: "", id: index * rules + n };
        let (chain, rule) = maker.rule(&chains);
        let _ = writeln!(text, "-A {chain} {rule}");
    }
    let mut tables = Map::new();
    tables.insert(table.into(), text.into());
    json!({
        "id": format!("forms-{seed}-{index}"),
        "interfaces": [{ "name": "eth0", "addrs": ["10.0.0.1/24", "fd00::1/64"] }],
        "ipsets": SETS,
        if v6 { "rules6" } else { "rules" }: tables,
    })
}

/// One rule for each piece of the catalogue and each table and chain in which it may stand, to ask a
/// kernel which of them it takes.
pub fn each(seed: u64) -> Vec<Value> {
    let mut dice = Dice::new(seed);
    let mut found = Vec::new();
    for (kind, pieces) in [("match", MATCHES), ("target", TARGETS), ("base", BASES)] {
        for (k, piece) in pieces.iter().enumerate() {
            for (table, _) in TABLES {
                for v6 in [false, true] {
                    let mut maker = Maker { dice: &mut dice, v6, table, chain: "", id: k };
                    let fits: Vec<&str> =
                        builtin_names(table).into_iter().filter(|c| maker.fits(piece, c)).collect();
                    let Some(chain) = fits.first() else { continue };
                    let proto =
                        piece.protos.first().map(|p| format!("-p {p} ")).unwrap_or_default();
                    let rule = format!("{proto}{}", maker.expand(piece.text));
                    found.push(json!({
                        "kind": kind, "v6": v6, "table": table, "rule": format!("-A {chain} {rule}"),
                    }));
                }
            }
        }
    }
    found
}

struct Maker<'d> {
    dice: &'d mut Dice,
    v6: bool,
    table: &'static str,
    chain: &'static str,
    id: usize,
}

impl Maker<'_> {
    /// A chain of `chains` and a rule for it.
    fn rule(&mut self, chains: &[&'static str]) -> (&'static str, String) {
        loop {
            self.chain = self.dice.one(chains);
            let (chain, at) = (self.chain, self.id);
            // Matches come in turn, so that each is met; the others as they fall.
            let first = &MATCHES[at % MATCHES.len()];
            if !self.fits(first, chain) {
                self.id += 1;
                continue;
            }
            let mut pieces = vec![*first];
            if self.dice.chance(45) {
                pieces.push(self.dice.one(MATCHES));
            }
            let target = if self.dice.chance(60) {
                self.dice.one(TARGETS)
            } else {
                TARGETS[at % TARGETS.len()]
            };
            let base = self.dice.one(BASES);
            pieces.retain(|p| self.fits(p, chain));
            if !self.fits(&target, chain) || !self.fits(&base, chain) {
                continue;
            }
            pieces.push(target);
            let needs: Vec<&[&str]> =
                pieces.iter().map(|p| p.protos).filter(|p| !p.is_empty()).collect();
            let shared = needs.first().map(|all| {
                let in_all = |p: &&&str| needs.iter().all(|n| n.contains(*p));
                all.iter().filter(in_all).copied().collect::<Vec<&str>>()
            });
            let mut text = match &shared {
                Some(protos) if protos.is_empty() || base.text.contains("-p ") => continue,
                Some(protos) => format!("{} -p {} ", base.text, self.dice.pick(protos)),
                None => format!("{} ", base.text),
            };
            // Two of one kind would be one match with the options of both.
            let names: Vec<&str> =
                pieces.iter().filter_map(|p| p.text.split_whitespace().nth(1)).collect();
            if names.len() > 1 && names[0] == names[1] && names[0] != "set" {
                pieces.remove(1);
            }
            for piece in &pieces {
                text += piece.text;
                text.push(' ');
            }
            let text = self.expand(&text);
            return (
                chain,
                text.split(' ').filter(|w| !w.is_empty()).fold(String::new(), |all, word| {
                    if all.is_empty() { word.into() } else { format!("{all} {word}") }
                }),
            );
        }
    }

    fn fits(&self, piece: &Piece, chain: &str) -> bool {
        let family = if self.v6 { 6 } else { 4 };
        (piece.family == 0 || piece.family == family)
            && (piece.tables.is_empty() || piece.tables.contains(&self.table))
            && (piece.chains.is_empty() || piece.chains.contains(&chain))
    }

    /// A template with its choices made.
    fn expand(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '~', '<']) {
            out += &rest[..at];
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix('~') {
                if self.dice.chance(25) {
                    out += "! ";
                }
                rest = after;
            } else if rest.starts_with('{') {
                let (ways, after) = group(rest);
                let way = self.dice.one(&ways);
                out += &self.expand(way);
                rest = after;
            } else {
                let end = rest.find('>').map_or(rest.len(), |e| e + 1);
                let value = self.value(&rest[..end]);
                out += &value;
                rest = &rest[end..];
            }
        }
        out + rest
    }

    fn value(&mut self, name: &str) -> String {
        let (addrs, nets): (&[&str], &[&str]) = if self.v6 {
            (&["fd00::5", "2001:db8::1", "::1"], &["fd00::/64", "2001:db8::/32", "fe80::/10"])
        } else {
            (
                &["10.0.0.5", "192.168.1.5", "1.2.3.4", "127.0.0.1"],
                &["10.0.0.0/8", "172.17.0.0/16", "192.168.1.0/24", "10.1.2.4/30"],
            )
        };
        match name {
            "<addr>" => self.dice.one(addrs).to_owned(),
            "<net>" => self.dice.one(nets).to_owned(),
            "<id>" => format!("n{}", self.id),
            other => other.to_owned(),
        }
    }
}

/// The ways of the `{a|b}` that a text starts with, and what stands behind it.
fn group(text: &str) -> (Vec<&str>, &str) {
    let mut depth = 0;
    let mut from = 1;
    let mut ways = Vec::new();
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !text[..at].ends_with('\\') => quoted = !quoted,
            _ if quoted => {}
            '{' => depth += 1,
            '|' if depth == 1 => {
                ways.push(&text[from..at]);
                from = at + 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    ways.push(&text[from..at]);
                    return (ways, &text[at + 1..]);
                }
            }
            _ => {}
        }
    }
    (vec![&text[1..]], "")
}
