//! What commands do to a host, one step after the other: an address more, a route less, a port of a bridge.
//!
//! A step about what is not there changes nothing, as the command would have failed.

use crate::case::sets;
use chainwalk_model::{
    Cidr, Fact, Host, IfKind, Interface, IpSet, Order, Origin, PolicyRule, Route, SetPart, Text,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// What a command does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// An interface is there, and is what this says.
    Interface(Box<Interface>),
    /// `ip link del`.
    DropInterface(Text),
    /// `ip addr add`; `alone` in the place of the others of its family, as `ifconfig` sets one.
    Address {
        dev: Text,
        addr: Fact<Cidr>,
        alone: bool,
    },
    /// `ip addr del`, or `flush` without an address.
    DropAddress {
        dev: Text,
        addr: Option<Cidr>,
    },
    /// `ip link set DEV master BRIDGE`, or `nomaster`.
    Master {
        port: Text,
        master: Option<Text>,
        origin: Origin,
    },
    /// `brctl hairpin`.
    Hairpin {
        port: Text,
        on: bool,
    },
    /// `ip route add`; `replaces` what leads to the same network.
    Route {
        route: Box<Route>,
        replaces: bool,
    },
    DropRoute(Box<Route>),
    /// `ip route flush table N`.
    FlushRoutes(u32),
    /// `ip rule add`; without a number it comes before those that are there.
    Policy(Box<PolicyRule>, Option<u32>),
    DropPolicy(Box<PolicyRule>, Option<u32>),
    /// `ip rule flush`.
    FlushPolicy,
    /// A command of `ipset`, without the program's name.
    Set(Vec<String>, Origin),
    /// Of these sets it is no longer known what they hold.
    Doubt(Text),
}

/// The interfaces of a host by name.
pub(super) type Index = HashMap<Text, usize>;

pub(super) fn index(host: &Host) -> Index {
    host.interfaces.iter().enumerate().map(|(at, i)| (i.name.clone(), at)).collect()
}

/// Does one step.
pub(crate) fn apply(host: &mut Host, step: Step) {
    Built::default().apply(host, &mut index(host), step);
}

/// Where steps find the sets that they are about, and what these hold; made anew where something else changed them.
#[derive(Debug, Default)]
pub(super) struct Built {
    places: HashMap<Text, usize>,
    /// So many sets the host had then.
    count: usize,
    /// By name the elements of a set, and how many it had then.
    elements: HashMap<Text, (usize, HashSet<Vec<SetPart>>)>,
}

impl Built {
    /// Does one step of several.
    pub(super) fn apply(&mut self, host: &mut Host, index: &mut Index, step: Step) {
        match step {
            Step::Set(words, origin) => self.set(host, &words, origin),
            Step::DropInterface(_) => {
                one(host, index, step);
                *index = self::index(host);
            }
            step => one(host, index, step),
        }
    }

    fn named(&mut self, host: &Host, name: &str) -> Option<usize> {
        let found = self.places.get(name).copied();
        let fits = |at: &usize| host.sets.get(*at).is_some_and(|s| *s.name == *name);
        if self.count == host.sets.len() && found.as_ref().is_none_or(fits) {
            return found;
        }
        self.places.clear();
        self.count = host.sets.len();
        for (at, set) in host.sets.iter().enumerate() {
            self.places.entry(set.name.clone()).or_insert(at);
        }
        self.places.get(name).copied()
    }
}

