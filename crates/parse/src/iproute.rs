//! Routes and policy rules in the words of `ip route` and `ip rule`, read and written.

use crate::oneline::{Word, bad, cidr, did_you_mean, missing, number, protocol};
use chainwalk_model::{
    Cidr, Diagnostic, Expected, Hop, HopLink, Origin, PolicyAction, PolicyRule, Range, Route,
    RouteKind,
};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The policy rule that the kernel puts before `main` when no `pref` is given.
pub(crate) const BEFORE_MAIN: u32 = 32765;

/// The words of a route that do not change where a packet goes.
const IDLE: [&str; 16] = [
    "proto", "scope", "pref", "expires", "advmss", "window", "rtt", "rttvar", "rto_min",
    "initcwnd", "initrwnd", "cwnd", "ssthresh", "hoplimit", "quickack", "congctl",
];

/// Reads a route in the words of `ip route add`.
pub(crate) fn route(text: Word<'_>) -> Result<Route, Diagnostic> {
    const KNOWN: [&str; 14] = [
        "via",
        "dev",
        "src",
        "table",
        "metric",
        "preference",
        "tos",
        "dsfield",
        "realm",
        "realms",
        "mtu",
        "nhid",
        "onlink",
        "nexthop",
    ];
    let mut rest = text.words().into_iter().peekable();
    let mut kind = RouteKind::Unicast;
    if let Some(k) = rest.peek().and_then(|w| route_kind(w.text)) {
        kind = k;
        rest.next();
    }
    let Some(dst) = rest.next() else {
        return Err(missing(text.end(), vec![Expected::Network]));
    };
    let is_default = matches!(dst.text, "default" | "all" | "any");
    let table = if matches!(kind, RouteKind::Local | RouteKind::Broadcast) { 255 } else { 254 };
    let dst = if is_default {
        Cidr { addr: Ipv4Addr::UNSPECIFIED.into(), len: 0 }
    } else {
        network(dst)?
    };
    let mut route = Route { kind, table, ..Route::to(dst, Origin::Given) };
    // What stands behind a `nexthop` is about that one.
    while let Some(word) = rest.next() {
        match word.text {
            "nexthop" => {
                route.hops.push(Hop {
                    via: None,
                    dev: None,
                    weight: 1,
                    realms: 0,
                    link: HopLink::Up,
                });
                continue;
            }
            "dead" | "linkdown" | "onlink" | "pervasive" | "offload" | "trap" | "notify" => {
                let link = match word.text {
                    "dead" => HopLink::Dead,
                    "linkdown" => HopLink::Linkdown,
                    _ => continue,
                };
                let at = route.hops.last_mut().map_or(&mut route.link, |h| &mut h.link);
                if *at != HopLink::Dead {
                    *at = link;
                }
                continue;
            }
            _ => {}
        }
        let hop = route.hops.last_mut();
        let of_hop = hop.is_some() && word.text == "weight";
        if !KNOWN.contains(&word.text) && !IDLE.contains(&word.text) && !of_hop {
            let mut problem = bad(word, vec![Expected::Option]);
            problem.hint = did_you_mean(word.text, &KNOWN);
            return Err(problem);
        }
        let Some(value) = rest.next() else {
            return Err(missing(text.end(), expected_after(word.text)));
        };
        match word.text {
            "via" => {
                let value = match (value.text, rest.peek()) {
                    ("inet" | "inet6", Some(_)) => rest.next().unwrap_or(value),
                    _ => value,
                };
                *hop.map_or(&mut route.via, |h| &mut h.via) = Some(address(value)?);
            }
            "dev" => *hop.map_or(&mut route.dev, |h| &mut h.dev) = Some(name(value)?.into()),
            "realm" | "realms" => {
                *hop.map_or(&mut route.realms, |h| &mut h.realms) = realms(value)?;
            }
            "weight" => {
                let weight = int(value)?;
                if !(1..=256).contains(&weight) {
                    return Err(bad(value, vec![Expected::Number]));
                }
                if let Some(hop) = hop {
                    hop.weight = weight;
                }
            }
            "src" => route.src = Some(address(value)?),
            "table" => route.table = table_number(value)?,
            "metric" | "preference" => route.metric = int(value)?,
            "tos" | "dsfield" => route.tos = dsfield(value)?,
            "nhid" => route.group = true,
            "mtu" => {
                // `mtu lock 1400`: nothing learns another one.
                let value = match (value.text, rest.peek()) {
                    ("lock", Some(_)) => rest.next().unwrap_or(value),
                    _ => value,
                };
                route.mtu = Some(int(value)?).filter(|m| *m > 0);
            }
            _ => {}
        }
    }
    if let [hop] = &mut route.hops[..] {
        (route.via, route.dev) = (hop.via, hop.dev.take());
        (route.realms, route.link) = (hop.realms, hop.link);
        route.hops.clear();
    }
    route.group &= !route.hops.is_empty();
    if is_default && is_six(&route) {
        route.dst.addr = Ipv6Addr::UNSPECIFIED.into();
    }
    Ok(route)
}

