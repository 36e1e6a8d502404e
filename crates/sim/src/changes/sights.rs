//! What stands in a packet's way, and what the packets look like there.

use chainwalk_model::{
    Backend, ChainId, ChainKind, CtDir, CtStates, DecidedBy, DroppedBy, Entry, Event, Family, Fate,
    Goal, Hook, Host, PacketState, Path, Routed, RoutingDrop, RuleId, Target, Text, Trace, TripEnd,
};
use std::net::IpAddr;

/// How many rules that a packet met and did not match are looked at for a near miss.
const MOST_MISSED: usize = 48;

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
    /// It gets through, and no answer finds its source by this host, as it leaves by this interface.
    Source(Text),
    /// It gets through with its source, and the answer goes past this host to the neighbour.
    Neighbour(Text),
    /// It gets through to a port that nobody listens on.
    Nobody,
    /// In the kernel, where nothing here helps.
    Kernel,
}

/// A walk that does not end as wanted.
pub(super) struct Stop<'a> {
    /// Whether it is of a packet behind the first of its connection.
    pub(super) in_reply: bool,
    /// The walk.
    pub(super) trace: &'a Trace,
    /// The walk of the first packet.
    pub(super) first: &'a Trace,
    /// How the way back ends, where the packet itself gets through.
    pub(super) lost: Option<&'a TripEnd>,
}

