//! What rules test: one file for each `-m` extension, with the kernel's own semantics.
//!
//! A test never guesses. What decides and is not known is [`Truth::Unknown`]; a condition that certainly
//! fails outweighs an unknown one beside it. A test that remembers advances whenever it is evaluated.
// In tests the expected answers read better by value.
#![cfg_attr(test, allow(clippy::needless_pass_by_value, clippy::unwrap_used))]

mod addrtype;
mod bits;
mod bpf;
mod chunks;
mod cluster;
mod connbytes;
mod connlabel;
pub(crate) mod connlimit;
mod connmark;
mod conntrack;
mod dccp;
mod devgroup;
mod ecn;
mod eui64;
mod extensions;
pub(crate) mod hashlimit;
mod helper;
mod host;
mod icmp;
mod ip;
mod iprange;
mod judge;
pub(crate) mod limit;
mod mac;
mod mss;
mod multiport;
mod owner;
mod physdev;
mod pkttype;
pub(crate) mod quota;
mod realm;
pub(crate) mod recent;
mod rpfilter;
mod set;
mod socket;
mod spi;
mod srh;
mod state;
pub(crate) mod statistic;
mod string;
mod tcp;
mod time;
mod ttl;
mod u32;
mod udp;

use self::judge::Evaluation;
use crate::eye::Eye;
use crate::memory::Memory;
use crate::wire::{self, Seen};
use chainwalk_model::{
    Check, Found, Host, Masked, Match, OpId, Part, Question, RecentAction, SetMatch, SetTarget,
    Statistic, Truth,
};

