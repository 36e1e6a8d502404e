//! The rules of a chain while it is being read, in order.
//!
//! Appending, inserting at the head, and deleting at either end or by content cost about the same however long
//! the chain is: what is deleted by content leaves a gap, and where a content stands is looked up. A rule that is put
//! between others moves a piece of their numbers.

use crate::pieces::Pieces;
use chainwalk_model::{Counters, Match, Op, OpKind, Span, Text};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A rule while it is being read.
#[derive(Clone, Debug)]
pub(crate) struct DraftRule {
    /// Its operations; chains are indices into the draft.
    pub(crate) ops: Vec<Op>,
    /// Its counters.
    pub(crate) counters: Option<Box<Counters>>,
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
    /// How many are rules.
    count: usize,
    /// In which order they stand in the chain; none where they came in it and none was taken away.
    order: Option<Box<Order>>,
}

/// The order of rules that did not all come one behind the other.
#[derive(Clone, Debug, Default)]
struct Order {
    /// In the order of the chain the places of the rules in the store, and [`GAP`] between them; neither end is a gap.
    slots: Pieces,
    /// What the first slot is counted as in `places`: it goes down with each rule put before the others.
    first: i64,
    /// By a hash of the content the slots that may have it, in order; none until it is asked for.
    places: Option<HashMap<u64, VecDeque<i64>>>,
}

impl Order {
    fn of(count: usize) -> Self {
        Self { slots: (0..count as u32).collect(), ..Self::default() }
    }

    /// Leaves no gap.
    fn close_gaps(&mut self, count: usize) {
        if self.slots.len() > count {
            self.slots = self.slots.iter().filter(|place| *place != GAP).collect();
        }
        self.places = None;
    }
}

/// A slot without a rule.
const GAP: u32 = u32::MAX;
/// Most chains that programs make have no more rules than these: up to them each takes no more room than it needs.
const FEW: usize = 4;

impl Rules {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &DraftRule> {
        let (plain, ordered) = match &self.order {
            None => (&self.store[..], None),
            Some(order) => (&[][..], Some(order.slots.iter())),
        };
        let ordered = ordered.into_iter().flatten().filter_map(|place| self.at(place));
        plain.iter().flatten().chain(ordered)
    }

    fn at(&self, place: u32) -> Option<&DraftRule> {
        self.store.get(place as usize)?.as_ref()
    }

    /// Their order, to be changed.
    fn order(&mut self) -> &mut Order {
        let count = self.store.len();
        self.order.get_or_insert_with(|| Box::new(Order::of(count)))
    }

    /// Keeps a rule, and says where.
    fn keep(&mut self, rule: DraftRule) -> u32 {
        self.count += 1;
        if self.store.len() < FEW {
            self.store.reserve_exact(1);
        }
        self.store.push(Some(rule));
        self.store.len() as u32 - 1
    }

