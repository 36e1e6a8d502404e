//! `ip -j` and `bridge -j`, `docker … inspect`, and `kubectl get -o json`: facts as JSON.
//!
//! An element's span is the text of its object. A text that stops being JSON is named up to that place.

use super::block::{Block, Facts, Link, Neighbour, group, mac, made, of_kind};
use super::routes;
use crate::clean::{Clean, Row};
use chainwalk_model::{Cidr, Fact, Interface, NamedAddr, Origin, SectionKind, Span};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// A whole JSON value that tells something of a host.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let first = rows.first()?;
    if !starts(first.text) {
        return None;
    }
    let text = clean.text.get(first.start..)?;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let whole = match values.next()? {
        Ok(whole) => whole,
        Err(problem) => return Some(cut(clean, rows, problem.line())),
    };
    let end = first.start + values.byte_offset();
    let taken = rows.iter().take_while(|r| r.start < end).count();
    let place = Place { clean, base: first.start, text };
    let (kind, facts) = read(&place, whole)?;
    made(clean, rows, taken, kind, facts)
}

/// Whether a line begins a JSON value rather than the counters of a rule or a prompt.
fn starts(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['[', '{']) else { return false };
    // A line of a template, `{{ range .Ports }}`.
    if text.starts_with("{{") {
        return false;
    }
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['{', '"', ']', '}'])
}

/// What begins as JSON and ends before it is whole.
fn cut(clean: &Clean, rows: &[Row<'_>], line: usize) -> (Block, usize) {
    let taken = line.saturating_sub(1).clamp(1, rows.len());
    let span = clean.span(rows[0].start, rows[taken - 1].end());
    let kind = SectionKind::Unread("JSON".into());
    (
        Block {
            kind,
            span,
            diagnostics: Vec::new(),
            facts: Facts::default(),
            runs: Vec::new(),
            typed: false,
        },
        taken,
    )
}

/// Where a piece of JSON stands.
struct Place<'a> {
    clean: &'a Clean<'a>,
    base: usize,
    text: &'a str,
}

impl Place<'_> {
    fn span(&self, piece: &RawValue) -> Span {
        let at = piece.get().as_ptr() as usize - self.text.as_ptr() as usize;
        self.clean.span(self.base + at, self.base + at + piece.get().len())
    }

    fn origin(&self, piece: &RawValue) -> Origin {
        Origin::Pasted(self.span(piece))
    }
}

/// What a JSON value is by its first object's names, and what it tells. `None` leaves it to other readers.
fn read(place: &Place<'_>, whole: &RawValue) -> Option<(SectionKind, Facts)> {
    let pieces: Vec<&RawValue> = serde_json::from_str(whole.get()).unwrap_or_else(|_| vec![whole]);
    let first: Map<String, Value> = pieces
        .iter()
        .find_map(|p| serde_json::from_str(p.get()).ok().filter(|m: &Map<_, _>| !m.is_empty()))?;
    let has = |name: &str| first.contains_key(name);
    if has("nftables") {
        return None;
    }
    if has("ifname") && has("mac") && !has("link_type") {
        return Some(fdb(&pieces));
    }
    if has("ifname") && has("vlans") {
        return Some((SectionKind::Known("bridge vlan".into()), vlans(&pieces)));
    }
    if has("ifname") {
        return Some(links(place, &pieces));
    }
    if has("priority") && (has("src") || has("action") || has("table")) {
        return Some(rules(place, &pieces));
    }
    if has("dst") && has("lladdr") || has("dst") && has("state") {
        return Some(neighbours(&pieces));
    }
    if has("dst") && (has("dev") || has("gateway") || has("flags") || has("nexthops")) {
        return Some(routes(place, &pieces));
    }
    if has("IPAM") || has("Containers") && has("Driver") {
        return Some(networks(place, &pieces));
    }
    if has("NetworkSettings") || has("HostConfig") {
        return Some(containers(place, &pieces));
    }
    if has("kind") && (has("metadata") || has("items")) {
        return kubernetes(place, &pieces);
    }
    None
}

