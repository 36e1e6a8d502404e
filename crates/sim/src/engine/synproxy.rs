//! `SYNPROXY`: a handshake with the client before there is one with the server.
//!
//! Sources: `net/netfilter/nf_synproxy_core.c`, `net/ipv4/netfilter/ipt_SYNPROXY.c`. The numbers of its answers are a
//! secret of the kernel: they are 0 here, and whether an ACK answers them is a question.

use super::skb::{CtAttachment, OwnPacket, Skb};
use super::verdict::Verdict;
use super::walker::Walker;
use crate::ct::{self, CtInfo, Proxied};
use crate::wire::Options;
use chainwalk_model::{
    Answer, CtDir, DroppedBy, Fate, IpHeader, L4, OpId, Packet, Question, Synproxy, Tcp, TcpFlags,
    proto,
};
use std::sync::Arc;

/// The bits of a segment that tell the kinds apart: FIN, SYN, RST and ACK.
const KIND: u8 = 0x17;
/// The bits of a timestamp that SYNPROXY made: the client's window scale, 15 for none.
const STAMP_SCALE: u32 = 0xf;
/// … that the client takes SACK.
const STAMP_SACK: u32 = 1 << 4;
/// … that it takes ECN.
const STAMP_ECN: u32 = 1 << 5;

