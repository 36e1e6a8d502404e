//! `-m conntrack`: what conntrack knows of the packet's flow.
//!
//! - Written: `[!] --ctstate`, `[!] --ctproto`, `[!] --ctorigsrc`, `[!] --ctorigdst`, `[!] --ctreplsrc`,
//!   `[!] --ctrepldst`, `[!] --ctorigsrcport` and its like, `[!] --ctstatus`, `[!] --ctexpire`, `--ctdir`.
//! - Listed: `ctstate RELATED,ESTABLISHED`, `ctproto 6`, `ctorigdst 10.0.0.1`, `ctdir ORIGINAL` …
//! - Kernel: `conntrack_mt` in `net/netfilter/xt_conntrack.c`.
//! - Without a flow only `--ctstate` counts: where it holds, the options beside it do not matter, and
//!   where it is not given, nothing holds, inverted or not.
//! - A flow that is not confirmed yet expires in 0 seconds.
//! - `--ctstatus NONE` has no bit to find: it never holds, and its inversion holds for every flow.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth, within};
use super::state;
use crate::context::{Ct, MatchContext};
use chainwalk_model::{ConditionKind, ConntrackMatch, CtStates, Observed, Truth};

/// The bit of a flow that is in the table.
const CONFIRMED: u16 = 8;

pub(super) const FACTS: Facts = Facts::reading(Reads::CT);

pub(super) fn test(m: &ConntrackMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let flow = match ctx.ct() {
        Ct::Flow(flow) => Some(flow),
        _ => None,
    };
    if let Some(m) = m.state {
        let mut states = state::of(ctx);
        if let Some(flow) = &flow {
            states.0 |= if flow.snat { CtStates::SNAT.0 } else { 0 };
            states.0 |= if flow.dnat { CtStates::DNAT.0 } else { 0 };
        }
        eval.holds(ConditionKind::CtState, m.not, m.value.0 & states.0 != 0, || {
            Observed::States(states)
        });
    }
    let Some(flow) = flow else {
        if m.state.is_none() {
            eval.say(ConditionKind::CtOther, false, Truth::No, || Observed::Nothing);
        }
        return;
    };
    if let Some(dir) = m.dir {
        eval.say(ConditionKind::CtOther, false, truth(flow.dir == dir), || Observed::Nothing);
    }
    for (part, addr) in [
        (m.orig_src, flow.orig.src),
        (m.orig_dst, flow.orig.dst),
        (m.repl_src, flow.reply.src),
        (m.repl_dst, flow.reply.dst),
    ] {
        if let Some(m) = part {
            eval.holds(ConditionKind::CtOther, m.not, m.value.holds(addr), || Observed::Addr(addr));
        }
    }
    if let Some(m) = m.proto {
        let proto = flow.orig.proto;
        eval.holds(ConditionKind::CtOther, m.not, proto == m.value, || Observed::Proto(proto));
    }
    for (part, port) in [
        (m.orig_sport, flow.orig.sport),
        (m.orig_dport, flow.orig.dport),
        (m.repl_sport, flow.reply.sport),
        (m.repl_dport, flow.reply.dport),
    ] {
        if let Some(m) = part {
            let found = || Observed::Number(u64::from(port));
            eval.holds(ConditionKind::CtOther, m.not, within(m.value, port), found);
        }
    }
    if let Some(m) = m.status {
        let holds = m.value.0 & flow.status != 0;
        eval.holds(ConditionKind::CtOther, m.not, holds, || {
            Observed::Hex(u64::from(flow.status & 0xf))
        });
    }
    if let Some(m) = m.expire {
        let seconds = if flow.status & CONFIRMED == 0 { 0 } else { flow.expires_s };
        let holds = within(m.value, seconds);
        eval.holds(ConditionKind::CtOther, m.not, holds, || Observed::Number(u64::from(seconds)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::{Bench, flow};
    use chainwalk_model::{CtDir, CtStatuses, Inv, Match, Range};

    #[track_caller]
    fn check(m: ConntrackMatch, ct: Ct, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.ct = ct;
        assert_eq!(bench.test(&Match::Conntrack(Box::new(m))), expect);
    }

    fn states(not: bool, value: CtStates) -> ConntrackMatch {
        ConntrackMatch { state: Some(Inv { not, value }), ..ConntrackMatch::default() }
    }

    #[test]
    fn a_translated_flow_has_two_states() {
        let mut natted = flow();
        natted.dnat = true;
        check(states(false, CtStates::DNAT), Ct::Flow(natted), Truth::Yes);
        check(states(false, CtStates::NEW), Ct::Flow(natted), Truth::Yes);
        check(states(true, CtStates::DNAT), Ct::Flow(natted), Truth::No);
        check(states(false, CtStates::SNAT), Ct::Flow(natted), Truth::No);
    }

    #[test]
    fn without_a_flow_only_the_state_counts() {
        let dir = Some(CtDir::Reply);
        let with_state = ConntrackMatch { dir, ..states(false, CtStates::INVALID) };
        check(with_state.clone(), Ct::Invalid, Truth::Yes);
        check(with_state, Ct::Untracked, Truth::No);
        let proto = Some(Inv { not: true, value: 17 });
        check(ConntrackMatch { proto, ..Default::default() }, Ct::Invalid, Truth::No);
    }

    #[test]
    fn status_none_holds_for_nothing() {
        let m = |not| ConntrackMatch {
            status: Some(Inv { not, value: CtStatuses(0) }),
            ..ConntrackMatch::default()
        };
        check(m(false), Ct::Flow(flow()), Truth::No);
        check(m(true), Ct::Flow(flow()), Truth::Yes);
        check(m(true), Ct::None, Truth::No);
    }

    #[test]
    fn ports_are_those_of_the_tuple_named() {
        let port = |first, last| Some(Inv { not: false, value: Range { first, last } });
        let orig = ConntrackMatch { orig_dport: port(80, 80), ..Default::default() };
        let reply = ConntrackMatch { repl_sport: port(8080, 8090), ..Default::default() };
        let mut natted = flow();
        natted.reply.sport = 8080;
        check(orig, Ct::Flow(natted), Truth::Yes);
        check(reply.clone(), Ct::Flow(natted), Truth::Yes);
        check(reply, Ct::Flow(flow()), Truth::No);
    }
}