/// One interface of `ip -j addr`, `ip -j link` and `bridge -j link`.
#[derive(Deserialize)]
struct JsonLink<'a> {
    ifname: String,
    flags: Option<Vec<String>>,
    mtu: Option<u32>,
    master: Option<String>,
    group: Option<String>,
    address: Option<String>,
    linkinfo: Option<LinkInfo>,
    hairpin: Option<bool>,
    #[serde(borrow)]
    addr_info: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct LinkInfo {
    #[serde(rename = "info_kind")]
    kind: Option<String>,
    #[serde(rename = "info_data")]
    data: Option<Value>,
    #[serde(rename = "info_slave_data")]
    slave_data: Option<Value>,
}

#[derive(Deserialize)]
struct JsonAddr {
    local: Option<IpAddr>,
    prefixlen: Option<u8>,
}

fn links(place: &Place<'_>, pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(link) = serde_json::from_str::<JsonLink<'_>>(piece.get()) else { continue };
        let mut interface = Interface::named(&link.ifname, place.origin(piece));
        interface.up = link.flags.map(|f| f.iter().any(|f| f == "UP"));
        interface.mtu = link.mtu;
        interface.master = link.master.map(Into::into);
        interface.group = link.group.and_then(|g| group(&g));
        interface.mac = link.address.as_deref().and_then(mac);
        interface.hairpin = link.hairpin.unwrap_or(false);
        if let Some(info) = link.linkinfo {
            let has = |data: &Option<Value>, name: &str| {
                let value = data.as_ref().and_then(|d| d.get(name));
                value.is_some_and(|v| v.as_bool() == Some(true) || v.as_u64() == Some(1))
            };
            interface.hairpin |= has(&info.slave_data, "hairpin");
            if has(&info.data, "vlan_filtering") {
                facts.filtering.push((interface.name.clone(), place.origin(piece)));
            }
            if let Some(kind) = info.kind {
                of_kind(&mut interface, &kind);
            }
        }
        for piece in link.addr_info.into_iter().flatten() {
            let Ok(found) = serde_json::from_str::<JsonAddr>(piece.get()) else { continue };
            if let (Some(addr), Some(len)) = (found.local, found.prefixlen) {
                let value = Cidr { addr, len };
                interface.addrs.push(Fact { value, origin: place.origin(piece) });
            }
        }
        facts.interfaces.push(interface);
    }
    (SectionKind::Interfaces(facts.interfaces.len() as u32), facts)
}

/// `bridge -j vlan`, in the words of the text.
fn vlans(pieces: &[&RawValue]) -> Facts {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(entry) = serde_json::from_str::<Map<String, Value>>(piece.get()) else { continue };
        let Some(port) = entry.get("ifname").and_then(Value::as_str) else { continue };
        for vlan in entry.get("vlans").and_then(Value::as_array).into_iter().flatten() {
            let flags = vlan["flags"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let words: Vec<String> =
                [vlan["vlan"].to_string()].into_iter().chain(flags.map(str::to_owned)).collect();
            facts.vlans.push((port.into(), words.join(" ").into()));
        }
    }
    facts
}

fn fdb(pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(entry) = serde_json::from_str::<Map<String, Value>>(piece.get()) else { continue };
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let own = text("state") == Some("permanent");
        if let (Some(mac), Some(port), Some(_), false) =
            (text("mac").and_then(mac), text("ifname"), text("master"), own)
        {
            facts.fdb.push(Link { mac, port: port.into() });
        }
    }
    (SectionKind::Bridges(pieces.len() as u32), facts)
}

fn neighbours(pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(entry) = serde_json::from_str::<Map<String, Value>>(piece.get()) else { continue };
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if let (Some(addr), Some(mac)) =
            (text("dst").and_then(|a| a.parse().ok()), text("lladdr").and_then(mac))
        {
            facts.neighbours.push(Neighbour { addr, mac });
        }
    }
    (SectionKind::Known("ip neigh".into()), facts)
}

#[derive(Deserialize)]
struct JsonRoute {
    #[serde(rename = "type")]
    kind: Option<String>,
    dst: String,
    gateway: Option<String>,
    via: Option<Map<String, Value>>,
    dev: Option<String>,
    table: Option<String>,
    protocol: Option<String>,
    scope: Option<String>,
    prefsrc: Option<String>,
    metric: Option<u32>,
    tos: Option<String>,
    nhid: Option<u32>,
    flags: Option<Vec<String>>,
    flow: Option<Map<String, Value>>,
    metrics: Option<Vec<Map<String, Value>>>,
    nexthops: Option<Vec<Map<String, Value>>>,
}

