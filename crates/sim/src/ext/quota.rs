//! `-m quota`: so many bytes and no more.
//!
//! - Written: `[!] --quota BYTES`.
//! - Listed: `quota: 300 bytes`.
//! - Kernel: `quota_mt` in `net/netfilter/xt_quota.c`: the first packet that does not fit uses up the rest.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::state::quota::Left;
use crate::wire;
use chainwalk_model::{ConditionKind, Inv, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED).remembering();

pub(super) fn test(
    m: Inv<u64>,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let len = u64::from(wire::total_len(ctx.packet));
    let before = memory.quotas.entry(&eval.at, || Left::new(m.value)).take(len);
    eval.holds(ConditionKind::Quota, m.not, before >= len, || Observed::Number(before));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[test]
    fn a_packet_that_does_not_fit_uses_up_the_rest() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = Match::Quota(Inv { not: false, value: 100 });
        assert_eq!(bench.test(&m), Truth::Yes);
        bench.packet.payload = vec![0; 40].into();
        assert_eq!(bench.test(&m), Truth::No);
        bench.packet.payload = vec![].into();
        assert_eq!(bench.test(&m), Truth::No);
    }
}
