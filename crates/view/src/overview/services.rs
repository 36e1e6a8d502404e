//! The Services of a cluster, as kube-proxy writes them: with iptables or with nft.

use super::packets::Offers;
use super::reach::calls;
use super::told::{NamespaceRow, ServiceRow, ServicesView};
use crate::cluster::service_of;
use crate::explained::Explained;
use crate::values::endpoint;
use crate::wish::{Wish, wish};
use chainwalk_model::nft::{ElementData, NftVerdict, Pattern, Set, Value};
use chainwalk_model::{ChainId, Order, Rule, Target};
use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether kube-proxy was here.
pub(super) fn is_there(t: &Explained) -> bool {
    let rules = t.rules();
    let iptables = rules.chains.iter().any(|c| c.name.starts_with("KUBE-"));
    iptables || rules.tables.iter().any(|table| &*table.name == "kube-proxy")
}

/// The Services; `None` where no chain of kube-proxy is there.
pub(super) fn services(t: &Explained, offers: &Offers) -> Option<ServicesView> {
    if !is_there(t) {
        return None;
    }
    let mut all: BTreeMap<String, ServiceRow> = BTreeMap::new();
    for rule in &t.rules().rules {
        of_rule(t, offers, rule, &mut all);
    }
    for set in &t.rules().sets {
        of_map(t, offers, set, &mut all);
    }
    if all.is_empty() {
        return None;
    }
    let mut all: Vec<ServiceRow> = all.into_values().collect();
    all.order_by(|a, b| b.broken.cmp(&a.broken).then_with(|| a.name.cmp(&b.name)));
    let mut names: BTreeMap<&str, NamespaceRow> = BTreeMap::new();
    for one in &all {
        let row = names.entry(&one.namespace).or_default();
        row.name.clone_from(&one.namespace);
        row.endpoints += one.endpoints;
        if one.broken {
            row.broken += 1;
        } else if one.node_port.is_some() {
            row.nodes += 1;
        } else {
            row.inside += 1;
        }
    }
    let mut namespaces: Vec<NamespaceRow> = names.into_values().collect();
    let size = |n: &NamespaceRow| n.inside + n.nodes + n.broken;
    namespaces.order_by(|a, b| size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name)));
    Some(ServicesView { namespaces, all })
}

/// The row of a Service by its name, `namespace/name:port`.
fn row<'a>(all: &'a mut BTreeMap<String, ServiceRow>, name: &str) -> &'a mut ServiceRow {
    let row = all.entry(name.to_owned()).or_default();
    if row.name.is_empty() {
        name.clone_into(&mut row.name);
        name.split('/').next().unwrap_or_default().clone_into(&mut row.namespace);
    }
    row
}

/// A rule of `KUBE-SERVICES` or `KUBE-NODEPORTS`. Its comment begins with the name.
fn of_rule(t: &Explained, offers: &Offers, rule: &Rule, all: &mut BTreeMap<String, ServiceRow>) {
    let rules = t.rules();
    let chain = &*rules.chain(rule.chain).name;
    if !matches!(chain, "KUBE-SERVICES" | "KUBE-NODEPORTS" | "KUBE-EXTERNAL-SERVICES") {
        return;
    }
    let Some(comment) = rule.comment.as_deref() else { return };
    let Some(name) = comment.split_whitespace().next().filter(|n| n.contains('/')) else { return };
    let Some(asked) = wish(rules, rule) else { return };
    let row = row(all, name.trim_end_matches(':'));
    row.span = row.span.or(Some(rule.span));
    match rule.verdict() {
        Some(Target::Jump(to) | Target::Goto(to)) => {
            let found = endpoints(t, *to);
            row.endpoints = row.endpoints.max(found);
        }
        Some(Target::Reject(_) | Target::Drop) => row.broken = true,
        _ => {}
    }
    match (asked.dst, asked.dport) {
        (Some(dst), port) if chain == "KUBE-SERVICES" && row.at.is_empty() => {
            row.at = endpoint(dst, port);
            row.line = offers.asked(&asked, name);
            row.span = Some(rule.span);
        }
        (None, Some(port)) => row.node_port = Some(port),
        _ => {}
    }
}

/// How many endpoints the chain of a Service chooses from, those behind a chain of its own included.
fn endpoints(t: &Explained, chain: ChainId) -> usize {
    let rules = t.rules();
    let (mut found, mut seen): (HashSet<ChainId>, HashSet<ChainId>) = Default::default();
    let mut next = vec![chain];
    while let Some(chain) = next.pop() {
        if !seen.insert(chain) {
            continue;
        }
        for rule in &rules.chain(chain).rules {
            for to in calls(t, rules.rule(*rule)) {
                let name = &*rules.chain(to).name;
                if name.starts_with("KUBE-SEP-") || name.starts_with("endpoint-") {
                    found.insert(to);
                } else if !name.starts_with("KUBE-MARK") {
                    next.push(to);
                }
            }
        }
    }
    found.len()
}

/// A map of kube-proxy's nft mode: from address, protocol and port, or protocol and port, to the chain of a Service.
fn of_map(t: &Explained, offers: &Offers, set: &Set, all: &mut BTreeMap<String, ServiceRow>) {
    let map = set.name.as_deref().unwrap_or_default();
    let is = matches!(map, "service-ips" | "service-nodeports" | "no-endpoint-services");
    if !is || &*t.rules().table(set.table).name != "kube-proxy" {
        return;
    }
    for element in &set.elements {
        let number = |at: usize| match element.key.get(at) {
            Some(Pattern::One(Value::Number(n))) => Some(*n),
            _ => None,
        };
        let Some(ElementData::Verdict(NftVerdict::Goto(chain) | NftVerdict::Jump(chain))) =
            element.data
        else {
            continue;
        };
        let Some(name) = service_of(t.rules(), element) else { continue };
        let row = row(all, &name);
        row.span = row.span.or(Some(element.span));
        if map == "no-endpoint-services" {
            row.broken = true;
        } else {
            row.endpoints = row.endpoints.max(endpoints(t, chain));
        }
        if map == "service-nodeports" {
            row.node_port = number(1).and_then(|p| u16::try_from(p).ok());
        } else if let (Some(addr), Some(proto), Some(port)) = (number(0), number(1), number(2)) {
            let addr = match set.key.first().map(|part| part.bits) {
                Some(128) => IpAddr::V6(Ipv6Addr::from_bits(addr)),
                _ => IpAddr::V4(Ipv4Addr::from_bits(addr as u32)),
            };
            let port = u16::try_from(port).ok();
            let wish = Wish {
                dst: Some(addr),
                proto: u8::try_from(proto).ok(),
                dport: port,
                ..Default::default()
            };
            row.at = endpoint(addr, port);
            row.line = offers.asked(&wish, &name);
        }
    }
}
