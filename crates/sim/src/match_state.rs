//! What matches remember from packet to packet: lists, buckets, counters, and sets as rules change them.
//!
//! A fresh state is that of a host on which no packet was seen. A clone shares all parts that neither
//! side changes afterwards.

use crate::sets;
use crate::state::{connlimit, hashlimit, limit, nft_set, nft_stateful, quota, recent, statistic};
use chainwalk_model::{ObjectId, OpId, SetId, Text};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

/// Everything that matches and `-j SET` remember.
#[derive(Clone, Default)]
pub(crate) struct MatchState {
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

/// A map whose values are copied only when they change. An empty one allocates nothing.
#[derive(Clone)]
pub(crate) struct CowMap<K, V>(Option<Rc<BTreeMap<K, Rc<V>>>>);

impl<K, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord + Clone, V: Clone> CowMap<K, V> {
    /// The value under that key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.as_ref()?.get(key).map(|v| &**v)
    }

    /// The value under that key, to be changed; `fresh` makes it where there is none.
    pub(crate) fn entry(&mut self, key: &K, fresh: impl FnOnce() -> V) -> &mut V {
        let map = Rc::make_mut(self.0.get_or_insert_default());
        Rc::make_mut(map.entry(key.clone()).or_insert_with(|| Rc::new(fresh())))
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
}
