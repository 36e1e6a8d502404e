//! Edits of chains of a host, by the ids of its chains and rules.

use chainwalk_model::{Backend, ChainEdit, ChainId, Edit, Host, NewRule, Op, OpKind, RuleId, Span};

pub(super) fn new(ops: Vec<Op>) -> NewRule {
    NewRule { ops, comment: None, span: Span::default(), sets: Vec::new() }
}

/// An operation that stands in no text.
pub(super) fn op(what: OpKind) -> Op {
    Op { what, span: Span::default() }
}

/// A change of a chain of the host.
pub(super) fn in_chain(host: &Host, chain: ChainId, change: ChainEdit) -> Edit {
    let chain = host.rules.chain(chain);
    let table = host.rules.table(chain.table);
    let change = if table.backend == Backend::Nft { super::nft::change(change) } else { change };
    let (family, table, chain) = (table.family, table.name.clone(), chain.name.clone());
    Edit::Chain { family, table, chain, change }
}

/// A rule is taken away.
pub(super) fn without(host: &Host, rule: RuleId) -> Edit {
    let rule = host.rules.rule(rule);
    in_chain(host, rule.chain, ChainEdit::Delete { number: rule.number })
}
