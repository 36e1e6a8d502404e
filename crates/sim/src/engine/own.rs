//! The packets that the kernel makes by itself: REJECT's, routing's ICMP errors, the answers of its stack.
//!
//! Sources: `net/ipv4/netfilter/nf_reject_ipv4.c`, `net/netfilter/nft_reject_netdev.c`, `net/ipv4/icmp.c`,
//! `net/ipv4/tcp_ipv4.c`.

use super::skb::{CtAttachment, OwnPacket, Skb};
use super::walker::{Walker, empty_trace};
use crate::addr::on_link;
use crate::ct::{self, CtInfo};
use crate::route::{FlowKey, Key, Router};
use crate::wire::{LEAST_MTU6, Options};
use chainwalk_model::{
    Entry, Event, Family, Fate, Hook, Icmp, IpHeader, L4, Packet, PacketType, PathIface,
    RejectWith, RouteKind, RoutingDrop, RuleId, Sent, Tcp, TcpFlags, proto,
};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// The protocol number of IGMP.
const IGMP: u8 = 2;

/// Packets that answer packets that answer packets: the kernel's own limits stop it earlier.
const DEEPEST: u8 = 6;

/// What stands for the number that a socket draws for its connection.
const DRAWN: u32 = 1 << 31;

/// The type of IPv6's redirect (`NDISC_REDIRECT`), which is sent without the lock of ICMP's other messages.
const NDISC_REDIRECT: u8 = 137;

/// The bits of the TOS byte that tell of congestion; a reset does not repeat them.
const INET_ECN_MASK: u8 = 0b11;

