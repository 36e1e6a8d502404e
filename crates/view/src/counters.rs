//! Counters that the rules as they stand can't have brought about: rules or counters were changed since.
//!
//! Every packet that reaches a rule has passed the unconditional rules before it, and was counted by them; past
//! one that ends the chain none comes. Rounded counters prove only what holds for all that they may stand for.

use crate::explained::Explained;
use crate::page::Sentence;
use crate::say::say;
use chainwalk_model::{
    ChainId, Count, DecidedBy, DroppedBy, Event, Fate, IpMatch, Match, OpKind, Outcome, Rule,
    RuleId, Ruleset, Target,
};

/// A counter that contradicts an unconditional rule before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The unconditional rule.
    pub rule: RuleId,
    /// The rule whose counter can't be; `None` is the policy.
    pub later: Option<RuleId>,
    /// What that counter says.
    pub count: Count,
    /// Whether no packet comes past the unconditional rule.
    pub ends: bool,
}

/// What every packet that reaches a rule meets there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Always {
    /// Not every packet matches, or what becomes of it is not known.
    Unsaid,
    /// It is counted and may come back.
    Passes,
    /// It is counted and goes no further in this chain; in a base chain the policy may still decide.
    Leaves,
    /// It is counted and goes no further, nor to the policy.
    Ends,
}

fn always(rule: &Rule) -> Always {
    let mut found = Always::Passes;
    for op in &rule.ops {
        match &op.what {
            OpKind::Match(Match::Comment(_)) => {}
            OpKind::Match(Match::Ip(m)) if **m == IpMatch::default() => {}
            OpKind::Match(_) | OpKind::Target(Target::Opaque(_)) => return Always::Unsaid,
            OpKind::Target(Target::Return | Target::Goto(_)) => found = Always::Leaves,
            OpKind::Target(
                Target::Accept | Target::Drop | Target::Reject(_) | Target::Queue { .. },
            ) => found = Always::Ends,
            OpKind::Target(_) => {}
        }
    }
    found
}

/// The first contradiction in a chain.
pub(crate) fn contradiction(rules: &Ruleset, chain: ChainId) -> Option<Contradiction> {
    let chain = rules.chain(chain);
    // Of the unconditional rules so far, the one past which the fewest packets came, and how many.
    let mut least: Option<(RuleId, u64, Always)> = None;
    for id in &chain.rules {
        let rule = rules.rule(*id);
        let Some(count) = rule.counters.map(|c| c.packets) else { continue };
        if let Some((rule, past, how)) = least
            && fewest(count) > past
        {
            let ends = how != Always::Passes;
            return Some(Contradiction { rule, later: Some(*id), count, ends });
        }
        let past = match always(rule) {
            Always::Unsaid => continue,
            Always::Passes => most(count),
            Always::Leaves | Always::Ends => 0,
        };
        if least.is_none_or(|(_, before, how)| how == Always::Passes && past < before) {
            least = Some((*id, past, always(rule)));
        }
    }
    let (rule, past, how) = least.filter(|l| l.2 != Always::Leaves && chain.base.is_some())?;
    let count = chain.counters?.packets;
    let ends = how == Always::Ends;
    (fewest(count) > past).then_some(Contradiction { rule, later: None, count, ends })
}

/// The fewest packets that a printed count stands for.
fn fewest(c: Count) -> u64 {
    if c.unit > 1 { c.value.saturating_sub(c.unit) } else { c.value }
}

/// The most packets that a printed count stands for.
fn most(c: Count) -> u64 {
    if c.unit > 1 { c.value.saturating_add(c.unit) } else { c.value }
}

/// The first contradiction on the way of a packet: in a chain in which it met the rule that counters gainsay.
pub(crate) fn on_the_way(t: &Explained, outcome: &Outcome) -> Option<Contradiction> {
    let mut seen: Vec<ChainId> = Vec::new();
    outcome.trace.steps.iter().find_map(|step| {
        let chain = match &step.event {
            Event::Matched(rule) => t.rules().rule(*rule).chain,
            Event::BaseEnd { chain, by: DecidedBy::Policy, .. } => *chain,
            _ => return None,
        };
        if seen.contains(&chain) {
            return None;
        }
        seen.push(chain);
        let found = contradiction(t.rules(), chain)?;
        let met = |e: &Event| *e == Event::Matched(found.rule);
        outcome.trace.steps.iter().any(|s| met(&s.event)).then_some(found)
    })
}

/// The contradiction in words.
pub(crate) fn told(t: &Explained, c: &Contradiction) -> Sentence {
    let rule = t.rules().rule(c.rule);
    let chain = &*t.rules().chain(rule.chain).name;
    let number = rule.number;
    match (c.later.map(|l| t.rules().rule(l).number), c.ends) {
        (Some(later), true) => {
            say!(
                t.lang,
                CounterBehind,
                chain = chain,
                rule = number,
                later = later,
                count = c.count
            )
        }
        (None, true) => {
            say!(t.lang, CounterPastAll, chain = chain, rule = number, count = c.count)
        }
        (Some(later), false) => {
            say!(t.lang, CounterMore, chain = chain, rule = number, later = later, count = c.count)
        }
        (None, false) => {
            say!(t.lang, CounterMorePolicy, chain = chain, rule = number, count = c.count)
        }
    }
}

