//! A kernel case: one host and the packets sent through it, as a JSON object.
//!
//! Guarantees: what a case leaves open has the value that the recorded answers were made with; a field of a
//! packet that is not known is an error, never passed over.

mod extensions;
pub(crate) mod sets;

use crate::assume::{assumption, policy, route};
use crate::oneline::{Word, cidr, flag_letters, flag_name, protocol};
use chainwalk_model::{
    Ask, AskAddr, AskEntry, Assumption, Chain, Cidr, Diagnostic, DocId, Fact, Family, FollowUp,
    Host, IfKind, Interface, LocalStack, Mac, OpKind, Opaque, Origin, PacketType, Reading, Ruleset,
    Socket, Target, TcpFlags, Text, table_names,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

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
    pub asks: Vec<Ask>,
    /// What its paste was read as, where it has one.
    pub reading: Option<Reading>,
    /// What it says of the host beyond the rest, in order.
    pub assume: Vec<Assumption>,
    /// The texts that spans count in: the paste where there is one, then one text a table.
    pub docs: Vec<String>,
    /// What of the structured rules could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a text is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The field, as a path (`packets[2].dport`); empty for the whole.
    pub at: String,
    /// What is wrong with it, in the words of the JSON reader or as the text found there.
    pub found: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => f.write_str(&self.found),
            at => write!(f, "{at}: {}", self.found),
        }
    }
}

impl std::error::Error for CaseError {}

fn wrong(at: impl Into<String>, found: impl fmt::Display) -> CaseError {
    CaseError { at: at.into(), found: found.to_string() }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
}

