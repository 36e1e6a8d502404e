//! The tables of `-m hashlimit`: a bucket for each key (`net/netfilter/xt_hashlimit.c`).

use crate::clock::{HZ, jiffies};
use chainwalk_model::{HashlimitMatch, Host, Match, OpKind};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Fractions of a second that a rate is given in.
const SCALE: u64 = 1_000_000;
/// Credit that a tick adds. A day of it fits into 64 bits.
const CREDITS_PER_JIFFY: u64 = pow2_below(u64::MAX / (HZ * 60 * 60 * 24));
/// Credit that a tick adds where bytes are counted.
const BYTE_CREDITS_PER_JIFFY: u64 = pow2_below(u32::MAX as u64 / HZ);
/// Bytes are counted in pieces of two to this power.
const BYTE_SHIFT: u32 = 4;
/// Buckets that the smallest table has room for, unless `--hashlimit-htable-size` says otherwise.
const LEAST_SIZE: u64 = 16;
/// Milliseconds between two sweeps, unless `--hashlimit-htable-gcinterval` says otherwise.
const SWEEP_MS: u64 = 1000;

/// A table: its buckets by what their packets have in common.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    config: HashlimitMatch,
    buckets: BTreeMap<Key, Bucket>,
}

/// Source, destination, source port, destination port; what the mode leaves out is `None`.
pub(crate) type Key = (Option<IpAddr>, Option<IpAddr>, Option<u16>, Option<u16>);

/// A bucket. It may be in one of several states where a sweep may or may not have thrown it away.
#[derive(Clone, Debug)]
struct Bucket {
    states: Vec<State>,
    /// When it was asked last, in milliseconds.
    asked_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    prev: u64,
    credit: u64,
    /// Where bytes are counted, how often an empty bucket may be filled at once.
    refills: u64,
    /// With `--hashlimit-rate-match`, what came in this interval.
    came: u64,
    /// And whether the interval before was above the rate.
    above: bool,
}

/// Whether a packet is below its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Below,
    Above,
    /// There is no room for its bucket.
    Full,
    /// It depends on when the last sweep was.
    Untold,
}

impl Table {
    /// An empty table, as the first rule that names it shapes it.
    pub(crate) fn new(m: &HashlimitMatch, host: &Host) -> Self {
        let first = host.rules.rules.iter().flat_map(|r| &r.ops).find_map(|op| match &op.what {
            OpKind::Match(Match::Hashlimit(other)) if m.name.is_some() && other.name == m.name => {
                Some(&**other)
            }
            _ => None,
        });
        Self { config: first.unwrap_or(m).clone(), buckets: BTreeMap::new() }
    }

    /// How the first rule that names it shaped it.
    pub(crate) fn config(&self) -> &HashlimitMatch {
        &self.config
    }

    /// Whether the packet is below the limit.
    pub(crate) fn ask(&mut self, m: &HashlimitMatch, key: Key, len: u32, now_ms: u64) -> Asked {
        let config = &self.config;
        let now = jiffies(now_ms);
        let fresh = State::full(config, now);
        let mut states = Vec::new();
        match self.buckets.get(&key) {
            Some(bucket) => {
                let idle = now_ms.saturating_sub(bucket.asked_ms);
                let (expire, sweep) = self.sweeps();
                if idle < expire.saturating_add(sweep) {
                    states.clone_from(&bucket.states);
                    for state in &mut states {
                        state.fill(config, now);
                    }
                }
                if idle >= expire {
                    states.push(fresh);
                }
            }
            None => match self.room(now_ms) {
                Some(true) => states.push(fresh),
                Some(false) => return Asked::Full,
                None => return Asked::Untold,
            },
        }
        let below: Vec<bool> = states.iter_mut().map(|s| s.take(m, config, len)).collect();
        states.dedup();
        self.buckets.insert(key, Bucket { states, asked_ms: now_ms });
        match below.first() {
            Some(first) if below.iter().any(|b| b != first) => Asked::Untold,
            Some(true) => Asked::Below,
            _ => Asked::Above,
        }
    }

    /// After how many milliseconds an idle bucket may be thrown away, and how many lie between two sweeps.
    fn sweeps(&self) -> (u64, u64) {
        let config = &self.config;
        let expire = word(&config.rest, "htable-expire").unwrap_or_else(|| default_expire(config));
        (expire, word(&config.rest, "htable-gcinterval").unwrap_or(SWEEP_MS))
    }

    /// Whether there is room for one more bucket; `None` where it depends on when the last sweep was. The size of
    /// a table that no rule tells is by the host's memory: there is room for all that is sent here.
    fn room(&self, now_ms: u64) -> Option<bool> {
        let size = word(&self.config.rest, "htable-size").filter(|n| *n > 0);
        let max = word(&self.config.rest, "htable-max").filter(|n| *n > 0);
        let max = match (max, size) {
            (Some(max), size) => max.max(size.unwrap_or(LEAST_SIZE)),
            (None, Some(size)) => size.saturating_mul(8),
            (None, None) => return Some(true),
        };
        let (expire, sweep) = self.sweeps();
        let younger = |ms: u64| {
            let young = |b: &&Bucket| now_ms.saturating_sub(b.asked_ms) < ms;
            self.buckets.values().filter(young).count() as u64
        };
        match (younger(expire) >= max, younger(expire.saturating_add(sweep)) >= max) {
            (true, _) if size.is_some() => Some(false),
            (_, false) => Some(true),
            _ => None,
        }
    }
}

