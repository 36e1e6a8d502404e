//! What `limit`, `quota` and `ct count` remember, in a rule, an object or an element of a set.
//!
//! Sources: `nft_limit.c`, `nft_quota.c`, `nft_connlimit.c` in `net/netfilter`.

use crate::clock::jiffies;
use crate::context::{Ct, MatchContext};
use crate::ct::{Zone, status, tuple_of};
use chainwalk_model::Tuple;
use chainwalk_model::nft::{Limit, Stateful};

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

/// Whether `ct count` finds no flow to count, and drops the packet (`nft_connlimit_do_eval`): a later fragment that
/// conntrack has not seen has no ports.
pub(crate) fn drops(what: &Stateful, ctx: &MatchContext) -> bool {
    let counts = matches!(what, Stateful::Count { .. });
    counts && ctx.packet.ip.frag_off != 0 && !matches!(ctx.ct(), Ct::Flow(_))
}

/// So many ways in which a list may be are kept apart.
const MOST_WAYS: usize = 8;

/// The flows that a `ct count` has seen (`struct nf_conncount_list`).
#[derive(Clone, Debug, Default, PartialEq)]
struct List {
    flows: Vec<Tuple>,
    /// The packet, and the tick, in which flows that are gone were taken out last: until the next no flow is looked up.
    swept: Option<(usize, u64)>,
}

impl List {
    /// Whether this packet may come in the tick of one before it in which the list was swept.
    fn may_be_soon(&self, ctx: &MatchContext) -> bool {
        self.swept.is_some_and(|(turn, tick)| turn != ctx.turn && tick == jiffies(ctx.now_ms))
    }

    /// Counts the packet's flow (`__nf_conncount_add`), `soon` after the list was swept.
    fn add(&mut self, ctx: &MatchContext, soon: bool) {
        let (tuple, zone, known) = match ctx.ct() {
            Ct::Flow(flow) if flow.id.is_some() => {
                (flow.orig, flow.zone, Some(flow.status).filter(|s| s & status::CONFIRMED != 0))
            }
            // It is looked for once more, be it that conntrack has not come yet, or that it takes the packet for invalid.
            _ => {
                let (own, zone) = (tuple_of(ctx.packet), Zone::default());
                (own, zone, ctx.net.status(own, zone))
            }
        };
        let now = (ctx.turn, jiffies(ctx.now_ms));
        // Of a flow in the table a packet counts until the flow is assured: the rule may see an answer first, and over
        // lo the flow is confirmed before it comes to PREROUTING.
        let assured = known.is_some_and(|s| s & status::ASSURED != 0);
        let looks_up = known.is_some() && !assured;
        let swept = (soon || self.swept == Some(now)) && !looks_up;
        // Who finds the packet's own flow looks at none behind it.
        let known = |other: &Tuple| *other == tuple && ctx.net.status(*other, zone).is_some();
        let own = self.flows.iter().position(known).filter(|_| !swept && !assured);
        if own.is_none() {
            self.swept = Some(now);
        }
        if !swept {
            let behind = own.map(|own| self.flows.split_off(own)).unwrap_or_default();
            self.flows.retain(|other| ctx.net.is_open(*other, zone));
            self.flows.extend(behind);
        }
        if !assured && (swept || !self.flows.contains(&tuple)) {
            self.flows.push(tuple);
        }
    }
}

/// The list as it may be, while it made no difference how soon packets came; first, that of packets that did not.
#[derive(Clone, Debug)]
pub(crate) struct Counted(Vec<List>);

impl Counted {
    /// As it may be with this packet in it.
    fn next(&self, ctx: &MatchContext) -> Vec<List> {
        let mut ways: Vec<List> = Vec::new();
        for soon in [false, true] {
            for list in self.0.iter().filter(|list| !soon || list.may_be_soon(ctx)) {
                let mut list = list.clone();
                list.add(ctx, soon);
                if ways.len() < MOST_WAYS && !ways.contains(&list) {
                    ways.push(list);
                }
            }
        }
        ways
    }

    /// Whether it hangs on how soon this packet comes if more than `most` are counted, and nobody has said it.
    fn in_doubt(&self, most: u32, ctx: &MatchContext) -> bool {
        let ways = self.next(ctx);
        let first = is_over(&ways[0], most);
        ctx.net.comes_soon().is_none() && ways.iter().any(|list| is_over(list, most) != first)
    }

    /// Counts the packet's flow; whether there are more than `most` then.
    fn add(&mut self, most: u32, ctx: &MatchContext) -> bool {
        self.0 = self.next(ctx);
        let first = is_over(&self.0[0], most);
        let differ = self.0.iter().any(|list| is_over(list, most) != first);
        let Some(soon) = ctx.net.comes_soon().filter(|_| differ) else { return first };
        let over = first != soon;
        self.0.retain(|list| is_over(list, most) == over);
        over
    }
}

fn is_over(list: &List, most: u32) -> bool {
    list.flows.len() as u64 > u64::from(most)
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
            Stateful::Count { .. } => Self::Count(Counted(vec![List::default()])),
        }
    }

    /// Whether what it says of this packet hangs on [`chainwalk_model::Question::Soon`].
    pub(crate) fn in_doubt(&self, what: &Stateful, ctx: &MatchContext) -> bool {
        match (what, self) {
            (Stateful::Count { most, .. }, Self::Count(counted)) => counted.in_doubt(*most, ctx),
            _ => false,
        }
    }

    /// Counts a packet of `len` bytes; whether the rule goes on.
    pub(crate) fn eval(&mut self, what: &Stateful, len: u64, ctx: &MatchContext) -> bool {
        match (what, self) {
            _ if drops(what, ctx) => true,
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
                counted.add(*most, ctx) == *over
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
    fn how_soon_a_packet_comes_matters_where_a_flow_is_gone() {
        // The bench knows no flow as open.
        let count = |most| Stateful::Count { most, over: true };
        let doubts = |most, after: u64| {
            let mut bench = Bench::tcp("10.0.0.1", "10.0.0.2");
            let mut memory = Memory::fresh(&count(most), 0);
            memory.eval(&count(most), 40, &bench.ctx());
            bench.now_ms += after;
            memory.in_doubt(&count(most), &MatchContext { turn: 1, ..bench.ctx() })
        };
        assert!(doubts(1, 0), "it is the second, or the first again");
        assert!(!doubts(2, 0), "neither is one too many");
        assert!(!doubts(1, 4), "a tick later those that are gone are looked for");
    }

    #[test]
    fn a_counter_always_holds() {
        assert_eq!(said(&Stateful::Counter(None), &[(0, 60), (0, 60)]), [true, true]);
        assert_eq!(said(&Stateful::Last, &[(0, 60)]), [true]);
    }
}
