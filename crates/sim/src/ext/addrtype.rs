//! `-m addrtype`: what kind of address it is to this host.
//!
//! - Written: `[!] --src-type TYPE[,…]`, `[!] --dst-type TYPE[,…]`, `--limit-iface-in`,
//!   `--limit-iface-out`.
//! - Listed: `ADDRTYPE match src-type LOCAL`, `dst-type !LOCAL limit-in`.
//! - Kernel: `addrtype_mt_v1` in `net/netfilter/xt_addrtype.c`. For IPv4 an address has one type and any
//!   of those listed will do; for IPv6 every kind that is listed must hold, except that one of LOCAL,
//!   ANYCAST and UNREACHABLE is enough.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{MatchContext, Way};
use chainwalk_model::{
    AddrTypeMatch, AddrTypes, ConditionKind, Observed, PathIface, Question, Truth,
};
use std::net::{IpAddr, Ipv6Addr};

const UNSPEC: u16 = 1;
const UNICAST: u16 = 1 << 1;
const LOCAL: u16 = 1 << 2;
const ANYCAST: u16 = 1 << 4;
const MULTICAST: u16 = 1 << 5;
const UNREACHABLE: u16 = 1 << 7;

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: AddrTypeMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let dev = if m.limit_in {
        &ctx.path.iniface
    } else if m.limit_out {
        &ctx.path.outiface
    } else {
        &PathIface::None
    };
    let ip = &ctx.packet.ip;
    for (part, m, addr) in
        [(ConditionKind::SrcType, m.src, ip.src), (ConditionKind::DstType, m.dst, ip.dst)]
    {
        let Some(m) = m else { continue };
        let found = if part == ConditionKind::SrcType && ctx.source_untold() && !dev.is_some() {
            // Whichever address it is, it is one of this host's.
            let local = AddrTypes(1 << 2);
            Ok((m.value.0 & local.0 != 0, local))
        } else if *dev == PathIface::Unknown {
            Err(Question::Route(ip.dst))
        } else {
            has_type(m.value, addr, dev.name().map(|d| &**d), ctx)
        };
        match found {
            Ok((holds, found)) => eval.holds(part, m.not, holds, || Observed::AddrTypes(found)),
            Err(question) => {
                eval.say(part, m.not, Truth::Unknown(question), || Observed::Addr(addr));
            }
        }
    }
}

/// Whether the address is of one of these types, and which it has.
fn has_type(
    types: AddrTypes,
    addr: IpAddr,
    dev: Option<&str>,
    ctx: &MatchContext,
) -> Result<(bool, AddrTypes), Question> {
    match addr {
        IpAddr::V4(_) => {
            let bit = ctx.net.addr_type(addr, dev)?;
            Ok((types.0 & bit != 0, AddrTypes(bit)))
        }
        IpAddr::V6(v6) => {
            let kind = if v6.is_multicast() {
                MULTICAST
            } else if v6 == Ipv6Addr::UNSPECIFIED {
                UNSPEC
            } else {
                UNICAST
            };
            let named = types.0 & (MULTICAST | UNICAST | UNSPEC);
            if named & !kind != 0 {
                return Ok((false, AddrTypes(kind)));
            }
            let routed = types.0 & (LOCAL | ANYCAST | UNREACHABLE);
            if routed == 0 {
                return Ok((true, AddrTypes(kind)));
            }
            let asked = routed & UNREACHABLE != 0 && kind != MULTICAST;
            let bit = if asked && ctx.net.leaves_by(&Way::to(addr))?.is_empty() {
                UNREACHABLE
            } else {
                ctx.net.addr_type(addr, dev)?
            };
            Ok((routed & bit != 0, AddrTypes(bit)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::Inv;
    use chainwalk_model::Match;

    #[track_caller]
    fn check(dst: &str, not: bool, types: u16, expect: Truth) {
        let src = if dst.contains(':') { "fd00::1" } else { "1.2.3.4" };
        let bench = Bench::tcp(src, dst).with_addr("eth0", "10.0.0.2");
        let m = Some(Inv { not, value: AddrTypes(types) });
        let m = AddrTypeMatch { dst: m, ..AddrTypeMatch::default() };
        assert_eq!(bench.test(&Match::AddrType(m)), expect);
    }

    #[test]
    fn any_listed_type_will_do() {
        check("10.0.0.2", false, LOCAL, Truth::Yes);
        check("10.0.0.2", false, LOCAL | MULTICAST, Truth::Yes);
        check("10.0.0.2", false, UNICAST, Truth::No);
        check("10.0.0.3", true, LOCAL, Truth::Yes);
    }

    #[test]
    fn in_ipv6_every_kind_must_hold() {
        check("fd00::9", false, UNICAST, Truth::Yes);
        check("fd00::9", false, UNICAST | MULTICAST, Truth::No);
        check("ff02::1", false, MULTICAST, Truth::Yes);
        check("fd00::9", false, UNREACHABLE, Truth::Yes);
    }

    #[test]
    fn an_interface_limits_what_is_local() {
        let m = |name: &str| {
            let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2").with_addr("eth0", "10.0.0.2");
            bench.path.iniface = name.into();
            let dst = Some(Inv { not: false, value: AddrTypes(LOCAL) });
            let m = AddrTypeMatch { dst, limit_in: true, ..AddrTypeMatch::default() };
            bench.test(&Match::AddrType(m))
        };
        assert_eq!(m("eth0"), Truth::Yes);
        assert_eq!(m("eth1"), Truth::No);
    }
}