impl State {
    /// A full bucket.
    fn full(config: &HashlimitMatch, now: u64) -> Self {
        let (credit, refills) = if config.bytes {
            let rate = u64::from(bytes_of(byte_average(config)));
            let burst = u64::from(config.burst);
            let refills = if rate == 0 { 0 } else { burst.div_ceil(rate) };
            (BYTE_CREDITS_PER_JIFFY * HZ, refills)
        } else {
            (full_credit(config), 0)
        };
        Self { prev: now, credit, refills, came: 0, above: false }
    }

    /// Adds what has come in since it was last asked.
    fn fill(&mut self, config: &HashlimitMatch, now: u64) {
        let ticks = now - self.prev.min(now);
        if is_rate_match(config) {
            let interval = word(&config.rest, "rate-interval").unwrap_or(1) * HZ;
            if ticks > 0 && ticks >= interval {
                self.prev = now;
                self.above = self.came * interval > ticks * per_interval(config);
                self.came = 0;
            }
            return;
        }
        self.prev = now;
        let (grow, cap) = if config.bytes {
            (BYTE_CREDITS_PER_JIFFY, BYTE_CREDITS_PER_JIFFY * HZ)
        } else {
            (CREDITS_PER_JIFFY, full_credit(config))
        };
        self.credit = self.credit.saturating_add(ticks.saturating_mul(grow)).min(cap);
    }

    /// Takes the cost of a packet out if there is enough.
    fn take(&mut self, m: &HashlimitMatch, config: &HashlimitMatch, len: u32) -> bool {
        if is_rate_match(m) {
            self.came += if m.bytes { u64::from(len) } else { 1 };
            return !self.above && self.came <= most_in_interval(config, self.refills);
        }
        let cost =
            if config.bytes { self.byte_cost(config, len) } else { credits(average(config)) };
        let below = self.credit >= cost;
        if below {
            self.credit -= cost;
        }
        below
    }

    /// The cost of so many bytes; an empty bucket is filled at once while the burst lasts.
    fn byte_cost(&mut self, config: &HashlimitMatch, len: u32) -> u64 {
        let full = BYTE_CREDITS_PER_JIFFY * HZ;
        let pieces = u64::from(len >> BYTE_SHIFT) + 1;
        let cost = (pieces * ((u64::from(byte_average(config)) * full) >> 32)).min(full);
        if self.credit < cost && self.refills > 0 {
            self.refills -= 1;
            self.credit = full;
        }
        cost
    }
}

fn is_rate_match(m: &HashlimitMatch) -> bool {
    m.rest.contains("rate-match")
}

/// What may come in a second: packets or bytes.
fn per_interval(config: &HashlimitMatch) -> u64 {
    if config.bytes {
        u64::from(bytes_of(byte_average(config)))
    } else {
        SCALE / (SCALE / u64::from(config.rate.count.max(1))).max(1)
    }
}

/// What may come in an interval at once.
fn most_in_interval(config: &HashlimitMatch, refills: u64) -> u64 {
    let rate = per_interval(config);
    if config.bytes { refills.max(1) * rate } else { rate + u64::from(config.burst) }
}

fn full_credit(config: &HashlimitMatch) -> u64 {
    credits(average(config).saturating_mul(u64::from(config.burst)))
}

/// Fractions of a second for a packet.
fn average(config: &HashlimitMatch) -> u64 {
    SCALE * u64::from(config.rate.period_s) / u64::from(config.rate.count.max(1))
}

fn credits(user: u64) -> u64 {
    let unit = HZ * CREDITS_PER_JIFFY;
    if SCALE >= unit { user / (SCALE / unit) } else { user.saturating_mul(unit / SCALE) }
}

/// The part of 2³² that a piece of bytes costs.
fn byte_average(config: &HashlimitMatch) -> u32 {
    let per_second = config.rate.count / config.rate.period_s.max(1);
    u32::MAX / ((per_second >> BYTE_SHIFT) + 1)
}

/// Bytes a second, from the cost of a piece.
fn bytes_of(cost: u32) -> u32 {
    let pieces = u32::MAX.checked_div(cost).unwrap_or(u32::MAX);
    pieces.saturating_sub(1) << BYTE_SHIFT
}

fn default_expire(config: &HashlimitMatch) -> u64 {
    match (config.bytes, config.burst) {
        (false, _) => u64::from(config.rate.period_s) * 1000,
        (true, 0) => 15_000,
        (true, _) => 10_000,
    }
}

/// The number behind a word of the options that were kept as written.
fn word(rest: &str, name: &str) -> Option<u64> {
    let mut words = rest.split_whitespace();
    words.find(|w| w.ends_with(name))?;
    words.next()?.parse().ok()
}

/// The kernel's way to a power of two not above `x`: exact where `x` has no more than 32 bits.
const fn pow2_below(mut x: u64) -> u64 {
    let mut shift = 1;
    while shift <= 16 {
        x |= x >> shift;
        shift *= 2;
    }
    (x >> 1) + 1
}
