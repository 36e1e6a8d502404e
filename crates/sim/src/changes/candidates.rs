//! What might remove a blocker: rules of several widths, settings, routes, a rule or a policy undone.

use super::edits::{in_chain, is_nameless, named_place, new, op, without};
use super::sights::{BlockedPacket, Blocker, DecisionPoint, is_established};
use super::{elements, nearly, source};
use chainwalk_model::{
    AddrMask, Assumption, ChainEdit, ChainId, Cidr, ConntrackMatch, CtDir, CtStates, Edit, Entry,
    Family, Goal, Hook, Host, IcmpMatch, IfKind, IfaceMatch, Inv, IpMatch, L4, Masked, Match,
    NewRule, Op, OpKind, Order, Origin, Policy, PortsMatch, Range, Route, RouteKind, RoutingDrop,
    RuleId, SctpMatch, Selectivity, Span, Target, TcpMatch, Text,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A change that may help.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The changes, in order.
    pub(super) edits: Vec<Edit>,
    /// How it selects packets.
    pub(super) grain: Selectivity,
}

/// How many rules are tried before the one that hides them.
const MOST_HIDDEN: usize = 4;
/// How many ways for a route are tried.
const MOST_WAYS: usize = 3;

/// Whether a test lets everything pass.
fn is_blank(test: &Match) -> bool {
    matches!(test, Match::Ip(ip) if **ip == IpMatch::default())
}

