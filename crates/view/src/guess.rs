//! The choices of a question about a packet: each end in two short lines, and the sentence that undoes a wrong one.

use crate::banner::banner;
use crate::explained::Explained;
use crate::fate::{last_destination, let_on_by_policy, policy_accepts, routing, short, word};
use crate::figure::decided_by;
use crate::page::{Run, Sentence, Style};
use crate::places::chain_path;
use crate::say::{plain, say, text};
use crate::values::{address, source};
use chainwalk_model::{DecidedBy, DroppedBy, Event, Fate, Hook, Mistake, Trace};
use serde::{Deserialize, Serialize};

/// An end that may be chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChoiceView {
    /// What becomes of the packet, in a word or two; without the colour of an end, which would tell.
    pub end: Sentence,
    /// Where it goes, or by what it is stopped.
    pub place: Sentence,
}

/// The end of the packet shown as one of several that may be chosen.
pub fn choice(t: &Explained) -> ChoiceView {
    let Some(outcome) = t.outcome() else { return ChoiceView::default() };
    let trace = &outcome.trace;
    let end = word(t.lang, trace).into_iter().map(|run| Run {
        text: run.text.trim_end_matches(['.', '。']).to_owned(),
        style: Style::Plain,
    });
    let place = match &trace.fate {
        Fate::Local { .. } => say!(t.lang, ChoiceLocal, dst = last_destination(trace)),
        Fate::Forwarded(Some(iface)) | Fate::Sent(Some(iface)) | Fate::Bridged(Some(iface)) => {
            let (src, dst) = (last_address(trace), last_destination(trace));
            say!(t.lang, ChoiceOut, src = src, dst = dst, iface = &**iface)
        }
        Fate::Routing(why) => routing(t.lang, *why, &last_destination(trace), &last_source(trace)),
        _ => {
            let by = decided_by(t);
            let text = if by.is_empty() { short(t, trace) } else { by };
            vec![Run { text, style: Style::Plain }]
        }
    };
    ChoiceView { end: end.collect(), place }
}

/// The address that a packet came from in the end.
fn last_address(trace: &Trace) -> String {
    trace.moments.last().map_or_else(String::new, |moment| address(trace, moment.packet.ip.src))
}

/// Where a packet came from in the end: the last packet's source.
fn last_source(trace: &Trace) -> String {
    trace.moments.last().map_or_else(String::new, |moment| source(trace, &moment.packet))
}

/// Why the end of the packet shown is what it is; where no rule let it in, by whose policy it came.
pub fn reason(t: &Explained) -> Sentence {
    let policy = t.outcome().and_then(|outcome| match outcome.trace.fate {
        Fate::Local { .. } => let_on_by_policy(t, &outcome.trace),
        _ => None,
    });
    match policy {
        Some((_, chain)) => policy_accepts(t, chain),
        None => banner(t).detail,
    }
}

/// What became of the packet shown, in a few words.
pub fn outcome_line(t: &Explained) -> String {
    t.outcome().map_or_else(String::new, |outcome| short(t, &outcome.trace))
}

/// Why the end of the packet shown is what it is, to somebody who took it for another by this mistake.
pub fn undone(t: &Explained, mistake: Mistake) -> Sentence {
    let Some(outcome) = t.outcome() else { return Sentence::new() };
    let (lang, trace) = (t.lang, &outcome.trace);
    match mistake {
        Mistake::NoNat => match translated(trace) {
            Some((true, dst)) => say!(lang, UndoneNoDnat, dst = dst),
            Some((false, src)) => say!(lang, UndoneNoSnat, src = src),
            None => say!(lang, UndoneNoNat),
        },
        Mistake::OtherHook if visits(trace, Hook::Forward) => say!(lang, UndoneForward),
        Mistake::OtherHook => say!(lang, UndoneInput),
        Mistake::FilterFirst => match translated(trace) {
            Some((true, dst)) => say!(lang, UndoneFilterFirst, dst = dst),
            _ => say!(lang, UndoneNoNat),
        },
        Mistake::Policy => by_rule(t, trace).map_or_else(
            || say!(lang, UndonePolicy),
            |rule| say!(lang, UndonePolicyRule, rule = rule),
        ),
        Mistake::LastMatch => by_rule(t, trace).map_or_else(
            || say!(lang, UndoneLastMatch),
            |rule| say!(lang, UndoneLastMatchRule, rule = rule),
        ),
        Mistake::LooksRight => say!(lang, UndoneLooksRight),
        Mistake::ReturnEnds => say!(lang, UndoneReturn),
        Mistake::DropAnswers => match &trace.fate {
            Fate::Rejected { .. } => say!(lang, UndoneReject),
            _ => say!(lang, UndoneDrop),
        },
        Mistake::ReplyAlone => say!(lang, UndoneReply),
        Mistake::NoRouting => match &trace.fate {
            Fate::Routing(why) => {
                let why = routing(lang, *why, &last_destination(trace), &last_source(trace));
                say!(lang, UndoneRouting, why = plain(&why))
            }
            _ => say!(lang, UndoneRoutingPasses),
        },
    }
}

fn visits(trace: &Trace, hook: Hook) -> bool {
    trace.steps.iter().any(|s| matches!(&s.event, Event::Hook(path) if path.hook == hook))
}

/// Whether the destination was rewritten rather than the source, and what it became.
fn translated(trace: &Trace) -> Option<(bool, String)> {
    let (first, last) = (trace.moments.first()?, trace.moments.last()?);
    let (was, is) = (&first.packet, &last.packet);
    if (was.ip.dst, was.dport()) != (is.ip.dst, is.dport()) {
        return Some((true, last_destination(trace)));
    }
    let other = (was.ip.src, was.sport()) != (is.ip.src, is.sport());
    other.then(|| (false, last_source(trace)))
}

/// The rule that had the last word, letting the packet on or not; none where a policy or nobody had it.
fn by_rule(t: &Explained, trace: &Trace) -> Option<String> {
    if let Fate::Dropped(DroppedBy::Rule(_)) | Fate::Rejected { .. } = &trace.fate {
        return Some(decided_by(t));
    }
    let mut ends = trace.steps.iter().rev().filter_map(|s| match &s.event {
        Event::BaseEnd { at, by: DecidedBy::Rule(number), chain, .. } => {
            let base = t.rules().chain(*chain).base.as_ref()?;
            let judged = matches!(base.hook, Hook::Input | Hook::Forward | Hook::Output);
            judged.then_some((*at, *number))
        }
        _ => None,
    });
    let (chain, number) = ends.next()?;
    Some(text!(t.lang, FigurePlace, chain = chain_path(t.rules(), chain), number = number))
}

impl ChoiceView {
    /// Both lines in one.
    pub fn line(&self) -> String {
        [plain(&self.end), plain(&self.place)].join(" · ")
    }
}

/// Whether the packet shown, or one that it makes the kernel send, comes into a chain of that name.
pub fn meets(t: &Explained, chain: &str) -> bool {
    let Some(outcome) = t.outcome() else { return false };
    let is = |id: &chainwalk_model::ChainId| *t.rules().chain(*id).name == *chain;
    std::iter::once(&outcome.trace).chain(&outcome.replies).flat_map(|trace| &trace.steps).any(
        |s| match &s.event {
            Event::Base(id) | Event::Jumped { to: id, .. } | Event::Tried { chain: id, .. } => {
                is(id)
            }
            _ => false,
        },
    )
}
