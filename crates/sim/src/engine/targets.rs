//! What targets do to a packet. The nat targets are in `nat`.

use super::skb::{CtAttachment, Skb};
use super::verdict::Verdict;
use super::walker::Walker;
use chainwalk_model::{
    Answer, Assumed, Backend, Change, ConnmarkOp, CtTarget, CtZone, DroppedBy, Event, Fate, L4,
    MssOp, OpId, Path, Question, RuleId, SetMatch, SetTarget, Target, Tcp, TcpFlags, TtlOp,
};

impl Walker<'_> {
    /// Runs a target other than a jump.
    pub(super) fn target(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        at: OpId,
        target: &Target,
    ) -> Result<Verdict, Fate> {
        let hook = path.hook;
        let rule = at.rule;
        Ok(match target {
            Target::Accept | Target::Queue { bypass: true, .. } => Verdict::Accept,
            Target::Drop => Verdict::End(Fate::Dropped(DroppedBy::Rule(rule))),
            Target::Return => Verdict::Return,
            Target::Queue { .. } => Verdict::End(Fate::Queued(rule)),
            Target::Reject(with) => {
                self.reject(skb, hook, rule, *with);
                Verdict::End(Fate::Rejected { rule, with: *with })
            }
            // They are carried out where rules are run.
            Target::Nft(_)
            // A jump is taken where chains are walked.
            | Target::Jump(_)
            | Target::Goto(_)
            | Target::Log { .. }
            | Target::Trace
            | Target::Checksum
            | Target::Audit(_)
            | Target::Classify { .. }
            | Target::Connsecmark { .. }
            | Target::Idletimer { .. }
            | Target::Led { .. }
            | Target::Rateest(_)
            | Target::Secmark(_)
            | Target::Ulog { .. } => Verdict::Continue,
            Target::Mark(m) => {
                let to = (skb.mark & !m.mask) ^ m.value;
                self.set_mark(skb, to);
                Verdict::Continue
            }
            Target::Connmark { op, shift } => {
                self.connmark(skb, *op, *shift);
                Verdict::Continue
            }
            // nft's `dnat ip to` in a table of both families leaves IPv6 alone (`nft_nat_inet_eval`).
            Target::Dnat(range) | Target::Snat(range)
                if range.addrs.is_some_and(|a| a.first.is_ipv6() != skb.packet.is_v6()) =>
            {
                Verdict::Continue
            }
            Target::Dnat(range) | Target::Snat(range) => {
                self.nat_to(skb, hook, range, rule);
                Verdict::Accept
            }
            Target::Masquerade(range) => {
                let found = self.masquerade(skb, range, rule)?;
                accepted_if(found, rule)
            }
            Target::Redirect(range) => {
                let found = self.redirect(skb, hook, range, rule)?;
                accepted_if(found, rule)
            }
            Target::Netmap(to) => {
                self.netmap(skb, hook, to, rule);
                Verdict::Accept
            }
            Target::Ct(ct) => {
                self.ct_target(skb, at, ct);
                Verdict::Continue
            }
            Target::Tos(m) => {
                let to = (skb.packet.ip.tos & !m.mask) ^ m.value;
                self.set_tos(skb, to);
                Verdict::Continue
            }
            Target::Dscp(dscp) => {
                let to = (skb.packet.ip.tos & 0x03) | dscp << 2;
                self.set_tos(skb, to);
                Verdict::Continue
            }
            Target::Ttl(op) => {
                self.set_ttl(skb, *op);
                Verdict::Continue
            }
            Target::Tcpmss(op) => self.set_mss(skb, *op),
            Target::Set(set) => {
                self.set_target(skb, path, set);
                if let (Some(map), true) = (&set.map, set.map_mark) {
                    self.map_mark(skb, path, map, at)?;
                }
                Verdict::Continue
            }
            Target::Ecn(set) => {
                self.set_ecn(skb, *set);
                Verdict::Continue
            }
            Target::Tcpoptstrip(kinds) => {
                self.strip_options(skb, kinds);
                Verdict::Continue
            }
            Target::Dnpt(pair) => self.map_prefix(skb, pair, false),
            Target::Snpt(pair) => self.map_prefix(skb, pair, true),
            Target::Hmark(m) => {
                self.hash_mark(skb, m);
                Verdict::Continue
            }
            Target::Tee { gateway, oif } => {
                self.tee(skb, hook, *gateway, oif.as_ref());
                Verdict::Continue
            }
            Target::Tproxy(to) => self.tproxy(skb, rule, to),
            Target::Synproxy(proxy) => self.synproxy(skb, at, proxy),
            Target::Clusterip(_) => {
                let question = Question::Fact(at);
                match self.ask(skb, &question, &[(Answer::Yes, None), (Answer::No, None)]) {
                    Answer::Yes => Verdict::Continue,
                    _ => Verdict::End(Fate::Dropped(DroppedBy::Rule(rule))),
                }
            }
            Target::Opaque(_) => {
                let question = Question::Opaque(at);
                let ways = [(Answer::Yes, None), (Answer::No, None), (Answer::Else, None)];
                match self.ask(skb, &question, &ways) {
                    Answer::Yes => Verdict::Continue,
                    Answer::No => Verdict::End(Fate::DroppedUnseen(question)),
                    Answer::Else | Answer::Nth(_) => return Err(Fate::Undecided(question)),
                }
            }
        })
    }

    pub(super) fn set_mark(&mut self, skb: &mut Skb, to: u32) {
        let from = std::mem::replace(&mut skb.mark, to);
        if from != to {
            self.event(skb, Event::Changed(Change::Mark { from, to }));
        }
    }

    pub(super) fn set_tos(&mut self, skb: &mut Skb, to: u8) {
        let from = std::mem::replace(&mut skb.packet.ip.tos, to);
        if from != to {
            self.event(skb, Event::Changed(Change::Tos { from, to }));
        }
    }

    fn set_ttl(&mut self, skb: &mut Skb, op: TtlOp) {
        let from = skb.packet.ip.ttl;
        let to = match op {
            TtlOp::Set(ttl) => ttl,
            TtlOp::Inc(by) => from.saturating_add(by),
            TtlOp::Dec(by) => from.saturating_sub(by),
        };
        skb.packet.ip.ttl = to;
        if from != to {
            self.event(skb, Event::Changed(Change::Ttl { from, to }));
        }
    }

    /// `CONNMARK` (`connmark_tg_shift`).
    fn connmark(&mut self, skb: &mut Skb, op: ConnmarkOp, shift: i8) {
        let shifted = |mark: u32| match u32::from(shift.unsigned_abs()) {
            bits if shift < 0 => mark.checked_shr(bits).unwrap_or(0),
            bits => mark.checked_shl(bits).unwrap_or(0),
        };
        let Some((entry, ..)) = self.flow(skb) else { return };
        let from = entry.mark;
        let to = match op {
            ConnmarkOp::Set(m) => shifted((from & !m.mask) ^ m.value),
            ConnmarkOp::Save { nfmask, ctmask } => (from & !ctmask) ^ shifted(skb.mark & nfmask),
            ConnmarkOp::Restore { nfmask, ctmask } => {
                let to = (skb.mark & !nfmask) ^ shifted(from & ctmask);
                return self.set_mark(skb, to);
            }
        };
        if from != to {
            self.change_flow(skb, |e| e.mark = to);
            self.event(skb, Event::Changed(Change::Ctmark { from, to }));
        }
    }

    /// `CT` and `NOTRACK`: a packet that was seen before is left alone (`xt_ct_target`), but for one that fits no flow:
    /// nft's `notrack` may stand behind conntrack too, and looks for a flow only (`nft_notrack_eval`).
    fn ct_target(&mut self, skb: &mut Skb, at: OpId, ct: &CtTarget) {
        let rules = &self.world.host.rules;
        let table = rules.chain(rules.rule(at.rule).chain).table;
        let by_nft = ct.notrack && rules.table(table).backend == Backend::Nft;
        let flowless = match skb.attached {
            CtAttachment::None => true,
            CtAttachment::Invalid => ct.notrack,
            _ => false,
        };
        if !flowless || skb.template || skb.untracked_reply && !by_nft {
            return;
        }
        if ct.notrack {
            skb.attached = CtAttachment::Untracked;
            self.event(skb, Event::Changed(Change::Notrack));
            return;
        }
        let named = ct.helper.as_deref();
        skb.helper = named
            .and_then(|name| crate::ct::Kind::named(name, &skb.packet))
            .map(|kind| crate::ct::Helper { kind, named_by: at });
        // What a policy holds can't be pasted.
        skb.policy = ct.rest.contains("--timeout").then_some(at);
        if named.is_some() && skb.helper.is_none() {
            let question = Question::Fact(at);
            self.ask(skb, &question, &[(Answer::Yes, None)]);
        }
        let mark = skb.mark as u16;
        let id = |zone: CtZone| match zone {
            CtZone::Id(id) => id,
            CtZone::Mark => mark,
        };
        let [zone, orig, reply] = [ct.zone, ct.zone_orig, ct.zone_reply].map(|z| z.map(id));
        skb.zone.orig = orig.or(zone).unwrap_or(0);
        skb.zone.reply = reply.or(zone).unwrap_or(0);
        skb.template = true;
        if let Some(zone) = zone.or(orig).or(reply) {
            self.event(skb, Event::Changed(Change::Zone(zone)));
        }
    }

    /// `TCPMSS` lowers the MSS option, or adds one (`tcpmss_mangle_packet`).
    fn set_mss(&mut self, skb: &mut Skb, op: MssOp) -> Verdict {
        let mtu = match op {
            MssOp::Set(_) => 0,
            MssOp::ClampToPmtu => {
                let iface = skb.oif.name().and_then(|o| self.world.host.interface(o));
                let told = iface.and_then(|i| i.mtu);
                if told.is_none() && !self.world.host.complete.network {
                    self.note_assumed(Assumed::Sysctl { name: "mtu".into(), value: "1500".into() });
                }
                told.unwrap_or(1500)
            }
        };
        let v6 = skb.packet.is_v6();
        let payload = skb.packet.payload.len();
        let L4::Tcp(tcp) = &mut skb.packet.l4 else { return Verdict::Continue };
        let headers = if v6 { 60 } else { 40 };
        let wanted = match op {
            MssOp::Set(mss) => mss,
            MssOp::ClampToPmtu => (mtu.saturating_sub(headers)) as u16,
        };
        if !write_mss(tcp, wanted, payload, if v6 { 1220 } else { 536 }) {
            return Verdict::Continue;
        }
        self.event(skb, Event::Changed(Change::Mss(op)));
        Verdict::Continue
    }

    /// `SET` adds to or deletes from a set.
    fn set_target(&mut self, skb: &mut Skb, path: &Path, target: &SetTarget) {
        self.with_context(skb, path, |ctx, memory| crate::ext::set_target(target, ctx, memory));
        for (set, added) in [(&target.add, true), (&target.del, false)] {
            if let Some(set) = set {
                let set = set.set.clone();
                self.event(skb, Event::Changed(Change::Set { set, added }));
            }
        }
    }

    /// `SET --map-mark` writes the mark that the packet's element carries.
    fn map_mark(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        map: &SetMatch,
        at: OpId,
    ) -> Result<(), Fate> {
        let found =
            self.with_context(skb, path, |ctx, memory| crate::ext::mapped(map, ctx, memory));
        let Ok(found) = found else {
            // What the set holds is not known: it may leave the mark alone, or write any.
            let question = Question::Opaque(at);
            let ways = [(Answer::Yes, None), (Answer::Else, None)];
            if self.ask(skb, &question, &ways) != Answer::Yes {
                return Err(Fate::Undecided(question));
            }
            return Ok(());
        };
        self.set_mark(skb, (skb.mark & !found.mask) ^ found.value);
        Ok(())
    }
}

