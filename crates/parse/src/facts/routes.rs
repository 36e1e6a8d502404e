//! `ip route`, also of all tables, and `ip rule`.

use super::block::{Block, Facts, made, pasted};
use crate::blank;
use crate::clean::{Clean, Row};
use crate::iproute;
use crate::oneline::Word;
use crate::value::{self, whole};
use chainwalk_model::{
    BlankPart, Cidr, Fact, Hook, Hop, Interface, Origin, PacketScope, PolicyAction, PolicyRule,
    Route, RouteKind, SectionKind, Unmodelled,
};
use std::net::{IpAddr, Ipv6Addr};

/// Lines of `ip route`.
pub(super) fn routes(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    shown(clean, rows, None, false)
}

/// Lines of `ip route show table NAME`, of `ip -6 route`: the command tells what they do not.
pub(super) fn shown(
    clean: &Clean,
    rows: &[Row<'_>],
    table: Option<&str>,
    six: bool,
) -> Option<(Block, usize)> {
    let table = table.filter(|name| !matches!(*name, "all" | "main" | "0" | "254" | "cache"));
    let mut facts = Facts::default();
    let mut taken = 0;
    let mut count = 0;
    while let Some(row) = rows.get(taken) {
        let hops: Vec<&str> =
            rows[taken + 1..].iter().map(|r| r.text).take_while(|t| is_below(t)).collect();
        let told = table.filter(|_| !row.text.split_whitespace().any(|w| w == "table"));
        let in_table = told.map(|name| {
            // A hop that stands in the same line keeps its place behind.
            let (head, hops) = row.text.split_once(" nexthop ").unwrap_or((row.text, ""));
            let hops = if hops.is_empty() { String::new() } else { format!(" nexthop {hops}") };
            format!("{head} table {name}{hops}")
        });
        let text = in_table.as_deref().unwrap_or(row.text);
        if !take(&mut facts, text, &hops, pasted(clean, *row)) {
            break;
        }
        let last =
            facts.routes.last_mut().filter(|r| six && r.dst.len == 0 && r.dst.addr.is_ipv4());
        if let Some(last) = last {
            last.dst.addr = Ipv6Addr::UNSPECIFIED.into();
        }
        taken += 1 + hops.len();
        count += 1;
    }
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Routes(count), facts)
}

/// `nexthop via 10.0.0.1 dev eth0 weight 1`, below a route with several ways; `ip -d` adds what the kernel calls
/// its group.
fn is_below(text: &str) -> bool {
    text.starts_with("nexthop ") || text.starts_with("nh_info ")
}

/// Takes over what a line of `ip route` says; whether it is one. `hops` are the lines of its next hops that
/// stand below it.
pub(super) fn take(facts: &mut Facts, text: &str, hops: &[&str], origin: Origin) -> bool {
    let mut words: Vec<&str> = text.split_whitespace().filter(|w| *w != "\\").collect();
    for hop in hops.iter().filter(|h| h.starts_with("nexthop ")) {
        words.extend(hop.split_whitespace());
    }
    match line(&words, origin) {
        Some(Line::Route(route)) => {
            let advertised = words.windows(2).any(|w| w == ["proto", "ra"]);
            match facts.routes.last_mut().filter(|last| !advertised && are_siblings(last, &route)) {
                Some(last) => join(last, *route),
                None => facts.routes.push(*route),
            }
        }
        Some(Line::Address(interface)) => facts.interfaces.push(*interface),
        Some(Line::Implied) => {}
        None => return hidden(facts, &words, origin),
    }
    true
}

/// Takes over what can be seen of a route of which addresses are hidden; whether it is one.
fn hidden(facts: &mut Facts, words: &[&str], origin: Origin) -> bool {
    let Some((dst, rest)) = words.split_first() else { return false };
    let named = rest.first().is_some_and(|w| matches!(*w, "via" | "dev"));
    let crossed = |w: &str| {
        let left = blank::address(w).filter(|l| l.shows.is_some() || blank::marked(w).is_some());
        left.map(|l| l.tested(BlankPart::Else, false))
    };
    if !named || !words.iter().any(|w| crossed(w).is_some()) {
        return false;
    }
    let dev = words.iter().position(|w| *w == "dev").and_then(|at| words.get(at + 1));
    let src = words.iter().position(|w| *w == "src").and_then(|at| words.get(at + 1));
    if let (Some(dev), Some(value)) = (dev, src.and_then(|s| crossed(s))) {
        let mut interface = Interface::named(dev, origin);
        let value = chainwalk_model::Blank { len: None, ..value };
        interface.hidden.push(Fact { value, origin });
        facts.interfaces.push(interface);
    }
    // A gateway lies on the link in any case; a network that is hidden leads nobody knows where.
    let shown: Vec<&str> = match (rest.first(), crossed(dst)) {
        (_, Some(_)) => return true,
        (Some(&"via"), _) => std::iter::once(*dst).chain(rest.iter().skip(2).copied()).collect(),
        _ => words.to_vec(),
    };
    let at = shown.iter().position(|w| *w == "src").unwrap_or(shown.len());
    let kept: Vec<&str> = shown
        .iter()
        .enumerate()
        .filter(|(n, _)| *n != at && *n != at + 1)
        .map(|(_, w)| *w)
        .collect();
    if let Some(Line::Route(route)) = line(&kept, origin) {
        facts.routes.push(*route);
    }
    true
}