fn one(host: &mut Host, index: &mut Index, step: Step) {
    match step {
        Step::Interface(new) => {
            if new.up == Some(false) {
                host.routes.retain(|r| r.dev.as_ref() != Some(&new.name));
            }
            change(host, index, *new);
        }
        Step::DropInterface(name) => {
            host.interfaces.retain(|i| i.name != name);
            for port in host.interfaces.iter_mut().filter(|i| i.master.as_ref() == Some(&name)) {
                port.master = None;
            }
            host.routes.retain(|r| r.dev.as_ref() != Some(&name));
        }
        Step::Address { dev, addr, alone } => {
            let interface = interface(host, index, &dev, addr.origin);
            let six = addr.value.addr.is_ipv6();
            interface.addrs.retain(|a| {
                a.value.addr != addr.value.addr && !(alone && a.value.addr.is_ipv6() == six)
            });
            let at = if alone { 0 } else { interface.addrs.len() };
            interface.addrs.insert(at, addr);
        }
        Step::DropAddress { dev, addr } => {
            for interface in host.interfaces.iter_mut().filter(|i| i.name == dev) {
                interface.addrs.retain(|a| addr.is_some_and(|addr| a.value.addr != addr.addr));
            }
        }
        Step::Master { port, master, origin } => {
            if let Some(master) = &master {
                interface(host, index, master, origin);
            }
            interface(host, index, &port, origin).master = master;
        }
        Step::Hairpin { port, on } => {
            for interface in host.interfaces.iter_mut().filter(|i| i.name == port) {
                interface.hairpin = on;
            }
        }
        Step::Route { route, replaces } => {
            if replaces {
                let same = |r: &Route| (r.dst, r.table, r.metric, r.tos);
                host.routes.retain(|r| same(r) != same(&route));
            }
            host.routes.push(*route);
        }
        Step::DropRoute(meant) => drop_route(host, &meant),
        Step::FlushRoutes(table) => host.routes.retain(|r| r.table != table),
        Step::Policy(rule, priority) => {
            // `fib_default_rule_pref`: one before the first behind that of table `local`.
            let first = host.policy.iter().map(|p| p.priority).filter(|p| *p > 0).min();
            let next = first.map_or(32766, |p| p.min(32766)) - 1;
            host.policy.push(PolicyRule { priority: priority.unwrap_or(next), ..*rule });
            host.policy.order_by_key(|p| p.priority);
        }
        Step::DropPolicy(meant, priority) => {
            let same = |r: &PolicyRule| {
                let plain = PolicyRule { priority: 0, origin: Origin::Default, ..r.clone() };
                let wanted =
                    PolicyRule { priority: 0, origin: Origin::Default, ..(*meant).clone() };
                // `del pref N` alone names it by its number.
                let numbered = priority.is_some() && !selects(&meant);
                priority.is_none_or(|p| p == r.priority) && (numbered || plain == wanted)
            };
            if let Some(at) = host.policy.iter().position(same) {
                host.policy.remove(at);
            }
        }
        Step::FlushPolicy => host.policy.clear(),
        Step::Set(words, origin) => Built::default().set(host, &words, origin),
        Step::Doubt(name) => host.sets.retain(|s| s.name != name),
    }
}

/// Whether a policy rule says anything but its number.
fn selects(rule: &PolicyRule) -> bool {
    rule.from.is_some()
        || rule.to.is_some()
        || rule.fwmark.is_some()
        || rule.iif.is_some()
        || rule.oif.is_some()
        || rule.not
        || rule.action != chainwalk_model::PolicyAction::Lookup(254)
}

/// `ip route del`: the first that has what is named, of the lowest metric.
fn drop_route(host: &mut Host, meant: &Route) {
    let fits = |r: &Route| {
        r.dst == meant.dst
            && r.table == meant.table
            && (meant.via.is_none() || meant.via == r.via)
            && (meant.dev.is_none() || meant.dev == r.dev)
            && (meant.metric == 0 || meant.metric == r.metric)
    };
    let found = host.routes.iter().enumerate().filter(|(_, r)| fits(r));
    if let Some((at, _)) = found.min_by_key(|(_, r)| r.metric) {
        host.routes.remove(at);
    }
}

/// What a command says of an interface, over what was known of it.
fn change(host: &mut Host, index: &mut Index, new: Interface) {
    let old = interface(host, index, &new.name, new.origin);
    if new.kind != IfKind::Plain {
        old.kind = new.kind;
    }
    old.up = new.up.or(old.up);
    old.mtu = new.mtu.or(old.mtu);
    old.mac = new.mac.or(old.mac);
    old.group = new.group.or(old.group);
    old.master = new.master.or(old.master.take());
    old.hairpin |= new.hairpin;
    old.hidden.extend(new.hidden);
}

fn interface<'h>(
    host: &'h mut Host,
    index: &mut Index,
    name: &Text,
    origin: Origin,
) -> &'h mut Interface {
    let at = *index.entry(name.clone()).or_insert_with(|| {
        host.interfaces.push(Interface::named(name, origin));
        host.interfaces.len() - 1
    });
    &mut host.interfaces[at]
}

