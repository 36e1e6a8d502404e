//! `-m state`: conntrack's state of the packet.
//!
//! - Written: `[!] --state STATE[,…]` of INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED.
//! - Listed: `state RELATED,ESTABLISHED`.
//! - Kernel: `state_mt` in `net/netfilter/xt_state.c`.
//! - A packet that conntrack was not asked about counts as INVALID.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{Ct, MatchContext};
use chainwalk_model::{ConditionKind, CtStates, Inv, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::CT);

pub(super) fn test(m: Inv<CtStates>, ctx: &MatchContext, eval: &mut Evaluation) {
    let states = of(ctx);
    eval.holds(ConditionKind::CtState, m.not, m.value.0 & states.0 != 0, || {
        Observed::States(states)
    });
}

/// The state of the packet, one bit.
pub(super) fn of(ctx: &MatchContext) -> CtStates {
    match ctx.ct() {
        Ct::None | Ct::Invalid => CtStates::INVALID,
        Ct::Untracked => CtStates::UNTRACKED,
        Ct::Flow(flow) => flow.state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(ct: Ct, not: bool, value: CtStates, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.ct = ct;
        assert_eq!(bench.test(&Match::State(Inv { not, value })), expect);
    }

    #[test]
    fn without_conntrack_a_packet_is_invalid() {
        check(Ct::None, false, CtStates::INVALID, Truth::Yes);
        check(Ct::None, false, CtStates::NEW, Truth::No);
        check(Ct::Invalid, true, CtStates::NEW, Truth::Yes);
    }

    #[test]
    fn untracked_is_a_state_of_its_own() {
        check(Ct::Untracked, false, CtStates::INVALID, Truth::No);
        check(Ct::Untracked, false, CtStates(1 | 16), Truth::Yes);
    }
}
