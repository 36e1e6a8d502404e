//! The numbers of chains, sets and objects that rules and elements hold.

use chainwalk_model::nft::{
    Condition, ElementData, Expr, NatOperand, NftVerdict, SetElement, Statement,
};
use chainwalk_model::{ChainId, Match, ObjectId, Op, OpKind, SetId, Target};

/// A number that names something.
pub(crate) enum Id<'a> {
    /// A chain.
    Chain(&'a mut ChainId),
    /// A set.
    Set(&'a mut SetId),
    /// An object.
    Object(&'a mut ObjectId),
}

/// Shows every number that operations hold.
pub(crate) fn each_id(ops: &mut [Op], see: &mut impl FnMut(Id<'_>)) {
    for op in ops {
        match &mut op.what {
            OpKind::Match(Match::Nft(condition)) => of_condition(condition, see),
            OpKind::Target(Target::Jump(chain) | Target::Goto(chain)) => see(Id::Chain(chain)),
            OpKind::Target(Target::Nft(statement)) => of_statement(statement, see),
            OpKind::Match(_) | OpKind::Target(_) => {}
        }
    }
}

/// Shows every number that an element holds.
pub(super) fn of_element(element: &mut SetElement, see: &mut impl FnMut(Id<'_>)) {
    match &mut element.data {
        Some(ElementData::Verdict(NftVerdict::Jump(c) | NftVerdict::Goto(c))) => see(Id::Chain(c)),
        Some(ElementData::Object(object)) => see(Id::Object(object)),
        _ => {}
    }
}

fn of_condition(condition: &mut Condition, see: &mut impl FnMut(Id<'_>)) {
    match condition {
        Condition::Compare { left, .. } => of_expr(left, see),
        Condition::Lookup { key, set, .. } | Condition::Chosen { key, map: set, .. } => {
            of_expr(key, see);
            see(Id::Set(set));
        }
        Condition::Named(object) => see(Id::Object(object)),
        Condition::Exists { .. } | Condition::Stateful(_) | Condition::Implied(_) => {}
    }
}

fn of_statement(statement: &mut Statement, see: &mut impl FnMut(Id<'_>)) {
    match statement {
        Statement::Counter { object: Some(object), .. } | Statement::Assign(object) => {
            see(Id::Object(object));
        }
        Statement::Set { value, .. } => of_expr(value, see),
        Statement::VerdictMap { key, map } => {
            of_expr(key, see);
            see(Id::Set(map));
        }
        Statement::Update { set, key, data, .. } => {
            of_expr(key, see);
            if let Some(data) = data {
                of_expr(data, see);
            }
            see(Id::Set(set));
        }
        Statement::Nat { addr, port, .. } => {
            for operand in [addr, port].into_iter().flatten() {
                if let NatOperand::Expr(expr) = operand {
                    of_expr(expr, see);
                }
            }
        }
        _ => {}
    }
}

fn of_expr(expr: &mut Expr, see: &mut impl FnMut(Id<'_>)) {
    match expr {
        Expr::Concat(parts) => parts.iter_mut().for_each(|p| of_expr(p, see)),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } | Expr::Jhash { of, .. } => of_expr(of, see),
        Expr::Map { key, map } => {
            of_expr(key, see);
            see(Id::Set(map));
        }
        Expr::Value(_) | Expr::Field(_) | Expr::Numgen { .. } | Expr::Symhash { .. } => {}
    }
}