impl Built {
    /// `create`, `add`, `del`, `flush`, `destroy`, `swap`, `rename`, each also by its old letter.
    fn set(&mut self, host: &mut Host, words: &[String], origin: Origin) {
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|w| !matches!(*w, "-exist" | "-!" | "-q"))
            .collect();
        match words.as_slice() {
            ["create" | "-N" | "n", name, ..] => {
                let made = sets::read(&[format!("create {}", words[1..].join(" "))], origin).0;
                if self.named(host, name).is_none() {
                    for set in made {
                        self.places.insert(set.name.clone(), host.sets.len());
                        host.sets.push(set);
                    }
                    self.count = host.sets.len();
                }
            }
            ["add" | "-A" | "a", name, rest @ ..] => {
                if let Some(at) = self.named(host, name) {
                    let new = element(&host.sets[at], rest);
                    let set = &mut host.sets[at];
                    let (count, known) = self.elements.entry(set.name.clone()).or_default();
                    if *count != set.entries.len() || *count == 0 {
                        *known = set.entries.iter().map(|e| e.parts.clone()).collect();
                    }
                    for entry in new {
                        if !known.insert(entry.parts.clone()) {
                            set.entries.retain(|e| e.parts != entry.parts);
                        }
                        set.entries.push(entry);
                    }
                    *count = set.entries.len();
                }
            }
            ["del" | "-D" | "d", name, rest @ ..] => {
                if let Some(at) = self.named(host, name) {
                    let gone = element(&host.sets[at], rest);
                    self.elements.remove(&host.sets[at].name);
                    host.sets[at].entries.retain(|e| gone.iter().all(|g| g.parts != e.parts));
                }
            }
            ["flush" | "-F" | "f", name] => {
                if let Some(at) = self.named(host, name) {
                    self.elements.remove(&host.sets[at].name);
                    host.sets[at].entries.clear();
                }
            }
            ["flush" | "-F" | "f"] => {
                self.elements.clear();
                for set in &mut host.sets {
                    set.entries.clear();
                }
            }
            ["destroy" | "-X" | "x", name] => {
                host.sets.retain(|s| *s.name != **name);
                *self = Self::default();
            }
            ["destroy" | "-X" | "x"] => {
                host.sets.clear();
                *self = Self::default();
            }
            ["swap" | "-W" | "w", one, other] => {
                if let (Some(a), Some(b)) = (self.named(host, one), self.named(host, other)) {
                    let name = host.sets[a].name.clone();
                    host.sets[a].name = std::mem::replace(&mut host.sets[b].name, name);
                    *self = Self::default();
                }
            }
            ["rename" | "-E" | "e", from, to] => {
                if let Some(at) = self.named(host, from) {
                    host.sets[at].name = (*to).into();
                    *self = Self::default();
                }
            }
            _ => {}
        }
    }
}

/// The set that steps are about and that is not there.
pub(crate) fn missing_set(host: &Host, steps: &[Step]) -> Option<Text> {
    steps.iter().find_map(|step| {
        let Step::Set(words, _) = step else { return None };
        let makes = words.first().is_some_and(|w| matches!(w.as_str(), "create" | "-N" | "n"));
        let name = words.get(1).filter(|_| !makes)?;
        host.sets.iter().all(|s| *s.name != **name).then(|| name.as_str().into())
    })
}

/// An element as the set's type reads it.
fn element(set: &IpSet, words: &[&str]) -> Vec<chainwalk_model::SetEntry> {
    let options: Vec<&str> = set.options.iter().map(|o| &**o).collect();
    let lines = [
        format!("create s {} {}", set.kind, options.join(" ")),
        format!("add s {}", words.join(" ")),
    ];
    sets::read(&lines, set.origin).0.into_iter().flat_map(|s| s.entries).collect()
}

/// The addresses that steps give, by interface: a listing of later may know better.
pub(super) fn given(step: &Step) -> Option<(Text, IpAddr)> {
    match step {
        Step::Address { dev, addr, .. } => Some((dev.clone(), addr.value.addr)),
        _ => None,
    }
}
