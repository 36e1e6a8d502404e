//! The walk as a list: tables, chains, rules and why each matched or did not.

use crate::changes::{end_tools, rule_tools};
use crate::explained::Explained;
use crate::explained::{Lines, moment};
use crate::overlay::{of_row, overlay};
use crate::page::{
    Lang, Mark, Overlay, Row, RowKind, RowSeen, RuleRange, RuleTools, Sentence, Style,
};
use crate::places::{absent_class, base_path, chain_class, policy_word};
use crate::reasons;
use crate::say::{join, run, say, text};
use crate::steps::{
    cards, chain_words, change_sentence, fork_title, kernel, start, target_sentence,
};
use crate::stops::{StopKind, TimelineStop, has_acted, stops};
use crate::targets::target_text;
use crate::terms::conditions_text;
use crate::timeline::{alike, narration, settled, span, stops_here};
use crate::values::{iface_word, lane_word, packet_word, states};
use chainwalk_model::{ChainId, DecidedBy, Event, OpId, RuleId, SkipReason, Target, Trace};
use std::collections::HashMap;

/// The rows of the packet shown and of the packets the kernel made because of it.
pub fn rows(t: &Explained) -> Vec<Row> {
    let all = stops(t);
    let mut out = Vec::new();
    if t.outcome().is_some() {
        lane(t, &Index::new(&all, t), None, 0, &mut out);
    }
    // What has no stop of its own never stands before the row above it.
    let mut least = 0;
    for row in &mut out {
        row.step = row.step.max(least);
        least = row.step;
    }
    out
}

fn row(kind: RowKind, depth: u8, step: usize) -> Row {
    Row {
        kind,
        depth,
        step,
        number: String::new(),
        text: Sentence::new(),
        reason: Sentence::new(),
        aside: String::new(),
        mark: Mark::None,
        span: None,
        class: String::new(),
        branches: Vec::new(),
        tools: None,
        rules: None,
        seen: None,
    }
}

/// The stops, to be looked up by lane and step, and the lines of the documents.
struct Index<'a> {
    all: &'a [TimelineStop],
    /// The stops of each lane but where it starts, in the order of their steps.
    lanes: HashMap<Option<usize>, Vec<usize>>,
    lines: Lines,
    /// What a kernel's trace says of the packet's own walk.
    seen: Option<Overlay>,
}

impl<'a> Index<'a> {
    fn new(all: &'a [TimelineStop], t: &Explained) -> Self {
        let mut lanes: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, stop) in all.iter().enumerate() {
            if !matches!(stop.kind, StopKind::Start) {
                lanes.entry(stop.reply).or_default().push(at);
            }
        }
        Self { all, lanes, lines: Lines::new(t.docs), seen: overlay(t) }
    }

    /// What a kernel's trace says of the steps that one row shows.
    fn seen(&self, t: &Explained, reply: Option<usize>, from: usize, to: usize) -> Option<RowSeen> {
        self.seen.as_ref().filter(|_| reply.is_none()).and_then(|s| of_row(s, from, to, t.lang))
    }

    fn lane(&self, reply: Option<usize>) -> &[usize] {
        self.lanes.get(&reply).map_or(&[], Vec::as_slice)
    }

    /// The stop of a lane that a step belongs to, or the one before it.
    fn stop_at(&self, reply: Option<usize>, step: usize) -> usize {
        let own = self.lane(reply);
        let behind = own.partition_point(|s| self.all[*s].first <= step);
        let Some(last) = behind.checked_sub(1).map(|at| own[at]) else {
            return own.first().copied().unwrap_or(0);
        };
        // Several stops may begin at one step, which is the first one's.
        if self.all[last].first == step {
            own[own.partition_point(|s| self.all[*s].first < step)]
        } else {
            last
        }
    }

    /// The next stop of a lane, for the heading of what begins there.
    fn next_stop(&self, reply: Option<usize>, step: usize) -> Option<(usize, &'a TimelineStop)> {
        let own = self.lane(reply);
        let at = *own.get(own.partition_point(|s| self.all[*s].first <= step))?;
        Some((at, &self.all[at]))
    }
}

