//! What only the host could tell: `-m cpu`, `-m cgroup`, `-m osf`, `-m ipvs`, `-m policy`.
//!
//! - Kernel: `xt_cpu.c`, `xt_cgroup.c`, `xt_osf.c`, `xt_ipvs.c`, `xt_policy.c` in `net/netfilter`.
//! - Certain is: a packet without a socket has no control group, only a SYN has a fingerprint, and where no
//!   IP security is at work every packet has the policy `none`.

use super::facts::{Assumes, Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::wire::{Seen, seen};
use chainwalk_model::{
    CgroupMatch, ConditionKind, Entry, Hook, Host, Inv, IpvsMatch, L4, Observed, OsfMatch,
    PolicyMatch, TcpFlags,
};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

/// Where no paste could show it, no IP security is at work.
pub(super) fn policy_facts(host: &Host) -> Facts<'static> {
    Facts { assumes: (!host.complete.rules).then_some(Assumes::NoIpsec), ..FACTS }
}

pub(super) fn cpu(not: bool, eval: &mut Evaluation) {
    eval.untold(ConditionKind::Module, not);
}

pub(super) fn cgroup(m: &Inv<CgroupMatch>, ctx: &MatchContext, eval: &mut Evaluation) {
    // On its way through there is no socket; what is delivered may have found one already.
    let through = matches!(ctx.entry, Entry::Wire { .. }) && ctx.path.hook != Hook::Input;
    if through {
        eval.lacks(ConditionKind::Module, m.not);
    } else {
        eval.untold(ConditionKind::Module, m.not);
    }
}

pub(super) fn osf(m: &OsfMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let syn = matches!(&ctx.packet.l4, L4::Tcp(t) if t.flags.has(TcpFlags::SYN));
    if syn && seen(ctx.packet, super::tcp::HEADER) == Seen::Whole {
        eval.untold(ConditionKind::Module, m.genre.not);
    } else {
        eval.lacks(ConditionKind::Module, m.genre.not);
    }
}

pub(super) fn ipvs(m: &IpvsMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let not = m.ipvs.is_some_and(|i| i.not);
    if ctx.host.complete.rules && !beside(ctx, "ipvs") {
        eval.holds(ConditionKind::Module, not, false, || Observed::Nothing);
    } else {
        eval.untold(ConditionKind::Module, not);
    }
}

pub(super) fn policy(m: &PolicyMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    if beside(ctx, "xfrm") {
        return eval.untold(ConditionKind::Module, false);
    }
    eval.holds(ConditionKind::Module, false, !m.ipsec, || Observed::Name("none".into()));
}

fn beside(ctx: &MatchContext, name: &str) -> bool {
    ctx.host.beside.iter().any(|b| b.name.to_ascii_lowercase().contains(name))
}
