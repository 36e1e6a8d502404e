//! `-m devgroup`: the device groups of the interfaces.
//!
//! - Written: `[!] --src-group VALUE[/MASK]`, `[!] --dst-group VALUE[/MASK]`.
//! - Listed: `src-group 0x1`, `! dst-group 0x2/0xf`.
//! - Kernel: `devgroup_mt` in `net/netfilter/xt_devgroup.c`.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Inv, Masked, Observed, PathIface, Question, Truth};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(
    src: Option<Inv<Masked<u32>>>,
    dst: Option<Inv<Masked<u32>>>,
    ctx: &MatchContext,
    eval: &mut Evaluation,
) {
    one(src, ConditionKind::InIface, &ctx.path.iniface, ctx, eval);
    one(dst, ConditionKind::OutIface, &ctx.path.outiface, ctx, eval);
}

fn one(
    m: Option<Inv<Masked<u32>>>,
    part: ConditionKind,
    dev: &PathIface,
    ctx: &MatchContext,
    eval: &mut Evaluation,
) {
    let Some(m) = m else { return };
    if *dev == PathIface::None {
        return eval.lacks(part, m.not);
    }
    if part == ConditionKind::OutIface && *dev == PathIface::Unknown {
        let question = Question::Route(ctx.packet.ip.dst);
        return eval.say(part, m.not, Truth::Unknown(question), || Observed::Nothing);
    }
    let told = dev.name().and_then(|dev| ctx.host.interface(dev)).and_then(|i| i.group);
    match told.or_else(|| ctx.host.complete.network.then_some(0)) {
        Some(group) => {
            let holds = (m.value.value ^ group) & m.value.mask == 0;
            eval.holds(part, m.not, holds, || Observed::Hex(u64::from(group)));
        }
        None => eval.untold(part, m.not),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, RuleId};

    #[test]
    fn a_group_nobody_told_is_not_guessed() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2").with_addr("eth0", "10.0.0.2");
        let value = Masked { value: 0, mask: u32::MAX };
        let m = Match::Devgroup { src: Some(Inv { not: false, value }), dst: None };
        let unknown = Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 }));
        assert_eq!(bench.test(&m), unknown);
        bench.host.complete.network = true;
        assert_eq!(bench.test(&m), Truth::Yes);
        bench.host.interfaces[0].group = Some(7);
        assert_eq!(bench.test(&m), Truth::No);
    }
}
