//! What a rule tests of addresses, interfaces, protocol and ports, in the shape of iptables: for guesses, to which it makes
//! no difference in which of the two languages a rule was written.

use chainwalk_model::nft::{
    CmpOp, Condition, Expr, FibResultKey, Field, Header, Meta, Pattern, Stateful, Statement, Value,
};
use chainwalk_model::{
    AddrMask, Backend, Chain, ChainKind, Family, Hook, Host, IfaceMatch, Inv, IpMatch, Match,
    OpKind, PortSide, Rule, Target, Text,
};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a rule tests of addresses, interfaces and protocol; of native nft what it compares with one value or network.
pub(crate) fn header(rule: &Rule) -> impl Iterator<Item = Cow<'_, IpMatch>> {
    let own = rule.ops.iter().filter_map(|op| match &op.what {
        OpKind::Match(Match::Ip(ip)) => Some(Cow::Borrowed(&**ip)),
        _ => None,
    });
    own.chain(native(rule).map(Cow::Owned))
}

/// The comparisons of native nft as one test.
fn native(rule: &Rule) -> Option<IpMatch> {
    let mut ip = IpMatch::default();
    for condition in conditions(rule) {
        let Condition::Compare { left: Expr::Field(field), op, right } = condition else {
            continue;
        };
        let not = match op {
            CmpOp::Eq => false,
            CmpOp::Ne => true,
            _ => continue,
        };
        match field {
            Field::Meta(Meta::Iif | Meta::Iifname) => ip.iniface = iface(not, right),
            Field::Meta(Meta::Oif | Meta::Oifname) => ip.outiface = iface(not, right),
            Field::Meta(Meta::L4proto) => ip.proto = proto(not, right),
            Field::Header(field) => {
                let row = field.row();
                match (row.header, row.word) {
                    (Header::Ip | Header::Ip6, "saddr") => {
                        ip.src = network(not, row.header, right);
                    }
                    (Header::Ip | Header::Ip6, "daddr") => {
                        ip.dst = network(not, row.header, right);
                    }
                    (Header::Ip, "protocol") => ip.proto = proto(not, right),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (ip != IpMatch::default()).then_some(ip)
}

/// The conditions of native nft.
fn conditions(rule: &Rule) -> impl Iterator<Item = &Condition> {
    rule.ops.iter().filter_map(|op| match &op.what {
        OpKind::Match(Match::Nft(condition)) => Some(&**condition),
        _ => None,
    })
}

fn iface(not: bool, pattern: &Pattern) -> Option<Inv<IfaceMatch>> {
    let (name, prefix) = match pattern {
        Pattern::One(Value::Name(name)) => (name.clone(), false),
        Pattern::Begins(name) => (name.clone(), true),
        _ => return None,
    };
    Some(Inv { not, value: IfaceMatch { name, prefix } })
}

fn proto(not: bool, pattern: &Pattern) -> Option<Inv<u8>> {
    match pattern {
        Pattern::One(Value::Number(n)) => Some(Inv { not, value: u8::try_from(*n).ok()? }),
        _ => None,
    }
}

fn network(not: bool, header: Header, pattern: &Pattern) -> Option<Inv<AddrMask>> {
    let v6 = header == Header::Ip6;
    let bits = if v6 { 128 } else { 32 };
    let (number, len) = match pattern {
        Pattern::One(Value::Number(n)) => (*n, bits),
        Pattern::Prefix(n, len) => (*n, u32::from(*len).min(bits)),
        _ => return None,
    };
    let mask = u128::MAX.checked_shl(128 - len).unwrap_or(0) >> (128 - bits);
    let addr = |n: u128| {
        if v6 { IpAddr::V6(Ipv6Addr::from(n)) } else { IpAddr::V4(Ipv4Addr::from(n as u32)) }
    };
    Some(Inv { not, value: AddrMask { addr: addr(number), mask: addr(mask) } })
}

/// Whether a rule asks for a destination port, and this is one of those that it asks for.
pub(crate) fn asks_port(host: &Host, rule: &Rule, port: u16) -> bool {
    rule.ops.iter().any(|op| match &op.what {
        OpKind::Match(Match::Tcp(m)) => m.dport.is_some_and(|p| !p.not && p.value.holds(&port)),
        OpKind::Match(Match::Udp(m)) => m.dport.is_some_and(|p| !p.not && p.value.holds(&port)),
        OpKind::Match(Match::Multiport { side, ports }) => {
            let holds = ports.value.iter().any(|p| p.holds(&port));
            *side != PortSide::Source && !ports.not && holds
        }
        OpKind::Match(Match::Nft(condition)) => compares_port(host, condition, port),
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::VerdictMap { key, map } => {
                is_port(key) && holds(host, map.0, &Value::Number(port.into()))
            }
            _ => false,
        },
        _ => false,
    })
}

/// Whether a rule of native nft compares the destination port of a protocol, and this is one of those that it asks for.
pub(crate) fn asks_natively(host: &Host, rule: &Rule, proto: u8, port: u16) -> bool {
    conditions(rule).any(|condition| {
        let (Condition::Compare { left, .. } | Condition::Lookup { key: left, .. }) = condition
        else {
            return false;
        };
        let of = match left {
            Expr::Field(Field::Header(field)) => field.row().header,
            _ => return false,
        };
        let fits = matches!((of, proto), (Header::Tcp, 6) | (Header::Udp, 17) | (Header::Th, _));
        fits && compares_port(host, condition, port)
    })
}

/// Whether a condition of native nft holds for what is sent to an address of this host: `fib daddr type local`.
pub(crate) fn is_for_local(condition: &Condition) -> bool {
    const LOCAL: u128 = 2;
    match condition {
        Condition::Compare { left: Expr::Field(Field::Fib(fib)), op: CmpOp::Eq, right } => {
            let local = matches!(right, Pattern::One(Value::Number(LOCAL)));
            !fib.saddr && fib.result == FibResultKey::Type && local
        }
        _ => false,
    }
}

fn is_port(expr: &Expr) -> bool {
    matches!(expr, Expr::Field(Field::Header(field)) if field.row().word == "dport")
}

fn compares_port(host: &Host, condition: &Condition, port: u16) -> bool {
    let value = Value::Number(port.into());
    match condition {
        Condition::Compare { left, op: CmpOp::Eq, right } => {
            is_port(left) && *right != Pattern::Any && right.fits(&value, 16)
        }
        Condition::Lookup { key, set, not: false } => is_port(key) && holds(host, set.0, &value),
        _ => false,
    }
}

/// Whether an element of a set, that is not for everything, holds a value.
fn holds(host: &Host, set: u32, value: &Value) -> bool {
    let Some(set) = host.rules.sets.get(set as usize) else { return false };
    set.elements
        .iter()
        .any(|e| matches!(&e.key[..], [only] if *only != Pattern::Any && only.fits(value, 16)))
}

/// The interfaces that a rule of native nft names in sets and maps.
pub(crate) fn listed(host: &Host, rule: &Rule) -> Vec<Text> {
    let names = |expr: &Expr| {
        let field = |f: &Field| {
            matches!(f, Field::Meta(Meta::Iif | Meta::Iifname | Meta::Oif | Meta::Oifname))
        };
        matches!(expr, Expr::Field(f) if field(f))
    };
    let looked_up = conditions(rule).filter_map(|c| match c {
        Condition::Lookup { key, set, not: false } if names(key) => Some(set),
        _ => None,
    });
    let mapped = rule.ops.iter().filter_map(|op| match &op.what {
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::VerdictMap { key, map } if names(key) => Some(map),
            _ => None,
        },
        _ => None,
    });
    let mut found = Vec::new();
    for set in looked_up.chain(mapped) {
        let elements = host.rules.sets.get(set.0 as usize).map(|s| &s.elements);
        found.extend(elements.into_iter().flatten().filter_map(|e| match &e.key[..] {
            [Pattern::One(Value::Name(name))] => Some(name.clone()),
            _ => None,
        }));
    }
    found
}

/// Whether a condition of native nft holds whatever comes: it counts, or is only the ground of another.
pub(crate) fn is_no_test(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Stateful(Stateful::Counter(_) | Stateful::Last) | Condition::Implied(_)
    )
}

/// Whether a base chain filters what passes its hook, as table `filter` of iptables does.
pub(crate) fn filters(host: &Host, chain: &Chain, hook: Hook) -> bool {
    let table = host.rules.table(chain.table);
    chain.base.as_ref().is_some_and(|b| {
        b.hook == hook
            && (&*table.name == "filter"
                || table.backend == Backend::Nft && b.kind == ChainKind::Filter)
    })
}

/// Whether a chain is of a table that a family's packets pass.
pub(crate) fn sees(host: &Host, chain: &Chain, family: Family) -> bool {
    let own = host.rules.table(chain.table).family;
    own == family || own == Family::Inet
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::nft::Fib;

    #[test]
    fn only_a_test_of_the_destination_for_local_is_for_local() {
        let fib = |saddr, result| {
            let fib = Fib { saddr, mark: false, iif: false, oif: false, result };
            Expr::Field(Field::Fib(fib))
        };
        let is = |left: Expr, op, kind: u128| {
            let right = Pattern::One(Value::Number(kind));
            is_for_local(&Condition::Compare { left, op, right })
        };
        assert!(is(fib(false, FibResultKey::Type), CmpOp::Eq, 2));
        assert!(!is(fib(false, FibResultKey::Type), CmpOp::Eq, 3), "broadcast");
        assert!(!is(fib(false, FibResultKey::Type), CmpOp::Ne, 2));
        assert!(!is(fib(true, FibResultKey::Type), CmpOp::Eq, 2), "the source");
        assert!(!is(fib(false, FibResultKey::Oif), CmpOp::Eq, 2), "the second interface");
    }
}