/// A chain on the way whose counters are all 0 while packets died at the end of it.
pub(crate) fn reloaded(t: &Explained, outcome: &Outcome) -> Sentence {
    let rules = t.rules();
    let died = match &outcome.trace.fate {
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            rules.rule(*rule).counters.is_some_and(|c| c.packets.value > 0)
        }
        _ => false,
    };
    let zero = |chain: chainwalk_model::ChainId| {
        let c = rules.chain(chain);
        c.base.is_none()
            && !c.rules.is_empty()
            && c.rules.iter().all(|r| rules.rule(*r).counters.is_some_and(|c| c.packets.value == 0))
    };
    let chain = outcome.trace.steps.iter().find_map(|s| match &s.event {
        Event::Matched(rule) => Some(rules.rule(*rule).chain).filter(|c| zero(*c)),
        _ => None,
    });
    match chain.filter(|_| died) {
        Some(chain) => say!(t.lang, CounterReloaded, chain = &*rules.chain(chain).name),
        None => Sentence::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::{
        Base, Chain, ChainKind, Counters, DocId, Hook, Inv, Op, Span, Table, TableId,
    };

    /// A chain of rules: whether each takes only TCP, its target, and what it counts.
    fn chain(rules: &[(bool, Option<Target>, Count)], policy: u64) -> Ruleset {
        let span = Span::new(DocId(0), 0, 0);
        let counted = |packets| Some(Counters { packets, bytes: Count::default() });
        let base = Base::new(Hook::Input, 0, ChainKind::Filter);
        let mut found = Ruleset::default();
        found.tables.push(Table {
            family: chainwalk_model::Family::Ip,
            name: "filter".into(),
            backend: chainwalk_model::Backend::Legacy,
            chains: vec![ChainId(0)],
            dormant: false,
            span,
        });
        found.chains.push(Chain {
            rules: (0..rules.len() as u32).map(RuleId).collect(),
            counters: counted(Count { value: policy, unit: 1 }),
            ..Chain::new(TableId(0), "INPUT".into(), Some(base))
        });
        for ((tcp, target, count), number) in rules.iter().zip(1..) {
            let mut ops = Vec::new();
            if *tcp {
                let proto = Some(Inv { not: false, value: 6 });
                let what =
                    OpKind::Match(Match::Ip(Box::new(IpMatch { proto, ..IpMatch::default() })));
                ops.push(Op { what, span });
            }
            ops.extend(target.clone().map(|t| Op { what: OpKind::Target(t), span }));
            let counters = counted(*count);
            found.rules.push(Rule { counters, ..Rule::new(ChainId(0), number, ops, span) });
        }
        found
    }

    fn count(value: u64) -> Count {
        Count { value, unit: 1 }
    }

    fn found(rules: &[(bool, Option<Target>, Count)], policy: u64) -> Option<(u32, Option<u32>)> {
        let found = contradiction(&chain(rules, policy), ChainId(0))?;
        Some((found.rule.0 + 1, found.later.map(|l| l.0 + 1)))
    }

    #[test]
    fn behind_a_rule_that_takes_every_packet_nothing_is_counted() {
        let drop = || (false, Some(Target::Drop), count(0));
        let tcp = |n| (true, Some(Target::Accept), count(n));
        assert_eq!(found(&[tcp(9), drop(), tcp(86)], 0), Some((2, Some(3))));
        assert_eq!(found(&[drop()], 7), Some((1, None)), "the policy");
        assert_eq!(found(&[tcp(86), drop(), tcp(0)], 0), None);
        assert_eq!(found(&[(true, Some(Target::Drop), count(0)), tcp(86)], 9), None, "only some");
    }

    #[test]
    fn what_every_packet_passes_counts_no_less_than_what_is_behind_it() {
        let log = |n| (false, None, count(n));
        let tcp = |n| (true, Some(Target::Accept), count(n));
        assert_eq!(found(&[log(0), tcp(86)], 0), Some((1, Some(2))));
        assert_eq!(found(&[log(85), tcp(5)], 86), Some((1, None)), "the policy");
        assert_eq!(found(&[log(86), tcp(86)], 86), None);
        assert_eq!(found(&[log(9), log(3), tcp(4)], 0), Some((2, Some(3))), "the lesser one");
    }

    #[test]
    fn a_rounded_counter_proves_only_what_it_must_stand_for() {
        let million = |value| Count { value, unit: 1_000_000 };
        let log = |c| (false, None, c);
        let tcp = |c| (true, Some(Target::Accept), c);
        assert_eq!(found(&[log(count(36_400_000)), tcp(million(37_000_000))], 0), None);
        let rules = [log(count(30_000_000)), tcp(million(37_000_000))];
        assert_eq!(found(&rules, 0), Some((1, Some(2))));
    }

    #[test]
    fn what_returns_in_a_base_chain_is_counted_by_the_policy() {
        let rules = [(false, Some(Target::Return), count(5)), (true, None, count(0))];
        assert_eq!(found(&rules, 5), None);
        let rules = [(false, Some(Target::Return), count(5)), (true, None, count(3))];
        assert_eq!(found(&rules, 5), Some((1, Some(2))));
    }

    #[test]
    fn a_target_that_is_not_understood_proves_nothing() {
        let opaque = Target::Opaque(chainwalk_model::Opaque::new(Some("LED"), "LED"));
        let rules = [(false, Some(opaque), count(0)), (true, Some(Target::Accept), count(5))];
        assert_eq!(found(&rules, 5), None);
    }
}