impl Default for Lines {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Lines {
    fn into_lines(self) -> Vec<String> {
        match self {
            Self::One(text) => text.lines().map(str::to_owned).collect(),
            Self::Many(lines) => lines,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::One(text) => text,
            Self::Many(lines) => lines.join("\n"),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Save(String),
    Tables(Map<String, Value>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Number(i64),
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{}", u8::from(*b)),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(t) => f.write_str(t),
        }
    }
}

#[derive(Deserialize)]
struct Iface {
    name: String,
    #[serde(default)]
    addrs: Vec<String>,
    mtu: Option<u32>,
    group: Option<u32>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    hairpin: Vec<String>,
}

#[derive(Deserialize)]
struct Listener {
    proto: String,
    addr: Option<IpAddr>,
    port: u16,
    #[serde(default)]
    transparent: bool,
}

/// The case as it is written. Fields about how it was made are passed over.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    id: Value,
    interfaces: Option<Vec<Iface>>,
    #[serde(default)]
    routes: Vec<String>,
    #[serde(default)]
    ip_rules: Vec<String>,
    #[serde(default)]
    sysctls: Map<String, Value>,
    ipsets: Option<Lines>,
    rules: Option<Rules>,
    rules6: Option<Rules>,
    nft: Option<String>,
    #[serde(default)]
    bridge_hosts: Map<String, Value>,
    #[serde(default)]
    listen: Vec<Listener>,
    conntrack: Option<bool>,
    clock: Option<u64>,
    local_stack: Option<String>,
    paste: Option<Lines>,
    #[serde(default)]
    assume: Vec<String>,
    #[serde(default)]
    packets: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Hex { hex: String },
    Len { len: u16 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TcpOpts {
    hex: Option<String>,
    mss: Option<u16>,
    #[serde(default)]
    sackok: bool,
    ts: Option<[u32; 2]>,
    wscale: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    hook_in: Option<String>,
    src: Option<String>,
    dst: Option<String>,
    proto: Option<Scalar>,
    sport: Option<u16>,
    dport: Option<u16>,
    flags: Option<Scalar>,
    seq: Option<u32>,
    ack: Option<u32>,
    window: Option<u16>,
    tcp_opts: Option<TcpOpts>,
    vtag: Option<u32>,
    chunk: Option<u8>,
    itag: Option<u32>,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
    icmp_id: Option<u16>,
    icmp_seq: Option<u16>,
    inner: Option<Value>,
    ttl: Option<u8>,
    tos: Option<u8>,
    id: Option<u16>,
    df: Option<bool>,
    mf: Option<bool>,
    frag_off: Option<u16>,
    frag_len: Option<u16>,
    payload: Option<Bytes>,
    bad_csum: Option<bool>,
    ip_opts: Option<String>,
    mark: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    bind_dev: Option<String>,
    smac: Option<String>,
    dmac: Option<String>,
    sleep_ms: Option<u64>,
    reply_to: Option<usize>,
    icmp_error_to: Option<usize>,
}

/// Reads a line of cases: a case, or an object that holds one as `case`.
///
/// # Errors
/// The line is no JSON object, or a field does not hold what it should.
pub fn read_line(line: &str) -> Result<Case, CaseError> {
    let value: Value = serde_json::from_str(line).map_err(|e| wrong("", e))?;
    read_value(&value)
}

/// Reads a case from JSON that is parsed already.
///
/// # Errors
/// A field does not hold what it should.
pub fn read_value(value: &Value) -> Result<Case, CaseError> {
    let value = value.get("case").unwrap_or(value);
    let mut w = Written::deserialize(value).map_err(|e| wrong("", e))?;
    let mut case = Case {
        id: match &w.id {
            Value::String(s) => s.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        },
        ..Case::default()
    };
    if w.nft.is_some() {
        return Err(wrong("nft", "native nft rules are not read yet"));
    }
    if let Some(paste) = w.paste.take() {
        let text = paste.into_text();
        let reading = crate::read(&[&text]);
        case.host = reading.host();
        case.docs.push(text);
        case.reading = Some(reading);
    }
    let structured = case.reading.is_none() || w.interfaces.is_some();
    case.host.complete.network |= structured;
    case.host.complete.rules |= case.reading.is_none() || w.rules.is_some() || w.rules6.is_some();
    network(&mut case.host, &w, structured)?;
    if w.rules.is_some() || w.rules6.is_some() {
        // Structured rules stand for those of the paste.
        case.host.rules = Ruleset::default();
    }
    for (name, family, rules) in [("rules", Family::Ip, w.rules), ("rules6", Family::Ip6, w.rules6)]
    {
        if let Some(rules) = rules {
            load(&mut case, name, family, rules)?;
        }
    }
    if case.host.complete.rules {
        targets_not_chains(&mut case.host.rules);
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
    for (k, packet) in w.packets.iter().enumerate() {
        let at = format!("packets[{k}]");
        let mut asked = ask(packet, &at)?;
        // Of what follows another packet the sender is not known yet.
        if asked.smac.is_none() && asked.follow_up.is_none() {
            let port_host = match &asked.src {
                Some(AskAddr::Ip(a)) if case.host.behind.iter().any(|(b, _)| b == a) => Some(*a),
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
        host.policy.push(rule);
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
        host.behind.push((addr, given(port.into())));
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
    host.interfaces.sort_by_key(|i| i.kind == IfKind::Bridge);
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
        host.interfaces.push(Interface {
            name: name.into(),
            kind: IfKind::Plain,
            addrs: Vec::new(),
            master: None,
            mtu: Some(1500),
            group: Some(0),
            mac: None,
            up: Some(true),
            hairpin: false,
            origin: Origin::Given,
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
    tables.sort_by_key(|(name, _)| place(name));
    for (name, body) in tables {
        let doc = DocId(case.docs.len() as u16);
        crate::restore_body(&mut case.host, doc, family, &name, &body, &mut case.diagnostics);
        case.docs.push(body);
    }
    Ok(())
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

fn ask(value: &Value, at: &str) -> Result<Ask, CaseError> {
    let w = Wire::deserialize(value).map_err(|e| wrong(at, e))?;
    let field = |name: &str| format!("{at}.{name}");
    let addr = |text: Option<String>, name: &str| match text {
        None => Ok(None),
        Some(t) => t.parse().map(|a| Some(AskAddr::Ip(a))).map_err(|_| wrong(field(name), t)),
    };
    let follow_up = match (w.reply_to, w.icmp_error_to) {
        (Some(k), _) => Some(FollowUp::ReplyTo(k)),
        (None, Some(k)) => Some(FollowUp::IcmpErrorTo(k)),
        (None, None) => None,
    };
    let hex = |text: &str, name: &str| bytes_of(text).ok_or_else(|| wrong(field(name), text));
    let mut ask = Ask {
        span: None,
        app: None,
        entry: match w.hook_in.as_deref() {
            Some("local") => AskEntry::Local,
            Some(iface) => AskEntry::Iface(iface.into()),
            None if follow_up.is_some() => AskEntry::Unsaid,
            None => AskEntry::Local,
        },
        follow_up,
        src: addr(w.src, "src")?,
        dst: addr(w.dst, "dst")?,
        proto: match w.proto {
            None => None,
            Some(p) => Some(protocol(&p.to_string()).ok_or_else(|| wrong(field("proto"), p))?),
        },
        sport: w.sport,
        dport: w.dport,
        flags: match w.flags {
            None => None,
            Some(f) => Some(TcpFlags(flags(&f).ok_or_else(|| wrong(field("flags"), f))?)),
        },
        seq: w.seq,
        ack: w.ack,
        window: w.window,
        tcp_options: match w.tcp_opts {
            None => None,
            Some(o) => Some(tcp_options(&o, &hex)?.into()),
        },
        // What a case does not say is 0, and no answer to what came before.
        sctp_tag: Some(w.vtag.unwrap_or(0)),
        icmp_type: w.icmp_type,
        icmp_code: w.icmp_code,
        icmp_id: w.icmp_id,
        icmp_seq: w.icmp_seq,
        inner: match &w.inner {
            None => None,
            Some(inner) => Some(Box::new(ask(inner, &field("inner"))?)),
        },
        ttl: w.ttl,
        tos: w.tos,
        id: w.id,
        df: w.df,
        mf: w.mf,
        frag_off: w.frag_off,
        frag_len: w.frag_len,
        payload: match w.payload {
            None => {
                // A chunk is told by its number or by the tag of an INIT.
                let kind = w.chunk.or(w.itag.map(|_| 1));
                let short = kind.filter(|k| !matches!(k, 1 | 2)).map(|k| vec![k, 0, 0, 4]);
                let whole = || kind.map(|k| chainwalk_model::sctp_chunk(k, w.itag));
                short.or_else(whole).map(Arc::from)
            }
            Some(Bytes::Text(t)) => Some(latin1(&t).ok_or_else(|| wrong(field("payload"), t))?),
            Some(Bytes::Hex { hex: t }) => Some(hex(&t, "payload")?.into()),
            Some(Bytes::Len { len }) => Some(vec![b'x'; usize::from(len)].into()),
        },
        bad_csum: w.bad_csum,
        ip_options: match w.ip_opts {
            None => None,
            Some(t) => Some(padded(hex(&t, "ip_opts")?).into()),
        },
        extensions: None,
        mark: w.mark,
        uid: Some(w.uid.unwrap_or(0)),
        gid: Some(w.gid.unwrap_or(0)),
        bind: w.bind_dev.map(Text::from),
        smac: match w.smac {
            None => None,
            Some(t) => Some(sets::mac(&t).ok_or_else(|| wrong(field("smac"), t))?),
        },
        frame: match w.dmac.as_deref() {
            None | Some("self") => Some(PacketType::Host),
            Some("other") => Some(PacketType::Other),
            Some("broadcast") => Some(PacketType::Broadcast),
            Some(t) => Some(match sets::mac(t).ok_or_else(|| wrong(field("dmac"), t))? {
                Mac([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) => PacketType::Broadcast,
                Mac([first, ..]) if first & 1 == 1 => PacketType::Multicast,
                Mac(_) => PacketType::Other,
            }),
        },
        after_ms: w.sleep_ms.unwrap_or(0),
        at: None,
    };
    extensions::take_apart(&mut ask);
    Ok(ask)
}

fn flags(written: &Scalar) -> Option<u8> {
    match written {
        Scalar::Number(n) => u8::try_from(*n).ok(),
        Scalar::Text(t) if t.is_empty() || t.eq_ignore_ascii_case("none") => Some(0),
        Scalar::Text(t) if t.contains(',') || (t.len() == 3 && flag_name(t).is_some()) => {
            t.split(',').try_fold(0, |bits, name| Some(bits | flag_name(name)?))
        }
        Scalar::Text(t) => flag_letters(t),
        Scalar::Bool(_) => None,
    }
}

fn tcp_options(
    o: &TcpOpts,
    hex: &impl Fn(&str, &str) -> Result<Vec<u8>, CaseError>,
) -> Result<Vec<u8>, CaseError> {
    if let Some(text) = &o.hex {
        return hex(text, "tcp_opts").map(padded);
    }
    let mut bytes = Vec::new();
    if let Some(mss) = o.mss {
        bytes.extend([2, 4]);
        bytes.extend(mss.to_be_bytes());
    }
    if o.sackok {
        bytes.extend([4, 2]);
    }
    if let Some([value, echo]) = o.ts {
        bytes.extend([8, 10]);
        bytes.extend(value.to_be_bytes());
        bytes.extend(echo.to_be_bytes());
    }
    if let Some(shift) = o.wscale {
        bytes.extend([1, 3, 3, shift]);
    }
    Ok(padded(bytes))
}

/// Zeros up to a multiple of four bytes.
fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect())
}

fn latin1(text: &str) -> Option<Arc<[u8]>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests;
