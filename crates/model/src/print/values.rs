//! Values, and what stands in rules and sets alike, as nft writes them.

use crate::answering::{RejectWith, Synproxy};
use crate::family::Family;
use crate::nft::{Expr, FibResultKey, Field, Limit, ObjectKind, Pattern, Stateful, Type, Value};
use crate::targets::NatRange;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl ObjectKind {
    /// The words that name it in a rule.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stateful(Stateful::Counter(_) | Stateful::Last) => "counter",
            Self::Stateful(Stateful::Limit(_)) => "limit",
            Self::Stateful(Stateful::Quota { .. }) => "quota",
            Self::Stateful(Stateful::Count { .. }) => "ct count",
            Self::CtHelper { .. } => "ct helper",
            Self::Synproxy(_) => "synproxy",
            Self::Other(_) => "ct timeout",
        }
    }
}

pub(super) fn existence(exists: bool) -> &'static str {
    if exists { "exists" } else { "missing" }
}

pub(super) fn shifted(offset: u32) -> String {
    if offset == 0 { String::new() } else { format!(" offset {offset}") }
}

/// The type and width of what an expression gives.
pub(super) fn kind_of(expr: &Expr) -> (Type, u16) {
    match expr {
        Expr::Field(Field::Fib(fib)) if fib.result == FibResultKey::Oifname => (Type::IfName, 128),
        Expr::Field(field) => field.ty(),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } => kind_of(of),
        _ => (Type::Integer, 32),
    }
}

/// The bits of a number by their words.
pub(super) fn flags(ty: Type, n: u128, sep: &str) -> String {
    if ty == Type::CtLabel {
        // Labels are named by the numbers of their bits.
        let bits = (0..128).filter(|bit| n >> bit & 1 == 1).map(|bit| bit.to_string());
        return bits.collect::<Vec<_>>().join(sep);
    }
    let mut rest = n;
    let mut words = Vec::new();
    for (word, bit) in ty.words() {
        if n & bit == *bit && *bit != 0 {
            rest &= !bit;
            words.push((*word).to_owned());
        }
    }
    if rest != 0 || words.is_empty() {
        return format!("{n:#x}");
    }
    words.join(sep)
}

/// A number of a type.
pub(super) fn number(n: u128, ty: Type, bits: u16) -> String {
    value(&Value::Number(n), ty, bits, " | ")
}

/// A value of a type; `sep` stands between bits.
pub(super) fn value(value: &Value, ty: Type, bits: u16, sep: &str) -> String {
    let n = match value {
        Value::Name(name) => return format!("\"{name}\""),
        Value::Number(n) => *n,
    };
    match ty {
        Type::Ipv4Addr => Ipv4Addr::from(n as u32).to_string(),
        Type::Ipv6Addr => Ipv6Addr::from(n).to_string(),
        Type::EtherAddr => {
            let bytes = (0..6).rev().map(|k| format!("{:02x}", n >> (8 * k) & 0xff));
            bytes.collect::<Vec<_>>().join(":")
        }
        Type::Mark | Type::Realm => format!("{n:#010x}"),
        Type::Classid => format!("{:x}:{:x}", n >> 16, n & 0xffff),
        Type::Time => duration(n as u64),
        Type::Hour if n % 60 != 0 => {
            format!("\"{:02}:{:02}:{:02}\"", n / 3600, n / 60 % 60, n % 60)
        }
        Type::Hour => format!("\"{:02}:{:02}\"", n / 3600, n / 60 % 60),
        Type::Day => ty.word_of(n).map_or(n.to_string(), |w| format!("\"{w}\"")),
        _ if ty.is_bitmask() => flags(ty, n, sep),
        Type::Integer if bits > 32 => format!("{n:#x}"),
        _ => ty.word_of(n).map_or(n.to_string(), str::to_owned),
    }
}

/// An end of a range: a word and the dash behind it would be read as one word, and bits as more than one value.
fn end(n: u128, ty: Type, bits: u16) -> String {
    if ty.is_bitmask() {
        return n.to_string();
    }
    let text = number(n, ty, bits);
    if ty.word_of(n).is_some_and(|word| word == text) { n.to_string() } else { text }
}

/// What a value is compared with.
pub(super) fn pattern(of: &Pattern, ty: Type, bits: u16, sep: &str) -> String {
    match of {
        Pattern::One(v) => value(v, ty, bits, sep),
        Pattern::Prefix(n, len) => format!("{}/{len}", end(*n, ty, bits)),
        Pattern::Range(first, last) => {
            format!("{}-{}", end(*first, ty, bits), end(*last, ty, bits))
        }
        Pattern::Begins(start) => format!("\"{start}*\""),
        Pattern::Any => "*".to_owned(),
    }
}

/// A time as nft writes it (`1h30m`).
pub fn duration(ms: u64) -> String {
    let mut text = String::new();
    let (seconds, rest) = (ms / 1000, ms % 1000);
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (rest, "ms"),
    ];
    for (count, unit) in parts {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// The word for so many seconds, behind the `/` of a rate.
pub fn period(seconds: u32) -> Option<&'static str> {
    Some(match seconds {
        1 => "second",
        60 => "minute",
        3600 => "hour",
        86_400 => "day",
        _ => return None,
    })
}

