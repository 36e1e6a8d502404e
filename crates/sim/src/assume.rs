//! What is said of a host beyond the paste, and what its rules imply about it.

use crate::addr::prefix;
use crate::programs;
use crate::spoken::{self, is_bridge_name, masqueraded};
use chainwalk_model::{
    About, Assumption, ChainId, Cidr, Fact, Family, Host, IfKind, Interface, OpId, Origin,
    Question, Route, RouteKind, RuleId, Text,
};
use std::net::{IpAddr, Ipv4Addr};

/// Writes an assumption into a host's facts. A later one overrides an earlier one about the same thing.
pub fn assume(host: &mut Host, assumption: &Assumption) {
    state(host, assumption, Origin::Given);
}

fn state(host: &mut Host, assumption: &Assumption, origin: Origin) {
    match assumption {
        Assumption::Interface { name, addr } => {
            let iface = interface(host, name, origin);
            if let Some(addr) = addr {
                iface.addrs.retain(|f| {
                    !matches!(f.origin, Origin::Inferred(_)) && f.value.addr != addr.addr
                });
                iface.addrs.push(Fact { value: *addr, origin });
                host.said_local.retain(|(a, _)| *a != addr.addr);
            }
        }
        Assumption::Bridge { name, ports } => {
            interface(host, name, origin).kind = IfKind::Bridge;
            for port in ports {
                interface(host, port, origin).master = Some(name.clone());
            }
        }
        Assumption::Behind { addr, port } => {
            host.fdb.retain(|(a, _)| a != addr);
            host.fdb.push((*addr, Fact { value: port.clone(), origin }));
        }
        Assumption::Route(route) => {
            host.routes.retain(|r| !matches!(r.origin, Origin::Inferred(_)));
            let mut route = route.clone();
            route.origin = origin;
            host.routes.push(route);
        }
        Assumption::Policy(rule) => {
            let mut rule = rule.clone();
            rule.origin = origin;
            host.policy.push(rule);
        }
        Assumption::Sysctl { name, value } => {
            host.sysctls.push((name.clone(), Fact { value: value.clone(), origin }));
        }
        Assumption::Listen(socket) => {
            let mut socket = socket.clone();
            socket.origin = origin;
            host.listed_sockets.push(socket.proto);
            host.sockets.push(socket);
        }
        Assumption::NotLocal(addr) => {
            host.said_local.push((*addr, Fact { value: false, origin }));
            for iface in &mut host.interfaces {
                iface.addrs.retain(|f| f.value.addr != *addr);
            }
        }
        Assumption::Local(addr) => {
            host.said_local.push((*addr, Fact { value: true, origin }));
        }
        Assumption::Table { family, name, accepts } => {
            host.said_tables.push((*family, name.clone(), *accepts));
        }
        Assumption::Backend(backend) => host.set_backend(*backend),
        Assumption::Answered(about, yes) => {
            let questions = asked(host, about);
            host.user_answers.extend(questions.into_iter().map(|question| (question, *yes)));
        }
    }
}

/// The questions that an answer is to; none where the host has no such rule or chain.
fn asked(host: &Host, about: &About) -> Vec<Question> {
    let rules = &host.rules;
    let chain = |family: Family, table: &Text, chain: &Text| {
        let table = rules.find_table(family, table)?;
        rules.table(table).chains.iter().copied().find(|c| rules.chain(*c).name == *chain)
    };
    match about {
        About::Chain(family, table, name) => {
            vec![Question::Chain(*family, table.clone(), name.clone())]
        }
        About::Policy(family, table, name) => {
            chain(*family, table, name).map(Question::Policy).into_iter().collect()
        }
        About::Test { family, table, chain: name, number, op } => {
            let rule = chain(*family, table, name).and_then(|c| {
                rules.chain(c).rules.get((*number as usize).checked_sub(1)?).copied()
            });
            match (rule, op) {
                (None, _) => Vec::new(),
                (Some(rule), None) => vec![Question::HiddenInterfaces(rule)],
                (Some(rule), Some(op)) => {
                    let op = OpId { rule, op: *op };
                    vec![Question::Opaque(op), Question::Fact(op), Question::History(op)]
                }
            }
        }
        About::First(family, table, name) => {
            let Some(first) = chain(*family, table, name) else { return Vec::new() };
            let base = rules.chain(first).base.as_ref().map(|b| (b.hook, b.priority));
            let equal = |c: &ChainId| {
                let other = rules.chain(*c).base.as_ref().map(|b| (b.hook, b.priority));
                c.0 > first.0 && other.is_some() && other == base
            };
            let all = (0..rules.chains.len() as u32).map(ChainId).filter(equal);
            all.map(|other| Question::Order(first, other)).collect()
        }
        About::InSet(name) => vec![Question::Set(name.clone())],
        About::Passes(name) => {
            vec![Question::Beside(name.clone()), Question::Unread(name.clone())]
        }
        About::Blank(name, value) => vec![Question::Blank(name.clone(), value.clone())],
        About::Listener(proto, port) => vec![Question::Socket(*proto, *port)],
    }
}

