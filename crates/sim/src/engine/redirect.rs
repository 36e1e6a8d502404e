//! What a router tells a sender whose packet leaves by the interface that it came by.
//!
//! Sources: `ip_rt_send_redirect` in `net/ipv4/route.c`, `ip6_forward` in `net/ipv6/ip6_output.c`,
//! `ndisc_send_redirect` in `net/ipv6/ndisc.c`, `inet_peer_xrlim_allow` in `net/ipv4/inetpeer.c`.

use super::skb::{CtAttachment, OwnPacket, Skb};
use super::walker::Walker;
use crate::addr::on_link;
use crate::match_state::RedirectCount;
use crate::route::{FibResult, FlowKey, Key, NAMELESS};
use chainwalk_model::{Assumed, Backend, Icmp, IpHeader, L4, Packet, PathIface, proto};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// No redirect is sent to a sender who did not heed this many redirects.
const MOST: u64 = 9;
/// The time after which the second redirect may follow; it doubles with each.
const LOAD_MS: u64 = 20;
/// A sender who was silent so long is sent one again.
const SILENCE_MS: u64 = LOAD_MS << (MOST + 1);
/// IPv6 tells once in a second, and a few times at once.
const SECOND_MS: u64 = 1000;
/// The most of an IPv6 redirect.
const LEAST_MTU: usize = 1280;

impl Walker<'_> {
    /// Whether the sender of a packet on this way is sent a redirect; `near` says that it is a neighbour
    /// (`__mkroute_input`).
    pub(super) fn may_redirect(&mut self, skb: &Skb, found: &FibResult, near: bool) -> bool {
        let dev = found.dev.clone().filter(|dev| skb.iif.is(dev));
        let (Some(dev), IpAddr::V4(src)) = (dev, skb.packet.ip.src) else {
            return false;
        };
        let sysctl = |of: &str, name: &str, usual| self.world.sysctl_of(of, name, usual);
        let both = |name: &str, usual| [sysctl("all", name, usual), sysctl(&dev, name, usual)];
        let usual = i64::from(!self.world.host.complete.network);
        let sends = both("send_redirects", usual);
        if !near || sends.iter().all(|(on, _)| *on == 0) {
            return false;
        }
        if usual == 1 && !sends.iter().any(|(on, told)| *told && *on != 0) {
            // It is not known whether it does.
            self.note_assumed(Assumed::NoRedirect(src.into()));
            return false;
        }
        let shared = both("shared_media", 1).iter().any(|(on, _)| *on != 0);
        let gateway = found.via.filter(IpAddr::is_ipv4);
        let one_net = self.world.host.interface(&dev).is_some_and(|i| {
            i.addrs
                .iter()
                .any(|f| f.value.holds(src.into()) && gateway.is_none_or(|g| f.value.holds(g)))
        });
        shared || one_net
    }

    /// Sends an IPv4 sender the shorter way, unless it was sent a moment ago.
    pub(super) fn send_redirect(&mut self, skb: &mut Skb) {
        let now = self.world.now_ms;
        let fresh = || RedirectCount { count: 0, last_ms: now };
        let told = self.world.memory().redirects.entry(&skb.packet.ip.src, fresh);
        if now > told.last_ms + SILENCE_MS {
            told.count = 0;
        }
        if told.count >= MOST {
            told.last_ms = now;
            return;
        }
        if told.count > 0 && now <= told.last_ms + (LOAD_MS << told.count) {
            return;
        }
        *told = RedirectCount { count: told.count + 1, last_ms: now };
        let gateway = match skb.next_hop.unwrap_or(skb.packet.ip.dst) {
            IpAddr::V4(gateway) => gateway,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        };
        let attached = Self::attached_of(skb);
        self.icmp_error(skb, 5, 1, gateway.into(), attached);
    }

    /// Tells an IPv6 sender the shorter way: by the address of the link, if the sender is a neighbour and so is
    /// the target or it has such an address.
    pub(super) fn send_redirect6(&mut self, skb: &Skb) {
        // The recorder of native nft takes them out before any chain sees them.
        let host = &self.world.host;
        if host.raw_sender && host.rules.tables.iter().any(|t| t.backend == Backend::Nft) {
            return;
        }
        let (IpAddr::V6(src), IpAddr::V6(dst)) = (skb.packet.ip.src, skb.packet.ip.dst) else {
            return;
        };
        let Some(dev) = skb.iif.name().cloned() else { return };
        let target = match skb.next_hop {
            Some(IpAddr::V6(via)) => via,
            _ => dst,
        };
        let Some(own) = self.link_address(&dev) else {
            self.note_assumed(Assumed::NoRedirect(src.into()));
            return;
        };
        if !self.may_tell(dst.into()) || target != dst && !on_link(target) {
            return;
        }
        let who = FlowKey { proto: proto::ICMPV6, ..FlowKey::default() };
        let key = || Key {
            dst: src.into(),
            src: Some(own.into()),
            mark: 0,
            tos: 0,
            iif: None,
            oif: Some(&*dev).filter(|_| on_link(src)),
            who,
        };
        let found = self.routed(skb, |r| r.lookup(&key()));
        let neighbour = found.is_ok_and(|f| f.is_some_and(|f| f.via.is_none() && f.dev.is_some()));
        if !neighbour || !self.may_tell(src.into()) {
            return;
        }
        let packet = Packet {
            ip: IpHeader {
                proto: proto::ICMPV6,
                ttl: 255,
                ..IpHeader::plain(own.into(), src.into())
            },
            l4: L4::Icmp(Icmp { kind: 137, code: 0, id: 0, seq: 0, inner: None }),
            payload: redirected(target, dst, &crate::wire::bytes(&skb.packet)).into(),
            bad_csum: false,
        };
        let own = OwnPacket {
            route_src: Some(own.into()),
            out_iface: Some(dev.clone()).filter(|_| on_link(src)),
            in_iface: PathIface::Named(dev),
            ..OwnPacket::default()
        };
        self.send_from_kernel(skb, packet, CtAttachment::None, own);
    }

    /// Whether IPv6 may speak once more of this address or to it.
    fn may_tell(&mut self, addr: IpAddr) -> bool {
        let now = self.world.now_ms;
        Rc::make_mut(&mut self.world.icmp_limits).allow_icmp_error(addr, now, SECOND_MS)
    }

    /// The address that this host has on the link of an interface, where it is known: the one that came first. A
    /// recorded case tells its addresses but for those that the kernel makes up of a link-layer address.
    fn link_address(&self, dev: &str) -> Option<Ipv6Addr> {
        let iface = self.world.host.interface(dev)?;
        let nameless = || self.world.host.complete.network.then_some(NAMELESS);
        let mut own = iface.addrs.iter().filter_map(|f| match f.value.addr {
            IpAddr::V6(a) if on_link(a) => Some(a),
            _ => None,
        });
        own.next().or_else(nameless)
    }
}

/// What an IPv6 redirect says behind its first eight bytes: the target, the destination, the target's link-layer
/// address, and as much of the packet as there is room for.
fn redirected(target: Ipv6Addr, dst: Ipv6Addr, packet: &[u8]) -> Vec<u8> {
    const HEADERS: usize = 40 + 8 + 32 + 8;
    let len = (LEAST_MTU - HEADERS).min(packet.len() + 8) & !7;
    let mut payload = Vec::with_capacity(HEADERS + len);
    payload.extend(target.octets());
    payload.extend(dst.octets());
    // The target's link-layer address.
    payload.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    payload.extend([4, (len / 8) as u8, 0, 0, 0, 0, 0, 0]);
    payload.extend(packet.iter().take(len - 8));
    payload
}
