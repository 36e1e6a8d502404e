//! `-m connlimit`: how many flows there are between groups of addresses.
//!
//! - Written: `--connlimit-upto N | --connlimit-above N`, `--connlimit-mask`, `--connlimit-saddr | -daddr`.
//! - Listed: `#conn src/32 > 2`.
//! - Kernel: `connlimit_mt` in `net/netfilter/xt_connlimit.c`, `nf_conncount.c`: each test keeps a list of the
//!   flows that it saw, by the group that the packet's address is in. Those that ended, or whose TCP is closed,
//!   are struck off.
//! - Of flows that were known before, it is not known which the test saw: it is a question only where as many as may
//!   have been would change the answer.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::addr::prefix;
use crate::context::{Ct, MatchContext};
use crate::ct::{Zone, tuple_of};
use crate::match_state::MatchState;
use crate::state::connlimit::Groups;
use chainwalk_model::{ConditionKind, ConnlimitMatch, Flow, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED).remembering();

pub(super) fn test(
    m: ConnlimitMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let (tuple, zone) = match ctx.ct() {
        Ct::Flow(flow) if flow.id.is_some() => (flow.orig, flow.zone),
        _ => (tuple_of(ctx.packet), Zone::default()),
    };
    let ip = &ctx.packet.ip;
    let group = prefix(if m.by_dest { ip.dst } else { ip.src }, m.mask);
    let groups = memory.connlimits.entry(&eval.at, Groups::default);
    let seen = groups.count((group, zone.orig), tuple, |other| ctx.net.is_open(other, zone));
    let count = seen.len() as u64;
    let may = |f: &&Flow| {
        let ends = [f.orig.src, f.orig.dst, f.reply.src, f.reply.dst];
        !seen.contains(&f.orig)
            && f.zone_orig.unwrap_or(f.zone) == zone.orig
            && ends.iter().any(|addr| prefix(*addr, m.mask) == group)
            && ctx.net.is_open(f.orig, zone)
    };
    let more = ctx.host.flows.iter().map(|f| &f.value).filter(may).count() as u64;
    let limit = u64::from(m.limit);
    if (count > limit) != (count + more > limit) {
        return eval.untold(ConditionKind::Connlimit, false);
    }
    eval.holds(ConditionKind::Connlimit, false, (count > limit) == m.above, || {
        Observed::Number(count)
    });
}