/// What might remove a blocker, narrowest first.
pub(super) fn candidates(host: &Host, obstacle: &Blocker, want: Goal) -> Vec<Candidate> {
    let mut found = Vec::new();
    let lets = want == Goal::Through;
    let verdict = if lets { Target::Accept } else { Target::Drop };
    let mut one = |grain, edits| found.push(Candidate { edits, grain });
    if lets {
        for edit in nearly::corrections(host, obstacle) {
            one(Selectivity::NearMiss, vec![edit]);
        }
        let mut untrackers = obstacle.common(|s| Some(s.untrackers.clone())).unwrap_or_default();
        for rule in &untrackers {
            one(Selectivity::Rule, vec![without(host, *rule)]);
        }
        if untrackers.len() > 1 {
            // There and back there is mostly one each. The last of a chain goes first, so that numbers stay.
            untrackers.order_by_key(|rule| std::cmp::Reverse(host.rules.rule(*rule).number));
            one(Selectivity::Rule, untrackers.iter().map(|rule| without(host, *rule)).collect());
        }
        for edit in elements::elements(host, obstacle) {
            one(Selectivity::Element, vec![edit]);
        }
        for (grain, edit) in source::rewrites(host, obstacle) {
            one(grain, vec![edit]);
        }
    }
    if lets && matches!(obstacle.spot, DecisionPoint::Rule(_) | DecisionPoint::Policy(_)) {
        for (chain, head) in own_places(host, obstacle) {
            for (grain, ops) in rules(obstacle, &verdict) {
                if grain > Selectivity::State {
                    continue;
                }
                let rules = vec![new(ops)];
                let change = if head {
                    ChainEdit::Insert { number: 1, rules }
                } else {
                    ChainEdit::Append(rules)
                };
                one(grain, vec![in_chain(host, chain, change)]);
            }
        }
    }
    match &obstacle.spot {
        DecisionPoint::Rule(rule) => {
            let r = host.rules.rule(*rule);
            if lets {
                for copy in hidden(host, *rule) {
                    let change = ChainEdit::Insert { number: r.number, rules: vec![copy] };
                    one(Selectivity::Earlier, vec![in_chain(host, r.chain, change)]);
                }
            }
            let (chain, number) = named_place(host, *rule);
            for (grain, ops) in rules(obstacle, &verdict) {
                let change = ChainEdit::Insert { number, rules: vec![new(ops)] };
                one(grain, vec![in_chain(host, chain, change)]);
            }
            one(Selectivity::Rule, vec![without(host, *rule)]);
        }
        DecisionPoint::Policy(chain) => {
            for (grain, ops) in rules(obstacle, &verdict) {
                one(grain, vec![in_chain(host, *chain, ChainEdit::Append(vec![new(ops)]))]);
            }
            let policy = if lets { Policy::Accept } else { Policy::Drop };
            one(Selectivity::Policy, vec![in_chain(host, *chain, ChainEdit::Policy(policy))]);
        }
        DecisionPoint::NoChain(hook) => {
            let v6 = obstacle.sights.iter().any(|s| s.moment.packet.is_v6());
            let family = if v6 { Family::Ip6 } else { Family::Ip };
            for (grain, ops) in rules(obstacle, &verdict) {
                let change = ChainEdit::Append(vec![new(ops)]);
                let (table, chain) = ("filter".into(), hook.builtin().into());
                one(grain, vec![Edit::Chain { family, table, chain, change }]);
            }
        }
        DecisionPoint::Routing(why) if lets => routing(host, obstacle, *why, &mut one),
        DecisionPoint::NoWayOut if lets => routing(host, obstacle, RoutingDrop::NoRoute, &mut one),
        DecisionPoint::Routing(_)
        | DecisionPoint::NoWayOut
        | DecisionPoint::Source(_)
        | DecisionPoint::Neighbour(_)
        | DecisionPoint::Nobody
        | DecisionPoint::Kernel => {}
    }
    if lets {
        let bridged = obstacle.common(|s| {
            let path = s.path.as_ref()?;
            (path.phys_in.is_some() && path.phys_out.is_some()).then_some(s.moment.packet.is_v6())
        });
        if bridged == Some(false)
            && matches!(obstacle.spot, DecisionPoint::Rule(_) | DecisionPoint::Policy(_))
        {
            one(Selectivity::Setting, vec![setting("net.bridge.bridge-nf-call-iptables", "0")]);
        }
    } else {
        let sights = &obstacle.sights;
        if sights.iter().all(|s| {
            s.path.as_ref().is_some_and(|p| p.hook == Hook::Postrouting || p.hook == Hook::Forward)
                && matches!(s.entry, Entry::Wire { .. })
        }) {
            let v6 = sights.iter().any(|s| s.moment.packet.is_v6());
            one(Selectivity::Setting, vec![setting(forwarding(v6), "0")]);
        }
        let mut rewriters: Vec<RuleId> =
            sights.iter().flat_map(|s| s.rewriters.iter().copied()).collect();
        rewriters.dedup();
        if let [only] = rewriters[..] {
            one(Selectivity::Rule, vec![without(host, only)]);
        }
    }
    found.retain(|c| {
        let nameless = |e: &Edit| matches!(e, Edit::Chain { chain, .. } if is_nameless(chain));
        !c.edits.iter().any(nameless)
    });
    found
}

/// The chains that a program keeps for rules of a person, among those the packets were in; whether a rule belongs
/// at the head.
fn own_places(host: &Host, obstacle: &Blocker) -> Vec<(ChainId, bool)> {
    let called = obstacle.common(|s| Some(s.called.clone())).unwrap_or_default();
    let place = |chain: ChainId| {
        let name = &*host.rules.chain(chain).name;
        let head = name == "DOCKER-USER";
        let end = name.starts_with("ufw-user-") || name.starts_with("ufw6-user-");
        // What firewalld calls for a zone ends in these.
        let zone = (name.starts_with("IN_") || name.starts_with("FWD")) && name.ends_with("_allow");
        let zone = zone && !obstacle.in_reply;
        (head || end || zone).then_some((chain, head))
    };
    let mut found: Vec<(ChainId, bool)> = called.into_iter().filter_map(place).collect();
    found.dedup();
    found
}

