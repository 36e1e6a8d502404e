//! The smallest changes that let a packet through, or stop it, found by trying them in the engine.
//!
//! Guarantees: every proposal was replayed with all packets before the one in question, and where the packet
//! has a reply to walk, with that too; nothing is proposed that did not reach what was wanted.

mod candidates;
mod edits;
mod elements;
mod nearly;
mod nft;
mod probes;
mod sights;
mod source;

use crate::edit::apply;
use crate::session::Session;
use crate::trip::Trip;
use candidates::{Candidate, candidates};
use chainwalk_model::{
    Changes, DroppedBy, Edit, Fate, Goal, Host, Order, Outcome, PacketSpec, Probe, Proposal,
    Question, Selectivity, Trace, TripEnd,
};
pub use nearly::slips;
use probes::Probes;
use sights::{Blocker, Stop, obstacles};
use std::vec::IntoIter;

/// How many changes one proposal may be made of.
const MOST_EDITS: usize = 3;
/// How many proposals are kept.
const MOST_PROPOSALS: usize = 10;
/// How many hosts are tried on a small host.
const MOST_TRIES: usize = 160;
/// How many where the walk itself is cut, and so is each of these.
const MOST_TRIES_CUT: usize = 4;
/// Of how many ways of a packet the way back is walked, in each try.
const MOST_TRIPS: usize = 16;
/// Rules to copy in all tries together; fewer tries on a host with very many.
const MOST_RULES: usize = 4_000_000;

/// Searches for the smallest changes to `host` by which the packet `packet` of `asks` fares as wanted.
/// Packets behind it are not sent. `packet` beyond the last finds nothing.
pub fn changes(host: &Host, asks: &[PacketSpec], packet: usize, want: Goal) -> Changes {
    let mut search = Search::new(host, asks, packet, want);
    while search.step() {}
    search.found()
}

/// What else fares otherwise on `after` than on `before`: packets like the last of `asks` but in one thing, behind those
/// that come before it. Nothing where that packet follows another or is a fragment.
pub fn probed(before: &Host, after: &Host, asks: &[PacketSpec]) -> Vec<Probe> {
    let mut session = Session::new(before.clone());
    for ask in asks {
        session.send(ask);
    }
    let probes = Probes::new(asks, &session);
    probes.map(|probes| probes.sent(asks, after.clone())).unwrap_or_default()
}

/// Whether a way ends at a policy that was not pasted, and hardly any host has: nobody needs a change for it.
fn is_policy_unlikely(outcome: &Outcome) -> bool {
    let Fate::Dropped(DroppedBy::Policy(chain)) = outcome.trace.fate else { return false };
    outcome.choices.iter().any(|c| c.question == Question::Policy(chain) && c.is_unlikely())
}

/// A host that was tried.
struct Trial {
    session: Session,
    /// What stands in the way of what is wanted; empty where it is reached.
    obstacles: Vec<Blocker>,
    /// Whether some way reaches what is wanted.
    reached: bool,
    /// Whether no way ends in something unknown.
    certain: bool,
    /// Whether what follows the packet was walked.
    replied: bool,
    /// The first packet behind it that is stopped though it gets through itself.
    reply: Option<Box<Trace>>,
    /// How the first way back ends that does not bring an answer.
    lost: Option<TripEnd>,
}

impl Trial {
    fn is_good(&self) -> bool {
        self.reached && self.obstacles.is_empty()
    }
}

/// A search that is under way: as many steps as there are to do, and what was found.
pub struct Search {
    host: Host,
    asks: Vec<PacketSpec>,
    packet: usize,
    want: Goal,
    /// The host as it is; none where there is no such packet.
    as_is: Option<Trial>,
    /// What is still to be tried; the branch that is tried next comes last.
    open: Vec<Branch>,
    /// How many more hosts may be tried.
    left: usize,
    cut: bool,
    proposals: Vec<Proposal>,
    /// What the proposals are probed with, once all are there, and how many were.
    probes: Option<(Probes, usize)>,
}

/// Changes made so far, and those that might remove what stands behind them.
struct Branch {
    edits: Vec<Edit>,
    /// How these select packets.
    theme: Option<Selectivity>,
    obstacle: Blocker,
    candidates: IntoIter<Candidate>,
}

