//! `-m connmark`: the flow's mark.
//!
//! - Written: `[!] --mark VALUE[/MASK]`.
//! - Listed: `connmark match 0x1/0xff`, `connmark match ! 0x1`.
//! - Kernel: `connmark_mt` in `net/netfilter/xt_connmark.c`.
//! - A packet without a flow never holds, inverted or not.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, masked};
use crate::context::{Ct, MatchContext};
use chainwalk_model::{ConditionKind, Inv, Masked, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::CTMARK);

pub(super) fn test(m: Inv<Masked<u32>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let Ct::Flow(flow) = ctx.ct() else { return eval.lacks(ConditionKind::Ctmark, m.not) };
    eval.holds(ConditionKind::Ctmark, m.not, masked(m.value, flow.mark), || {
        Observed::Hex(u64::from(flow.mark))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::{Bench, flow};
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(ct: Ct, not: bool, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.ct = ct;
        let value = Masked { value: 0x10, mask: 0xf0 };
        assert_eq!(bench.test(&Match::Connmark(Inv { not, value })), expect);
    }

    #[test]
    fn only_a_flow_has_a_mark() {
        let mut marked = flow();
        marked.mark = 0x1f;
        check(Ct::Flow(marked), false, Truth::Yes);
        check(Ct::Flow(marked), true, Truth::No);
        check(Ct::Flow(flow()), true, Truth::Yes);
        check(Ct::None, false, Truth::No);
        check(Ct::Untracked, true, Truth::No);
    }
}