/// Whether the addresses that a route names are of IPv6. An IPv4 route may have a gateway of IPv6, which its
/// source tells.
fn is_six(r: &Route) -> bool {
    let vias = r.hops.iter().filter_map(|h| h.via).chain(r.via);
    match r.src {
        Some(src) => src.is_ipv6(),
        None => vias.into_iter().any(|a| a.is_ipv6()),
    }
}

/// Realms, `FROM/TO` or the destination's alone, by their numbers; `cosmos` is 0.
fn realms(word: Word<'_>) -> Result<u32, Diagnostic> {
    let one = |w: Word<'_>| match w.text {
        "cosmos" => Ok(0),
        _ => int::<u16>(w).map(u32::from),
    };
    match word.split('/') {
        Some((from, to)) => Ok(one(from)? << 16 | one(to)?),
        None => one(word),
    }
}

/// Realms as `ip` prints them.
fn realms_text(realms: u32) -> String {
    match (realms >> 16, realms & 0xffff) {
        (0, to) => format!(" realm {to}"),
        (from, to) => format!(" realms {from}/{to}"),
    }
}

/// Reads a policy rule in the words of `ip rule add`, and its `pref` where it has one.
pub(crate) fn policy(text: Word<'_>) -> Result<(PolicyRule, Option<u32>), Diagnostic> {
    const KNOWN: [&str; 29] = [
        "not",
        "from",
        "to",
        "fwmark",
        "iif",
        "dev",
        "oif",
        "tos",
        "dsfield",
        "uidrange",
        "ipproto",
        "sport",
        "dport",
        "suppress_prefixlength",
        "sup_pl",
        "proto",
        "protocol",
        "pref",
        "preference",
        "prio",
        "priority",
        "order",
        "realm",
        "realms",
        "lookup",
        "table",
        "unreachable",
        "blackhole",
        "prohibit",
    ];
    let mut rule = PolicyRule {
        priority: BEFORE_MAIN,
        not: false,
        from: None,
        to: None,
        fwmark: None,
        iif: None,
        oif: None,
        tos: None,
        uids: None,
        proto: None,
        sport: None,
        dport: None,
        suppress: None,
        realms: 0,
        action: PolicyAction::Lookup(254),
        origin: Origin::Given,
    };
    let mut priority = None;
    let mut rest = text.words().into_iter();
    while let Some(word) = rest.next() {
        match word.text {
            "not" => rule.not = true,
            "unreachable" => rule.action = PolicyAction::Unreachable,
            "blackhole" => rule.action = PolicyAction::Blackhole,
            "prohibit" => rule.action = PolicyAction::Prohibit,
            known if KNOWN.contains(&known) => {
                let Some(value) = rest.next() else {
                    return Err(missing(text.end(), expected_after(known)));
                };
                match known {
                    "from" => rule.from = selector(value)?,
                    "to" => rule.to = selector(value)?,
                    "fwmark" => rule.fwmark = Some(fwmark(value)?),
                    "iif" | "dev" => rule.iif = Some(name(value)?.into()),
                    "oif" => rule.oif = Some(name(value)?.into()),
                    "tos" | "dsfield" => rule.tos = Some(dsfield(value)?),
                    "uidrange" => rule.uids = Some(range(value)?),
                    "ipproto" => {
                        let number = protocol(value.text);
                        rule.proto =
                            Some(number.ok_or_else(|| bad(value, vec![Expected::Protocol]))?);
                    }
                    "sport" => rule.sport = Some(range(value)?),
                    "dport" => rule.dport = Some(range(value)?),
                    "suppress_prefixlength" | "sup_pl" => rule.suppress = Some(int(value)?),
                    "realm" | "realms" => rule.realms = realms(value)?,
                    // Who made the rule.
                    "proto" | "protocol" => {}
                    "lookup" | "table" => {
                        rule.action = PolicyAction::Lookup(table_number(value)?);
                    }
                    _ => priority = Some(int(value)?),
                }
            }
            _ => {
                let mut problem = bad(word, vec![Expected::Option]);
                problem.hint = did_you_mean(word.text, &KNOWN);
                return Err(problem);
            }
        }
    }
    rule.priority = priority.unwrap_or(BEFORE_MAIN);
    Ok((rule, priority))
}

