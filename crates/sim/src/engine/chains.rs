//! A base chain and the chains it calls: rules in order, jumps, returns, policies.
//!
//! Source: `net/ipv4/netfilter/ip_tables.c`, `ipt_do_table`.

use super::{MOST_ASKED, Skb, Walker, Way};
use crate::ext::{self, Assumed, Evaluated};
use crate::eye::Eye;
use crate::memory::Memory;
use crate::route::Router;
use chainwalk_model::{
    Answer, Backend, ChainId, Check, EndBy, Event, Fate, IfaceMatch, Inv, Lean, Match, OpId,
    OpKind, Path, PathIface, Policy, Question, Rule, RuleId, Stop, Target, Truth,
};
use std::collections::{HashMap, HashSet};

/// What a rule's target says.
pub(super) enum Verdict {
    /// Go on behind it.
    Continue,
    /// This base chain lets the packet pass.
    Accept,
    /// Back to the caller.
    Return,
    /// Call a chain.
    Jump { to: ChainId, goto: bool },
    /// The packet ends here.
    End(Fate),
}

/// Whether the tests of a rule hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    No,
    Yes,
    /// They hold, and the kernel drops the packet since one of them could not read it.
    Drops,
    /// The kernel drops the packet at a test that does not hold.
    DropsUnheld,
}

/// So often a base chain calls a chain again before what can't come out otherwise is no longer listed.
const LISTED_AGAIN: usize = 256;

/// A chain that is being walked.
struct Frame {
    chain: ChainId,
    /// The next rule's index.
    next: usize,
    /// The first rule, by number, of the run that did not match.
    run: u32,
    /// How often anything had been written when the packet came in.
    writes: u64,
    /// The chains that a goto left for this one, in order.
    left: Vec<ChainId>,
}

impl Frame {
    fn new(chain: ChainId, writes: u64) -> Self {
        Self { chain, next: 0, run: 1, writes, left: Vec::new() }
    }
}

/// The chains that a packet has been in since its base chain began.
#[derive(Default)]
struct Visits {
    /// Those that it is in, those that a goto left included: one that is entered again is a loop.
    open: HashSet<ChainId>,
    /// Those that let it back to their callers and wrote nothing, with how often anything had been written then: as
    /// long as nothing more is, they do so again.
    idle: HashMap<ChainId, u64>,
    /// How often one of the latter was called again.
    again: usize,
}

impl Visits {
    fn enter(&mut self, chain: ChainId) -> bool {
        self.open.insert(chain)
    }

    /// A chain came to its end, with those whose gotos led to it.
    fn leave(&mut self, frame: &Frame, writes: u64) {
        for chain in frame.left.iter().chain([&frame.chain]) {
            self.open.remove(chain);
            if frame.writes == writes {
                self.idle.insert(*chain, writes);
            }
        }
    }

    /// Whether the visit that begins is known to do nothing, and enough like it were listed.
    fn is_idle(&mut self, chain: ChainId, writes: u64) -> bool {
        if self.idle.get(&chain) != Some(&writes) {
            return false;
        }
        self.again += 1;
        self.again > LISTED_AGAIN
    }
}

