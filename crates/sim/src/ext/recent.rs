//! `-m recent`: lists of addresses and when each was seen.
//!
//! - Written: `[!] --set | --rcheck | --update | --remove`, `--seconds`, `--hitcount`, `--reap`, `--rttl`,
//!   `--name`, `--mask`, `--rsource | --rdest`.
//! - Listed: `recent: UPDATE seconds: 60 hit_count: 4 name: DEFAULT side: source mask: 255.255.255.255`.
//! - Kernel: `recent_mt` in `net/netfilter/xt_recent.c`, with its default of 100 addresses a list.
//! - `--update` adds a stamp only where the whole test holds, inversion counted in; `--set` always does.
//! - A list has the mask of the first rule that names it, and room for as many stamps as the largest
//!   `--hitcount` of its rules asks for, rounded up to a power of two; 32 without any.
//! - Not modelled: writes to `/proc/net/xt_recent`, module parameters other than the default ones.

use super::Judge;
use crate::eye::Eye;
use crate::memory::{HZ, Memory, jiffies};
use chainwalk_model::{
    Entry, Found, Hook, Host, Match, OpKind, Part, RecentAction, RecentMatch, Text,
};
use std::net::IpAddr;

/// Addresses that a list holds at most.
const MAX_ADDRS: usize = 100;

/// A list.
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

pub(super) fn test(m: &RecentMatch, eye: &Eye, memory: &mut Memory, j: &mut Judge) {
    let list = memory.recent.entry(&m.name, || List::new(&m.name, eye.host));
    let (holds, hits) = list.ask(m, eye);
    j.holds(Part::Recent, m.action.not, holds, || Found::Number(hits as u64));
}

impl List {
    /// An empty list, as the host's rules shape it.
    fn new(name: &Text, host: &Host) -> Self {
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
    fn ask(&mut self, m: &RecentMatch, eye: &Eye) -> (bool, usize) {
        let now = jiffies(eye.now_ms);
        let ip = &eye.packet.ip;
        let addr = self.key(if m.by_dest { ip.dst } else { ip.src });
        let ttl = ttl_before_forwarding(eye);
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

/// The TTL as it was before this host forwarded the packet.
fn ttl_before_forwarding(eye: &Eye) -> u8 {
    let ttl = eye.packet.ip.ttl;
    let no_socket = !matches!(eye.entry, Entry::Local { uid: Some(_), .. });
    let leaving = matches!(eye.path.hook, Hook::Forward | Hook::Output | Hook::Postrouting);
    if leaving && no_socket { ttl.wrapping_add(1) } else { ttl }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, Truth};

    fn m(action: RecentAction) -> RecentMatch {
        RecentMatch {
            action: Inv { not: false, value: action },
            seconds: None,
            hitcount: None,
            reap: false,
            rttl: false,
            name: "A".into(),
            by_dest: false,
            mask: None,
        }
    }

    #[track_caller]
    fn check(bench: &mut Bench, now_s: u64, m: RecentMatch, expect: Truth) {
        bench.now_ms = now_s * 1000;
        bench.knows(&Match::Recent(m.clone()));
        assert_eq!(bench.test(&Match::Recent(m)), expect);
    }

    #[test]
    fn a_list_knows_what_was_set() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
        check(&mut bench, 0, m(RecentAction::Update), Truth::No);
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
        let by_dest = RecentMatch { by_dest: true, ..m(RecentAction::Check) };
        check(&mut bench, 0, by_dest, Truth::No);
        check(&mut bench, 0, m(RecentAction::Remove), Truth::Yes);
        check(&mut bench, 0, m(RecentAction::Remove), Truth::No);
    }

    #[test]
    fn stamps_older_than_seconds_do_not_count() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let within = RecentMatch { seconds: Some(10), ..m(RecentAction::Check) };
        check(&mut bench, 100, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 110, within.clone(), Truth::Yes);
        check(&mut bench, 111, within, Truth::No);
    }

    #[test]
    fn update_stamps_only_where_it_holds() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let thrice = RecentMatch { hitcount: Some(3), ..m(RecentAction::Update) };
        let check_thrice = RecentMatch { hitcount: Some(3), ..m(RecentAction::Check) };
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, thrice.clone(), Truth::No);
        check(&mut bench, 0, thrice, Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, check_thrice.clone(), Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, check_thrice, Truth::Yes);
    }

    #[test]
    fn a_full_list_forgets_the_one_seen_longest_ago() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        for k in 0..=MAX_ADDRS {
            bench.packet.ip.src = IpAddr::from([9, 9, 9, k as u8]);
            check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        }
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
        bench.packet.ip.src = IpAddr::from([9, 9, 9, 0]);
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
    }

    #[test]
    fn a_mask_joins_addresses() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let mask = Some(IpAddr::from([255, 255, 255, 0]));
        let set = RecentMatch { mask, ..m(RecentAction::Set) };
        check(&mut bench, 0, set, Truth::Yes);
        bench.packet.ip.src = IpAddr::from([1, 2, 3, 77]);
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
    }
}
