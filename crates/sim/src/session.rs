//! Packets in order through one host. Every way a packet can end is followed by the next packet.

use crate::assume::complete;
use crate::compose::{compose, with_quote};
use crate::decide::Decider;
use crate::engine::{Walker, Watch};
use crate::world::World;
use chainwalk_model::{Answer, Ask, Check, FollowUp, Host, Outcome, RuleId, Sent, Trace, Walk};
use std::rc::Rc;

/// How many outcomes of one packet are followed.
const MOST_OUTCOMES: usize = 64;

/// A host and the packets that were sent through it.
pub struct Session {
    host: Rc<Host>,
    walks: Vec<Walk>,
    worlds: Vec<Vec<World>>,
    begins: Vec<Vec<Begin>>,
}

/// How an outcome began: enough to walk it again.
struct Begin {
    world: World,
    sent: Sent,
    script: Vec<Answer>,
}

impl Session {
    /// A fresh host: no flow, no list, full buckets. What the rules imply about it is added to its facts.
    pub fn new(mut host: Host) -> Self {
        complete(&mut host);
        let host = Rc::new(host);
        Self { host, walks: Vec::new(), worlds: Vec::new(), begins: Vec::new() }
    }

    /// The host, with what its rules imply.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The walks so far, one a packet.
    pub fn walks(&self) -> &[Walk] {
        &self.walks
    }

    /// Sends the next packet, in every branch.
    pub fn send(&mut self, ask: &Ask) -> &Walk {
        let index = self.walks.len();
        let fresh = vec![World::new(self.host.clone())];
        let before = self.worlds.last().unwrap_or(&fresh).clone();
        let mut outcomes = Vec::new();
        let mut worlds = Vec::new();
        let mut begins = Vec::new();
        let mut cut = false;
        for (from, world) in before.iter().enumerate() {
            let past = self.past(from);
            let mut world = world.clone();
            world.now_ms += ask.after_ms;
            let quoted = match ask.follow_up {
                Some(FollowUp::IcmpErrorTo(k)) => past.get(k).copied(),
                _ => None,
            };
            let sent = with_quote(compose(&world, ask, index, &past), quoted);
            let so_far = match index.checked_sub(1) {
                Some(last) => self.walks[last].outcomes[from].weight,
                None => Some(1.0),
            };
            let mut open = vec![Vec::new()];
            while let Some(script) = open.pop() {
                if outcomes.len() >= MOST_OUTCOMES {
                    cut = true;
                    break;
                }
                let mut after = world.clone();
                let mut decider = Decider::new(script);
                let (trace, replies) = Walker::new(&mut after, &mut decider, sent.clone()).walk();
                open.append(&mut decider.open);
                let weight = decider.made.iter().fold(so_far, |w, c| Some(w? * c.weight?));
                let script = decider.made.iter().map(|c| c.answer.clone()).collect();
                let flows = after.flows.printed(after.now_ms);
                begins.push(Begin { world: world.clone(), sent: sent.clone(), script });
                worlds.push(after);
                outcomes.push(Outcome {
                    from,
                    weight,
                    choices: decider.made,
                    trace,
                    replies,
                    flows,
                });
            }
        }
        self.walks.push(Walk { outcomes, cut });
        self.worlds.push(worlds);
        self.begins.push(begins);
        &self.walks[index]
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

    /// How each condition of `rule` stood for the packet at `step` of an outcome, or of a packet that the
    /// kernel made in it. The walk is walked again with a look at that rule.
    pub fn explain(
        &self,
        packet: usize,
        outcome: usize,
        reply: Option<usize>,
        step: usize,
        rule: RuleId,
    ) -> Vec<Check> {
        let Some(begin) = self.begins.get(packet).and_then(|b| b.get(outcome)) else {
            return Vec::new();
        };
        let mut world = begin.world.clone();
        let mut decider = Decider::new(begin.script.clone());
        let watch = Watch { reply, step, rule, at: None, seen: None };
        Walker::new(&mut world, &mut decider, begin.sent.clone()).look(watch)
    }
}