/// Whether a test holds for the packet before `eye`.
///
/// `memory` advances as the kernel's does, also where the rule fails later on. `checks`, where given,
/// takes one entry for each condition.
pub(crate) fn test(
    m: &Match,
    at: OpId,
    eye: &Eye,
    memory: &mut Memory,
    checks: Option<&mut Vec<Check>>,
) -> Truth {
    let mut judge = Evaluation { at, checks, truth: Truth::Yes };
    let j = &mut judge;
    match m {
        Match::Ip(m) => ip::test(m, eye, j),
        Match::HiddenInterfaces => {
            j.say(
                Part::InIface,
                false,
                Truth::Unknown(Question::HiddenInterfaces(at.rule)),
                || Found::Nothing,
            );
        }
        Match::Tcp(m) => tcp::test(m, eye, j),
        Match::Udp(m) => udp::test(m, eye, j),
        Match::Sctp(m) => chunks::test(m, eye, j),
        Match::Icmp(m) | Match::Icmp6(m) => icmp::test(*m, eye, j),
        Match::AddrType(m) => addrtype::test(*m, eye, j),
        Match::Comment(_) | Match::Nfacct(_) => {}
        Match::Connmark(m) => connmark::test(*m, eye, j),
        Match::Conntrack(m) => conntrack::test(m, eye, j),
        Match::State(m) => state::test(*m, eye, j),
        Match::Devgroup { src, dst } => devgroup::test(*src, *dst, eye, j),
        Match::Dscp(m) => bits::dscp(*m, eye, j),
        Match::Ecn(m) => ecn::test(*m, eye, j),
        Match::Hashlimit(m) => hashlimit::test(m, eye, memory, j),
        Match::Iprange { src, dst } => iprange::test(*src, *dst, eye, j),
        Match::Length(m) => bits::length(*m, eye, j),
        Match::Limit { rate, burst } => limit::test(*rate, *burst, eye, memory, j),
        Match::Mac(m) => mac::test(*m, eye, j),
        Match::Mark(m) => bits::mark(*m, eye, j),
        Match::Multiport { side, ports } => multiport::test(*side, ports, eye, j),
        Match::Owner { uid, gid, socket, supplementary } => {
            owner::test(*uid, *gid, *socket, *supplementary, eye, j);
        }
        Match::Physdev(m) => physdev::test(m, eye, j),
        Match::Pkttype(m) => pkttype::test(*m, eye, j),
        Match::Quota(m) => quota::test(*m, eye, memory, j),
        Match::Recent(m) => recent::test(m, eye, memory, j),
        Match::Rpfilter(m) => rpfilter::test(*m, eye, j),
        Match::Set(m) => set::test(m, eye, memory, j),
        Match::Statistic(m) => statistic::test(*m, memory, j),
        Match::String(m) => string::test(m, eye, j),
        Match::Tos(m) => bits::tos(*m, eye, j),
        Match::Ttl(m) => ttl::test(*m, eye, j),
        Match::U32(m) => u32::test(m, eye, j),
        Match::Ah(m) => spi::ah(*m, eye, j),
        Match::Bpf(m) => bpf::test(m, eye, j),
        Match::Cgroup(m) => host::cgroup(m, eye, j),
        Match::Cluster(m) => cluster::test(*m, eye, j),
        Match::Cpu(m) => j.untold(Part::Module, m.not),
        Match::Dccp(m) => dccp::test(m, eye, j),
        Match::Dst(m) => extensions::options(m, extensions::DEST, eye, j),
        Match::Esp(m) => spi::esp(*m, eye, j),
        Match::Eui64 => eui64::test(eye, j),
        Match::Frag(m) => extensions::frag(m, eye, j),
        Match::Hbh(m) => extensions::options(m, extensions::HOP, eye, j),
        Match::Ipcomp { spi, .. } => spi::ipcomp(*spi, eye, j),
        Match::Ipv6Header(m) => extensions::ipv6header(*m, eye, j),
        Match::Ipvs(m) => host::ipvs(m, eye, j),
        Match::Mh(m) => extensions::mh(*m, eye, j),
        Match::Osf(m) => host::osf(m, eye, j),
        Match::Policy(m) => host::policy(m, eye, j),
        Match::Realm(m) => realm::test(*m, eye, j),
        Match::Rt(m) => extensions::rt(m, eye, j),
        Match::Srh(m) => srh::test(m, eye, j),
        Match::Tcpmss(m) => mss::test(*m, eye, j),
        Match::Connbytes(m) => connbytes::test(*m, eye, j),
        Match::Connlabel { label, set } => connlabel::test(label, *set, eye, memory, j),
        Match::Connlimit(m) => connlimit::test(*m, eye, memory, j),
        Match::Helper(name) => helper::test(name, eye, j),
        Match::Rateest(m) => {
            // What a rate is only a clock between packets tells.
            let question = Question::History(at);
            j.say(Part::Module, m.op.not, Truth::Unknown(question), || Found::Nothing);
        }
        Match::Socket(m) => socket::test(*m, eye, j),
        Match::Time(m) => time::test(*m, eye, j),
        Match::Opaque(_) => {
            j.say(Part::Module, false, Truth::Unknown(Question::Opaque(at)), || Found::Nothing);
        }
    }
    judge.truth
}

/// Whether a test leaves the memory as it is.
pub(crate) fn is_pure(m: &Match, host: &Host) -> bool {
    match m {
        Match::Set(m) => set::is_pure(m, host),
        Match::Limit { .. } | Match::Hashlimit(_) | Match::Quota(_) | Match::Connlimit(_) => false,
        Match::Connlabel { set, .. } => !set,
        Match::Statistic(s) => matches!(s.value, Statistic::Random(_)),
        Match::Recent(r) => r.action.value == RecentAction::Check && !r.reap,
        _ => true,
    }
}

/// Whether the answer of a test depends on packets before the first one that was asked.
pub(crate) fn is_historic(m: &Match) -> bool {
    match m {
        Match::Limit { .. }
        | Match::Hashlimit(_)
        | Match::Quota(_)
        | Match::Recent(_)
        | Match::Connlimit(_) => true,
        Match::Statistic(s) => matches!(s.value, Statistic::Nth { .. }),
        _ => false,
    }
}

