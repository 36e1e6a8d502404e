//! A kernel case: one host and the packets sent through it, as a JSON object.
//!
//! Guarantees: what a case leaves open has the value that the recorded answers were made with; a field of a
//! packet that is not known is an error, never passed over.

mod extensions;
mod packet;
pub(crate) mod sets;
mod written;

pub use written::CaseError;

use self::packet::{Asked, ask};
use self::written::{Iface, Line, Lines, Rules, Scalar, Written, wrong};
use crate::assume::assumption;
use crate::iproute::{policy, route};
use crate::nft;
use crate::oneline::{Word, cidr, protocol};
use crate::paste::read;
use crate::restore::restore_body;
use chainwalk_model::{
    AskAddr, Assumption, Chain, Cidr, Diagnostic, DocId, Fact, Family, Host, IfKind, Interface,
    LocalStack, Mac, OpKind, Opaque, Order, Origin, PacketSpec, Reading, Ruleset, Socket, Target,
    Text, table_names,
};
use serde::Deserialize as _;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// Where frames come from unless a packet says otherwise.
const SENDER: Mac = Mac([2, 0, 0, 0, 3, 1]);

/// The sysctls that every recorded case starts with.
const SYSCTLS: [(&str, &str); 13] = [
    ("net.ipv4.ip_forward", "1"),
    ("net.ipv4.icmp_ratelimit", "0"),
    ("net.ipv4.icmp_ratemask", "0"),
    ("net.ipv4.icmp_msgs_per_sec", "1000000"),
    ("net.ipv4.icmp_msgs_burst", "100000"),
    ("net.ipv6.conf.all.forwarding", "1"),
    ("net.ipv6.icmp.ratelimit", "0"),
    ("net.netfilter.nf_conntrack_tcp_loose", "1"),
    ("net.netfilter.nf_conntrack_tcp_be_liberal", "0"),
    ("net.netfilter.nf_conntrack_checksum", "1"),
    ("net.netfilter.nf_conntrack_acct", "0"),
    ("net.bridge.bridge-nf-call-iptables", "1"),
    ("net.bridge.bridge-nf-call-ip6tables", "1"),
];
/// The settings that are 0 in `net.ipv4.conf.all` and `net.ipv4.conf.default`.
const OFF: [&str; 10] = [
    "rp_filter",
    "send_redirects",
    "accept_redirects",
    "secure_redirects",
    "log_martians",
    "route_localnet",
    "accept_local",
    "src_valid_mark",
    "accept_source_route",
    "drop_unicast_in_l2_multicast",
];

/// A case, read.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// The host, without what [`Case::assume`] says.
    pub host: Host,
    /// Its packets in order.
    pub asks: Vec<PacketSpec>,
    /// What its paste was read as, where it has one.
    pub reading: Option<Reading>,
    /// What it says of the host beyond the rest, in order.
    pub assume: Vec<Assumption>,
    /// The texts that spans count in: the paste where there is one, then one text a table.
    pub docs: Vec<String>,
    /// What of the structured rules could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a line of cases: a case, or an object that holds one as `case`.
///
/// # Errors
/// The line is no JSON object, or a field does not hold what it should.
pub fn read_line(line: &str) -> Result<Case, CaseError> {
    let apart = |text| serde_json::from_str::<Line>(text).ok();
    let own = apart(line).and_then(|own| match own.case {
        Some(case) => apart(case.get()),
        None => Some(own),
    });
    let Some(Line { packets, rest, .. }) = own else {
        // Something stands there twice, or is no case: the reader of values says so.
        let value: Value = serde_json::from_str(line).map_err(|e| wrong("", e))?;
        return read_value(&value);
    };
    let w = Written::deserialize(&Value::Object(rest)).map_err(|e| wrong("", e))?;
    read_written(w, &mut packets.iter().map(|p| Asked::Text(p.get())))
}