/// The word for realms, from `{"from": "5", "to": "7"}`.
fn realms(flow: Option<&Map<String, Value>>) -> String {
    let part = |name: &str| flow.and_then(|f| f.get(name)).and_then(Value::as_str);
    match (part("from"), part("to")) {
        (Some(from), to) => format!(" realms {}/{}", from.trim_end_matches('/'), to.unwrap_or("0")),
        (None, Some(to)) => format!(" realm {to}"),
        (None, None) => String::new(),
    }
}

/// One of several next hops, as `ip route` writes it.
fn nexthop(hop: &Map<String, Value>) -> String {
    let text = |name: &str| hop.get(name).and_then(Value::as_str);
    let host = hop.get("via").and_then(|v| v.get("host")).and_then(Value::as_str);
    let mut line = String::from("nexthop");
    for (name, value) in [("via", text("gateway").or(host)), ("dev", text("dev"))] {
        if let Some(value) = value {
            line += &format!(" {name} {value}");
        }
    }
    line += &realms(hop.get("flow").and_then(Value::as_object));
    if let Some(weight) = hop.get("weight").and_then(Value::as_u64) {
        line += &format!(" weight {weight}");
    }
    for flag in hop.get("flags").and_then(Value::as_array).into_iter().flatten() {
        line += &format!(" {}", flag.as_str().unwrap_or_default());
    }
    line
}

fn routes(place: &Place<'_>, pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    let mut count = 0;
    for piece in pieces {
        let Ok(route) = serde_json::from_str::<JsonRoute>(piece.get()) else { continue };
        let mut text = route.kind.map(|k| format!("{k} ")).unwrap_or_default() + &route.dst;
        let host = route.via.as_ref().and_then(|v| v.get("host")).and_then(Value::as_str);
        let words = [
            ("via", route.gateway.as_deref().or(host)),
            ("dev", route.dev.as_deref()),
            ("table", route.table.as_deref()),
            ("proto", route.protocol.as_deref()),
            ("scope", route.scope.as_deref()),
            ("src", route.prefsrc.as_deref()),
            ("tos", route.tos.as_deref()),
        ];
        for (name, value) in words {
            if let Some(value) = value {
                text += &format!(" {name} {value}");
            }
        }
        if let Some(metric) = route.metric {
            text += &format!(" metric {metric}");
        }
        if let Some(id) = route.nhid {
            text += &format!(" nhid {id}");
        }
        text += &realms(route.flow.as_ref());
        let mut metrics = route.metrics.iter().flatten();
        if let Some(mtu) = metrics.find_map(|m| m.get("mtu")) {
            text += &format!(" mtu {mtu}");
        }
        for flag in route.flags.iter().flatten() {
            text += &format!(" {flag}");
        }
        let hops: Vec<String> = route.nexthops.iter().flatten().map(nexthop).collect();
        let hops: Vec<&str> = hops.iter().map(String::as_str).collect();
        count += 1;
        routes::take(&mut facts, &text, &hops, place.origin(piece));
    }
    (SectionKind::Routes(count), facts)
}

