//! What a kernel said that it did, laid over what we say: step by step, confirmed, contradicted or not seen.

use crate::explained::Explained;
use crate::page::{Lang, Overlay, OverlayStep, RowSeen, TraceAgreement};
use crate::say::{say, text};
use chainwalk_model::nft::{Field, Meta, Statement};
use chainwalk_model::print::Printer;
use chainwalk_model::{
    Backend, DecidedBy, Event, Family, KernelTrace, L4, OpKind, Packet, RuleId, Ruleset, SeenStep,
    SeenVerdict, SeenWhat, SkipReason, Target, Trace,
};

/// What the trace of this packet says of the walk that is followed; `None` where no packet of a trace is it.
pub fn overlay(t: &Explained) -> Option<Overlay> {
    let mut own = over(t, &t.outcome()?.trace)?;
    if !own.agrees {
        // What is chance or unknown here has happened there one way.
        let walk = t.walk()?;
        let agrees = |o: &usize| over(t, &walk.outcomes[*o].trace).is_some_and(|s| s.agrees);
        own.follow = t.siblings().into_iter().find(agrees);
        if own.follow.is_some() {
            own.text = say!(t.lang, SeenOther);
        }
    }
    Some(own)
}

fn over(t: &Explained, trace: &Trace) -> Option<Overlay> {
    let sent = &trace.sent.packet;
    let is = |s: &&KernelTrace| is_it(s, sent);
    // A person seldom names the source port; where it is named, its packet comes first.
    let port = |s: &&KernelTrace| s.sport.is_none() || s.sport == sent.sport();
    let seen =
        t.host.seen.iter().find(|s| is(s) && port(s)).or_else(|| t.host.seen.iter().find(is))?;
    if seen.logged.is_some() {
        return logged(t, trace, seen);
    }
    let ours = comparable(t.rules(), trace);
    let last = trace.steps.len().saturating_sub(1);
    let steps = lay(t.rules(), &ours, &seen.steps, last, t.lang);
    let confirmed = steps.iter().filter(|s| s.standing == TraceAgreement::Confirmed).count();
    let against = steps.iter().find(|s| s.standing == TraceAgreement::Contradicted);
    let text = match against {
        Some(s) => say!(t.lang, SeenAgainst, what = s.instead.as_str()),
        None if confirmed == steps.len() => say!(t.lang, SeenAll, count = confirmed),
        None => say!(t.lang, SeenSome, count = confirmed),
    };
    Some(Overlay { text, agrees: against.is_none(), follow: None, steps, span: seen.span })
}

/// What a line of a log says: the packet was at the rule that wrote it.
fn logged(t: &Explained, trace: &Trace, seen: &KernelTrace) -> Option<Overlay> {
    let step = seen.steps.first()?;
    let SeenWhat::Rule { number: Some(number), .. } = step.what else { return None };
    let rules = t.rules();
    let written = rules.rules.iter().position(|rule| {
        let chain = rules.chain(rule.chain);
        rule.number == number
            && chain.name == step.chain
            && rules.table(chain.table).name == step.table
            && (rules.table(chain.table).family == Family::Ip6) == seen.src.is_ipv6()
    })?;
    let rule = RuleId(u32::try_from(written).ok()?);
    let passes = trace.steps.iter().position(|s| matches!(s.event, Event::Matched(r) if r == rule));
    let at = format!("{} {} {number}", step.table, step.chain);
    let laid = OverlayStep {
        at: passes.unwrap_or(trace.steps.len().saturating_sub(1)),
        rule: passes.map(|_| rule),
        of: passes.map(|_| rules.rule(rule).span),
        standing: match passes {
            Some(_) => TraceAgreement::Confirmed,
            None => TraceAgreement::Contradicted,
        },
        instead: if passes.is_some() { String::new() } else { at.clone() },
        span: Some(seen.span),
    };
    let text = match passes {
        Some(_) => say!(t.lang, SeenLogged, at = at),
        None => say!(t.lang, SeenLoggedNot, at = at),
    };
    Some(Overlay {
        text,
        agrees: passes.is_some(),
        follow: None,
        steps: vec![laid],
        span: seen.span,
    })
}

/// What a trace says of the steps `from` to `to`, which one row shows.
pub(crate) fn of_row(over: &Overlay, from: usize, to: usize, lang: Lang) -> Option<RowSeen> {
    let mut laid = over.steps.iter().filter(|s| (from..=to).contains(&s.at));
    let first = laid.clone().next()?;
    let with = |standing| move |s: &&OverlayStep| s.standing == standing;
    let shown = laid
        .clone()
        .find(with(TraceAgreement::Contradicted))
        .or_else(|| laid.find(with(TraceAgreement::NotSeen)))
        .unwrap_or(first);
    let text = match shown.standing {
        TraceAgreement::Confirmed => text!(lang, RowSeenSame),
        TraceAgreement::Contradicted => text!(lang, RowSeenOther, what = shown.instead.as_str()),
        TraceAgreement::NotSeen => text!(lang, RowSeenNot),
    };
    Some(RowSeen { standing: shown.standing, text, span: shown.span })
}