impl Walker<'_> {
    /// Walks a base chain.
    pub(super) fn base_chain(&mut self, skb: &mut Skb, path: &mut Path, base: ChainId) -> Way<()> {
        self.depth = 1;
        self.event(skb, Event::Base(base));
        let host = self.world.host.clone();
        let mut stack = vec![Frame::new(base, self.writes)];
        let mut visits = Visits::default();
        visits.enter(base);
        loop {
            let depth = stack.len();
            let Some(frame) = stack.last_mut() else { return Err(Fate::Looped) };
            self.depth = depth.min(255) as u8;
            let chain = host.rules.chain(frame.chain);
            let Some(&id) = chain.rules.get(frame.next) else {
                let (chain, next, run) = (frame.chain, frame.next, frame.run);
                self.flush(skb, chain, run, next as u32);
                visits.leave(frame, self.writes);
                stack.pop();
                if self.left(skb, &mut stack, chain, base, false) {
                    continue;
                }
                return self.policy(skb, base);
            };
            frame.next += 1;
            self.tried += 1;
            if self.tried > self.most_tried {
                return Err(Fate::TooLong(self.most_tried));
            }
            if let Some(last) = self.decider.made.get(MOST_ASKED) {
                return Err(Fate::Undecided(last.question.clone()));
            }
            let rule = host.rules.rule(id);
            let holds = self.matches(skb, path, id, rule);
            if holds == Holds::No {
                continue;
            }
            let (at, number, run) = (frame.chain, frame.next as u32, frame.run);
            frame.run = number + 1;
            let native = host.rules.table(chain.table).backend == Backend::IptablesNft;
            if holds == Holds::DropsUnheld && !native {
                return Err(Fate::Dropped(Stop::Kernel));
            }
            self.flush(skb, at, run, number - 1);
            self.event(skb, Event::Matched(id));
            if holds != Holds::Yes && native {
                // To nft a test that drops is the rule's own verdict.
                let by = EndBy::Rule(number);
                self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: false });
                return Err(Fate::Dropped(Stop::Rule(id)));
            }
            if holds == Holds::Drops {
                return Err(Fate::Dropped(Stop::Kernel));
            }
            match self.act(skb, path, id, rule)? {
                Verdict::Continue => {}
                Verdict::Accept => {
                    let by = EndBy::Rule(number);
                    self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: true });
                    return Ok(());
                }
                Verdict::Return => {
                    if let Some(frame) = stack.pop() {
                        visits.leave(&frame, self.writes);
                    }
                    if !self.left(skb, &mut stack, at, base, true) {
                        return self.policy(skb, base);
                    }
                }
                Verdict::Jump { to, goto } => {
                    let called = host.rules.chain(to);
                    if !called.declared && !host.complete.rules {
                        self.unseen_chain(skb, to)?;
                        continue;
                    }
                    if visits.is_idle(to, self.writes) {
                        self.event(skb, Event::Again { to });
                        if goto {
                            if let Some(frame) = stack.pop() {
                                visits.leave(&frame, self.writes);
                            }
                            if !self.left(skb, &mut stack, to, base, false) {
                                return self.policy(skb, base);
                            }
                        }
                        continue;
                    }
                    if !visits.enter(to) {
                        return Err(Fate::ChainLoop(id));
                    }
                    self.event(skb, Event::Jumped { to, goto });
                    let mut next = Frame::new(to, self.writes);
                    if goto && let Some(gone) = stack.pop() {
                        // What the chain before it wrote, it wrote on the same visit.
                        next.writes = gone.writes;
                        next.left = gone.left;
                        next.left.push(gone.chain);
                    }
                    stack.push(next);
                    if goto && stack.len() == 1 {
                        // The end of a chain that the base chain handed over to is the base chain's policy.
                        self.depth = 1;
                    }
                }
                Verdict::End(fate) => {
                    let by = EndBy::Rule(number);
                    self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: false });
                    return Err(fate);
                }
            }
        }
    }

    /// A chain was left: its caller goes on, or the base chain's policy decides (then false).
    fn left(
        &mut self,
        skb: &Skb,
        stack: &mut [Frame],
        from: ChainId,
        base: ChainId,
        by_rule: bool,
    ) -> bool {
        let caller = stack.last_mut().map(|c| {
            c.run = c.next as u32 + 1;
            c.chain
        });
        if let Some(to) = caller.or((from != base).then_some(base)) {
            self.event(skb, Event::Returned { from, to, by_rule });
        }
        caller.is_some()
    }

    /// Tells the rules that did not match, from `first` to `last`.
    fn flush(&mut self, skb: &Skb, chain: ChainId, first: u32, last: u32) {
        if first <= last {
            self.event(skb, Event::Tried { chain, first, last });
        }
    }

    /// The policy decides.
    fn policy(&mut self, skb: &Skb, base: ChainId) -> Way<()> {
        self.depth = 1;
        let policy = self.world.host.rules.chain(base).base.as_ref().map(|b| b.policy);
        let accepted = match policy {
            Some(Policy::Accept) | None => true,
            Some(Policy::Drop) => false,
            Some(Policy::Unknown) => {
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                self.put(skb, &Question::Policy(base), &ways) == Answer::Yes
            }
        };
        let by = EndBy::Policy;
        self.event(skb, Event::BaseEnd { chain: base, at: base, by, accepted });
        if accepted { Ok(()) } else { Err(Fate::Dropped(Stop::Policy(base))) }
    }

    /// A chain that rules call and the paste does not show.
    fn unseen_chain(&mut self, skb: &Skb, chain: ChainId) -> Way<()> {
        let rules = &self.world.host.rules;
        let unseen = rules.chain(chain);
        let table = rules.table(unseen.table);
        let question = Question::Chain(table.family, table.name.clone(), unseen.name.clone());
        let ways = [(Answer::Yes, None), (Answer::No, None), (Answer::Else, None)];
        match self.put(skb, &question, &ways) {
            Answer::Yes => Ok(()),
            Answer::No => Err(Fate::DroppedUnseen(question)),
            Answer::Else | Answer::Nth(_) => Err(Fate::Undecided(question)),
        }
    }

    /// One test of a rule.
    fn test(
        &mut self,
        skb: &Skb,
        path: &Path,
        at: OpId,
        test: &Match,
        checks: Option<&mut Vec<Check>>,
    ) -> Evaluated {
        self.with_eye(skb, path, |eye, memory| ext::test(test, at, eye, memory, checks))
    }

    /// Lends a test or a target the packet's surroundings and the memory.
    pub(super) fn with_eye<T>(
        &mut self,
        skb: &Skb,
        path: &Path,
        look: impl FnOnce(&Eye, &mut Memory) -> T,
    ) -> T {
        let mut memory = std::mem::take(&mut self.world.memory);
        let router = Router::new(self.world);
        let eye = Eye {
            packet: &skb.packet,
            mark: skb.mark,
            path,
            entry: &skb.entry,
            came_by: &skb.came_by,
            by_reject: skb.by_reject,
            handed_back: skb.handed_back,
            ct: self.ct(skb),
            host: &self.world.host,
            net: &router,
            now_ms: self.world.now_ms,
            clock: self.world.clock(),
            has_socket: skb.has_socket,
            realms: skb.realms,
        };
        let found = look(&eye, &mut memory);
        let leans = router.into_leans();
        self.world.memory = memory;
        for lean in leans {
            self.lean(lean);
        }
        found
    }

    /// Whether the tests of a rule hold. What is not known is put as a question, unless a later test says no.
    fn matches(&mut self, skb: &mut Skb, path: &mut Path, id: RuleId, rule: &Rule) -> Holds {
        if self.watch.is_some() {
            self.explain(skb, path, id, rule);
        }
        let mut at = 0;
        let mut tries = 0;
        let mut holds = Holds::Yes;
        while let Some(op) = rule.ops.get(at) {
            let OpKind::Match(test) = &op.what else { break };
            let place = OpId { rule: id, op: at as u16 };
            self.assume(id, test);
            let found = self.test(skb, path, place, test, None);
            match found.truth {
                Truth::Yes => {
                    if found.hotdrop {
                        holds = Holds::Drops;
                    }
                    at += 1;
                }
                Truth::No if found.hotdrop => return Holds::DropsUnheld,
                Truth::No if holds == Holds::Drops => return Holds::DropsUnheld,
                Truth::No => return Holds::No,
                Truth::Chance(p) if p >= 1.0 => at += 1,
                Truth::Chance(p) if p <= 0.0 => return Holds::No,
                Truth::Chance(p) => {
                    let ways = [(Answer::Yes, Some(p)), (Answer::No, Some(1.0 - p))];
                    let question = Question::Random(place);
                    if self.put(skb, &question, &ways) != Answer::Yes {
                        return Holds::No;
                    }
                    at += 1;
                }
                Truth::Unknown(question) => {
                    if self.later_no(skb, path, id, rule, at + 1) {
                        return Holds::No;
                    }
                    let ways = [(Answer::Yes, None), (Answer::No, None)];
                    let yes = self.put(skb, &question, &ways) == Answer::Yes;
                    if crate::decide::is_lasting(&question) && tries < 8 {
                        // With the answer in the world the test can be made again.
                        tries += 1;
                        continue;
                    }
                    if !yes {
                        return Holds::No;
                    }
                    self.writes += u64::from(Self::take_to_heart(path, test));
                    at += 1;
                }
            }
        }
        holds
    }

    /// Notes what a test takes for granted, and that it remembers something.
    fn assume(&mut self, rule: RuleId, test: &Match) {
        let host = self.world.host.clone();
        let facts = ext::facts(test, &host);
        if facts.history && !host.complete.rules {
            self.lean(Lean::FreshHistory(rule));
        }
        match facts.assumes {
            Some(Assumed::NoQuota(name)) => self.lean(Lean::NoQuota(name.clone())),
            Some(Assumed::NoIpsec) => self.lean(Lean::NoIpsec),
            None => {}
        }
        self.writes += u64::from(!facts.pure);
    }

    /// Whether a pure test after an unknown one says no. It stops at the first that remembers something.
    fn later_no(&mut self, skb: &Skb, path: &Path, id: RuleId, rule: &Rule, from: usize) -> bool {
        for (at, op) in rule.ops.iter().enumerate().skip(from) {
            let OpKind::Match(test) = &op.what else { break };
            if !ext::facts(test, &self.world.host).pure {
                break;
            }
            let place = OpId { rule: id, op: at as u16 };
            if self.test(skb, path, place, test, None).truth == Truth::No {
                return true;
            }
        }
        false
    }

    /// An interface that was not known and that a rule's `-o` was said to fit is known from there on. Whether it was so.
    fn take_to_heart(path: &mut Path, test: &Match) -> bool {
        if let Match::Ip(ip) = test
            && let Some(Inv { not: false, value: IfaceMatch { name, prefix: false } }) =
                &ip.outiface
            && path.outiface == PathIface::Unknown
        {
            path.outiface = PathIface::Named(name.clone());
            return true;
        }
        false
    }

    /// Looks at every condition of a rule, without changing anything.
    fn explain(&mut self, skb: &Skb, path: &Path, id: RuleId, rule: &Rule) {
        let memory = self.world.memory.clone();
        let leans = std::mem::take(&mut self.leans);
        let mut checks = Vec::new();
        for (at, op) in rule.ops.iter().enumerate() {
            if let OpKind::Match(test) = &op.what {
                let place = OpId { rule: id, op: at as u16 };
                self.test(skb, path, place, test, Some(&mut checks));
            }
        }
        self.world.memory = memory;
        self.leans = leans;
        let steps = self.trace.steps.len();
        if let Some(watch) = &mut self.watch {
            watch.seen.entry((watch.at, id)).or_default().push((steps, checks));
        }
    }

    /// The target of a rule; none is "go on".
    fn act(&mut self, skb: &mut Skb, path: &mut Path, id: RuleId, rule: &Rule) -> Way<Verdict> {
        for (at, op) in rule.ops.iter().enumerate() {
            if let OpKind::Target(target) = &op.what {
                let word = match target {
                    Target::Jump(to) => Verdict::Jump { to: *to, goto: false },
                    Target::Goto(to) => Verdict::Jump { to: *to, goto: true },
                    other => {
                        self.writes += u64::from(!tells_what_it_writes(other));
                        self.target(skb, path, id, at as u16, other)?
                    }
                };
                if !matches!(word, Verdict::Continue) {
                    return Ok(word);
                }
            }
        }
        Ok(Verdict::Continue)
    }
}

/// Whether a target leaves everything as it is but for what it tells as [`Event::Changed`].
fn tells_what_it_writes(target: &Target) -> bool {
    target.is_invisible()
        || matches!(
            target,
            Target::Accept
                | Target::Drop
                | Target::Return
                | Target::Reject(_)
                | Target::Mark(_)
                | Target::Connmark { .. }
                | Target::Tos(_)
                | Target::Dscp(_)
                | Target::Ttl(_)
                | Target::Tcpmss(_)
                | Target::Ecn(_)
                | Target::Tcpoptstrip(_)
        )
}