fn rules(place: &Place<'_>, pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(rule) = serde_json::from_str::<Map<String, Value>>(piece.get()) else { continue };
        let text = |name: &str| match rule.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let net = |addr: &str, len: &str| {
            let addr = text(addr)?;
            Some(text(len).map_or(addr.clone(), |len| format!("{addr}/{len}")))
        };
        let range = |first: &str, last: &str| Some(format!("{}-{}", text(first)?, text(last)?));
        let realms = match (text("flow_from"), text("flow_to")) {
            (Some(from), to) => Some(format!("{from}/{}", to.unwrap_or_else(|| "0".into()))),
            (None, to) => to,
        };
        let mut line = String::new();
        if rule.contains_key("not") {
            line += "not ";
        }
        line += &format!("from {}", net("src", "srclen").unwrap_or_else(|| "all".into()));
        let mark = text("fwmark").map(|m| match text("fwmask") {
            Some(mask) => format!("{m}/{mask}"),
            None => m,
        });
        let words = [
            ("to", net("dst", "dstlen")),
            ("fwmark", mark),
            ("iif", text("iif")),
            ("oif", text("oif")),
            ("tos", text("tos")),
            ("uidrange", range("uid_start", "uid_end")),
            ("ipproto", text("ipproto")),
            ("sport", range("sport_start", "sport_end").or_else(|| text("sport"))),
            ("dport", range("dport_start", "dport_end").or_else(|| text("dport"))),
            ("lookup", text("table")),
            ("suppress_prefixlength", text("suppress_prefixlen")),
            ("realms", realms),
        ];
        for (name, value) in words {
            if let Some(value) = value {
                line += &format!(" {name} {value}");
            }
        }
        if let Some(action) = text("action") {
            line += &format!(" {action}");
        }
        let priority = text("priority").and_then(|p| p.parse().ok()).unwrap_or(0);
        let extra = ["l3mdev", "goto", "nop", "suppress_ifgroup"];
        let beyond = extra.iter().any(|name| rule.contains_key(*name));
        routes::take_rule(&mut facts, &line, priority, beyond, place.origin(piece));
    }
    (SectionKind::Policy(pieces.len() as u32), facts)
}

/// `docker network inspect`: a bridge, its address, and its containers by name.
fn networks(place: &Place<'_>, pieces: &[&RawValue]) -> (SectionKind, Facts) {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Network<'a> {
        name: Option<String>,
        id: Option<String>,
        driver: Option<String>,
        #[serde(rename = "IPAM")]
        ipam: Option<Value>,
        options: Option<Map<String, Value>>,
        #[serde(borrow)]
        containers: Option<&'a RawValue>,
    }
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(network) = serde_json::from_str::<Network<'_>>(piece.get()) else { continue };
        let origin = place.origin(piece);
        if network.driver.as_deref() == Some("bridge") {
            let said =
                network.options.as_ref().and_then(|o| o.get("com.docker.network.bridge.name"));
            // Docker calls a bridge after the first twelve digits of its network's id.
            let own =
                network.id.as_deref().and_then(|id| id.get(..12)).map(|id| format!("br-{id}"));
            let usual = (network.name.as_deref() == Some("bridge")).then(|| "docker0".to_owned());
            let name = said.and_then(Value::as_str).map(str::to_owned).or(usual).or(own);
            if let Some(name) = name {
                let mut bridge = Interface::named(&name, origin);
                of_kind(&mut bridge, "bridge");
                bridge.addrs = gateways(network.ipam.as_ref(), origin);
                facts.interfaces.push(bridge);
            }
        }
        let Some(inside) = network.containers else { continue };
        for (name, addr, hardware, piece) in attached(inside) {
            let origin = place.origin(piece);
            if let Some(mac) = hardware {
                facts.neighbours.push(Neighbour { addr, mac });
            }
            facts.names.push(NamedAddr { name: name.as_str().into(), addr, origin });
        }
    }
    (SectionKind::Names(facts.names.len() as u32), facts)
}

/// The addresses that a network's bridge has.
fn gateways(ipam: Option<&Value>, origin: Origin) -> Vec<Fact<Cidr>> {
    let configs = ipam.and_then(|i| i.get("Config")).and_then(Value::as_array);
    let one = |config: &Value| {
        let gateway = config.get("Gateway")?.as_str()?.split('/').next()?.parse().ok()?;
        let len = config.get("Subnet")?.as_str()?.rsplit_once('/')?.1.parse().ok()?;
        Some(Fact { value: Cidr { addr: gateway, len }, origin })
    };
    configs.into_iter().flatten().filter_map(one).collect()
}