/// Reads a case from JSON that is parsed already.
///
/// # Errors
/// A field does not hold what it should.
pub fn read_value(value: &Value) -> Result<Case, CaseError> {
    let value = value.get("case").filter(|case| !case.is_null()).unwrap_or(value);
    let mut w = Written::deserialize(value).map_err(|e| wrong("", e))?;
    let packets = std::mem::take(&mut w.packets);
    read_written(w, &mut packets.iter().map(Asked::Value))
}

fn read_written(
    mut w: Written,
    packets: &mut dyn Iterator<Item = Asked<'_>>,
) -> Result<Case, CaseError> {
    let mut case = Case {
        id: match &w.id {
            Value::String(s) => s.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        },
        ..Case::default()
    };
    if let Some(paste) = w.paste.take() {
        let text = paste.into_text();
        let reading = read(&[&text]);
        case.host = reading.host();
        case.docs.push(text);
        case.reading = Some(reading);
    }
    let structured = case.reading.is_none() || w.interfaces.is_some();
    case.host.complete.network |= structured;
    case.host.complete.rules |=
        case.reading.is_none() || w.rules.is_some() || w.rules6.is_some() || w.nft.is_some();
    network(&mut case.host, &w, structured)?;
    if w.rules.is_some() || w.rules6.is_some() {
        // Structured rules stand for those of the paste.
        case.host.rules = Ruleset::default().into();
    }
    for (name, family, rules) in [("rules", Family::Ip, w.rules), ("rules6", Family::Ip6, w.rules6)]
    {
        if let Some(rules) = rules {
            load(&mut case, name, family, rules)?;
        }
    }
    if let Some(text) = w.nft {
        native(&mut case, text.into_text());
    }
    if case.host.complete.rules {
        targets_not_chains(Rc::make_mut(&mut case.host.rules));
    }
    if let Some(lines) = w.ipsets {
        let (sets, rest) = sets::read(&lines.into_lines(), Origin::Given);
        if let Some(line) = rest.first() {
            return Err(wrong("ipsets", line));
        }
        case.host.sets.extend(sets);
    }
    case.host.conntrack = w.conntrack.unwrap_or(true);
    case.host.clock = w.clock;
    case.host.raw_sender = true;
    case.host.stack = match w.local_stack.as_deref() {
        None | Some("mute") => LocalStack::Mute,
        Some("real") => LocalStack::Real,
        Some(other) => return Err(wrong("local_stack", other)),
    };
    for (k, line) in w.assume.iter().enumerate() {
        let said = assumption(line).map_err(|d| wrong(format!("assume[{k}]"), d.found))?;
        case.assume.push(said);
    }
    case.asks.reserve(packets.size_hint().0);
    for (k, packet) in packets.enumerate() {
        let mut asked = ask(&packet).map_err(|e| e.within(&format!("packets[{k}]")))?;
        // Of what follows another packet the sender is not known yet.
        if asked.smac.is_none() && asked.follow_up.is_none() {
            let port_host = match &asked.src {
                Some(AskAddr::Ip(a)) if case.host.fdb.iter().any(|(b, _)| b == a) => Some(*a),
                _ => None,
            };
            asked.smac = Some(port_host.map_or(SENDER, sets::bridge_host));
        }
        case.asks.push(asked);
    }
    Ok(case)
}

