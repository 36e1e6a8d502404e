//! What `limit`, `quota` and `ct count` remember, in a rule, an object or an element of a set.
//!
//! Sources: `nft_limit.c`, `nft_quota.c`, `nft_connlimit.c` in `net/netfilter`.

use crate::clock::jiffies;
use crate::context::{Ct, MatchContext};
use crate::ct::{Zone, status, tuple_of};
use chainwalk_model::nft::{Limit, Stateful};
use chainwalk_model::{CtDir, Tuple};

const SECOND_NS: u128 = 1_000_000_000;

/// What one of them remembers.
#[derive(Clone, Debug)]
pub(crate) enum Memory {
    /// Nothing that decides.
    None,
    /// The tokens of a bucket, in nanoseconds, and when it was asked last.
    Limit { tokens: u128, last_ns: u128 },
    /// Bytes that were counted.
    Quota { used: u64 },
    /// The flows that were counted.
    Count(Counted),
}

/// The flows that a `ct count` has seen (`struct nf_conncount_list`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    flows: Vec<Tuple>,
    /// The packet, and the tick, in which flows that are gone were taken out last: until the next no flow is looked up.
    swept: Option<(usize, u64)>,
}

impl Counted {
    /// Whether it hangs on how soon after the packet before this one came if more than `most` are counted: flows that
    /// are gone are looked for once a tick.
    fn in_doubt(&self, most: u64, ctx: &MatchContext) -> bool {
        // A recorder takes longer than a tick for each packet.
        if ctx.host.raw_sender {
            return false;
        }
        let now = jiffies(ctx.now_ms);
        if self.swept.is_none_or(|(turn, tick)| turn == ctx.turn || tick != now) {
            return false;
        }
        let (mut soon, mut late) = (self.clone(), self.clone());
        soon.swept = Some((ctx.turn, now));
        (soon.add(ctx) as u64 > most) != (late.add(ctx) as u64 > most)
    }

    /// Counts the packet's flow (`__nf_conncount_add`); how many there are then.
    fn add(&mut self, ctx: &MatchContext) -> usize {
        let (tuple, zone, confirmed, answers) = match ctx.ct() {
            Ct::Flow(flow) if flow.id.is_some() => {
                let confirmed = flow.status & status::CONFIRMED != 0;
                (flow.orig, flow.zone, confirmed, flow.dir == CtDir::Reply)
            }
            _ => (tuple_of(ctx.packet), Zone::default(), false, false),
        };
        let now = (ctx.turn, jiffies(ctx.now_ms));
        // A flow over lo is confirmed before it comes to PREROUTING. Of a flow that was confirmed before, the rule may
        // see answers first: these count too.
        let looks_up = confirmed && (answers || ctx.path.iniface.is("lo"));
        let swept = self.swept == Some(now) && !looks_up;
        if !swept {
            self.swept = Some(now);
            self.flows.retain(|other| ctx.net.is_open(*other, zone));
        }
        if (!confirmed || looks_up) && (swept || !self.flows.contains(&tuple)) {
            self.flows.push(tuple);
        }
        self.flows.len()
    }
}

/// The cost of a packet of `len` bytes, and the full bucket.
fn cost_and_cap(limit: &Limit, len: u64) -> (u128, u128) {
    let (ns, rate) = (u128::from(limit.per_s) * SECOND_NS, u128::from(limit.rate.max(1)));
    let burst = u128::from(limit.burst);
    if limit.bytes {
        (ns * u128::from(len) / rate, ns * (rate + burst) / rate)
    } else {
        (ns / rate, ns / rate * burst)
    }
}

impl Memory {
    /// What is remembered before the first packet.
    pub(crate) fn fresh(what: &Stateful, now_ms: u64) -> Self {
        match what {
            Stateful::Counter(_) | Stateful::Last => Self::None,
            Stateful::Limit(limit) => Self::Limit {
                tokens: cost_and_cap(limit, 0).1,
                last_ns: u128::from(now_ms) * 1_000_000,
            },
            Stateful::Quota { used, .. } => Self::Quota { used: *used },
            Stateful::Count { .. } => Self::Count(Counted::default()),
        }
    }

