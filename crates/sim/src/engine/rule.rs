//! A rule: its operations in order, conditions and statements mixed.
//!
//! Sources: `ipt_do_table` in `net/ipv4/netfilter/ip_tables.c`; `nft_do_chain` in `net/netfilter/nf_tables_core.c`.

use super::nft::Plan;
use super::skb::Skb;
use super::verdict::Verdict;
use super::visits::Frame;
use super::walker::Walker;
use crate::context::{Ct, MatchContext, Tracked};
use crate::ext::{self, Assumes, Evaluated};
use crate::match_state::MatchState;
use crate::nft::is_out_of_place;
use crate::route::Router;
use chainwalk_model::{
    AddrMask, Answer, Assumed, ChainId, Check, Event, Fate, Inv, Match, OpId, OpKind, Path,
    PathIface, Question, Rule, RuleId, Target, Text, Truth,
};

/// What came of a rule.
pub(super) enum RuleResult {
    /// A condition failed before anything was done.
    NoMatch,
    /// It ended behind a statement that had run.
    Broke,
    /// The kernel drops the packet at a test that could not read it; whether the rule matched all the same.
    Hotdrop { matched: bool },
    /// Every condition holds, and this is what it says.
    Match(Verdict),
}

/// Whether a condition holds, where it is certain or was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    holds: bool,
    hotdrop: bool,
}

/// How far a rule has come by the events that were emitted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Acted,
    Matched,
}