/// Interfaces, routes, sysctls, sockets and what lies behind bridge ports.
fn network(host: &mut Host, w: &Written, structured: bool) -> Result<(), CaseError> {
    if structured {
        interfaces(host, w.interfaces.as_deref().unwrap_or_default())?;
        let conf = ["all", "default"].into_iter().flat_map(|which| {
            OFF.iter().map(move |key| (format!("net.ipv4.conf.{which}.{key}"), "0"))
        });
        let base = SYSCTLS.iter().map(|(k, v)| ((*k).to_owned(), *v)).chain(conf);
        host.sysctls.extend(base.map(|(k, v)| (Text::from(k), given(v.into()))));
    }
    for (name, value) in &w.sysctls {
        let value = Scalar::deserialize(value).map_err(|e| wrong(format!("sysctls.{name}"), e))?;
        host.sysctls.push((name.as_str().into(), given(value.to_string().trim().into())));
    }
    for (k, line) in w.routes.iter().enumerate() {
        let read = route(Word { text: line, start: 0 });
        host.routes.push(read.map_err(|d| wrong(format!("routes[{k}]"), d.found))?);
    }
    for (k, line) in w.ip_rules.iter().enumerate() {
        let (mut rule, priority) = policy(Word { text: line, start: 0 })
            .map_err(|d| wrong(format!("ip_rules[{k}]"), d.found))?;
        if priority.is_none() {
            let first = host.policy.iter().map(|r| r.priority).filter(|p| *p != 0).min();
            rule.priority = first.unwrap_or(32766).saturating_sub(1);
        }
        // `ip rule add` without an address is of IPv4, on a host that has it.
        let four = |i: &Interface| {
            i.addrs.iter().any(|f| matches!(f.value.addr, IpAddr::V4(a) if !a.is_loopback()))
        };
        if rule.to.is_none() && host.interfaces.iter().any(four) {
            rule.from.get_or_insert(Cidr { addr: Ipv4Addr::UNSPECIFIED.into(), len: 0 });
        }
        host.policy.push(rule);
    }
    if !w.listen.is_empty() {
        host.listed_sockets = vec![chainwalk_model::proto::TCP, chainwalk_model::proto::UDP];
    }
    for l in &w.listen {
        host.sockets.push(Socket {
            proto: protocol(&l.proto).ok_or_else(|| wrong("listen.proto", &l.proto))?,
            addr: l.addr.unwrap_or(Ipv4Addr::UNSPECIFIED.into()),
            port: l.port,
            transparent: Some(l.transparent),
            process: None,
            origin: Origin::Given,
        });
    }
    for (addr, port) in &w.bridge_hosts {
        let addr = addr.parse().map_err(|_| wrong("bridge_hosts", addr))?;
        let port = port.as_str().ok_or_else(|| wrong("bridge_hosts", port))?;
        host.fdb.push((addr, given(port.into())));
    }
    Ok(())
}

fn given<T>(value: T) -> Fact<T> {
    Fact { value, origin: Origin::Given }
}

fn interfaces(host: &mut Host, listed: &[Iface]) -> Result<(), CaseError> {
    let mut six = false;
    for i in listed {
        let mut addrs = Vec::new();
        for a in &i.addrs {
            let addr = cidr(a).ok_or_else(|| wrong(format!("interfaces.{}", i.name), a))?;
            six |= addr.addr.is_ipv6();
            addrs.push(addr);
        }
        let entry = interface(host, &i.name);
        entry.mtu = i.mtu.or(entry.mtu);
        entry.group = i.group.or(entry.group);
        if i.kind.as_deref() == Some("bridge") {
            entry.kind = IfKind::Bridge;
        }
        for addr in addrs {
            if !entry.addrs.iter().any(|f| f.value == addr) {
                entry.addrs.push(given(addr));
            }
        }
        for port in &i.ports {
            interface(host, port).master = Some(i.name.as_str().into());
        }
        for port in &i.hairpin {
            interface(host, port).hairpin = true;
        }
    }
    // Bridges are made when everything else is there.
    host.interfaces.order_by_key(|i| i.kind == IfKind::Bridge);
    let lo = interface(host, "lo");
    let own = |addr: IpAddr, len| given(Cidr { addr, len });
    lo.kind = IfKind::Loopback;
    lo.mtu = Some(65536);
    if !lo.addrs.iter().any(|a| a.value.addr == IpAddr::V4(Ipv4Addr::LOCALHOST)) {
        lo.addrs.insert(0, own(Ipv4Addr::LOCALHOST.into(), 8));
    }
    if six {
        lo.addrs.push(own(Ipv6Addr::LOCALHOST.into(), 128));
    }
    Ok(())
}

