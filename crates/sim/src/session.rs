//! Packets in order through one host. Every way a packet can end is followed by the next packet.

use crate::assume::complete;
use crate::compose::{compose, with_quote};
use crate::decide::BranchScript;
use crate::engine::{ConditionLog, Walker};
use crate::index::{Indexes, LookUp};
use crate::world::World;
use chainwalk_model::{
    Answer, Check, Flow, FollowUp, Host, Order, Outcome, PacketSpec, Question, Sent, Trace,
    TriedRule, Walk,
};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// How many outcomes of one packet are followed where what is not known parts them.
const MOST_OUTCOMES: usize = 64;
/// How many where a rule rolls dice too: a Service may have so many endpoints, and each of them is told.
const MOST_CHANCES: usize = 256;
/// How many bytes the walks of a session may take before further branches are left out.
const MOST_BYTES: usize = 12 << 20;

/// A host and the packets that were sent through it.
pub struct Session {
    host: Rc<Host>,
    /// The world before the first packet, once one was sent.
    fresh: OnceCell<World>,
    walks: Vec<Walk>,
    /// How many bytes the walks up to each packet take.
    bytes: Vec<usize>,
    /// How many unlikely answers led to each outcome of each packet.
    unlikely: Vec<Vec<usize>>,
    worlds: Vec<Vec<World>>,
    begins: Vec<Vec<Begin>>,
    /// The walk that was looked at last.
    looked: RefCell<Option<Looked>>,
}

/// A walk with a look at every rule.
struct Looked {
    packet: usize,
    outcome: usize,
    log: ConditionLog,
}

/// What all ways of a packet in one world begin with.
struct Start {
    world: World,
    sent: Sent,
}

/// How an outcome began: enough to walk it again.
#[derive(Clone)]
struct Begin {
    start: Rc<Start>,
    script: Vec<Answer>,
}

/// The ways of one packet in one world: those found, and the scripts that lead to others.
struct Search {
    from: usize,
    start: Rc<Start>,
    so_far: Option<f64>,
    open: Vec<Vec<Answer>>,
    found: Vec<(Outcome, World, Begin)>,
}

impl Search {
    /// Walks one more way, the one whose fork comes last.
    fn step(&mut self) {
        let Some(script) = self.open.pop() else { return };
        let mut after = self.start.world.clone();
        let mut decider = BranchScript::new(script);
        let walker = Walker::new(&mut after, &mut decider, self.start.sent.clone());
        let (trace, replies) = walker.walk();
        // The last ones are walked first, and no more than that.
        self.open.append(&mut decider.open(MOST_CHANCES));
        let weight = decider.made.iter().fold(self.so_far, |w, c| Some(w? * c.weight?));
        let script = decider.made.iter().map(|c| c.answer.clone()).collect();
        let begin = Begin { start: self.start.clone(), script };
        let choices = decider.made;
        let outcome = Outcome { from: self.from, weight, choices, trace, replies };
        self.found.push((outcome, after, begin));
    }
}

/// About how many bytes an outcome takes.
fn size(outcome: &Outcome) -> usize {
    let traces = outcome.replies.iter().chain([&outcome.trace]);
    let steps = traces.map(|t| size_of_val(&t.steps[..]) + size_of_val(&t.moments[..]));
    steps.sum::<usize>() + size_of_val(&outcome.choices[..])
}

impl Session {
    /// A fresh host: no flow, no list, full buckets. What the rules imply about it is added to its facts.
    pub fn new(mut host: Host) -> Self {
        complete(&mut host);
        Self::on(Rc::new(host))
    }

    /// The same session, which looks rules up where it is told to.
    pub fn looking_up(host: Host, look_up: LookUp) -> Self {
        let session = Self::new(host);
        let indexes = Rc::new(Indexes::new(look_up));
        let mut fresh = World::new(session.host.clone());
        fresh.indexes = indexes;
        Self { fresh: OnceCell::from(fresh), ..session }
    }

    /// The same host, before anything was sent.
    pub(crate) fn afresh(&self) -> Self {
        Self::on(self.host.clone())
    }