/// Whether a traced packet is the one that was sent, its source port aside.
fn is_it(seen: &KernelTrace, sent: &Packet) -> bool {
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
    /// The family of the table, where there is one.
    family: Option<Family>,
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
            .any(|o| matches!(&o.what, OpKind::Target(target) if is_trace(target)))
    };
    let begin = trace.steps.iter().position(|s| matches!(s.event, Event::Matched(r) if traces(r)));
    for (at, step) in trace.steps.iter().enumerate().skip(begin.unwrap_or(0)) {
        let place = |chain: chainwalk_model::ChainId| {
            let c = rules.chain(chain);
            let table = rules.table(c.table);
            (Some(table.family), &*table.name, &*c.name)
        };
        match &step.event {
            Event::Hook(path) => hook = Some(path.hook.builtin()),
            Event::Matched(rule) => {
                let (family, table, chain) = place(rules.rule(*rule).chain);
                // A kernel log begins behind that rule, nft with it.
                let optional = traces(*rule);
                found.push(Ours { at, family, table, chain, what: What::Rule(*rule), optional });
            }
            Event::BaseEnd { chain, by: DecidedBy::Policy, accepted, .. } => {
                // An empty chain that accepts need not be there at all.
                let optional = *accepted && rules.chain(*chain).rules.is_empty();
                let (family, table, chain) = place(*chain);
                let what = What::Policy(*accepted);
                found.push(Ours { at, family, table, chain, what, optional });
            }
            Event::Skipped { table, why: SkipReason::NotPasted, .. } => {
                let chain = hook.unwrap_or_default();
                let what = What::Policy(true);
                found.push(Ours { at, family: None, table, chain, what, optional: true });
            }
            _ => {}
        }
    }
    found
}

/// Lays the lines of a trace over our steps. What the trace has beyond them stands against the `last` step.
fn lay(
    rules: &Ruleset,
    ours: &[Ours<'_>],
    theirs: &[SeenStep],
    last: usize,
    lang: Lang,
) -> Vec<OverlayStep> {
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
        let mut laid = OverlayStep {
            at: one.at,
            rule,
            of: rule.map(|r| rules.rule(r).span),
            standing: TraceAgreement::NotSeen,
            instead: String::new(),
            span: None,
        };
        match theirs.get(at) {
            Some(step) if !lost && same(rules, one, step) => {
                laid.standing = TraceAgreement::Confirmed;
                laid.span = Some(step.span);
                at += 1;
            }
            Some(step) if !lost && !one.optional => {
                laid.standing = TraceAgreement::Contradicted;
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
    if let Some(step) = theirs.get(at).filter(|_| !lost) {
        out.push(OverlayStep {
            at: last,
            rule: None,
            of: None,
            standing: TraceAgreement::Contradicted,
            instead: words(step, lang),
            span: Some(step.span),
        });
    }
    out
}

/// Whether a line of a trace shows a step of ours.
fn same(rules: &Ruleset, ours: &Ours<'_>, theirs: &SeenStep) -> bool {
    let other_family = ours.family.zip(theirs.family).is_some_and(|(own, said)| own != said);
    if other_family || ours.table != &*theirs.table || ours.chain != &*theirs.chain {
        return false;
    }
    match (&ours.what, &theirs.what) {
        (What::Policy(accepted), SeenWhat::Policy(said)) => said.is_none_or(|s| s == *accepted),
        (What::Rule(id), SeenWhat::Rule { number, text, verdict }) => {
            let rule = rules.rule(*id);
            number.is_none_or(|n| n == rule.number)
                && is_rule(rules, *id, theirs.handle, text.as_deref())
                && verdict.as_ref().is_none_or(|v| does(rules, rule.verdict(), v))
        }
        _ => false,
    }
}

/// Whether a line of nft may speak of a rule: by its handle, or else by its text, where one of the chain's rules has it.
fn is_rule(rules: &Ruleset, id: RuleId, handle: Option<u64>, text: Option<&str>) -> bool {
    let rule = rules.rule(id);
    let chain = rules.chain(rule.chain);
    let table = rules.table(chain.table);
    if let (Some(own), Some(said)) = (rule.handle, handle) {
        return own == said;
    }
    let Some(text) = text.filter(|_| table.backend == Backend::Nft) else { return true };
    let printer = Printer::whole(rules);
    let said = uncounted(text);
    let like = |r: &RuleId| uncounted(&printer.rule(&rules.rule(*r).ops, table.family)) == said;
    like(&id) || !chain.rules.iter().any(like)
}

/// The text of a rule without its comment and what its counters have counted.
fn uncounted(text: &str) -> String {
    let text = text.split(" comment \"").next().unwrap_or_default();
    let mut words = text.split_whitespace().peekable();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        kept.push(word);
        if word == "counter" && words.peek() == Some(&"packets") {
            words.by_ref().take(4).for_each(drop);
        }
    }
    kept.join(" ")
}

/// Whether a rule that does this begins a trace.
fn is_trace(target: &Target) -> bool {
    match target {
        Target::Trace => true,
        Target::Nft(statement) => {
            matches!(**statement, Statement::Set { field: Field::Meta(Meta::Nftrace), .. })
        }
        _ => false,
    }
}

/// Whether a target may give this verdict.
fn does(rules: &Ruleset, target: Option<&Target>, verdict: &SeenVerdict) -> bool {
    match (target, verdict) {
        // What a map holds for the packet.
        (Some(Target::Nft(statement)), _)
            if matches!(**statement, Statement::VerdictMap { .. }) =>
        {
            true
        }
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
