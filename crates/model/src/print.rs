//! Native nft as nft writes it.
//!
//! Source: the `*_print` functions in `src/expression.c`, `src/datatype.c` and `src/statement.c` of nft.

use crate::answering::{RejectWith, Synproxy};
use crate::family::Family;
use crate::ids::SetId;
use crate::matches::Match;
use crate::nft::{
    CmpOp, Condition, ElementData, Expr, FibResultKey, Field, Limit, NatOperand, Needs, NftVerdict,
    ObjectKind, Pattern, Set, SetData, SetElement, Stateful, Statement, Type, Value, all_bits,
};
use crate::ruleset::{Op, OpKind, Ruleset};
use crate::targets::{NatRange, Target};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// So many elements of a set without a name are written out at most.
const MOST_ELEMENTS: usize = 6;

/// Writes what stands in rules of a ruleset.
pub struct Printer<'a> {
    rules: &'a Ruleset,
    /// Whether sets without a name are written out, however long they are.
    whole: bool,
}

impl<'a> Printer<'a> {
    /// One that writes everything, as nft takes it.
    pub fn whole(rules: &'a Ruleset) -> Self {
        Self { rules, whole: true }
    }

    /// One that cuts long sets short, for people.
    pub fn short(rules: &'a Ruleset) -> Self {
        Self { rules, whole: false }
    }

