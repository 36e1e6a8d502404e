//! What a kernel said that it did, laid over what we say: step by step, confirmed, contradicted or not seen.

use crate::say::{say, text};
use crate::terms::target;
use crate::{Laid, Lang, Overlay, Standing, Telling};
use chainwalk_model::{
    EndBy, Event, L4, Packet, RuleId, Ruleset, Seen, SeenStep, SeenVerdict, SeenWhat, Skip, Target,
    Trace,
};

/// What the trace of this packet says of the walk that is followed; `None` where no packet of a trace is it.
pub fn overlay(t: &Telling) -> Option<Overlay> {
    let trace = &t.outcome()?.trace;
    let sent = &trace.sent.packet;
    let is = |s: &&Seen| is_it(s, sent);
    // A person seldom tells the source port; where it was told, its packet comes first.
    let port = |s: &&Seen| s.sport.is_none() || s.sport == sent.sport();
    let seen =
        t.host.seen.iter().find(|s| is(s) && port(s)).or_else(|| t.host.seen.iter().find(is))?;
    let ours = comparable(t.rules(), trace);
    let (steps, extra) = lay(t.rules(), &ours, &seen.steps, t.lang);
    let confirmed = steps.iter().filter(|s| s.standing == Standing::Confirmed).count();
    let against = steps.iter().find(|s| s.standing == Standing::Contradicted);
    let instead = against.map(|s| s.instead.clone()).or(extra);
    let id = &*seen.id;
    let text = match &instead {
        Some(what) => say!(t.lang, SeenAgainst, id = id, what = what.as_str()),
        None if confirmed == steps.len() => say!(t.lang, SeenAll, id = id, count = confirmed),
        None => say!(t.lang, SeenSome, id = id, count = confirmed),
    };
    Some(Overlay { text, agrees: instead.is_none(), steps, span: seen.span })
}

/// Whether a traced packet is the one that was sent, its source port aside.
fn is_it(seen: &Seen, sent: &Packet) -> bool {
    let flags = match (&seen.flags, &sent.l4) {
        (Some(flags), L4::Tcp(tcp)) => *flags == tcp.flags,
        _ => true,
    };
    seen.src == sent.ip.src
        && seen.dst == sent.ip.dst
        && seen.proto.is_none_or(|p| p == sent.ip.proto)
        && seen.dport.is_none_or(|p| sent.dport() == Some(p))
        && flags
}

/// A step of ours that a trace could show.
struct Ours<'a> {
    at: usize,
    table: &'a str,
    chain: &'a str,
    what: What,
    /// Whether a trace need not show it.
    optional: bool,
}

enum What {
    Rule(RuleId),
    Policy(bool),
}

/// What a trace could show of a walk, in order: nothing before the rule that begins the trace.
fn comparable<'a>(rules: &'a Ruleset, trace: &'a Trace) -> Vec<Ours<'a>> {
    let mut found = Vec::new();
    let mut hook = None;
    let traces = |rule: RuleId| {
        rules
            .rule(rule)
            .ops
            .iter()
            .any(|o| matches!(o.what, chainwalk_model::OpKind::Target(Target::Trace)))
    };
    let begin = trace.steps.iter().position(|s| matches!(s.event, Event::Matched(r) if traces(r)));
    for (at, step) in trace.steps.iter().enumerate().skip(begin.unwrap_or(0)) {
        let place = |chain: chainwalk_model::ChainId| {
            let c = rules.chain(chain);
            (&*rules.table(c.table).name, &*c.name)
        };
        match &step.event {
            Event::Hook(path) => hook = Some(path.hook.builtin()),
            Event::Matched(rule) => {
                let (table, chain) = place(rules.rule(*rule).chain);
                // A kernel log begins behind that rule, nft with it.
                let optional = traces(*rule);
                found.push(Ours { at, table, chain, what: What::Rule(*rule), optional });
            }
            Event::BaseEnd { chain, by: EndBy::Policy, accepted, .. } => {
                // An empty chain that accepts need not be there at all.
                let optional = *accepted && rules.chain(*chain).rules.is_empty();
                let (table, chain) = place(*chain);
                found.push(Ours { at, table, chain, what: What::Policy(*accepted), optional });
            }
            Event::Skipped { table, why: Skip::Empty | Skip::NotPasted } => {
                let chain = hook.unwrap_or_default();
                let what = What::Policy(true);
                found.push(Ours { at, table, chain, what, optional: true });
            }
            _ => {}
        }
    }
    found
}

