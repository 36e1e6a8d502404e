//! `ip route`, also of all tables, and `ip rule`. Of a route with several ways only what they share is kept.

use super::{Block, Facts, bare, made, pasted};
use crate::assume;
use crate::clean::{Clean, Row};
use crate::oneline::Word;
use crate::value::{self, whole};
use chainwalk_model::{
    Beside, Cidr, Fact, Hook, Interface, Origin, PolicyAction, PolicyRule, Route, RouteKind,
    SectionKind, Touch,
};
use std::net::Ipv6Addr;

/// Lines of `ip route`.
pub(super) fn routes(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    let mut taken = 0;
    let mut count = 0;
    while let Some(row) = rows.get(taken) {
        let hops = rows[taken + 1..].iter().map_while(|r| hop(r.text));
        let hops: Vec<String> = hops.map(str::to_owned).collect();
        if !take(&mut facts, row.text, &hops, pasted(clean, *row)) {
            break;
        }
        taken += 1 + rows[taken + 1..].iter().take_while(|r| is_hop(r.text)).count();
        count += 1;
    }
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Routes(count), facts)
}

/// `nexthop via 10.0.0.1 dev eth0 weight 1`, below a route with several ways.
fn is_hop(text: &str) -> bool {
    text.starts_with("nexthop ")
}

/// The interface of a way.
fn hop(text: &str) -> Option<&str> {
    is_hop(text).then(|| text.split_whitespace().skip_while(|w| *w != "dev").nth(1)).flatten()
}

/// Takes over what a line of `ip route` says; whether it is one. `hops` are the interfaces of the ways that
/// stand below it.
pub(super) fn take(facts: &mut Facts, text: &str, hops: &[String], origin: Origin) -> bool {
    // Which of several ways a packet takes is a matter of its hash: only what they share is known.
    let ways = hops.first().map(|first| {
        if hops.iter().all(|h| h == first) {
            format!("{text} dev {first}")
        } else {
            format!("{text} dev ?")
        }
    });
    match line(ways.as_deref().unwrap_or(text), origin) {
        Some(Line::Route(route)) => facts.routes.push(route),
        Some(Line::Address(interface)) => facts.interfaces.push(interface),
        Some(Line::Implied) => {}
        None => return false,
    }
    true
}

enum Line {
    Route(Route),
    /// The route that an address brings with it.
    Address(Interface),
    /// A route that follows from what a host is.
    Implied,
}

fn line(text: &str, origin: Origin) -> Option<Line> {
    let words: Vec<&str> = text.split_whitespace().collect();
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
            match name {
                "table" => text += &format!(" table {}", table(word)),
                _ => text += &format!(" {name} {word}"),
            }
        }
    }
    let mut route = assume::route(Word { text: &text, start: 0 }).ok()?;
    route.origin = origin;
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
        let Some((number, rest)) = row.text.split_once(':') else { break };
        let Ok(priority) = number.parse() else { break };
        let rest = rest.trim();
        if !rest.starts_with("from ") && !rest.starts_with("not ") {
            break;
        }
        take_rule(&mut facts, rest, priority, false, pasted(clean, *row));
        taken += 1;
    }
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Routes(taken as u32), facts)
}

/// Takes over `from all fwmark 0x1 lookup 100`. A rule that selects by what the model does not have
/// (`beyond`, or a word that is not known) may send any packet elsewhere.
pub(super) fn take_rule(
    facts: &mut Facts,
    text: &str,
    priority: u32,
    beyond: bool,
    origin: Origin,
) {
    let mut line = String::new();
    let mut named = false;
    for word in text.split_whitespace() {
        let word = if named { table(word).to_string() } else { word.to_owned() };
        named = matches!(&*word, "lookup" | "table");
        line += &word;
        line.push(' ');
    }
    match assume::policy(Word { text: line.trim(), start: 0 }) {
        Ok((rule, _)) if !beyond => {
            // The three that every host has.
            let own = matches!(
                (priority, &rule.action),
                (0, PolicyAction::Lookup(255))
                    | (32766, PolicyAction::Lookup(254))
                    | (32767, PolicyAction::Lookup(253))
            );
            if !own {
                facts.policy.push(PolicyRule { priority, origin, ..rule });
            }
        }
        _ => facts.beside.push(Beside {
            name: format!("ip rule {priority}").into(),
            hooks: vec![Hook::Prerouting, Hook::Output],
            touches: vec![Touch::All],
            origin,
        }),
    }
}

/// A table's number. A name that only the host's own list knows gets a number of its own.
fn table(name: &str) -> u32 {
    match name {
        "main" => 254,
        "local" => 255,
        "default" => 253,
        name => name.parse().unwrap_or_else(|_| {
            let hash = |h: u32, b: u8| (h ^ u32::from(b)).wrapping_mul(0x0100_0193);
            name.bytes().fold(0x811c_9dc5, hash) | 1 << 31
        }),
    }
}
