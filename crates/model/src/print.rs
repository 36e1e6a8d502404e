//! Native nft as nft writes it.
//!
//! Source: the `*_print` functions in `src/expression.c`, `src/datatype.c` and `src/statement.c` of nft.

mod values;

pub use values::{duration, period, stateful, synproxy};

use crate::answering::RejectWith;
use crate::family::Family;
use crate::ids::SetId;
use crate::matches::Match;
use crate::nft::{
    CmpOp, Condition, ElementData, Expr, Field, NatOperand, Needs, NftVerdict, Pattern, Set,
    SetData, SetElement, Stateful, Statement, Type, Value, all_bits,
};
use crate::ruleset::{Op, OpKind, Ruleset};
use crate::targets::Target;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use values::{existence, flags, kind_of, nat, number, pattern, rejects, shifted, value};

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
                Condition::Implied(Needs::Ip | Needs::EtherType(0x0800)) => Some("icmp"),
                Condition::Implied(Needs::Ip6 | Needs::EtherType(0x86dd)) => Some("icmpv6"),
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
            Condition::Chosen { what, key, map } => {
                format!("{} name {} map {}", what.word(), self.expr(key), self.set_name(*map))
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
