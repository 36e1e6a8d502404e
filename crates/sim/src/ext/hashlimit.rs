//! `-m hashlimit`: a bucket for each address, port, or pair of them.
//!
//! - Written: `--hashlimit-upto RATE | --hashlimit-above RATE`, `--hashlimit-burst`, `--hashlimit-mode`,
//!   `--hashlimit-name`, `--hashlimit-srcmask`, `--hashlimit-dstmask`, `--hashlimit-htable-expire` …
//! - Listed: `limit: up to 1/hour burst 3 mode srcip`.
//! - Kernel: `hashlimit_mt_common` in `net/netfilter/xt_hashlimit.c`.
//! - Rules that name one table share it, and the first of them sets its rate, burst and mode. A rule whose
//!   name a listing dropped has a table of its own.
//! - A bucket that was not asked for as long as `--hashlimit-htable-expire` says is thrown away at the next
//!   sweep and begins full again. When the sweep comes is not known: where it decides, the answer is a
//!   question.
//! - `--hashlimit-rate-match` counts what comes within an interval, and looks whether the interval before was above
//!   the rate. iptables takes its number for one a second, whatever unit stands behind it.
//! - A table that is full drops the packets of a new bucket.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth};
use crate::addr::prefix;
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::state::hashlimit::{Asked, Key, Table};
use crate::wire;
use chainwalk_model::{
    ConditionKind, HashlimitMatch, L4, Observed, OpId, Packet, Question, Text, Truth,
};

/// The bits of a mode that look at ports.
const PORTS: u8 = 0b1010;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED).remembering();

pub(super) fn test(
    m: &HashlimitMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let table = memory.hashlimits.entry(&place(m, ctx, eval.at), || Table::new(m, ctx.host));
    let Some(key) = key(table.config(), ctx.packet) else {
        if is_cut(table.config(), ctx.packet) {
            eval.hotdrop();
        }
        return eval.lacks(ConditionKind::Limit, m.above);
    };
    let len = wire::total_len(ctx.packet);
    let answer = match table.ask(m, key, len, ctx.now_ms) {
        Asked::Below => truth(!m.above),
        Asked::Above => truth(m.above),
        Asked::Full => {
            eval.hotdrop();
            Truth::No
        }
        Asked::Untold => Truth::Unknown(Question::History(eval.at)),
    };
    eval.say(ConditionKind::Limit, m.above, answer, || Observed::Nothing);
}

/// The table of a rule.
fn place(m: &HashlimitMatch, ctx: &MatchContext, at: OpId) -> (Text, bool) {
    let name = match &m.name {
        Some(name) => name.clone(),
        None => format!("\0{}.{}", at.rule.0, at.op).into(),
    };
    (name, ctx.packet.is_v6())
}

/// What the packets of a bucket have in common; `None` where the ports can't be read.
fn key(m: &HashlimitMatch, p: &Packet) -> Option<Key> {
    let ip = &p.ip;
    let has = |bit: u8| m.mode & bit != 0;
    let src = has(1).then(|| m.srcmask.map_or(ip.src, |len| prefix(ip.src, len)));
    let dst = has(4).then(|| m.dstmask.map_or(ip.dst, |len| prefix(ip.dst, len)));
    let ports = match behind(m, p) {
        None => (0, 0),
        Some(0) => wire::ports(p)?,
        Some(at) => match p.payload.get(at..at + 4)? {
            &[s0, s1, d0, d1] => (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])),
            _ => return None,
        },
    };
    Some((src, dst, has(2).then_some(ports.0), has(8).then_some(ports.1)))
}

/// Bytes before the ports that a key needs, or before what lies in their place (`proto_ports_offset`); `None`
/// where it needs none, or the protocol has none.
fn behind(m: &HashlimitMatch, p: &Packet) -> Option<usize> {
    let at = match &p.l4 {
        L4::Icmp(_) => None,
        L4::Other => match p.ip.proto {
            33 | 50 => Some(0),
            51 => Some(4),
            _ => None,
        },
        _ => Some(0),
    };
    at.filter(|_| m.mode & PORTS != 0)
}

/// Whether a port that the key needs is cut off.
fn is_cut(m: &HashlimitMatch, p: &Packet) -> bool {
    behind(m, p).is_some_and(|at| wire::seen(p, at as u32 + 4) == wire::Seen::Short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Rate};
    use std::net::IpAddr;

    fn m(above: bool, count: u32, period_s: u32, burst: u32, mode: u8) -> HashlimitMatch {
        HashlimitMatch {
            above,
            rate: Rate { count, period_s },
            bytes: false,
            burst,
            mode,
            name: Some("h".into()),
            srcmask: None,
            dstmask: None,
            rest: "".into(),
        }
    }

    #[track_caller]
    fn check(bench: &Bench, m: &HashlimitMatch, expect: Truth) {
        assert_eq!(bench.test(&Match::Hashlimit(Box::new(m.clone()))), expect);
    }

    #[test]
    fn every_source_has_its_own_burst() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = m(false, 1, 3600, 2, 1);
        check(&bench, &m, Truth::Yes);
        check(&bench, &m, Truth::Yes);
        check(&bench, &m, Truth::No);
        bench.packet.ip.src = IpAddr::from([1, 2, 3, 5]);
        check(&bench, &m, Truth::Yes);
    }

    #[test]
    fn above_is_what_upto_refuses() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = m(true, 1, 3600, 1, 0b1111);
        check(&bench, &m, Truth::No);
        check(&bench, &m, Truth::Yes);
    }

    #[test]
    fn a_bucket_fills_with_time() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = m(false, 1, 60, 2, 1);
        check(&bench, &m, Truth::Yes);
        check(&bench, &m, Truth::Yes);
        bench.now_ms = 59_000;
        check(&bench, &m, Truth::No);
        bench.now_ms = 60_000;
        check(&bench, &m, Truth::Yes);
    }

    #[test]
    fn a_bucket_that_was_forgotten_is_full_again() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = m(false, 1, 1, 3, 1);
        for _ in 0..3 {
            check(&bench, &m, Truth::Yes);
        }
        check(&bench, &m, Truth::No);
        bench.now_ms = 2_100;
        for _ in 0..3 {
            check(&bench, &m, Truth::Yes);
        }
        check(&bench, &m, Truth::No);
    }

    #[test]
    fn a_mask_joins_sources() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = HashlimitMatch { srcmask: Some(24), ..m(false, 1, 3600, 1, 1) };
        check(&bench, &m, Truth::Yes);
        bench.packet.ip.src = IpAddr::from([1, 2, 3, 200]);
        check(&bench, &m, Truth::No);
    }
}
