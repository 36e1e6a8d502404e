//! Packets that this host sends, the second routing decision, and the way round by lo.

use super::skb::{CtAttachment, OwnPacket, Skb};
use super::walker::Walker;
use crate::addr::is_multicast_or_broadcast;
use crate::ct::Zone;
use crate::route::{FibResult, FlowKey, Key, Router};
use chainwalk_model::{
    Answer, Entry, Errno, Event, Fate, Hook, Mac, PacketType, PathIface, RouteKind, Routed,
    RoutingDrop, Text,
};
use std::net::{IpAddr, Ipv4Addr};

/// The group that every host has joined.
const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);

/// The protocol of a socket whose packets bring their header along (`IPPROTO_RAW`).
const RAW: u8 = 255;

impl Walker<'_> {
    /// A packet made on this host.
    pub(super) fn send(&mut self, skb: &mut Skb, own: &OwnPacket) -> Result<Fate, Fate> {
        let Entry::Local { bind, uid, .. } = skb.entry.clone() else {
            return Err(Fate::NotForUs);
        };
        if own.as_frame {
            skb.oif = PathIface::known_or_not(own.out_iface.clone());
            let device = skb.oif.clone();
            self.egress(skb, &device)?;
            return Ok(Fate::Sent(own.out_iface.clone()));
        }
        // A copy goes to its gateway, whoever sent the packet.
        let copy = own.gateway;
        let bind = own.out_iface.clone().or(bind);
        if copy.is_none() {
            self.settle_source(skb, Answer::Yes);
        }
        let ip = &skb.packet.ip;
        let mark = if copy.is_some() { 0 } else { skb.mark };
        let (dst, tos) = (copy.unwrap_or(ip.dst), ip.tos);
        // A process can be bound to an address of this host only; the kernel says itself what it routes by.
        let src = if skb.from_kernel {
            own.route_src
        } else {
            Some(ip.src).filter(|s| Router::new(self.world).told_local(*s))
        };
        let who = FlowKey { uid: uid.unwrap_or(0), ..FlowKey::of(&skb.packet) };
        let raw = self.world.host.raw_sender && !skb.from_kernel && copy.is_none();
        let (who, tos) = match (skb.from_kernel, raw) {
            (true, _) => (who.of_message(&skb.packet), tos),
            (_, true) => (FlowKey { proto: RAW, sport: 0, dport: 0, ..who }, 0),
            _ => (who, tos),
        };
        let who = if skb.from_kernel { FlowKey { hashed: own.route_hash, ..who } } else { who };
        let key = || Key { dst, src, mark, tos, iif: None, oif: bind.as_deref(), who };
        let found = self.way_out(skb, &key())?;
        let found = match found {
            Some(f) if f.chosen && !skb.from_kernel && skb.packet.ip.src.is_unspecified() => {
                self.settle_by_hop(skb, &key(), f)?
            }
            found => found,
        };
        let found = match found {
            Some(found) => self.guess_out_iface(skb, found),
            None => return self.send_error(skb, Errno::ENETUNREACH, RoutingDrop::NoRoute),
        };
        match found.kind {
            RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast => {}
            RouteKind::Blackhole => {
                return self.send_error(skb, Errno::EINVAL, RoutingDrop::Blackhole);
            }
            RouteKind::Prohibit => {
                return self.send_error(skb, Errno::EACCES, RoutingDrop::Prohibit);
            }
            _ => return self.send_error(skb, Errno::EHOSTUNREACH, RoutingDrop::Unreachable),
        }
        let by_wire = found.kind == RouteKind::Unicast && found.dev.as_deref() != Some("lo");
        if by_wire
            && let (Some(IpAddr::V4(src)), Some(dev)) = (src, &found.dev)
            && src.is_loopback()
            && !self.routes_localnet(dev)
        {
            return self.send_error(skb, Errno::EINVAL, RoutingDrop::Localnet);
        }
        let mtu = found.mtu.unwrap_or_else(|| self.mtu(found.dev.as_deref()));
        let too_long = crate::wire::total_len(&skb.packet) > mtu;
        let whole = skb.packet.ip.df || raw;
        if too_long && whole && !skb.from_kernel && found.kind != RouteKind::Local {
            return self.send_error(skb, Errno::EMSGSIZE, RoutingDrop::Mtu);
        }
        let found = FibResult { via: found.via.or(copy), ..found };
        self.apply_route(skb, &found, false);
        if is_multicast_or_broadcast(dst) && dst.is_ipv4() {
            skb.kind = RouteKind::Broadcast;
        }
        // What leaves the host is said to have come in by the interface that the copy was made for.
        let copied_for = copy.map(|_| skb.route_dev.clone()).filter(PathIface::is_some);
        self.hook(skb, Hook::Output)?;
        skb.iif = copied_for.unwrap_or_else(|| own.in_iface.clone());
        self.leave(skb)
    }

    /// The way of a packet that is sent from here: one to everybody leaves on the network of the address that it is
    /// sent from, where that is this host's (`ip_route_output_key_hash_rcu`).
    fn way_out(&mut self, skb: &Skb, key: &Key) -> Result<Option<FibResult>, Fate> {
        if !is_multicast_or_broadcast(key.dst) {
            return self.routed(skb, |r| r.lookup(key));
        }
        if key.dst.is_ipv6() && key.oif == Some("lo") {
            // No interface but lo has no route to groups.
            return Ok(None);
        }
        let own = key.src.filter(|s| Router::new(self.world).told_local(*s));
        let Some(src) = own else {
            // The address of another host is no interface's.
            let strange = key.src.is_some() && key.oif.is_none() && key.dst.is_ipv4();
            if strange && self.world.host.complete.network {
                return Ok(None);
            }
            return self.routed(skb, |r| r.lookup(key));
        };
        self.routed(skb, |r| {
            let holder = r.local_owner(src)?;
            Ok(holder.is_some().then(|| FibResult::on_link(holder.name().cloned())))
        })
    }

    /// A packet that names no source takes that of the next hop that was chosen, and is routed again with it.
    fn settle_by_hop(
        &mut self,
        skb: &mut Skb,
        key: &Key,
        found: FibResult,
    ) -> Result<Option<FibResult>, Fate> {
        let Some(src) = self.routed(skb, |r| Ok(r.source_for(&found, key.dst)))? else {
            return Ok(Some(found));
        };
        skb.packet.ip.src = src;
        self.trace.sent.packet.ip.src = src;
        self.routed(skb, |r| r.lookup(&Key { src: Some(src), ..key.clone() }))
    }

    fn send_error(&mut self, skb: &Skb, errno: Errno, why: RoutingDrop) -> Result<Fate, Fate> {
        self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
        Err(Fate::SendError(errno))
    }

    /// Writes a route into the packet and tells it.
    fn apply_route(&mut self, skb: &mut Skb, found: &FibResult, again: bool) {
        let local = found.kind == RouteKind::Local;
        let dev: Option<Text> = if local { Some("lo".into()) } else { found.dev.clone() };
        skb.kind = found.kind;
        skb.next_hop = found.via;
        skb.realms = found.class(0);
        skb.route_mtu = found.mtu;
        skb.route_dev = PathIface::known_or_not(dev.clone());
        if !again {
            skb.oif.clone_from(&skb.route_dev);
        }
        let to = if local {
            Routed::Local
        } else {
            Routed::Forward { iface: dev, via: found.via, by: found.rule }
        };
        self.event(skb, Event::Routed { to, again });
    }

    /// The second decision (`ip_route_me_harder`): OUTPUT's rules go on with the old interface.
    pub(crate) fn reroute(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let ip = &skb.packet.ip;
        let (src, dst, tos, mark) = (ip.src, ip.dst, ip.tos, skb.mark);
        let (bind, uid) = match &skb.entry {
            Entry::Local { bind, uid, .. } => (bind.clone(), *uid),
            Entry::Wire { .. } => (None, None),
        };
        let who = FlowKey { uid: uid.unwrap_or(0), ..FlowKey::of(&skb.packet) };
        let key = || Key { dst, src: Some(src), mark, tos, iif: None, oif: bind.as_deref(), who };
        let found = self.way_out(skb, &key())?;
        let refuse = |walker: &mut Self, skb: &Skb, errno, why| {
            walker.event(skb, Event::Routed { to: Routed::Nowhere(why), again: true });
            walker.trace.errno = Some(errno);
            Err(Fate::Refused)
        };
        let Some(found) = found else {
            return refuse(self, skb, Errno::ENETUNREACH, RoutingDrop::NoRoute);
        };
        let found = self.guess_out_iface(skb, found);
        match found.kind {
            RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast => {}
            RouteKind::Blackhole => {
                return refuse(self, skb, Errno::EINVAL, RoutingDrop::Blackhole);
            }
            RouteKind::Prohibit => {
                return refuse(self, skb, Errno::EACCES, RoutingDrop::Prohibit);
            }
            _ => return refuse(self, skb, Errno::EHOSTUNREACH, RoutingDrop::Unreachable),
        }
        let leaves = found.kind == RouteKind::Unicast;
        if leaves && matches!(src, IpAddr::V4(a) if a.is_loopback()) {
            let dev = found.dev.clone().unwrap_or_default();
            if !self.routes_localnet(&dev) {
                return refuse(self, skb, Errno::EINVAL, RoutingDrop::Localnet);
            }
        }
        self.apply_route(skb, &found, true);
        if is_multicast_or_broadcast(dst) && dst.is_ipv4() {
            skb.kind = RouteKind::Broadcast;
        }
        Ok(())
    }

    /// POSTROUTING, and out or round by lo.
    fn leave(&mut self, skb: &mut Skb) -> Result<Fate, Fate> {
        skb.oif.clone_from(&skb.route_dev);
        if Self::is_looped_back(skb) {
            self.loop_back_copy(skb);
        }
        self.hook(skb, Hook::Postrouting)?;
        self.out_of_device(skb)?;
        if !skb.oif.is("lo") {
            return Ok(Fate::Sent(skb.oif.name().cloned()));
        }
        skb.loops += 1;
        if skb.loops > 4 {
            return Err(Fate::Looped);
        }
        skb.iif = "lo".into();
        skb.oif = PathIface::None;
        self.copying = false;
        self.event(skb, Event::Loop);
        self.ingress(skb, &"lo".into())?;
        self.reenter_from_lo(skb)
    }

    /// What is handed back keeps its flow and its route; neither is looked up again. What fitted no flow has
    /// none to keep, and what is sent elsewhere by then has lost its route.
    fn reenter_from_lo(&mut self, skb: &mut Skb) -> Result<Fate, Fate> {
        if matches!(skb.attached, CtAttachment::Invalid) {
            skb.attached = CtAttachment::None;
            skb.template = false;
            skb.zone = Zone::default();
        }
        let before = skb.packet.ip.dst;
        self.hook(skb, Hook::Prerouting)?;
        if skb.packet.ip.dst != before {
            return self.route_input(skb);
        }
        if before.is_ipv4() && before.is_multicast() && !is_all_hosts(before) {
            // A group that this host has not joined is nobody's on lo either.
            return self.routing_drop(skb, RoutingDrop::NotForUs);
        }
        self.ip_options(skb)?;
        self.event(skb, Event::Routed { to: Routed::Local, again: false });
        self.deliver(skb)
    }

    /// Whether this host gets a copy of what it sends to everybody or to a group that it has joined.
    fn is_looped_back(skb: &Skb) -> bool {
        let dst = skb.packet.ip.dst;
        let group = is_all_hosts(dst);
        let all = skb.kind == RouteKind::Broadcast && !dst.is_multicast();
        dst.is_ipv4() && (group || all) && !skb.oif.is("lo")
    }

    /// The copy passes POSTROUTING and comes in by the interface that it is sent from, before the packet itself
    /// leaves (`ip_mc_output`). No socket is bound to it.
    fn loop_back_copy(&mut self, skb: &mut Skb) {
        let to = if skb.packet.ip.dst.is_multicast() {
            PacketType::Multicast
        } else {
            PacketType::Broadcast
        };
        let iface = skb.oif.name().cloned().unwrap_or_default();
        let mut copy = skb.clone();
        copy.came_by = skb.oif.clone();
        let entry = |to| Entry::Wire { iface: iface.clone(), smac: Mac::default(), to };
        copy.entry = entry(PacketType::Host);
        if self.hook(&mut copy, Hook::Postrouting).is_ok() {
            copy.entry = entry(to);
            copy.frame = to;
            copy.loopback_copy = true;
            copy.iif = skb.oif.clone();
            copy.oif = PathIface::None;
            // Its end is not the packet's.
            if self.ingress(&mut copy, &iface).is_ok() {
                let _ = self.reenter_from_lo(&mut copy);
            }
        }
        if !matches!(copy.attached, CtAttachment::None) {
            skb.attached.clone_from(&copy.attached);
        }
        self.event(&copy, Event::Copied);
    }

    /// Whether nat OUTPUT has to route anew: the flow's destination is not what the packet was sent to.
    pub(crate) fn nat_reroutes(&self, skb: &Skb) -> bool {
        let Some((entry, dir, _)) = self.flow(skb) else { return false };
        let there = entry.tuple(dir).dst;
        let back = entry.tuple(crate::ct::reverse(dir)).src;
        there != back
    }
}

fn is_all_hosts(addr: IpAddr) -> bool {
    matches!(addr, IpAddr::V4(a) if a == ALL_HOSTS)
}
