//! Helpers of conntrack: the flow that one expected, and what it reads in a packet that gets this far.

use super::skb::{CtAttachment, Skb};
use super::walker::Walker;
use crate::ct::{CtInfo, Doubt, ExpectationMatch, Helper, HelperVerdict, Kind, Rewrite, may_tell};
use chainwalk_model::{
    Answer, Change, CtDir, Event, Fate, L4, OpId, OpKind, Question, RuleId, Target, Text,
};
use std::rc::Rc;

impl Walker<'_> {
    /// A new flow that was expected is related, and translated as its master is.
    pub(super) fn attach_expected(
        &mut self,
        skb: &mut Skb,
        fitting: &ExpectationMatch,
    ) -> Result<(), Fate> {
        let named_by = fitting.helper.named_by;
        match fitting.doubt {
            Doubt::None => {}
            Doubt::Swept => {
                let question = Question::History(named_by);
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                if self.ask(skb, &question, &ways) == Answer::No {
                    return Ok(());
                }
            }
            Doubt::Whole => {
                let question = Question::Fact(named_by);
                let ways = [(Answer::No, None), (Answer::Else, None)];
                if self.ask(skb, &question, &ways) != Answer::No {
                    return Err(Fate::Undecided(question));
                }
                return Ok(());
            }
        }
        if let CtAttachment::Loose { entry, info, .. } = &mut skb.attached {
            entry.was_expected(fitting);
            *info = CtInfo::Related;
        }
        if let Some(follow) = fitting.follow {
            self.follow_master(skb, follow);
        }
        Ok(())
    }

    /// A packet that got this far is read by its flow's helper, and its numbers are put right (`nf_confirm`).
    pub(super) fn run_helper(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let Some((entry, dir, _)) = self.flow(skb) else { return Ok(()) };
        // What this packet's text changes is added to the numbers of those behind it.
        let adjusts = entry.seqadj().filter(|a| a.is_set()).copied();
        self.read(skb)?;
        if let Some(adjust) = adjusts.filter(|_| !skb.iif.is("lo"))
            && let L4::Tcp(tcp) = &mut skb.packet.l4
        {
            let (seq, ack) = (tcp.seq, tcp.ack);
            if !adjust.adjust(dir, tcp) {
                return Err(Fate::Refused);
            }
            if (seq, ack) != (tcp.seq, tcp.ack) {
                self.event(skb, Event::Changed(Change::Numbers));
            }
        }
        Ok(())
    }

    /// A flow's helper reads a packet, and may expect another flow or drop it.
    fn read(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let Some((entry, dir, info)) = self.flow(skb) else { return Ok(()) };
        let told = entry.counted.is_none();
        let id = entry.id;
        if let Some(helper) = told.then(|| self.may_help(skb, dir)).flatten() {
            let now = self.world.now_ms;
            Rc::make_mut(&mut self.world.flows).perhaps_help(id, dir, helper, now);
            self.ask(skb, &Question::Fact(helper.named_by), &[(Answer::Yes, None)]);
            return Ok(());
        }
        let Some((entry, ..)) = self.flow(skb) else { return Ok(()) };
        let Some(helped) = &entry.helped else { return Ok(()) };
        let named_by = helped.helper.named_by;
        let mut entry = entry.clone();
        let now = self.world.now_ms;
        let flows = Rc::make_mut(&mut self.world.flows);
        let done = flows.help(&mut entry, &skb.packet, dir, info, now);
        let rewritten = entry.helped.as_ref().is_some_and(|h| h.rewritten);
        self.change_flow(skb, |e| e.helped = entry.helped);
        if let HelperVerdict::Rewritten(rewrite) = &done {
            self.rewrite_text(skb, dir, rewrite);
        }
        if done == HelperVerdict::Unsaid || rewritten {
            self.ask(skb, &Question::Fact(named_by), &[(Answer::Yes, None)]);
        }
        if done == HelperVerdict::Dropped { Err(Fate::Refused) } else { Ok(()) }
    }

    /// NAT writes an address and a port of its own into a packet's text (`nf_nat_mangle_tcp_packet`).
    fn rewrite_text(&mut self, skb: &mut Skb, dir: CtDir, rewrite: &Rewrite) {
        let L4::Tcp(tcp) = &skb.packet.l4 else { return };
        let seq = tcp.seq;
        let old = skb.packet.payload.clone();
        let Some(rest) = old.get(rewrite.at + rewrite.len..) else { return };
        skb.packet.payload = [&old[..rewrite.at], &rewrite.with, rest].concat().into();
        // Both are shorter than a packet.
        let longer = rewrite.with.len().wrapping_sub(rewrite.len).cast_signed();
        let longer = i32::try_from(longer).unwrap_or(0);
        self.change_flow(skb, |e| {
            if let Some(adjust) = e.seqadj_mut() {
                adjust.set(dir, seq, longer);
            }
        });
        if old != skb.packet.payload {
            let text = |bytes: &[u8]| Text::from(String::from_utf8_lossy(bytes));
            let from = text(&old[rewrite.at..rewrite.at + rewrite.len]);
            let to = text(&rewrite.with);
            self.event(skb, Event::Changed(Change::Text { from, to }));
        }
    }

    /// The helper that a rule may have given to a flow that was pasted, where it reads something in this packet.
    fn may_help(&self, skb: &Skb, dir: CtDir) -> Option<Helper> {
        let rules = self.world.host.rules.rules.iter().enumerate();
        let mut ops = rules.flat_map(|(at, r)| r.ops.iter().enumerate().map(move |o| (at, o)));
        ops.find_map(|(rule, (op, found))| {
            let OpKind::Target(Target::Ct(ct)) = &found.what else { return None };
            let kind = Kind::named(ct.helper.as_deref()?, &skb.packet)?;
            may_tell(kind, &skb.packet, dir).then_some(Helper {
                kind,
                named_by: OpId { rule: RuleId(rule as u32), op: op as u16 },
            })
        })
    }
}
