//! The elements of a set: those that were pasted, by an index, and what packets add, refresh and delete.
//!
//! Sources: `nft_lookup.c`, `nft_dynset.c`, `nft_set_hash.c`, `nft_set_rbtree.c`, `nft_set_pipapo.c` in
//! `net/netfilter`.

use super::nft_stateful::Memory;
use crate::context::MatchContext;
use crate::link::skb_len;
use chainwalk_model::Order;
use chainwalk_model::nft::{ElementData, Pattern, Set, Stateful, UpdateOp, Value};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The size that a set has which packets may add to and none is written for.
const DYNAMIC_SIZE: u32 = 65_535;

/// Where an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among those that were pasted.
    Pasted(usize),
    /// Among those that packets added.
    Added(usize),
}

/// The pasted elements by what they hold.
#[derive(Debug, Default)]
struct Index {
    /// Those of single values.
    exact: HashMap<Vec<Value>, usize>,
    /// Those of numbers from-to of one part, by their first; the third is the highest last so far.
    ranges: Vec<(u128, u128, u128, usize)>,
    /// All others.
    others: Vec<usize>,
    /// The element that fits any key.
    any: Option<usize>,
}

impl Index {
    fn of(set: &Set) -> Self {
        let mut index = Self::default();
        let bits = set.key.first().map_or(0, |k| k.bits);
        for (at, element) in set.elements.iter().enumerate() {
            match &element.key[..] {
                [Pattern::Any] => index.any = Some(at),
                [only] if !matches!(only, Pattern::One(_) | Pattern::Begins(_)) => {
                    match only.bounds(bits) {
                        Some(b) => index.ranges.push((b.first, b.last, 0, at)),
                        None => index.others.push(at),
                    }
                }
                parts => {
                    let one = |p: &Pattern| match p {
                        Pattern::One(value) => Some(value.clone()),
                        _ => None,
                    };
                    match parts.iter().map(one).collect::<Option<Vec<_>>>() {
                        Some(key) => {
                            index.exact.insert(key, at);
                        }
                        None => index.others.push(at),
                    }
                }
            }
        }
        index.ranges.order_by_key(|r| r.0);
        let mut reach = 0;
        for range in &mut index.ranges {
            reach = reach.max(range.1);
            range.2 = reach;
        }
        index
    }
}

/// An element that packets added.
#[derive(Clone, Debug)]
struct Added {
    key: Vec<Value>,
    data: Option<ElementData>,
    keeps: Vec<(Stateful, Memory)>,
    /// When it goes, in milliseconds since the first packet.
    until_ms: Option<u64>,
}

/// A set as packets left it.
#[derive(Clone, Debug)]
pub(crate) struct SetState {
    index: Rc<Index>,
    added: Vec<Added>,
    /// What pasted elements keep.
    keeps: BTreeMap<usize, Vec<(Stateful, Memory)>>,
    /// When pasted elements go, where a packet refreshed or deleted them.
    until: BTreeMap<usize, u64>,
}

impl SetState {
    /// The set as it was pasted.
    pub(crate) fn new(of: &Set) -> Self {
        Self {
            index: Rc::new(Index::of(of)),
            added: Vec::new(),
            keeps: BTreeMap::new(),
            until: BTreeMap::new(),
        }
    }

    /// Whether a pasted element is there.
    fn lives(&self, of: &Set, at: usize, now: u64) -> bool {
        let element = &of.elements[at];
        let own = element.expires_ms.or(element.timeout_ms).or(of.timeout_ms);
        self.until.get(&at).copied().or(own).is_none_or(|until| now < until)
    }

    /// The element that fits a key.
    pub(crate) fn find(&self, of: &Set, key: &[Value], now: u64) -> Option<Place> {
        let lives = |added: &Added| added.until_ms.is_none_or(|until| now < until);
        if let Some(at) = self.added.iter().position(|a| a.key == key && lives(a)) {
            return Some(Place::Added(at));
        }
        let pasted = |at: usize| self.lives(of, at, now).then_some(Place::Pasted(at));
        if let Some(found) = self.index.exact.get(key).and_then(|at| pasted(*at)) {
            return Some(found);
        }
        if let [Value::Number(n)] = key {
            let end = self.index.ranges.partition_point(|r| r.0 <= *n);
            for range in self.index.ranges[..end].iter().rev() {
                if range.2 < *n {
                    break;
                }
                if range.1 >= *n
                    && let Some(found) = pasted(range.3)
                {
                    return Some(found);
                }
            }
        }
        let fits = |at: &&usize| {
            let parts = &of.elements[**at].key;
            let widths = of.key.iter().map(|k| k.bits);
            parts.len() == key.len()
                && parts.iter().zip(key).zip(widths).all(|((p, v), bits)| p.fits(v, bits))
                && self.lives(of, **at, now)
        };
        let other = self.index.others.iter().find(fits).map(|at| Place::Pasted(*at));
        other.or_else(|| self.index.any.and_then(pasted))
    }

