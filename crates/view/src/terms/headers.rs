//! The words for what tests a header, or what carries the packet.

use super::term::Add;
use crate::values::{bit_names, network, protocol, range};
use chainwalk_model::{
    AhMatch, BpfMatch, CgroupMatch, ChunkScope, Compare, ConditionKind, CtDir, DccpMatch,
    FragMatch, Inv, Ipv6HeaderMatch, IpvsMatch, IpvsMethod, OptionsMatch, PolicyElement,
    PolicyMatch, Range, RtMatch, SctpMatch, SrhMatch,
};
use std::net::Ipv6Addr;

/// The chunks of `-m sctp`.
pub(super) fn sctp(m: &SctpMatch, add: &mut Add<'_>) {
    let Some(chunks) = &m.chunks else { return };
    let scope = match chunks.value.scope {
        ChunkScope::All => "all of",
        ChunkScope::Any => "any of",
        ChunkScope::Only => "only",
    };
    let types: Vec<String> = chunks.value.types.iter().map(|t| chunk(*t)).collect();
    let types = match types.len() {
        0 => "none".into(),
        256 => "every type".into(),
        _ => types.join(","),
    };
    add(ConditionKind::Chunks, chunks.not, "chunks", format!("{scope} {types}"));
}

/// A chunk type by its name.
fn chunk(number: u8) -> String {
    const NAMES: [&str; 15] = [
        "DATA",
        "INIT",
        "INIT_ACK",
        "SACK",
        "HEARTBEAT",
        "HEARTBEAT_ACK",
        "ABORT",
        "SHUTDOWN",
        "SHUTDOWN_ACK",
        "ERROR",
        "COOKIE_ECHO",
        "COOKIE_ACK",
        "ECN_ECNE",
        "ECN_CWR",
        "SHUTDOWN_COMPLETE",
    ];
    NAMES.get(usize::from(number)).map_or_else(|| number.to_string(), |n| (*n).to_owned())
}

/// Type and option of `-m dccp`.
pub(super) fn dccp(m: &DccpMatch, add: &mut Add<'_>) {
    const NAMES: [&str; 16] = [
        "REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC",
        "SYNCACK", "10", "11", "12", "13", "14", "15",
    ];
    if let Some(v) = m.types {
        add(ConditionKind::DccpType, v.not, "dccp-type", bit_names(u32::from(v.value), &NAMES));
    }
    if let Some(v) = m.option {
        add(ConditionKind::DccpOption, v.not, "dccp-option", v.value.to_string());
    }
}

pub(super) fn ah(m: &AhMatch, add: &mut Add<'_>) {
    index("ah", "spi", m.spi, add);
    number(m.len, ConditionKind::HeaderLen, "ah length", add);
    flag(m.reserved, ConditionKind::Reserved, "reserved 0", add);
}

/// A parameter index, or that the header is there.
pub(super) fn index(header: &str, name: &str, spi: Option<Inv<Range<u32>>>, add: &mut Add<'_>) {
    match spi {
        Some(v) => add(ConditionKind::Spi, v.not, name, range(v.value)),
        None => add(ConditionKind::Spi, false, header, String::new()),
    }
}

fn number(v: Option<Inv<u32>>, part: ConditionKind, name: &str, add: &mut Add<'_>) {
    if let Some(v) = v {
        add(part, v.not, name, v.value.to_string());
    }
}

pub(super) fn flag(on: bool, part: ConditionKind, name: &str, add: &mut Add<'_>) {
    if on {
        add(part, false, name, String::new());
    }
}

pub(super) fn frag(m: &FragMatch, add: &mut Add<'_>) {
    add(ConditionKind::Module, false, "fragment header", String::new());
    if let Some(v) = m.id {
        add(ConditionKind::FragId, v.not, "frag-id", range(v.value));
    }
    flag(m.reserved, ConditionKind::Reserved, "reserved 0", add);
    flag(m.first, ConditionKind::FragPlace, "first fragment", add);
    flag(m.more, ConditionKind::FragPlace, "more fragments", add);
    flag(m.last, ConditionKind::FragPlace, "last fragment", add);
}

pub(super) fn rt(m: &RtMatch, add: &mut Add<'_>) {
    add(ConditionKind::Module, false, "routing header", String::new());
    number(m.kind, ConditionKind::HeaderType, "rt-type", add);
    if let Some(v) = m.segments_left {
        add(ConditionKind::SegmentsLeft, v.not, "segments-left", range(v.value));
    }
    number(m.len, ConditionKind::HeaderLen, "rt length", add);
    flag(m.reserved, ConditionKind::Reserved, "reserved 0", add);
    if !m.addrs.is_empty() {
        let all: Vec<String> = m.addrs.iter().map(Ipv6Addr::to_string).collect();
        add(ConditionKind::RoutingAddrs, false, "rt-addrs", all.join(","));
    }
}

pub(super) fn options(name: &str, m: &OptionsMatch, add: &mut Add<'_>) {
    add(ConditionKind::Module, false, name, String::new());
    number(m.len, ConditionKind::HeaderLen, "length", add);
    if !m.opts.is_empty() {
        let one = |(kind, len): &(u8, Option<u8>)| match len {
            Some(len) => format!("{kind}:{len}"),
            None => kind.to_string(),
        };
        let all: Vec<String> = m.opts.iter().map(one).collect();
        add(ConditionKind::HeaderOptions, false, "options", all.join(","));
    }
}

