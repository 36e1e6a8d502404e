//! Puts the pasted facts together. What contradicts the rules or an earlier fact is of another host.

use super::block::{Block, Bridge, Link, Neighbour};
use super::steps::Index;
use super::{logged, steps};
use crate::value::holds;
use chainwalk_model::{
    AddrMask, Cidr, Diagnostic, DiagnosticId, Expected, Fact, Hook, Host, IfKind, Interface, Mac,
    Match, OpKind, Order, Origin, PacketScope, Route, RouteKind, Severity, Span, Target, Text,
    Unmodelled,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Gives every block to the host that it is of. Returns the spans of those that are of a stranger, and which.
pub(crate) fn settle(
    host: &mut Host,
    strangers: &mut Vec<Host>,
    blocks: Vec<Block>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(Span, usize)> {
    let implied = if blocks.is_empty() { Vec::new() } else { implied(host) };
    let mut own = steps::index(host);
    let mut others: Vec<Index> = Vec::new();
    let mut ties = vec![Ties::default()];
    let mut moved = Vec::new();
    for block in blocks {
        let typed = &ties[0].typed;
        let Some(problem) = contradiction(host, &own, &implied, typed, &block) else {
            give(host, &mut own, &mut ties[0], block);
            continue;
        };
        diagnostics.push(problem);
        let fits =
            |at: &usize| contradiction(&strangers[*at], &others[*at], &[], &[], &block).is_none();
        // More hosts than these are not told apart.
        let at = (0..strangers.len()).find(fits).unwrap_or(strangers.len()).min(7);
        if at == strangers.len() {
            strangers.push(Host { conntrack: true, ..Host::default() });
            others.push(Index::new());
            ties.push(Ties::default());
        }
        moved.push((block.span, at));
        give(&mut strangers[at], &mut others[at], &mut ties[at + 1], block);
    }
    for (host, ties) in std::iter::once(host).chain(strangers).zip(ties) {
        bridges(host);
        unset(host, &ties);
        host.routes_in_part = !ties.listed && !host.routes.is_empty();
        tie(host, &ties);
        vlans(host, &ties);
        beside(host);
        logged::settle(host, ties.logged);
    }
    moved
}

/// The number of the table that `ip route` shows.
const MAIN: u32 = 254;

/// What a file leaves unset is 0, where nothing tells otherwise and no program that needs it keeps chains here.
fn unset(host: &mut Host, ties: &Ties) {
    const PROGRAMS: [&str; 9] =
        ["DOCKER", "KUBE-", "LIBVIRT", "cali-", "FLANNEL", "CNI-", "NETAVARK", "LXC", "lxd"];
    let kept = |name: &str| PROGRAMS.iter().any(|p| name.starts_with(p));
    if ties.unset.is_empty() || host.rules.chains.iter().any(|c| kept(&c.name)) {
        return;
    }
    for (name, origin) in &ties.unset {
        if host.sysctl(name).is_none() {
            let value = Fact { value: "0".into(), origin: *origin };
            host.sysctls.push((name.clone(), value));
        }
    }
}

/// Networks that the rules say lie behind an interface: `-s NET ! -o IFACE -j MASQUERADE`.
fn implied(host: &Host) -> Vec<(Text, AddrMask)> {
    let mut found = Vec::new();
    for rule in &host.rules.rules {
        let masquerades =
            |o: &chainwalk_model::Op| matches!(o.what, OpKind::Target(Target::Masquerade(_)));
        if !rule.ops.iter().any(masquerades) {
            continue;
        }
        for op in &rule.ops {
            if let OpKind::Match(Match::Ip(ip)) = &op.what
                && let (Some(src), Some(out)) = (&ip.src, &ip.outiface)
                && !src.not
                && out.not
                && !out.value.prefix
            {
                found.push((out.value.name.clone(), src.value));
            }
        }
    }
    found
}

/// What of a block can't be true of the host as well.
fn contradiction(
    host: &Host,
    index: &Index,
    implied: &[(Text, AddrMask)],
    typed: &[(Text, IpAddr)],
    block: &Block,
) -> Option<Diagnostic> {
    for interface in &block.facts.interfaces {
        let addrs: Vec<_> = interface.addrs.iter().filter(|a| a.value.addr.is_ipv4()).collect();
        let Some(first) = addrs.first() else { continue };
        let nets: Vec<String> = implied
            .iter()
            .filter(|(name, net)| *name == interface.name && net.addr.is_ipv4())
            .map(|(_, net)| crate::value::addr_text(*net, false))
            .collect();
        let within = |(name, net): &(Text, AddrMask)| {
            *name == interface.name && addrs.iter().any(|a| holds(*net, a.value.addr))
        };
        if !nets.is_empty() && !implied.iter().any(within) {
            return Some(problem(&interface.name, first.value, first.origin, nets));
        }
        let known = index
            .get(&interface.name)
            .map(|at| host.interfaces[*at].addrs.as_slice())
            .unwrap_or_default();
        // What a command gave may have been changed until the interface was listed.
        let listed = |a: &Cidr| {
            a.addr.is_ipv4() && !typed.iter().any(|(n, t)| *n == interface.name && *t == a.addr)
        };
        let known: Vec<Cidr> = known.iter().map(|a| a.value).filter(listed).collect();
        let shared = addrs.iter().any(|a| known.iter().any(|k| k.addr == a.value.addr));
        if !known.is_empty() && !shared && &*interface.name != "lo" {
            let nets = known.iter().map(|k| format!("{}/{}", k.addr, k.len)).collect();
            return Some(problem(&interface.name, first.value, first.origin, nets));
        }
    }
    None
}

fn problem(name: &str, addr: Cidr, origin: Origin, nets: Vec<String>) -> Diagnostic {
    let span = if let Origin::Pasted(span) = origin { span } else { Span::default() };
    Diagnostic {
        id: DiagnosticId::Contradiction,
        severity: Severity::Warning,
        span,
        found: format!("{name} {}/{}", addr.addr, addr.len).into(),
        expected: nets
            .into_iter()
            .map(|n| Expected::Literal(format!("{name} {n}").into()))
            .collect(),
        hint: None,
    }
}

/// What tells, put together, behind which port of a bridge an address lies.
#[derive(Default)]
struct Ties {
    neighbours: Vec<(Neighbour, Span)>,
    filtering: Vec<(Text, Origin)>,
    vlans: Vec<(Text, Text)>,
    fdb: HashMap<Mac, Text>,
    /// Sysctls that a file leaves as the kernel has them.
    unset: Vec<(Text, Origin)>,
    /// What rules logged.
    logged: Vec<super::block::Logged>,
    /// The addresses that commands gave, by interface.
    typed: Vec<(Text, IpAddr)>,
    /// Whether routes were listed, rather than added by commands.
    listed: bool,
    /// Where commands find what they made.
    built: steps::Built,
}

/// A bridge that filters by VLAN may keep frames from some of its ports. Where all of them are in one VLAN alone, it does
/// not.
fn vlans(host: &mut Host, ties: &Ties) {
    for (bridge, origin) in &ties.filtering {
        // A port in the list of VLANs that is not told to be another bridge's may be this one's.
        let mine = |name: &Text| {
            let master = host.interface(name).and_then(|i| i.master.as_ref());
            master.is_none_or(|m| m == bridge)
        };
        let ports = host.interfaces.iter().filter(|i| i.master.as_ref() == Some(bridge));
        let listed = ties.vlans.iter().map(|(port, _)| port).filter(|p| mine(p));
        let mut members: Vec<&Text> =
            ports.map(|i| &i.name).chain([bridge]).chain(listed).collect();
        members.order();
        members.dedup();
        let of = |name: &Text| -> Vec<&Text> {
            ties.vlans.iter().filter(|(port, _)| port == name).map(|(_, vlan)| vlan).collect()
        };
        let first = of(bridge);
        let alone = matches!(first[..], [only] if only.ends_with("PVID Egress Untagged"));
        if alone && members.iter().all(|name| of(name) == first) {
            continue;
        }
        host.beside.push(Unmodelled {
            name: "bridge vlan".into(),
            hooks: vec![Hook::Prerouting, Hook::Postrouting],
            touches: members.into_iter().cloned().map(PacketScope::Iface).collect(),
            origin: *origin,
        });
    }
}

/// An address lies where its link-layer address does.
fn tie(host: &mut Host, ties: &Ties) {
    for (Neighbour { addr, mac }, span) in &ties.neighbours {
        if let Some(port) = ties.fdb.get(mac)
            && host.fdb.iter().all(|(a, _)| a != addr)
        {
            let port = Fact { value: port.clone(), origin: Origin::Pasted(*span) };
            host.fdb.push((*addr, port));
        }
    }
}

/// Interfaces that say of themselves that something beside the rules is at work.
fn beside(host: &mut Host) {
    let mut found = Vec::new();
    let index = steps::index(host);
    for interface in &host.interfaces {
        let master = interface.master.as_ref().and_then(|m| index.get(m));
        let master = master.and_then(|at| host.interfaces.get(*at));
        if let Some(vrf) = master.filter(|m| m.kind == IfKind::Vrf) {
            found.push(Unmodelled {
                name: format!("VRF {}", vrf.name).into(),
                hooks: vec![Hook::Prerouting, Hook::Output, Hook::Postrouting],
                touches: vec![
                    PacketScope::Iface(interface.name.clone()),
                    PacketScope::Iface(vrf.name.clone()),
                ],
                origin: interface.origin,
            });
        }
        if &*interface.name == "kube-ipvs0" {
            let service = |addr: &Fact<Cidr>| PacketScope::Service {
                proto: None,
                addr: Some(addr.value.addr),
                port: None,
            };
            found.push(Unmodelled {
                name: "IPVS".into(),
                hooks: vec![Hook::Input, Hook::Forward, Hook::Output],
                touches: interface.addrs.iter().map(service).collect(),
                origin: interface.origin,
            });
        }
        if matches!(&*interface.name, "cilium_host" | "cilium_net") {
            found.push(cilium(interface.origin));
        }
    }
    if let Some(chain) = host.rules.chains.iter().find(|c| c.name.starts_with("CILIUM_")) {
        found.push(cilium(Origin::Pasted(chain.span)));
    }
    for one in found {
        match host.beside.iter_mut().find(|b| b.name == one.name) {
            Some(old) => {
                old.touches.extend(one.touches);
                old.touches.dedup();
            }
            None => host.beside.push(one),
        }
    }
}

/// Cilium's programs sit at every interface but lo.
fn cilium(origin: Origin) -> Unmodelled {
    Unmodelled {
        name: "Cilium".into(),
        hooks: vec![Hook::Prerouting, Hook::Output, Hook::Postrouting],
        touches: vec![PacketScope::Wire],
        origin,
    }
}

fn give(host: &mut Host, index: &mut Index, ties: &mut Ties, block: Block) {
    let span = block.span;
    let facts = block.facts;
    for interface in facts.interfaces {
        merge(host, index, interface);
    }
    for Bridge { name, span, ports } in facts.bridges {
        let mut bridge = Interface::named(&name, Origin::Pasted(span));
        bridge.kind = IfKind::Bridge;
        merge(host, index, bridge);
        for (port, span) in ports {
            let mut interface = Interface::named(&port, Origin::Pasted(span));
            interface.master = Some(name.clone());
            merge(host, index, interface);
        }
    }
    if let (Some(backend), None) = (facts.backend, host.backend) {
        host.set_backend(backend);
    }
    ties.listed |= !facts.some_routes
        && facts.routes.iter().any(|r| r.kind == RouteKind::Unicast && r.table == MAIN);

    // What is listed twice is one route: no kernel has two that are alike.
    if !facts.routes.is_empty() {
        let bare = |r: &Route| Route { origin: Origin::Default, ..r.clone() };
        let mut known: HashSet<Route> = host.routes.iter().map(bare).collect();
        host.routes.extend(facts.routes.into_iter().filter(|r| known.insert(bare(r))));
    }
    host.routes_listed |= facts.all_routes;
    host.policy.extend(facts.policy);
    host.sysctls.extend(facts.sysctls);
    ties.unset.extend(facts.unset);
    host.sockets.extend(facts.sockets);
    host.listed_sockets.extend(facts.listed_sockets);
    host.sets.extend(facts.sets);
    host.names.extend(facts.names);
    host.beside.extend(facts.beside);
    host.flows.extend(facts.flows);
    host.seen.extend(facts.seen);
    ties.neighbours.extend(facts.neighbours.into_iter().map(|n| (n, span)));
    ties.logged.extend(facts.logged);
    ties.filtering.extend(facts.filtering);
    ties.vlans.extend(facts.vlans);
    ties.fdb.extend(facts.fdb.into_iter().map(|Link { mac, port }| (mac, port)));
    for local in facts.local {
        host.said_local.push((local.value, Fact { value: true, origin: local.origin }));
    }
    host.name = host.name.take().or(facts.name);
    if !facts.steps.is_empty() {
        for step in facts.steps {
            ties.typed.extend(steps::given(&step));
            ties.built.apply(host, index, step);
        }
    }
}

/// What two pieces of the paste say of one interface becomes one.
fn merge(host: &mut Host, index: &mut Index, new: Interface) {
    let at = *index.entry(new.name.clone()).or_insert(host.interfaces.len());
    let Some(old) = host.interfaces.get_mut(at) else {
        host.interfaces.push(new);
        return;
    };
    for addr in new.addrs {
        match old.addrs.iter_mut().find(|a| a.value.addr == addr.value.addr) {
            // Table `local` tells the address, and not how long its network is.
            Some(known) if known.value.len > addr.value.len => *known = addr,
            Some(_) => {}
            None => old.addrs.push(addr),
        }
    }
    old.hidden.extend(new.hidden);
    if new.kind != IfKind::Plain {
        old.kind = new.kind;
    }
    old.master = old.master.take().or(new.master);
    old.mtu = old.mtu.or(new.mtu);
    old.group = old.group.or(new.group);
    old.mac = old.mac.or(new.mac);
    old.up = old.up.or(new.up);
    old.hairpin |= new.hairpin;
}

/// What has ports is a bridge, bonds and the like aside.
fn bridges(host: &mut Host) {
    let kinds: HashMap<Text, IfKind> =
        host.interfaces.iter().map(|i| (i.name.clone(), i.kind.clone())).collect();
    let other = |name: &str| match kinds.get(name) {
        Some(IfKind::Bond | IfKind::Vrf) => true,
        Some(IfKind::Bridge) => false,
        _ => ["bond", "team", "vrf", "ovs-system"].iter().any(|k| name.starts_with(k)),
    };
    let is_vrf = |name: &str| {
        kinds.get(name) == Some(&IfKind::Vrf)
            || (kinds.get(name) != Some(&IfKind::Bridge) && name.starts_with("vrf"))
    };
    let masters: Vec<(Text, Origin)> =
        host.interfaces.iter().filter_map(|i| Some((i.master.clone()?, i.origin))).collect();
    let mut index = steps::index(host);
    for (name, origin) in masters {
        let mut master = Interface::named(&name, origin);
        master.kind = match &*name {
            name if is_vrf(name) => IfKind::Vrf,
            name if other(name) => continue,
            _ => IfKind::Bridge,
        };
        merge(host, &mut index, master);
    }
    for interface in &mut host.interfaces {
        if interface.master.as_deref().is_some_and(|m| other(m) && !is_vrf(m)) {
            interface.master = None;
        }
    }
}