    /// In the order in which they came.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut DraftRule> {
        if let Some(order) = &mut self.order {
            order.places = None;
        }
        self.store.iter_mut().flatten()
    }

    /// The last one.
    pub(crate) fn last(&self) -> Option<&DraftRule> {
        match &self.order {
            None => self.store.last()?.as_ref(),
            Some(order) => order.slots.back().and_then(|place| self.at(place)),
        }
    }

    /// Leaves none.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Puts one behind the others.
    pub(crate) fn push(&mut self, rule: DraftRule) {
        if let Some(order) = &mut self.order {
            if let Some(places) = &mut order.places {
                let slot = order.first + i64::try_from(order.slots.len()).unwrap_or(i64::MAX);
                places.entry(content(&rule)).or_default().push_back(slot);
            }
            order.slots.push_back(self.store.len() as u32);
        }
        self.keep(rule);
    }

    /// Puts one before the `at`-th, from 0; behind the others where there are fewer.
    pub(crate) fn insert(&mut self, at: usize, rule: DraftRule) {
        if at >= self.count {
            self.push(rule);
            return;
        }
        let (place, count) = (self.store.len() as u32, self.count);
        let order = self.order();
        if at == 0 {
            order.first -= 1;
            if let Some(places) = &mut order.places {
                places.entry(content(&rule)).or_default().push_front(order.first);
            }
            order.slots.push_front(place);
        } else {
            order.close_gaps(count);
            order.slots.insert(at, place);
        }
        self.keep(rule);
    }

    /// Puts another in the place of the `at`-th; false where there is none.
    pub(crate) fn replace(&mut self, at: usize, rule: DraftRule) -> bool {
        let count = self.count;
        if at >= count {
            return false;
        }
        let order = self.order();
        order.close_gaps(count);
        let Some(place) = order.slots.get(at) else { return false };
        self.store[place as usize] = Some(rule);
        true
    }

    /// Takes the `at`-th away; false where there is none.
    pub(crate) fn remove(&mut self, at: usize) -> bool {
        let count = self.count;
        if at >= count {
            return false;
        }
        let order = self.order();
        if at == 0 {
            self.empty(0);
        } else if at + 1 == count {
            let last = order.slots.len() - 1;
            self.empty(last);
        } else {
            order.close_gaps(count);
            if let Some(place) = order.slots.remove(at) {
                self.store[place as usize] = None;
            }
            self.count -= 1;
        }
        true
    }

    /// Takes the first away that tests and does the same; false where there is none.
    pub(crate) fn remove_same(&mut self, rule: &DraftRule) -> bool {
        self.order();
        let Self { store, order: Some(order), .. } = self else { return false };
        let at = |place: u32| store.get(place as usize).and_then(Option::as_ref);
        let Order { slots, first, places } = &mut **order;
        let places = places.get_or_insert_with(|| {
            let mut places: HashMap<u64, VecDeque<i64>> = HashMap::new();
            for (slot, place) in (*first..).zip(slots.iter()) {
                if let Some(rule) = at(place) {
                    places.entry(content(rule)).or_default().push_back(slot);
                }
            }
            places
        });
        let there = places.get(&content(rule)).into_iter().flatten();
        let found = there.copied().find(|slot| {
            let there = usize::try_from(slot - *first).ok().and_then(|at| slots.get(at));
            there.and_then(at).is_some_and(|r| same(r, rule))
        });
        let Some(at) = found.and_then(|slot| usize::try_from(slot - *first).ok()) else {
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
        let Self { store, count, order: Some(order) } = self else { return };
        let Order { slots, first, places } = &mut **order;
        let Some(place) = slots.replace(at, GAP) else { return };
        let Some(rule) = store.get_mut(place as usize).and_then(Option::take) else { return };
        *count -= 1;
        if let Some(places) = places
            && let Some(slots) = places.get_mut(&content(&rule))
        {
            let slot = *first + i64::try_from(at).unwrap_or(i64::MAX);
            if let Some(k) = slots.iter().position(|s| *s == slot) {
                slots.remove(k);
            }
        }
        while slots.front() == Some(GAP) {
            slots.remove(0);
            *first += 1;
        }
        while slots.back() == Some(GAP) {
            slots.remove(slots.len() - 1);
        }
    }

    /// In order.
    pub(crate) fn into_rules(self) -> impl Iterator<Item = DraftRule> {
        let Self { store, order, .. } = self;
        let (plain, mut store) = match &order {
            None => (store, Vec::new()),
            Some(_) => (Vec::new(), store),
        };
        let slots = order.map(|order| order.slots).into_iter().flatten();
        let ordered = slots.filter_map(move |place| store.get_mut(place as usize)?.take());
        plain.into_iter().flatten().chain(ordered)
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
        match &op.what {
            OpKind::Match(Match::Ip(ip)) => ip.hash(&mut hasher),
            OpKind::Match(Match::Tcp(tcp)) => tcp.hash(&mut hasher),
            OpKind::Match(Match::Udp(udp)) => udp.hash(&mut hasher),
            OpKind::Match(Match::Comment(text)) => text.hash(&mut hasher),
            // Some hold numbers that have no hash of their own.
            other => {
                let _ = write!(Digits(&mut hasher), "{other:?}");
            }
        }
    }
    hasher.finish()
}

/// Hashes what is written to it.
struct Digits<'h>(&'h mut DefaultHasher);

impl Write for Digits<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

/// Whether two rules test and do the same.
fn same(a: &DraftRule, b: &DraftRule) -> bool {
    a.ops.len() == b.ops.len() && a.ops.iter().zip(&b.ops).all(|(a, b)| a.what == b.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::{DocId, Target};

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
