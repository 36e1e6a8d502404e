//! `-m connlabel`: labels of a flow.
//!
//! - Written: `[!] --label NUMBER|NAME`, `--set`.
//! - Listed: `connlabel 5 set`, `connlabel ! 'bulk-traffic'`.
//! - Kernel: `connlabel_mt` in `net/netfilter/xt_connlabel.c`.
//! - A name and a number may be the same label; which, `connlabel.conf` says, which nobody pastes.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{Ct, MatchContext};
use crate::match_state::MatchState;
use chainwalk_model::{ConditionKind, Inv, Observed, Text};

pub(super) fn facts(set: bool) -> Facts<'static> {
    Facts { pure: !set, ..Facts::reading(Reads::UNFOLLOWED) }
}

pub(super) fn test(
    label: &Inv<Text>,
    set: bool,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let found = || Observed::Nothing;
    let Ct::Flow(flow) = ctx.ct() else {
        return eval.holds(ConditionKind::Connlabel, label.not, false, found);
    };
    // The template that `CT` leaves has no labels.
    let Some(id) = flow.id else {
        return eval.holds(ConditionKind::Connlabel, label.not, false, found);
    };
    let has: Vec<Text> = memory.labels.get(&id).cloned().unwrap_or_default();
    if has.contains(&label.value) {
        return eval.holds(ConditionKind::Connlabel, label.not, true, found);
    }
    // Which labels a flow had when it was pasted is not known.
    if flow.counted.is_none() || has.iter().any(|other| is_number(other) != is_number(&label.value))
    {
        return eval.untold(ConditionKind::Connlabel, label.not);
    }
    if set {
        memory.labels.entry(&id, Vec::new).push(label.value.clone());
    }
    eval.holds(ConditionKind::Connlabel, label.not, set, found);
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::{Bench, flow};
    use chainwalk_model::{Match, OpId, Question, RuleId, Truth};

    #[track_caller]
    fn check(bench: &Bench, not: bool, label: &str, set: bool, expect: Truth) {
        let m = Match::Connlabel { label: Inv { not, value: label.into() }, set };
        assert_eq!(bench.test(&m), expect, "{m:?}");
    }

    #[test]
    fn a_label_that_was_set_stays() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(&bench, false, "5", true, Truth::No);
        check(&bench, true, "5", false, Truth::Yes);
        bench.ct = Ct::Flow(flow());
        check(&bench, false, "5", false, Truth::No);
        check(&bench, true, "5", true, Truth::No);
        check(&bench, false, "5", false, Truth::Yes);
        check(&bench, false, "6", false, Truth::No);
        check(
            &bench,
            false,
            "web",
            false,
            Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 })),
        );
    }
}