/// The interface of that name, made if it is not there.
fn interface<'h>(host: &'h mut Host, name: &Text, origin: Origin) -> &'h mut Interface {
    let at = host.interfaces.iter().position(|i| i.name == *name).unwrap_or_else(|| {
        let kind = match &**name {
            "lo" => IfKind::Loopback,
            n if is_bridge_name(n) => IfKind::Bridge,
            _ => IfKind::Plain,
        };
        host.interfaces.push(Interface { kind, ..Interface::named(name, origin) });
        host.interfaces.len() - 1
    });
    &mut host.interfaces[at]
}

/// What a host's rules imply about its interfaces, and which rule does. Only what is not known otherwise.
///
/// `-s NET ! -o DEV -j MASQUERADE` says that DEV holds NET: Docker and libvirt write one such rule a
/// bridge, and give the bridge NET's first address.
pub fn infer(host: &Host) -> Vec<(Assumption, RuleId)> {
    let mut found: Vec<(Assumption, RuleId)> = Vec::new();
    for (at, rule) in host.rules.rules.iter().enumerate() {
        let id = RuleId(at as u32);
        let Some((name, net)) = masqueraded(host, rule) else { continue };
        let told = host
            .interface(&name)
            .is_some_and(|i| i.addrs.iter().any(|f| !matches!(f.origin, Origin::Inferred(_))));
        let again = found
            .iter()
            .any(|(a, _)| matches!(a, Assumption::Interface { name: n, .. } if *n == name));
        if !told && !again {
            let addr = Some(first_address(net));
            found.push((Assumption::Interface { name, addr }, id));
        }
    }
    found
}

/// The first address of a network.
fn first_address(net: Cidr) -> Cidr {
    match prefix(net.addr, net.len) {
        IpAddr::V4(first) => Cidr { addr: Ipv4Addr::from(u32::from(first) + 1).into(), ..net },
        IpAddr::V6(_) => net,
    }
}

/// The addresses that routes tell: a kernel takes `src A` of a route only where A is its own, and writes a `local`
/// route for each of them.
fn routed(host: &Host) -> Vec<(Text, Fact<Cidr>)> {
    let mut found: Vec<(Text, Fact<Cidr>)> = Vec::new();
    let mut told = |dev: &Text, addr: IpAddr, len: u8, origin: Origin| {
        let known = host.interfaces.iter().any(|i| i.addrs.iter().any(|f| f.value.addr == addr));
        let again = found.iter().position(|(_, f)| f.value.addr == addr);
        let fact = (dev.clone(), Fact { value: Cidr { addr, len }, origin });
        match again {
            // The route of its own network tells the most.
            Some(at) if found[at].1.value.is_host() && !fact.1.value.is_host() => {
                found[at] = fact;
            }
            Some(_) => {}
            None if known || addr.is_loopback() || addr.is_unspecified() => {}
            None => found.push(fact),
        }
    };
    for route in &host.routes {
        let Route { kind, dst, dev: Some(dev), src, via, .. } = route else { continue };
        let local = *kind == RouteKind::Local && route.table == LOCAL && dst.is_host();
        if local && &**dev != "lo" {
            told(dev, dst.addr, dst.len, route.origin);
        }
        if let Some(src) = src.filter(|s| s.is_ipv4() == dst.addr.is_ipv4()) {
            let own_net = via.is_none() && dst.len > 0 && dst.holds(src);
            let len = if own_net { dst.len } else { Cidr::host(src).len };
            if *kind == RouteKind::Unicast {
                told(dev, src, len, route.origin);
            }
        }
    }
    found
}

/// Tailscale keeps its route in a table of its own, which `ip route` does not show.
fn tailscale(host: &mut Host) {
    let told = |r: &Route| r.dev.as_deref() == Some(spoken::TAILSCALE) && !r.dst.is_host();
    if host.routes.is_empty() || host.routes.iter().any(told) {
        return;
    }
    if let Some(rule) = spoken::tailscale(host) {
        let net = Cidr { addr: Ipv4Addr::new(100, 64, 0, 0).into(), len: 10 };
        let mut route = Route::to(net, Origin::Inferred(rule));
        route.dev = Some(spoken::TAILSCALE.into());
        host.routes.push(route);
    }
}

/// The local table.
const LOCAL: u32 = 255;

/// Writes into a host what its rules and routes imply, and the interface that every host has.
pub(crate) fn complete(host: &mut Host) {
    if !host.complete.network {
        for (dev, fact) in routed(host) {
            let denied = |(a, is): &(IpAddr, Fact<bool>)| *a == fact.value.addr && !is.value;
            if !host.said_local.iter().any(denied) {
                interface(host, &dev, fact.origin).addrs.push(fact);
            }
        }
        programs::tell(host);
        tailscale(host);
    }
    for (assumption, rule) in infer(host) {
        state(host, &assumption, Origin::Inferred(rule));
    }
    let lo = interface(host, &Text::from("lo"), Origin::Default);
    if !lo.addrs.iter().any(|f| f.value.addr.is_loopback() && f.value.addr.is_ipv4()) {
        let value = Cidr { addr: Ipv4Addr::LOCALHOST.into(), len: 8 };
        lo.addrs.insert(0, Fact { value, origin: Origin::Default });
    }
}
