//! `-m limit`: a bucket of packets.
//!
//! - Written: `--limit N/second|minute|hour|day`, `--limit-burst N`.
//! - Listed: `limit: avg 3/min burst 5`.
//! - Kernel: `limit_mt` in `net/netfilter/xt_limit.c`: credit grows with the clock's ticks and is counted
//!   in 32 bits. iptables-nft writes a `limit` expression instead (`nft_limit.c`), which counts
//!   nanoseconds.

use super::{Judge, backend};
use crate::eye::Eye;
use crate::memory::{HZ, Memory, jiffies};
use chainwalk_model::{Backend, Found, Part, Rate};

/// Credit that a tick adds: the largest power of two with which a day of it fits into 32 bits.
const CREDITS_PER_JIFFY: u64 = 128;
/// Fractions of a second that a rate is told in.
const SCALE: u64 = 10_000;
const SECOND_NS: u64 = 1_000_000_000;

/// What a test has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// When it was last asked, in the program's unit of time.
    prev: u64,
    credit: u64,
}

pub(super) fn test(rate: Rate, burst: u32, eye: &Eye, memory: &mut Memory, j: &mut Judge) {
    let native = backend(eye, j.at) == Backend::IptablesNft;
    let (cost, cap) = if native { in_ns(rate, burst) } else { in_credits(rate, burst) };
    let now = if native { eye.now_ms.saturating_mul(1_000_000) } else { jiffies(eye.now_ms) };
    let grow = if native { 1 } else { CREDITS_PER_JIFFY };
    let bucket = memory.limits.entry(&j.at, || Bucket { prev: now, credit: cap });
    let gained = (now - bucket.prev.min(now)).saturating_mul(grow);
    bucket.prev = now;
    bucket.credit = bucket.credit.saturating_add(gained).min(cap);
    let left = bucket.credit.checked_div(cost).unwrap_or(u64::from(burst));
    let holds = bucket.credit >= cost;
    if holds {
        bucket.credit -= cost;
    }
    j.holds(Part::Limit, false, holds, || Found::Number(left));
}

/// The cost of a packet and the full bucket, as `xt_limit` counts.
fn in_credits(rate: Rate, burst: u32) -> (u64, u64) {
    let average = SCALE * u64::from(rate.period_s) / u64::from(rate.count.max(1));
    let full = average.wrapping_mul(u64::from(burst)) & u64::from(u32::MAX);
    (credits(average), credits(full))
}

fn credits(user: u64) -> u64 {
    let unit = HZ * CREDITS_PER_JIFFY;
    let divided =
        if user > u64::from(u32::MAX) / unit { user / SCALE * unit } else { user * unit / SCALE };
    divided & u64::from(u32::MAX)
}

/// The cost of a packet and the full bucket, as `nft_limit` counts.
fn in_ns(rate: Rate, burst: u32) -> (u64, u64) {
    let cost = u64::from(rate.period_s) * SECOND_NS / u64::from(rate.count.max(1));
    (cost, cost.saturating_mul(u64::from(burst)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(count: u32, period_s: u32, burst: u32, at_ms: &[u64], expect: &[bool]) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = Match::Limit { rate: Rate { count, period_s }, burst };
        let mut got = Vec::new();
        for now_ms in at_ms {
            bench.now_ms = *now_ms;
            got.push(bench.test(&m) == Truth::Yes);
        }
        assert_eq!(got, expect);
    }

    #[test]
    fn a_full_bucket_lasts_for_the_burst() {
        check(1, 3600, 3, &[0, 0, 0, 0, 1000], &[true, true, true, false, false]);
    }

    #[test]
    fn a_bucket_fills_with_time_up_to_the_burst() {
        check(1, 1, 1, &[0, 999, 1000, 1001], &[true, false, true, false]);
        check(2, 1, 2, &[0, 0, 0, 9000, 9000, 9000], &[true, true, false, true, true, false]);
    }

    #[test]
    fn credit_that_a_refusal_sees_is_kept() {
        check(1, 60, 1, &[0, 30_000, 59_000, 60_000], &[true, false, false, true]);
    }
}