impl Walker<'_> {
    /// `REJECT`.
    pub(super) fn reject(&mut self, skb: &mut Skb, hook: Hook, rule: RuleId, with: RejectWith) {
        let rules = &self.world.host.rules;
        let family = rules.table(rules.chain(rules.rule(rule).chain).table).family;
        skb.answered_by_frame = matches!(family, Family::Netdev | Family::Bridge);
        if skb.answered_by_frame
            && matches!(skb.frame, PacketType::Broadcast | PacketType::Multicast)
        {
            return;
        }
        if is_spoilt(&skb.packet, Self::header_spoils(skb, hook, with)) {
            return;
        }
        if hook == Hook::Prerouting && self.is_of_all(skb.packet.ip.src) {
            // The way back leads to everybody (`nf_reject_fill_skb_dst`).
            return;
        }
        if hook == Hook::Prerouting && with != RejectWith::TcpReset {
            // The way back leads to this host itself; the answer would have to come from the destination, and no
            // address of another host is sent from here.
            let router = Router::new(self.world);
            let (src, dst) = (skb.packet.ip.src, skb.packet.ip.dst);
            if src.is_ipv4() && router.told_local(src) && !router.told_local(dst) {
                return;
            }
        }
        if with == RejectWith::TcpReset {
            self.reset(skb);
        } else {
            let (kind, code) = icmp_of(with, skb.packet.is_v6());
            let attached = Self::attached_of(skb);
            self.icmp_error(skb, kind, code, 0, attached);
        }
    }

    /// Whether the header, into whose options this host wrote, spoils the sum over the whole packet that is looked at
    /// (`nf_ip_checksum`): that of conntrack, from before, serves; but no longer for a reset of what is passed on
    /// (`skb_forward_csum`).
    fn header_spoils(skb: &Skb, hook: Hook, with: RejectWith) -> bool {
        let tracked =
            matches!(skb.attached, CtAttachment::Loose { .. } | CtAttachment::Known { .. });
        let summed = tracked && !matches!(skb.packet.l4, L4::Other);
        let anew = with == RejectWith::TcpReset && hook == Hook::Forward;
        skb.stale_header && (anew || !summed)
    }

    /// Whether an address of IPv4 is that of a group, or of everybody on a network.
    fn is_of_all(&self, addr: IpAddr) -> bool {
        let all = matches!(addr, IpAddr::V4(a) if a.is_broadcast() || a.is_multicast());
        all || addr.is_ipv4() && Router::new(self.world).broadcasts_on(addr).is_some()
    }

    /// A TCP reset from the packet's destination (`nf_send_reset`).
    fn reset(&mut self, skb: &mut Skb) {
        let L4::Tcp(tcp) = &skb.packet.l4 else { return };
        if tcp.flags.has(TcpFlags::RST)
            || skb.kind != RouteKind::Unicast && skb.kind != RouteKind::Local
        {
            return;
        }
        let packet = reset_of(&skb.packet, tcp, 0);
        let attached = Self::attached_of(skb);
        let now_ms = self.world.now_ms;
        let timeouts = self.world.timeouts.clone();
        self.change_flow(skb, |e| e.close(now_ms, &timeouts));
        if skb.phys_in.is_some() {
            // By way of a bridge it leaves as a frame at once, unseen by any rule.
            return;
        }
        let own = OwnPacket {
            untracked_reply: matches!(skb.attached, CtAttachment::Untracked),
            tcp_reset: true,
            ..OwnPacket::from(packet.ip.src)
        };
        self.send_from_kernel(skb, packet, attached, own);
    }

    /// The flow that an error about this packet belongs to (`nf_conntrack_attach`).
    pub(super) fn attached_of(skb: &Skb) -> CtAttachment {
        match &skb.attached {
            CtAttachment::Loose { entry, dir, .. } => CtAttachment::Loose {
                entry: entry.clone(),
                dir: ct::reverse(*dir),
                info: CtInfo::Related,
            },
            CtAttachment::Known { id, dir, .. } => {
                CtAttachment::Known { id: *id, dir: ct::reverse(*dir), info: CtInfo::Related }
            }
            // Nothing to attach: conntrack looks at the answer by itself.
            _ => CtAttachment::None,
        }
    }

    /// An ICMP error about a packet (`__icmp_send`).
    pub(super) fn icmp_error(
        &mut self,
        skb: &mut Skb,
        kind: u8,
        code: u8,
        info: u32,
        attached: CtAttachment,
    ) {
        let ip = &skb.packet.ip;
        let about_error =
            matches!(&skb.packet.l4, L4::Icmp(i) if ct::is_unanswered(ip.proto, i.kind));
        // What a bridge passes on counts as sent to this host (`br_nf_forward_ip`).
        let to_others = match skb.frame {
            PacketType::Host => false,
            PacketType::Other => !skb.phys_in.is_some(),
            PacketType::Broadcast | PacketType::Multicast => true,
        };
        let to_all = to_others || matches!(skb.kind, RouteKind::Broadcast) || ip.dst.is_multicast();
        let nobody = ip.src.is_unspecified() || ip.src.is_ipv6() && ip.src.is_multicast();
        // While the kernel sends an ICMP packet of its own it sends no other (`icmp_xmit_lock`).
        let message =
            matches!(&skb.packet.l4, L4::Icmp(i) if i.kind != NDISC_REDIRECT || ip.src.is_ipv4());
        let sending = skb.from_kernel && skb.loops == 0 && message;
        if sending || about_error || to_all || nobody || ip.frag_off != 0 {
            return;
        }
        let (to, here) = (ip.src, ip.dst);
        let router = Router::new(self.world);
        let elsewhere = matches!(router.local_owner(here), Ok(PathIface::None));
        if skb.kind == RouteKind::Local && here.is_ipv4() && elsewhere {
            // It answers from the destination, into which a rule wrote another host's (`icmp_route_lookup`).
            return;
        }
        let hashed = Some((to, here));
        // IPv6 asks whether the address is its own, also before any route is known (`icmp6_send`).
        let is_own = here.is_ipv6() && Router::new(self.world).told_local(here);
        let local = skb.kind == RouteKind::Local && here.is_ipv4();
        let from = if local || is_own || skb.answered_by_frame {
            Some(here)
        } else {
            let number = if to.is_ipv4() { proto::ICMP } else { proto::ICMPV6 };
            let dport = u16::from_be_bytes([kind, code]);
            let who = FlowKey { proto: number, dport, hashed, ..FlowKey::default() };
            let key = || Key { dst: to, src: None, mark: 0, tos: 0, iif: None, oif: None, who };
            let dev = skb.iif.name().cloned();
            self.routed(skb, |r| {
                // A neighbour's address of a link says nothing without the link.
                if let (IpAddr::V6(a), Some(dev)) = (to, &dev)
                    && on_link(a)
                {
                    return Ok(r.select_addr(dev, to));
                }
                let found = r.lookup(&key())?;
                // IPv6 answers from an address of the interface that the packet came in by.
                if let (true, Some(dev)) = (to.is_ipv6(), &dev)
                    && found.as_ref().is_some_and(|f| f.src.is_none())
                {
                    return Ok(r.select_addr(dev, to));
                }
                Ok(found.and_then(|f| {
                    let by_route = r.source_for(&f, to);
                    by_route.or_else(|| dev.as_deref().and_then(|d| r.select_addr(d, to)))
                }))
            })
            .unwrap_or(None)
        };
        let v6 = skb.packet.is_v6();
        let chosen = skb.kind == RouteKind::Local || v6 && skb.iif.is_some();
        let route_src = from.filter(|_| chosen);
        // No address of the way back is known, and so neither the error's source; the packet's own
        // destination stands in for it.
        let from = from.unwrap_or(here);
        let packet = Packet {
            ip: IpHeader {
                tos: if v6 { 0 } else { (ip.tos & 0x1e) | 0xc0 },
                proto: if v6 { proto::ICMPV6 } else { proto::ICMP },
                options: Self::echoed(skb, from),
                ..IpHeader::plain(from, to)
            },
            l4: L4::Icmp(Icmp {
                kind,
                code,
                id: (info >> 16) as u16,
                seq: info as u16,
                inner: Some(Box::new(skb.packet.clone())),
            }),
            payload: Arc::default(),
            bad_csum: false,
        };
        if !self.may_be_told(skb, to, kind, code) {
            return;
        }
        let own = OwnPacket {
            route_src,
            route_hash: hashed,
            untracked_reply: matches!(skb.attached, CtAttachment::Untracked),
            ..OwnPacket::default()
        };
        self.send_from_kernel(skb, packet, attached, own);
    }

    /// Whether the limit on ICMP errors, where it is known, lets one more go to this address.
    fn may_be_told(&mut self, skb: &Skb, to: IpAddr, kind: u8, code: u8) -> bool {
        let v6 = to.is_ipv6();
        let pmtu = if v6 { kind == 2 } else { (kind, code) == (3, 4) };
        let over_lo = !v6 && skb.iif.is("lo");
        let own = Router::new(self.world).told_local(to);
        let mask = self.world.sysctl("net.ipv4.icmp_ratemask", 0x1818).0;
        if pmtu || over_lo || own || !v6 && mask >> kind & 1 == 0 {
            return true;
        }
        let name = if v6 { "net.ipv6.icmp.ratelimit" } else { "net.ipv4.icmp_ratelimit" };
        // Where the setting is not known, neither is how far apart the packets are.
        let (limit, told) = self.world.sysctl(name, 0);
        let now = self.world.now_ms;
        if !told && v6 && self.world.host.complete.network {
            // Without a limit an error still uses up what its receiver may be sent besides.
            return Rc::make_mut(&mut self.world.icmp_limits).allow_icmp_error(to, now, 0);
        }
        !told
            || Rc::make_mut(&mut self.world.icmp_limits).allow_icmp_error(
                to,
                now,
                limit.max(0) as u64,
            )
    }

    /// What routing sends when it stops a packet.
    pub(super) fn reply_to_routing_drop(&mut self, skb: &mut Skb, why: RoutingDrop) {
        let v6 = skb.packet.is_v6();
        let (kind, code) = match (why, v6) {
            (RoutingDrop::Ttl, false) => (11, 0),
            (RoutingDrop::Mtu, false) => (3, 4),
            (RoutingDrop::Mtu, true) => (2, 0),
            (RoutingDrop::NoRoute, false) | (RoutingDrop::Ttl, true) => (3, 0),
            (RoutingDrop::Unreachable, false) => (3, 1),
            (RoutingDrop::Prohibit, false) => (3, 13),
            (RoutingDrop::NoRoute | RoutingDrop::Unreachable, true) => (1, 0),
            (RoutingDrop::Prohibit, true) => (1, 1),
            (RoutingDrop::BeyondScope, true) => (1, 2),
            _ => return,
        };
        let by_route = !matches!(why, RoutingDrop::Ttl | RoutingDrop::Mtu);
        if by_route && !v6 {
            let (src, now) = (skb.packet.ip.src, self.world.now_ms);
            if !Rc::make_mut(&mut self.world.icmp_limits).allow_icmp_error_of_route(src, now) {
                return;
            }
        }
        let mtu = match why {
            RoutingDrop::Mtu => {
                let mtu = skb.route_mtu.unwrap_or_else(|| self.mtu(skb.oif.name().map(|o| &**o)));
                if v6 { mtu.max(LEAST_MTU6) } else { mtu }
            }
            _ => 0,
        };
        let attached = Self::attached_of(skb);
        self.icmp_error(skb, kind, code, mtu, attached);
    }

    /// What this host's own stack answers, where nothing else takes the packet.
    pub(super) fn reply_of_stack(&mut self, skb: &mut Skb, listening: bool) {
        let checked = !matches!(skb.packet.l4, L4::Sctp { .. } | L4::Other);
        let spoilt = skb.packet.bad_csum && checked;
        let echo6 = matches!(&skb.packet.l4, L4::Icmp(i) if i.kind == 128) && skb.packet.is_v6();
        let tcp = matches!(skb.packet.l4, L4::Tcp(_));
        if listening && !tcp || spoilt || skb.kind == RouteKind::Broadcast && !echo6 {
            return;
        }
        match &skb.packet.l4 {
            L4::Tcp(tcp) => {
                // TCP takes only what was sent to this host alone (`tcp_v4_rcv`).
                if tcp.flags.has(TcpFlags::RST) || skb.frame != PacketType::Host {
                    return;
                }
                // A signed segment is for a socket that knows the key, and for none else (`tcp_v4_send_reset`).
                if Options::of(&tcp.options).signed {
                    return;
                }
                // The way back to ::1 is looked for on the link that holds the address which it asked for
                // (`tcp_v6_send_response`).
                let loopback = |addr: IpAddr| matches!(addr, IpAddr::V6(a) if a.is_loopback());
                if loopback(skb.packet.ip.src) && !loopback(skb.packet.ip.dst) && !listening {
                    return;
                }
                // It may be of the connection that was accepted here.
                let theirs = tcp.ack.wrapping_sub(DRAWN);
                if listening && tcp.flags.has(TcpFlags::ACK) && (1..=65535).contains(&theirs) {
                    return;
                }
                // What listens takes a SYN, and nothing of a connection (`tcp_rcv_state_process`).
                let packet = if !listening || tcp.flags.has(TcpFlags::ACK) {
                    reset_of(&skb.packet, tcp, skb.packet.ip.tos & !INET_ECN_MASK)
                } else if tcp.flags.has(TcpFlags::SYN) && !tcp.flags.has(TcpFlags::FIN) {
                    let mtu = self.mtu(skb.iif.name().map(|i| &**i));
                    accepted(&skb.packet, tcp, mtu)
                } else {
                    return;
                };
                let options = Self::echoed(skb, packet.ip.src);
                let packet = Packet { ip: IpHeader { options, ..packet.ip }, ..packet };
                let own = OwnPacket::from(packet.ip.src);
                self.send_from_kernel(skb, packet, CtAttachment::None, own);
            }
            // UDP has let go of the flow when it looks for a socket (`nf_reset_ct`).
            L4::Udp { .. } => {
                let (kind, code) = if skb.packet.is_v6() { (1, 4) } else { (3, 3) };
                skb.attached = CtAttachment::None;
                self.icmp_error(skb, kind, code, 0, CtAttachment::None);
            }
            L4::Icmp(icmp) => {
                let whole = skb.packet.payload.clone();
                let (answer, code, payload) = match (skb.packet.ip.proto, icmp.kind) {
                    (proto::ICMP, 8) => (0, icmp.code, whole),
                    (proto::ICMPV6, 128) => (129, icmp.code, whole),
                    // A timestamp request is answered if it holds a timestamp (`icmp_timestamp`). The two that
                    // the answer adds are this host's time, which no rule looks at.
                    (proto::ICMP, 13) if whole.len() >= 4 => {
                        (14, 0, [&whole[..4], &[0; 8]].concat().into())
                    }
                    _ => return,
                };
                // An echo to a group is answered from an address of the way back.
                let (to, group) = (skb.packet.ip.src, skb.packet.ip.dst.is_multicast());
                let who = FlowKey { proto: skb.packet.ip.proto, ..FlowKey::default() };
                let link =
                    skb.iif.name().filter(|_| matches!(to, IpAddr::V6(a) if on_link(a))).cloned();
                let oif = link.as_deref();
                let key = || Key { dst: to, src: None, mark: 0, tos: 0, iif: None, oif, who };
                let own = self.routed(skb, |r| {
                    Ok(r.lookup(&key())?.filter(|_| group).and_then(|f| r.source_for(&f, to)))
                });
                let from = own.unwrap_or(None).unwrap_or(skb.packet.ip.dst);
                let packet = Packet {
                    ip: IpHeader {
                        tos: skb.packet.ip.tos,
                        proto: skb.packet.ip.proto,
                        options: Self::echoed(skb, from),
                        ..IpHeader::plain(from, to)
                    },
                    l4: L4::Icmp(Icmp { kind: answer, code, ..icmp.clone() }),
                    payload,
                    bad_csum: false,
                };
                let own = OwnPacket::from(packet.ip.src);
                self.send_from_kernel(skb, packet, CtAttachment::None, own);
            }
            // IPv4 takes messages of IGMP itself (`igmp_rcv`).
            L4::Other if skb.packet.ip.proto == IGMP && !skb.packet.is_v6() => {}
            L4::Other | L4::Sctp { .. } => {
                let attached = Self::attached_of(skb);
                // IPv6 points at the field of its header that names the protocol.
                let (kind, code, info) = if skb.packet.is_v6() { (4, 1, 6) } else { (3, 2, 0) };
                self.icmp_error(skb, kind, code, info, attached);
            }
        }
    }

    /// Walks a packet of the kernel's own, within the walk of the packet that caused it.
    pub(super) fn send_from_kernel(
        &mut self,
        skb: &Skb,
        packet: Packet,
        attached: CtAttachment,
        mut own: OwnPacket,
    ) {
        if self.nested >= DEEPEST {
            return;
        }
        // A neighbour on a link is answered there.
        if own.out_iface.is_none() && matches!(packet.ip.dst, IpAddr::V6(a) if on_link(a)) {
            own.out_iface = skb.iif.name().cloned();
        }
        own.as_frame = skb.answered_by_frame;
        if own.as_frame {
            own.out_iface = skb.came_by.name().cloned();
        }
        let entry = Entry::Local { uid: None, gid: None, mark: own.mark, bind: None };
        let sent = Sent { packet, entry, endpoint_unknown: self.trace.sent.endpoint_unknown };
        let index = self.replies.len();
        let host = self.trace.host;
        self.replies.push(empty_trace(host, sent.clone()));
        let outer = std::mem::replace(&mut self.trace, empty_trace(host, sent.clone()));
        let (depth, leans) = (self.depth, std::mem::take(&mut self.leans));
        let watch = self.watch.as_mut().map(|w| w.enter(index));
        self.nested += 1;
        self.depth = 0;
        self.follow(sent, attached, &own);
        self.nested -= 1;
        if let (Some(watch), Some(outer)) = (&mut self.watch, watch) {
            watch.at = outer;
        }
        self.depth = depth;
        self.leans = leans;
        let answer = std::mem::replace(&mut self.trace, outer);
        if matches!(answer.fate, Fate::SendError(_)) && self.replies.len() == index + 1 {
            // Without a way to send it the kernel makes none.
            self.replies.pop();
            return;
        }
        self.replies[index] = answer;
        self.event(skb, Event::Replied(index as u16));
    }
}