/// A rule that a packet met and did not match, with the packet as it was then.
#[derive(Clone, Debug)]
pub(super) struct Missed {
    pub(super) rule: RuleId,
    pub(super) moment: PacketState,
    pub(super) path: Path,
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
    /// Rules it met that would have let it on or rewritten it, had they matched.
    pub(super) missed: Vec<Missed>,
    /// Rules that took it, or the first packet of its connection, out of conntrack.
    pub(super) untrackers: Vec<RuleId>,
    /// The chains it was in that something calls, in the base chain where it was stopped.
    pub(super) called: Vec<ChainId>,
    /// In which chain of nat its source was decided at last, and by which rule; `None` is the policy.
    pub(super) source_end: Option<(ChainId, Option<u32>)>,
    /// Where it was sent to at first.
    pub(super) asked: (IpAddr, Option<u16>),
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
    /// Whether the packet itself gets through, and only its answer does not come.
    pub(super) fn is_lost(&self) -> bool {
        matches!(
            self.spot,
            DecisionPoint::Source(_) | DecisionPoint::Neighbour(_) | DecisionPoint::Nobody
        )
    }

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

/// The blockers of the walks that end otherwise than wanted, each point once.
pub(super) fn obstacles(host: &Host, walks: &[Stop], want: Goal) -> Vec<Blocker> {
    let mut found: Vec<Blocker> = Vec::new();
    for stop in walks {
        let (in_reply, trace) = (stop.in_reply, stop.trace);
        let (spot, step) = match (want, stop.lost) {
            (Goal::Through, Some(lost)) => (lost_at(lost), trace.steps.len().saturating_sub(1)),
            (Goal::Through, None) => (stopped_at(trace), trace.steps.len().saturating_sub(1)),
            (Goal::Stopped, _) => passed_at(host, trace),
        };
        let Some(moment) = trace.steps.get(step).and_then(|s| trace.moments.get(s.moment as usize))
        else {
            continue;
        };
        let path = trace.steps[..=step].iter().rev().find_map(|s| match &s.event {
            Event::Hook(path) => Some(Path::clone(path)),
            _ => None,
        });
        let rewriters = rewriters(trace);
        let answers = moment.ct.is_some_and(|ct| ct.dir == CtDir::Reply);
        let (missed, called) = missed(host, trace);
        let mut untrackers = untrackers(host, trace);
        for rule in self::untrackers(host, stop.first) {
            if !untrackers.contains(&rule) {
                untrackers.push(rule);
            }
        }
        let sent = &stop.first.sent.packet;
        let sight = BlockedPacket {
            moment: moment.clone(),
            path,
            entry: trace.sent.entry.clone(),
            dnat: !answers && !rewriters.is_empty(),
            rewriters,
            missed,
            untrackers,
            called,
            source_end: source_end(host, trace),
            asked: (sent.ip.dst, sent.dport()),
        };
        match found.iter_mut().find(|o| o.spot == spot && o.in_reply == in_reply) {
            Some(there) => there.sights.push(sight),
            None => found.push(Blocker { in_reply, spot, sights: vec![sight] }),
        }
    }
    found
}

/// Where the way back fails of a packet that gets through.
fn lost_at(end: &TripEnd) -> DecisionPoint {
    match end {
        TripEnd::Direct { iface } => DecisionPoint::Neighbour(iface.clone()),
        TripEnd::PrivateSource { iface, .. } | TripEnd::UnheldSource { iface, .. } => {
            DecisionPoint::Source(iface.clone())
        }
        TripEnd::Refused => DecisionPoint::Nobody,
        _ => DecisionPoint::Kernel,
    }
}

/// The rules of a walk that might have helped, and the chains that were called in the last base chain.
pub(super) fn missed(host: &Host, trace: &Trace) -> (Vec<Missed>, Vec<ChainId>) {
    let rules = &host.rules;
    let last = trace.steps.iter().rposition(|s| matches!(s.event, Event::Base(_))).unwrap_or(0);
    let (mut found, mut called) = (Vec::new(), Vec::new());
    let mut path: Option<&Path> = None;
    for (at, step) in trace.steps.iter().enumerate() {
        match &step.event {
            Event::Hook(now) => path = Some(now),
            Event::Jumped { to, .. } | Event::Again { to } if at >= last => called.push(*to),
            Event::Tried { chain, first, last: until } => {
                let Some(path) = path else { continue };
                let tried = rules.chain(*chain).rules.iter().skip(first.saturating_sub(1) as usize);
                for id in tried.take((until + 1).saturating_sub(*first) as usize) {
                    let helps = match rules.rule(*id).verdict() {
                        Some(Target::Accept) => at >= last,
                        Some(
                            Target::Dnat(_)
                            | Target::Redirect(_)
                            | Target::Snat(_)
                            | Target::Masquerade(_),
                        ) => true,
                        _ => false,
                    };
                    if helps
                        && found.len() < MOST_MISSED
                        && let Some(moment) = trace.moments.get(step.moment as usize)
                    {
                        found.push(Missed {
                            rule: *id,
                            moment: moment.clone(),
                            path: path.clone(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    called.dedup();
    (found, called)
}

/// The rules that took a packet out of conntrack.
fn untrackers(host: &Host, trace: &Trace) -> Vec<RuleId> {
    let untracks = |id: &RuleId| match host.rules.rule(*id).verdict() {
        Some(Target::Ct(ct)) => ct.notrack,
        _ => false,
    };
    let matched = trace.steps.iter().filter_map(|s| match s.event {
        Event::Matched(rule) => Some(rule),
        _ => None,
    });
    matched.filter(untracks).collect()
}

/// Where nat decided on the source of a packet that leaves.
fn source_end(host: &Host, trace: &Trace) -> Option<(ChainId, Option<u32>)> {
    trace.steps.iter().rev().find_map(|s| {
        let Event::BaseEnd { chain, at, by, .. } = &s.event else { return None };
        let base = host.rules.chain(*chain);
        let own = base.base.as_ref();
        let nat = own.is_some_and(|b| b.kind == ChainKind::Nat && b.hook == Hook::Postrouting);
        nat.then_some(match by {
            DecidedBy::Rule(number) => (*at, Some(*number)),
            DecidedBy::Policy => (*chain, None),
        })
    })
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
        let base = rules.chain(*chain);
        let table = rules.table(base.table);
        let native = table.backend == Backend::Nft;
        let filters = base.base.as_ref().is_some_and(|b| b.kind == ChainKind::Filter);
        let other = if native { !filters } else { &*table.name != "filter" };
        if other {
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
    let v6 = trace.moments.last().is_some_and(|m| m.packet.is_v6());
    let whole = host.are_rules_whole(if v6 { Family::Ip6 } else { Family::Ip });
    match last {
        Some((step, _)) if whole => {
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