    /// What a map holds for an element.
    pub(crate) fn data(&self, of: &Set, place: Place) -> Option<ElementData> {
        match place {
            Place::Pasted(at) => of.elements[at].data.clone(),
            Place::Added(at) => self.added[at].data.clone(),
        }
    }

    /// Asks what an element keeps; whether the rule goes on.
    pub(crate) fn eval_stateful(
        &mut self,
        of: &Set,
        place: Place,
        now: u64,
        len: u64,
        ctx: &MatchContext,
    ) -> bool {
        let keeps = match place {
            Place::Added(at) => &mut self.added[at].keeps,
            Place::Pasted(at) => {
                let element = &of.elements[at];
                let own =
                    if element.stateful.is_empty() { &of.stateful } else { &element.stateful };
                if own.is_empty() {
                    return true;
                }
                self.keeps.entry(at).or_insert_with(|| fresh(own, now))
            }
        };
        keeps.iter_mut().all(|(what, memory)| memory.eval(what, len, ctx))
    }

    /// Whether what the element of a key keeps can't be told for this packet.
    pub(crate) fn in_doubt(&self, of: &Set, key: &[Value], ctx: &MatchContext) -> bool {
        let keeps = match self.find(of, key, ctx.now_ms) {
            Some(Place::Added(at)) => &self.added[at].keeps,
            Some(Place::Pasted(at)) => match self.keeps.get(&at) {
                Some(keeps) => keeps,
                None => return false,
            },
            None => return false,
        };
        keeps.iter().any(|(what, memory)| memory.in_doubt(what, ctx))
    }

    /// `add`, `update` and `delete` by a packet; whether the rule goes on.
    pub(crate) fn update(&mut self, of: &Set, change: Change, ctx: &MatchContext) -> bool {
        let now = ctx.now_ms;
        let until = change.timeout_ms.or(of.timeout_ms).map(|timeout| now + timeout);
        let found = self.find(of, &change.key, now);
        let len = u64::from(skb_len(ctx));
        match (change.how, found) {
            (UpdateOp::Delete, Some(Place::Added(at))) => {
                self.added.remove(at);
                true
            }
            (UpdateOp::Delete, Some(Place::Pasted(at))) => {
                self.until.insert(at, now);
                true
            }
            (UpdateOp::Delete, None) => true,
            (how, Some(place)) => {
                if let (UpdateOp::Update, Some(until)) = (how, until) {
                    match place {
                        Place::Added(at) if self.added[at].until_ms.is_some() => {
                            self.added[at].until_ms = Some(until);
                        }
                        Place::Pasted(at) if of.flags.timeout => {
                            self.until.insert(at, until);
                        }
                        _ => {}
                    }
                }
                self.eval_stateful(of, place, now, len, ctx)
            }
            (_, None) => {
                self.added.retain(|a| a.until_ms.is_none_or(|until| now < until));
                let size = of.size.or(of.flags.dynamic.then_some(DYNAMIC_SIZE));
                // Elements are counted only up to where the set is full.
                let is_full = |size: u32| {
                    let room = (size as usize).saturating_sub(self.added.len());
                    let live = (0..of.elements.len()).filter(|at| self.lives(of, *at, now));
                    live.take(room).count() >= room
                };
                if size.is_some_and(is_full) {
                    return false;
                }
                let own =
                    if change.stateful.is_empty() { &of.stateful[..] } else { change.stateful };
                self.added.push(Added {
                    key: change.key,
                    data: change.data,
                    keeps: fresh(own, now),
                    until_ms: until,
                });
                let at = self.added.len() - 1;
                self.eval_stateful(of, Place::Added(at), now, len, ctx)
            }
        }
    }
}

/// What a packet does to an element.
pub(crate) struct Change<'a> {
    pub how: UpdateOp,
    pub key: Vec<Value>,
    pub data: Option<ElementData>,
    pub timeout_ms: Option<u64>,
    pub stateful: &'a [Stateful],
}

