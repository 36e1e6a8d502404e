//! `-m socket`: a socket of this host that the packet belongs to.
//!
//! - Written: `--transparent`, `--nowildcard`, `--restore-skmark`.
//! - Listed: `socket --transparent`.
//! - Kernel: `socket_match` in `net/netfilter/xt_socket.c`, `nf_socket_ipv4.c`.
//! - A listener on every address does not count without `--nowildcard`. Sockets of connections are not known
//!   where not all that is open is known; whether a socket is transparent, and its mark, may not be.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{Ct, MatchContext};
use crate::ct;
use chainwalk_model::{ConditionKind, CtDir, L4, LocalStack, Observed, SocketMatch, proto};

pub(super) fn facts(m: SocketMatch) -> Facts<'static> {
    let writes = if m.restore_skmark { Reads::MARK } else { Reads::FIXED };
    Facts { writes, ..Facts::reading(Reads::UNFOLLOWED) }
}

pub(super) fn test(m: SocketMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    if ctx.has_socket && !m.restore_skmark {
        // `TPROXY` gave it one, which is transparent.
        return eval.holds(ConditionKind::Socket, false, true, || Observed::Nothing);
    }
    // An error is looked up by the packet that it quotes.
    let quoted = match &ctx.packet.l4 {
        L4::Icmp(_) => ct::quoted(ctx.packet),
        _ => None,
    };
    let packet = quoted.unwrap_or(ctx.packet);
    let (addr, port) = match (quoted, &packet.l4) {
        (None, L4::Tcp(_) | L4::Udp { .. }) => (packet.ip.dst, packet.dport()),
        (Some(_), L4::Tcp(_) | L4::Udp { .. }) => (packet.ip.src, packet.sport()),
        _ => return eval.lacks(ConditionKind::Socket, false),
    };
    let Some(port) = port else { return eval.lacks(ConditionKind::Socket, false) };
    let number = if packet.ip.proto == proto::UDPLITE { proto::UDP } else { packet.ip.proto };
    let fits = |wild: bool| {
        ctx.host.sockets.iter().find(|s| {
            let at = if wild { s.addr.is_unspecified() } else { s.addr == addr };
            s.proto == number && s.port == port && at
        })
    };
    let all_told = ctx.host.stack != LocalStack::Unknown;
    // A connection that this host opened has a socket of its own.
    let own = match ctx.ct() {
        Ct::Flow(flow) => flow.made_here && flow.dir == CtDir::Reply,
        _ => false,
    };
    let found = fits(false).or_else(|| fits(true).filter(|_| m.nowildcard));
    let Some(socket) = found.filter(|_| !own || all_told) else {
        return if all_told {
            eval.holds(ConditionKind::Socket, false, false, || Observed::Nothing);
        } else {
            eval.untold(ConditionKind::Socket, false);
        };
    };
    match socket.transparent {
        _ if m.restore_skmark => eval.untold(ConditionKind::Socket, false),
        None if m.transparent => eval.untold(ConditionKind::Socket, false),
        told => {
            let holds = !m.transparent || told == Some(true);
            eval.holds(ConditionKind::Socket, false, holds, || Observed::Nothing);
        }
    }
}
