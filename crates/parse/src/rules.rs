//! The rules of a chain while it is being read, in order.
//!
//! Appending, inserting at the head, and deleting at either end or by content cost about the same however long
//! the chain is: what is deleted by content leaves a gap, and where a content stands is looked up. A rule that is put
//! between others moves a piece of their numbers.

use crate::pieces::Pieces;
use chainwalk_model::{Counters, Op, Span, Text};
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A rule while it is being read.
#[derive(Clone, Debug)]
pub(crate) struct DraftRule {
    /// Its operations; chains are indices into the draft.
    pub(crate) ops: Vec<Op>,
    /// Its counters.
    pub(crate) counters: Option<Counters>,
    /// Its comment.
    pub(crate) comment: Option<Text>,
    /// Its text.
    pub(crate) span: Span,
    /// Its place in the chain, where rules before it are left out.
    pub(crate) number: Option<u32>,
    /// Whether it stands for rules that are left out.
    pub(crate) gap: bool,
}

/// Rules in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The rules in the order in which they came; none in the place of one that was taken away.
    store: Vec<Option<DraftRule>>,
    /// In the order of the chain the places of the rules in `store`, and [`GAP`] between them; neither end is a gap.
    slots: Pieces,
    /// How many are rules.
    count: usize,
    /// What the first slot is counted as in `places`: it goes down with each rule put before the others.
    first: i64,
    /// By a hash of the content the slots that may have it, in order; none until it is asked for.
    places: Option<HashMap<u64, VecDeque<i64>>>,
}

/// A slot without a rule.
const GAP: u32 = u32::MAX;

impl Rules {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &DraftRule> {
        self.slots.iter().filter_map(|place| self.at(place))
    }

    fn at(&self, place: u32) -> Option<&DraftRule> {
        self.store.get(place as usize)?.as_ref()
    }

    /// Keeps a rule, and says where.
    fn keep(&mut self, rule: DraftRule) -> u32 {
        self.count += 1;
        self.store.push(Some(rule));
        self.store.len() as u32 - 1
    }

    /// In the order in which they came.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut DraftRule> {
        self.places = None;
        self.store.iter_mut().flatten()
    }

    /// The last one.
    pub(crate) fn last(&self) -> Option<&DraftRule> {
        self.slots.back().and_then(|place| self.at(place))
    }

    /// Leaves none.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Puts one behind the others.
    pub(crate) fn push(&mut self, rule: DraftRule) {
        if let Some(places) = &mut self.places {
            let slot = self.first + i64::try_from(self.slots.len()).unwrap_or(i64::MAX);
            places.entry(content(&rule)).or_default().push_back(slot);
        }
        let place = self.keep(rule);
        self.slots.push_back(place);
    }

    /// Puts one before the `at`-th, from 0; behind the others where there are fewer.
    pub(crate) fn insert(&mut self, at: usize, rule: DraftRule) {
        if at >= self.count {
            self.push(rule);
            return;
        }
        if at == 0 {
            self.first -= 1;
            if let Some(places) = &mut self.places {
                places.entry(content(&rule)).or_default().push_front(self.first);
            }
            let place = self.keep(rule);
            self.slots.push_front(place);
        } else {
            self.close_gaps();
            let place = self.keep(rule);
            self.slots.insert(at, place);
        }
    }

    /// Puts another in the place of the `at`-th; false where there is none.
    pub(crate) fn replace(&mut self, at: usize, rule: DraftRule) -> bool {
        if at >= self.count {
            return false;
        }
        self.close_gaps();
        let Some(place) = self.slots.get(at) else { return false };
        self.store[place as usize] = Some(rule);
        true
    }

    /// Takes the `at`-th away; false where there is none.
    pub(crate) fn remove(&mut self, at: usize) -> bool {
        if at >= self.count {
            return false;
        }
        if at == 0 {
            self.empty(0);
        } else if at + 1 == self.count {
            self.empty(self.slots.len() - 1);
        } else {
            self.close_gaps();
            if let Some(place) = self.slots.remove(at) {
                self.store[place as usize] = None;
            }
            self.count -= 1;
        }
        true
    }

    /// Takes the first away that tests and does the same; false where there is none.
    pub(crate) fn remove_same(&mut self, rule: &DraftRule) -> bool {
        let (slots, store, first) = (&self.slots, &self.store, self.first);
        let at = |place: u32| store.get(place as usize).and_then(Option::as_ref);
        let places = self.places.get_or_insert_with(|| {
            let mut places: HashMap<u64, VecDeque<i64>> = HashMap::new();
            for (slot, place) in (first..).zip(slots.iter()) {
                if let Some(rule) = at(place) {
                    places.entry(content(rule)).or_default().push_back(slot);
                }
            }
            places
        });
        let there = places.get(&content(rule)).into_iter().flatten();
        let found = there.copied().find(|slot| {
            let there = usize::try_from(slot - first).ok().and_then(|at| slots.get(at));
            there.and_then(at).is_some_and(|r| same(r, rule))
        });
        let Some(at) = found.and_then(|slot| usize::try_from(slot - first).ok()) else {
            return false;
        };
        self.empty(at);
        true
    }

    /// Whether one tests and does the same.
    pub(crate) fn holds(&self, rule: &DraftRule) -> bool {
        self.iter().any(|r| same(r, rule))
    }

    /// Makes a slot a gap, and lets go of the gaps at both ends.
    fn empty(&mut self, at: usize) {
        let Some(place) = self.slots.replace(at, GAP) else { return };
        let Some(rule) = self.store.get_mut(place as usize).and_then(Option::take) else { return };
        self.count -= 1;
        if let Some(places) = &mut self.places
            && let Some(slots) = places.get_mut(&content(&rule))
        {
            let slot = self.first + i64::try_from(at).unwrap_or(i64::MAX);
            if let Some(k) = slots.iter().position(|s| *s == slot) {
                slots.remove(k);
            }
        }
        while self.slots.front() == Some(GAP) {
            self.slots.remove(0);
            self.first += 1;
        }
        while self.slots.back() == Some(GAP) {
            self.slots.remove(self.slots.len() - 1);
        }
    }

    /// Makes the n-th rule the n-th slot.
    fn close_gaps(&mut self) {
        if self.slots.len() != self.count {
            self.slots = self.slots.iter().filter(|place| *place != GAP).collect();
        }
        self.places = None;
    }
}

