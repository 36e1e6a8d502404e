//! A host as a change leaves it.
//!
//! Guarantees: ids of tables, chains and rules that were there stay what they are, those of rules that were
//! taken away included; what is new stands behind them.

use crate::assume::assume;
use chainwalk_model::{
    Backend, Base, Builtin, Chain, ChainEdit, ChainId, Edit, Family, Host, NewRule, Route, Rule,
    RuleId, Span, Surroundings, Table, TableId, Text, builtins,
};
use std::rc::Rc;

/// The host with a change made. A change of a rule that is not there changes nothing.
#[must_use]
pub fn edited(host: &Host, edit: &Edit) -> Host {
    let mut host = host.clone();
    apply(&mut host, edit);
    host
}

/// Makes a change.
pub(crate) fn apply(host: &mut Host, edit: &Edit) {
    match edit {
        Edit::Fact(said) => assume(host, said),
        Edit::DeleteRoute(route) => host.routes.retain(|r| !is_meant(r, route)),
        Edit::Host { after, .. } => {
            let Surroundings { interfaces, routes, policy, sets } = Surroundings::clone(after);
            (host.interfaces, host.routes) = (interfaces, routes);
            (host.policy, host.sets) = (policy, sets);
        }
        Edit::Chain { family, table, chain, change } => {
            let table = table_of(host, *family, table);
            if let Some(chain) = chain_of(host, table, chain, change) {
                change_chain(host, chain, change);
            }
        }
    }
}

/// Whether `ip route del` with the words of `meant` takes a route away.
fn is_meant(route: &Route, meant: &Route) -> bool {
    route.dst == meant.dst
        && route.table == meant.table
        && (meant.via.is_none() || meant.via == route.via)
        && (meant.dev.is_none() || meant.dev == route.dev)
}

/// The table of that name; one that is not there is made as the kernel makes it.
fn table_of(host: &mut Host, family: Family, name: &Text) -> TableId {
    let rules = Rc::make_mut(&mut host.rules);
    if let Some(found) = rules.find_table(family, name) {
        return found;
    }
    let table = TableId(rules.tables.len() as u32);
    let alike = rules.tables.iter().find(|t| t.family == family);
    let backend = alike.map_or(Backend::Legacy, |t| t.backend);
    let mut chains = Vec::new();
    for Builtin { hook, priority, kind } in builtins(name, backend) {
        chains.push(ChainId(rules.chains.len() as u32));
        let base = Base::new(hook, priority, kind);
        rules.chains.push(Chain::new(table, hook.builtin().into(), Some(base)));
    }
    let (name, span) = (name.clone(), Span::default());
    rules.tables.push(Table { family, name, backend, chains, dormant: false, span });
    table
}

/// The chain of that name; a new one only where that is what is asked for.
fn chain_of(host: &mut Host, table: TableId, name: &Text, change: &ChainEdit) -> Option<ChainId> {
    let rules = Rc::make_mut(&mut host.rules);
    if let Some(found) = rules.find_chain(table, name) {
        return Some(found);
    }
    if *change != ChainEdit::Create {
        return None;
    }
    let id = ChainId(rules.chains.len() as u32);
    rules.chains.push(Chain::new(table, name.clone(), None));
    rules.tables[table.0 as usize].chains.push(id);
    Some(id)
}

fn change_chain(host: &mut Host, id: ChainId, change: &ChainEdit) {
    let rules = Rc::make_mut(&mut host.rules);
    rules.before_changes.get_or_insert(rules.rules.len() as u32);
    let mut own = rules.chain(id).rules.clone();
    let mut add = |new: &NewRule| {
        let rule = RuleId(rules.rules.len() as u32);
        rules.sets.extend(new.sets.iter().cloned());
        let comment = new.comment.clone();
        rules.rules.push(Rule { comment, ..Rule::new(id, 0, new.ops.clone(), new.span) });
        rule
    };
    // Places count from 1, as in the commands.
    let place = |number: u32| (number.max(1) - 1) as usize;
    match change {
        ChainEdit::Append(new) => own.extend(new.iter().map(&mut add)),
        ChainEdit::Insert { number, rules: new } => {
            let at = place(*number).min(own.len());
            let ids: Vec<RuleId> = new.iter().map(&mut add).collect();
            own.splice(at..at, ids);
        }
        ChainEdit::Replace { number, rule } => {
            if let Some(old) = own.get_mut(place(*number)) {
                *old = add(rule);
            }
        }
        ChainEdit::Delete { number } => {
            if place(*number) < own.len() {
                own.remove(place(*number));
            }
        }
        ChainEdit::Policy(policy) => {
            if let Some(base) = &mut rules.chains[id.0 as usize].base {
                base.policy = *policy;
            }
        }
        ChainEdit::Flush => own.clear(),
        ChainEdit::Create => {}
    }
    for (at, rule) in own.iter().enumerate() {
        rules.rules[rule.0 as usize].number = at as u32 + 1;
    }
    rules.chains[id.0 as usize].rules = own;
}
