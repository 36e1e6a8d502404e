//! A walk as stops: what one press of "next" shows. Replies stand where the kernel makes them.

use crate::explained::Explained;
use crate::forks::{Fork, Forks, drawn};
use chainwalk_model::{ChainId, DecidedBy, Event, Hook, OpId, Question, RuleId, SkipReason, Trace};

/// Beyond so many stops a lane shows a range of rules as one.
const LANE: usize = 60;

/// One stop.
#[derive(Clone, Debug)]
pub(crate) struct TimelineStop {
    /// The packet the kernel made, if it is one.
    pub(crate) reply: Option<usize>,
    /// Its first step in that packet's trace.
    pub(crate) first: usize,
    /// Its last step.
    pub(crate) last: usize,
    /// What it is.
    pub(crate) kind: StopKind,
    /// The step of the hook it stands in.
    pub(crate) hook: Option<usize>,
    /// The base chain it stands in.
    pub(crate) base: Option<ChainId>,
    /// The chain it stands in.
    pub(crate) chain: Option<ChainId>,
    /// Whether a hook begins here.
    pub(crate) begins_hook: bool,
}

/// What a stop is.
#[derive(Clone, Debug)]
pub(crate) enum StopKind {
    /// The packet is at its beginning.
    Start,
    /// Conntrack looks it up.
    Conntrack,
    /// Conntrack puts an address back.
    UnNat,
    /// A hook in which nothing is asked.
    Hook,
    /// Rules that do not match.
    Tried(ChainId, u32, u32),
    /// A rule that matches.
    Matched(RuleId),
    /// A split.
    Fork(Box<Fork>),
    /// The policy stops the packet.
    Policy(ChainId),
    /// A routing decision.
    Route,
    /// Out by lo and in again.
    Loop,
    /// Something else of the kernel's.
    Kernel,
    /// The fate.
    Fate,
}

/// The stops of the followed outcome, in order.
pub(crate) fn stops(t: &Explained) -> Vec<TimelineStop> {
    let mut out = Vec::new();
    if t.outcome().is_some() {
        lane(t, None, &mut out, 0);
    }
    out
}

/// How many rules a trace tries, to know whether they are shown one by one.
fn wide(trace: &Trace) -> bool {
    let cells: usize = trace
        .steps
        .iter()
        .map(|s| match s.event {
            Event::Tried { first, last, .. } => (last + 1).saturating_sub(first) as usize,
            Event::Matched(_) | Event::Routed { .. } | Event::Tracked => 1,
            _ => 0,
        })
        .sum();
    cells > LANE
}

/// The kernel makes packets because of packets it made; that ends, and so does this.
const DEPTH: usize = 4;

/// What a lane is doing while its stops are laid.
struct Laying<'o> {
    out: &'o mut Vec<TimelineStop>,
    reply: Option<usize>,
    hook: Option<usize>,
    fresh: bool,
    own: Option<usize>,
}

impl Laying<'_> {
    fn add(
        &mut self,
        kind: StopKind,
        chain: Option<ChainId>,
        base: Option<ChainId>,
        steps: (usize, usize),
    ) {
        self.out.push(TimelineStop {
            reply: self.reply,
            first: steps.0,
            last: steps.1,
            kind,
            hook: self.hook,
            base,
            chain,
            begins_hook: std::mem::take(&mut self.fresh),
        });
        self.own = Some(self.out.len() - 1);
    }
}

