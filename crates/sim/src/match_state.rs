//! What matches remember from packet to packet: lists, buckets, counters, and sets as rules change them.
//!
//! A fresh state is that of a host on which no packet was seen. A clone shares all parts that neither
//! side changes afterwards, and all of it where none is changed.

use crate::sets;
use crate::state::{connlimit, hashlimit, limit, nft_set, nft_stateful, quota, recent, statistic};
use chainwalk_model::{ObjectId, OpId, SetId, Text};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// Everything that matches and `-j SET` remember. It is lent to each test, so it is small.
#[derive(Clone, Default)]
pub(crate) struct MatchState(Rc<Memory>);

impl Deref for MatchState {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        &self.0
    }
}

impl DerefMut for MatchState {
    fn deref_mut(&mut self) -> &mut Memory {
        Rc::make_mut(&mut self.0)
    }
}

/// The parts of a [`MatchState`].
#[derive(Clone, Default)]
pub(crate) struct Memory {
    /// `recent` lists by name.
    pub(crate) recent: CowMap<Text, recent::List>,
    /// `limit` buckets, one for each test.
    pub(crate) limits: CowMap<OpId, limit::Bucket>,
    /// `hashlimit` tables by name and whether they are of IPv6.
    pub(crate) hashlimits: CowMap<(Text, bool), hashlimit::Table>,
    /// `quota` counters, one for each test.
    pub(crate) quotas: CowMap<OpId, quota::Left>,
    /// `statistic` counters, one for each test.
    pub(crate) counters: CowMap<OpId, statistic::Counter>,
    /// Labels of flows, by the flow's number.
    pub(crate) labels: CowMap<u32, Vec<Text>>,
    /// Flows that `connlimit` saw, one list for each test.
    pub(crate) connlimits: CowMap<OpId, connlimit::Groups>,
    /// Redirects of IPv4 that were sent, by receiver.
    pub(crate) redirects: CowMap<IpAddr, RedirectCount>,
    /// ipsets by name, as far as rules looked at them.
    pub(crate) sets: CowMap<Text, sets::SetState>,
    /// nft's sets, as far as rules looked at them.
    pub(crate) nft_sets: CowMap<SetId, nft_set::SetState>,
    /// nft's limits, quotas and counts.
    pub(crate) nft_states: CowMap<StateKey, nft_stateful::Memory>,
    /// The next number of `numgen inc`, one for each rule's operation.
    pub(crate) nft_numgens: CowMap<OpId, u32>,
}

/// What a limit, a quota or a count of nft is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StateKey {
    /// A rule.
    Op(OpId),
    /// A named object.
    Object(ObjectId),
}

/// How often a sender was sent a redirect, and when last.
#[derive(Clone, Copy, Default)]
pub(crate) struct RedirectCount {
    pub count: u64,
    /// Milliseconds since the first packet.
    pub last_ms: u64,
}

/// A map whose values are copied only when they change. An empty one allocates nothing, and to change one value of a
/// clone costs no more in a long map than in a short one.
#[derive(Clone)]
pub(crate) struct CowMap<K, V> {
    /// What other clones may have too.
    shared: Option<Rc<BTreeMap<K, Rc<V>>>>,
    /// What was changed since others have it; it counts before the shared ones.
    own: BTreeMap<K, Rc<V>>,
}

/// So many changes are kept beside a map that others have too, before it is copied.
const MOST_OWN: usize = 64;

impl<K, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self { shared: None, own: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, V: Clone> CowMap<K, V> {
    /// The value under that key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let shared = || self.shared.as_ref()?.get(key);
        self.own.get(key).or_else(shared).map(|v| &**v)
    }

    /// The value under that key, to be changed; `fresh` makes it where there is none.
    pub(crate) fn entry(&mut self, key: &K, fresh: impl FnOnce() -> V) -> &mut V {
        let shared = self.shared.get_or_insert_default();
        let is_shared = Rc::strong_count(shared) > 1;
        let values = if is_shared && shared.len() > MOST_OWN && self.own.len() < MOST_OWN {
            if let Some(value) = shared.get(key).filter(|_| !self.own.contains_key(key)) {
                self.own.insert(key.clone(), value.clone());
            }
            &mut self.own
        } else {
            let all = Rc::make_mut(shared);
            while let Some((key, value)) = self.own.pop_first() {
                all.insert(key, value);
            }
            all
        };
        Rc::make_mut(values.entry(key.clone()).or_insert_with(|| Rc::new(fresh())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut one: CowMap<u8, Vec<u8>> = CowMap::default();
        one.entry(&1, Vec::new).push(7);
        let two = one.clone();
        one.entry(&1, Vec::new).push(8);
        assert_eq!(two.get(&1), Some(&vec![7]));
        assert_eq!(one.get(&1), Some(&vec![7, 8]));
    }

    #[test]
    fn clones_of_a_long_map_go_their_own_ways() {
        let mut map: CowMap<usize, usize> = CowMap::default();
        let mut clones = Vec::new();
        for at in 0..500 {
            *map.entry(&at, || 1) += at;
            *map.entry(&(at / 2), || 1) += 1000;
            let mut other = map.clone();
            *other.entry(&(at / 3), || 1) += 100_000;
            clones.push((map.clone(), other));
        }
        for (at, (then, other)) in clones.iter().enumerate() {
            for key in 0..500 {
                let halves = [2 * key, 2 * key + 1];
                let bumped = halves.iter().filter(|half| **half <= at).count();
                let wanted = (key <= at).then_some(1 + key + 1000 * bumped);
                assert_eq!(then.get(&key).copied(), wanted, "{key} of {at}");
                let more = wanted.map(|w| if key == at / 3 { w + 100_000 } else { w });
                assert_eq!(other.get(&key).copied(), more, "{key} of {at}");
            }
        }
    }
}
