//! Every match of the model and the file that knows it: the only place that asks which one it is.

use super::facts::Facts;
use super::judge::{Evaluated, Evaluation};
use super::{
    addrtype, bits, bpf, chunks, cluster, comment, connbytes, connlabel, connlimit, connmark,
    conntrack, dccp, devgroup, ecn, eui64, extensions, hashlimit, helper, host, icmp, ip, iprange,
    limit, mac, mss, multiport, owner, physdev, pkttype, quota, realm, recent, rpfilter, set,
    socket, spi, srh, state, statistic, string, tcp, time, ttl, u32, udp, unknown,
};
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::sets::Named;
use chainwalk_model::{Check, Host, Match, OpId, OpKind, Rule, RuleId, Truth};

/// Makes [`test`] and [`facts`] of one list: a match, its test, its facts.
macro_rules! extensions {
    (
        |$ctx:ident, $memory:ident, $eval:ident, $host:ident|
        $($match:pat => $test:expr, $facts:expr;)*
    ) => {
        /// Each condition of a test is said to `eval`.
        #[allow(clippy::match_same_arms, unused_variables)]
        fn evaluate(m: &Match, $ctx: &MatchContext, $memory: &mut MatchState, $eval: &mut Evaluation) {
            match m { $($match => $test,)* }
        }

        /// What is known of a match before any packet.
        #[allow(clippy::match_same_arms, unused_variables)]
        pub(crate) fn facts<'m>(m: &'m Match, $host: &Host) -> Facts<'m> {
            match m { $($match => $facts,)* }
        }
    };
}

extensions! { |ctx, memory, eval, host|
    Match::Ip(m) => ip::test(m, ctx, eval), ip::FACTS;
    Match::HiddenInterfaces => unknown::hidden_interfaces(eval), unknown::FACTS;
    Match::Tcp(m) => tcp::test(m, ctx, eval), tcp::FACTS;
    Match::Udp(m) => udp::test(m, ctx, eval), udp::FACTS;
    Match::Sctp(m) => chunks::test(m, ctx, eval), chunks::FACTS;
    Match::Icmp(m) | Match::Icmp6(m) => icmp::test(*m, ctx, eval), icmp::FACTS;
    Match::AddrType(m) => addrtype::test(*m, ctx, eval), addrtype::FACTS;
    Match::Ah(m) => spi::ah(*m, ctx, eval), spi::FACTS;
    Match::Bpf(m) => bpf::test(m, ctx, eval), bpf::FACTS;
    Match::Cgroup(m) => host::cgroup(m, ctx, eval), host::FACTS;
    Match::Cluster(m) => cluster::test(*m, ctx, eval), cluster::FACTS;
    Match::Comment(_) => {}, comment::FACTS;
    Match::Connbytes(m) => connbytes::test(*m, ctx, eval), connbytes::FACTS;
    Match::Connlabel { label, set } =>
        connlabel::test(label, *set, ctx, memory, eval), connlabel::facts(*set);
    Match::Connlimit(m) => connlimit::test(*m, ctx, memory, eval), connlimit::FACTS;
    Match::Connmark(m) => connmark::test(*m, ctx, eval), connmark::FACTS;
    Match::Conntrack(m) => conntrack::test(m, ctx, eval), conntrack::FACTS;
    Match::Cpu(m) => host::cpu(m.not, eval), host::FACTS;
    Match::Dccp(m) => dccp::test(m, ctx, eval), dccp::FACTS;
    Match::Devgroup { src, dst } => devgroup::test(*src, *dst, ctx, eval), devgroup::FACTS;
    Match::Dscp(m) => bits::dscp(*m, ctx, eval), bits::HEADER;
    Match::Dst(m) => extensions::options(m, extensions::DEST, ctx, eval), extensions::FACTS;
    Match::Ecn(m) => ecn::test(*m, ctx, eval), ecn::FACTS;
    Match::Esp(m) => spi::esp(*m, ctx, eval), spi::FACTS;
    Match::Eui64 => eui64::test(ctx, eval), eui64::FACTS;
    Match::Frag(m) => extensions::frag(m, ctx, eval), extensions::FACTS;
    Match::Hashlimit(m) => hashlimit::test(m, ctx, memory, eval), hashlimit::FACTS;
    Match::Hbh(m) => extensions::options(m, extensions::HOP, ctx, eval), extensions::FACTS;
    Match::Helper(name) => helper::test(name, ctx, eval), helper::FACTS;
    Match::Ipcomp { spi, .. } => spi::ipcomp(*spi, ctx, eval), spi::FACTS;
    Match::Iprange(m) => iprange::test(m, ctx, eval), iprange::FACTS;
    Match::Ipv6Header(m) => extensions::ipv6header(*m, ctx, eval), extensions::FACTS;
    Match::Ipvs(m) => host::ipvs(m, ctx, eval), host::FACTS;
    Match::Length(m) => bits::length(*m, ctx, eval), bits::HEADER;
    Match::Limit { rate, burst } => limit::test(*rate, *burst, ctx, memory, eval), limit::FACTS;
    Match::Mac(m) => mac::test(*m, ctx, eval), mac::FACTS;
    Match::Mark(m) => bits::mark(*m, ctx, eval), bits::MARK;
    Match::Mh(m) => extensions::mh(*m, ctx, eval), extensions::FACTS;
    Match::Multiport { side, ports } => multiport::test(*side, ports, ctx, eval), multiport::FACTS;
    Match::Nfacct(name) => {}, comment::nfacct(name);
    Match::Nft(m) => crate::nft::test(m, ctx, memory, eval), crate::nft::facts(m);
    Match::Opaque(m) => unknown::opaque(m, ctx, eval), unknown::FACTS;
    Match::Osf(m) => host::osf(m, ctx, eval), host::FACTS;
    Match::Owner { uid, gid, socket, supplementary } =>
        owner::test(*uid, *gid, *socket, *supplementary, ctx, eval), owner::FACTS;
    Match::Physdev(m) => physdev::test(m, ctx, eval), physdev::FACTS;
    Match::Pkttype(m) => pkttype::test(*m, ctx, eval), pkttype::FACTS;
    Match::Policy(m) => host::policy(m, ctx, eval), host::policy_facts(host);
    Match::Quota(m) => quota::test(*m, ctx, memory, eval), quota::FACTS;
    Match::Rateest(m) => unknown::rateest(m.op.not, eval), unknown::FACTS;
    Match::Realm(m) => realm::test(*m, ctx, eval), realm::FACTS;
    Match::Recent(m) => recent::test(m, ctx, memory, eval), recent::facts(m);
    Match::Rpfilter(m) => rpfilter::test(*m, ctx, eval), rpfilter::FACTS;
    Match::Rt(m) => extensions::rt(m, ctx, eval), extensions::FACTS;
    Match::Set(m) => set::test(m, ctx, memory, eval), set::facts(m);
    Match::Socket(m) => socket::test(*m, ctx, eval), socket::facts(*m);
    Match::Srh(m) => srh::test(m, ctx, eval), srh::FACTS;
    Match::State(m) => state::test(*m, ctx, eval), state::FACTS;
    Match::Statistic(m) => statistic::test(*m, memory, eval), statistic::facts(m);
    Match::String(m) => string::test(m, ctx, eval), string::FACTS;
    Match::Tcpmss(m) => mss::test(*m, ctx, eval), mss::FACTS;
    Match::Time(m) => time::test(*m, ctx, eval), time::FACTS;
    Match::Tos(m) => bits::tos(*m, ctx, eval), bits::HEADER;
    Match::Ttl(m) => ttl::test(*m, ctx, eval), ttl::FACTS;
    Match::U32(m) => u32::test(m, ctx, eval), u32::FACTS;
}