impl Walker<'_> {
    /// Runs a rule of the chain of `frame`, whose next rule is the one behind it.
    ///
    /// [`Event::Matched`] is emitted when the rule can no longer break; what a statement does before that is emitted as
    /// [`Event::Acted`]. A hotdrop is remembered, and the conditions behind it are still asked: where one fails,
    /// iptables-legacy has dropped the packet at a rule that does not match.
    pub(super) fn run_rule(
        &mut self,
        skb: &mut Skb,
        path: &mut Path,
        frame: &mut Frame,
        id: RuleId,
        rule: &Rule,
    ) -> Result<RuleResult, Fate> {
        if self.watch.is_some() {
            self.explain(skb, path, id, rule);
        }
        let (mut told, mut hotdrop) = (Told::Nothing, false);
        for (at, op) in rule.ops.iter().enumerate() {
            let op_id = OpId { rule: id, op: at as u16 };
            match &op.what {
                OpKind::Match(test) => {
                    let held = self.condition(skb, path, op_id, rule, test);
                    hotdrop |= held.hotdrop;
                    if held.hotdrop && matches!(test, Match::Nft(_)) {
                        // A verdict of nft's is one at once.
                        break;
                    }
                    if !held.holds {
                        return Ok(match (hotdrop, told) {
                            (true, _) => RuleResult::Hotdrop { matched: false },
                            (false, Told::Nothing) => RuleResult::NoMatch,
                            (false, _) => self.broke(skb, frame, op_id),
                        });
                    }
                }
                OpKind::Target(target) => {
                    if hotdrop {
                        // The kernel runs nothing behind it.
                        continue;
                    }
                    let plan = match target {
                        Target::Nft(statement) => match self.plan(skb, path, op_id, statement)? {
                            Some(plan) => Some(plan),
                            None if told == Told::Nothing => return Ok(RuleResult::NoMatch),
                            None => return Ok(self.broke(skb, frame, op_id)),
                        },
                        _ => None,
                    };
                    let ends = plan.as_ref().is_some_and(Plan::ends);
                    if rule.can_break_behind(at) && !ends {
                        if told == Told::Nothing {
                            self.emit_not_matched(skb, frame, frame.next as u32 - 1);
                            told = Told::Acted;
                        }
                        self.event(skb, Event::Acted(op_id));
                    } else {
                        self.matched(skb, frame, id, &mut told);
                    }
                    match self.statement(skb, path, op_id, target, plan)? {
                        Verdict::Continue => {}
                        verdict => return Ok(RuleResult::Match(verdict)),
                    }
                }
            }
        }
        self.matched(skb, frame, id, &mut told);
        if hotdrop {
            return Ok(RuleResult::Hotdrop { matched: true });
        }
        Ok(RuleResult::Match(Verdict::Continue))
    }

    /// Tells once that every condition of a rule holds, and which rules before it do not match.
    fn matched(&mut self, skb: &Skb, frame: &mut Frame, id: RuleId, told: &mut Told) {
        if *told == Told::Nothing {
            self.emit_not_matched(skb, frame, frame.next as u32 - 1);
        }
        if *told != Told::Matched {
            *told = Told::Matched;
            self.event(skb, Event::Matched(id));
        }
        frame.run = frame.next as u32 + 1;
    }

    /// A rule ends at an operation although it has done something.
    fn broke(&mut self, skb: &Skb, frame: &mut Frame, op: OpId) -> RuleResult {
        self.event(skb, Event::Broke(op));
        frame.run = frame.next as u32 + 1;
        RuleResult::Broke
    }

    /// Tells the rules that did not match, up to the one with this number.
    pub(super) fn emit_not_matched(&mut self, skb: &Skb, frame: &Frame, last: u32) {
        let (chain, first) = (frame.chain, frame.run);
        if first <= last {
            self.event(skb, Event::Tried { chain, first, last });
        }
    }

    /// A statement, or a target.
    fn statement(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        op: OpId,
        target: &Target,
        plan: Option<Plan>,
    ) -> Result<Verdict, Fate> {
        match target {
            Target::Nft(statement) => {
                self.writes += u64::from(!statement.is_invisible());
                self.carry_out(skb, path, op, statement, plan.unwrap_or(Plan::Act))
            }
            Target::Jump(to) => Ok(Verdict::Jump { to: *to, goto: false }),
            Target::Goto(to) => Ok(Verdict::Jump { to: *to, goto: true }),
            other => {
                self.writes += u64::from(!tells_what_it_writes(other));
                self.target(skb, path, op, other)
            }
        }
    }

    /// Whether a condition holds. What is not known is put as a question, unless a later condition says no.
    fn condition(
        &mut self,
        skb: &mut Skb,
        path: &mut Path,
        op: OpId,
        rule: &Rule,
        test: &Match,
    ) -> Held {
        let held = |holds, hotdrop| Held { holds, hotdrop };
        let mut tries = 0;
        loop {
            self.assume(op.rule, test);
            let found = self.test(skb, path, op, test, None);
            match found.truth {
                Truth::Yes => return held(true, found.hotdrop),
                Truth::No => return held(false, found.hotdrop),
                Truth::Chance(p) if p >= 1.0 => return held(true, false),
                Truth::Chance(p) if p <= 0.0 => return held(false, false),
                Truth::Chance(p) => {
                    let ways = [(Answer::Yes, Some(p)), (Answer::No, Some(1.0 - p))];
                    let yes = self.ask(skb, &Question::Random(op), &ways) == Answer::Yes;
                    return held(yes, false);
                }
                Truth::Unknown(question) => {
                    if self.fails_later(skb, path, rule, op) {
                        // What counts does so all the same.
                        self.moot = true;
                        self.test(skb, path, op, test, None);
                        self.moot = false;
                        return held(false, false);
                    }
                    let source = source_of(test).filter(|_| matches!(question, Question::Fact(_)));
                    if let Some(is_in) =
                        source.as_ref().and_then(|s| skb.source_told.follows(s.value))
                    {
                        return held(is_in != source.is_some_and(|s| s.not), false);
                    }
                    let ways = [(Answer::Yes, None), (Answer::No, None)];
                    let yes = self.ask(skb, &question, &ways) == Answer::Yes;
                    if let (Question::LeavesBy(_, by), true) = (&question, yes) {
                        self.writes += u64::from(Self::pin_out_iface(path, by));
                    }
                    if crate::decide::is_lasting(&question) && tries < 8 {
                        // With the answer in the world the test can be made again.
                        tries += 1;
                        continue;
                    }
                    // These are answered about the value, not about the test.
                    let yes = yes != (inverts(test) && is_of_value(&question));
                    if let Some(source) = source {
                        skb.source_told.tell(source.value, yes != source.not);
                    }
                    return held(yes, false);
                }
            }
        }
    }

    /// Whether a pure condition behind an unknown one says no. It looks past nothing that remembers or writes: that
    /// runs either way of the later condition, and in one way only of the unknown one.
    pub(super) fn fails_later(
        &mut self,
        skb: &Skb,
        path: &Path,
        rule: &Rule,
        unknown: OpId,
    ) -> bool {
        for (at, op) in rule.ops.iter().enumerate().skip(usize::from(unknown.op) + 1) {
            let test = match &op.what {
                OpKind::Match(test) => test,
                OpKind::Target(target) if target.is_invisible() => continue,
                OpKind::Target(Target::Nft(statement)) => {
                    return self.with_context(skb, path, |ctx, _| is_out_of_place(statement, ctx));
                }
                OpKind::Target(_) => break,
            };
            if !ext::is_pure(test, &self.world.host, &self.world.named) {
                break;
            }
            let place = OpId { rule: unknown.rule, op: at as u16 };
            if self.test(skb, path, place, test, None).truth == Truth::No {
                return true;
            }
        }
        false
    }

    /// Looks at every condition of a rule, without changing anything. A condition behind a statement sees what that
    /// writes.
    fn explain(&mut self, skb: &Skb, path: &Path, id: RuleId, rule: &Rule) {
        let Some(watch) = self.watch.take() else { return };
        let world = self.world.clone();
        let trace = (self.trace.steps.len(), self.trace.moments.len(), self.replies.len());
        let choices = self.decider.mark();
        let leans = std::mem::take(&mut self.leans);
        let (writes, errno) = (self.writes, self.trace.errno);
        let mut copy = None;
        let mut checks = Vec::new();
        for (at, op) in rule.ops.iter().enumerate() {
            let place = OpId { rule: id, op: at as u16 };
            match &op.what {
                OpKind::Match(test) => {
                    let skb = copy.as_ref().unwrap_or(skb);
                    self.test(skb, path, place, test, Some(&mut checks));
                }
                // A copy of the packet that goes its own way changes nothing about it.
                OpKind::Target(Target::Tee { .. }) => {}
                OpKind::Target(target) if target.continues() && rule.can_break_behind(at) => {
                    let skb = copy.get_or_insert_with(|| skb.clone());
                    let plan = match target {
                        Target::Nft(statement) => match self.plan(skb, path, place, statement) {
                            Ok(Some(plan)) => Some(plan),
                            // The rule ends here; what is behind it is not looked at.
                            Ok(None) | Err(_) => break,
                        },
                        _ => None,
                    };
                    // What ends the packet here ends it in its own walk too.
                    let _ = self.statement(skb, path, place, target, plan);
                }
                OpKind::Target(_) => {}
            }
        }
        *self.world = world;
        self.trace.steps.truncate(trace.0);
        self.trace.moments.truncate(trace.1);
        self.replies.truncate(trace.2);
        self.decider.back_to(choices);
        self.leans = leans;
        (self.writes, self.trace.errno) = (writes, errno);
        let watch = self.watch.insert(watch);
        watch.seen.entry((watch.at, id)).or_default().push((trace.0, checks));
    }

    /// Notes what a test takes for granted, and that it remembers something.
    fn assume(&mut self, rule: RuleId, test: &Match) {
        let facts = ext::facts(test, &self.world.host);
        if facts.history && !self.world.host.complete.rules {
            self.note_assumed(Assumed::FreshHistory(rule));
        }
        match facts.assumes {
            Some(Assumes::NoQuota(name)) => self.note_assumed(Assumed::NoQuota(name.clone())),
            Some(Assumes::NoIpsec) => self.note_assumed(Assumed::NoIpsec),
            None => {}
        }
        let pure = ext::is_pure(test, &self.world.host, &self.world.named);
        self.writes += u64::from(!pure);
    }

    /// An interface that was not known and by which the packet is said to leave is known from there on. Whether it was
    /// so.
    fn pin_out_iface(path: &mut Path, by: &Text) -> bool {
        let pins = path.outiface == PathIface::Unknown && !by.ends_with('+');
        if pins {
            path.outiface = PathIface::Named(by.clone());
        }
        pins
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
        self.with_context(skb, path, |ctx, memory| ext::test(test, at, ctx, memory, checks))
    }

    /// Lends a test or a target the packet's surroundings and the state of matches.
    pub(super) fn with_context<T>(
        &mut self,
        skb: &Skb,
        path: &Path,
        look: impl FnOnce(&MatchContext, &mut MatchState) -> T,
    ) -> T {
        let mut memory = self.world.match_state.take().unwrap_or_default();
        let router = Router::new(self.world);
        let flow = FlowOf { walker: self, skb };
        let ctx = self.context(skb, path, &router, &flow);
        let found = look(&ctx, &mut memory);
        let leans = router.into_leans();
        self.world.match_state = Some(memory);
        for lean in leans {
            self.note_assumed(lean);
        }
        found
    }

    /// A packet's surroundings.
    fn context<'a>(
        &'a self,
        skb: &'a Skb,
        path: &'a Path,
        net: &'a Router<'a>,
        flow: &'a FlowOf<'a>,
    ) -> MatchContext<'a> {
        MatchContext {
            packet: &skb.packet,
            mark: skb.mark,
            path,
            entry: &skb.entry,
            came_by: &skb.came_by,
            by_reject: skb.by_reject,
            loopback_copy: skb.loopback_copy,
            own_frame: skb.own_frame,
            tag: skb.tag,
            flow,
            host: &self.world.host,
            named: self.world.named.clone(),
            net,
            now_ms: self.world.now_ms,
            turn: self.world.turn,
            moot: self.moot,
            clock: self.world.clock(),
            has_socket: skb.has_socket,
            realms: skb.realms,
            next_hop: skb.next_hop,
            route_mtu: skb.route_mtu,
        }
    }

    /// How many rules of a chain from the `from`-th on certainly do not match.
    pub(super) fn passed(&self, skb: &Skb, path: &Path, chain: ChainId, from: usize) -> usize {
        let (rules, indexes) = (&self.world.host.rules, &self.world.indexes);
        // Who looks at every rule wants each of them tried.
        if self.watch.is_some() || indexes.tries_each() {
            return 0;
        }
        let router = Router::new(self.world);
        let flow = FlowOf { walker: self, skb };
        let ctx = self.context(skb, path, &router, &flow);
        let all = &rules.chain(chain).rules;
        if let Some(index) = indexes.of(rules, chain) {
            return index.next(from, &ctx).unwrap_or(all.len()).saturating_sub(from);
        }
        let behind = all.get(from..).unwrap_or_default().iter();
        behind.take_while(|id| ext::fails_at_once(**id, rules.rule(**id), &ctx)).count()
    }
}

/// The flow of a packet, worked out where a test asks for it.
struct FlowOf<'a> {
    walker: &'a Walker<'a>,
    skb: &'a Skb,
}

impl Tracked for FlowOf<'_> {
    fn ct(&self) -> Ct {
        self.walker.ct(self.skb)
    }
}

/// Whether a question is about a value or a set, so that an inverted test holds where the answer is no.
fn is_of_value(question: &Question) -> bool {
    matches!(question, Question::Set(_) | Question::Blank(..))
}

/// The network of sources that a test asks for, where nothing else of it can be what is not known.
fn source_of(test: &Match) -> Option<Inv<AddrMask>> {
    match test {
        Match::Ip(ip) if ip.iniface.is_none() => ip.src,
        _ => None,
    }
}

/// Whether a test is inverted.
fn inverts(test: &Match) -> bool {
    match test {
        Match::Set(set) => set.not,
        Match::Opaque(opaque) => opaque.blank.as_ref().is_some_and(|b| b.not),
        _ => false,
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