/// The interface of that name, made where it is not there yet.
fn interface<'h>(host: &'h mut Host, name: &str) -> &'h mut Interface {
    let at = host.interfaces.iter().position(|i| &*i.name == name).unwrap_or_else(|| {
        let fresh = Interface::named(name, Origin::Given);
        host.interfaces.push(Interface {
            mtu: Some(1500),
            group: Some(0),
            up: Some(true),
            ..fresh
        });
        host.interfaces.len() - 1
    });
    &mut host.interfaces[at]
}

/// Loads structured rules: a map from table to restore input, or one save text.
fn load(case: &mut Case, at: &str, family: Family, rules: Rules) -> Result<(), CaseError> {
    let mut tables = match rules {
        Rules::Save(text) => split_save(&text),
        Rules::Tables(map) => {
            let mut tables = Vec::new();
            for (name, body) in map {
                let body =
                    Lines::deserialize(body).map_err(|e| wrong(format!("{at}.{name}"), e))?;
                let text = body.into_text();
                let lines = text.lines().filter(|l| !l.starts_with('*') && l.trim() != "COMMIT");
                tables.push((name, lines.flat_map(|l| [l, "\n"]).collect()));
            }
            tables
        }
    };
    // As they are loaded: which rule makes a list of `recent` decides its mask.
    let loaded = table_names();
    let place = |name: &str| loaded.iter().position(|t| *t == name).unwrap_or(loaded.len());
    tables.order_by_key(|(name, _)| place(name));
    for (name, body) in tables {
        let doc = DocId(case.docs.len() as u16);
        restore_body(&mut case.host, doc, family, &name, &body, &mut case.diagnostics);
        case.docs.push(body);
    }
    Ok(())
}

/// Loads native rules behind the others, as commands do.
fn native(case: &mut Case, text: String) {
    let doc = DocId(case.docs.len() as u16);
    let mut draft = nft::Draft::default();
    nft::load(&mut draft, doc, &text, nft::Source::Script, &mut case.diagnostics);
    // The chains of iptables were there before.
    for (at, chain) in Rc::make_mut(&mut case.host.rules).chains.iter_mut().enumerate() {
        if let Some(base) = &mut chain.base {
            base.registered.get_or_insert(at as u32);
        }
    }
    case.host.unparsed_dumps.extend(draft.unread.iter().map(|(text, _)| text.clone()));
    draft.lower(Rc::make_mut(&mut case.host.rules));
    case.docs.push(text);
}

/// What a rule of a case sends to and no line makes a chain of is a target that is not understood: the
/// rules of a case are whole.
fn targets_not_chains(rules: &mut Ruleset) {
    let empty = |c: &Chain| !c.declared && c.base.is_none() && c.rules.is_empty();
    for op in rules.rules.iter_mut().flat_map(|r| &mut r.ops) {
        let OpKind::Target(target) = &mut op.what else { continue };
        if let Target::Jump(id) | Target::Goto(id) = *target {
            let chain = &rules.chains[id.0 as usize];
            if empty(chain) {
                *target = Target::Opaque(Opaque::new(Some(&chain.name), &chain.name));
            }
        }
    }
}

/// The tables of a save text and the lines between `*table` and `COMMIT`.
fn split_save(text: &str) -> Vec<(String, String)> {
    let mut tables: Vec<(String, String)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('*') {
            tables.push((name.trim().to_owned(), String::new()));
        } else if line != "COMMIT"
            && !line.starts_with('#')
            && let Some((_, body)) = tables.last_mut()
        {
            body.push_str(line);
            body.push('\n');
        }
    }
    tables
}

#[cfg(test)]
mod tests;