/// Whether a test remembers nothing: that of a set hangs on which set it is.
pub(crate) fn is_pure(m: &Match, host: &Host, named: &Named) -> bool {
    match m {
        Match::Set(m) => named.is_pure(&m.set),
        _ => facts(m, host).pure,
    }
}

/// Whether a test holds for the packet before `ctx`.
///
/// `memory` advances as the kernel's does, also where the rule fails later on. `checks`, where given,
/// takes one entry for each condition.
pub(crate) fn test(
    m: &Match,
    at: OpId,
    ctx: &MatchContext,
    memory: &mut MatchState,
    checks: Option<&mut Vec<Check>>,
) -> Evaluated {
    let mut eval = Evaluation::new(at, checks);
    evaluate(m, ctx, memory, &mut eval);
    eval.end()
}

/// Whether a rule certainly fails by what its first tests read in the headers alone: they ask, remember, write and assume
/// nothing.
pub(crate) fn fails_at_once(id: RuleId, rule: &Rule, ctx: &MatchContext) -> bool {
    for (at, op) in (0..).zip(&rule.ops) {
        let mut eval = Evaluation::new(OpId { rule: id, op: at }, None);
        match &op.what {
            OpKind::Match(Match::Comment(_)) => {}
            OpKind::Match(Match::Ip(m)) => ip::test(m, ctx, &mut eval),
            OpKind::Match(Match::Tcp(m)) => tcp::test(m, ctx, &mut eval),
            OpKind::Match(Match::Udp(m)) => udp::test(m, ctx, &mut eval),
            _ => return false,
        }
        match eval.end() {
            Evaluated { truth: Truth::Yes, hotdrop: false } => {}
            found => return found.truth == Truth::No && !found.hotdrop,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{
        ConditionKind, Inv, Observed, Opaque, PortsMatch, Question, Range, Rate, Statistic,
        TcpMatch,
    };

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
        let (mut memory, mut checks) = (MatchState::default(), Vec::new());
        test(&Match::Tcp(m), at, &bench.ctx(), &mut memory, Some(&mut checks));
        let check = |part, not, truth, port| Check {
            op: 3,
            part,
            not,
            truth,
            found: Observed::Number(port),
        };
        let expect = [
            check(ConditionKind::Sport, true, Truth::Yes, 40000),
            check(ConditionKind::Dport, false, Truth::No, 80),
        ];
        assert_eq!(checks, expect);
    }

    #[test]
    fn what_is_not_understood_is_asked_for() {
        let at = OpId { rule: RuleId(4), op: 2 };
        let m = Match::Opaque(Opaque::new(None, "-m bpf"));
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
        assert!(!facts(&limit, &host).pure && facts(&limit, &host).history);
        let random = Match::Statistic(Inv { not: false, value: Statistic::Random(0.5) });
        assert!(facts(&random, &host).pure && !facts(&random, &host).history);
        let udp = Match::Udp(PortsMatch::default());
        assert!(facts(&udp, &host).pure && !facts(&udp, &host).history);
    }
}