/// Rules behind one that would let packets pass, as they are.
fn hidden(host: &Host, rule: RuleId) -> Vec<NewRule> {
    let r = host.rules.rule(rule);
    let behind = host.rules.chain(r.chain).rules.iter().skip(r.number as usize);
    let accepts =
        behind.map(|id| host.rules.rule(*id)).filter(|r| r.verdict() == Some(&Target::Accept));
    accepts
        .take(MOST_HIDDEN)
        .map(|r| {
            let (ops, comment) = (r.ops.clone(), r.comment.clone());
            NewRule { ops, comment, span: Span::default(), sets: Vec::new() }
        })
        .collect()
}

fn forwarding(v6: bool) -> &'static str {
    if v6 { "net.ipv6.conf.all.forwarding" } else { "net.ipv4.ip_forward" }
}

fn setting(name: &str, value: &str) -> Edit {
    Edit::Fact(Assumption::Sysctl { name: name.into(), value: value.into() })
}

/// Rules that select the packets of a blocker, narrowest first. An attribute in which they differ is not
/// tested.
fn rules(obstacle: &Blocker, verdict: &Target) -> Vec<(Selectivity, Vec<Op>)> {
    let hook = obstacle.common(|s| s.path.as_ref().map(|p| p.hook));
    let ins = matches!(hook, Some(Hook::Prerouting | Hook::Input | Hook::Forward));
    let outs = matches!(hook, Some(Hook::Forward | Hook::Output | Hook::Postrouting));
    let iface = |on: bool, look: fn(&BlockedPacket) -> Option<Text>| {
        let name = obstacle.common(look).filter(|_| on)?;
        Some(Inv { not: false, value: IfaceMatch { name, prefix: false } })
    };
    let iniface = iface(ins, |s| s.path.as_ref()?.iniface.name().cloned());
    let outiface = iface(outs, |s| s.path.as_ref()?.outiface.name().cloned());
    let addr = |look: fn(&BlockedPacket) -> IpAddr| {
        let addr = obstacle.common(|s| Some(look(s)))?;
        let mask = if addr.is_ipv4() {
            IpAddr::V4(Ipv4Addr::BROADCAST)
        } else {
            IpAddr::V6(Ipv6Addr::from(u128::MAX))
        };
        Some(Inv { not: false, value: AddrMask { addr, mask } })
    };
    let src = addr(|s| s.moment.packet.ip.src);
    let dst = addr(|s| s.moment.packet.ip.dst);
    let number = obstacle.common(|s| Some(s.moment.packet.ip.proto)).filter(|p| *p != 0);
    let proto = number.map(|value| Inv { not: false, value });
    let answers = obstacle.common(|s| Some(s.moment.ct?.dir)) == Some(CtDir::Reply);
    let established = obstacle.sights.iter().all(is_established);
    let ports = ports(obstacle, answers);
    let state = |bits: u8| {
        let state = Some(Inv { not: false, value: CtStates(bits) });
        Match::Conntrack(Box::new(ConntrackMatch { state, ..ConntrackMatch::default() }))
    };
    let known = CtStates::RELATED.0 | CtStates::ESTABLISHED.0;

    let mut found: Vec<(Selectivity, Vec<Match>)> = Vec::new();
    let mut flow = vec![Match::Ip(Box::new(IpMatch {
        src,
        dst,
        iniface: iniface.clone(),
        outiface: outiface.clone(),
        proto,
        fragment: None,
    }))];
    flow.extend(ports.clone());
    if answers && established {
        flow.push(state(CtStates::ESTABLISHED.0));
    }
    found.push((Selectivity::Flow, flow));
    if established {
        found.push((Selectivity::State, vec![state(known)]));
    }
    if !answers && (dst.is_some() || ports.is_some()) {
        let out = outiface.clone().filter(|_| dst.is_none());
        let ip = IpMatch { dst, outiface: out, proto, ..IpMatch::default() };
        let mut service = vec![Match::Ip(Box::new(ip))];
        service.extend(ports);
        found.push((Selectivity::Service, service));
    }
    let mark = obstacle.sights.iter().fold(u32::MAX, |m, s| m & s.moment.mark);
    if mark != 0 {
        let value = Masked { value: mark, mask: mark };
        found.push((Selectivity::Mark, vec![Match::Mark(Inv { not: false, value })]));
    }
    let after_nat = !matches!(hook, Some(Hook::Prerouting));
    if obstacle.sights.iter().all(|s| s.dnat) && after_nat && !answers {
        found.push((Selectivity::Dnat, vec![state(CtStates::DNAT.0)]));
    }
    let comes = obstacle.sights.iter().all(|s| matches!(s.entry, Entry::Wire { .. }));
    if let Some(src) = src.filter(|_| comes && !answers) {
        let ip = IpMatch { src: Some(src), ..IpMatch::default() };
        found.push((Selectivity::Source, vec![Match::Ip(Box::new(ip))]));
    }
    if iniface.is_some() || outiface.is_some() {
        let ip = IpMatch { iniface, outiface, ..IpMatch::default() };
        found.push((Selectivity::Interfaces, vec![Match::Ip(Box::new(ip))]));
    }
    found
        .into_iter()
        .map(|(grain, matches)| {
            let matches = matches.into_iter().filter(|m| !is_blank(m));
            let mut ops: Vec<Op> = matches.map(|m| op(OpKind::Match(m))).collect();
            ops.push(op(OpKind::Target(verdict.clone())));
            (grain, ops)
        })
        .collect()
}

