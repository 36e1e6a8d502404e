//! The credit of a `-m limit` (`net/netfilter/xt_limit.c`), in ticks of the clock or, where iptables-nft wrote it, in
//! nanoseconds (`nft_limit.c`).

use crate::clock::{HZ, jiffies};
use chainwalk_model::Rate;

/// Credit that a tick adds: the largest power of two with which a day of it fits into 32 bits.
const CREDITS_PER_JIFFY: u64 = 128;
/// Fractions of a second that a rate is given in.
const SCALE: u64 = 10_000;
const SECOND_NS: u64 = 1_000_000_000;

/// What a test has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// When it was last asked, in the program's unit of time.
    prev: u64,
    credit: u64,
}

impl Bucket {
    /// A bucket that was never asked.
    pub(crate) fn full(rate: Rate, burst: u32, native: bool, now_ms: u64) -> Self {
        Self { prev: now(native, now_ms), credit: cost_and_cap(rate, burst, native).1 }
    }

    /// Takes a packet out if there is room for it; whether there was, and for how many.
    pub(crate) fn take(
        &mut self,
        rate: Rate,
        burst: u32,
        native: bool,
        now_ms: u64,
    ) -> (bool, u64) {
        let (cost, cap) = cost_and_cap(rate, burst, native);
        let now = now(native, now_ms);
        let grow = if native { 1 } else { CREDITS_PER_JIFFY };
        let gained = (now - self.prev.min(now)).saturating_mul(grow);
        self.prev = now;
        self.credit = self.credit.saturating_add(gained).min(cap);
        let left = self.credit.checked_div(cost).unwrap_or(u64::from(burst));
        let holds = self.credit >= cost;
        if holds {
            self.credit -= cost;
        }
        (holds, left)
    }
}

fn now(native: bool, now_ms: u64) -> u64 {
    if native { now_ms.saturating_mul(1_000_000) } else { jiffies(now_ms) }
}

fn cost_and_cap(rate: Rate, burst: u32, native: bool) -> (u64, u64) {
    if native { in_ns(rate, burst) } else { in_credits(rate, burst) }
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