/// Lays the lines of a trace over our steps; also what the trace has beyond the last of them.
fn lay(
    rules: &Ruleset,
    ours: &[Ours<'_>],
    theirs: &[SeenStep],
    lang: Lang,
) -> (Vec<Laid>, Option<String>) {
    // A way back from a chain is no step of ours: the step behind it shows it.
    let theirs: Vec<&SeenStep> = theirs.iter().filter(|s| s.what != SeenWhat::Return).collect();
    let mut out = Vec::new();
    let mut at = 0;
    let mut lost = false;
    for one in ours {
        let rule = match one.what {
            What::Rule(rule) => Some(rule),
            What::Policy(_) => None,
        };
        let mut laid = Laid {
            at: one.at,
            rule,
            of: rule.map(|r| rules.rule(r).span),
            standing: Standing::NotSeen,
            instead: String::new(),
            span: None,
        };
        match theirs.get(at) {
            Some(step) if !lost && same(rules, one, step) => {
                laid.standing = Standing::Confirmed;
                laid.span = Some(step.span);
                at += 1;
            }
            Some(step) if !lost && !one.optional => {
                laid.standing = Standing::Contradicted;
                laid.instead = words(step, lang);
                laid.span = Some(step.span);
                // Behind the first difference the two speak of different ways.
                lost = true;
            }
            _ if one.optional => continue,
            _ => {}
        }
        out.push(laid);
    }
    let extra = theirs.get(at).filter(|_| !lost).map(|s| words(s, lang));
    (out, extra)
}

/// Whether a line of a trace shows a step of ours.
fn same(rules: &Ruleset, ours: &Ours<'_>, theirs: &SeenStep) -> bool {
    if ours.table != &*theirs.table || ours.chain != &*theirs.chain {
        return false;
    }
    match (&ours.what, &theirs.what) {
        (What::Policy(accepted), SeenWhat::Policy(said)) => said.is_none_or(|s| s == *accepted),
        (What::Rule(rule), SeenWhat::Rule { number, verdict, .. }) => {
            let rule = rules.rule(*rule);
            number.is_none_or(|n| n == rule.number)
                && verdict.as_ref().is_none_or(|v| does(rules, target(rule), v))
        }
        _ => false,
    }
}

/// Whether a target may give this verdict.
fn does(rules: &Ruleset, target: Option<&Target>, verdict: &SeenVerdict) -> bool {
    match (target, verdict) {
        (Some(Target::Jump(chain) | Target::Goto(chain)), SeenVerdict::To(name)) => {
            rules.chain(*chain).name == *name
        }
        (Some(Target::Jump(_) | Target::Goto(_)), _) | (_, SeenVerdict::To(_)) => false,
        (Some(Target::Accept), v) => *v == SeenVerdict::Accept,
        (Some(Target::Drop | Target::Reject(_)), v) => *v == SeenVerdict::Drop,
        (Some(Target::Return), v) => *v == SeenVerdict::Return,
        (None, v) => *v == SeenVerdict::Continue,
        // A translation accepts, a mark goes on: what they are, not their verdict, tells them apart.
        (Some(_), v) => {
            matches!(v, SeenVerdict::Accept | SeenVerdict::Continue | SeenVerdict::Other)
        }
    }
}

/// A line of a trace in words.
fn words(step: &SeenStep, lang: Lang) -> String {
    let at = format!("{} {}", step.table, step.chain);
    match &step.what {
        SeenWhat::Rule { number, .. } => {
            text!(lang, SeenRule, at = at, rule = number.unwrap_or(0))
        }
        SeenWhat::Policy(_) => text!(lang, SeenPolicy, at = at),
        SeenWhat::Return => text!(lang, SeenEnd, at = at),
    }
}
