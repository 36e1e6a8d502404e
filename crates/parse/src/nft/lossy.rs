//! What a listing of iptables-nft's tables says wrongly: matches and targets that nft has tried to say in its own words, and
//! said less than they hold. They are kept as what they are, an `xt` without its parameters.
//!
//! Source: the `xlate` functions in `extensions/libxt_conntrack.c`, `libxt_TOS.c`, `libxt_hashlimit.c` and
//! `libxt_multiport.c` of iptables 1.8.

use chainwalk_model::nft::{
    CmpOp, Condition, CtKey, Expr, Field, Header, Pattern, Set, SetElement, Statement, Value,
};
use chainwalk_model::{Family, Match, Op, OpKind, Opaque, Target};

/// `IPS_SRC_NAT | IPS_DST_NAT`.
const NAT: u128 = 0x30;

/// Whether iptables-nft may have made a table of this name.
pub(super) fn may_be(family: Family, table: &str) -> bool {
    let named = ["filter", "nat", "mangle", "raw", "security"].contains(&table);
    named && matches!(family, Family::Ip | Family::Ip6)
}

/// Puts what is not said in full back to what it is. Every rule of iptables counts, and right before its target.
pub(super) fn unsay(ops: &mut [Op], sets: &[Set]) {
    let counts = |op: &Op| matches!(&op.what, OpKind::Target(Target::Nft(s)) if matches!(**s, Statement::Counter { .. }));
    if ops.iter().filter(|op| counts(op)).count() != 1 || !ops.iter().rev().take(3).any(counts) {
        return;
    }
    for op in ops {
        let said = match &op.what {
            OpKind::Match(Match::Nft(condition)) => condition_of(condition, sets),
            OpKind::Target(Target::Nft(statement)) => statement_of(statement),
            _ => None,
        };
        let Some((kind, name)) = said else { continue };
        let opaque = Opaque::new(Some(name), &format!("xt {kind} \"{name}\""));
        op.what = match kind {
            "match" => OpKind::Match(Match::Opaque(opaque)),
            _ => OpKind::Target(Target::Opaque(opaque)),
        };
    }
}

type Said = Option<(&'static str, &'static str)>;

fn condition_of(condition: &Condition, sets: &[Set]) -> Said {
    match condition {
        // The `!` before a state and the states beside SNAT and DNAT are lost.
        Condition::Compare {
            left: Expr::Field(Field::Ct(CtKey::Status, _)),
            op: CmpOp::AnyBit,
            right: Pattern::One(Value::Number(bits)),
        } if bits & !NAT == 0 => Some(("match", "conntrack")),
        // Of ports on either side the `!` is lost, and of a range what lies within.
        Condition::Lookup { key: Expr::Concat(parts), set, .. } => {
            let sides = parts.len() == 2
                && parts.iter().all(|p| matches!(p, Expr::Field(f) if is_port(*f)));
            let any = |e: &SetElement| e.key.contains(&Pattern::Range(0, 0xffff));
            let pairs = sets
                .get(set.0 as usize)
                .is_some_and(|s| s.name.is_none() && s.elements.iter().all(any));
            (sides && pairs).then_some(("match", "multiport"))
        }
        _ => None,
    }
}

fn statement_of(statement: &Statement) -> Said {
    match statement {
        // TOS has a mask, which is lost, and is said of IPv6 in both families.
        Statement::Set { field: Field::Header(of), .. }
            if of.row().header == Header::Ip6 && of.row().word == "dscp" =>
        {
            Some(("target", "TOS"))
        }
        // The ports of a group are those of any protocol, and 0 where it has none.
        Statement::Update { key, .. } => {
            let port = |e: &Expr| matches!(e, Expr::Field(f) if is_port(*f));
            let ports = match key {
                Expr::Concat(parts) => parts.iter().any(port),
                one => port(one),
            };
            ports.then_some(("match", "hashlimit"))
        }
        _ => None,
    }
}

fn is_port(field: Field) -> bool {
    matches!(field, Field::Header(of) if matches!(of.row().word, "sport" | "dport"))
}