    /// Whether what it says of this packet can't be known.
    pub(crate) fn in_doubt(&self, what: &Stateful, ctx: &MatchContext) -> bool {
        match (what, self) {
            (Stateful::Count { most, .. }, Self::Count(counted)) => {
                counted.in_doubt(u64::from(*most), ctx)
            }
            _ => false,
        }
    }

    /// Counts a packet of `len` bytes; whether the rule goes on.
    pub(crate) fn eval(&mut self, what: &Stateful, len: u64, ctx: &MatchContext) -> bool {
        match (what, self) {
            (Stateful::Limit(limit), Self::Limit { tokens, last_ns }) => {
                let (cost, cap) = cost_and_cap(limit, len);
                let now = u128::from(ctx.now_ms) * 1_000_000;
                let full = (*tokens + now.saturating_sub(*last_ns)).min(cap);
                *last_ns = now;
                let enough = full >= cost;
                *tokens = if enough { full - cost } else { full };
                enough != limit.over
            }
            (Stateful::Quota { bytes, over, .. }, Self::Quota { used }) => {
                *used = used.saturating_add(len);
                (*used > *bytes) == *over
            }
            (Stateful::Count { most, over }, Self::Count(counted)) => {
                (counted.add(ctx) as u64 > u64::from(*most)) == *over
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;

    /// What it says of packets of these lengths, each so many milliseconds after the one before.
    fn said(what: &Stateful, packets: &[(u64, u64)]) -> Vec<bool> {
        let mut bench = Bench::tcp("10.0.0.1", "10.0.0.2");
        let mut memory = Memory::fresh(what, 0);
        let mut all = Vec::new();
        for (after, len) in packets {
            bench.now_ms += after;
            all.push(memory.eval(what, *len, &bench.ctx()));
        }
        all
    }

    fn limit(rate: u64, per_s: u32, burst: u64, bytes: bool) -> Limit {
        Limit { rate, per_s, burst, bytes, over: false }
    }

    #[test]
    fn a_bucket_begins_full_and_fills_with_time() {
        let two = Stateful::Limit(limit(1, 1, 2, false));
        let packets = [(0, 40), (0, 40), (0, 40), (999, 40), (1, 40), (5000, 40), (0, 40), (0, 40)];
        let wanted = [true, true, false, false, true, true, true, false];
        assert_eq!(said(&two, &packets), wanted);
        let over = Stateful::Limit(Limit { over: true, ..limit(1, 1, 2, false) });
        let inverted: Vec<bool> = wanted.iter().map(|w| !w).collect();
        assert_eq!(said(&over, &packets), inverted);
    }

    #[test]
    fn bytes_are_taken_from_rate_and_burst_together() {
        let bytes = Stateful::Limit(limit(100, 1, 50, true));
        assert_eq!(said(&bytes, &[(0, 151), (0, 150), (0, 1)]), [false, true, false]);
    }

    #[test]
    fn a_quota_counts_the_packet_itself() {
        let until = Stateful::Quota { bytes: 100, used: 0, over: false };
        assert_eq!(said(&until, &[(0, 60), (0, 40), (0, 1)]), [true, true, false]);
        let over = Stateful::Quota { bytes: 100, used: 90, over: true };
        assert_eq!(said(&over, &[(0, 10), (0, 1)]), [false, true], "what was used already counts");
    }

    #[test]
    fn a_counter_always_holds() {
        assert_eq!(said(&Stateful::Counter(None), &[(0, 60), (0, 60)]), [true, true]);
        assert_eq!(said(&Stateful::Last, &[(0, 60)]), [true]);
    }
}