impl Walker<'_> {
    /// `SYNPROXY` (`synproxy_tg4`): a SYN is answered here, and an ACK that answers that opens the connection to the
    /// server.
    pub(super) fn synproxy(&mut self, skb: &mut Skb, at: OpId, proxy: &Synproxy) -> Verdict {
        let rule = at.rule;
        let dropped = Verdict::End(Fate::Dropped(DroppedBy::Rule(rule)));
        if skb.packet.bad_csum {
            return dropped;
        }
        let L4::Tcp(tcp) = skb.packet.l4.clone() else { return dropped };
        if is(&tcp, TcpFlags::SYN) {
            let answer = syn_ack(&skb.packet, &tcp, proxy);
            let attached = match &skb.attached {
                CtAttachment::Untracked | CtAttachment::Invalid | CtAttachment::None => {
                    CtAttachment::None
                }
                _ => Self::attached_of(skb),
            };
            let said = Options::of(&tcp.options).mss.unwrap_or(0);
            std::rc::Rc::make_mut(&mut self.world.proxied).push((ct::tuple_of(&skb.packet), said));
            let own = OwnPacket::from(answer.ip.src);
            self.send_from_kernel(skb, answer, attached, own);
            return Verdict::End(Fate::Stolen(rule));
        }
        if !is(&tcp, TcpFlags::ACK) {
            return Verdict::Continue;
        }
        if self.open_to_server(skb, &tcp, at, tcp.seq) {
            Verdict::End(Fate::Stolen(rule))
        } else {
            dropped
        }
    }

    /// The client's ACK opens the connection to the server, if it carries the right number
    /// (`synproxy_recv_client_ack`).
    fn open_to_server(&mut self, skb: &Skb, tcp: &Tcp, by: OpId, seq: u32) -> bool {
        let question = Question::Fact(by);
        let ways = [(Answer::Yes, None), (Answer::No, None)];
        if self.ask(skb, &question, &ways) == Answer::No {
            return false;
        }
        let mss = self.encoded_mss(&skb.packet);
        let syn = server_syn(&skb.packet, tcp, seq, mss);
        let own = OwnPacket { synproxy: Some(by), ..OwnPacket::from(syn.ip.src) };
        self.send_from_kernel(skb, syn, CtAttachment::None, own);
        true
    }

    /// The MSS that a client's number encodes: the next one below what its SYN said (`__cookie_v4_init_sequence`).
    fn encoded_mss(&self, packet: &Packet) -> u16 {
        const FOUR: [u16; 4] = [536, 1300, 1440, 1460];
        const SIX: [u16; 4] = [1220, 1420, 1440, 8940];
        let known = if packet.is_v6() { SIX } else { FOUR };
        let tuple = ct::tuple_of(packet);
        let said = self.world.proxied.iter().rev().find(|p| p.0 == tuple).map_or(1460, |p| p.1);
        known.into_iter().rev().find(|mss| *mss <= said).unwrap_or(known[0])
    }

    /// What follows of a flow that SYNPROXY opened, just before it is confirmed (`ipv4_synproxy_hook`).
    pub(super) fn proxied(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let Some((entry, dir, _)) = self.flow(skb) else { return Ok(()) };
        let (Some(mut proxied), Some(state)) = (entry.proxied, entry.tcp_state()) else {
            return Ok(());
        };
        let L4::Tcp(tcp) = skb.packet.l4.clone() else { return Ok(()) };
        if skb.iif.is("lo") {
            return Ok(());
        }
        let window = entry.tcp_window();
        let stolen = Err(Fate::Proxied(proxied.by.rule));
        let options = Options::of(&tcp.options);
        match state {
            "CLOSE" if tcp.flags.has(TcpFlags::RST) && dir == CtDir::Reply => {
                let off = proxied.isn.wrapping_sub(tcp.seq).wrapping_add(1);
                self.change_flow(skb, |e| e.shift(dir, off));
            }
            "CLOSE" | "SYN_SENT" => {
                let opens = tcp.flags.has(TcpFlags::SYN) && !tcp.flags.has(TcpFlags::ACK);
                if state == "CLOSE" && !(opens && dir == CtDir::Original) {
                    return restamp(skb, &proxied, dir);
                }
                let answers = !tcp.flags.has(TcpFlags::SYN) && tcp.flags.has(TcpFlags::ACK);
                if answers && dir == CtDir::Original {
                    // A client that keeps its end alive sends the number before its next one.
                    let seq = tcp.seq.wrapping_add(1);
                    let opens = self.open_to_server(skb, &tcp, proxied.by, seq);
                    return if opens { stolen } else { Err(Fate::Refused) };
                }
                if state == "CLOSE" {
                    proxied.tsoff = 0;
                }
                proxied.isn = tcp.ack;
                if let Some((_, echo)) = options.stamps {
                    proxied.its = echo;
                }
                self.change_flow(skb, |e| e.proxied = Some(proxied));
            }
            "SYN_RECV" if is(&tcp, TcpFlags::SYN_ACK) => {
                if let Some((value, _)) = options.stamps {
                    proxied.tsoff = value.wrapping_sub(proxied.its);
                }
                let off = proxied.isn.wrapping_sub(tcp.seq);
                self.change_flow(skb, |e| e.proxied = Some(proxied));
                let (to_server, to_client) = acks(&skb.packet, &tcp, &options, window);
                let own = OwnPacket::from(to_server.ip.src);
                self.send_from_kernel(skb, to_server, CtAttachment::None, own);
                self.change_flow(skb, |e| e.shift(dir, off));
                let attached = match &skb.attached {
                    CtAttachment::Known { id, .. } => CtAttachment::Known {
                        id: *id,
                        dir: CtDir::Reply,
                        info: CtInfo::Established,
                    },
                    other => other.clone(),
                };
                let own = OwnPacket::from(to_client.ip.src);
                self.send_from_kernel(skb, to_client, attached, own);
                return stolen;
            }
            _ => {}
        }
        restamp(skb, &proxied, dir)
    }
}

/// The timestamps of the server become those that the client was sent, and back (`synproxy_tstamp_adjust`).
fn restamp(skb: &mut Skb, proxied: &Proxied, dir: CtDir) -> Result<(), Fate> {
    if proxied.tsoff == 0 {
        return Ok(());
    }
    let L4::Tcp(tcp) = &mut skb.packet.l4 else { return Ok(()) };
    let mut options = tcp.options.to_vec();
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        match kind {
            0 => break,
            1 => at += 1,
            kind => {
                let len = options.get(at + 1).map_or(0, |l| usize::from(*l));
                if len < 2 || at + len > options.len() {
                    return Err(Fate::Refused);
                }
                if (kind, len) == (8, 10) {
                    let (begin, off) = match dir {
                        CtDir::Reply => (at + 2, proxied.tsoff.wrapping_neg()),
                        CtDir::Original => (at + 6, proxied.tsoff),
                    };
                    let stamp = &mut options[begin..begin + 4];
                    let old = u32::from_be_bytes([stamp[0], stamp[1], stamp[2], stamp[3]]);
                    stamp.copy_from_slice(&old.wrapping_add(off).to_be_bytes());
                    break;
                }
                at += len;
            }
        }
    }
    tcp.options = options.into();
    Ok(())
}

