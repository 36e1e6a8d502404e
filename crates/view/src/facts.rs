//! What was recognised, and what is known of the host.

use crate::explained::Lines;
use crate::page::{Chip, FactRow, HostChip, Lang};
use crate::places::{absent_class, table_class, table_name};
use crate::say::text;
use crate::values::protocol;
use chainwalk_model::{
    Cidr, Family, Host, HostId, IfKind, LocalStack, Origin, Reading, Route, Section, SectionKind,
    table_names,
};

/// The recognised pieces of the paste, in its order.
pub fn chips(reading: &Reading, lang: Lang) -> Vec<Chip> {
    // A prompt with its command heads a dump that has a chip of its own.
    let shown = reading.sections.iter().filter(|s| !matches!(s.kind, SectionKind::Command(_)));
    let class = |family, name: &str, of: HostId| {
        let rules = &reading.hosts.get(usize::from(of.0))?.rules;
        Some(table_class(rules, rules.table(rules.find_table(family, name)?)))
    };
    shown.map(|s| chip(s, lang, &class)).collect()
}

/// The CSS class of a table, by family, name and host.
type ClassOf<'a> = dyn Fn(Family, &str, HostId) -> Option<&'static str> + 'a;

fn chip(section: &Section, lang: Lang, class: &ClassOf<'_>) -> Chip {
    let Section { kind, span, host: of } = section;
    let (span, of) = (*span, *of);
    let host = |name: &str, detail: String| Chip {
        name: name.to_owned(),
        detail,
        class: "host".into(),
        span,
        host: of,
    };
    match kind {
        SectionKind::Table { family, table, chains, rules } => Chip {
            name: table_name(*family, table),
            detail: text!(lang, ChipTable, chains = *chains, rules = *rules),
            class: class(*family, table, of).unwrap_or_else(|| absent_class(table)).into(),
            span,
            host: of,
        },
        SectionKind::Interfaces(n) => host("ip addr", text!(lang, ChipInterfaces, count = *n)),
        SectionKind::Routes(n) => host("ip route", text!(lang, ChipRoutes, count = *n)),
        SectionKind::Policy(n) => host("ip rule", text!(lang, ChipPolicy, count = *n)),
        SectionKind::Bridges(n) => host("bridge", text!(lang, ChipBridges, count = *n)),
        SectionKind::Names(n) => host("names", text!(lang, ChipNames, count = *n)),
        SectionKind::Sets(n) => host("ipset", text!(lang, ChipSets, count = *n)),
        SectionKind::Flows(n) => host("conntrack", text!(lang, ChipFlows, count = *n)),
        SectionKind::Traces(n) => host("trace", text!(lang, ChipTraces, count = *n)),
        SectionKind::Sockets(n) => host("ss", text!(lang, ChipSockets, count = *n)),
        SectionKind::Sysctls(n) => host("sysctl", text!(lang, ChipSysctls, count = *n)),
        SectionKind::Command(command) => host("$", command.to_string()),
        SectionKind::Excerpt(table) => host(table, text!(lang, ChipExcerpt)),
        SectionKind::Known(name) => host(name, text!(lang, ChipKnown)),
        SectionKind::Unread(name) => Chip {
            name: name.to_string(),
            detail: text!(lang, ChipUnread),
            class: "unread".into(),
            span,
            host: of,
        },
    }
}

/// The hosts of a paste, of which the walk is on `chosen`; empty where there is one or none.
pub fn hosts(reading: &Reading, chosen: HostId, lang: Lang) -> Vec<HostChip> {
    if reading.hosts.len() < 2 {
        return Vec::new();
    }
    let chip = |host: &Host| {
        let number = usize::from(host.id.0) + 1;
        let named = host.name.as_deref().map(str::to_owned);
        HostChip {
            id: named.clone().unwrap_or_else(|| number.to_string()),
            name: named.unwrap_or_else(|| text!(lang, HostUnnamed, number = number)),
            detail: text!(
                lang,
                HostHolds,
                tables = host.rules.tables.len(),
                interfaces = host.interfaces.len()
            ),
            chosen: host.id == chosen,
        }
    };
    reading.hosts.iter().map(chip).collect()
}

/// Lays rows out with their sources in words.
struct Rows<'a> {
    host: &'a Host,
    lang: Lang,
    lines: Lines,
    out: Vec<FactRow>,
}

impl Rows<'_> {
    fn add(&mut self, name: &str, value: String, origin: Option<Origin>, assume: Option<String>) {
        let span = match origin {
            Some(Origin::Pasted(span)) => Some(span),
            Some(Origin::Inferred(rule)) => {
                self.host.rules.rules.get(rule.0 as usize).map(|r| r.span)
            }
            _ => None,
        };
        let at = span.and_then(|s| self.lines.line(s));
        let source = match (origin, at) {
            (None, _) => String::new(),
            (Some(Origin::Given), _) => text!(self.lang, SourceSaid),
            (Some(Origin::Inferred(_)), Some(n)) => text!(self.lang, SourceInferred, line = n),
            (Some(_), Some(n)) => text!(self.lang, SourceLine, line = n),
            (Some(Origin::Pasted(_)), None) => text!(self.lang, SourcePaste),
            (Some(Origin::Inferred(_) | Origin::Default), None) => text!(self.lang, SourceGuess),
        };
        let guess = matches!(origin, Some(Origin::Inferred(_) | Origin::Default));
        self.out.push(FactRow { name: name.to_owned(), value, source, guess, span, assume });
    }
}