    fn on(host: Rc<Host>) -> Self {
        Self {
            host,
            fresh: OnceCell::new(),
            walks: Vec::new(),
            bytes: Vec::new(),
            unlikely: Vec::new(),
            worlds: Vec::new(),
            begins: Vec::new(),
            looked: RefCell::default(),
        }
    }

    /// The host, with what its rules imply.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The walks so far, one a packet.
    pub fn walks(&self) -> &[Walk] {
        &self.walks
    }

    /// The conntrack table as an outcome of a packet left it; empty where there is no such outcome.
    pub fn flows(&self, packet: usize, outcome: usize) -> Vec<Flow> {
        let world = self.worlds.get(packet).and_then(|worlds| worlds.get(outcome));
        world.map(|w| w.flows.printed(w.now_ms)).unwrap_or_default()
    }

    /// Forgets the packets behind the first `kept`, and what they did.
    pub fn truncate(&mut self, kept: usize) {
        self.walks.truncate(kept);
        self.bytes.truncate(kept);
        self.unlikely.truncate(kept);
        self.worlds.truncate(kept);
        self.begins.truncate(kept);
        self.looked = RefCell::default();
    }

    /// Lets go of what is known of all packets but the last one: no packet that is still to come follows one of them
    /// up, and nobody asks about them any more.
    pub fn let_go(&mut self) {
        let last = self.walks.len().saturating_sub(1);
        for at in (0..last).rev() {
            if self.worlds[at].is_empty() {
                break;
            }
            self.walks[at].outcomes = Vec::new();
            self.unlikely[at] = Vec::new();
            self.worlds[at] = Vec::new();
            self.begins[at] = Vec::new();
        }
        self.looked = RefCell::default();
    }

    /// Sends the next packet, in every branch.
    pub fn send(&mut self, ask: &PacketSpec) -> &Walk {
        let index = self.walks.len();
        let fresh = || self.fresh.get_or_init(|| World::new(self.host.clone()));
        let before =
            self.worlds.last().map_or_else(|| std::slice::from_ref(fresh()), Vec::as_slice);
        let mut searches: Vec<Search> =
            before.iter().enumerate().map(|(from, w)| self.search(from, w, ask, index)).collect();
        // Turn by turn, so that what follows one branch does not take the room of another.
        let mut walked = 0;
        let mut bytes = self.bytes.last().copied().unwrap_or_default();
        let mut most = before.len().max(MOST_OUTCOMES);
        let has_room = |walked, bytes, most| walked == 0 || walked < most && bytes < MOST_BYTES;
        while has_room(walked, bytes, most) && searches.iter().any(|s| !s.open.is_empty()) {
            for search in searches.iter_mut().filter(|s| !s.open.is_empty()) {
                if has_room(walked, bytes, most) {
                    search.step();
                    walked += 1;
                    if let Some((outcome, ..)) = search.found.last() {
                        bytes += size(outcome);
                        if outcome.choices.iter().any(|c| matches!(c.question, Question::Random(_)))
                        {
                            most = MOST_CHANCES;
                        }
                    }
                }
            }
        }
        let cut = searches.iter().any(|s| !s.open.is_empty());
        let mut found: Vec<_> = searches.into_iter().flat_map(|s| s.found).collect();
        // The likeliest first; of those that are alike, as they were found.
        let led = self.unlikely.last();
        let unlikely = |outcome: &Outcome| {
            outcome.unlikely() + led.and_then(|l| l.get(outcome.from)).copied().unwrap_or_default()
        };
        found.order_by_key(|(outcome, ..)| unlikely(outcome));
        let unlikely = found.iter().map(|(outcome, ..)| unlikely(outcome)).collect();
        let mut outcomes = Vec::with_capacity(found.len());
        let mut worlds = Vec::with_capacity(found.len());
        let mut begins = Vec::with_capacity(found.len());
        for (outcome, world, begin) in found {
            outcomes.push(outcome);
            worlds.push(world);
            begins.push(begin);
        }
        self.walks.push(Walk { outcomes, cut });
        self.bytes.push(bytes);
        self.unlikely.push(unlikely);
        self.worlds.push(worlds);
        self.begins.push(begins);
        &self.walks[index]
    }