impl Search {
    /// Begins the search that [`changes`] makes.
    pub fn new(host: &Host, asks: &[PacketSpec], packet: usize, want: Goal) -> Self {
        let mut search = Self {
            host: host.clone(),
            asks: asks.iter().take(packet.saturating_add(1)).cloned().collect(),
            packet,
            want,
            as_is: None,
            open: Vec::new(),
            left: (MOST_RULES / (host.rules.rules.len() + 1)).clamp(24, MOST_TRIES),
            cut: false,
            proposals: Vec::new(),
            probes: None,
        };
        if packet < search.asks.len() {
            let tried = search.walk(host.clone());
            let mut outcomes = tried.session.walks()[packet].outcomes.iter();
            if outcomes.any(|o| matches!(o.trace.fate, Fate::TooLong(_))) {
                search.left = search.left.min(MOST_TRIES_CUT);
            }
            search.open.extend(search.branch(Vec::new(), None, &tried));
            search.as_is = Some(tried);
        }
        search
    }

    /// Tries one host more, or probes one proposal; `false` where all is done.
    pub fn step(&mut self) -> bool {
        if let Some(branch) = self.open.last_mut() {
            match branch.candidates.next() {
                Some(candidate) => self.attempt(candidate),
                None => drop(self.open.pop()),
            }
            return true;
        }
        let Some(tried) = &self.as_is else { return false };
        match &mut self.probes {
            None => {
                let probes = Probes::new(&self.asks, &tried.session);
                self.proposals = self.chosen();
                self.probes = probes.map(|probes| (probes, 0));
                self.probes.is_some()
            }
            Some((probes, done)) => {
                let Some(proposal) = self.proposals.get_mut(*done) else { return false };
                *done += 1;
                let mut host = self.host.clone();
                for edit in &proposal.edits {
                    apply(&mut host, edit);
                }
                proposal.probes = probes.sent(&self.asks, host);
                true
            }
        }
    }

    /// What was found by now.
    pub fn found(self) -> Changes {
        let Self { want, proposals, asks, cut, as_is, .. } = self;
        let gets_there =
            |t: &&Trial| t.obstacles.first().is_some_and(|o| o.in_reply || o.is_lost());
        let there = as_is.as_ref().filter(gets_there);
        let reply = there.and_then(|t| t.reply.clone());
        let lost = there.and_then(|t| t.lost.clone());
        let asks = if as_is.is_some() { asks } else { Vec::new() };
        Changes { want, proposals, reply, lost, asks, cut }
    }

    /// Sends all packets through a host.
    fn walk(&self, host: Host) -> Trial {
        let mut session = Session::new(host);
        for ask in &self.asks {
            session.send(ask);
        }
        let walk = &session.walks()[self.packet];
        let ways = walk.outcomes.len();
        let trips: Vec<Option<Trip>> = if self.want == Goal::Through {
            let trip = |at| Trip::of(&session, &self.asks, self.packet, at);
            (0..ways.min(MOST_TRIPS)).map(trip).collect()
        } else {
            Vec::new()
        };
        let (mut reached, mut certain, mut replied) = (false, !walk.cut, false);
        let (mut reply, mut lost) = (None, None);
        let mut stops: Vec<Stop> = Vec::new();
        for (at, outcome) in walk.outcomes.iter().enumerate() {
            let first = &outcome.trace;
            if is_policy_unlikely(outcome) {
                certain = false;
                continue;
            }
            let wanted = first.fate.is_through().map(|t| t == (self.want == Goal::Through));
            let stop = |in_reply, trace, lost| Stop { in_reply, trace, first, lost };
            match (wanted, trips.get(at).and_then(Option::as_ref)) {
                (None, _) => certain = false,
                (Some(false), _) => stops.push(stop(false, first, None)),
                (Some(true), None) => reached = true,
                (Some(true), Some(trip)) => {
                    let told = trip.told();
                    replied = true;
                    match (&told.end, told.end.is_through()) {
                        (_, None) => certain = false,
                        (_, Some(true)) => reached = true,
                        (TripEnd::Stopped(leg), _) => {
                            let leg = &told.legs[*leg].trace;
                            reply = reply.or_else(|| Some(Box::new(leg.clone())));
                            stops.push(stop(true, leg, None));
                        }
                        (TripEnd::Stranger(leg), _) => {
                            stops.push(stop(true, &told.legs[*leg].trace, Some(&told.end)));
                        }
                        (end, _) => stops.push(stop(false, first, Some(end))),
                    }
                    lost = lost.or_else(|| stops.last().and_then(|s| s.lost.cloned()));
                }
            }
        }
        let obstacles = obstacles(session.host(), &stops, self.want);
        drop(stops);
        Trial { session, obstacles, reached, certain, replied, reply, lost }
    }

