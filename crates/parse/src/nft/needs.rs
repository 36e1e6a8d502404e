//! What a `reject` or an extension header needs before it can run, and whether its rule has asked for it already.
//!
//! Source: `stmt_reject_gen_dependency` in `src/evaluate.c` of nft: what is not known by then is asked first of all,
//! before anything of the rule is done.

use chainwalk_model::nft::{
    CmpOp, Condition, Expr, Field, Header, HeaderField, Meta, NatOperand, Needs, Pattern, Place,
    Statement, Value,
};
use chainwalk_model::{Family, Match, Op, OpKind, Target};

/// Whether what stands in a rule so far lets only packets through that have what is needed.
pub(super) fn is_known(ops: &[Op], needs: Needs, family: Family) -> bool {
    ops.iter().any(|op| match &op.what {
        OpKind::Match(Match::Nft(condition)) => {
            tells(condition, needs, family)
                || of_condition(condition).is_some_and(|expr| any(expr, needs))
        }
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::Set { field, value } => brings(*field, needs) || any(value, needs),
            Statement::VerdictMap { key, .. } | Statement::Update { key, .. } => any(key, needs),
            Statement::Nat { addr, port, .. } => [addr, port]
                .into_iter()
                .flatten()
                .any(|o| matches!(o, NatOperand::Expr(expr) if any(expr, needs))),
            _ => false,
        },
        _ => false,
    })
}

/// The expression that a condition looks at.
fn of_condition(condition: &Condition) -> Option<&Expr> {
    match condition {
        Condition::Compare { left, .. } => Some(left),
        Condition::Lookup { key, .. } => Some(key),
        _ => None,
    }
}

/// Whether a condition asks for nothing else than what is needed.
fn tells(condition: &Condition, needs: Needs, family: Family) -> bool {
    let Condition::Compare {
        left: Expr::Field(field),
        op: CmpOp::Eq,
        right: Pattern::One(Value::Number(n)),
    } = condition
    else {
        return matches!(condition, Condition::Exists { field, .. } if brings(*field, needs));
    };
    let header = |header, word| HeaderField::find(header, word).map(Field::Header);
    let proto = *field == Field::Meta(Meta::L4proto)
        || [header(Header::Ip, "protocol"), header(Header::Ip6, "nexthdr")].contains(&Some(*field));
    let frame = family == Family::Bridge
        && (*field == Field::Meta(Meta::Protocol) || header(Header::Ether, "type") == Some(*field));
    match needs {
        Needs::L4(of) => proto && *n == u128::from(of),
        Needs::Ip => *field == Field::Meta(Meta::Nfproto) && *n == 2 || frame && *n == 0x0800,
        Needs::Ip6 => *field == Field::Meta(Meta::Nfproto) && *n == 10 || frame && *n == 0x86dd,
        _ => false,
    }
}

/// Whether a field of an expression can only be read where what is needed is there.
fn any(expr: &Expr, needs: Needs) -> bool {
    reads(expr, &|field| brings(field, needs))
}

/// Whether an expression reads a field of some kind.
fn reads(expr: &Expr, is: &impl Fn(Field) -> bool) -> bool {
    match expr {
        Expr::Field(field) => is(*field),
        Expr::Concat(parts) => parts.iter().any(|p| reads(p, is)),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } | Expr::Jhash { of, .. } => reads(of, is),
        Expr::Map { key, .. } => reads(key, is),
        Expr::Value(_) | Expr::Numgen { .. } | Expr::Symhash { .. } => false,
    }
}

/// Whether what stands in a rule so far asks for a link of frames, and for no protocol of IP yet.
pub(super) fn frames_only(ops: &[Op]) -> bool {
    const ETHER: u128 = 1;
    let asks = |op: &Op| match &op.what {
        OpKind::Match(Match::Nft(condition)) => matches!(
            &**condition,
            Condition::Compare {
                left: Expr::Field(Field::Meta(Meta::Iiftype)),
                op: CmpOp::Eq,
                right: Pattern::One(Value::Number(ETHER)),
            }
        ),
        _ => false,
    };
    let known = |needs| is_known(ops, needs, Family::Inet);
    ops.iter().any(asks) && !known(Needs::Ip) && !known(Needs::Ip6)
}

/// The type of the frame that a condition asks for with what it asks of IP.
pub(super) fn ip_of(op: &Op) -> Option<u16> {
    let OpKind::Match(Match::Nft(condition)) = &op.what else { return None };
    let expr = of_condition(condition)?;
    match (any(expr, Needs::Ip), any(expr, Needs::Ip6)) {
        (true, _) => Some(0x0800),
        (_, true) => Some(0x86dd),
        _ => None,
    }
}

/// Whether an operation looks at an extension header of IPv6. That the packet is of IPv6 is then asked before all else
/// of the rule (`exthdr_gen_dependency` in `src/evaluate.c` of nft), as for a `reject`.
pub(super) fn reads_extension(op: &Op) -> bool {
    let is = |field: Field| match field {
        Field::Header(of) => matches!(of.row().header.place(), Place::Extension(..)),
        _ => false,
    };
    match &op.what {
        OpKind::Match(Match::Nft(condition)) => match &**condition {
            Condition::Exists { field, .. } => is(*field),
            other => of_condition(other).is_some_and(|expr| reads(expr, &is)),
        },
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::Set { value, .. } => reads(value, &is),
            Statement::VerdictMap { key, .. } | Statement::Update { key, .. } => reads(key, &is),
            _ => false,
        },
        _ => false,
    }
}

fn brings(field: Field, needs: Needs) -> bool {
    let Field::Header(of) = field else { return false };
    let header = of.row().header;
    header.needs() == needs
        || match needs {
            Needs::Ip => matches!(header, Header::Icmp | Header::Igmp),
            Needs::Ip6 => header == Header::Icmpv6,
            _ => false,
        }
}
