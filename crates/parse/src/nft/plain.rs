//! A ruleset without what changes while it runs, and without where it is written: two that are equal then say the same.

use chainwalk_model::nft::{ObjectKind, Stateful, Statement};
use chainwalk_model::{OpKind, Order, Ruleset, Span, Target};

/// Takes out places, handles, counts, and what packets have put into sets.
pub(crate) fn stripped(rules: &mut Ruleset) {
    let none = Span::default();
    for table in &mut rules.tables {
        table.span = none;
    }
    for chain in &mut rules.chains {
        (chain.span, chain.counters) = (none, None);
        if let Some(base) = &mut chain.base {
            base.registered = None;
        }
    }
    for rule in &mut rules.rules {
        (rule.span, rule.counters, rule.handle) = (none, None, None);
        for op in &mut rule.ops {
            op.span = none;
            if let OpKind::Target(Target::Nft(statement)) = &mut op.what
                && let Statement::Counter { counters, .. } = &mut **statement
            {
                *counters = None;
            }
        }
    }
    for set in &mut rules.sets {
        (set.span, set.handle) = (none, None);
        if set.flags.dynamic || set.timeout_ms.is_some() {
            set.elements.clear();
        }
        for element in &mut set.elements {
            (element.span, element.expires_ms) = (none, None);
            element.stateful.iter_mut().for_each(unused);
        }
        set.elements.order_by_cached_key(|e| format!("{:?}", e.key));
    }
    for object in &mut rules.objects {
        (object.span, object.handle) = (none, None);
        if let ObjectKind::Stateful(stateful) = &mut object.kind {
            unused(stateful);
        }
    }
}

fn unused(stateful: &mut Stateful) {
    match stateful {
        Stateful::Counter(counters) => *counters = None,
        Stateful::Quota { used, .. } => *used = 0,
        _ => {}
    }
}
