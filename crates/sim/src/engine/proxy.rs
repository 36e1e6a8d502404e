//! Targets that take the packet to somewhere else: `TPROXY`, `SYNPROXY`, and `TEE`'s copy.

use super::chains::Word;
use super::replies::plain;
use super::{Attached, Skb, Walker};
use crate::route::Router;
use chainwalk_model::{
    Answer, Fate, Hook, IpHeader, L4, Lean, LocalStack, Packet, Question, RuleId, Stop, Synproxy,
    Tcp, TcpFlags, Text, Tproxy, proto,
};
use std::net::IpAddr;
use std::sync::Arc;

impl Walker<'_> {
    /// `TPROXY` (`tproxy_tg4`): a transparent socket takes the packet, or it is dropped.
    pub(super) fn tproxy(&mut self, skb: &mut Skb, rule: RuleId, to: &Tproxy) -> Word {
        let dropped = Word::End(Fate::Dropped(Stop::Rule(rule)));
        let (L4::Tcp(_) | L4::Udp { .. }) = &skb.packet.l4 else { return dropped };
        let Some(own) = skb.packet.dport() else { return dropped };
        let port = if to.port == 0 { own } else { to.port };
        let number = skb.packet.ip.proto;
        let dst = skb.packet.ip.dst;
        let dev = skb.iif.clone().unwrap_or_default();
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
                self.lean(Lean::Transparent(number, port));
                true
            }),
            None if host.stack != LocalStack::Unknown => false,
            None => {
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                self.put(skb, &Question::Socket(number, port), &ways) == Answer::Yes
            }
        };
        if !taken {
            return dropped;
        }
        let mark = (skb.mark & !to.mark.mask) ^ to.mark.value;
        self.set_mark(skb, mark);
        skb.has_socket = true;
        Word::Accept
    }

    /// `SYNPROXY` (`synproxy_tg4`): a SYN is answered here. Whether an ACK answers that answer only the kernel's
    /// secret tells.
    pub(super) fn synproxy(
        &mut self,
        skb: &mut Skb,
        rule: RuleId,
        op: u16,
        proxy: &Synproxy,
    ) -> Word {
        let dropped = Word::End(Fate::Dropped(Stop::Rule(rule)));
        if skb.packet.bad_csum {
            return dropped;
        }
        let L4::Tcp(tcp) = &skb.packet.l4 else { return dropped };
        let only = |set: TcpFlags, among: u8| tcp.flags.0 & among == set.0;
        if only(TcpFlags::SYN, 0x17) {
            let answer = syn_ack(&skb.packet, tcp, proxy);
            let attached = match &skb.attached {
                Attached::Untracked | Attached::Invalid | Attached::None => Attached::None,
                _ => Self::attached_of(skb),
            };
            self.answer(skb, answer, attached);
            return Word::End(Fate::Stolen(rule));
        }
        if !only(TcpFlags::ACK, 0x17) {
            return Word::On;
        }
        let question = Question::Fact(rule, op);
        match self.put(skb, &question, &[(Answer::Yes, None), (Answer::No, None)]) {
            Answer::Yes => Word::End(Fate::Stolen(rule)),
            _ => dropped,
        }
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
        self.copying = true;
        self.route_dst = Some(gateway);
        // An interface that is not there is not asked for.
        self.route_oif = oif.filter(|o| self.world.host.interface(o).is_some()).cloned();
        self.own_mark = skb.mark;
        self.answer(skb, packet, Attached::Untracked);
        self.copying = false;
    }
}

/// The answer to a SYN (`synproxy_send_client_synack`). Its numbers are a secret of the kernel, and 0 here.
fn syn_ack(packet: &Packet, tcp: &Tcp, proxy: &Synproxy) -> Packet {
    let asked = Options::of(&tcp.options);
    let stamped = proxy.timestamp && asked.timestamp;
    let mut options = Vec::new();
    if let (Some(mss), true) = (proxy.mss, asked.mss) {
        options.extend([2, 4]);
        options.extend(mss.to_be_bytes());
    }
    if stamped {
        let sack = proxy.sack_perm && asked.sack;
        options.extend(if sack { [4, 2] } else { [1, 1] });
        options.extend([8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
        if let (Some(scale), true) = (proxy.wscale, asked.scale) {
            options.extend([1, 3, 3, scale]);
        }
    }
    let ecn = proxy.ecn && stamped && tcp.flags.has(TcpFlags(0xc0));
    let answer = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: 0,
        ack: tcp.seq.wrapping_add(1),
        flags: TcpFlags(if ecn { 0x52 } else { 0x12 }),
        window: 0,
        options: options.into(),
    };
    let ip =
        IpHeader { proto: proto::TCP, df: !packet.is_v6(), ..plain(packet.ip.dst, packet.ip.src) };
    Packet { ip, l4: L4::Tcp(answer), payload: Arc::from([]), bad_csum: false }
}

/// Which TCP options a SYN offers.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)]
struct Options {
    mss: bool,
    scale: bool,
    sack: bool,
    timestamp: bool,
}

impl Options {
    fn of(options: &[u8]) -> Self {
        let mut found = Self::default();
        let mut at = 0;
        while let Some(kind) = options.get(at) {
            match kind {
                0 => break,
                1 => at += 1,
                kind => {
                    let len = options.get(at + 1).copied().unwrap_or(0);
                    if len < 2 || at + usize::from(len) > options.len() {
                        break;
                    }
                    match (kind, len) {
                        (2, 4) => found.mss = true,
                        (3, 3) => found.scale = true,
                        (4, 2) => found.sack = true,
                        (8, 10) => found.timestamp = true,
                        _ => {}
                    }
                    at += usize::from(len);
                }
            }
        }
        found
    }
}