fn cidr(c: Cidr) -> String {
    format!("{}/{}", c.addr, c.len)
}

fn route_text(r: &Route) -> String {
    let mut out = String::new();
    if let Some(via) = r.via {
        out.push_str(&via.to_string());
    }
    if let Some(dev) = &r.dev {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("dev ");
        out.push_str(dev);
    }
    out
}

/// The facts of a host, guesses marked: interfaces, routes, forwarding, then what a person said.
pub fn facts(host: &Host, lang: Lang, docs: &[&str]) -> Vec<FactRow> {
    let mut rows = Rows { host, lang, lines: Lines::new(docs), out: Vec::new() };
    if !host.interfaces.iter().any(|i| i.kind == IfKind::Loopback || &*i.name == "lo") {
        // Every host has it; it is not a guess that anybody could answer.
        rows.add("lo", "127.0.0.1/8".into(), None, None);
    }
    let (loopback, others): (Vec<_>, Vec<_>) =
        host.interfaces.iter().partition(|i| i.kind == IfKind::Loopback);
    for i in loopback.into_iter().chain(others) {
        // The ports of a bridge are named with it.
        if i.master.is_some() && i.addrs.is_empty() {
            continue;
        }
        let ports = host.interfaces.iter().filter(|p| p.master.as_ref() == Some(&i.name));
        let ports: Vec<&str> = ports.map(|p| &*p.name).collect();
        let assume = |value: &str| Some(format!("{}={value}", i.name));
        if i.addrs.is_empty() {
            let value = if i.kind == IfKind::Bridge && ports.is_empty() {
                text!(lang, FactBridge)
            } else {
                text!(lang, FactNoAddress)
            };
            rows.add(&i.name, value, Some(i.origin), assume("up"));
        }
        for a in &i.addrs {
            let value = cidr(a.value);
            let origin = if i.kind == IfKind::Loopback && a.origin == Origin::Default {
                None
            } else {
                Some(a.origin)
            };
            let said = assume(&value);
            rows.add(&i.name, value, origin, said);
        }
        if !ports.is_empty() {
            let said = format!("{}=bridge:{}", i.name, ports.join(","));
            let value = text!(lang, FactPorts, count = ports.len());
            rows.add(&i.name, value, Some(i.origin), Some(said));
        }
    }
    for r in &host.routes {
        let name = if r.dst.len == 0 { "default".into() } else { cidr(r.dst) };
        let via = r.via.map(|v| format!(" via {v}")).unwrap_or_default();
        let dev = r.dev.as_ref().map(|d| format!(" dev {d}")).unwrap_or_default();
        rows.add(&name, route_text(r), Some(r.origin), Some(format!("route={name}{via}{dev}")));
    }
    let forward = host.sysctl("net.ipv4.ip_forward");
    let on = forward.is_none_or(|f| &*f.value != "0");
    let value = if on { text!(lang, FactOn) } else { text!(lang, FactOff) };
    let said = format!("net.ipv4.ip_forward={}", u8::from(on));
    rows.add("forward", value, Some(forward.map_or(Origin::Default, |f| f.origin)), Some(said));
    for (name, fact) in &host.sysctls {
        if &**name != "net.ipv4.ip_forward" {
            let short = name.strip_prefix("net.ipv4.").unwrap_or(name);
            let said = format!("{name}={}", fact.value);
            rows.add(short, fact.value.to_string(), Some(fact.origin), Some(said));
        }
    }
    for (addr, local) in &host.said_local {
        let (value, word) = if local.value {
            (text!(lang, FactLocal), "local")
        } else {
            (text!(lang, FactNotLocal), "notlocal")
        };
        let said = Some(format!("{word}={addr}"));
        rows.add(&addr.to_string(), value, Some(local.origin), said);
    }
    for (family, table, accepts) in &host.said_tables {
        let (value, word) = if *accepts {
            (text!(lang, FactAccepts), "accept")
        } else {
            (text!(lang, FactDrops), "drop")
        };
        let name = table_name(*family, table);
        let said = Some(format!("table={table}:{word}"));
        rows.add(&name, value, Some(Origin::Given), said);
    }
    if host.stack == LocalStack::Real {
        for s in &host.sockets {
            let name = format!("{}:{}", protocol(s.proto), s.port);
            let who = s.process.as_deref().unwrap_or_default();
            rows.add(&name, text!(lang, FactListens, process = who), Some(s.origin), None);
        }
    }
    rows.out
}

/// The tables of a host that iptables has and the paste does not, by name.
pub(crate) fn unpasted(host: &Host) -> Vec<&'static str> {
    table_names()
        .into_iter()
        .filter(|name| host.rules.find_table(Family::Ip, name).is_none())
        .collect()
}
