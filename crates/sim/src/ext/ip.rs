//! What every rule tests: `-s -d -i -o -p -f`.
//!
//! - Written: `[!] -s ADDR[/MASK]`, `[!] -d …`, `[!] -i NAME[+]`, `[!] -o …`, `[!] -p PROTO`, `[!] -f`.
//! - Listed: the columns `prot`, `in`, `out`, `source`, `destination`, and `-f` in `opt`.
//! - Kernel: `ip_packet_match` in `net/ipv4/netfilter/ip_tables.c`, `ip6_packet_match` beside it for IPv6.
//! - An interface that a hook does not have is the empty name: `-i +` and `! -i eth0` hold for it.
//! - The protocol of IPv6 is what follows the extension headers.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend, named, truth};
use crate::context::MatchContext;
use chainwalk_model::{
    Backend, ConditionKind, Extension, IfaceMatch, Inv, IpMatch, Observed, PathIface, Question,
    Truth,
};

/// The protocol number of an authentication header.
const AH: u8 = 51;

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &IpMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let ip = &ctx.packet.ip;
    if let Some(m) = &m.src
        && ctx.source_untold()
        && !m.value.mask.is_unspecified()
    {
        eval.untold(ConditionKind::Src, m.not);
    } else if let Some(m) = &m.src {
        eval.holds(ConditionKind::Src, m.not, m.value.holds(ip.src), || Observed::Addr(ip.src));
    }
    if let Some(m) = &m.dst
        && ctx.destination_untold()
        && !m.value.mask.is_unspecified()
    {
        eval.untold(ConditionKind::Dst, m.not);
    } else if let Some(m) = &m.dst {
        eval.holds(ConditionKind::Dst, m.not, m.value.holds(ip.dst), || Observed::Addr(ip.dst));
    }
    if eval.is_settled() {
        return;
    }
    if let Some(m) = &m.iniface {
        let question = || Question::Fact(eval.at);
        let truth = iface(m, &ctx.path.iniface, question);
        eval.say(ConditionKind::InIface, m.not, truth, || name(&ctx.path.iniface));
    }
    if eval.is_settled() {
        return;
    }
    if let Some(m) = &m.outiface {
        let written = &m.value;
        let by =
            || if written.prefix { format!("{}+", written.name) } else { written.name.to_string() };
        let any = written.prefix && written.name.is_empty();
        let unknown = ctx.path.outiface == PathIface::Unknown && !any;
        let answered = unknown.then(|| ctx.net.answered_way(ip.dst, &by())).flatten();
        let truth = match answered {
            Some(fits) => truth(fits != m.not),
            None => iface(m, &ctx.path.outiface, || Question::LeavesBy(ip.dst, by().into())),
        };
        eval.say(ConditionKind::OutIface, m.not, truth, || name(&ctx.path.outiface));
    }
    if eval.is_settled() {
        return;
    }
    if let Some(m) = m.proto {
        // iptables-nft stops at an authentication header, which ip6tables passes over.
        let stops = |e: &Extension| e.kind == AH && backend(ctx, eval.at) == Backend::IptablesNft;
        let proto = if ip.extensions.iter().any(stops) { AH } else { ip.proto };
        eval.holds(ConditionKind::Proto, m.not, proto == m.value, || Observed::Proto(proto));
    }
    if let Some(m) = m.fragment {
        let found = || Observed::Number(u64::from(ip.frag_off));
        eval.holds(ConditionKind::Fragment, m.not, ip.frag_off > 0, found);
    }
}

/// Whether an interface fits. Any interface fits `+`, also one that is not known.
fn iface(m: &Inv<IfaceMatch>, dev: &PathIface, question: impl FnOnce() -> Question) -> Truth {
    let any = m.value.prefix && m.value.name.is_empty();
    match dev {
        PathIface::Unknown if !any => Truth::Unknown(question()),
        dev => truth(named(&m.value, dev.name().map_or("", |d| d)) != m.not),
    }
}

fn name(dev: &PathIface) -> Observed {
    match dev {
        PathIface::None => Observed::Nothing,
        PathIface::Unknown => Observed::Name("?".into()),
        PathIface::Named(name) => Observed::Name(name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{AddrMask, Match};
    use std::net::IpAddr;

    fn addr(s: &str) -> IpAddr {
        s.parse().unwrap()
    }

    #[track_caller]
    fn check(m: IpMatch, bench: &Bench, expect: Truth) {
        assert_eq!(bench.test(&Match::Ip(Box::new(m))), expect);
    }

    fn source(not: bool, a: &str, mask: &str) -> IpMatch {
        let value = AddrMask { addr: addr(a), mask: addr(mask) };
        IpMatch { src: Some(Inv { not, value }), ..IpMatch::default() }
    }

    fn outgoing(not: bool, name: &str, prefix: bool) -> IpMatch {
        let value = IfaceMatch { name: name.into(), prefix };
        IpMatch { outiface: Some(Inv { not, value }), ..IpMatch::default() }
    }

    #[test]
    fn a_mask_need_not_be_a_prefix() {
        let bench = Bench::tcp("1.7.3.9", "10.0.0.2");
        check(source(false, "1.0.3.0", "255.0.255.0"), &bench, Truth::Yes);
        check(source(false, "1.0.4.0", "255.0.255.0"), &bench, Truth::No);
    }

    #[test]
    fn not_any_address_never_holds() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(source(true, "0.0.0.0", "0.0.0.0"), &bench, Truth::No);
    }

    #[test]
    fn a_plus_fits_every_name_that_starts_so() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2").out("eth1.100");
        check(outgoing(false, "eth1", true), &bench, Truth::Yes);
        check(outgoing(false, "eth1", false), &bench, Truth::No);
        check(outgoing(true, "eth1", false), &bench, Truth::Yes);
        check(outgoing(true, "", true), &bench, Truth::No);
    }

    #[test]
    fn a_hook_without_an_outgoing_interface_has_the_empty_name() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(outgoing(false, "", true), &bench, Truth::Yes);
        check(outgoing(false, "eth0", false), &bench, Truth::No);
        check(outgoing(true, "eth0", false), &bench, Truth::Yes);
    }

    #[test]
    fn an_outgoing_interface_that_is_not_known_asks_for_the_route() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2").out(PathIface::Unknown);
        let unknown = Truth::Unknown(Question::LeavesBy(addr("10.0.0.2"), "eth0".into()));
        check(outgoing(false, "eth0", false), &bench, unknown.clone());
        check(outgoing(true, "eth0", false), &bench, unknown);
        check(outgoing(false, "", true), &bench, Truth::Yes);
        let proto = Some(Inv { not: false, value: 17 });
        check(IpMatch { proto, ..outgoing(false, "eth0", false) }, &bench, Truth::No);
    }

    #[test]
    fn only_later_fragments_are_fragments() {
        let m = |not| IpMatch { fragment: Some(Inv { not, value: () }), ..IpMatch::default() };
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.ip.mf = true;
        check(m(false), &bench, Truth::No);
        check(m(true), &bench, Truth::Yes);
        bench.packet.ip.frag_off = 16;
        check(m(false), &bench, Truth::Yes);
        check(m(true), &bench, Truth::No);
    }
}
