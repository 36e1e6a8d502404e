//! What a person or a case says of a host beyond the paste: `NAME=VALUE`, one fact a line.
//!
//! Guarantees: [`assumption`] of [`assumption_text`] gives the assumption back. Spans count in the line,
//! as document 0.

use crate::oneline::{Word, bad, cidr, did_you_mean, missing, number, protocol, words};
use chainwalk_model::{
    Assumption, Backend, Cidr, Diagnostic, Expected, Family, Hop, HopLink, Origin, PolicyAction,
    PolicyRule, Range, Route, RouteKind, Socket, proto,
};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The first parts of dotted names that are sysctls rather than interfaces with a dot.
const SYSCTL_ROOTS: [&str; 6] = ["net", "kernel", "vm", "fs", "dev", "user"];
/// The words before `=` that are not names of interfaces.
const KEYS: [&str; 8] =
    ["route", "rule", "behind", "listen", "local", "notlocal", "table", "backend"];
/// The policy rule that the kernel puts before `main` when no `pref` is given.
const BEFORE_MAIN: u32 = 32765;

/// Reads one assumption, in the forms told at [`Assumption`].
///
/// # Errors
/// What could not be read, and what stands there instead.
pub fn assumption(text: &str) -> Result<Assumption, Diagnostic> {
    let start = text.len() - text.trim_start().len();
    let whole = Word { text: text.trim(), start };
    let Some((key, value)) = whole.split('=') else {
        let mut problem = bad(whole, vec![Expected::Literal("NAME=VALUE".into())]);
        problem.hint = did_you_mean(whole.text, &KEYS);
        return Err(problem);
    };
    let (key, value) = (trim(key), trim(value));
    if key.text.is_empty() {
        return Err(missing(key.start, vec![Expected::Interface, Expected::Option]));
    }
    match key.text {
        "route" => route(value).map(Assumption::Route),
        "rule" => policy(value).map(|(rule, priority)| {
            Assumption::Policy(PolicyRule { priority: priority.unwrap_or(BEFORE_MAIN), ..rule })
        }),
        "behind" => {
            let Some((addr, port)) = value.split('@') else {
                return Err(bad(value, vec![Expected::Literal("ADDRESS@PORT".into())]));
            };
            Ok(Assumption::Behind { addr: address(addr)?, port: name(port)?.into() })
        }
        "listen" => listen(value).map(Assumption::Listen),
        "local" => address(value).map(Assumption::Local),
        "notlocal" => address(value).map(Assumption::NotLocal),
        "table" => table(value),
        key if crate::answered::KEYS.contains(&key) => {
            let (about, yes) = crate::answered::read(key, value)?;
            Ok(Assumption::Answered(about, yes))
        }
        "backend" => match value.text {
            "nft" => Ok(Assumption::Backend(Backend::IptablesNft)),
            "legacy" => Ok(Assumption::Backend(Backend::Legacy)),
            _ => Err(bad(
                value,
                vec![Expected::Literal("nft".into()), Expected::Literal("legacy".into())],
            )),
        },
        dotted if dotted.split_once('.').is_some_and(|(r, _)| SYSCTL_ROOTS.contains(&r)) => {
            if value.text.is_empty() {
                return Err(missing(value.start, vec![Expected::Number]));
            }
            Ok(Assumption::Sysctl { name: dotted.into(), value: value.text.into() })
        }
        _ => interface(key, value),
    }
}

