//! `-m rpfilter`: whether the way back to the source is the way the packet came.
//!
//! - Written: `--loose`, `--validmark`, `--accept-local`, `--invert`.
//! - Listed: `rpfilter loose validmark accept-local invert`.
//! - Kernel: `rpfilter_mt` in `net/ipv4/netfilter/ipt_rpfilter.c`, `ip6t_rpfilter.c` for IPv6.
//! - A packet over lo always passes the filter, and so does what this host hands back to itself.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth};
use crate::context::{MatchContext, Way};
use chainwalk_model::{ConditionKind, IfKind, Observed, Question, RpfilterMatch, Truth};
use std::net::{IpAddr, Ipv4Addr};

const UNICAST: u16 = 1 << 1;
const LOCAL: u16 = 1 << 2;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: RpfilterMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let answer = match passes(m, ctx) {
        Ok(passes) => truth(passes != m.invert),
        Err(Some(question)) => Truth::Unknown(question),
        Err(None) => Truth::Unknown(Question::Fact(eval.at)),
    };
    eval.say(ConditionKind::Module, m.invert, answer, || Observed::Addr(ctx.packet.ip.src));
}

/// Whether the packet passes. `Err` is what would have to be known, if a question says it.
fn passes(m: RpfilterMatch, ctx: &MatchContext) -> Result<bool, Option<Question>> {
    if !ctx.path.iniface.is_some() {
        return Ok(false);
    }
    let dev = ctx.path.iniface.name().map(|dev| &**dev);
    let loopback =
        |dev| ctx.host.interface(dev).map_or(dev == "lo", |i| i.kind == IfKind::Loopback);
    if dev.is_some_and(loopback) {
        return Ok(true);
    }
    if ctx.loopback_copy {
        return Ok(true);
    }
    let src = ctx.packet.ip.src;
    if starts_up(src, ctx.packet.ip.dst) {
        return Ok(true);
    }
    // The way back is looked up without a thought for what a source may be.
    let odd =
        matches!(src, IpAddr::V4(a) if a.is_multicast() || a.is_broadcast() || a.is_unspecified());
    match if odd { UNICAST } else { ctx.net.addr_type(src, None)? } {
        UNICAST => {
            let mark = if m.validmark { ctx.mark } else { 0 };
            let from = match ctx.packet.ip.dst {
                IpAddr::V4(a) if a.is_multicast() || a.is_broadcast() || a.is_unspecified() => None,
                addr => Some(addr),
            };
            let (tos, v6) = (ctx.packet.ip.tos, src.is_ipv6());
            let proto = if v6 { ctx.packet.ip.proto } else { 0 };
            let ways_back =
                ctx.net.leaves_by(&Way { to: src, from, mark, iif: None, tos, proto })?;
            if ways_back.is_empty() || m.loose {
                return Ok(!ways_back.is_empty());
            }
            let dev = dev.ok_or(None)?;
            Ok(ways_back.iter().any(|w| **w == *dev))
        }
        LOCAL if m.accept_local => Ok(m.loose || ctx.net.addr_type(src, dev)? == LOCAL),
        _ => Ok(false),
    }
}

/// A host without an address yet speaks to everybody.
fn starts_up(src: IpAddr, dst: IpAddr) -> bool {
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let local_group = dst.octets()[..3] == [224, 0, 0];
            src.is_unspecified() && (dst == Ipv4Addr::BROADCAST || local_group)
        }
        (IpAddr::V6(src), _) => src.is_unspecified(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::Match;

    #[track_caller]
    fn check(m: RpfilterMatch, src: &str, dev: &str, expect: Truth) {
        let mut bench =
            Bench::tcp(src, "10.0.0.2").with_addr("eth0", "10.0.0.2").with_addr("eth1", "10.0.1.2");
        bench.path.iniface = dev.into();
        assert_eq!(bench.test(&Match::Rpfilter(m)), expect);
    }

    #[test]
    fn the_way_back_is_the_way_it_came() {
        let strict = RpfilterMatch::default();
        check(strict, "10.0.0.9", "eth0", Truth::Yes);
        check(strict, "10.0.0.9", "eth1", Truth::No);
        check(strict, "9.9.9.9", "eth0", Truth::No);
        check(strict, "10.0.0.9", "lo", Truth::Yes);
        check(RpfilterMatch { loose: true, ..strict }, "10.0.0.9", "eth1", Truth::Yes);
        check(RpfilterMatch { invert: true, ..strict }, "10.0.0.9", "eth1", Truth::Yes);
    }

    #[test]
    fn a_source_that_is_this_host_needs_a_word() {
        let strict = RpfilterMatch::default();
        let accept = RpfilterMatch { accept_local: true, ..strict };
        check(strict, "10.0.1.2", "eth1", Truth::No);
        check(accept, "10.0.1.2", "eth1", Truth::Yes);
        check(accept, "10.0.1.2", "eth0", Truth::No);
    }
}
