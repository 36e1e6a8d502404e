//! What stands in a packet's way, and what the packets look like there.

use chainwalk_model::{
    ChainId, CtDir, CtStates, DecidedBy, DroppedBy, Entry, Event, Fate, Goal, Hook, Host,
    PacketState, Path, Routed, RoutingDrop, RuleId, Trace,
};

/// Where a packet takes the turn that is not wanted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum DecisionPoint {
    /// At a rule.
    Rule(RuleId),
    /// At the end of a base chain.
    Policy(ChainId),
    /// At a base chain that is not there, of table `filter` at this hook.
    NoChain(Hook),
    /// In routing.
    Routing(RoutingDrop),
    /// Before any hook: the sender finds no route.
    NoWayOut,
    /// In the kernel, where nothing here helps.
    Kernel,
}

/// A packet at a decision point.
#[derive(Clone, Debug)]
pub(super) struct BlockedPacket {
    /// The packet there.
    pub(super) moment: PacketState,
    /// The hook it is in, and its interfaces as matches see them.
    pub(super) path: Option<Path>,
    /// How it came in.
    pub(super) entry: Entry,
    /// Whether a DNAT rule sent its flow elsewhere.
    pub(super) dnat: bool,
    /// The rules that matched it on its way and rewrote its destination.
    pub(super) rewriters: Vec<RuleId>,
}

/// A decision point, and every packet that takes the wrong turn there.
#[derive(Clone, Debug)]
pub(super) struct Blocker {
    /// Whether it stands in the way of the reply.
    pub(super) in_reply: bool,
    /// Where they take it.
    pub(super) spot: DecisionPoint,
    /// The packets; never empty.
    pub(super) sights: Vec<BlockedPacket>,
}

impl Blocker {
    /// Whether two are at one decision point. Rules keep their ids from host to host.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.spot == other.spot
            && self.in_reply == other.in_reply
            && self.sights.len() == other.sights.len()
    }

    /// What all its packets have in common, as `look` sees it.
    pub(super) fn common<T: PartialEq>(
        &self,
        look: impl Fn(&BlockedPacket) -> Option<T>,
    ) -> Option<T> {
        let mut all = self.sights.iter().map(look);
        let first = all.next()??;
        all.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }
}

/// The blockers of the walks that end otherwise than wanted, each point once. The flag of a walk says whether
/// it is a reply's.
pub(super) fn obstacles(host: &Host, walks: &[(bool, &Trace)], want: Goal) -> Vec<Blocker> {
    let mut found: Vec<Blocker> = Vec::new();
    for (in_reply, trace) in walks {
        let (spot, step) = match want {
            Goal::Through => (stopped_at(trace), trace.steps.len().saturating_sub(1)),
            Goal::Stopped => passed_at(host, trace),
        };
        let Some(moment) = trace.steps.get(step).and_then(|s| trace.moments.get(s.moment as usize))
        else {
            continue;
        };
        let path = trace.steps[..=step].iter().rev().find_map(|s| match &s.event {
            Event::Hook(path) => Some(path.clone()),
            _ => None,
        });
        let rewriters = rewriters(trace);
        let answers = moment.ct.is_some_and(|ct| ct.dir == CtDir::Reply);
        let sight = BlockedPacket {
            moment: moment.clone(),
            path,
            entry: trace.sent.entry.clone(),
            dnat: !answers && !rewriters.is_empty(),
            rewriters,
        };
        match found.iter_mut().find(|o| o.spot == spot && o.in_reply == *in_reply) {
            Some(there) => there.sights.push(sight),
            None => found.push(Blocker { in_reply: *in_reply, spot, sights: vec![sight] }),
        }
    }
    found
}

/// Where a walk was stopped.
fn stopped_at(trace: &Trace) -> DecisionPoint {
    match &trace.fate {
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            DecisionPoint::Rule(*rule)
        }
        Fate::Dropped(DroppedBy::Policy(chain)) => DecisionPoint::Policy(*chain),
        Fate::Routing(why) => DecisionPoint::Routing(*why),
        // A second decision in OUTPUT that leads nowhere ends the packet there.
        Fate::Refused => {
            let nowhere = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Routed { to: Routed::Nowhere(why), .. } => Some(*why),
                _ => None,
            });
            nowhere.map_or(DecisionPoint::Kernel, DecisionPoint::Routing)
        }
        Fate::SendError(_) => DecisionPoint::NoWayOut,
        _ => DecisionPoint::Kernel,
    }
}

/// Where a walk that got through was let through: the last base chain of `filter`; and the step.
fn passed_at(host: &Host, trace: &Trace) -> (DecisionPoint, usize) {
    debug_assert!(trace.fate.is_through() == Some(true));
    let rules = &host.rules;
    for (step, s) in trace.steps.iter().enumerate().rev() {
        let Event::BaseEnd { chain, at, by, .. } = &s.event else { continue };
        if &*rules.table(rules.chain(*chain).table).name != "filter" {
            continue;
        }
        let spot = match by {
            DecidedBy::Policy => DecisionPoint::Policy(*chain),
            DecidedBy::Rule(n) => {
                let own = &rules.chain(*at).rules;
                (*n as usize)
                    .checked_sub(1)
                    .and_then(|n| own.get(n))
                    .map_or(DecisionPoint::Kernel, |r| DecisionPoint::Rule(*r))
            }
        };
        return (spot, step);
    }
    // No such chain was walked: there is none, or the packet passed no hook.
    let place = |step: usize| match &trace.steps[step].event {
        Event::Hook(path) => Some(path.hook),
        _ => None,
    };
    let last = (0..trace.steps.len()).rev().find_map(|step| Some((step, place(step)?)));
    let hook = match &trace.fate {
        Fate::Local { .. } => Hook::Input,
        Fate::Sent(_) => Hook::Output,
        _ => Hook::Forward,
    };
    match last {
        Some((step, _)) if host.complete.rules => {
            let at = (0..=step).rev().find(|s| place(*s) == Some(hook)).unwrap_or(step);
            (DecisionPoint::NoChain(hook), at)
        }
        _ => (DecisionPoint::Kernel, trace.steps.len().saturating_sub(1)),
    }
}

/// The rules after which the packet's destination was another.
fn rewriters(trace: &Trace) -> Vec<RuleId> {
    let mut found = Vec::new();
    let mut last = None;
    for step in &trace.steps {
        match &step.event {
            Event::Matched(rule) => last = Some(*rule),
            Event::Changed(chainwalk_model::Change::Dst { .. }) => found.extend(last),
            _ => {}
        }
    }
    found
}

/// Whether a packet belongs to a flow that was let in.
pub(super) fn is_established(sight: &BlockedPacket) -> bool {
    sight
        .moment
        .ct
        .is_some_and(|ct| ct.state == CtStates::ESTABLISHED || ct.state == CtStates::RELATED)
}