    /// A rule's operations on one line. What nft has no words for stands as it was written.
    pub fn rule(&self, ops: &[Op], family: Family) -> String {
        // A rejection that is of one family only says so.
        let of = ops.iter().find_map(|op| match &op.what {
            OpKind::Match(Match::Nft(condition)) => match **condition {
                Condition::Implied(Needs::Ip) => Some("icmp"),
                Condition::Implied(Needs::Ip6) => Some("icmpv6"),
                _ => None,
            },
            _ => None,
        });
        let words = ops.iter().map(|op| match &op.what {
            OpKind::Target(Target::Reject(with)) => match (with, of) {
                (RejectWith::PortUnreachable, Some(of)) => {
                    format!("reject with {of} port-unreachable")
                }
                (RejectWith::AdminProhibited, Some(of)) => {
                    format!("reject with {of} admin-prohibited")
                }
                _ => self.target(&Target::Reject(*with), family),
            },
            OpKind::Match(Match::Nft(condition)) => self.condition(condition),
            OpKind::Match(Match::Opaque(o)) => o.text.to_string(),
            OpKind::Match(_) => String::new(),
            OpKind::Target(target) => self.target(target, family),
        });
        words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// A target in a table of a family, in nft's words.
    pub fn target(&self, target: &Target, family: Family) -> String {
        match target {
            Target::Accept => "accept".to_owned(),
            Target::Drop => "drop".to_owned(),
            Target::Return => "return".to_owned(),
            Target::Jump(to) => format!("jump {}", self.rules.chain(*to).name),
            Target::Goto(to) => format!("goto {}", self.rules.chain(*to).name),
            Target::Reject(with) => rejects(*with, family),
            Target::Ct(ct) if ct.notrack => "notrack".to_owned(),
            Target::Log { prefix, rest, .. } => {
                let mut text = "log".to_owned();
                if !prefix.is_empty() {
                    let _ = write!(text, " prefix \"{prefix}\"");
                }
                if !rest.is_empty() {
                    let _ = write!(text, " {rest}");
                }
                text
            }
            Target::Queue { num, bypass, rest } => {
                let bypass = if *bypass { " flags bypass" } else { "" };
                let rest = if rest.is_empty() { String::new() } else { format!(" {rest}") };
                format!("queue{bypass}{rest} to {num}")
            }
            Target::Snat(range) => nat("snat", range, family),
            Target::Dnat(range) => nat("dnat", range, family),
            Target::Masquerade(range) => nat("masquerade", range, family),
            Target::Redirect(range) => nat("redirect", range, family),
            Target::Nft(statement) => self.statement(statement),
            Target::Opaque(o) => o.text.to_string(),
            other => other.name().unwrap_or_default().to_owned(),
        }
    }

    /// A condition. What nobody writes is the empty text.
    pub fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Compare { left, op, right } => self.compare(left, *op, right),
            Condition::Lookup { key, set, not } => {
                let sign = if *not { "!= " } else { "" };
                format!("{} {sign}{}", self.expr(key), self.set_name(*set))
            }
            Condition::Exists { field: Field::Header(field), exists } => {
                let header = field.row().header.words();
                let before = if header.contains(' ') { "" } else { "exthdr " };
                format!("{before}{header} {}", existence(*exists))
            }
            Condition::Exists { field, exists } => {
                format!("{} {}", field.words(), existence(*exists))
            }
            Condition::Stateful(what) => stateful(what),
            Condition::Named(id) => {
                let object = self.rules.object(*id);
                format!("{} name \"{}\"", object.kind.word(), object.name)
            }
            Condition::Implied(_) => String::new(),
        }
    }

    fn compare(&self, left: &Expr, op: CmpOp, right: &Pattern) -> String {
        // `tcp flags & (syn | ack) == syn` is written `tcp flags syn / syn,ack`.
        if let Expr::Bits { of, and, xor: 0 } = left
            && let Expr::Field(field) = &**of
            && field.ty().0 == Type::TcpFlag
            && let Pattern::One(Value::Number(n)) = right
            && matches!(op, CmpOp::Eq | CmpOp::Ne)
            && *n != 0
        {
            let sign = if op == CmpOp::Ne { "!= " } else { "" };
            let bits = |n| flags(Type::TcpFlag, n, ",");
            return format!("{} {sign}{} / {}", self.expr(of), bits(*n), bits(*and));
        }
        let (ty, bits) = kind_of(left);
        let masked = matches!(left, Expr::Bits { .. } | Expr::Shift { .. });
        let exact = ty.is_bitmask() && op == CmpOp::Eq;
        let sign = match op {
            CmpOp::Eq if !masked && !exact => "",
            CmpOp::AnyBit => "",
            other => other.sign(),
        };
        let joined = if op == CmpOp::AnyBit || op == CmpOp::NoBit { "," } else { " | " };
        let value = pattern(right, ty, bits, joined);
        let sep = if sign.is_empty() { "" } else { " " };
        format!("{} {sign}{sep}{value}", self.expr(left))
    }

    /// An expression.
    pub fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => self::value(value, Type::Integer, 32, " | "),
            Expr::Field(field) => field.words(),
            Expr::Concat(parts) => {
                parts.iter().map(|p| self.expr(p)).collect::<Vec<_>>().join(" . ")
            }
            Expr::Bits { of, and, xor } => {
                let (ty, bits) = kind_of(of);
                let all = all_bits(bits);
                let mut text = self.expr(of);
                let kept = and & all;
                // `(x & and) ^ xor` is an `or` where what it turns round was cleared before.
                let or = xor & !kept & all;
                let turned = xor & kept;
                let cleared = !kept & all & !or;
                let operand = |n: u128| {
                    let text = number(n, ty, bits);
                    if text.contains('|') { format!("({text})") } else { text }
                };
                for (sign, n, on) in
                    [('&', kept | or, cleared != 0), ('|', or, or != 0), ('^', turned, turned != 0)]
                {
                    if on {
                        let _ = write!(text, " {sign} {}", operand(n));
                    }
                }
                text
            }
            Expr::Shift { of, by } if *by < 0 => format!("{} >> {}", self.expr(of), -by),
            Expr::Shift { of, by } => format!("{} << {by}", self.expr(of)),
            Expr::Map { key, map } => format!("{} map {}", self.expr(key), self.set_name(*map)),
            Expr::Numgen { random, modulus, offset } => {
                let kind = if *random { "random" } else { "inc" };
                format!("numgen {kind} mod {modulus}{}", shifted(*offset))
            }
            Expr::Jhash { of, modulus, seed, offset } => {
                let seed = seed.map_or(String::new(), |s| format!(" seed {s:#x}"));
                format!("jhash {} mod {modulus}{seed}{}", self.expr(of), shifted(*offset))
            }
            Expr::Symhash { modulus, offset } => {
                format!("symhash mod {modulus}{}", shifted(*offset))
            }
        }
    }

    /// A set: `@name`, or its elements.
    pub fn set_name(&self, id: SetId) -> String {
        let set = self.rules.set(id);
        if let Some(name) = &set.name {
            return format!("@{name}");
        }
        let most = if self.whole { usize::MAX } else { MOST_ELEMENTS };
        let shown = set.elements.iter().take(most).map(|e| self.element(set, e));
        let mut text = format!("{{ {}", shown.collect::<Vec<_>>().join(", "));
        if set.elements.len() > most {
            let _ = write!(text, ", … {}", set.elements.len() - most);
        }
        text + " }"
    }

    /// An element of a set.
    pub fn element(&self, set: &Set, element: &SetElement) -> String {
        let key: Vec<String> = if element.key == [Pattern::Any] {
            vec!["*".to_owned()]
        } else {
            let parts = element.key.iter().zip(&set.key);
            parts.map(|(p, k)| pattern(p, k.ty, k.bits, " | ")).collect()
        };
        let mut text = key.join(" . ");
        for what in &element.stateful {
            let _ = write!(text, " {}", stateful(what));
        }
        if let Some(ms) = element.timeout_ms {
            let _ = write!(text, " timeout {}", duration(ms));
        }
        if let Some(ms) = element.expires_ms {
            let _ = write!(text, " expires {}", duration(ms));
        }
        if let Some(comment) = &element.comment {
            let _ = write!(text, " comment \"{comment}\"");
        }
        match &element.data {
            None => {}
            Some(ElementData::Verdict(v)) => {
                let _ = write!(text, " : {}", self.verdict(*v));
            }
            Some(ElementData::Values(values)) => {
                let kinds = match &set.data {
                    SetData::Values(kinds) => &kinds[..],
                    _ => &[],
                };
                let values = values.iter().enumerate().map(|(at, p)| {
                    let kind = kinds.get(at).map_or((Type::Integer, 32), |k| (k.ty, k.bits));
                    pattern(p, kind.0, kind.1, " | ")
                });
                let _ = write!(text, " : {}", values.collect::<Vec<_>>().join(" . "));
            }
            Some(ElementData::Object(id)) => {
                let _ = write!(text, " : \"{}\"", self.rules.object(*id).name);
            }
        }
        text
    }

    /// A verdict of a map.
    pub fn verdict(&self, verdict: NftVerdict) -> String {
        match verdict {
            NftVerdict::Accept => "accept".to_owned(),
            NftVerdict::Drop => "drop".to_owned(),
            NftVerdict::Continue => "continue".to_owned(),
            NftVerdict::Return => "return".to_owned(),
            NftVerdict::Queue => "queue".to_owned(),
            NftVerdict::Jump(to) => format!("jump {}", self.rules.chain(to).name),
            NftVerdict::Goto(to) => format!("goto {}", self.rules.chain(to).name),
        }
    }

    /// A statement.
    pub fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Counter { object: Some(id), .. } => {
                format!("counter name \"{}\"", self.rules.object(*id).name)
            }
            Statement::Counter { counters, object: None } => {
                stateful(&Stateful::Counter(*counters))
            }
            Statement::Set { field, value } => {
                let (ty, bits) = field.ty();
                let value = match value {
                    Expr::Value(v) => self::value(v, ty, bits, " | "),
                    other => self.expr(other),
                };
                format!("{} set {value}", field.words())
            }
            Statement::Continue => "continue".to_owned(),
            Statement::VerdictMap { key, map } => {
                format!("{} vmap {}", self.expr(key), self.set_name(*map))
            }
            Statement::Update { set, key, data, timeout_ms, stateful: keeps, .. } => {
                let mut text = statement.name().to_owned();
                let _ = write!(text, " {} {{ {}", self.set_name(*set), self.expr(key));
                if let Some(ms) = timeout_ms {
                    let _ = write!(text, " timeout {}", duration(*ms));
                }
                for what in keeps {
                    let _ = write!(text, " {}", stateful(what));
                }
                if let Some(data) = data {
                    let _ = write!(text, " : {}", self.expr(data));
                }
                text + " }"
            }
            Statement::Reject { ip6, .. } => {
                let code = match ip6 {
                    RejectWith::NoRoute6 => "no-route",
                    _ => "host-unreachable",
                };
                format!("reject with icmpx {code}")
            }
            Statement::Nat {
                family,
                addr,
                port,
                with_port,
                prefix,
                random,
                fully_random,
                persistent,
                ..
            } => {
                let mut text = statement.name().to_owned();
                let operand = |o: &NatOperand, ty: Type, bits| match o {
                    NatOperand::Range(first, last) if first == last => number(*first, ty, bits),
                    NatOperand::Range(first, last) => {
                        format!("{}-{}", number(*first, ty, bits), number(*last, ty, bits))
                    }
                    NatOperand::Expr(e) => self.expr(e),
                };
                if let Some(family) = family {
                    let _ = write!(text, " {}", family.word());
                }
                if *prefix {
                    text += " prefix";
                }
                if *with_port {
                    text += " addr . port";
                }
                if addr.is_some() || port.is_some() {
                    text += " to ";
                }
                if let Some(addr) = addr {
                    let six = *family == Some(Family::Ip6);
                    let ty = if six { Type::Ipv6Addr } else { Type::Ipv4Addr };
                    text += &operand(addr, ty, ty.bits());
                }
                if let Some(port) = port {
                    text += ":";
                    text += &operand(port, Type::InetService, 16);
                }
                for (on, word) in
                    [(random, "random"), (fully_random, "fully-random"), (persistent, "persistent")]
                {
                    if *on {
                        text += " ";
                        text += word;
                    }
                }
                text
            }
            Statement::Tproxy { addr, port, family } => {
                let mut text = "tproxy".to_owned();
                if let Some(family) = family {
                    let _ = write!(text, " {}", family.word());
                }
                text += " to ";
                if let Some(addr) = addr {
                    match family {
                        Some(Family::Ip6) => {
                            let _ = write!(text, "[{}]", Ipv6Addr::from(*addr));
                        }
                        _ => text += &Ipv4Addr::from(*addr as u32).to_string(),
                    }
                }
                if let Some(port) = port {
                    let _ = write!(text, ":{port}");
                }
                text
            }
            Statement::Synproxy(proxy) => synproxy(proxy),
            Statement::Dup { to, device } => {
                let mut text = "dup to".to_owned();
                if let Some(to) = to {
                    let addr = u32::try_from(*to).map_or_else(
                        |_| Ipv6Addr::from(*to).to_string(),
                        |n| Ipv4Addr::from(n).to_string(),
                    );
                    let _ = write!(text, " {addr} device");
                }
                if let Some(device) = device {
                    let _ = write!(text, " \"{device}\"");
                }
                text
            }
            Statement::Fwd { device } => format!("fwd to \"{device}\""),
            Statement::Flow(table) => format!("flow add @{table}"),
            Statement::Assign(id) => {
                let object = self.rules.object(*id);
                format!("{} set \"{}\"", object.kind.word(), object.name)
            }
            Statement::Invisible(text) => text.to_string(),
        }
    }
}

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

