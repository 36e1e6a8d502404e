//! `-m limit`: a bucket of packets.
//!
//! - Written: `--limit N/second|minute|hour|day`, `--limit-burst N`.
//! - Listed: `limit: avg 3/min burst 5`.
//! - Kernel: `limit_mt` in `net/netfilter/xt_limit.c`: credit grows with the clock's ticks and is counted
//!   in 32 bits. iptables-nft writes a `limit` expression instead (`nft_limit.c`), which counts
//!   nanoseconds.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend};
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::state::limit::Bucket;
use chainwalk_model::{Backend, ConditionKind, Observed, Rate};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED).remembering();

pub(super) fn test(
    rate: Rate,
    burst: u32,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let native = backend(ctx, eval.at) == Backend::IptablesNft;
    let fresh = || Bucket::full(rate, burst, native, ctx.now_ms);
    let bucket = memory.limits.entry(&eval.at, fresh);
    let (holds, left) = bucket.take(rate, burst, native, ctx.now_ms);
    eval.holds(ConditionKind::Limit, false, holds, || Observed::Number(left));
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
