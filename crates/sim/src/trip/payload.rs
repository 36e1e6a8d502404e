//! Rules that look at what a packet carries, or how much: the data of a later packet is not known.

use crate::session::Session;
use chainwalk_model::{
    Check, Event, Fate, Host, Leg, LegKind, Match, OpKind, PacketSpec, Rule, RuleId, Target, Trace,
    TriedRule, TripEnd, Truth,
};

/// How many of them are told.
const MOST: usize = 4;
/// How deep a chain is looked into for what it does in the end.
const DEEP: u8 = 4;

/// Whether a match looks at the data of a packet or its length, or at how much was sent.
fn looks(m: &Match) -> bool {
    matches!(
        m,
        Match::String(_) | Match::Length(_) | Match::U32(_) | Match::Bpf(_) | Match::Connbytes(_)
    )
}

fn is_payload(rule: &Rule) -> bool {
    rule.ops.iter().any(|op| matches!(&op.what, OpKind::Match(m) if looks(m)))
}

/// The rules that a packet met and did not match, for nothing but what it carries.
fn missed(on: &Session, packet: usize, trace: &Trace) -> Vec<RuleId> {
    let rules = &on.host().rules;
    let mut found = Vec::new();
    for (step, s) in trace.steps.iter().enumerate() {
        let Event::Tried { chain, first, last } = s.event else { continue };
        let tried = rules.chain(chain).rules.iter().skip(first.saturating_sub(1) as usize);
        for id in tried.take((last + 1 - first) as usize) {
            let rule = rules.rule(*id);
            if !is_payload(rule) || found.contains(id) {
                continue;
            }
            let checks = on.explain(TriedRule { packet, outcome: 0, reply: None, step, rule: *id });
            let by_data = |c: &Check| match rule.ops.get(c.op as usize).map(|o| &o.what) {
                Some(OpKind::Match(m)) => looks(m),
                _ => false,
            };
            let fails: Vec<&Check> = checks.iter().filter(|c| c.truth == Truth::No).collect();
            if !fails.is_empty() && fails.into_iter().all(by_data) {
                found.push(*id);
            }
        }
    }
    found
}

/// Whether a target may lead to such an end.
fn leads(host: &Host, target: Option<&Target>, end: fn(&Target) -> bool, deep: u8) -> bool {
    match target {
        Some(Target::Jump(to) | Target::Goto(to)) => {
            deep > 0
                && host
                    .rules
                    .chain(*to)
                    .rules
                    .iter()
                    .any(|r| leads(host, host.rules.rule(*r).verdict(), end, deep - 1))
        }
        Some(other) => end(other),
        None => false,
    }
}

fn stops(target: &Target) -> bool {
    matches!(target, Target::Drop | Target::Reject(_))
}

fn lets(target: &Target) -> bool {
    matches!(target, Target::Accept)
}

/// That a leg which was stopped hangs on its payload; `None` where it is stopped whatever it carries.
pub(super) fn decider(on: &Session, packet: usize, leg: usize, trace: &Trace) -> Option<TripEnd> {
    let host = on.host();
    if let Fate::Dropped(chainwalk_model::DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } =
        &trace.fate
        && is_payload(host.rules.rule(*rule))
    {
        return Some(TripEnd::Payload(leg, *rule));
    }
    let saved = missed(on, packet, trace)
        .into_iter()
        .find(|r| leads(host, host.rules.rule(*r).verdict(), lets, DEEP))?;
    Some(TripEnd::Payload(leg, saved))
}

/// The rules that may stop a packet of the connection which carries other data.
pub(super) fn later(
    on: &Session,
    first: usize,
    ask: &PacketSpec,
    legs: &[Leg],
    end: &TripEnd,
) -> Vec<RuleId> {
    let host = on.host();
    if !host.rules.rules.iter().any(is_payload) {
        return Vec::new();
    }
    let mut found: Vec<RuleId> = Vec::new();
    let tcp = legs.iter().any(|l| l.kind == LegKind::Ack);
    // A datagram of which it is not told what it carries may carry anything.
    let own = &on.walks()[first].outcomes[0].trace;
    let untold = !tcp && ask.payload.is_none() && own.sent.packet.dport().is_some();
    let asked = untold.then_some((first, own));
    let behind = legs.iter().enumerate().filter(|(_, l)| !tcp || is_data(l.kind));
    let behind = behind.map(|(k, l)| (first + 1 + k, &l.trace));
    for (packet, trace) in asked.into_iter().chain(behind) {
        for rule in missed(on, packet, trace) {
            let stops = leads(host, host.rules.rule(rule).verdict(), stops, DEEP);
            let told = matches!(end, TripEnd::Payload(_, by) if *by == rule);
            if stops && !told && !found.contains(&rule) && found.len() < MOST {
                found.push(rule);
            }
        }
    }
    found
}

fn is_data(kind: LegKind) -> bool {
    matches!(kind, LegKind::Data | LegKind::DataReply)
}
