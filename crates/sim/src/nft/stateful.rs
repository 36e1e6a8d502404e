//! What `limit`, `quota` and `ct count` remember, in a rule, an object or an element of a set.
//!
//! Sources: `nft_limit.c`, `nft_quota.c`, `nft_connlimit.c` in `net/netfilter`.

use crate::context::{Ct, MatchContext};
use crate::ct::{Zone, tuple_of};
use crate::state::connlimit::Groups;
use chainwalk_model::nft::{Limit, Stateful};
use std::net::{IpAddr, Ipv4Addr};

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
    Count(Groups),
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
            Stateful::Count { .. } => Self::Count(Groups::default()),
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
            (Stateful::Count { most, over }, Self::Count(groups)) => {
                let (tuple, zone) = match &ctx.ct {
                    Ct::Flow(flow) if flow.id.is_some() => (flow.orig, flow.zone),
                    _ => (tuple_of(ctx.packet), Zone::default()),
                };
                let all = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), zone.orig);
                let seen = groups.count(all, tuple, |other| ctx.net.is_open(other, zone));
                (seen.len() as u64 > u64::from(*most)) == *over
            }
            _ => true,
        }
    }
}
