//! `-m realm`: the realm of the packet's route.
//!
//! - Written: `[!] --realm VALUE[/MASK]`.
//! - Listed: `realm 0x5/0xff`, `! realm 0x5`.
//! - Kernel: `realm_mt` in `net/netfilter/xt_realm.c`; the number is `tclassid` of the packet's `dst_entry`.
//! - IPv6's routes have none.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, masked};
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Inv, Masked, Observed, Origin};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: Inv<Masked<u32>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let told = |r: &chainwalk_model::Route| !matches!(r.origin, Origin::Inferred(_));
    let known = ctx.packet.is_v6() || ctx.host.complete.network || ctx.host.routes.iter().any(told);
    if known {
        eval.holds(ConditionKind::Realm, m.not, masked(m.value, ctx.realms), || {
            Observed::Hex(u64::from(ctx.realms))
        });
    } else {
        eval.untold(ConditionKind::Realm, m.not);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, Question, RuleId, Truth};

    #[test]
    fn the_realms_of_routes_nobody_told_are_not_guessed() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = |value, mask| Match::Realm(Inv { not: false, value: Masked { value, mask } });
        assert_eq!(
            bench.test(&m(0, 0xff)),
            Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 }))
        );
        bench.host.complete.network = true;
        assert_eq!(bench.test(&m(0, 0xff)), Truth::Yes);
        assert_eq!(bench.test(&m(5, u32::MAX)), Truth::No);
    }
}
