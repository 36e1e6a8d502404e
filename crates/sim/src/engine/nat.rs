//! NAT at a hook: when it is asked, the targets that set a flow's addresses up, and the rewriting of packets.
//!
//! Sources: `net/netfilter/nf_nat_core.c`, `nf_nat_masquerade.c`, `nf_nat_redirect.c`.

use super::skb::{CtAttachment, Skb};
use super::walker::Walker;
use crate::ct::{CtInfo, Follow, invert, reverse, status};
use crate::nat::{
    Manip, NatBinding, is_icmp, is_redirect, unique, unwritable_gre, write, write_addr,
};
use crate::route::Router;
use chainwalk_model::{
    AddrMask, Answer, CtDir, Event, Fate, Hook, L4, NatRange, Packet, PathIface, Question, Range,
    RuleId, SkipReason, Tuple,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl Walker<'_> {
    /// Why nat is not asked about this packet at this hook; `None` if it is.
    pub(crate) fn nat_skips(&self, skb: &Skb, hook: Hook) -> Option<SkipReason> {
        if skb.template && matches!(skb.attached, CtAttachment::None) {
            // The template that a zone leaves behind conntrack is asked about each time, and is never bound.
            return None;
        }
        let Some((entry, _, info)) = self.flow(skb) else { return Some(SkipReason::NatNoFlow) };
        match info {
            CtInfo::Established => Some(SkipReason::NatSettled),
            CtInfo::Related if is_icmp(&skb.packet) => Some(SkipReason::NatNoFlow),
            _ if entry.has(Manip::at(hook).done_bit()) => Some(SkipReason::NatSettled),
            _ => None,
        }
    }

    /// The end of nat at a hook: a flow that no rule translated is bound to its own addresses, and the packet
    /// is rewritten as its flow says.
    pub(crate) fn translate(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        if !self.nat_is_loaded(skb) {
            return Ok(());
        }
        let manip = Manip::at(hook);
        if self.nat_skips(skb, hook).is_none() {
            self.null_binding(skb, manip);
        }
        let Some((entry, dir, info)) = self.flow(skb) else { return Ok(()) };
        // An error about a flow is turned as the flow is, and nothing else is looked at (`nf_nat_ipv4_fn`).
        let about = info == CtInfo::Related && is_icmp(&skb.packet);
        let moved = hook == Hook::Postrouting
            && !about
            && dir == CtDir::Original
            && entry.masq_dev.is_some()
            && skb.oif != PathIface::Unknown
            && entry.masq_dev != skb.oif;
        if moved {
            // The route moved to another interface: a masqueraded flow dies with it.
            if let CtAttachment::Known { id, .. } = skb.attached {
                std::rc::Rc::make_mut(&mut self.world.flows).kill(id);
            }
            return Err(Fate::Refused);
        }
        let unwritable = |p: &Packet| unwritable_gre(p, manip);
        if (unwritable(&skb.packet) || crate::ct::quoted(&skb.packet).is_some_and(unwritable))
            && entry.has(manip.nat_bit(dir))
        {
            return Err(Fate::Refused);
        }
        if about {
            // A redirect about a flow that is translated, or may yet be, would confuse both sides.
            let both = status::SRC_NAT_DONE | status::DST_NAT_DONE;
            let changed = entry.has(status::SRC_NAT) || entry.has(status::DST_NAT);
            let unsettled = entry.status & both != both || changed;
            if is_redirect(&skb.packet) && unsettled && self.nat_is_loaded(skb) {
                return Err(Fate::Refused);
            }
            self.rewrite_icmp_error(skb, manip);
        } else {
            self.rewrite(skb, manip);
        }
        if hook == Hook::Output && self.nat_reroutes(skb) && skb.loops == 0 {
            self.reroute(skb)?;
        }
        Ok(())
    }

    /// Whether there is a nat table. Where it is known that there is none, flows are not even bound to their own
    /// addresses, and two that clash stay as they are.
    fn nat_is_loaded(&self, skb: &Skb) -> bool {
        !self.world.host.complete.rules || self.world.hooked.has_nat(skb.packet.is_v6())
    }

    fn null_binding(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, ..)) = self.flow(skb) else { return };
        let addr = match manip {
            Manip::Src => entry.reply.dst,
            Manip::Dst => entry.reply.src,
        };
        let wanted =
            NatBinding { addrs: Some(Range { first: addr, last: addr }), ..NatBinding::default() };
        self.setup_info(skb, manip, &wanted, None);
    }

    /// Settles one end of a flow (`nf_nat_setup_info`).
    pub(crate) fn setup_info(
        &mut self,
        skb: &mut Skb,
        manip: Manip,
        wanted: &NatBinding,
        rule: Option<RuleId>,
    ) {
        let Some((entry, ..)) = self.flow(skb) else { return };
        if entry.has(status::CONFIRMED) {
            return;
        }
        let Some(now) = invert(entry.reply) else { return };
        let own_masq = skb.oif.clone();
        let chosen = unique(&self.world.flows, now, wanted, manip, entry);
        if chosen.by_chance {
            self.ask(skb, &Question::PortChoice(rule), &[(Answer::Else, None)]);
        }
        let changed = chosen.tuple != now;
        let reply = invert(chosen.tuple);
        let masq = rule.is_some_and(|r| self.is_masquerade(r));
        self.change_flow(skb, |e| {
            if changed && let Some(reply) = reply {
                e.reply = reply;
                e.status |= match manip {
                    Manip::Src => status::SRC_NAT,
                    Manip::Dst => status::DST_NAT,
                };
            }
            e.status |= manip.done_bit();
            if masq {
                e.masq_dev = own_masq;
            }
        });
    }

    fn is_masquerade(&self, rule: RuleId) -> bool {
        use chainwalk_model::nft::{NatKind, Statement};
        use chainwalk_model::{OpKind, Target};
        let ops = &self.world.host.rules.rule(rule).ops;
        ops.iter().any(|o| match &o.what {
            OpKind::Target(Target::Masquerade(_)) => true,
            OpKind::Target(Target::Nft(statement)) => {
                matches!(**statement, Statement::Nat { kind: NatKind::Masquerade, .. })
            }
            _ => false,
        })
    }

    /// Rewrites a packet as its flow says (`nf_nat_packet`).
    pub(crate) fn rewrite(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, dir, _)) = self.flow(skb) else { return };
        if !entry.has(manip.nat_bit(dir)) {
            return;
        }
        let Some(target) = invert(entry.tuple(reverse(dir))) else { return };
        let change = write(&mut skb.packet, manip, target);
        if let Some(change) = change {
            let event = match dir {
                CtDir::Original => Event::Changed(change),
                CtDir::Reply => Event::Untranslated(change),
            };
            self.event(skb, event);
        }
    }

    /// Rewrites an ICMP error about a flow, outside and inside (`nf_nat_icmp_reply_translation`).
    fn rewrite_icmp_error(&mut self, skb: &mut Skb, manip: Manip) {
        let Some((entry, dir, _)) = self.flow(skb) else { return };
        if !entry.has(manip.nat_bit(dir)) {
            return;
        }
        let other = entry.tuple(reverse(dir));
        let Some(target) = invert(other) else { return };
        // The packet inside went the other way (`!manip`).
        let inside = match manip {
            Manip::Src => Manip::Dst,
            Manip::Dst => Manip::Src,
        };
        if let L4::Icmp(icmp) = &mut skb.packet.l4
            && let Some(inner) = &mut icmp.inner
        {
            write(inner, inside, other);
        }
        let outer = Tuple { proto: skb.packet.ip.proto, ..target };
        if let Some(change) = write_addr(&mut skb.packet, manip, outer) {
            self.event(skb, Event::Untranslated(change));
        }
    }

    /// A flow that was expected of a translated one is translated with it (`nf_nat_follow_master`).
    pub(crate) fn follow_master(&mut self, skb: &mut Skb, follow: Follow) {
        let one = |addr| Some(Range { first: addr, last: addr });
        if let Some(src) = follow.src {
            let wanted = NatBinding { addrs: one(src), ..NatBinding::default() };
            self.setup_info(skb, Manip::Src, &wanted, None);
        }
        let (addr, port) = follow.dst;
        let ports = Some(Range { first: port, last: port });
        let wanted = NatBinding { addrs: one(addr), ports, ..NatBinding::default() };
        self.setup_info(skb, Manip::Dst, &wanted, None);
    }

    /// `DNAT` and `SNAT`.
    pub(crate) fn nat_to(&mut self, skb: &mut Skb, hook: Hook, range: &NatRange, rule: RuleId) {
        let manip = Manip::at(hook);
        self.setup_info(skb, manip, &NatBinding::from(range), Some(rule));
        self.rewrite(skb, manip);
    }

    /// `MASQUERADE`: the address of the interface it leaves by. False where it has none.
    pub(crate) fn masquerade(
        &mut self,
        skb: &mut Skb,
        range: &NatRange,
        rule: RuleId,
    ) -> Result<bool, Fate> {
        let dev = skb.oif.name().cloned().unwrap_or_default();
        let dst = skb.packet.ip.dst;
        let hop = if dst.is_ipv4() { skb.next_hop.unwrap_or(dst) } else { dst };
        let addr = self.routed(skb, |r| Ok(r.select_addr(&dev, hop)))?;
        let Some(addr) = addr else {
            if self.world.host.complete.network {
                return Ok(false);
            }
            self.ask(skb, &Question::NatChoice(rule), &[(Answer::Else, None)]);
            return Ok(true);
        };
        self.setup_info(skb, Manip::Src, &NatBinding::one(addr, range), Some(rule));
        self.rewrite(skb, Manip::Src);
        Ok(true)
    }

    /// `REDIRECT`: the primary address of the incoming interface, 127.0.0.1 in OUTPUT. False where it has none.
    pub(crate) fn redirect(
        &mut self,
        skb: &mut Skb,
        hook: Hook,
        range: &NatRange,
        rule: RuleId,
    ) -> Result<bool, Fate> {
        let v4 = !skb.packet.is_v6();
        let addr = if hook == Hook::Output {
            Some(if v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() })
        } else {
            let dev = skb.iif_name();
            self.routed(skb, |r| Ok(r.primary(&dev, v4)))?
        };
        let Some(addr) = addr else {
            if self.world.host.complete.network {
                return Ok(false);
            }
            self.ask(skb, &Question::NatChoice(rule), &[(Answer::Else, None)]);
            let own = self.own_address(skb);
            self.setup_info(skb, Manip::Dst, &NatBinding::one(own, range), Some(rule));
            self.rewrite(skb, Manip::Dst);
            return Ok(true);
        };
        self.setup_info(skb, Manip::Dst, &NatBinding::one(addr, range), Some(rule));
        self.rewrite(skb, Manip::Dst);
        Ok(true)
    }

    /// An address of this host for what comes in by an interface of which none is known: the one that was asked for, where
    /// it is this host's, else 0.0.0.0 in its place.
    fn own_address(&mut self, skb: &Skb) -> IpAddr {
        let asked = skb.packet.ip.dst;
        let own = match Router::new(self.world).local_owner(asked) {
            Ok(holder) => holder.is_some(),
            Err(_) => self.is_likely_own(skb, asked),
        };
        if own {
            return asked;
        }
        let nameless = if asked.is_ipv4() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        } else {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        };
        self.world.settle(Question::LocalAddr(nameless), Answer::Yes);
        nameless
    }

    /// `NETMAP`: the network's bits are replaced.
    pub(crate) fn netmap(&mut self, skb: &mut Skb, hook: Hook, to: &AddrMask, rule: RuleId) {
        let manip = Manip::at(hook);
        let now = match manip {
            Manip::Src => skb.packet.ip.src,
            Manip::Dst => skb.packet.ip.dst,
        };
        let addr = match (now, to.addr, to.mask) {
            (IpAddr::V4(a), IpAddr::V4(n), IpAddr::V4(m)) => {
                let (a, n, m) = (u32::from(a), u32::from(n), u32::from(m));
                IpAddr::V4(Ipv4Addr::from((a & !m) | (n & m)))
            }
            (IpAddr::V6(a), IpAddr::V6(n), IpAddr::V6(m)) => {
                let (a, n, m) = (u128::from(a), u128::from(n), u128::from(m));
                IpAddr::V6(Ipv6Addr::from((a & !m) | (n & m)))
            }
            _ => now,
        };
        self.setup_info(skb, manip, &NatBinding::one(addr, &NatRange::default()), Some(rule));
        self.rewrite(skb, manip);
    }
}