/// The test of the port that names the service, or of the ICMP type.
fn ports(obstacle: &Blocker, answers: bool) -> Option<Match> {
    let port = obstacle.common(|s| {
        let packet = &s.moment.packet;
        if answers { packet.sport() } else { packet.dport() }
    });
    let one = port.map(|port| Inv { not: false, value: Range { first: port, last: port } });
    let (sport, dport) = if answers { (one, None) } else { (None, one) };
    let first = obstacle.sights.first()?;
    match &first.moment.packet.l4 {
        L4::Tcp(_) if one.is_some() => {
            Some(Match::Tcp(TcpMatch { sport, dport, ..TcpMatch::default() }))
        }
        L4::Udp { .. } if one.is_some() => Some(Match::Udp(PortsMatch { sport, dport })),
        L4::Sctp { .. } if one.is_some() => {
            let ports = PortsMatch { sport, dport };
            Some(Match::Sctp(Box::new(SctpMatch { ports, chunks: None })))
        }
        L4::Icmp(_) => {
            let kind = obstacle.common(|s| match &s.moment.packet.l4 {
                L4::Icmp(icmp) => Some(icmp.kind),
                _ => None,
            })?;
            let value = IcmpMatch { kind: Some(kind), code: Range { first: 0, last: 255 } };
            let icmp = Inv { not: false, value };
            let v6 = first.moment.packet.is_v6();
            Some(if v6 { Match::Icmp6(icmp) } else { Match::Icmp(icmp) })
        }
        _ => None,
    }
}

