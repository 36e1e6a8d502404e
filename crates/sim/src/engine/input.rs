//! What comes in: the routing decision, and the delivery to this host (`ip_input.c`, `ip_route_input_slow`).

use super::skb::Skb;
use super::walker::Walker;
use crate::addr::{is_multicast_or_broadcast, on_link};
use crate::ct::DefragUser;
use crate::route::{FibResult, FlowKey, Key, Router};
use chainwalk_model::{
    Answer, Event, Fate, Hook, L4, LocalStack, PacketType, PathIface, Question, RouteKind, Routed,
    RoutingDrop, Text, proto,
};
use std::net::{IpAddr, Ipv6Addr};

impl Walker<'_> {
    /// A packet that arrives at an interface.
    pub(super) fn receive(&mut self, skb: &mut Skb, iface: &Text) -> Result<Fate, Fate> {
        if self.is_down(iface) {
            let why = RoutingDrop::LinkDown;
            self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
            return Err(Fate::Routing(why));
        }
        let bridge = self.bridge_of(skb, iface);
        if let Some((bridge, port)) = bridge {
            if let PathIface::Named(port) = &port {
                self.ingress(skb, port)?;
            }
            return self.receive_on_bridge(skb, &bridge, &port);
        }
        self.ingress(skb, iface)?;
        skb.iif = PathIface::Named(iface.clone());
        if skb.frame == PacketType::Other || refused_by_ip6(skb) {
            return Err(Fate::NotForUs);
        }
        self.settle_source(skb, Answer::No);
        self.hook(skb, Hook::Prerouting)?;
        self.route_input(skb)
    }

    /// Whether an interface is known to be down.
    pub(super) fn is_down(&self, iface: &str) -> bool {
        iface != "lo" && self.world.host.interface(iface).is_some_and(|i| i.up == Some(false))
    }

    /// Whoever sent a packet from elsewhere is not this host, and whoever sent one from here is: nothing to ask.
    pub(super) fn settle_source(&mut self, skb: &Skb, answer: Answer) {
        let asked = Router::new(self.world).local_owner(skb.packet.ip.src);
        if let Err(question) = asked {
            std::rc::Rc::make_mut(&mut self.world.answers).push(question, answer);
        }
    }

    /// The routing decision of a packet that came in, and what follows from it.
    pub(super) fn route_input(&mut self, skb: &mut Skb) -> Result<Fate, Fate> {
        let iif = skb.iif_name();
        if let Some(drop) = self.martian(skb, &iif) {
            return self.routing_drop(skb, drop);
        }
        let ip = &skb.packet.ip;
        let (src, dst, tos, mark) = (ip.src, ip.dst, ip.tos, skb.mark);
        let who = FlowKey::of(&skb.packet);
        if is_multicast_or_broadcast(dst) {
            let joined = match dst {
                IpAddr::V4(a) => a.is_broadcast() || a.octets() == [224, 0, 0, 1],
                IpAddr::V6(a) => self.has_joined(a),
            };
            let joined = joined || self.takes_group(skb, dst);
            if !joined {
                return self.routing_drop(skb, RoutingDrop::NotForUs);
            }
            if !matches!(src, IpAddr::V4(a) if a.is_unspecified()) {
                let key = Key { dst, src: Some(src), mark, tos, iif: Some(&iif), oif: None, who };
                match self.routed(skb, |r| Ok(r.validate_source(&key, &iif, None)))? {
                    Ok(back) => skb.realms = back.realms,
                    Err(drop) => return self.routing_drop(skb, drop),
                }
            }
            skb.kind = RouteKind::Broadcast;
            self.ip_options(skb)?;
            self.event(skb, Event::Routed { to: Routed::Local, again: false });
            return self.deliver(skb);
        }
        let strict = matches!(dst, IpAddr::V6(a) if a.is_loopback()) && *iif != *"lo";
        let oif = strict.then_some(&*iif);
        let key = || Key { dst, src: Some(src), mark, tos, iif: Some(&iif), oif, who };
        let mut found = self.routed(skb, |r| r.lookup(&key()))?;
        let here = found.as_ref().is_some_and(|f| f.kind == RouteKind::Local);
        if matches!(dst, IpAddr::V6(a) if on_link(a)) && !here {
            // Every interface has a route to its own link.
            found = Some(FibResult::on_link(Some(iif.clone())));
        }
        let v4 = dst.is_ipv4();
        let forwarding = if v4 { "net.ipv4.ip_forward" } else { "net.ipv6.conf.all.forwarding" };
        let (forwards, told) = self.world.sysctl(forwarding, 1);
        let stays = found.as_ref().is_none_or(|f| f.kind != RouteKind::Unicast || forwards == 0);
        let here = found
            .as_ref()
            .is_some_and(|f| matches!(f.kind, RouteKind::Local | RouteKind::Broadcast));
        if stays && !here {
            // What is not passed on is told only once its options were read.
            self.ip_options(skb)?;
        }
        let Some(found) = found else {
            if forwards == 0 && v4 {
                return self.routing_drop(skb, RoutingDrop::ForwardingOff);
            }
            return self.routing_drop(skb, RoutingDrop::NoRoute);
        };
        match found.kind {
            RouteKind::Local | RouteKind::Broadcast => {
                match self.routed(skb, |r| Ok(r.validate_source(&key(), &iif, None)))? {
                    Ok(back) => skb.realms = back.realms,
                    Err(drop) => return self.routing_drop(skb, drop),
                }
                skb.kind = found.kind;
                if let Some(to) = self.ip_options(skb)? {
                    return Ok(to);
                }
                self.event(skb, Event::Routed { to: Routed::Local, again: false });
                return self.deliver(skb);
            }
            RouteKind::Unicast => {}
            // IPv6 asks whether it forwards only once it has a way.
            _ if forwards == 0 && v4 => return self.routing_drop(skb, RoutingDrop::ForwardingOff),
            RouteKind::Blackhole => return self.routing_drop(skb, RoutingDrop::Blackhole),
            RouteKind::Prohibit => return self.routing_drop(skb, RoutingDrop::Prohibit),
            _ => return self.routing_drop(skb, RoutingDrop::Unreachable),
        }
        if forwards == 0 {
            return self.routing_drop(skb, RoutingDrop::ForwardingOff);
        }
        if !told {
            let assumed = self.world.assumed_sysctl(forwarding, "1");
            self.note_assumed(assumed);
        }
        let back =
            self.routed(skb, |r| Ok(r.validate_source(&key(), &iif, found.dev.as_deref())))?;
        let back = match back {
            Ok(back) => back,
            Err(drop) => return self.routing_drop(skb, drop),
        };
        let found = self.guess_out_iface(skb, found);
        skb.kind = RouteKind::Unicast;
        skb.oif = PathIface::known_or_not(found.dev.clone());
        skb.next_hop = found.via;
        skb.realms = found.class(back.realms);
        skb.route_mtu = found.mtu;
        self.ip_options(skb)?;
        skb.redirects = self.may_redirect(skb, &found, back.near);
        let to = Routed::Forward { iface: found.dev.clone(), via: found.via, by: found.rule };
        self.event(skb, Event::Routed { to, again: false });
        self.forward(skb, found.dev.as_deref())
    }

    /// Whether some program takes packets to a group: that no paste tells. Of the groups by which IPv6 asks for one neighbour
    /// the addresses do.
    fn takes_group(&mut self, skb: &Skb, group: IpAddr) -> bool {
        let host = &self.world.host;
        let asks_one =
            matches!(group, IpAddr::V6(a) if a.segments()[..6] == [0xff02, 0, 0, 0, 0, 1]);
        if host.complete.network || asks_one || !group.is_multicast() {
            return false;
        }
        if let Some((_, is)) = host.said_local.iter().rev().find(|(a, _)| *a == group) {
            return is.value;
        }
        let ways = [(Answer::Yes, None), (Answer::No, None)];
        self.ask(skb, &Question::LocalAddr(group), &ways) == Answer::Yes
    }

    /// Whether an IPv6 group is one that this host is in: all nodes, all routers, and those of its own addresses.
    fn has_joined(&self, group: Ipv6Addr) -> bool {
        match group.segments() {
            [0xff01 | 0xff02, 0, 0, 0, 0, 0, 0, 1] => true,
            [0xff01 | 0xff02, 0, 0, 0, 0, 0, 0, 2] => {
                self.world.sysctl("net.ipv6.conf.all.forwarding", 1).0 != 0
            }
            [0xff02, 0, 0, 0, 0, 1, high, low] if high >> 8 == 0xff => {
                let mut own = self.world.host.interfaces.iter().flat_map(|i| &i.addrs);
                own.any(|f| match f.value.addr {
                    IpAddr::V6(a) => {
                        let [.., h, l] = a.segments();
                        h & 0xff == high & 0xff && l == low
                    }
                    IpAddr::V4(_) => false,
                })
            }
            _ => false,
        }
    }

    /// Addresses that can't come in on a wire (`ip_route_input_slow`).
    pub(super) fn martian(&mut self, skb: &Skb, iif: &str) -> Option<RoutingDrop> {
        let (IpAddr::V4(src), IpAddr::V4(dst)) = (skb.packet.ip.src, skb.packet.ip.dst) else {
            return None;
        };
        if src.is_multicast() || src.is_broadcast() {
            return Some(RoutingDrop::Martian);
        }
        if dst.is_broadcast() || (src.is_unspecified() && dst.is_unspecified()) {
            return None;
        }
        // Where an own address is not known, 0.0.0.0 stands in its place.
        let own = dst.is_unspecified() && Router::new(self.world).told_local(dst.into());
        if src.is_unspecified() || dst.is_unspecified() && !own {
            return Some(RoutingDrop::Martian);
        }
        if (src.is_loopback() || dst.is_loopback()) && !self.routes_localnet(iif) {
            return Some(RoutingDrop::Localnet);
        }
        None
    }

    /// Whether 127.0.0.0/8 may be on the wire of an interface.
    pub(super) fn routes_localnet(&mut self, dev: &str) -> bool {
        const ALL: &str = "net.ipv4.conf.all.route_localnet";
        let on = Router::new(self.world).conf(dev, "route_localnet") != 0;
        let (value, told) = self.world.sysctl(ALL, 0);
        let one = self.world.sysctl_of(dev, "route_localnet", 0).1;
        if !told && !one && !self.world.host.complete.network {
            let assumed = self.world.assumed_sysctl(ALL, &value.to_string());
            self.note_assumed(assumed);
        }
        on
    }

    /// Routing stops the packet, and may send an ICMP error.
    pub(super) fn routing_drop(&mut self, skb: &mut Skb, why: RoutingDrop) -> Result<Fate, Fate> {
        self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
        self.reply_to_routing_drop(skb, why);
        Err(Fate::Routing(why))
    }

    /// A packet for this host (`ip_local_deliver`).
    pub(super) fn deliver(&mut self, skb: &mut Skb) -> Result<Fate, Fate> {
        skb.oif = PathIface::None;
        skb.phys_out = PathIface::None;
        if !skb.packet.is_v6() {
            // What conntrack did not put together is now (`ip_local_deliver`); of IPv6 behind the hook.
            self.gather(skb, DefragUser::LocalDelivery)?;
        }
        self.hook(skb, Hook::Input)?;
        let iface = skb.iif_name();
        let listening = self.listens(skb);
        if self.world.host.stack == LocalStack::Real {
            self.reply_of_stack(skb, listening == Some(true));
        }
        Ok(Fate::Local { iface, listening })
    }

    /// Whether something takes the packet here; `None` where that is not known.
    fn listens(&self, skb: &Skb) -> Option<bool> {
        let host = &self.world.host;
        if skb.has_socket {
            return Some(true);
        }
        let port = match &skb.packet.l4 {
            L4::Tcp(_) | L4::Udp { .. } => skb.packet.dport()?,
            _ => return None,
        };
        let ip = &skb.packet.ip;
        let udp_lite = if ip.proto == proto::UDPLITE { proto::UDP } else { ip.proto };
        let found = host.sockets.iter().any(|s| {
            s.proto == udp_lite && s.port == port && (s.addr.is_unspecified() || s.addr == ip.dst)
        });
        if found {
            Some(true)
        } else if host.stack == LocalStack::Real || host.listed_sockets.contains(&udp_lite) {
            Some(false)
        } else {
            None
        }
    }
}

/// Whether IPv6 drops a packet from a wire before any hook (`ip6_rcv_core`): from or to the loopback address, from
/// a group, or to a group that ends at the interface.
fn refused_by_ip6(skb: &Skb) -> bool {
    let (IpAddr::V6(src), IpAddr::V6(dst)) = (skb.packet.ip.src, skb.packet.ip.dst) else {
        return false;
    };
    let inner = dst.is_multicast() && dst.octets()[1] & 0xf <= 1;
    src.is_loopback() || dst.is_loopback() || src.is_multicast() || inner
}