/// The reset that answers a segment.
fn reset_of(packet: &Packet, tcp: &Tcp, tos: u8) -> Packet {
    let used = packet.payload.len() as u32
        + u32::from(tcp.flags.has(TcpFlags::SYN))
        + u32::from(tcp.flags.has(TcpFlags::FIN));
    let acks = tcp.flags.has(TcpFlags::ACK);
    let answer = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: if acks { tcp.ack } else { 0 },
        ack: if acks { 0 } else { tcp.seq.wrapping_add(used) },
        flags: if acks { TcpFlags::RST } else { TcpFlags(0x14) },
        window: 0,
        options: Arc::default(),
    };
    Packet {
        ip: IpHeader {
            tos,
            proto: proto::TCP,
            df: !packet.is_v6(),
            ..IpHeader::plain(packet.ip.dst, packet.ip.src)
        },
        l4: L4::Tcp(answer),
        payload: Arc::default(),
        bad_csum: false,
    }
}

/// The answer of what listens to a SYN (`tcp_make_synack`). Its number is drawn by the kernel; one far
/// from what is acknowledged by chance stands for it. The timestamp is 0, and the window's scale that of a usual host.
fn accepted(packet: &Packet, tcp: &Tcp, mtu: u32) -> Packet {
    const USUAL_SCALE: u8 = 7;
    let headers = if packet.is_v6() { 60 } else { 40 };
    let mss = mtu.saturating_sub(headers).min(65495);
    let asked = Options::of(&tcp.options);
    let offer = Options {
        mss: Some(mss as u16),
        sack: asked.sack,
        stamps: asked.stamps.map(|(theirs, _)| (0, theirs)),
        scale: asked.scale.map(|_| USUAL_SCALE),
        signed: false,
    };
    let ecn = tcp.flags.has(TcpFlags(0xc0)) && packet.ip.tos & INET_ECN_MASK == 0;
    let answer = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: DRAWN,
        ack: tcp.seq.wrapping_add(1),
        flags: TcpFlags(if ecn { 0x52 } else { 0x12 }),
        window: (65535 / mss.max(1) * mss) as u16,
        options: offer.written().into(),
    };
    let ip = IpHeader {
        proto: proto::TCP,
        df: !packet.is_v6(),
        ..IpHeader::plain(packet.ip.dst, packet.ip.src)
    };
    Packet { ip, l4: L4::Tcp(answer), payload: Arc::default(), bad_csum: false }
}