fn lane(t: &Explained, index: &Index<'_>, reply: Option<usize>, depth: usize, out: &mut Vec<Row>) {
    let Some(trace) = t.trace(reply) else { return };
    let all = index.all;
    let lang = t.lang;
    let rules = t.rules();
    if reply.is_none() {
        let mut first = row(RowKind::Kernel, 0, 0);
        first.text = start(t, trace);
        first.aside = packet_word(&trace.sent.packet);
        first.class = "host".into();
        out.push(first);
    }
    let mut path = None;
    let mut step = 0;
    while step < trace.steps.len() {
        let at = index.stop_at(reply, step);
        let Some(stop) = all.get(at) else { break };
        let s = &trace.steps[step];
        match &s.event {
            Event::Hook(p) => {
                path = Some(p);
                if matches!(stop.kind, StopKind::Hook) && stop.first == step {
                    out.push(kernel_row(t, trace, stop, at));
                }
            }
            Event::Skipped { table, chain, why } => {
                let text = match why {
                    SkipReason::NatSettled => say!(lang, SkipSettled, table = &**table),
                    SkipReason::NatNoFlow => say!(lang, SkipNoFlow, table = &**table),
                    SkipReason::Answered => say!(lang, SkipAnswered, table = &**table),
                    SkipReason::Supposed => say!(lang, SkipSupposed, table = &**table),
                    SkipReason::NotPasted => Sentence::new(),
                };
                if !text.is_empty() {
                    let mut r = row(RowKind::Kernel, 0, at);
                    r.text = text;
                    r.class =
                        chain.map_or_else(|| absent_class(table), |c| chain_class(rules, c)).into();
                    r.aside = path.map_or("", |p| p.hook.builtin()).into();
                    out.push(r);
                }
            }
            Event::Base(chain) => {
                let c = rules.chain(*chain);
                let first = index.next_stop(reply, step).filter(|(_, s)| s.base == Some(*chain));
                let mut r = row(RowKind::Base, 0, first.map_or(at, |(next, _)| next));
                r.text = run(base_path(rules, *chain), Style::Strong);
                r.class = chain_class(rules, *chain).into();
                r.aside = path.map_or_else(String::new, |p| interfaces(lang, p));
                r.span = Some(c.span);
                out.push(r);
            }
            &Event::Tried { chain, first, last } => {
                let mut r = row(RowKind::Range, s.depth, at);
                r.number = range(first, last);
                r.text = reasons::why_not(t, stop, chain, first, last);
                r.mark = Mark::No;
                r.span = rule_span(t, chain, first, last);
                r.tools = tried_tools(t, chain, first, last);
                r.rules = Some(RuleRange { reply, step: stop.first, chain, first, last });
                out.push(r);
            }
            Event::Matched(rule) | Event::Acted(OpId { rule, .. })
                if has_acted(trace, step, *rule) => {}
            Event::Broke(op) => {
                let (chain, number) = (rules.rule(op.rule).chain, rules.rule(op.rule).number);
                let mut r = row(RowKind::Range, s.depth, at);
                r.number = number.to_string();
                r.text = reasons::why_not(t, stop, chain, number, number);
                r.mark = Mark::No;
                r.span = rule_span(t, chain, number, number);
                out.push(r);
            }
            Event::Matched(rule) | Event::Acted(OpId { rule, .. }) => {
                let (mut r, skip) = rule_row(t, trace, all, at, step, *rule);
                r.seen = index.seen(t, reply, step, skip);
                out.push(r);
                step = skip;
            }
            Event::Jumped { to, goto } => {
                let depth = called_from(trace, step);
                let mut r = row(RowKind::Chain, depth - u8::from(*goto && depth > 0), at);
                r.text = chain_words(t, *to);
                r.span = Some(rules.chain(*to).span);
                if let Some((next, _)) =
                    index.next_stop(reply, step).filter(|(_, s)| s.chain == Some(*to))
                {
                    r.step = next;
                }
                out.push(r);
            }
            Event::Again { to } => {
                let mut r = row(RowKind::Chain, called_from(trace, step), at);
                r.text = say!(lang, RowAgain, chain = &*rules.chain(*to).name);
                r.span = Some(rules.chain(*to).span);
                out.push(r);
            }
            Event::BaseEnd { chain, by: DecidedBy::Policy, accepted, .. } => {
                let mut r = row(RowKind::Policy, 1, at);
                let word = policy_word(rules, *chain, *accepted);
                r.text = if *accepted {
                    say!(lang, RowPolicyAccept, policy = word)
                } else {
                    say!(lang, RowPolicyDrop, policy = word)
                };
                r.mark = if *accepted { Mark::Yes } else { Mark::Stop };
                r.span = Some(rules.chain(*chain).span);
                r.tools = end_tools(rules, *chain);
                r.seen = index.seen(t, reply, step, step);
                out.push(r);
            }
            Event::Tracked
            | Event::Untranslated(_)
            | Event::Reassembling
            | Event::Reassembled
            | Event::Routed { .. }
            | Event::Loop
            | Event::Copied => out.push(kernel_row(t, trace, stop, at)),
            Event::Fork(_) => {
                if matches!(stop.kind, StopKind::Kernel) && stop.first == step {
                    out.push(kernel_row(t, trace, stop, at));
                }
                if let StopKind::Fork(fork) = &stop.kind
                    && stop.first == step
                {
                    let mut r = row(RowKind::Fork, s.depth, at);
                    r.text = fork_title(t, fork);
                    r.branches = cards(t, fork);
                    r.reason = alike(t, fork, &r.branches);
                    let random = fork.branches.iter().all(|b| b.weight.is_some());
                    r.mark = if random { Mark::Half } else { Mark::Unknown };
                    r.span = span(t, stop);
                    r.aside = r
                        .span
                        .and_then(|s| index.lines.line(s))
                        .map_or_else(String::new, |n| text!(lang, SourceLine, line = n));
                    r.seen = index.seen(t, reply, stop.first, stop.last);
                    out.push(r);
                    // The jump itself stays, to head the chain that follows.
                    step = if matches!(trace.steps[stop.last].event, Event::Jumped { .. }) {
                        stop.last - 1
                    } else {
                        stop.last
                    };
                }
            }
            Event::Replied(k) => {
                let k = *k as usize;
                if let Some(made) = t.trace(Some(k))
                    && depth < 4
                {
                    let mut r = row(RowKind::Reply, 0, index.stop_at(Some(k), 0));
                    let packet = packet_word(&made.sent.packet);
                    let dst = made.sent.packet.ip.dst.to_string();
                    let (one, other) = (&made.sent.packet, &trace.sent.packet);
                    // What comes from the same sender and says the same is no answer.
                    r.text = if one.ip.src == other.ip.src && one.l4 == other.l4 {
                        say!(lang, RowCopy, packet = packet, dst = dst)
                    } else {
                        say!(lang, RowReply, packet = packet, dst = dst)
                    };
                    r.aside = lane_word(&made.sent.packet);
                    r.class = "icmp".into();
                    out.push(r);
                    lane(t, index, Some(k), depth + 1, out);
                }
            }
            Event::End => {
                let mut r = row(RowKind::Fate, 0, at);
                r.text = narration(t, stop);
                r.mark = settled(t, stop);
                r.class = "fate".into();
                r.seen = index.seen(t, reply, step, step);
                r.span = span(t, stop);
                out.push(r);
            }
            Event::Returned { .. }
            | Event::Changed(_)
            | Event::Confirmed
            | Event::BaseEnd { by: DecidedBy::Rule(_), .. } => {}
        }
        step += 1;
    }
}