/// A NAT target without an address to give drops the packet.
fn accepted_if(found: bool, rule: RuleId) -> Verdict {
    if found { Verdict::Accept } else { Verdict::End(Fate::Dropped(DroppedBy::Rule(rule))) }
}

/// Lowers the MSS option; whether anything changed, `None` where there is none.
pub(super) fn lower_mss(tcp: &mut Tcp, mss: u16) -> Option<bool> {
    let mut options = tcp.options.to_vec();
    let mut at = 0;
    while at < options.len() {
        match options[at] {
            0 => break,
            1 => at += 1,
            kind => {
                let len = usize::from(*options.get(at + 1)?);
                if len < 2 || at + len > options.len() {
                    break;
                }
                if kind == 2 && len == 4 {
                    let old = u16::from_be_bytes([options[at + 2], options[at + 3]]);
                    if old <= mss {
                        return Some(false);
                    }
                    options[at + 2..at + 4].copy_from_slice(&mss.to_be_bytes());
                    tcp.options = options.into();
                    return Some(true);
                }
                at += len;
            }
        }
    }
    None
}

/// Writes an MSS into the options. Whether anything changed.
fn write_mss(tcp: &mut Tcp, mss: u16, payload: usize, unsaid: u16) -> bool {
    if let Some(changed) = lower_mss(tcp, mss) {
        return changed;
    }
    let options = tcp.options.to_vec();
    // Without the option the kernel adds one, unless data follows or the header is full.
    if payload > 0 || options.len() + 4 > 40 || !tcp.flags.has(TcpFlags::SYN) {
        return false;
    }
    let mss = mss.min(unsaid).to_be_bytes();
    let mut with = vec![2, 4, mss[0], mss[1]];
    with.extend(options);
    tcp.options = with.into();
    true
}
