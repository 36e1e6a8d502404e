//! Edits of chains of a host, by the ids of its chains and rules.

use chainwalk_model::{
    Backend, Chain, ChainEdit, ChainId, Edit, Host, NewRule, Op, OpKind, RuleId, Span, Target,
};

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

/// The place of a rule in a chain that can be named: one without a name is written within the rule that jumps to it.
pub(super) fn named_place(host: &Host, rule: RuleId) -> (ChainId, u32) {
    let mut at = host.rules.rule(rule);
    while is_nameless(&host.rules.chain(at.chain).name) {
        let leads = |op: &Op| match op.what {
            OpKind::Target(Target::Jump(to) | Target::Goto(to)) => to == at.chain,
            _ => false,
        };
        let Some(outer) = host.rules.rules.iter().find(|r| r.ops.iter().any(leads)) else { break };
        at = outer;
    }
    (at.chain, at.number)
}

/// Whether no command can name a chain.
pub(super) fn is_nameless(chain: &str) -> bool {
    chain.starts_with(Chain::NAMELESS)
}

/// A rule is taken away.
pub(super) fn without(host: &Host, rule: RuleId) -> Edit {
    let rule = host.rules.rule(rule);
    in_chain(host, rule.chain, ChainEdit::Delete { number: rule.number })
}