/// Whether the checksum that REJECT looks at is wrong: of an unknown protocol, that over all of its bytes
/// (`nf_reject_verify_csum`, `nf_ip_checksum`). `header`: whether that of IP is.
fn is_spoilt(packet: &Packet, header: bool) -> bool {
    const ESP: u8 = 50;
    const AH: u8 = 51;
    match packet.l4 {
        // It is that of the whole datagram, of which a first fragment is a part.
        L4::Tcp(_) | L4::Udp { .. } | L4::Icmp(_) => header || packet.bad_csum || packet.ip.mf,
        L4::Sctp { .. } => false,
        // Of IPv6 something must stand behind the headers, AH is one of them, and the ends are counted in
        // (`reject6_csum_ok`).
        L4::Other if packet.is_v6() => match (packet.ip.proto, &*packet.payload) {
            (_, []) | (AH, [_]) => true,
            (AH, [_, words, ..]) => (usize::from(*words) + 2) * 4 >= packet.payload.len(),
            (proto::GRE | ESP, _) => false,
            _ => packet.ip.extensions.is_empty() && !crate::wire::sums_up(packet),
        },
        L4::Other => {
            let unchecked = [proto::GRE, ESP, AH].contains(&packet.ip.proto);
            let payload = !packet.payload.is_empty() && crate::wire::checksum(&packet.payload) != 0;
            !unchecked && (header || payload)
        }
    }
}