pub(super) fn ipv6(m: Ipv6HeaderMatch, add: &mut Add<'_>) {
    let how = if m.soft { "headers with" } else { "headers" };
    add(ConditionKind::Headers, m.headers.not, how, headers(m.headers.value));
}

pub(super) fn bpf(m: &BpfMatch, add: &mut Add<'_>) {
    let value = match m {
        BpfMatch::Bytecode(code) => format!("[{}]", code.len()),
        BpfMatch::Pinned(path) => path.to_string(),
    };
    add(ConditionKind::Module, false, "bpf", value);
}

pub(super) fn cgroup(m: &Inv<CgroupMatch>, add: &mut Add<'_>) {
    let value = match &m.value {
        CgroupMatch::Class(class) => class.to_string(),
        CgroupMatch::Path(path) => path.to_string(),
    };
    add(ConditionKind::Module, m.not, "cgroup", value);
}

/// The names of extension headers.
fn headers(bits: u8) -> String {
    let bit = |(at, _): &(usize, &&str)| bits & (0x80 >> at) != 0;
    let names = Ipv6HeaderMatch::NAMES.iter().enumerate().filter(bit).map(|(_, n)| *n);
    names.collect::<Vec<_>>().join(",")
}

pub(super) fn srh(m: &SrhMatch, add: &mut Add<'_>) {
    add(ConditionKind::Module, false, "srh", String::new());
    if let Some(v) = m.next_header {
        add(ConditionKind::NextHeader, v.not, "next-hdr", protocol(v.value));
    }
    for (part, name, all) in [
        (ConditionKind::HeaderLen, "hdr-len", &m.header_len),
        (ConditionKind::SegmentsLeft, "segments-left", &m.segments_left),
        (ConditionKind::LastEntry, "last-entry", &m.last_entry),
    ] {
        for v in all {
            let value = match v.value {
                Compare::Eq(n) => n.to_string(),
                Compare::Gt(n) => format!("> {n}"),
                Compare::Lt(n) => format!("< {n}"),
            };
            add(part, v.not, name, value);
        }
    }
    if let Some(v) = m.tag {
        add(ConditionKind::SegmentTag, v.not, "tag", v.value.to_string());
    }
    for (part, name, v) in [
        (ConditionKind::PrevSegment, "psid", m.previous),
        (ConditionKind::NextSegment, "nsid", m.next),
        (ConditionKind::LastSegment, "lsid", m.last),
    ] {
        if let Some(v) = v {
            add(part, v.not, name, network(v.value));
        }
    }
}

pub(super) fn policy(m: &PolicyMatch, add: &mut Add<'_>) {
    let dir = if m.out { "out" } else { "in" };
    let pol = if m.ipsec { "ipsec" } else { "none" };
    let mut words = vec![format!("{dir} {pol}")];
    if m.strict {
        words.push("strict".into());
    }
    words.extend(m.elements.iter().map(element));
    add(ConditionKind::Module, false, "policy", words.join(" "));
}

fn element(e: &PolicyElement) -> String {
    let mut words = Vec::new();
    let mut put = |not: bool, name: &str, value: String| {
        words.push(format!("{name} {}{value}", if not { "!" } else { "" }));
    };
    if let Some(v) = e.reqid {
        put(v.not, "reqid", v.value.to_string());
    }
    if let Some(v) = e.spi {
        put(v.not, "spi", format!("{:#x}", v.value));
    }
    if let Some(v) = e.proto {
        put(v.not, "proto", protocol(v.value));
    }
    if let Some(v) = e.tunnel {
        put(v.not, "mode", if v.value { "tunnel" } else { "transport" }.into());
    }
    if let Some(v) = e.src {
        put(v.not, "tunnel-src", network(v.value));
    }
    if let Some(v) = e.dst {
        put(v.not, "tunnel-dst", network(v.value));
    }
    words.join(" ")
}

pub(super) fn ipvs(m: &IpvsMatch, add: &mut Add<'_>) {
    let mut put =
        |not: bool, name: &str, value: String| add(ConditionKind::Module, not, name, value);
    if let Some(v) = m.ipvs {
        put(v.not, "ipvs", String::new());
    }
    if let Some(v) = m.proto {
        put(v.not, "vproto", protocol(v.value));
    }
    if let Some(v) = m.addr {
        put(v.not, "vaddr", network(v.value));
    }
    if let Some(v) = m.port {
        put(v.not, "vport", v.value.to_string());
    }
    if let Some(v) = m.dir {
        put(false, "vdir", if v == CtDir::Original { "ORIGINAL" } else { "REPLY" }.into());
    }
    if let Some(v) = m.method {
        let name = match v.value {
            IpvsMethod::Gate => "GATE",
            IpvsMethod::Ipip => "IPIP",
            IpvsMethod::Masq => "MASQ",
        };
        put(v.not, "vmethod", name.into());
    }
    if let Some(v) = m.control_port {
        put(v.not, "vportctl", v.value.to_string());
    }
}
