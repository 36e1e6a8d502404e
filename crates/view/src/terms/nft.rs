//! Conditions of native nft as nft writes them.

use super::term::Term;
use chainwalk_model::nft::{CmpOp, Condition, Expr, Stateful};
use chainwalk_model::{ConditionKind, Printer};

/// A condition, unless nobody writes it.
pub(super) fn term(op: u16, condition: &Condition, printer: &Printer) -> Option<Term> {
    let text = printer.condition(condition);
    if text.is_empty() {
        return None;
    }
    let part = condition.kind();
    let plain = Term { op, part, not: false, sign: "", name: String::new(), value: text.clone() };
    let (left, sign) = match condition {
        Condition::Compare { left, op: CmpOp::Eq | CmpOp::AnyBit, .. } => (left, ""),
        Condition::Compare { left, op: CmpOp::Ne, .. } => (left, "!= "),
        Condition::Compare { left, op: CmpOp::NoBit, .. } => (left, "! "),
        Condition::Lookup { key, not, .. } => (key, if *not { "!= " } else { "" }),
        Condition::Stateful(Stateful::Counter(_) | Stateful::Last) => return None,
        _ => return Some(plain),
    };
    if !matches!(left, Expr::Field(_)) {
        return Some(plain);
    }
    let name = printer.expr(left);
    let value = text.strip_prefix(&*name).map(str::trim_start);
    let value = value.map(|v| v.strip_prefix(sign).unwrap_or(v).to_owned());
    let Some(value) = value else { return Some(plain) };
    let not = !sign.is_empty();
    let part = if value.is_empty() { ConditionKind::Module } else { part };
    Some(Term { op, part, not, sign, name, value })
}