    /// What might remove the first blocker that changes left; none where they left none. What follows
    /// selects packets as those so far do.
    fn branch(
        &self,
        edits: Vec<Edit>,
        theme: Option<Selectivity>,
        tried: &Trial,
    ) -> Option<Branch> {
        let obstacle = tried.obstacles.first()?.clone();
        let mut all = candidates(tried.session.host(), &obstacle, self.want);
        let alike = theme
            .filter(|t| all.iter().any(|c| c.grain == *t))
            .or(theme.map(|_| Selectivity::Flow));
        let by_state = obstacle.in_reply && all.iter().any(|c| c.grain == Selectivity::State);
        all.retain(|Candidate { edits: more, grain }| {
            let fits = match alike {
                _ if *grain == Selectivity::Setting => true,
                // A reply is let back as what it is, not by its addresses.
                _ if by_state && *grain < Selectivity::Rule => *grain == Selectivity::State,
                None => true,
                Some(alike) => *grain == alike,
            };
            fits && edits.len() + more.len() <= MOST_EDITS
        });
        Some(Branch { edits, theme, obstacle, candidates: all.into_iter() })
    }

    /// Tries a candidate of the last branch, and opens another where something else stands behind it.
    fn attempt(&mut self, Candidate { edits, grain }: Candidate) {
        let Some(branch) = self.open.last() else { return };
        if self.left == 0 {
            self.cut = true;
            self.open.clear();
            return;
        }
        self.left -= 1;
        let edits: Vec<Edit> = branch.edits.iter().cloned().chain(edits).collect();
        let theme = branch.theme.or((grain != Selectivity::Setting).then_some(grain));
        let mut host = self.host.clone();
        for edit in &edits {
            apply(&mut host, edit);
        }
        let next = self.walk(host);
        if next.is_good() {
            self.propose(edits, theme.unwrap_or(grain), &next);
        } else if next.obstacles.first().is_some_and(|o| !o.is(&branch.obstacle)) {
            self.open.extend(self.branch(edits, theme, &next));
        }
    }

    fn propose(&mut self, edits: Vec<Edit>, grain: Selectivity, tried: &Trial) {
        // What a part of it does alone is not the smallest.
        let covers = |few: &[Edit], many: &[Edit]| few.iter().all(|e| many.contains(e));
        if self.proposals.iter().any(|p| covers(&p.edits, &edits)) {
            return;
        }
        self.proposals.retain(|p| !covers(&edits, &p.edits));
        self.proposals.push(Proposal {
            edits,
            grain,
            walk: tried.session.walks()[self.packet].clone(),
            replied: tried.replied,
            certain: tried.certain,
            probes: Vec::new(),
        });
    }

    /// The proposals in order, as many as are shown.
    fn chosen(&mut self) -> Vec<Proposal> {
        let mut all = std::mem::take(&mut self.proposals);
        if self.want == Goal::Stopped {
            // One drop is enough; what takes more is a detour.
            let least = all.iter().map(|p| p.edits.len()).min().unwrap_or(0);
            all.retain(|p| p.edits.len() == least);
        }
        // To undo a rule or a policy opens so much that it weighs as one change more.
        let weight = |p: &Proposal| p.edits.len() + usize::from(p.grain >= Selectivity::Rule);
        all.order_by_key(|p| (weight(p), p.grain));
        self.cut |= all.len() > MOST_PROPOSALS;
        all.truncate(MOST_PROPOSALS);
        all
    }
}