/// The ICMP type and code of a REJECT.
fn icmp_of(with: RejectWith, v6: bool) -> (u8, u8) {
    match with {
        RejectWith::PortUnreachable | RejectWith::TcpReset if v6 => (1, 4),
        RejectWith::AdminProhibited if v6 => (1, 1),
        RejectWith::NetUnreachable => (3, 0),
        RejectWith::HostUnreachable => (3, 1),
        RejectWith::ProtoUnreachable => (3, 2),
        RejectWith::PortUnreachable | RejectWith::TcpReset => (3, 3),
        RejectWith::NetProhibited => (3, 9),
        RejectWith::HostProhibited => (3, 10),
        RejectWith::AdminProhibited => (3, 13),
        RejectWith::NoRoute6 => (1, 0),
        RejectWith::AddrUnreachable6 => (1, 3),
        RejectWith::PolicyFail6 => (1, 5),
        RejectWith::RejectRoute6 => (1, 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AH: u8 = 51;

    #[test]
    fn of_ipv6_something_stands_behind_the_authentication_header() {
        let spoilt = |payload: &[u8]| {
            let v6 = |last| IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, last]);
            let ip = IpHeader { proto: AH, ..IpHeader::plain(v6(2), v6(1)) };
            let packet = Packet { ip, l4: L4::Other, payload: payload.into(), bad_csum: false };
            is_spoilt(&packet, false)
        };
        // Its length is in words of four bytes, less two.
        let header = [59, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(spoilt(&[]) && spoilt(&header[..1]) && spoilt(&header[..12]) && spoilt(&header));
        assert!(!spoilt(&[&header[..], &[0; 4]].concat()));
    }
}