fn route_kind(word: &str) -> Option<RouteKind> {
    Some(match word {
        "unicast" => RouteKind::Unicast,
        "local" => RouteKind::Local,
        "broadcast" => RouteKind::Broadcast,
        "blackhole" => RouteKind::Blackhole,
        "unreachable" => RouteKind::Unreachable,
        "prohibit" => RouteKind::Prohibit,
        "throw" => RouteKind::Throw,
        _ => return None,
    })
}

fn expected_after(word: &str) -> Vec<Expected> {
    vec![match word {
        "via" | "src" => Expected::Address,
        "from" | "to" => Expected::Network,
        "dev" | "iif" | "oif" => Expected::Interface,
        "fwmark" => Expected::Mark,
        _ => Expected::Number,
    }]
}

/// Writes a route in the words of `ip route add`.
pub(crate) fn route_text(r: &Route) -> String {
    let kind = match r.kind {
        RouteKind::Unicast => "",
        RouteKind::Local => "local ",
        RouteKind::Broadcast => "broadcast ",
        RouteKind::Blackhole => "blackhole ",
        RouteKind::Unreachable => "unreachable ",
        RouteKind::Prohibit => "prohibit ",
        RouteKind::Throw => "throw ",
    };
    let mut text = if r.dst.len == 0 && r.dst.addr.is_ipv6() == is_six(r) {
        format!("{kind}default")
    } else {
        format!("{kind}{}/{}", r.dst.addr, r.dst.len)
    };
    put_hop(&mut text, r.via, r.dev.as_deref(), r.realms, r.link);
    if let Some(src) = r.src {
        let _ = write!(text, " src {src}");
    }
    if r.tos != 0 {
        let _ = write!(text, " tos {}", r.tos);
    }
    if r.metric != 0 {
        let _ = write!(text, " metric {}", r.metric);
    }
    let usual = if matches!(r.kind, RouteKind::Local | RouteKind::Broadcast) { 255 } else { 254 };
    if r.table != usual {
        let _ = write!(text, " table {}", r.table);
    }
    if let Some(mtu) = r.mtu {
        let _ = write!(text, " mtu {mtu}");
    }
    if r.group {
        text.push_str(" nhid 1");
    }
    for hop in &r.hops {
        text.push_str(" nexthop");
        put_hop(&mut text, hop.via, hop.dev.as_deref(), hop.realms, hop.link);
        let _ = write!(text, " weight {}", hop.weight);
    }
    text
}

/// What a route says of a hop: where it lies, its realms and its link.
fn put_hop(text: &mut String, via: Option<IpAddr>, dev: Option<&str>, realms: u32, link: HopLink) {
    if let Some(via) = via {
        let _ = write!(text, " via {via}");
    }
    if let Some(dev) = dev {
        let _ = write!(text, " dev {dev}");
    }
    if realms != 0 {
        text.push_str(&realms_text(realms));
    }
    match link {
        HopLink::Up => {}
        HopLink::Linkdown => text.push_str(" linkdown"),
        HopLink::Dead => text.push_str(" dead"),
    }
}

