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
    ops.iter().any(|op| {
        let told = match &op.what {
            OpKind::Match(Match::Nft(condition)) => tells(condition, needs, family),
            _ => false,
        };
        told || reads(op, &|field| brings(field, needs))
    })
}

/// Whether an operation reads or writes a field of some kind.
fn reads(op: &Op, is: &impl Fn(Field) -> bool) -> bool {
    let any = |expr: &Expr| within(expr, is);
    match &op.what {
        OpKind::Match(Match::Nft(condition)) => match &**condition {
            Condition::Exists { field, .. } => is(*field),
            other => of_condition(other).is_some_and(any),
        },
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::Set { field, value } => is(*field) || any(value),
            Statement::VerdictMap { key, .. } => any(key),
            Statement::Update { key, data, .. } => any(key) || data.as_ref().is_some_and(any),
            Statement::Nat { addr, port, .. } => [addr, port]
                .into_iter()
                .flatten()
                .any(|o| matches!(o, NatOperand::Expr(expr) if any(expr))),
            _ => false,
        },
        _ => false,
    }
}

/// The expression that a condition looks at.
fn of_condition(condition: &Condition) -> Option<&Expr> {
    match condition {
        Condition::Compare { left, .. } => Some(left),
        Condition::Lookup { key, .. } | Condition::Chosen { key, .. } => Some(key),
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
        return *condition == Condition::Implied(needs)
            || frame_of(needs)
                .is_some_and(|f| *condition == Condition::Implied(Needs::EtherType(f)));
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

/// The type of the frame that carries a family.
pub(super) fn frame_of(needs: Needs) -> Option<u16> {
    match needs {
        Needs::Ip => Some(0x0800),
        Needs::Ip6 => Some(0x86dd),
        _ => None,
    }
}

/// Whether an expression reads a field of some kind.
fn within(expr: &Expr, is: &impl Fn(Field) -> bool) -> bool {
    match expr {
        Expr::Field(field) => is(*field),
        Expr::Concat(parts) => parts.iter().any(|p| within(p, is)),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } | Expr::Jhash { of, .. } => within(of, is),
        Expr::Map { key, .. } => within(key, is),
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

/// The family that an operation asks for with what it reads or writes, where what stands before it has not told.
pub(super) fn family_of(op: &Op, before: &[Op]) -> Option<Needs> {
    let asks = |needs| {
        reads(op, &|field| {
            let Field::Header(of) = field else { return false };
            let own = of.row().header.needs();
            // A protocol that was asked for is not asked for again, nor is its family.
            brings(field, needs) && (own == needs || !is_known(before, own, Family::Inet))
        })
    };
    [Needs::Ip, Needs::Ip6].into_iter().find(|needs| asks(*needs))
}

/// The family of which an operation looks at an extension header or an option of IP. That the packet is of it is then
/// asked before all else of the rule (`exthdr_gen_dependency` in `src/evaluate.c` of nft), as for a `reject`.
pub(super) fn extends(op: &Op) -> Option<Needs> {
    let at = |field: Field, is: fn(Place) -> bool| match field {
        Field::Header(of) => is(of.row().header.place()),
        _ => false,
    };
    let extension = |field| at(field, |place| matches!(place, Place::Extension(..)));
    let option = |field| at(field, |place| matches!(place, Place::IpOption(_)));
    if reads(op, &extension) {
        return Some(Needs::Ip6);
    }
    reads(op, &option).then_some(Needs::Ip)
}

fn brings(field: Field, needs: Needs) -> bool {
    let Field::Header(of) = field else { return false };
    let header = of.row().header;
    // An option of TCP and a chunk of SCTP are looked for in any packet (`expr_evaluate_exthdr`).
    header.needs() == needs && !matches!(header, Header::TcpOption(_) | Header::SctpChunk(_))
        || match needs {
            Needs::Ip => matches!(header, Header::Icmp | Header::Igmp),
            Needs::Ip6 => header == Header::Icmpv6,
            _ => false,
        }
}