fn existence(exists: bool) -> &'static str {
    if exists { "exists" } else { "missing" }
}

fn shifted(offset: u32) -> String {
    if offset == 0 { String::new() } else { format!(" offset {offset}") }
}

/// The type and width of what an expression gives.
fn kind_of(expr: &Expr) -> (Type, u16) {
    match expr {
        Expr::Field(Field::Fib(fib)) if fib.result == FibResultKey::Oifname => (Type::IfName, 128),
        Expr::Field(field) => field.ty(),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } => kind_of(of),
        _ => (Type::Integer, 32),
    }
}

/// The bits of a number by their words.
fn flags(ty: Type, n: u128, sep: &str) -> String {
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
fn number(n: u128, ty: Type, bits: u16) -> String {
    value(&Value::Number(n), ty, bits, " | ")
}

/// A value of a type; `sep` stands between bits.
fn value(value: &Value, ty: Type, bits: u16, sep: &str) -> String {
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
        Type::Hour => format!("\"{:02}:{:02}\"", n / 3600, n / 60 % 60),
        Type::Day => ty.word_of(n).map_or(n.to_string(), |w| format!("\"{w}\"")),
        _ if ty.is_bitmask() => flags(ty, n, sep),
        Type::Integer if bits > 32 => format!("{n:#x}"),
        _ => ty.word_of(n).map_or(n.to_string(), str::to_owned),
    }
}

/// What a value is compared with.
fn pattern(of: &Pattern, ty: Type, bits: u16, sep: &str) -> String {
    match of {
        Pattern::One(v) => value(v, ty, bits, sep),
        Pattern::Prefix(n, len) => format!("{}/{len}", number(*n, ty, bits)),
        Pattern::Range(first, last) => {
            format!("{}-{}", number(*first, ty, bits), number(*last, ty, bits))
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
fn rejects(with: RejectWith, family: Family) -> String {
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
fn nat(word: &str, range: &NatRange, family: Family) -> String {
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