fn limit(limit: &Limit) -> String {
    let over = if limit.over { "over " } else { "" };
    let unit = period(limit.per_s).unwrap_or("week");
    if limit.bytes {
        let mut text = format!("limit rate {over}{}/{unit}", bytes(limit.rate));
        if limit.burst > 0 {
            let _ = write!(text, " burst {}", bytes(limit.burst));
        }
        return text;
    }
    let burst =
        if limit.burst == 5 { String::new() } else { format!(" burst {} packets", limit.burst) };
    format!("limit rate {over}{}/{unit}{burst}", limit.rate)
}

fn bytes(n: u64) -> String {
    match n {
        n if n > 0 && n % (1 << 20) == 0 => format!("{} mbytes", n >> 20),
        n if n > 0 && n % (1 << 10) == 0 => format!("{} kbytes", n >> 10),
        n => format!("{n} bytes"),
    }
}

/// What keeps a state.
pub fn stateful(what: &Stateful) -> String {
    match what {
        Stateful::Counter(None) => "counter".to_owned(),
        Stateful::Counter(Some(c)) => {
            format!("counter packets {} bytes {}", c.packets.value, c.bytes.value)
        }
        Stateful::Limit(of) => limit(of),
        Stateful::Quota { bytes: most, used, over } => {
            let over = if *over { "over " } else { "" };
            let used = if *used > 0 { format!(" used {}", bytes(*used)) } else { String::new() };
            format!("quota {over}{}{used}", bytes(*most))
        }
        Stateful::Count { most, over } => {
            format!("ct count {}{most}", if *over { "over " } else { "" })
        }
        Stateful::Last => "last".to_owned(),
    }
}

/// `reject`, without what is the default of a family.
pub(super) fn rejects(with: RejectWith, family: Family) -> String {
    let both = matches!(family, Family::Inet | Family::Bridge | Family::Netdev);
    let word = match with {
        RejectWith::TcpReset => return "reject with tcp reset".to_owned(),
        RejectWith::PortUnreachable => return "reject".to_owned(),
        RejectWith::AdminProhibited if both => {
            return "reject with icmpx admin-prohibited".to_owned();
        }
        RejectWith::AdminProhibited if family == Family::Ip6 => {
            return "reject with icmpv6 admin-prohibited".to_owned();
        }
        RejectWith::NetUnreachable => "icmp net-unreachable",
        RejectWith::HostUnreachable => "icmp host-unreachable",
        RejectWith::ProtoUnreachable => "icmp prot-unreachable",
        RejectWith::NetProhibited => "icmp net-prohibited",
        RejectWith::HostProhibited => "icmp host-prohibited",
        RejectWith::AdminProhibited => "icmp admin-prohibited",
        RejectWith::NoRoute6 => "icmpv6 no-route",
        RejectWith::AddrUnreachable6 => "icmpv6 addr-unreachable",
        RejectWith::PolicyFail6 => "icmpv6 policy-fail",
        RejectWith::RejectRoute6 => "icmpv6 reject-route",
    };
    format!("reject with {word}")
}

/// A translation to constants.
pub(super) fn nat(word: &str, range: &NatRange, family: Family) -> String {
    let mut text = word.to_owned();
    if let Some(addrs) = range.addrs {
        if family == Family::Inet {
            text += if addrs.first.is_ipv4() { " ip" } else { " ip6" };
        }
        let one = |addr: IpAddr| match addr {
            IpAddr::V6(a) if range.ports.is_some() => format!("[{a}]"),
            addr => addr.to_string(),
        };
        let _ = write!(text, " to {}", one(addrs.first));
        if addrs.first != addrs.last {
            let _ = write!(text, "-{}", one(addrs.last));
        }
    }
    if let Some(ports) = range.ports {
        if range.addrs.is_none() {
            text += " to ";
        }
        let _ = write!(text, ":{}", ports.first);
        if ports.first != ports.last {
            let _ = write!(text, "-{}", ports.last);
        }
    }
    let flags = [
        (range.random, "random"),
        (range.random_fully, "fully-random"),
        (range.persistent, "persistent"),
    ];
    let flags: Vec<&str> = flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag).collect();
    if !flags.is_empty() {
        let _ = write!(text, " {}", flags.join(","));
    }
    text
}

/// `synproxy`, with what it is told.
pub fn synproxy(of: &Synproxy) -> String {
    let mut text = "synproxy".to_owned();
    if let Some(mss) = of.mss {
        let _ = write!(text, " mss {mss}");
    }
    if let Some(wscale) = of.wscale {
        let _ = write!(text, " wscale {wscale}");
    }
    if of.timestamp {
        text += " timestamp";
    }
    if of.sack_perm {
        text += " sack-perm";
    }
    text
}
