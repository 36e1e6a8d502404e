//! What statements of native nft do.
//!
//! A statement that may end its rule is worked out first ([`Plan`]), so that the rule is said to match only when
//! nothing can break it any more.
//!
//! Sources: `nft_meta.c`, `nft_ct.c`, `nft_payload.c`, `nft_exthdr.c`, `nft_dynset.c`, `nft_nat.c`, `nft_tproxy.c`,
//! `nft_fwd_netdev.c` in `net/netfilter`.

use super::skb::{CtAttachment, Skb};
use super::verdict::Verdict;
use super::walker::Walker;
use crate::ct::{Helper, HelperState, Kind};
use crate::match_state::MatchState;
use crate::nat::Manip;
use crate::nft::{Eval, Lack, Looked, SELDOM, addr_number, field_writes};
use crate::state::nft_set::Change as SetChange;
use chainwalk_model::nft::{
    CtKey, ElementData, Expr, Field, Header, Meta, NatKind, NatOperand, NftVerdict, ObjectKind,
    Pattern, RawBase, Statement, UpdateOp, Value,
};
use chainwalk_model::{
    Answer, Change, DroppedBy, Event, Family, Fate, L4, Masked, MssOp, NatRange, OpId, Path,
    Question, Range, SetId, Text, Tproxy,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// So many numbers at most are told apart where a random one decides.
const MOST_NUMBERS: u32 = 16;

/// What a statement has come to before it acts.
pub(super) enum Plan {
    /// Nothing that could end the rule.
    Act,
    /// It writes this.
    Value(Value),
    /// A map's verdict.
    Verdict(NftVerdict),
    /// The set was changed.
    Updated,
    /// It translates to this.
    Nat(NatRange),
    /// It hands the packet to a socket, which is done.
    Taken,
}

impl Plan {
    /// Whether nothing behind the statement is run: a verdict other than `continue`.
    pub(super) fn ends(&self) -> bool {
        match self {
            Self::Verdict(verdict) => *verdict != NftVerdict::Continue,
            Self::Taken => true,
            _ => false,
        }
    }
}

impl Walker<'_> {
    /// Works a statement out; `None` where it ends its rule.
    pub(super) fn plan(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        at: OpId,
        statement: &Statement,
    ) -> Result<Option<Plan>, Fate> {
        Ok(match statement {
            Statement::Set { field, value } => {
                let there = self.with_context(skb, path, |ctx, _| field_writes(*field, ctx));
                if !there {
                    return Ok(None);
                }
                self.settled(skb, path, at, None, |eval| eval.one(value))?.map(Plan::Value)
            }
            Statement::VerdictMap { key, map } => {
                let found = self.settled(skb, path, at, Some(*map), |eval| {
                    let key = eval.many(key)?;
                    found(eval, *map, &key)
                })?;
                match found {
                    Some(Some(ElementData::Verdict(verdict))) => Some(Plan::Verdict(verdict)),
                    _ => None,
                }
            }
            Statement::Update { how, set, key, data, timeout_ms, stateful } => {
                let (how, set, timeout_ms) = (*how, *set, *timeout_ms);
                let goes_on = self.settled(skb, path, at, None, |eval| {
                    let key = eval.many(key)?;
                    if how != UpdateOp::Delete && !eval.ctx.moot && eval.in_doubt(set, &key) {
                        return Err(Lack::Unknown(Question::Soon(eval.ctx.turn as u32)));
                    }
                    let data = match data {
                        Some(data) => Some(ElementData::Values(eval.patterns(data)?)),
                        None => None,
                    };
                    let change = SetChange { how, key, data, timeout_ms, stateful };
                    let drops = how != UpdateOp::Delete && eval.drops(set, stateful);
                    Ok((eval.update(set, change), drops))
                })?;
                match goes_on {
                    Some((_, true)) => Some(Plan::Verdict(NftVerdict::Drop)),
                    Some((true, _)) => Some(Plan::Updated),
                    _ => None,
                }
            }
            Statement::Nat {
                family,
                addr,
                port,
                with_port,
                prefix,
                random,
                fully_random,
                persistent,
                ..
            } => {
                let map = [addr, port].into_iter().flatten().find_map(|o| match o {
                    NatOperand::Expr(e) => random_map(e),
                    NatOperand::Range(..) => None,
                });
                let v6 = skb.packet.is_v6();
                let hook = path.hook;
                let other = family.is_some_and(|f| (f == Family::Ip6) != v6);
                let range = self.settled(skb, path, at, map, |eval| {
                    let mut range = NatRange {
                        random: *random,
                        random_fully: *fully_random,
                        persistent: *persistent,
                        ..NatRange::default()
                    };
                    let mut parts = Vec::new();
                    if let Some(addr) = addr {
                        parts.extend(operand(addr, eval)?);
                    }
                    if let (Some(first), true) = (parts.first(), addr.is_some()) {
                        range.addrs = addresses(first, v6);
                        if range.addrs.is_none() {
                            return Err(Lack::Absent);
                        }
                        if *prefix {
                            let ip = &eval.ctx.packet.ip;
                            let now = if Manip::at(hook) == Manip::Src { ip.src } else { ip.dst };
                            range.addrs = range.addrs.map(|to| in_prefix(now, to));
                        }
                    }
                    let port = match port {
                        Some(port) => operand(port, eval)?.into_iter().next(),
                        None if *with_port => parts.into_iter().nth(1),
                        None => None,
                    };
                    range.ports = port.and_then(|p| {
                        let b = p.bounds(16)?;
                        Some(Range { first: b.first as u16, last: b.last as u16 })
                    });
                    Ok(range)
                })?;
                // Of another family all is worked out, and nothing done (`nft_nat_inet_eval`).
                range.map(|range| if other { Plan::Act } else { Plan::Nat(range) })
            }
            Statement::Tproxy { addr, port, family: _ } => {
                let addr = addr.map(|n| address(n, skb.packet.is_v6()));
                let port = port.unwrap_or(0);
                let to = Tproxy { port, addr, mark: Masked { value: 0, mask: 0 } };
                match self.tproxy(skb, at.rule, &to) {
                    Verdict::Accept => Some(Plan::Taken),
                    _ => None,
                }
            }
            Statement::Synproxy(_) if !matches!(skb.packet.l4, L4::Tcp(_)) => None,
            _ => Some(Plan::Act),
        })
    }

    /// Does what a statement does.
    pub(super) fn carry_out(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        at: OpId,
        statement: &Statement,
        plan: Plan,
    ) -> Result<Verdict, Fate> {
        let rule = at.rule;
        let ended = |found: bool| {
            if found { Verdict::Accept } else { Verdict::End(Fate::Dropped(DroppedBy::Rule(rule))) }
        };
        Ok(match (statement, plan) {
            (Statement::Set { field, .. }, Plan::Value(value)) => {
                self.write_field(skb, at, *field, &value)?;
                Verdict::Continue
            }
            (_, Plan::Verdict(verdict)) => match verdict {
                NftVerdict::Accept => Verdict::Accept,
                NftVerdict::Drop => Verdict::End(Fate::Dropped(DroppedBy::Rule(rule))),
                NftVerdict::Continue => Verdict::Continue,
                NftVerdict::Return => Verdict::Return,
                NftVerdict::Jump(to) => Verdict::Jump { to, goto: false },
                NftVerdict::Goto(to) => Verdict::Jump { to, goto: true },
                NftVerdict::Queue => Verdict::End(Fate::Queued(rule)),
            },
            (Statement::Update { how, set, .. }, Plan::Updated) => {
                let name = self.world.host.rules.set(*set).name.clone().unwrap_or_default();
                let added = *how != UpdateOp::Delete;
                self.event(skb, Event::Changed(Change::Set { set: name, added }));
                Verdict::Continue
            }
            (Statement::Nat { kind, .. }, Plan::Nat(range)) => match kind {
                NatKind::Snat | NatKind::Dnat => {
                    self.nat_to(skb, path.hook, &range, rule);
                    Verdict::Accept
                }
                NatKind::Masquerade => ended(self.masquerade(skb, &range, rule)?),
                NatKind::Redirect => ended(self.redirect(skb, path.hook, &range, rule)?),
            },
            (Statement::Reject { ip, ip6 }, _) => {
                let with = if skb.packet.is_v6() { *ip6 } else { *ip };
                self.reject(skb, path.hook, rule, with);
                Verdict::End(Fate::Rejected { rule, with })
            }
            (Statement::Synproxy(proxy), _) => self.synproxy(skb, at, proxy),
            (Statement::Dup { to: Some(to), device }, _) => {
                let gateway = address(*to, skb.packet.is_v6());
                self.tee(skb, path.hook, gateway, device.as_ref());
                Verdict::Continue
            }
            (Statement::Fwd { .. }, _) => Verdict::End(Fate::Stolen(rule)),
            (Statement::Assign(object), _) => {
                let object = self.world.host.rules.object(*object).clone();
                match object.kind {
                    ObjectKind::CtHelper { helper, proto, family } if object.declared => {
                        let ours = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
                        if family.is_some_and(|f| f != ours) {
                            return Ok(Verdict::Continue);
                        }
                        self.assign_helper(skb, at, &helper, proto);
                    }
                    ObjectKind::Synproxy(proxy) => return Ok(self.synproxy(skb, at, &proxy)),
                    // What a timeout or an expectation changes shows in later packets only.
                    _ => {}
                }
                Verdict::Continue
            }
            _ => Verdict::Continue,
        })
    }

    /// Works something out; what is not known is asked for. `None` where the rule ends.
    ///
    /// `map` is the map that a random number is looked up in, where it is: its elements are the ways.
    fn settled<T>(
        &mut self,
        skb: &mut Skb,
        path: &Path,
        at: OpId,
        map: Option<SetId>,
        work: impl Fn(&mut Eval) -> Result<T, Lack>,
    ) -> Result<Option<T>, Fate> {
        let mut picked = None;
        loop {
            let found = self.with_context(skb, path, |ctx, memory: &mut MatchState| {
                work(&mut Eval { at, ctx, memory, picked })
            });
            self.moot = false;
            let mut seldom = |map: SetId, bits| {
                self.with_context(skb, path, |ctx, memory| {
                    Eval { at, ctx, memory, picked }.share(map, bits) < SELDOM
                })
            };
            let found = found.map_err(|lack| match (lack, map) {
                (Lack::Drawn(bits), Some(map)) if seldom(map, bits) => Lack::Absent,
                (Lack::Drawn(_), _) => Lack::Unknown(Question::Fact(at)),
                (lack, _) => lack,
            });
            match found {
                Ok(found) => return Ok(Some(found)),
                Err(Lack::Absent) => return Ok(None),
                Err(Lack::Random { modulus, offset }) if picked.is_none() => {
                    let numbers = match map {
                        Some(map) => self.with_context(skb, path, |ctx, memory| {
                            Eval { at, ctx, memory, picked }.chances(map, modulus, offset)
                        }),
                        None if modulus <= MOST_NUMBERS => (0..modulus)
                            .map(|n| (u128::from(n + offset), 1.0 / f64::from(modulus.max(1))))
                            .collect(),
                        None => return Err(Fate::Undecided(Question::Random(at))),
                    };
                    let ways: Vec<_> = numbers
                        .iter()
                        .enumerate()
                        .map(|(k, (_, weight))| (Answer::Nth(k as u16), Some(*weight)))
                        .collect();
                    let way = self.ask(skb, &Question::Random(at), &ways);
                    let Answer::Nth(k) = way else { return Ok(None) };
                    picked = numbers.get(usize::from(k)).map(|(n, _)| *n);
                }
                Err(Lack::Random { .. } | Lack::Drawn(_)) => {
                    return Err(Fate::Undecided(Question::Random(at)));
                }
                Err(Lack::Unknown(question @ Question::Soon(_))) => {
                    let host = self.world.host.clone();
                    if self.fails_later(skb, path, host.rules.rule(at.rule), at) {
                        self.moot = true;
                    } else {
                        self.ask(skb, &question, &[(Answer::Yes, None), (Answer::No, None)]);
                    }
                }
                Err(Lack::Unknown(question)) => {
                    let ways = [(Answer::No, None), (Answer::Else, None)];
                    return match self.ask(skb, &question, &ways) {
                        Answer::No => Ok(None),
                        _ => Err(Fate::Undecided(question)),
                    };
                }
            }
        }
    }

    /// Writes a field. What this host can't tell the effect of is asked for.
    fn write_field(
        &mut self,
        skb: &mut Skb,
        at: OpId,
        field: Field,
        value: &Value,
    ) -> Result<(), Fate> {
        let n = value.number().unwrap_or(0);
        match field {
            Field::Meta(Meta::Mark) => self.set_mark(skb, n as u32),
            Field::Ct(CtKey::Mark, _) => self.set_ctmark(skb, n as u32),
            Field::Ct(CtKey::Zone, dir) => self.set_zone(skb, dir, n as u16),
            // Nothing that is walked reads them.
            Field::Meta(Meta::Priority | Meta::Nftrace | Meta::Secmark)
            | Field::Ct(CtKey::Event | CtKey::Secmark, _) => {}
            Field::Ct(CtKey::Label, _) => self.set_labels(skb, n),
            Field::Header(of) => {
                let row = of.row();
                let written = match row.header {
                    Header::Th => self.write_by_place(skb, field, row.word, n),
                    header => self.write_header(skb, field, header, row.word, n),
                };
                if !written {
                    return self.undecided(skb, at);
                }
            }
            Field::Raw { base: RawBase::Transport, offset: at_bit @ (0 | 16), bits: 16 } => {
                let word = if at_bit == 0 { "sport" } else { "dport" };
                if !self.write_by_place(skb, field, word, n) {
                    return self.undecided(skb, at);
                }
            }
            _ => return self.undecided(skb, at),
        }
        Ok(())
    }

    /// Writes a port by its place, or as `th`; whether it could. Neither says where a checksum lies, so that nft has none
    /// mended.
    fn write_by_place(&mut self, skb: &mut Skb, field: Field, word: &str, n: u128) -> bool {
        let before = skb.packet.clone();
        let written = self.write_header(skb, field, Header::Th, word, n);
        skb.packet.bad_csum |= written && skb.packet != before;
        written
    }

    /// A statement of which it is not known what it changes: nothing that decides, or something.
    fn undecided(&mut self, skb: &Skb, at: OpId) -> Result<(), Fate> {
        let question = Question::Opaque(at);
        let ways = [(Answer::Yes, None), (Answer::Else, None)];
        match self.ask(skb, &question, &ways) {
            Answer::Yes => Ok(()),
            _ => Err(Fate::Undecided(question)),
        }
    }

    fn set_ctmark(&mut self, skb: &mut Skb, to: u32) {
        let Some((entry, ..)) = self.flow(skb) else { return };
        let from = entry.mark;
        if from != to {
            self.change_flow(skb, |e| e.mark = to);
            self.event(skb, Event::Changed(Change::Ctmark { from, to }));
        }
    }

    /// `ct label set`: the labels of a flow are added to (`nf_connlabels_replace`).
    fn set_labels(&mut self, skb: &Skb, bits: u128) {
        let Some(id) = self.flow(skb).map(|(entry, ..)| entry.id) else { return };
        let labels = self.world.memory().labels.entry(&id, Vec::new);
        for n in (0..u128::BITS).filter(|n| bits >> n & 1 == 1) {
            let name = Text::from(n.to_string());
            if !labels.contains(&name) {
                labels.push(name);
            }
        }
    }

    /// `ct zone set`: what conntrack has seen stays where it is, but for what it let be (`nft_ct_set_zone_eval`).
    fn set_zone(&mut self, skb: &mut Skb, dir: Option<chainwalk_model::CtDir>, zone: u16) {
        let flowless = match skb.attached {
            CtAttachment::None => !skb.template,
            CtAttachment::Untracked | CtAttachment::Invalid => true,
            _ => false,
        };
        if !flowless || skb.untracked_reply {
            return;
        }
        skb.attached = CtAttachment::None;
        if dir != Some(chainwalk_model::CtDir::Reply) {
            skb.zone.orig = zone;
        }
        if dir != Some(chainwalk_model::CtDir::Original) {
            skb.zone.reply = zone;
        }
        skb.template = true;
        self.event(skb, Event::Changed(Change::Zone(zone)));
    }

    /// `ct helper set`: of a new flow of that protocol (`nft_ct_helper_obj_eval`).
    fn assign_helper(&mut self, skb: &mut Skb, at: OpId, name: &str, number: u8) {
        let CtAttachment::Loose { .. } = &skb.attached else { return };
        if skb.packet.ip.proto != number {
            return;
        }
        let Some(kind) = Kind::named(name, &skb.packet) else { return };
        let helper = Helper { kind, named_by: at };
        self.change_flow(skb, |e| e.helped = Some(HelperState::new(helper)));
    }

    /// Writes a field of a header; false where what that would do is not modelled.
    fn write_header(
        &mut self,
        skb: &mut Skb,
        field: Field,
        header: Header,
        word: &str,
        n: u128,
    ) -> bool {
        let v6 = skb.packet.is_v6();
        match (header, word) {
            (Header::Ip | Header::Ip6, "dscp") => {
                self.set_tos(skb, skb.packet.ip.tos & 0x03 | (n as u8) << 2);
                return true;
            }
            (Header::Ip | Header::Ip6, "ecn") => {
                self.set_tos(skb, skb.packet.ip.tos & 0xfc | n as u8 & 0x03);
                return true;
            }
            (Header::TcpOption(2), "size") => {
                self.lower_mss(skb, n as u16);
                return true;
            }
            _ => {}
        }
        let ends = |skb: &Skb| {
            let p = &skb.packet;
            ((p.ip.src, p.sport()), (p.ip.dst, p.dport()), p.ip.ttl)
        };
        let before = ends(skb);
        let packet = &mut skb.packet;
        match (header, word) {
            (Header::Ip | Header::Ip6, "saddr") => packet.ip.src = address(n, v6),
            (Header::Ip | Header::Ip6, "daddr") => packet.ip.dst = address(n, v6),
            (Header::Ip, "ttl") | (Header::Ip6, "hoplimit") => packet.ip.ttl = n as u8,
            (Header::Ip, "id") => packet.ip.id = n as u16,
            (Header::Ip6, "flowlabel") => packet.ip.flow_label = n as u32 & 0xf_ffff,
            _ => match (&mut packet.l4, word) {
                (L4::Tcp(t), "sport") => t.sport = n as u16,
                (L4::Tcp(t), "dport") => t.dport = n as u16,
                (L4::Tcp(t), "sequence") => t.seq = n as u32,
                (L4::Tcp(t), "ackseq") => t.ack = n as u32,
                (L4::Tcp(t), "window") => t.window = n as u16,
                (L4::Tcp(t), "flags") => t.flags.0 = n as u8,
                (L4::Udp { sport, .. } | L4::Sctp { sport, .. }, "sport") => *sport = n as u16,
                (L4::Udp { dport, .. } | L4::Sctp { dport, .. }, "dport") => *dport = n as u16,
                (L4::Icmp(i), "type") => i.kind = n as u8,
                (L4::Icmp(i), "code") => i.code = n as u8,
                (L4::Icmp(i), "id") => i.id = n as u16,
                (L4::Icmp(i), "sequence") => i.seq = n as u16,
                _ => return false,
            },
        }
        let after = ends(skb);
        let change = if before.0 != after.0 {
            Change::Src { from: before.0, to: after.0 }
        } else if before.1 != after.1 {
            Change::Dst { from: before.1, to: after.1 }
        } else if before.2 != after.2 {
            Change::Ttl { from: before.2, to: after.2 }
        } else {
            Change::Field(field)
        };
        self.event(skb, Event::Changed(change));
        true
    }

    /// `tcp option maxseg size set`: it is only lowered, and never added (`nft_exthdr_tcp_set_eval`).
    fn lower_mss(&mut self, skb: &mut Skb, wanted: u16) {
        let L4::Tcp(tcp) = &mut skb.packet.l4 else { return };
        if super::targets::lower_mss(tcp, wanted) == Some(true) {
            self.event(skb, Event::Changed(Change::Mss(MssOp::Set(wanted))));
        }
    }
}

