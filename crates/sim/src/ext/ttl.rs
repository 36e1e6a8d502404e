//! `-m ttl` and `-m hl`: TTL and hop limit.
//!
//! - Written: `[!] --ttl-eq N`, `--ttl-lt N`, `--ttl-gt N`; `--hl-eq` and its like for IPv6.
//! - Listed: `TTL match TTL == 64`, `TTL match TTL > 63`.
//! - Kernel: `net/netfilter/xt_hl.c`.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Observed, TtlMatch};

pub(super) const FACTS: Facts = Facts::reading(Reads::HEADER);

pub(super) fn test(m: TtlMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let ttl = ctx.packet.ip.ttl;
    let (not, holds) = match m {
        TtlMatch::Eq(m) => (m.not, ttl == m.value),
        TtlMatch::Lt(than) => (false, ttl < than),
        TtlMatch::Gt(than) => (false, ttl > than),
    };
    eval.holds(ConditionKind::Ttl, not, holds, || Observed::Number(u64::from(ttl)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, Match, Truth};

    #[test]
    fn less_and_greater_leave_out_the_value_itself() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let check = |m, expect| assert_eq!(bench.test(&Match::Ttl(m)), expect);
        check(TtlMatch::Eq(Inv { not: false, value: 64 }), Truth::Yes);
        check(TtlMatch::Eq(Inv { not: true, value: 64 }), Truth::No);
        check(TtlMatch::Lt(64), Truth::No);
        check(TtlMatch::Lt(65), Truth::Yes);
        check(TtlMatch::Gt(64), Truth::No);
        check(TtlMatch::Gt(63), Truth::Yes);
    }
}
