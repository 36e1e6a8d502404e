//! Targets that take the packet to somewhere else: `TPROXY`, and `TEE`'s copy.

use super::skb::{CtAttachment, OwnPacket, Skb};
use super::verdict::Verdict;
use super::walker::Walker;
use crate::route::Router;
use chainwalk_model::{
    Answer, Assumed, DroppedBy, Fate, Hook, L4, LocalStack, Question, RuleId, Text, Tproxy,
};
use std::net::IpAddr;

impl Walker<'_> {
    /// `TPROXY` (`tproxy_tg4`): a transparent socket takes the packet, or it is dropped.
    pub(super) fn tproxy(&mut self, skb: &mut Skb, rule: RuleId, to: &Tproxy) -> Verdict {
        let dropped = Verdict::End(Fate::Dropped(DroppedBy::Rule(rule)));
        let (L4::Tcp(_) | L4::Udp { .. }) = &skb.packet.l4 else { return dropped };
        let Some(own) = skb.packet.dport() else { return dropped };
        let port = if to.port == 0 { own } else { to.port };
        let number = skb.packet.ip.proto;
        let dst = skb.packet.ip.dst;
        let dev = skb.iif.name().cloned().unwrap_or_default();
        let addr =
            to.addr.or_else(|| Router::new(self.world).select_addr(&dev, dst)).unwrap_or(dst);
        let host = self.world.host.clone();
        let mut fitting = host
            .sockets
            .iter()
            .filter(|s| s.proto == number && s.port == port)
            .filter(|s| s.addr == addr || s.addr.is_unspecified());
        let taken = match fitting.clone().find(|s| s.addr == addr).or_else(|| fitting.next()) {
            Some(socket) => socket.transparent.unwrap_or_else(|| {
                self.note_assumed(Assumed::Transparent(number, port));
                true
            }),
            None if host.stack != LocalStack::Unknown => false,
            None => {
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                self.ask(skb, &Question::Socket(number, port), &ways) == Answer::Yes
            }
        };
        if !taken {
            return dropped;
        }
        let mark = (skb.mark & !to.mark.mask) ^ to.mark.value;
        self.set_mark(skb, mark);
        skb.has_socket = true;
        Verdict::Accept
    }

    /// `TEE` (`nf_dup_ipv4`): an untracked copy goes out to a gateway. A copy is not copied.
    pub(super) fn tee(&mut self, skb: &Skb, hook: Hook, gateway: IpAddr, oif: Option<&Text>) {
        if self.copying {
            return;
        }
        let mut packet = skb.packet.clone();
        packet.ip.df = !packet.is_v6();
        if matches!(hook, Hook::Prerouting | Hook::Input) {
            packet.ip.ttl = packet.ip.ttl.saturating_sub(1);
        }
        let own = OwnPacket {
            gateway: Some(gateway),
            // An interface that is not there is not asked for.
            out_iface: oif.filter(|o| self.world.host.interface(o).is_some()).cloned(),
            mark: skb.mark,
            ..OwnPacket::default()
        };
        self.copying = true;
        self.send_from_kernel(skb, packet, CtAttachment::Untracked, own);
        self.copying = false;
    }
}