    /// The packets up to `packet`, in the one way that leads to this outcome of it, and nothing behind. `None`
    /// where there is no such outcome.
    pub(crate) fn follow(&self, packet: usize, outcome: usize) -> Option<Self> {
        let mut followed = Self::on(self.host.clone());
        let mut unlikely = self.unlikely.get(packet)?.get(outcome).copied()?;
        let mut at = outcome;
        for k in (0..=packet).rev() {
            let found = self.walks.get(k)?.outcomes.get(at)?;
            let only = Outcome { from: 0, ..found.clone() };
            followed.unlikely.push(vec![unlikely]);
            unlikely -= found.unlikely();
            followed.walks.push(Walk { outcomes: vec![only], cut: self.walks[k].cut });
            followed.worlds.push(vec![self.worlds[k][at].clone()]);
            followed.begins.push(vec![self.begins[k][at].clone()]);
            at = found.from;
        }
        followed.walks.reverse();
        followed.unlikely.reverse();
        let mut bytes = 0;
        for outcome in followed.walks.iter().flat_map(|w| &w.outcomes) {
            bytes += size(outcome);
            followed.bytes.push(bytes);
        }
        followed.worlds.reverse();
        followed.begins.reverse();
        Some(followed)
    }

    /// The world that the first way of the last packet left.
    pub(crate) fn world(&self) -> Option<&World> {
        self.worlds.last()?.first()
    }

    /// The search for the ways of packet `index` in the world that outcome `from` of the one before left.
    fn search(&self, from: usize, before: &World, ask: &PacketSpec, index: usize) -> Search {
        let past = if ask.follow_up.is_some() { self.past(from) } else { Vec::new() };
        let mut world = before.clone();
        world.now_ms += ask.after_ms;
        world.turn = index;
        if let Some(at) = ask.at {
            world.set_clock(at);
        }
        let quoted = match ask.follow_up {
            Some(FollowUp::IcmpErrorTo(k)) => past.get(k).copied(),
            _ => None,
        };
        let sent = with_quote(compose(&world, ask, index, &past), quoted);
        let so_far = match index.checked_sub(1) {
            Some(last) => self.walks[last].outcomes[from].weight,
            None => Some(1.0),
        };
        let start = Rc::new(Start { world, sent });
        Search { from, start, so_far, open: vec![Vec::new()], found: Vec::new() }
    }

    /// The traces that led to an outcome of the last packet, in order.
    fn past(&self, outcome: usize) -> Vec<&Trace> {
        let mut at = outcome;
        let mut traces = Vec::with_capacity(self.walks.len());
        for walk in self.walks.iter().rev() {
            let Some(found) = walk.outcomes.get(at) else { break };
            traces.push(&found.trace);
            at = found.from;
        }
        traces.reverse();
        traces
    }

    /// How each condition of the rule stood for the packet there. The walk is walked again with a look at every rule; the last one is kept, so that
    /// asking about all of its rules costs no more than asking about one.
    pub fn explain(&self, at: TriedRule) -> Vec<Check> {
        let TriedRule { packet, outcome, reply, step, rule } = at;
        let Some(begin) = self.begins.get(packet).and_then(|b| b.get(outcome)) else {
            return Vec::new();
        };
        let mut looked = self.looked.borrow_mut();
        if looked.as_ref().is_none_or(|l| (l.packet, l.outcome) != (packet, outcome)) {
            let mut world = begin.start.world.clone();
            let mut decider = BranchScript::new(begin.script.clone());
            let walker = Walker::new(&mut world, &mut decider, begin.start.sent.clone());
            *looked = Some(Looked { packet, outcome, log: walker.look() });
        }
        let looks = looked.as_ref().and_then(|l| l.log.get(&(reply, rule)));
        // A rule is tried before the step that tells of it.
        let before = looks.and_then(|l| l.iter().rfind(|(steps, _)| *steps <= step));
        before.map(|(_, checks)| checks.clone()).unwrap_or_default()
    }
}