/// The depth of the rule that made a jump.
fn called_from(trace: &Trace, jump: usize) -> u8 {
    trace.steps[..jump]
        .iter()
        .rev()
        .find(|s| matches!(s.event, Event::Matched(_)))
        .map_or(1, |s| s.depth.max(1))
}

fn range(first: u32, last: u32) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

fn rule_span(
    t: &Explained,
    chain: chainwalk_model::ChainId,
    first: u32,
    last: u32,
) -> Option<chainwalk_model::Span> {
    let rules = &t.rules().chain(chain).rules;
    let one = rules.get((first as usize).checked_sub(1)?)?;
    let end = rules.get((last as usize).checked_sub(1)?)?;
    Some(t.rules().rule(*one).span.to(t.rules().rule(*end).span))
}

/// What can be done about rules that did not match: one by one where it is one; of several, those that
/// never match are named.
fn tried_tools(t: &Explained, chain: ChainId, first: u32, last: u32) -> Option<RuleTools> {
    let own = &t.rules().chain(chain).rules;
    let of = |n: u32| own.get((n as usize).checked_sub(1)?).copied();
    let shadowed = (first..=last).filter_map(of).find_map(|r| Some((r, t.reasons.shadow(r)?)));
    let (rule, shadow) = match shadowed {
        Some((rule, shadow)) => (rule, Some(shadow)),
        None => (of(first)?, None),
    };
    let mut tools = rule_tools(t.lang, t.rules(), rule, shadow)?;
    if first != last {
        tools.without = String::new();
        if !tools.shadow.is_empty() {
            let number = t.rules().rule(rule).number;
            tools.shadow = say!(t.lang, ShadowOne, number = number, why = tools.shadow);
        }
        tools.insert = rule_tools(t.lang, t.rules(), of(first)?, None)?.insert;
    }
    Some(tools)
}