impl Rules {
    /// In order.
    pub(crate) fn into_rules(self) -> impl Iterator<Item = DraftRule> {
        let mut store = self.store;
        self.slots.into_iter().filter_map(move |place| store.get_mut(place as usize)?.take())
    }
}

impl Extend<DraftRule> for Rules {
    fn extend<T: IntoIterator<Item = DraftRule>>(&mut self, rules: T) {
        for rule in rules {
            self.push(rule);
        }
    }
}

/// A number that rules of the same content share.
fn content(rule: &DraftRule) -> u64 {
    let mut hasher = DefaultHasher::new();
    for op in &rule.ops {
        format!("{:?}", op.what).hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether two rules test and do the same.
fn same(a: &DraftRule, b: &DraftRule) -> bool {
    a.ops.len() == b.ops.len() && a.ops.iter().zip(&b.ops).all(|(a, b)| a.what == b.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::{DocId, Op, OpKind, Span, Target};

    fn rule(kind: u8, start: usize) -> DraftRule {
        let span = Span::new(DocId(0), start, start);
        let what = OpKind::Target(Target::Dscp(kind));
        let ops = vec![Op { what, span }];
        DraftRule { ops, counters: None, comment: None, span, number: None, gap: false }
    }

    /// The rule and where it came from.
    fn told(rule: &DraftRule) -> (OpKind, Span) {
        (rule.ops[0].what.clone(), rule.span)
    }

    #[test]
    fn edits_come_out_as_those_of_a_plain_list() {
        let (mut ours, mut plain) = (Rules::default(), Vec::new());
        let mut seed = 7_u32;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % n.max(1)
        };
        for step in 0..20_000 {
            let new = rule(below(9) as u8, step);
            let at = below(plain.len() + 2);
            match below(9) {
                0..3 => {
                    plain.push(new.clone());
                    ours.push(new);
                }
                3 => {
                    plain.insert(0, new.clone());
                    ours.insert(0, new);
                }
                4 if below(4) == 0 => {
                    plain.insert(at.min(plain.len()), new.clone());
                    ours.insert(at, new);
                }
                5 if below(4) == 0 => {
                    let there = at < plain.len();
                    if there {
                        plain[at] = new.clone();
                    }
                    assert_eq!(ours.replace(at, new), there);
                }
                6 => {
                    let at = [0, plain.len().saturating_sub(1), at][below(3)];
                    let there = at < plain.len();
                    if there {
                        plain.remove(at);
                    }
                    assert_eq!(ours.remove(at), there);
                }
                _ => {
                    let there = plain.iter().position(|r| same(r, &new));
                    if let Some(at) = there {
                        plain.remove(at);
                    }
                    assert_eq!(ours.remove_same(&new), there.is_some());
                }
            }
            assert_eq!(ours.len(), plain.len());
            if step % 64 == 0 {
                let found: Vec<_> = ours.clone().into_rules().map(|r| told(&r)).collect();
                assert_eq!(found, plain.iter().map(told).collect::<Vec<_>>());
            }
        }
    }
}
