//! `ip route`, also of all tables, and `ip rule`.

use super::{Block, Facts, bare, made, pasted};
use crate::assume;
use crate::clean::{Clean, Row};
use crate::oneline::Word;
use crate::value::{self, whole};
use chainwalk_model::{
    Cidr, Fact, Interface, PolicyAction, PolicyRule, Route, RouteKind, SectionKind,
};
use std::net::Ipv6Addr;

/// Lines of `ip route`.
pub(super) fn routes(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    let mut taken = 0;
    let mut count = 0;
    for row in rows {
        let Some(line) = line(clean, *row) else { break };
        taken += 1;
        count += 1;
        match line {
            Line::Route(route) => facts.routes.push(route),
            Line::Address(interface) => facts.interfaces.push(interface),
            Line::Implied => {}
        }
    }
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Routes(count), facts)
}

enum Line {
    Route(Route),
    /// The route that an address brings with it.
    Address(Interface),
    /// A route that follows from what a host is.
    Implied,
}

fn line(clean: &Clean, row: Row<'_>) -> Option<Line> {
    let words: Vec<&str> = row.text.split_whitespace().collect();
    let first = *words.first()?;
    let kinds = [
        "unicast",
        "local",
        "broadcast",
        "multicast",
        "anycast",
        "blackhole",
        "unreachable",
        "prohibit",
        "throw",
    ];
    let typed = kinds.contains(&first);
    let dst = if typed { *words.get(1)? } else { first };
    if dst != "default" && whole(value::cidr, dst).is_none() {
        return None;
    }
    let after = |name: &str| {
        let at = words.iter().position(|w| *w == name)?;
        words.get(at + 1).copied()
    };
    if !typed
        && !matches!(
            words.get(1),
            Some(&("via" | "dev" | "proto" | "scope" | "nhid" | "metric" | "src" | "table"))
        )
    {
        return None;
    }
    if matches!(first, "multicast" | "anycast") {
        return Some(Line::Implied);
    }
    // Only what a route of the model has is handed on.
    let mut text = if typed { format!("{first} {dst}") } else { dst.to_owned() };
    for name in ["via", "dev", "src", "table", "metric", "tos"] {
        if let Some(word) = after(name) {
            // `via inet6 fe80::1` names the family first.
            let word = if matches!(word, "inet" | "inet6") { after(word)? } else { word };
            text += &format!(" {name} {word}");
        }
    }
    let mut route = assume::route(Word { text: &text, start: 0 }).ok()?;
    route.origin = pasted(clean, row);
    if route.dst.len == 0 && route.via.is_some_and(|v| v.is_ipv6()) {
        route.dst.addr = Ipv6Addr::UNSPECIFIED.into();
    }
    if route.table == 255 || matches!(route.kind, RouteKind::Local | RouteKind::Broadcast) {
        return Some(Line::Implied);
    }
    let connected =
        route.via.is_none() && after("proto") == Some("kernel") && after("scope") == Some("link");
    if let (true, Some(addr), Some(dev)) = (connected, route.src, &route.dev) {
        let mut interface: Interface = bare(dev, route.origin);
        let value = Cidr { addr, len: route.dst.len };
        interface.addrs.push(Fact { value, origin: route.origin });
        return Some(Line::Address(interface));
    }
    Some(Line::Route(route))
}

/// Lines of `ip rule`.
pub(super) fn rules(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    let mut taken = 0;
    for row in rows {
        let Some(rule) = rule(clean, *row) else { break };
        taken += 1;
        // The three that every host has.
        let own = matches!(
            (rule.priority, &rule.action),
            (0, PolicyAction::Lookup(255))
                | (32766, PolicyAction::Lookup(254))
                | (32767, PolicyAction::Lookup(253))
        );
        if !own {
            facts.policy.push(rule);
        }
    }
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Routes(taken as u32), facts)
}

/// `100: from all fwmark 0x1 lookup 100`.
fn rule(clean: &Clean, row: Row<'_>) -> Option<PolicyRule> {
    let (number, rest) = row.text.split_once(':')?;
    let priority = number.parse().ok()?;
    let rest = rest.trim();
    if !rest.starts_with("from ") && !rest.starts_with("not ") {
        return None;
    }
    let (mut rule, _) = assume::policy(Word { text: rest, start: 0 }).ok()?;
    rule.priority = priority;
    rule.origin = pasted(clean, row);
    Some(rule)
}