fn lane(t: &Explained, reply: Option<usize>, out: &mut Vec<TimelineStop>, depth: usize) {
    let Some(trace) = t.trace(reply) else { return };
    let wide = wide(trace);
    let mut lay = Laying { out, reply, hook: None, fresh: false, own: None };
    let forks = Forks::of(t);
    let mut base: Option<ChainId> = None;
    let mut covered = 0;
    let mut step = 0;
    if depth == 0 {
        lay.add(StopKind::Start, None, None, (0, 0));
    }
    while step < trace.steps.len() {
        let here = (step, step);
        let mut absorbed = false;
        match &trace.steps[step].event {
            Event::Hook(_) => {
                lay.hook = Some(step);
                lay.fresh = true;
                if !asks(trace, step) {
                    lay.add(StopKind::Hook, None, None, here);
                }
            }
            Event::Skipped { .. } | Event::Confirmed => {}
            Event::Replied(k) => {
                if depth < DEPTH {
                    lane(t, Some(*k as usize), lay.out, depth + 1);
                }
            }
            Event::Base(chain) => base = Some(*chain),
            Event::Tried { chain, first, last } if wide => {
                lay.add(StopKind::Tried(*chain, *first, *last), Some(*chain), base, here);
            }
            Event::Tried { chain, first, last } => {
                for number in *first..=*last {
                    lay.add(StopKind::Tried(*chain, number, number), Some(*chain), base, here);
                }
            }
            Event::Matched(rule) | Event::Acted(OpId { rule, .. }) => {
                if has_acted(trace, step, *rule) {
                    absorbed = true;
                } else {
                    let chain = t.rules().rule(*rule).chain;
                    lay.add(StopKind::Matched(*rule), Some(chain), base, here);
                }
            }
            Event::Broke(op) => {
                let rule = t.rules().rule(op.rule);
                let (chain, number) = (rule.chain, rule.number);
                lay.add(StopKind::Tried(chain, number, number), Some(chain), base, here);
            }
            Event::Jumped { .. }
            | Event::Again { .. }
            | Event::Returned { .. }
            | Event::Changed(_) => absorbed = true,
            Event::BaseEnd { chain, by, accepted, .. } => {
                if *by == DecidedBy::Policy && !accepted {
                    lay.add(StopKind::Policy(*chain), Some(*chain), base, here);
                } else {
                    absorbed = true;
                }
                base = None;
            }
            Event::Tracked => lay.add(StopKind::Conntrack, None, None, here),
            Event::Untranslated(_) => lay.add(StopKind::UnNat, None, None, here),
            Event::Reassembling | Event::Reassembled => {
                lay.add(StopKind::Kernel, None, None, here);
            }
            Event::Routed { .. } => {
                lay.hook = lay.hook.filter(|h| is_output(trace, *h));
                lay.add(StopKind::Route, None, base, here);
            }
            Event::Loop => {
                lay.add(StopKind::Loop, None, None, here);
                lay.hook = None;
            }
            Event::Copied => {
                lay.add(StopKind::Kernel, None, None, here);
                lay.hook = None;
            }
            event @ Event::Fork(at) => match drawn(t, event) {
                Some(Question::PortChoice(None)) => lay.add(StopKind::Kernel, None, base, here),
                Some(_) => absorbed = true,
                None => {
                    let at = *at as usize;
                    if at >= covered
                        && let Some(split) = forks.at(at)
                    {
                        covered = at + split.choices;
                        let last = end_of_fork(t, trace, step, &split);
                        let chain = split.chain;
                        lay.add(StopKind::Fork(Box::new(split)), chain, base, (step, last));
                        step = last;
                    }
                }
            },
            Event::End => lay.add(StopKind::Fate, None, None, here),
        }
        if absorbed && let Some(own) = lay.own {
            lay.out[own].last = step;
        }
        step += 1;
    }
}

/// Whether a statement of this rule ran before `step`, on the same visit.
pub(crate) fn has_acted(trace: &Trace, step: usize, rule: RuleId) -> bool {
    trace.steps[..step]
        .iter()
        .rev()
        .take_while(|s| matches!(s.event, Event::Acted(_) | Event::Changed(_) | Event::Fork(_)))
        .any(|s| matches!(s.event, Event::Acted(op) if op.rule == rule))
}

fn is_output(trace: &Trace, step: usize) -> bool {
    matches!(&trace.steps[step].event, Event::Hook(path) if path.hook == Hook::Output)
}

/// Whether anything is asked in the hook that begins at `step`.
fn asks(trace: &Trace, step: usize) -> bool {
    trace.steps[step + 1..]
        .iter()
        .take_while(|s| !matches!(s.event, Event::Hook(_) | Event::End | Event::Loop))
        .any(|s| {
            matches!(
                s.event,
                Event::Base(_)
                    | Event::Tracked
                    | Event::Untranslated(_)
                    | Event::Fork(_)
                    | Event::Skipped { why: SkipReason::Answered | SkipReason::Supposed, .. }
            )
        })
}

/// The last step that the split itself takes: the rules it passes over, and the jump it makes.
fn end_of_fork(t: &Explained, trace: &Trace, from: usize, split: &Fork) -> usize {
    let mut last = from;
    if split.branches.iter().all(|b| b.weight.is_none()) {
        return last;
    }
    for (step, s) in trace.steps.iter().enumerate().skip(from + 1) {
        match &s.event {
            Event::Fork(_) => last = step,
            Event::Tried { chain, .. } if Some(*chain) == split.chain => {}
            Event::Matched(rule)
                if split.rules.contains(&t.rules().rule(*rule).number)
                    && Some(t.rules().rule(*rule).chain) == split.chain
                    && matches!(
                        trace.steps.get(step + 1).map(|s| &s.event),
                        Some(Event::Jumped { .. })
                    ) =>
            {
                return step + 1;
            }
            _ => return last,
        }
    }
    last
}