/// The containers of a network: name, address, link-layer address.
fn attached(inside: &RawValue) -> Vec<(String, IpAddr, Option<chainwalk_model::Mac>, &RawValue)> {
    #[derive(Deserialize)]
    struct Inside {
        #[serde(rename = "Name")]
        name: Option<String>,
        #[serde(rename = "MacAddress")]
        hardware: Option<String>,
        #[serde(rename = "IPv4Address")]
        four: Option<String>,
        #[serde(rename = "IPv6Address")]
        six: Option<String>,
    }
    let all: std::collections::BTreeMap<String, &RawValue> =
        serde_json::from_str(inside.get()).unwrap_or_default();
    let mut found = Vec::new();
    for (id, piece) in all {
        let Ok(one) = serde_json::from_str::<Inside>(piece.get()) else { continue };
        let name = one.name.unwrap_or(id);
        for addr in [one.four, one.six].into_iter().flatten() {
            if let Some(addr) = addr.split('/').next().and_then(|a| a.parse().ok()) {
                found.push((name.clone(), addr, one.hardware.as_deref().and_then(mac), piece));
            }
        }
    }
    found
}

/// `docker inspect`: containers and their addresses.
fn containers(place: &Place<'_>, pieces: &[&RawValue]) -> (SectionKind, Facts) {
    let mut facts = Facts::default();
    for piece in pieces {
        let Ok(one) = serde_json::from_str::<Value>(piece.get()) else { continue };
        let Some(name) = one.get("Name").and_then(Value::as_str) else { continue };
        let settings = one.get("NetworkSettings");
        let networks = settings.and_then(|s| s.get("Networks")).and_then(Value::as_object);
        let networks = networks.into_iter().flat_map(|n| n.values()).chain(settings);
        let mut seen: Vec<IpAddr> = Vec::new();
        for network in networks {
            for key in ["IPAddress", "GlobalIPv6Address"] {
                let addr = network.get(key).and_then(Value::as_str).and_then(|a| a.parse().ok());
                let Some(addr) = addr.filter(|a| !seen.contains(a)) else { continue };
                seen.push(addr);
                let hardware = network.get("MacAddress").and_then(Value::as_str).and_then(mac);
                facts.neighbours.extend(hardware.map(|mac| Neighbour { addr, mac }));
                let name = name.trim_start_matches('/').into();
                facts.names.push(NamedAddr { name, addr, origin: place.origin(piece) });
            }
        }
    }
    (SectionKind::Names(facts.names.len() as u32), facts)
}

/// `kubectl get … -o json`: the addresses of pods, services, endpoints and nodes by name.
fn kubernetes(place: &Place<'_>, pieces: &[&RawValue]) -> Option<(SectionKind, Facts)> {
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let mut facts = Facts::default();
    for piece in pieces {
        let list: List<'_> = serde_json::from_str(piece.get()).ok()?;
        let items = list.items.unwrap_or_else(|| vec![piece]);
        for item in items {
            let Ok(one) = serde_json::from_str::<Value>(item.get()) else { continue };
            let Some(name) = one.pointer("/metadata/name").and_then(Value::as_str) else {
                continue;
            };
            let mut texts: Vec<&str> = Vec::new();
            let mut gather = |at: &str, key: Option<&str>| match one.pointer(at) {
                Some(Value::String(text)) => texts.push(text),
                Some(Value::Array(all)) => texts.extend(all.iter().filter_map(|v| match key {
                    Some(key) => v.get(key)?.as_str(),
                    None => v.as_str(),
                })),
                _ => {}
            };
            gather("/status/podIP", None);
            gather("/status/podIPs", Some("ip"));
            gather("/spec/clusterIP", None);
            gather("/spec/clusterIPs", None);
            gather("/spec/externalIPs", None);
            gather("/status/loadBalancer/ingress", Some("ip"));
            gather("/status/addresses", Some("address"));
            let subsets = one.get("subsets").and_then(Value::as_array).into_iter().flatten();
            for subset in subsets {
                let all = subset.get("addresses").and_then(Value::as_array).into_iter().flatten();
                texts.extend(all.filter_map(|a| a.get("ip")?.as_str()));
            }
            let mut seen: Vec<IpAddr> = Vec::new();
            for addr in texts.into_iter().filter_map(|t| t.parse().ok()) {
                if !seen.contains(&addr) {
                    seen.push(addr);
                    facts.names.push(NamedAddr {
                        name: name.into(),
                        addr,
                        origin: place.origin(item),
                    });
                }
            }
        }
    }
    Some((SectionKind::Names(facts.names.len() as u32), facts))
}
