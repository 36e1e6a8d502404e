//! A rule that was thought of in iptables' terms, in those of native nft.

use crate::nft::addr_number;
use chainwalk_model::nft::{
    CmpOp, Condition, CtKey, Expr, Field, Header, HeaderField, Meta, Pattern, Value,
};
use chainwalk_model::{
    ChainEdit, CtStates, IfaceMatch, Inv, IpMatch, Match, NewRule, Op, OpKind, PortsMatch, Range,
};
use std::net::IpAddr;

/// A change of a chain of native nft.
pub(super) fn change(change: ChainEdit) -> ChainEdit {
    let all = |rules: Vec<NewRule>| rules.into_iter().map(rule).collect();
    match change {
        ChainEdit::Append(rules) => ChainEdit::Append(all(rules)),
        ChainEdit::Insert { number, rules } => ChainEdit::Insert { number, rules: all(rules) },
        ChainEdit::Replace { number, rule: new } => ChainEdit::Replace { number, rule: rule(new) },
        other => other,
    }
}

fn rule(rule: NewRule) -> NewRule {
    let mut ops = Vec::with_capacity(rule.ops.len());
    for op in rule.ops {
        let conditions = match &op.what {
            OpKind::Match(test) => conditions(test),
            OpKind::Target(_) => None,
        };
        match conditions {
            Some(all) => ops.extend(
                all.into_iter()
                    .map(|c| Op { what: OpKind::Match(Match::Nft(Box::new(c))), span: op.span }),
            ),
            None => ops.push(op),
        }
    }
    // A port says its protocol.
    let says_port = |op: &Op| match &op.what {
        OpKind::Match(Match::Nft(c)) => match &**c {
            Condition::Compare { left: Expr::Field(Field::Header(field)), .. } => {
                !matches!(field.row().header, Header::Ip | Header::Ip6)
            }
            _ => false,
        },
        OpKind::Match(_) | OpKind::Target(_) => false,
    };
    if ops.iter().any(says_port) {
        ops.retain(|op| match &op.what {
            OpKind::Match(Match::Nft(c)) => !matches!(
                &**c,
                Condition::Compare { left: Expr::Field(Field::Meta(Meta::L4proto)), .. }
            ),
            OpKind::Match(_) | OpKind::Target(_) => true,
        });
    }
    NewRule { ops, ..rule }
}

/// The same test; `None` of one that nft has no words for here.
fn conditions(test: &Match) -> Option<Vec<Condition>> {
    let ports = |header: Header, p: &PortsMatch| {
        let mut found = Vec::new();
        for (word, port) in [("sport", p.sport), ("dport", p.dport)] {
            if let Some(port) = port {
                let field = Field::Header(HeaderField::find(header, word)?);
                found.push(compare(field, port.not, between(port.value)));
            }
        }
        Some(found)
    };
    match test {
        Match::Ip(ip) => of_ip(ip),
        Match::Tcp(m) if m.flags.is_none() && m.option.is_none() => {
            ports(Header::Tcp, &PortsMatch { sport: m.sport, dport: m.dport })
        }
        Match::Udp(m) => ports(Header::Udp, m),
        Match::Sctp(m) if m.chunks.is_none() => ports(Header::Sctp, &m.ports),
        Match::Icmp(m) | Match::Icmp6(m) => {
            let header = if matches!(test, Match::Icmp(_)) { Header::Icmp } else { Header::Icmpv6 };
            let field = Field::Header(HeaderField::find(header, "type")?);
            let kind = number(m.value.kind?.into());
            Some(vec![compare(field, m.not, kind)])
        }
        Match::Conntrack(m) => {
            let states = m.state?;
            if states.value == CtStates::DNAT {
                let field = Field::Ct(CtKey::Status, None);
                return Some(vec![any_bit(field, states.not, 0x20)]);
            }
            let bits = [
                (CtStates::INVALID, 1),
                (CtStates::ESTABLISHED, 2),
                (CtStates::RELATED, 4),
                (CtStates::NEW, 8),
                (CtStates::UNTRACKED, 64),
            ];
            let set = bits.iter().filter(|(state, _)| states.value.0 & state.0 != 0);
            let bits = set.fold(0, |all, (_, bit)| all | bit);
            Some(vec![any_bit(Field::Ct(CtKey::State, None), states.not, bits)])
        }
        Match::Mark(m) => Some(vec![Condition::Compare {
            left: Expr::Bits {
                of: Box::new(Expr::Field(Field::Meta(Meta::Mark))),
                and: m.value.mask.into(),
                xor: 0,
            },
            op: if m.not { CmpOp::Ne } else { CmpOp::Eq },
            right: number(m.value.value.into()),
        }]),
        _ => None,
    }
}

fn of_ip(ip: &IpMatch) -> Option<Vec<Condition>> {
    let mut found = Vec::new();
    for (key, iface) in [(Meta::Iifname, &ip.iniface), (Meta::Oifname, &ip.outiface)] {
        if let Some(Inv { not, value: IfaceMatch { name, prefix } }) = iface {
            let pattern = if *prefix {
                Pattern::Begins(name.clone())
            } else {
                Pattern::One(Value::Name(name.clone()))
            };
            found.push(compare(Field::Meta(key), *not, pattern));
        }
    }
    for (word, addr) in [("saddr", ip.src), ("daddr", ip.dst)] {
        let Some(Inv { not, value }) = addr else { continue };
        let header = if value.addr.is_ipv4() { Header::Ip } else { Header::Ip6 };
        let field = Field::Header(HeaderField::find(header, word)?);
        let (bits, mask) = match value.mask {
            IpAddr::V4(mask) => (32, u128::from(u32::from(mask)) << 96),
            IpAddr::V6(mask) => (128, u128::from(mask)),
        };
        let len = mask.leading_ones();
        if mask.count_ones() != len {
            return None;
        }
        let n = addr_number(value.addr);
        let pattern = if len == bits { number(n) } else { Pattern::Prefix(n, len as u8) };
        found.push(compare(field, not, pattern));
    }
    if let Some(proto) = ip.proto {
        found.push(compare(Field::Meta(Meta::L4proto), proto.not, number(proto.value.into())));
    }
    if ip.fragment.is_some() { None } else { Some(found) }
}

fn number(n: u128) -> Pattern {
    Pattern::One(Value::Number(n))
}

fn between(ports: Range<u16>) -> Pattern {
    if ports.first == ports.last {
        number(ports.first.into())
    } else {
        Pattern::Range(ports.first.into(), ports.last.into())
    }
}

fn compare(field: Field, not: bool, right: Pattern) -> Condition {
    let op = if not { CmpOp::Ne } else { CmpOp::Eq };
    Condition::Compare { left: Expr::Field(field), op, right }
}

fn any_bit(field: Field, not: bool, bits: u128) -> Condition {
    let op = if not { CmpOp::NoBit } else { CmpOp::AnyBit };
    Condition::Compare { left: Expr::Field(field), op, right: number(bits) }
}
