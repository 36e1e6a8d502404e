//! A base chain and the chains it calls: jumps, returns, policies.
//!
//! Source: `net/ipv4/netfilter/ip_tables.c`, `ipt_do_table`.

use super::rule::RuleResult;
use super::skb::Skb;
use super::verdict::Verdict;
use super::visits::{Frame, Visits};
use super::walker::{MOST_ASKED, Walker};
use chainwalk_model::{
    Answer, Backend, ChainId, DecidedBy, DroppedBy, Event, Fate, Path, Policy, Question,
};

impl Walker<'_> {
    /// Walks a chain by itself which a built-in chain that was not pasted is said to call; whether it accepted the
    /// packet, which then has the built-in chain behind it too.
    pub(super) fn lone_chain(
        &mut self,
        skb: &mut Skb,
        path: &mut Path,
        chain: ChainId,
    ) -> Result<bool, Fate> {
        self.base_chain(skb, path, chain)?;
        let end = self.trace.steps.iter().rev().find_map(|s| match s.event {
            Event::BaseEnd { chain: ended, by, .. } if ended == chain => Some(by),
            _ => None,
        });
        Ok(matches!(end, Some(DecidedBy::Rule(_))))
    }

    /// Walks a base chain.
    pub(super) fn base_chain(
        &mut self,
        skb: &mut Skb,
        path: &mut Path,
        base: ChainId,
    ) -> Result<(), Fate> {
        self.depth = 1;
        self.event(skb, Event::Base(base));
        let host = self.world.host.clone();
        let mut stack = Vec::with_capacity(4);
        stack.push(Frame::new(base, self.writes));
        let mut visits = Visits::default();
        visits.enter(base);
        loop {
            let depth = stack.len();
            let Some(frame) = stack.last_mut() else { return Err(Fate::Looped) };
            self.depth = depth.min(255) as u8;
            let chain = host.rules.chain(frame.chain);
            if self.decider.made.get(MOST_ASKED).is_none() {
                let passed = self.passed(skb, path, frame.chain, frame.next);
                frame.next += passed;
                self.tried = self.tried.saturating_add(passed as u32);
                if self.tried > self.most_tried {
                    return Err(Fate::TooLong(self.most_tried));
                }
            }
            let Some(&id) = chain.rules.get(frame.next) else {
                let chain = frame.chain;
                self.emit_not_matched(skb, frame, frame.next as u32);
                visits.leave(frame, self.writes);
                stack.pop();
                if self.return_to_caller(skb, &mut stack, chain, base, false) {
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
            let (at, number) = (frame.chain, frame.next as u32);
            let verdict = match self.run_rule(skb, path, frame, id, rule)? {
                RuleResult::NoMatch | RuleResult::Broke => continue,
                RuleResult::Hotdrop { matched } => {
                    if host.rules.table(chain.table).backend == Backend::Legacy {
                        return Err(Fate::Dropped(DroppedBy::Kernel));
                    }
                    // To nft a test that drops is the rule's own verdict.
                    if !matched {
                        self.emit_not_matched(skb, frame, number - 1);
                        self.event(skb, Event::Matched(id));
                    }
                    let by = DecidedBy::Rule(number);
                    self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: false });
                    return Err(Fate::Dropped(DroppedBy::Rule(id)));
                }
                RuleResult::Match(verdict) => verdict,
            };
            match verdict {
                Verdict::Continue => {}
                Verdict::Accept => {
                    let by = DecidedBy::Rule(number);
                    self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: true });
                    return Ok(());
                }
                Verdict::Return => {
                    if let Some(frame) = stack.pop() {
                        visits.leave(&frame, self.writes);
                    }
                    if !self.return_to_caller(skb, &mut stack, at, base, true) {
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
                            if !self.return_to_caller(skb, &mut stack, to, base, false) {
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
                    let by = DecidedBy::Rule(number);
                    self.event(skb, Event::BaseEnd { chain: base, at, by, accepted: false });
                    return Err(fate);
                }
            }
        }
    }

    /// A chain was left: its caller goes on, or the base chain's policy decides (then false).
    fn return_to_caller(
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

    /// The policy decides.
    fn policy(&mut self, skb: &Skb, base: ChainId) -> Result<(), Fate> {
        self.depth = 1;
        let policy = self.world.host.rules.chain(base).base.as_ref().map(|b| b.policy);
        let accepted = match policy {
            Some(Policy::Accept) | None => true,
            Some(Policy::Drop) => false,
            Some(Policy::Unknown) => {
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                self.ask(skb, &Question::Policy(base), &ways) == Answer::Yes
            }
        };
        let by = DecidedBy::Policy;
        self.event(skb, Event::BaseEnd { chain: base, at: base, by, accepted });
        if accepted { Ok(()) } else { Err(Fate::Dropped(DroppedBy::Policy(base))) }
    }

    /// A chain that rules call and the paste does not show.
    fn unseen_chain(&mut self, skb: &Skb, chain: ChainId) -> Result<(), Fate> {
        let rules = &self.world.host.rules;
        let unseen = rules.chain(chain);
        let table = rules.table(unseen.table);
        let question = Question::Chain(table.family, table.name.clone(), unseen.name.clone());
        let ways = [(Answer::Yes, None), (Answer::No, None), (Answer::Else, None)];
        match self.ask(skb, &question, &ways) {
            Answer::Yes => Ok(()),
            Answer::No => Err(Fate::DroppedUnseen(question)),
            Answer::Else | Answer::Nth(_) => Err(Fate::Undecided(question)),
        }
    }
}