/// What helps against routing.
fn routing(
    host: &Host,
    obstacle: &Blocker,
    why: RoutingDrop,
    one: &mut impl FnMut(Selectivity, Vec<Edit>),
) {
    let Some(first) = obstacle.sights.first() else { return };
    let packet = &first.moment.packet;
    let iif: Option<Text> = match (&first.path, &first.entry) {
        (Some(path), _) if path.iniface.is_some() => path.iniface.name().cloned(),
        (_, Entry::Wire { iface, .. }) => Some(iface.clone()),
        _ => None,
    };
    let dev = iif.as_deref().unwrap_or("all");
    let conf = |name: &str, value: &str| setting(&format!("net.ipv4.conf.{dev}.{name}"), value);
    match why {
        RoutingDrop::ForwardingOff => {
            one(Selectivity::Setting, vec![setting(forwarding(packet.is_v6()), "1")]);
        }
        RoutingDrop::RpFilter => {
            if let Some(iif) = &iif {
                one(Selectivity::Setting, vec![route_to(host, packet.ip.src, iif)]);
            }
            one(Selectivity::Setting, vec![conf("rp_filter", "2")]);
            let mut off = Vec::new();
            for dev in ["all", dev] {
                let name = format!("net.ipv4.conf.{dev}.rp_filter");
                if host.sysctl(&name).is_some_and(|f| f.value.trim() != "0") {
                    off.push(setting(&name, "0"));
                }
            }
            if !off.is_empty() {
                one(Selectivity::Setting, off);
            }
        }
        RoutingDrop::Localnet => one(Selectivity::Setting, vec![conf("route_localnet", "1")]),
        RoutingDrop::LocalSource => one(Selectivity::Setting, vec![conf("accept_local", "1")]),
        RoutingDrop::NoRoute
        | RoutingDrop::Blackhole
        | RoutingDrop::Unreachable
        | RoutingDrop::Prohibit => {
            let dst = packet.ip.dst;
            for (via, dev) in ways(host, dst, iif.as_deref()) {
                one(Selectivity::Setting, vec![add_route(dst, via, dev)]);
            }
            let stops = |r: &&Route| {
                let kind = match why {
                    RoutingDrop::Blackhole => RouteKind::Blackhole,
                    RoutingDrop::Prohibit => RouteKind::Prohibit,
                    _ => RouteKind::Unreachable,
                };
                r.kind == kind && r.dst.holds(dst)
            };
            if let Some(route) = host.routes.iter().filter(stops).max_by_key(|r| r.dst.len) {
                one(Selectivity::Rule, vec![Edit::DeleteRoute(route.clone())]);
            }
        }
        RoutingDrop::Martian
        | RoutingDrop::BeyondScope
        | RoutingDrop::Ttl
        | RoutingDrop::Mtu
        | RoutingDrop::BadHeader
        | RoutingDrop::SourceRoute
        | RoutingDrop::NotForUs
        | RoutingDrop::LinkDown => {}
    }
}

/// The ways out that a route to `dst` might take: gateways that are known, then the networks here.
fn ways(host: &Host, dst: IpAddr, not: Option<&str>) -> Vec<(Option<IpAddr>, Text)> {
    let mut found: Vec<(Option<IpAddr>, Text)> = Vec::new();
    let mut offer = |way: (Option<IpAddr>, Text)| {
        if found.len() < MOST_WAYS && Some(&*way.1) != not && !found.contains(&way) {
            found.push(way);
        }
    };
    for route in &host.routes {
        if let (RouteKind::Unicast, Some(via), Some(dev)) = (route.kind, route.via, &route.dev)
            && via.is_ipv4() == dst.is_ipv4()
        {
            offer((Some(via), dev.clone()));
        }
    }
    for iface in &host.interfaces {
        let own = |f: &chainwalk_model::Fact<Cidr>| f.value.addr.is_ipv4() == dst.is_ipv4();
        if iface.kind != IfKind::Loopback && iface.master.is_none() && iface.addrs.iter().any(own) {
            offer((None, iface.name.clone()));
        }
    }
    found
}

/// A route to one address by an interface: by the gateway that other routes there have, if any.
fn route_to(host: &Host, dst: IpAddr, dev: &Text) -> Edit {
    let same = |r: &&Route| {
        r.dev.as_ref() == Some(dev) && r.via.is_some_and(|v| v.is_ipv4() == dst.is_ipv4())
    };
    let via = host.routes.iter().find(same).and_then(|r| r.via);
    add_route(dst, via, dev.clone())
}

fn add_route(addr: IpAddr, via: Option<IpAddr>, dev: Text) -> Edit {
    let len = if addr.is_ipv4() { 32 } else { 128 };
    let route = Route::to(Cidr { addr, len }, Origin::Given);
    Edit::Fact(Assumption::Route(Route { via, dev: Some(dev), ..route }))
}
