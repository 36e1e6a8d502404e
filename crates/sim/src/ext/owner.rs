//! `-m owner`: who sends a packet from this host.
//!
//! - Written: `[!] --uid-owner A[-B]`, `[!] --gid-owner A[-B]`, `[!] --socket-exists`, `--suppl-groups`.
//! - Listed: `owner UID match 1000`, `! owner GID match 100`, `owner socket exists`.
//! - Kernel: `owner_mt` in `net/netfilter/xt_owner.c`.
//! - Nobody owns a packet that is forwarded or that the kernel makes: user and group hold exactly where
//!   they are inverted. The kernel's ICMP and TCP packets have a socket none the less; those of REJECT's
//!   `tcp-reset` have not. A SYN that is accepted is answered by the socket that listens, whose owner is not known.
//! - Not modelled: supplementary groups; they would make `--gid-owner` hold for more packets, so a group
//!   that does not fit is not known there.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth, within};
use crate::context::{Ct, MatchContext};
use chainwalk_model::{ConditionKind, CtStates, Entry, Inv, L4, Observed, Question, Range, Truth};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(
    uid: Option<Inv<Range<u32>>>,
    gid: Option<Inv<Range<u32>>>,
    socket: Option<Inv<()>>,
    supplementary: bool,
    ctx: &MatchContext,
    eval: &mut Evaluation,
) {
    let (user, group) = match *ctx.entry {
        Entry::Local { uid: Some(uid), gid, .. } => (uid, gid),
        Entry::Local { uid: None, .. } | Entry::Wire { .. } => {
            let has_socket = kernel_socket(ctx);
            if let Some(m) = socket {
                eval.holds(ConditionKind::Owner, m.not, has_socket, || Observed::Nothing);
            }
            for not in [uid.map(|m| m.not), gid.map(|m| m.not)].into_iter().flatten() {
                let truth = if ctx.accepts() {
                    Truth::Unknown(Question::Fact(eval.at))
                } else {
                    truth(not)
                };
                eval.say(ConditionKind::Owner, not, truth, || Observed::Nothing);
            }
            if supplementary && !has_socket {
                eval.say(ConditionKind::Owner, false, Truth::No, || Observed::Nothing);
            }
            return;
        }
    };
    if let Some(m) = socket {
        eval.holds(ConditionKind::Owner, m.not, true, || Observed::Nothing);
    }
    if let Some(m) = uid {
        let found = || Observed::Number(u64::from(user));
        eval.holds(ConditionKind::Owner, m.not, within(m.value, user), found);
    }
    if let Some(m) = gid {
        match group {
            Some(gid) => {
                let holds = within(m.value, gid);
                let truth = if holds || !supplementary {
                    truth(holds != m.not)
                } else {
                    Truth::Unknown(Question::Fact(eval.at))
                };
                eval.say(ConditionKind::Owner, m.not, truth, || Observed::Number(u64::from(gid)));
            }
            None => eval.untold(ConditionKind::Owner, m.not),
        }
    }
}

/// Whether a packet that no process sends has a socket of the kernel's own. REJECT gives its reset the
/// flow of the packet it answers, so it is RELATED; the TCP stack's own is not.
fn kernel_socket(ctx: &MatchContext) -> bool {
    let related = matches!(ctx.packet.l4, L4::Tcp(_))
        && matches!(ctx.ct(), Ct::Flow(flow) if flow.state == CtStates::RELATED);
    matches!(ctx.entry, Entry::Local { .. }) && !ctx.by_reject && !related
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::Match;

    #[track_caller]
    fn check(entry: Option<u32>, not: bool, first: u32, last: u32, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.entry = Entry::Local { uid: entry, gid: entry, mark: 0, bind: None };
        let uid = Some(Inv { not, value: Range { first, last } });
        let m = Match::Owner { uid, gid: None, socket: None, supplementary: false };
        assert_eq!(bench.test(&m), expect);
    }

    #[test]
    fn a_range_of_users() {
        check(Some(1500), false, 1000, 2000, Truth::Yes);
        check(Some(0), false, 1000, 2000, Truth::No);
        check(Some(0), true, 1000, 2000, Truth::Yes);
    }

    #[test]
    fn nobody_owns_what_the_kernel_makes() {
        check(None, false, 0, 0, Truth::No);
        check(None, true, 0, 0, Truth::Yes);
    }

    #[test]
    fn whose_socket_listens_nobody_tells() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.entry = Entry::Local { uid: None, gid: None, mark: 0, bind: None };
        if let L4::Tcp(tcp) = &mut bench.packet.l4 {
            tcp.flags = chainwalk_model::TcpFlags::SYN_ACK;
        }
        let uid = Some(Inv { not: false, value: Range { first: 0, last: 0 } });
        let m = Match::Owner { uid, gid: None, socket: None, supplementary: false };
        assert!(matches!(bench.test(&m), Truth::Unknown(_)));
    }
}