/// Writes a policy rule in the words of `ip rule add`.
pub(crate) fn policy_text(r: &PolicyRule) -> String {
    let mut text = format!("pref {}", r.priority);
    if r.not {
        text.push_str(" not");
    }
    for (word, net) in [("from", r.from), ("to", r.to)] {
        if let Some(net) = net {
            let _ = write!(text, " {word} {}/{}", net.addr, net.len);
        }
    }
    if let Some((value, mask)) = r.fwmark {
        let _ = write!(text, " fwmark {value:#x}/{mask:#x}");
    }
    for (word, dev) in [("iif", &r.iif), ("oif", &r.oif)] {
        if let Some(dev) = dev {
            let _ = write!(text, " {word} {dev}");
        }
    }
    if let Some(tos) = r.tos {
        let _ = write!(text, " tos {tos:#x}");
    }
    if let Some(Range { first, last }) = r.uids {
        let _ = write!(text, " uidrange {first}-{last}");
    }
    if let Some(number) = r.proto {
        let _ = write!(text, " ipproto {number}");
    }
    for (word, ports) in [("sport", r.sport), ("dport", r.dport)] {
        if let Some(Range { first, last }) = ports {
            let _ = write!(text, " {word} {first}-{last}");
        }
    }
    match r.action {
        PolicyAction::Lookup(table) => {
            let _ = write!(text, " lookup {table}");
        }
        PolicyAction::Unreachable => text.push_str(" unreachable"),
        PolicyAction::Blackhole => text.push_str(" blackhole"),
        PolicyAction::Prohibit => text.push_str(" prohibit"),
    }
    if let Some(len) = r.suppress {
        let _ = write!(text, " suppress_prefixlength {len}");
    }
    if r.realms != 0 {
        text.push_str(&realms_text(r.realms));
    }
    text
}

/// A TOS byte, as `ip` prints it (`0x10`) or in decimal.
fn dsfield(word: Word<'_>) -> Result<u8, Diagnostic> {
    match word.text.strip_prefix("0x").map(|hex| u8::from_str_radix(hex, 16)) {
        Some(Ok(tos)) => Ok(tos),
        Some(Err(_)) => Err(bad(word, vec![Expected::Number])),
        None => int(word),
    }
}

/// One number, or the first and the last of a range (`1000-1999`).
fn range<T: FromStr + Copy>(word: Word<'_>) -> Result<Range<T>, Diagnostic> {
    let (first, last) = word.text.split_once('-').unwrap_or((word.text, word.text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) => Ok(Range { first, last }),
        _ => Err(bad(word, vec![Expected::Number])),
    }
}

pub(crate) fn address(word: Word<'_>) -> Result<IpAddr, Diagnostic> {
    word.text.parse().map_err(|_| bad(word, vec![Expected::Address]))
}

fn network(word: Word<'_>) -> Result<Cidr, Diagnostic> {
    cidr(word.text).ok_or_else(|| bad(word, vec![Expected::Network]))
}

/// The network of a `from` or `to`; `all` selects everything.
fn selector(word: Word<'_>) -> Result<Option<Cidr>, Diagnostic> {
    if matches!(word.text, "all" | "any" | "default") { Ok(None) } else { network(word).map(Some) }
}

pub(crate) fn name(word: Word<'_>) -> Result<&str, Diagnostic> {
    let fits =
        !word.text.is_empty() && !word.text.contains(|c: char| c.is_whitespace() || c == '=');
    if fits { Ok(word.text) } else { Err(bad(word, vec![Expected::Interface])) }
}

fn int<T: TryFrom<u64>>(word: Word<'_>) -> Result<T, Diagnostic> {
    number(word.text).ok_or_else(|| bad(word, vec![Expected::Number]))
}

fn fwmark(word: Word<'_>) -> Result<(u32, u32), Diagnostic> {
    let parts = match word.split('/') {
        Some((value, mask)) => number(value.text).zip(number(mask.text)),
        None => number(word.text).map(|value| (value, u32::MAX)),
    };
    parts.ok_or_else(|| bad(word, vec![Expected::Mark]))
}

fn table_number(word: Word<'_>) -> Result<u32, Diagnostic> {
    match word.text {
        "main" => Ok(254),
        "local" => Ok(255),
        "default" => Ok(253),
        _ => int(word),
    }
}

#[cfg(test)]
mod tests;
