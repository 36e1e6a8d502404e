//! What a rule asks of a packet, as far as a packet line says it.

use chainwalk_model::nft::{
    CmpOp, Condition, Expr, Field, Header, NatOperand, Pattern, Set, SetElement, Statement, Value,
};
use chainwalk_model::{
    AddrMask, ConditionKind, Match, OpKind, PortSide, Range, Rule, Ruleset, Target, proto,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is asked of a packet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wish {
    pub(crate) dst: Option<IpAddr>,
    pub(crate) src: Option<IpAddr>,
    pub(crate) iface: Option<String>,
    pub(crate) proto: Option<u8>,
    pub(crate) dport: Option<u16>,
}

/// What a rule asks for; `None` where no line can say it.
pub(crate) fn wish(rules: &Ruleset, rule: &Rule) -> Option<Wish> {
    let mut wish = Wish::default();
    for op in &rule.ops {
        let OpKind::Match(m) = &op.what else { continue };
        match m {
            Match::Ip(ip) => {
                wish.proto = ip.proto.filter(|p| !p.not).map(|p| p.value);
                if let Some(dst) = ip.dst.filter(|d| !d.not) {
                    wish.dst = Some(host_in(dst.value)?);
                }
                if let Some(src) = ip.src.filter(|s| !s.not) {
                    wish.src = Some(host_in(src.value)?);
                }
                if let Some(i) = ip.iniface.as_ref().filter(|i| !i.not && !i.value.prefix) {
                    wish.iface = Some(i.value.name.to_string());
                }
            }
            Match::Tcp(tcp) => {
                wish.proto = Some(proto::TCP);
                wish.dport = tcp.dport.filter(|p| !p.not).map(|p| p.value.first);
            }
            Match::Udp(udp) => {
                wish.proto = Some(proto::UDP);
                wish.dport = udp.dport.filter(|p| !p.not).map(|p| p.value.first);
            }
            Match::Multiport { side: PortSide::Destination | PortSide::Either, ports } => {
                wish.dport =
                    ports.value.first().filter(|_| !ports.not).map(|p: &Range<u16>| p.first);
            }
            Match::Nft(condition) => condition_of(rules, condition, &mut wish)?,
            _ => {}
        }
    }
    Some(wish)
}

/// What a rule comes to, where that is a statement of nft alone.
pub(crate) fn statement(rule: &Rule) -> Option<&Statement> {
    match rule.verdict()? {
        Target::Nft(statement) => Some(statement),
        _ => None,
    }
}

/// What the elements of a rule's map ask for.
pub(crate) fn mapped<'a>(rules: &'a Ruleset, rule: &Rule) -> Vec<(Wish, &'a SetElement)> {
    let (key, map) = match statement(rule) {
        Some(Statement::VerdictMap { key, map }) => (key, *map),
        Some(Statement::Nat { addr, port, .. }) => {
            let found = [addr, port].into_iter().flatten().find_map(|operand| match operand {
                NatOperand::Expr(Expr::Map { key, map }) => Some((&**key, *map)),
                _ => None,
            });
            match found {
                Some(found) => found,
                None => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let Some(base) = wish(rules, rule) else { return Vec::new() };
    let elements = rules.set(map).elements.iter().filter_map(|element| {
        let mut wish = base.clone();
        put_all(key, &element.key, &mut wish)?;
        wish.dport.map(|_| (wish, element))
    });
    elements.collect()
}

/// Takes a condition of nft; `None` where no packet line can ask for it.
fn condition_of(rules: &Ruleset, condition: &Condition, wish: &mut Wish) -> Option<()> {
    match condition {
        Condition::Compare { left: Expr::Field(field), op: CmpOp::Eq | CmpOp::AnyBit, right } => {
            put(*field, right, wish)
        }
        Condition::Lookup { key, set, not: false } => {
            let set: &Set = rules.set(*set);
            match set.elements.first() {
                Some(first) => put_all(key, &first.key, wish),
                None => Some(()),
            }
        }
        _ => Some(()),
    }
}

/// The parts of a key, side by side.
fn put_all(key: &Expr, patterns: &[Pattern], wish: &mut Wish) -> Option<()> {
    let parts = match key {
        Expr::Concat(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    for (part, pattern) in parts.iter().zip(patterns) {
        if let Expr::Field(field) = part {
            put(*field, pattern, wish)?;
        }
    }
    Some(())
}

fn put(field: Field, pattern: &Pattern, wish: &mut Wish) -> Option<()> {
    let header = match field {
        Field::Header(row) => Some(row.row().header),
        _ => None,
    };
    let number = match pattern {
        Pattern::One(Value::Number(n)) | Pattern::Range(n, _) => Some(*n),
        // The first host of a network.
        Pattern::Prefix(n, _) => Some(n + 1),
        _ => None,
    };
    let addr = number.map(|n| match header {
        Some(Header::Ip6) => IpAddr::V6(Ipv6Addr::from_bits(n)),
        _ => IpAddr::V4(Ipv4Addr::from_bits(n as u32)),
    });
    match field.kind() {
        ConditionKind::Src => wish.src = Some(addr?),
        ConditionKind::Dst => wish.dst = Some(addr?),
        ConditionKind::Dport => {
            wish.dport = number.and_then(|n| u16::try_from(n).ok());
            match header {
                Some(Header::Tcp) => wish.proto = Some(proto::TCP),
                Some(Header::Udp) => wish.proto = Some(proto::UDP),
                _ => {}
            }
        }
        ConditionKind::Proto => wish.proto = number.and_then(|n| u8::try_from(n).ok()),
        ConditionKind::InIface => {
            if let Pattern::One(Value::Name(name)) = pattern {
                wish.iface = Some(name.to_string());
            }
        }
        _ => {}
    }
    Some(())
}

/// An address that a network holds: itself, or its first host; none of all addresses.
fn host_in(net: AddrMask) -> Option<IpAddr> {
    match (net.addr, net.mask) {
        (IpAddr::V4(a), IpAddr::V4(m)) => {
            let base = a & m;
            let rest = !u32::from(m);
            Some(IpAddr::V4((u32::from(base) + u32::from(rest > 1)).into()))
        }
        (IpAddr::V6(a), IpAddr::V6(m)) => {
            let base = u128::from(a) & u128::from(m);
            let rest = !u128::from(m);
            Some(IpAddr::V6((base + u128::from(rest > 1)).into()))
        }
        _ => None,
    }
}
