//! `-m helper`: flows that a conntrack helper expected.
//!
//! - Written: `[!] --helper NAME`; the empty name is any helper.
//! - Listed: `helper match "ftp"`.
//! - Kernel: `helper_mt` in `net/netfilter/xt_helper.c`: the name has to begin with the helper's own.
//! - What other helpers than `ftp` and `tftp` expect is not followed: where a rule gives one to a flow, the answer is a
//!   question, as it is of a flow that was pasted.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{Ct, MatchContext};
use chainwalk_model::{ConditionKind, Inv, Observed, OpKind, Target, Text};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(name: &Inv<Text>, ctx: &MatchContext, eval: &mut Evaluation) {
    let Ct::Flow(flow) = ctx.ct() else {
        return eval.holds(ConditionKind::Helper, name.not, false, || Observed::Nothing);
    };
    if let Some(helper) = flow.expected_by {
        let holds = name.value.is_empty() || name.value.starts_with(helper.name());
        return eval.holds(ConditionKind::Helper, name.not, holds, || Observed::Nothing);
    }
    let others = |op: &OpKind| match op {
        OpKind::Target(Target::Ct(ct)) => {
            ct.helper.as_deref().is_some_and(|h| !matches!(h, "ftp" | "tftp"))
        }
        _ => false,
    };
    let helped = || ctx.host.rules.rules.iter().flat_map(|r| &r.ops).any(|op| others(&op.what));
    if flow.counted.is_none() || helped() {
        return eval.untold(ConditionKind::Helper, name.not);
    }
    eval.holds(ConditionKind::Helper, name.not, false, || Observed::Nothing);
}