/// Writes an assumption as [`assumption`] reads it.
pub fn assumption_text(a: &Assumption) -> String {
    match a {
        Assumption::Interface { name, addr: None } => format!("{name}=up"),
        Assumption::Interface { name, addr: Some(c) } => format!("{name}={}/{}", c.addr, c.len),
        Assumption::Bridge { name, ports } if ports.is_empty() => format!("{name}=bridge"),
        Assumption::Bridge { name, ports } => format!("{name}=bridge:{}", ports.join(",")),
        Assumption::Behind { addr, port } => format!("behind={addr}@{port}"),
        Assumption::Route(r) => format!("route={}", route_text(r)),
        Assumption::Policy(r) => format!("rule={}", policy_text(r)),
        Assumption::Sysctl { name, value } => format!("{name}={value}"),
        Assumption::Listen(s) => {
            let protocol = if s.proto == proto::UDP { "udp" } else { "tcp" };
            match s.addr {
                IpAddr::V4(a) => format!("listen={protocol}:{a}:{}", s.port),
                IpAddr::V6(a) => format!("listen={protocol}:[{a}]:{}", s.port),
            }
        }
        Assumption::NotLocal(a) => format!("notlocal={a}"),
        Assumption::Local(a) => format!("local={a}"),
        Assumption::Answered(about, yes) => crate::answered::text(about, *yes),
        Assumption::Backend(Backend::Legacy) => "backend=legacy".into(),
        Assumption::Backend(_) => "backend=nft".into(),
        Assumption::Table { family, name, accepts } => {
            let what = if *accepts { "accept" } else { "drop" };
            match family.word() {
                "ip" => format!("table={name}:{what}"),
                family => format!("table={family}:{name}:{what}"),
            }
        }
    }
}

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
    let mut rest = inner_words(text).into_iter().peekable();
    let mut kind = RouteKind::Unicast;
    if let Some(k) = rest.peek().and_then(|w| route_kind(w.text)) {
        kind = k;
        rest.next();
    }
    let Some(dst) = rest.next() else {
        return Err(missing(end(text), vec![Expected::Network]));
    };
    let is_default = matches!(dst.text, "default" | "all" | "any");
    let mut route = Route {
        dst: if is_default {
            Cidr { addr: Ipv4Addr::UNSPECIFIED.into(), len: 0 }
        } else {
            network(dst)?
        },
        kind,
        via: None,
        dev: None,
        src: None,
        tos: 0,
        metric: 0,
        table: if matches!(kind, RouteKind::Local | RouteKind::Broadcast) { 255 } else { 254 },
        realms: 0,
        mtu: None,
        link: HopLink::Up,
        hops: Vec::new(),
        group: false,
        origin: Origin::Given,
    };
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
            return Err(missing(end(text), expected_after(word.text)));
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
    const KNOWN: [&str; 26] = [
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
        "priority",
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
    let mut rest = inner_words(text).into_iter();
    while let Some(word) = rest.next() {
        match word.text {
            "not" => rule.not = true,
            "unreachable" => rule.action = PolicyAction::Unreachable,
            "blackhole" => rule.action = PolicyAction::Blackhole,
            "prohibit" => rule.action = PolicyAction::Prohibit,
            known if KNOWN.contains(&known) => {
                let Some(value) = rest.next() else {
                    return Err(missing(end(text), expected_after(known)));
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

fn interface(key: Word<'_>, value: Word<'_>) -> Result<Assumption, Diagnostic> {
    let named = name(key)?;
    if value.text == "up" {
        return Ok(Assumption::Interface { name: named.into(), addr: None });
    }
    if value.text == "bridge" {
        return Ok(Assumption::Bridge { name: named.into(), ports: Vec::new() });
    }
    if let Some(("bridge", ports)) = value.text.split_once(':') {
        let ports = ports.split(',').map(str::trim).filter(|p| !p.is_empty());
        return Ok(Assumption::Bridge {
            name: named.into(),
            ports: ports.map(Into::into).collect(),
        });
    }
    if let Some(addr) = cidr(value.text) {
        return Ok(Assumption::Interface { name: named.into(), addr: Some(addr) });
    }
    let forms = ["up", "bridge:PORT,PORT"].map(|f| Expected::Literal(f.into()));
    let mut problem = bad(value, std::iter::once(Expected::Network).chain(forms).collect());
    problem.hint =
        did_you_mean(value.text, &["up", "bridge"]).or_else(|| did_you_mean(key.text, &KEYS));
    Err(problem)
}

fn listen(value: Word<'_>) -> Result<Socket, Diagnostic> {
    let form = || vec![Expected::Literal("tcp:0.0.0.0:22".into())];
    let Some((protocol_word, rest)) = value.split(':') else {
        return Err(bad(value, form()));
    };
    let Some(proto @ (proto::TCP | proto::UDP)) = protocol(protocol_word.text) else {
        let known = ["tcp", "udp"].map(|p| Expected::Literal(p.into()));
        return Err(bad(protocol_word, known.into()));
    };
    let (addr, port) = match rest.text.rfind(':') {
        Some(at) => {
            let host = rest.until(at);
            let bare = host.text.trim_start_matches('[').trim_end_matches(']');
            let addr = match bare {
                "*" | "" => Ipv4Addr::UNSPECIFIED.into(),
                text => text.parse().map_err(|_| bad(host, vec![Expected::Address]))?,
            };
            (addr, rest.from(at + 1))
        }
        None => (Ipv4Addr::UNSPECIFIED.into(), rest),
    };
    let number = port.text.parse().map_err(|_| bad(port, vec![Expected::Port]))?;
    Ok(Socket {
        proto,
        addr,
        port: number,
        transparent: None,
        process: None,
        origin: Origin::Given,
    })
}

fn table(value: Word<'_>) -> Result<Assumption, Diagnostic> {
    let ends = || vec![Expected::Literal("accept".into()), Expected::Literal("drop".into())];
    let Some(at) = value.text.rfind(':') else {
        return Err(missing(end(value), ends()));
    };
    let (before, what) = (value.until(at), value.from(at + 1));
    let accepts = match what.text {
        "accept" | "ACCEPT" => true,
        "drop" | "DROP" => false,
        _ => return Err(bad(what, ends())),
    };
    let (family, table) = match before.split(':') {
        Some((family, table)) => {
            let known = Family::ALL.into_iter().find(|f| f.word() == family.text);
            (known.ok_or_else(|| bad(family, vec![Expected::Literal("ip6".into())]))?, table)
        }
        None => (Family::Ip, before),
    };
    Ok(Assumption::Table { family, name: name(table)?.into(), accepts })
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

fn inner_words(text: Word<'_>) -> Vec<Word<'_>> {
    words(text.text)
        .into_iter()
        .map(|w| Word { text: w.text, start: w.start + text.start })
        .collect()
}

fn trim(word: Word<'_>) -> Word<'_> {
    let start = word.text.len() - word.text.trim_start().len();
    Word { text: word.text.trim(), start: word.start + start }
}

fn end(word: Word<'_>) -> usize {
    word.start + word.text.len()
}

fn address(word: Word<'_>) -> Result<IpAddr, Diagnostic> {
    word.text.parse().map_err(|_| bad(word, vec![Expected::Address]))
}

fn network(word: Word<'_>) -> Result<Cidr, Diagnostic> {
    cidr(word.text).ok_or_else(|| bad(word, vec![Expected::Network]))
}

/// The network of a `from` or `to`; `all` selects everything.
fn selector(word: Word<'_>) -> Result<Option<Cidr>, Diagnostic> {
    if matches!(word.text, "all" | "any" | "default") { Ok(None) } else { network(word).map(Some) }
}

fn name(word: Word<'_>) -> Result<&str, Diagnostic> {
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let read = assumption(text).unwrap();
        assert_eq!(assumption_text(&read), expect);
        assert_eq!(assumption(expect).unwrap(), read);
    }

    #[track_caller]
    fn check_bad(text: &str, place: &str) {
        let problem = assumption(text).unwrap_err();
        assert_eq!(&text[problem.span.range()], place, "{problem:?}");
        assert!(!problem.expected.is_empty());
    }

    #[test]
    fn every_form_reads_and_prints_back() {
        check("eth0=172.17.0.2/16", "eth0=172.17.0.2/16");
        check("eth1.100=10.9.0.1/24", "eth1.100=10.9.0.1/24");
        check("eth0=10.0.0.1", "eth0=10.0.0.1/32");
        check("veth1=up", "veth1=up");
        check(" docker0 = bridge:vp2, vp3 ", "docker0=bridge:vp2,vp3");
        check("br0=bridge", "br0=bridge");
        check("behind=172.18.0.5@veth1", "behind=172.18.0.5@veth1");
        check("route=default via 172.17.0.1 dev eth0", "route=default via 172.17.0.1 dev eth0");
        check("route=default via fe80::1 dev eth0", "route=default via fe80::1 dev eth0");
        check(
            "route=10.0.0.0/8 via 10.1.0.1 table 100 metric 5",
            "route=10.0.0.0/8 via 10.1.0.1 metric 5 table 100",
        );
        check(
            "route=10.0.0.0/8 dev eth0 realms 5/7 mtu lock 1400",
            "route=10.0.0.0/8 dev eth0 realms 5/7 mtu 1400",
        );
        check(
            "route=default proto static nexthop via 10.0.0.9 dev eth0 weight 2 nexthop via 10.1.0.9 realm 7 dev eth1 dead linkdown",
            "route=default nexthop via 10.0.0.9 dev eth0 weight 2 nexthop via 10.1.0.9 dev eth1 realm 7 dead weight 1",
        );
        check("route=default nexthop via fe80::1 dev eth0", "route=default via fe80::1 dev eth0");
        check("route=local 10.5.0.0/16 dev lo", "route=local 10.5.0.0/16 dev lo");
        check(
            "rule=fwmark 0x1 lookup 100 pref 1000",
            "rule=pref 1000 fwmark 0x1/0xffffffff lookup 100",
        );
        check(
            "rule=from 10.9.0.1 lookup main realms 5/7",
            "rule=pref 32765 from 10.9.0.1/32 lookup 254 realms 5/7",
        );
        check("rule=from 10.9.0.0/24 lookup main", "rule=pref 32765 from 10.9.0.0/24 lookup 254");
        check("net.ipv4.ip_forward=1", "net.ipv4.ip_forward=1");
        check("listen=tcp:0.0.0.0:22", "listen=tcp:0.0.0.0:22");
        check("listen=udp:[::1]:53", "listen=udp:[::1]:53");
        check("local=172.17.0.2", "local=172.17.0.2");
        check("notlocal=172.17.0.2", "notlocal=172.17.0.2");
        check("table=filter:accept", "table=filter:accept");
        check("table=ip6:filter:drop", "table=ip6:filter:drop");
    }

    #[test]
    fn problems_point_at_the_word() {
        check_bad("eth0=172.17.0.999/16", "172.17.0.999/16");
        check_bad("route=default via here", "here");
        check_bad("route=default vai 10.0.0.1", "vai");
        check_bad("route=default nexthop via 10.0.0.9 weight 0", "0");
        check_bad("route=default via 10.0.0.9 realm north", "north");
        check_bad("listen=tcp:0.0.0.0:ssh", "ssh");
        check_bad("table=filter:maybe", "maybe");
        check_bad("nothing", "nothing");
        check_bad("=1", "");
        check_bad("", "");
    }
}