/// What a map holds for a key; `Ok(None)` where it has no such key.
fn found(eval: &mut Eval, map: SetId, key: &[Value]) -> Result<Option<ElementData>, Lack> {
    match eval.look_up(map, key) {
        Looked::Found(data) => Ok(data),
        Looked::Refused | Looked::Missing => Ok(None),
        Looked::Untold(question) => Err(Lack::Unknown(question)),
    }
}

/// The map that a random number is looked up in.
fn random_map(expr: &Expr) -> Option<SetId> {
    let Expr::Map { key, map } = expr else { return None };
    let random = matches!(
        &**key,
        Expr::Numgen { random: true, .. } | Expr::Jhash { seed: None, .. } | Expr::Symhash { .. }
    );
    random.then_some(*map)
}

fn operand(of: &NatOperand, eval: &mut Eval) -> Result<Vec<Pattern>, Lack> {
    match of {
        NatOperand::Range(first, last) => Ok(vec![Pattern::Range(*first, *last)]),
        NatOperand::Expr(expr) => eval.patterns(expr),
    }
}

/// The address of a network that has the host bits of another (`nft_nat_setup_netmap`).
fn in_prefix(now: IpAddr, to: Range<IpAddr>) -> Range<IpAddr> {
    let v6 = now.is_ipv6();
    let (first, last) = (addr_number(to.first), addr_number(to.last));
    let host_bits = first ^ last;
    let addr = address(first & !host_bits | addr_number(now) & host_bits, v6);
    Range { first: addr, last: addr }
}

/// An address from its number.
fn address(n: u128, v6: bool) -> IpAddr {
    if v6 { IpAddr::V6(Ipv6Addr::from(n)) } else { IpAddr::V4(Ipv4Addr::from(n as u32)) }
}

fn addresses(pattern: &Pattern, v6: bool) -> Option<Range<IpAddr>> {
    let bounds = pattern.bounds(if v6 { 128 } else { 32 })?;
    Some(Range { first: address(bounds.first, v6), last: address(bounds.last, v6) })
}