fn interfaces(lang: Lang, p: &chainwalk_model::Path) -> String {
    match (iface_word(&p.iniface), iface_word(&p.outiface)) {
        (Some(i), Some(o)) => text!(lang, AsideInOut, iniface = i, outiface = o),
        (Some(i), None) => text!(lang, AsideIn, iface = i),
        (None, Some(o)) => text!(lang, AsideOut, iface = o),
        (None, None) => String::new(),
    }
}

fn kernel_row(t: &Explained, trace: &Trace, stop: &TimelineStop, at: usize) -> Row {
    let mut r = row(RowKind::Kernel, 0, at);
    r.text = kernel(t, trace, stop);
    r.span = span(t, stop);
    match stop.kind {
        StopKind::Conntrack => {
            r.class = "ct".into();
            r.aside = ct_state(trace, stop);
        }
        StopKind::UnNat => r.class = "ct".into(),
        StopKind::Route => {
            r.class = "route".into();
            if stops_here(t, stop) {
                r.mark = Mark::Stop;
            }
        }
        _ => r.class = "host".into(),
    }
    r
}

fn ct_state(trace: &Trace, stop: &TimelineStop) -> String {
    moment(trace, stop.last).and_then(|m| m.ct).map_or_else(String::new, |ct| states(ct.state))
}

/// A called chain that does at most one thing and returns: the step at which it has returned.
fn folded(trace: &Trace, jump: usize) -> Option<(usize, Option<RuleId>)> {
    let Event::Jumped { to, goto: false } = &trace.steps.get(jump)?.event else { return None };
    let mut hit = None;
    for (step, s) in trace.steps.iter().enumerate().skip(jump + 1) {
        match &s.event {
            Event::Tried { .. } | Event::Changed(_) => {}
            Event::Matched(rule) if hit.is_none() => hit = Some(*rule),
            Event::Returned { from, .. } if from == to => return Some((step, hit)),
            _ => return None,
        }
    }
    None
}

/// The row of a rule that matched, and the last step it shows.
fn rule_row(
    t: &Explained,
    trace: &Trace,
    all: &[TimelineStop],
    at: usize,
    step: usize,
    rule: RuleId,
) -> (Row, usize) {
    let lang = t.lang;
    let stop = &all[at];
    let r = t.rules().rule(rule);
    let mut out = row(RowKind::Rule, trace.steps[step].depth.max(1), at);
    out.number = r.number.to_string();
    out.span = Some(r.span);
    out.tools = rule_tools(lang, t.rules(), rule, t.reasons.shadow(rule));
    out.rules = Some(RuleRange {
        reply: stop.reply,
        step: stop.first,
        chain: r.chain,
        first: r.number,
        last: r.number,
    });
    out.mark = if stops_here(t, stop) { Mark::Stop } else { Mark::Yes };
    let conditions = conditions_text(t.rules(), r);
    let mut parts = Vec::new();
    let does = r.verdict();
    let jumps = matches!(does, Some(Target::Jump(_) | Target::Goto(_)));
    if !conditions.is_empty() {
        parts.push(run(conditions, Style::Code));
    } else if jumps || does.is_none() {
        parts.push(say!(lang, AnyPacket));
    }
    if let Some(target) = does.filter(|_| !jumps) {
        parts.push(target_sentence(t, trace, stop, rule, target));
    }
    out.text = join(parts, " · ");
    let mut why = vec![reasons::why(t, stop, rule)];
    let mut end = step;
    if let Some((back, hit)) = folded(trace, step + 1)
        && let Some(Target::Jump(chain)) = does
    {
        let name = &*t.rules().chain(*chain).name;
        let change = trace.steps[step + 1..=back].iter().find_map(|s| match &s.event {
            Event::Changed(c) => Some(c),
            _ => None,
        });
        why.push(match (hit, change) {
            (_, Some(change)) => {
                say!(lang, FoldChanges, chain = name, change = change_sentence(lang, change))
            }
            (Some(rule), None) => match t.rules().rule(rule).verdict() {
                Some(Target::Return) | None => say!(lang, FoldReturns, chain = name),
                Some(other) => {
                    let own = t.rules().rule(rule).chain;
                    say!(lang, FoldDoes, chain = name, what = target_text(t.rules(), own, other))
                }
            },
            (None, None) if t.rules().chain(*chain).rules.is_empty() => {
                say!(lang, FoldEmpty, chain = name)
            }
            (None, None) => {
                say!(lang, FoldNothing, chain = name, count = t.rules().chain(*chain).rules.len())
            }
        });
        end = back;
    }
    out.reason = join(why, " · ");
    (out, end)
}
