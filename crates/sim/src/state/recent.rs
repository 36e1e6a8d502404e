//! The lists of `-m recent`: addresses and when each was seen (`net/netfilter/xt_recent.c`).

use crate::clock::{HZ, jiffies};
use chainwalk_model::{Host, Match, OpKind, RecentAction, RecentMatch, Text};
use std::net::IpAddr;

/// Addresses that a list holds at most.
pub(crate) const MAX_ADDRS: usize = 100;

/// A list (`struct recent_table`).
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// The bits of an address that count; `None` is all of them.
    mask: Option<IpAddr>,
    /// Stamps that are kept of an address.
    stamps: usize,
    /// The addresses, the one that was stamped longest ago first.
    entries: Vec<Seen>,
}

/// An address on a list.
#[derive(Clone, Debug)]
struct Seen {
    addr: IpAddr,
    ttl: u8,
    /// A ring: `index` is where the next stamp goes.
    stamps: Vec<u64>,
    index: usize,
}

impl List {
    /// An empty list, as the host's rules shape it.
    pub(crate) fn new(name: &Text, host: &Host) -> Self {
        let tests = host.rules.rules.iter().flat_map(|r| &r.ops).filter_map(|op| match &op.what {
            OpKind::Match(Match::Recent(m)) if m.name == *name => Some(m),
            _ => None,
        });
        let mut list = Self { mask: None, stamps: 0, entries: Vec::new() };
        for (k, m) in tests.enumerate() {
            if k == 0 {
                list.mask = m.mask;
            }
            let room = m.hitcount.filter(|n| *n > 0).unwrap_or(32);
            list.stamps = list.stamps.max(room.next_power_of_two() as usize);
        }
        list.stamps = list.stamps.max(1);
        list
    }

    /// Whether the test holds before inversion, and how many stamps count.
    pub(crate) fn ask(
        &mut self,
        m: &RecentMatch,
        addr: IpAddr,
        ttl: u8,
        now_ms: u64,
    ) -> (bool, usize) {
        let now = jiffies(now_ms);
        let addr = self.key(addr);
        let at = self
            .entries
            .iter()
            .position(|e| e.addr == addr && (!m.rttl || ttl == e.ttl || ttl == 0 || e.ttl == 0));
        let Some(at) = at else {
            if m.action.value != RecentAction::Set {
                return (false, 0);
            }
            if self.entries.len() >= MAX_ADDRS {
                self.entries.remove(0);
            }
            self.entries.push(Seen { addr, ttl, stamps: vec![now], index: 1 });
            return (true, 1);
        };
        match m.action.value {
            RecentAction::Set => {
                self.stamp(at, now, ttl);
                (true, self.entries.last().map_or(0, |e| e.stamps.len()))
            }
            RecentAction::Remove => {
                let seen = self.entries.remove(at);
                (true, seen.stamps.len())
            }
            RecentAction::Check | RecentAction::Update => {
                let since = |s: u32| now.saturating_sub(u64::from(s) * HZ);
                let oldest = m.seconds.filter(|s| *s > 0).map(since);
                let counts = |stamp: &&u64| oldest.is_none_or(|t| **stamp >= t);
                let hits = self.entries[at].stamps.iter().filter(counts).count();
                let holds = hits >= m.hitcount.unwrap_or(0).max(1) as usize;
                let update = m.action.value == RecentAction::Update && holds != m.action.not;
                if let (true, Some(oldest)) = (m.reap, oldest) {
                    self.reap(oldest, at, update);
                }
                if update && let Some(at) = self.entries.iter().position(|e| e.addr == addr) {
                    self.stamp(at, now, ttl);
                }
                (holds, hits)
            }
        }
    }

    /// The part of an address that counts.
    fn key(&self, addr: IpAddr) -> IpAddr {
        match (addr, self.mask) {
            (IpAddr::V4(a), Some(IpAddr::V4(m))) => IpAddr::V4(a & m),
            (IpAddr::V6(a), Some(IpAddr::V6(m))) => IpAddr::V6(a & m),
            _ => addr,
        }
    }

    /// Stamps an entry; it becomes the latest of the list.
    fn stamp(&mut self, at: usize, now: u64, ttl: u8) {
        let mut seen = self.entries.remove(at);
        seen.index %= self.stamps;
        match seen.stamps.get_mut(seen.index) {
            Some(stamp) => *stamp = now,
            None => seen.stamps.push(now),
        }
        seen.index += 1;
        seen.ttl = ttl;
        self.entries.push(seen);
    }

    /// Drops the oldest address if its last stamp is too old, but not the one that is about to be stamped.
    fn reap(&mut self, oldest: u64, working: usize, update: bool) {
        let stale = self
            .entries
            .first()
            .and_then(|e| e.stamps.get(e.index.checked_sub(1)?))
            .is_some_and(|stamp| *stamp < oldest);
        if stale && !(working == 0 && update) {
            self.entries.remove(0);
        }
    }
}
