//! The map of chains: each table with its base chains, and what their rules jump to.

use super::reach::{calls, meaning_of};
use super::told::ChainLine;
use crate::explained::Explained;
use crate::places::{chain_class, policy_word, priority_text, table_class, table_name};
use crate::say::text;
use chainwalk_model::{Backend, ChainId, Policy, TableId};
use std::collections::{BTreeMap, HashSet};

/// Of one chain so many others are shown that it jumps to.
const CALLED: usize = 12;
/// The map is so long at most.
const LINES: usize = 400;

/// The map, table by table.
pub(super) fn chains(t: &Explained) -> Vec<ChainLine> {
    let rules = t.rules();
    let mut jumps: BTreeMap<ChainId, usize> = BTreeMap::new();
    for rule in &rules.rules {
        for to in calls(t, rule) {
            *jumps.entry(to).or_default() += 1;
        }
    }
    let mut map = Map { t, jumps, seen: HashSet::new(), out: Vec::new() };
    for (id, table) in (0..).map(TableId).zip(&rules.tables) {
        map.out.push(ChainLine {
            depth: 0,
            name: table_name(table.family, &table.name),
            class: table_class(rules, table).into(),
            note: if table.dormant { text!(t.lang, OverDormant) } else { String::new() },
            span: Some(table.span),
            ..ChainLine::default()
        });
        let own = |base: bool| {
            let is = move |c: &&ChainId| rules.chain(**c).base.is_some() == base;
            table.chains.iter().filter(is).copied().collect::<Vec<ChainId>>()
        };
        for chain in own(true) {
            map.chain(chain, 1);
        }
        let left: Vec<ChainId> = own(false).into_iter().filter(|c| !map.seen.contains(c)).collect();
        let alone = left.iter().filter(|c| !map.jumps.contains_key(c)).count();
        for chain in &left {
            let nobody = !map.jumps.contains_key(chain) && rules.chain(*chain).declared;
            if nobody && map.out.len() < LINES && alone <= CALLED {
                map.seen.insert(*chain);
                let note = text!(t.lang, OverNoJump);
                let line = ChainLine { note, ..map.line(*chain, 1) };
                map.out.push(line);
            }
        }
        if alone > CALLED {
            map.more(alone, 1);
        }
        debug_assert!((id.0 as usize) < rules.tables.len());
    }
    map.out
}

struct Map<'a> {
    t: &'a Explained<'a>,
    /// How many rules jump to each chain.
    jumps: BTreeMap<ChainId, usize>,
    seen: HashSet<ChainId>,
    out: Vec<ChainLine>,
}

impl Map<'_> {
    fn chain(&mut self, chain: ChainId, depth: u8) {
        if self.out.len() >= LINES {
            return;
        }
        let rules = self.t.rules();
        let again = !self.seen.insert(chain) && !rules.chain(chain).rules.is_empty();
        let mut line = self.line(chain, depth);
        if again {
            line.note = text!(self.t.lang, OverAbove);
        }
        self.out.push(line);
        if again || depth >= 8 {
            return;
        }
        let mut called: Vec<ChainId> = Vec::new();
        for rule in &rules.chain(chain).rules {
            for to in calls(self.t, rules.rule(*rule)) {
                if !called.contains(&to) {
                    called.push(to);
                }
            }
        }
        for to in called.iter().take(CALLED) {
            self.chain(*to, depth + 1);
        }
        if called.len() > CALLED {
            self.more(called.len() - CALLED, depth + 1);
        }
    }

    fn more(&mut self, count: usize, depth: u8) {
        let name = text!(self.t.lang, OverMoreChains, count = count);
        self.out.push(ChainLine { depth, name, ..ChainLine::default() });
    }

    fn line(&self, chain: ChainId, depth: u8) -> ChainLine {
        let rules = self.t.rules();
        let c = rules.chain(chain);
        let table = rules.table(c.table);
        let mut name = c.name.to_string();
        if let Some(base) = c.base.as_ref().filter(|_| table.backend == Backend::Nft) {
            let hook = base.hook.builtin().to_lowercase();
            let at = priority_text(table.family, base.priority);
            name = text!(self.t.lang, OverBase, name = name, hook = hook, priority = at);
        }
        let policy = c.base.as_ref().map(|b| b.policy).filter(|p| *p != Policy::Unknown);
        let accepts = policy == Some(Policy::Accept);
        let jumps = self.jumps.get(&chain).copied().unwrap_or_default();
        ChainLine {
            depth,
            name,
            meaning: meaning_of(self.t, chain),
            class: chain_class(rules, chain).into(),
            policy: policy.map(|_| policy_word(rules, chain, accepts).to_owned()),
            accepts,
            rules: Some(c.rules.len()),
            jumps: if jumps > 1 { jumps } else { 0 },
            note: if c.declared { String::new() } else { text!(self.t.lang, LegendUnpasted) },
            span: Some(c.span),
        }
    }
}
