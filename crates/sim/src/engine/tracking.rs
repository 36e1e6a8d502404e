//! Conntrack's places on the line of a hook: fragments are put together, a packet finds its flow, and a new flow goes
//! into the table.

use super::skb::{CtAttachment, Skb};
use super::walker::Walker;
use crate::ct::{CtInfo, DefragUser, Gathered, Proxied, TrackContext, TrackResult, status};
use chainwalk_model::{Answer, Assumed, CtDir, Event, Fate, Hook, Question};
use std::rc::Rc;

/// The protocol number of IPv6's fragment header.
const FRAGMENT_HEADER: u8 = 44;

impl Walker<'_> {
    /// Fragments wait here until the datagram is whole.
    pub(super) fn defragment(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        // What is not to be tracked is let through in pieces (`ipv4_conntrack_defrag`).
        let untracked = matches!(skb.attached, CtAttachment::Untracked);
        if self.world.tracked[usize::from(skb.packet.is_v6())].is_none() || untracked {
            return Ok(());
        }
        // Rules before this place may have put it into a zone (`nf_ct_defrag_user`).
        let zone = skb.zone.orig;
        let out = hook == Hook::Output;
        self.gather(skb, if out { DefragUser::Out(zone) } else { DefragUser::In(zone) })
    }

    /// A fragment waits for the others of its datagram, of which `user` keeps a heap of its own.
    pub(super) fn gather(&mut self, skb: &mut Skb, user: DefragUser) -> Result<(), Fate> {
        let extensions = &skb.packet.ip.extensions;
        if let Some(at) = extensions.iter().position(|e| e.kind == FRAGMENT_HEADER) {
            // A fragment that is the whole datagram loses its header.
            skb.packet.ip.extensions = [&extensions[..at], &extensions[at + 1..]].concat().into();
            self.event(skb, Event::Reassembled);
        }
        if !skb.packet.is_fragment() {
            return Ok(());
        }
        let now = self.world.now_ms;
        let timeouts = self.world.timeouts.clone();
        match Rc::make_mut(&mut self.world.fragments).gather(&skb.packet, user, now, &timeouts) {
            Gathered::Whole { packet, lens } => {
                skb.fragments = Some(lens);
                skb.packet = *packet;
                self.event(skb, Event::Reassembled);
                Ok(())
            }
            Gathered::Kept => {
                self.event(skb, Event::Reassembling);
                Err(Fate::Kept)
            }
            Gathered::Duplicate | Gathered::Overlap => Err(Fate::Refused),
        }
    }

    /// Conntrack looks the packet up.
    pub(super) fn track(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        let tracked = self.world.tracked[usize::from(skb.packet.is_v6())];
        if tracked.is_none() || !matches!(skb.attached, CtAttachment::None) {
            return Ok(());
        }
        let on = |name: &str, usual| self.world.sysctl(name, usual).0 != 0;
        let look = TrackContext {
            now_ms: self.world.now_ms,
            zone: skb.zone,
            helper: skb.helper,
            tcp_loose: on("net.netfilter.nf_conntrack_tcp_loose", 1),
            tcp_liberal: on("net.netfilter.nf_conntrack_tcp_be_liberal", 0),
            checksum: hook == Hook::Prerouting && on("net.netfilter.nf_conntrack_checksum", 1),
            timeouts: self.world.timeouts.clone(),
            policy: skb.policy,
        };
        if let Some((id, policy)) = self.world.flows.in_doubt(&skb.packet, &look) {
            let ways = [(Answer::Yes, None), (Answer::No, None)];
            if self.ask(skb, &Question::History(policy), &ways) == Answer::No {
                Rc::make_mut(&mut self.world.flows).kill(id);
            }
        }
        let flows = Rc::make_mut(&mut self.world.flows);
        flows.expire(look.now_ms);
        let untold = flows.window_unknown(&skb.packet, look.zone);
        let mut fits = None;
        skb.attached = match flows.track(&skb.packet, &look) {
            TrackResult::Invalid => CtAttachment::Invalid,
            TrackResult::Untracked => CtAttachment::Untracked,
            TrackResult::New(mut entry, fitting) => {
                entry.came_by.clone_from(&skb.iif);
                entry.proxied = skb.proxied.map(Proxied::new);
                fits = fitting;
                CtAttachment::Loose { entry, dir: CtDir::Original, info: CtInfo::New }
            }
            TrackResult::Gone { entry, dir, info } => CtAttachment::Loose { entry, dir, info },
            TrackResult::Known { id, dir, info } => CtAttachment::Known { id, dir, info },
        };
        if untold {
            self.note_assumed(Assumed::Window);
        }
        if !self.world.host.complete.network && matches!(skb.attached, CtAttachment::Loose { .. }) {
            self.note_assumed(Assumed::NoFlows);
        }
        if let Some(fitting) = fits {
            self.attach_expected(skb, &fitting)?;
        }
        self.event(skb, Event::Tracked);
        Ok(())
    }

    /// A first packet that got this far puts its flow into the table.
    pub(super) fn confirm(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let CtAttachment::Loose { entry, dir: CtDir::Original, info } = &skb.attached else {
            return Ok(());
        };
        if entry.has(status::CONFIRMED) {
            return Ok(());
        }
        let (id, info) = (entry.id, *info);
        let entry = entry.as_ref().clone();
        if !Rc::make_mut(&mut self.world.flows).confirm(entry) {
            // Another flow took the same tuples in the meantime.
            return Err(Fate::Refused);
        }
        skb.attached = CtAttachment::Known { id, dir: CtDir::Original, info };
        self.event(skb, Event::Confirmed);
        Ok(())
    }
}