/// Whether a segment has these of the bits that tell the kinds apart, and no others.
fn is(tcp: &Tcp, flags: TcpFlags) -> bool {
    tcp.flags.0 & KIND == flags.0
}

/// A segment of the kernel's own between the ends of `packet`, turned round or not.
fn segment(packet: &Packet, tcp: Tcp, turned: bool) -> Packet {
    let ip = &packet.ip;
    let (src, dst) = if turned { (ip.dst, ip.src) } else { (ip.src, ip.dst) };
    let ip = IpHeader { proto: proto::TCP, df: !packet.is_v6(), ..IpHeader::plain(src, dst) };
    Packet { ip, l4: L4::Tcp(tcp), payload: Arc::default(), bad_csum: false }
}

/// The answer to a SYN (`synproxy_send_client_synack`). Its numbers are a secret of the kernel, and 0 here.
fn syn_ack(packet: &Packet, tcp: &Tcp, proxy: &Synproxy) -> Packet {
    let asked = Options::of(&tcp.options);
    let stamped = proxy.timestamp && asked.stamps.is_some();
    let offer = Options {
        mss: proxy.mss.filter(|_| asked.mss.is_some()),
        sack: stamped && proxy.sack_perm && asked.sack,
        stamps: asked.stamps.filter(|_| stamped).map(|(theirs, _)| (0, theirs)),
        scale: proxy.wscale.filter(|_| stamped && asked.scale.is_some()),
        signed: false,
    };
    let ecn = proxy.ecn && stamped && tcp.flags.has(TcpFlags(0xc0));
    let answer = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: 0,
        ack: tcp.seq.wrapping_add(1),
        flags: TcpFlags(if ecn { 0x52 } else { 0x12 }),
        window: 0,
        options: offer.written().into(),
    };
    segment(packet, answer, true)
}

/// The SYN to the server (`synproxy_send_server_syn`): what the client offered lies in the timestamp that it sends back.
fn server_syn(packet: &Packet, tcp: &Tcp, seq: u32, mss: u16) -> Packet {
    let asked = Options::of(&tcp.options);
    let kept = asked.stamps.map(|(_, echo)| echo);
    let bit = |bit: u32| kept.is_some_and(|echo| echo & bit != 0);
    let scale = kept.map(|echo| echo & STAMP_SCALE).filter(|s| *s != STAMP_SCALE);
    let offer = Options {
        mss: Some(mss),
        sack: asked.sack || bit(STAMP_SACK),
        stamps: asked.stamps,
        scale: scale.map(|s| s as u8).or(asked.scale),
        signed: false,
    };
    let syn = Tcp {
        sport: tcp.sport,
        dport: tcp.dport,
        seq: seq.wrapping_sub(1),
        ack: tcp.ack.wrapping_sub(1),
        flags: TcpFlags(if bit(STAMP_ECN) { 0xc2 } else { 0x02 }),
        window: tcp.window,
        options: offer.written().into(),
    };
    segment(packet, syn, false)
}

/// The ACKs that the server's SYN+ACK brings about: to the server, and to the client
/// (`synproxy_send_server_ack`, `synproxy_send_client_ack`).
fn acks(packet: &Packet, tcp: &Tcp, options: &Options, window: u32) -> (Packet, Packet) {
    let stamps = |turned: bool| {
        let stamps = options.stamps.map(|(a, b)| if turned { (b, a) } else { (a, b) });
        Options { stamps, ..Options::default() }.written().into()
    };
    let to_server = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: tcp.ack,
        ack: tcp.seq.wrapping_add(1),
        flags: TcpFlags::ACK,
        window: window as u16,
        options: stamps(true),
    };
    let to_client = Tcp {
        seq: tcp.seq.wrapping_add(1),
        flags: TcpFlags::ACK,
        window: tcp.window >> options.scale.unwrap_or(0).min(14),
        options: stamps(false),
        ..tcp.clone()
    };
    (segment(packet, to_server, true), segment(packet, to_client, false))
}