/// Whether two lines are of one route of IPv6, whose next hops an older kernel lists as routes of their own.
fn are_siblings(one: &Route, other: &Route) -> bool {
    let through = |r: &Route| {
        let mut vias = r.hops.iter().map(|h| h.via).chain((r.hops.is_empty()).then_some(r.via));
        r.kind == RouteKind::Unicast && vias.all(|v| v.is_some_and(|v| v.is_ipv6()))
    };
    let place = |r: &Route| (r.dst, r.table, r.metric);
    one.dst.addr.is_ipv6() && place(one) == place(other) && through(one) && through(other)
}

/// Adds what `other` leads by to the next hops of a route.
fn join(route: &mut Route, other: Route) {
    let hops = |r: &mut Route| match std::mem::take(&mut r.hops) {
        hops if hops.is_empty() => vec![Hop {
            via: r.via.take(),
            dev: r.dev.take(),
            weight: 1,
            realms: r.realms,
            link: std::mem::take(&mut r.link),
        }],
        hops => hops,
    };
    let mut other = other;
    let mut all = hops(route);
    all.extend(hops(&mut other));
    route.hops = all;
}

enum Line {
    Route(Box<Route>),
    /// The route that an address brings with it.
    Address(Box<Interface>),
    /// A route that follows from what a host is.
    Implied,
}

fn line(words: &[&str], origin: Origin) -> Option<Line> {
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
            Some(
                &("via"
                    | "dev"
                    | "proto"
                    | "scope"
                    | "nhid"
                    | "metric"
                    | "src"
                    | "table"
                    | "tos"
                    | "nexthop")
            )
        )
    {
        return None;
    }
    if matches!(first, "multicast" | "anycast") {
        return Some(Line::Implied);
    }
    let mut route = iproute::route(Word { text: &known(words, typed)?, start: 0 }).ok()?;
    route.origin = origin;
    // The kernel takes no `src` that is not an own address, and makes the route to the network of each.
    let within = route.src.is_some_and(|src| !route.dst.is_host() && route.dst.holds(src));
    let kernels = after("proto").is_none_or(|p| p == "kernel");
    let linked = kernels
        && after("scope").is_none_or(|s| s == "link")
        && within
        && !typed
        && route.table == 254;
    let six = route.via.is_some_and(|v| v.is_ipv6()) && route.src.is_none_or(|s| s.is_ipv6());
    let hop6 = route.hops.iter().any(|h| h.via.is_some_and(|v| v.is_ipv6()));
    if route.dst.len == 0 && (six || hop6) {
        route.dst.addr = Ipv6Addr::UNSPECIFIED.into();
    }
    let of_kernel = matches!(after("proto"), Some("kernel" | "none" | "unspec"));
    // What table `local` has of one address is an address of the interface.
    let own = (of_kernel && route.kind == RouteKind::Local && route.dst.is_host())
        .then_some(route.dst)
        .filter(|a| !a.addr.is_loopback() && !is_link_local(a.addr));
    if let (Some(value), Some(dev)) = (own, &route.dev) {
        let mut interface = Interface::named(dev, route.origin);
        interface.addrs.push(Fact { value, origin: route.origin });
        return Some(Line::Address(Box::new(interface)));
    }
    if of_kernel
        && (route.table == 255 || matches!(route.kind, RouteKind::Local | RouteKind::Broadcast))
    {
        return Some(Line::Implied);
    }
    if let (true, None, Some(addr), Some(dev)) = (linked, route.via, route.src, &route.dev) {
        let mut interface = Interface::named(dev, route.origin);
        let value = Cidr { addr, len: route.dst.len };
        interface.addrs.push(Fact { value, origin: route.origin });
        return Some(Line::Address(Box::new(interface)));
    }
    Some(Line::Route(Box::new(route)))
}

fn is_link_local(addr: IpAddr) -> bool {
    matches!(addr, IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfe80)
}

/// Of the words of a listed route those that a route of the model has, in the order they stand.
fn known(words: &[&str], typed: bool) -> Option<String> {
    let mut rest = words.iter().copied().skip(if typed { 2 } else { 1 }).peekable();
    let mut text = words[..if typed { 2 } else { 1 }].join(" ");
    while let Some(word) = rest.next() {
        match word {
            "nexthop" | "dead" | "linkdown" => text += &format!(" {word}"),
            "via" | "dev" | "src" | "metric" | "weight" | "nhid" | "realm" | "realms" | "tos"
            | "table" | "mtu" => {
                let mut value = rest.next()?;
                // `via inet6 fe80::1` names the family first, `mtu lock 1400` that nothing learns another.
                if matches!(value, "inet" | "inet6" | "lock") {
                    value = rest.next()?;
                }
                text += &match word {
                    "table" => format!(" table {}", table(value)),
                    "tos" if value.parse::<u8>().is_err() && !value.starts_with("0x") => {
                        String::new()
                    }
                    _ => format!(" {word} {value}"),
                };
            }
            _ => {}
        }
    }
    Some(text)
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
    made(clean, rows, taken, SectionKind::Policy(taken as u32), facts)
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
    let line = numbered_tables(text);
    match iproute::policy(Word { text: line.trim(), start: 0 }) {
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
        _ => facts.beside.push(Unmodelled {
            name: format!("ip rule {priority}").into(),
            hooks: vec![Hook::Prerouting, Hook::Output],
            touches: vec![PacketScope::All],
            origin,
        }),
    }
}

/// The words of a route or a rule, each table's name as its number.
pub(super) fn numbered_tables(text: &str) -> String {
    let mut line = String::new();
    let mut named = false;
    for word in text.split_whitespace() {
        let word = if named { table(word).to_string() } else { word.to_owned() };
        named = matches!(&*word, "lookup" | "table");
        line += &word;
        line.push(' ');
    }
    line.trim_end().to_owned()
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