fn fresh(what: &[Stateful], now: u64) -> Vec<(Stateful, Memory)> {
    what.iter().map(|w| (*w, Memory::fresh(w, now))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::nft::{
        KeyPart, Limit, SetData, SetElement, SetFlags, Type, UpdateOp, Value,
    };
    use chainwalk_model::{DocId, Span, TableId};

    fn element(key: Vec<Pattern>) -> SetElement {
        SetElement {
            key,
            data: None,
            timeout_ms: None,
            expires_ms: None,
            stateful: Vec::new(),
            comment: None,
            span: Span { doc: DocId(0), start: 0, end: 0 },
        }
    }

    fn set(bits: &[u16], keys: Vec<Vec<Pattern>>) -> Set {
        Set {
            table: TableId(0),
            name: None,
            key: bits.iter().map(|bits| KeyPart { ty: Type::Integer, bits: *bits }).collect(),
            data: SetData::None,
            flags: SetFlags::default(),
            timeout_ms: None,
            size: None,
            stateful: Vec::new(),
            elements: keys.into_iter().map(element).collect(),
            whole: true,
            handle: None,
            span: Span { doc: DocId(0), start: 0, end: 0 },
        }
    }

    fn one(n: u128) -> Pattern {
        Pattern::One(Value::Number(n))
    }

    fn change(how: UpdateOp, n: u128) -> Change<'static> {
        Change { how, key: vec![Value::Number(n)], data: None, timeout_ms: None, stateful: &[] }
    }

    /// Numbers that look random.
    fn numbers() -> impl FnMut(u128) -> u128 {
        let mut seed = 7u64;
        move |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u128::from(seed >> 33) % below
        }
    }

    #[test]
    fn the_index_finds_what_a_search_from_end_to_end_finds() {
        let mut next = numbers();
        for round in 0..200 {
            let mut keys = Vec::new();
            for _ in 0..next(12) {
                let low = next(250);
                keys.push(vec![match next(5) {
                    0 | 1 => one(low),
                    2 => Pattern::Range(low, (low + next(20)).min(255)),
                    3 => Pattern::Prefix(low & 0xf0, 4),
                    _ => Pattern::Begins("eth".into()),
                }]);
            }
            if round % 9 == 0 {
                keys.push(vec![Pattern::Any]);
            }
            let set = set(&[8], keys);
            let state = SetState::new(&set);
            for n in 0..256 {
                let key = [Value::Number(n)];
                let found = state.find(&set, &key, 0);
                let fits = |e: &SetElement| e.key[0].fits(&key[0], 8);
                assert_eq!(found.is_some(), set.elements.iter().any(fits), "{n} in {set:?}");
                if let Some(Place::Pasted(at)) = found {
                    assert!(fits(&set.elements[at]), "{n} is not {at}");
                }
            }
        }
    }

    #[test]
    fn concatenations_are_found_part_by_part() {
        let mut next = numbers();
        for _ in 0..200 {
            let mut part = |bits: u128| match next(3) {
                0 => Pattern::Range(next(bits / 2), bits / 2 + next(bits / 2)),
                _ => one(next(bits)),
            };
            let keys = (0..6).map(|_| vec![part(8), part(8)]).collect();
            let set = set(&[3, 3], keys);
            let state = SetState::new(&set);
            for n in 0..64 {
                let key = [Value::Number(n / 8), Value::Number(n % 8)];
                let fits = |e: &SetElement| e.key.iter().zip(&key).all(|(p, v)| p.fits(v, 3));
                let found = state.find(&set, &key, 0).is_some();
                assert_eq!(found, set.elements.iter().any(fits), "{key:?}");
            }
        }
    }

    #[test]
    fn an_element_goes_when_its_time_is_up() {
        let mut set = set(&[8], vec![vec![one(1)], vec![one(2)]]);
        set.timeout_ms = Some(5000);
        set.elements[0].timeout_ms = Some(1000);
        set.elements[1].expires_ms = Some(3000);
        let state = SetState::new(&set);
        let there = |n, now| state.find(&set, &[Value::Number(n)], now).is_some();
        assert!(there(1, 999) && !there(1, 1000), "its own time goes before the set's");
        assert!(there(2, 2999) && !there(2, 3000), "what is left goes before what it began with");
    }

    #[test]
    fn packets_add_refresh_and_delete_until_the_set_is_full() {
        let mut set = set(&[8], vec![vec![one(1)]]);
        (set.size, set.timeout_ms, set.flags.timeout) = (Some(2), Some(1000), true);
        let mut bench = Bench::tcp("10.0.0.1", "10.0.0.2");
        let mut state = SetState::new(&set);
        let there = |state: &SetState, n, now| state.find(&set, &[Value::Number(n)], now).is_some();
        assert!(state.update(&set, change(UpdateOp::Add, 7), &bench.ctx()));
        assert!(!state.update(&set, change(UpdateOp::Add, 8), &bench.ctx()), "a full set breaks");
        assert!(state.update(&set, change(UpdateOp::Add, 1), &bench.ctx()), "it is there already");
        bench.now_ms = 900;
        assert!(state.update(&set, change(UpdateOp::Update, 7), &bench.ctx()));
        assert!(there(&state, 7, 1800) && !there(&state, 1, 1800), "only one was refreshed");
        assert!(state.update(&set, change(UpdateOp::Delete, 7), &bench.ctx()));
        assert!(!there(&state, 7, 900));
        assert!(state.update(&set, change(UpdateOp::Delete, 99), &bench.ctx()), "never breaks");
    }

    #[test]
    fn each_element_has_a_bucket_of_its_own() {
        let set = set(&[8], Vec::new());
        let limit = Limit { rate: 1, per_s: 3600, burst: 2, bytes: false, over: false };
        let keeps = [Stateful::Limit(limit)];
        let bench = Bench::tcp("10.0.0.1", "10.0.0.2");
        let mut state = SetState::new(&set);
        let mut asked = |n| {
            let change = Change { stateful: &keeps, ..change(UpdateOp::Add, n) };
            state.update(&set, change, &bench.ctx())
        };
        assert_eq!([1, 1, 1, 2].map(&mut asked), [true, true, false, true]);
    }
}