/// Whether the kernel drops the packet at once since this test can't read its transport header, or has no room to
/// remember it. Such a test is answered with no.
pub(crate) fn hotdrops(m: &Match, at: OpId, eye: &Eye, memory: &Memory) -> bool {
    let p = eye.packet;
    let short = |need| wire::seen(p, need) == Seen::Short;
    match m {
        Match::Tcp(m) => {
            let options_cut = m.option.is_some() && short(wire::l4_header_len(p));
            !tcp::is_native(m, eye, at) && (p.ip.frag_off == 8 || short(tcp::HEADER) || options_cut)
        }
        Match::Udp(m) => !udp::is_native(m, eye, at) && short(udp::UDP_HEADER),
        Match::Sctp(m) => {
            let mut judge = Evaluation { at, checks: None, truth: Truth::Yes };
            short(udp::SCTP_HEADER) || chunks::broken(m, eye, &mut judge)
        }
        Match::Dccp(m) => dccp::broken(m, eye),
        Match::Ah(_) => !p.is_v6() && short(spi::AH),
        Match::Esp(_) => short(spi::ESP),
        Match::Ipcomp { .. } => short(spi::COMP),
        Match::Mh(_) => extensions::broken_mh(p),
        Match::Tcpmss(_) => mss::broken(p),
        Match::Icmp(_) | Match::Icmp6(_) | Match::Multiport { .. } => short(4),
        Match::Hashlimit(m) => hashlimit::broken(m, p) || hashlimit::is_full(m, eye, at, memory),
        _ => false,
    }
}

/// Whether the kernel drops the packet at once though this test holds: it could not read what it looks at,
/// and is inverted.
pub(crate) fn holds_and_drops(m: &Match, at: OpId, eye: &Eye, memory: &Memory) -> bool {
    let inverted = match m {
        Match::Sctp(m) => m.chunks.as_ref().is_some_and(|c| c.not),
        Match::Dccp(m) => m.option.is_some_and(|o| o.not),
        _ => false,
    };
    inverted && hotdrops(m, at, eye, memory)
}

/// What `-j SET` does: adds the packet's element to a set, then removes one.
pub(crate) fn set_target(t: &SetTarget, eye: &Eye, memory: &mut Memory) {
    set::target(t, eye, memory);
}

/// The mark that `SET --map-set` finds for the packet.
pub(crate) fn mapped(
    m: &SetMatch,
    eye: &Eye,
    memory: &mut Memory,
) -> Result<Masked<u32>, Question> {
    set::map(m, eye, memory)
}

#[cfg(test)]
pub(crate) mod bench;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, Opaque, PortsMatch, Range, Rate, RuleId, TcpMatch};

    fn port(not: bool, port: u16) -> Inv<Range<u16>> {
        Inv { not, value: Range { first: port, last: port } }
    }

    #[test]
    fn each_condition_tells_what_it_found() {
        let m = TcpMatch {
            sport: Some(port(true, 1)),
            dport: Some(port(false, 81)),
            ..TcpMatch::default()
        };
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let at = OpId { rule: RuleId(0), op: 3 };
        let (mut memory, mut checks) = (Memory::default(), Vec::new());
        test(&Match::Tcp(m), at, &bench.eye(), &mut memory, Some(&mut checks));
        let check =
            |part, not, truth, port| Check { op: 3, part, not, truth, found: Found::Number(port) };
        let expect =
            [check(Part::Sport, true, Truth::Yes, 40000), check(Part::Dport, false, Truth::No, 80)];
        assert_eq!(checks, expect);
    }

    #[test]
    fn what_is_not_understood_is_asked_for() {
        let at = OpId { rule: RuleId(4), op: 2 };
        let m = Match::Opaque(Opaque { module: None, text: "-m bpf".into() });
        let unknown = Truth::Unknown(Question::Opaque(OpId { rule: RuleId(4), op: 2 }));
        assert_eq!(Bench::tcp("1.2.3.4", "10.0.0.2").test_at(&m, at), unknown);
        let hidden = Truth::Unknown(Question::HiddenInterfaces(RuleId(4)));
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        assert_eq!(bench.test_at(&Match::HiddenInterfaces, at), hidden);
    }

    #[test]
    fn only_what_remembers_is_impure() {
        let host = Host::default();
        let limit = Match::Limit { rate: Rate { count: 1, period_s: 1 }, burst: 5 };
        assert!(!is_pure(&limit, &host) && is_historic(&limit));
        let random = Match::Statistic(Inv { not: false, value: Statistic::Random(0.5) });
        assert!(is_pure(&random, &host) && !is_historic(&random));
        let udp = Match::Udp(PortsMatch::default());
        assert!(is_pure(&udp, &host) && !is_historic(&udp));
    }
}
