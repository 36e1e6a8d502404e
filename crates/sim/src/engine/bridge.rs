//! What a bridge shows to iptables: `net/bridge/br_netfilter_hooks.c`.

use super::link_hooks::BridgePart;
use super::skb::Skb;
use super::walker::Walker;
use crate::context::SENDER;
use crate::route::{FlowKey, Key};
use crate::spoken::is_never_port;
use chainwalk_model::{
    Answer, Assumed, Entry, Event, Fate, Hook, IfKind, Interface, PacketType, PathIface, RouteKind,
    Routed, RoutingDrop, Text,
};
use std::net::IpAddr;

impl Walker<'_> {
    /// The bridge that a packet comes in by, and the port, where it has one.
    pub(super) fn bridge_of(&mut self, skb: &Skb, iface: &Text) -> Option<(Text, PathIface)> {
        let host = self.world.host.clone();
        let Some(found) = host.interface(iface) else {
            // An interface of which nothing is known, on the network of a bridge: most likely a port of it.
            if self.world.spoken().names_iface(&host, iface) || is_never_port(iface) {
                return None;
            }
            let told = |bridge: &Interface| {
                host.interfaces.iter().any(|i| i.master.as_ref() == Some(&bridge.name))
            };
            let bridge = host.interfaces.iter().find(|i| {
                i.kind == IfKind::Bridge
                    && i.addrs.iter().any(|f| f.value.holds(skb.packet.ip.src))
                    && !told(i)
            })?;
            let (bridge, port) = (bridge.name.clone(), iface.clone());
            self.note_assumed(Assumed::Port { bridge: bridge.clone(), port: port.clone() });
            return Some((bridge, PathIface::Named(port)));
        };
        if let Some(bridge) = &found.master {
            return Some((bridge.clone(), PathIface::Named(iface.clone())));
        }
        if found.kind != IfKind::Bridge {
            return None;
        }
        let port = if host.complete.network {
            // A case tells where its senders stand, wherever frames came from since.
            let told = host.fdb.iter().find(|(a, _)| *a == skb.packet.ip.src);
            told.map(|(_, p)| p.value.clone()).filter(|p| {
                host.interface(p).is_some_and(|i| i.master.as_deref() == Some(&**iface))
            })
        } else {
            self.world.port_of(skb.packet.ip.src, iface)
        };
        let only = || {
            let mut ports =
                host.interfaces.iter().filter(|i| i.master.as_deref() == Some(&**iface));
            let first = ports.next().map(|p| p.name.clone());
            match ports.next() {
                Some(_) if host.complete.network => {
                    let (bridge, addr) = (iface.clone(), skb.packet.ip.src);
                    self.note_assumed(Assumed::BridgePort { bridge, addr });
                }
                Some(_) => return PathIface::Unknown,
                None => {}
            }
            first.map_or(PathIface::None, PathIface::Named)
        };
        Some((iface.clone(), port.map_or_else(only, PathIface::Named)))
    }

    /// Whether packets of a family that a bridge passes are shown to iptables, and whether that is known.
    fn shows(&self, v6: bool) -> (bool, bool) {
        let tool = if v6 { "ip6tables" } else { "iptables" };
        let (value, told) = self.world.sysctl(&format!("net.bridge.bridge-nf-call-{tool}"), 1);
        (value != 0, told)
    }

    /// A packet that comes in by a port of a bridge.
    pub(super) fn receive_on_bridge(
        &mut self,
        skb: &mut Skb,
        bridge: &Text,
        port: &PathIface,
    ) -> Result<Fate, Fate> {
        skb.iif = PathIface::Named(bridge.clone());
        if port.is_some() {
            skb.came_by.clone_from(port);
        }
        let (shown, told) = self.shows(skb.packet.is_v6());
        let none = PathIface::None;
        self.bridge_hook(skb, Hook::Prerouting, (port, &none), BridgePart::Before)?;
        if !shown {
            return self.receive_unshown(skb, bridge, port);
        }
        if !told {
            self.note_assumed(Assumed::BridgeNf);
        }
        skb.phys_in.clone_from(port);
        self.settle_source(skb, Answer::No);
        let (before, src) = (skb.packet.ip.dst, skb.packet.ip.src);
        self.hook(skb, Hook::Prerouting)?;
        self.bridge_hook(skb, Hook::Prerouting, (port, &none), BridgePart::Behind)?;
        self.learn(skb, src, bridge, port);
        if skb.phys_in.is_some() && skb.packet.ip.dst != before {
            return self.bridge_rewritten(skb, bridge, port);
        }
        match skb.frame {
            PacketType::Other => self.bridge_on(skb, bridge),
            PacketType::Broadcast | PacketType::Multicast => {
                let mut copy = skb.clone();
                let ports = self.flooded(skb, bridge);
                let flood = self.flood(&mut copy, bridge, &ports);
                skb.attached = copy.attached;
                if !ports.is_empty() {
                    self.event(skb, Event::Copied);
                }
                skb.fragments_if_long = true;
                // It is confirmed before this host looks at it (`br_nf_local_in`).
                let up = self
                    .pass_up(skb, bridge, port)
                    .and_then(|()| self.confirm(skb))
                    .and_then(|()| self.route_input(skb));
                match up {
                    // What is not for this host ends at the other ports.
                    Err(Fate::Routing(why)) => {
                        (skb.packet, skb.mark) = (copy.packet, copy.mark);
                        (skb.oif, skb.phys_out) = (copy.oif, copy.phys_out);
                        if ports.is_empty() { Err(Fate::Routing(why)) } else { flood }
                    }
                    delivered => delivered,
                }
            }
            PacketType::Host => {
                self.pass_up(skb, bridge, port)?;
                // Routing does not know any more that it came in fragments, and uses them only if it has to.
                skb.fragments_if_long = true;
                self.route_input(skb)
            }
        }
    }

    /// A frame for this host: it comes to the bridge's own device as if to any other (`br_pass_frame_up`).
    fn pass_up(&mut self, skb: &mut Skb, bridge: &Text, port: &PathIface) -> Result<(), Fate> {
        self.bridge_hook(skb, Hook::Input, (port, &PathIface::None), BridgePart::All)?;
        self.ingress(skb, bridge)
    }

    /// A packet that the bridge does not show to iptables: only what is for this host gets that far.
    fn receive_unshown(
        &mut self,
        skb: &mut Skb,
        bridge: &Text,
        port: &PathIface,
    ) -> Result<Fate, Fate> {
        let none = PathIface::None;
        self.bridge_hook(skb, Hook::Prerouting, (port, &none), BridgePart::Behind)?;
        self.learn(skb, skb.packet.ip.src, bridge, port);
        if skb.frame == PacketType::Other {
            skb.phys_in.clone_from(port);
            let others = self.flooded(skb, bridge);
            let to = self.behind(skb, bridge).or_else(|| match &others[..] {
                [only] => Some(only.clone()),
                _ => None,
            });
            let back = to.as_ref().is_some_and(|to| port.is(to));
            if back && !self.turns(port.name()) {
                return Err(Fate::NotForUs);
            }
            let out = PathIface::known_or_not(to.clone());
            self.bridge_hook(skb, Hook::Forward, (port, &out), BridgePart::All)?;
            self.bridge_hook(skb, Hook::Postrouting, (&none, &out), BridgePart::All)?;
            self.egress(skb, &out)?;
            return Ok(Fate::Bridged(to));
        }
        self.pass_up(skb, bridge, port)?;
        self.settle_source(skb, Answer::No);
        self.hook(skb, Hook::Prerouting)?;
        self.route_input(skb)
    }

    /// A destination that nat rewrote in PREROUTING: on the same bridge it is bridged, not routed
    /// (`br_nf_pre_routing_finish`).
    fn bridge_rewritten(
        &mut self,
        skb: &mut Skb,
        bridge: &Text,
        port: &PathIface,
    ) -> Result<Fate, Fate> {
        let (src, dst) = (skb.packet.ip.src, skb.packet.ip.dst);
        let (mark, tos, who) = (skb.mark, skb.packet.ip.tos, FlowKey::of(&skb.packet));
        let key = || Key { dst, src: Some(src), mark, tos, iif: Some(bridge), oif: None, who };
        let found = self.routed(skb, |r| r.lookup(&key()))?;
        skb.frame = PacketType::Host;
        let leads = found.as_ref().is_some_and(|f| {
            matches!(f.kind, RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast)
        });
        let stays = found
            .as_ref()
            .is_some_and(|f| f.kind == RouteKind::Unicast && f.dev.as_ref() == Some(bridge));
        // Addresses that routing refuses end it before the bridge hands it up.
        let to = found.as_ref().and_then(|f| f.dev.clone()).filter(|_| stays);
        let refused = match self.martian(skb, bridge) {
            Some(why) => Some(why),
            None if leads => {
                self.routed(skb, |r| Ok(r.validate_source(&key(), bridge, to.as_deref())))?.err()
            }
            None => None,
        };
        if let Some(why) = refused {
            self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
            return Err(Fate::Routing(why));
        }
        if stays {
            return self.bridge_on(skb, bridge);
        }
        skb.fragments_if_long = true;
        // Without a route IPv4 goes up, and ends there (`br_nf_pre_routing_finish_ipv6`).
        if leads || dst.is_ipv4() {
            self.bridge_hook(skb, Hook::Input, (port, &PathIface::None), BridgePart::All)?;
        }
        self.route_input(skb)
    }

    /// The port behind which the destination lies, where that is known.
    fn behind(&self, skb: &Skb, bridge: &Text) -> Option<Text> {
        self.world.port_of(skb.packet.ip.dst, bridge)
    }

    /// A bridge learns where a frame came from once PREROUTING has let it pass (`br_handle_frame_finish`). A case
    /// gives all senders that it names no port of one address, which no frame is sent to.
    fn learn(&mut self, skb: &Skb, src: IpAddr, bridge: &Text, port: &PathIface) {
        let host = &self.world.host;
        let on_it = |p: &&Text| match host.interface(p) {
            Some(i) => i.master.as_ref() == Some(bridge),
            None => !host.complete.network,
        };
        let nobody = host.complete.network
            && matches!(skb.entry, Entry::Wire { smac, .. } if smac == SENDER)
            && host.fdb.iter().all(|(a, _)| *a != src);
        if let Some(port) = port.name().filter(on_it)
            && !nobody
        {
            let port = port.clone();
            self.world.learn(src, &port);
        }
    }

    /// Whether a port may send a frame back that came in by it (`hairpin on`).
    fn turns(&self, port: Option<&Text>) -> bool {
        port.and_then(|p| self.world.host.interface(p)).is_some_and(|i| i.hairpin)
    }

    /// The ports that a flooded frame leaves by: all but its own, unless that turns frames back, the one added
    /// last first.
    fn flooded(&self, skb: &Skb, bridge: &Text) -> Vec<Text> {
        let ports = self.world.host.interfaces.iter().rev();
        let others = ports
            .filter(|i| i.master.as_ref() == Some(bridge))
            .filter(|i| i.hairpin || !skb.phys_in.is(&i.name));
        others.map(|i| i.name.clone()).collect()
    }

    /// A frame that leaves by several ports: a copy each (`br_flood`), which share their flow.
    fn flood(&mut self, skb: &mut Skb, bridge: &Text, ports: &[Text]) -> Result<Fate, Fate> {
        let mut fate = Err(Fate::Routing(RoutingDrop::NotForUs));
        let first = skb.clone();
        for (k, port) in ports.iter().enumerate() {
            if k > 0 {
                self.event(skb, Event::Copied);
            }
            let attached = skb.attached.clone();
            *skb = Skb { attached, ..first.clone() };
            self.event(
                skb,
                Event::Routed { to: Routed::Bridge { port: Some(port.clone()) }, again: false },
            );
            fate = self.out_of_port(skb, bridge, Some(port.clone()));
        }
        fate
    }

    /// From one port to another.
    fn bridge_on(&mut self, skb: &mut Skb, bridge: &Text) -> Result<Fate, Fate> {
        let dst = skb.packet.ip.dst;
        let known = self.behind(skb, bridge);
        let others = self.flooded(skb, bridge);
        if known.is_none() && self.world.host.complete.network && !others.is_empty() {
            return self.flood(skb, bridge, &others);
        }
        let port = known.or_else(|| match &others[..] {
            [only] => Some(only.clone()),
            _ => None,
        });
        let to = Routed::Bridge { port: port.clone() };
        if port.is_none() {
            self.note_assumed(Assumed::BridgePort { bridge: bridge.clone(), addr: dst });
        }
        self.event(skb, Event::Routed { to, again: false });
        let back = port.as_ref().is_some_and(|port| skb.phys_in.is(port));
        if back && !self.turns(port.as_ref()) {
            // A bridge does not send a frame back out of the port it came from.
            return Err(Fate::Routing(RoutingDrop::NotForUs));
        }
        self.out_of_port(skb, bridge, port)
    }

    /// Behind POSTROUTING a packet passes its device's egress chains, and the hooks of that where it is a bridge.
    pub(super) fn out_of_device(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let device = skb.oif.clone();
        self.egress(skb, &device)?;
        if device.name().is_some_and(|name| self.is_down(name)) {
            let why = RoutingDrop::LinkDown;
            self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
            return Err(Fate::Routing(why));
        }
        let Some(bridge) = skb.oif.name().cloned() else { return Ok(()) };
        let host = self.world.host.clone();
        if host.interface(&bridge).is_none_or(|i| i.kind != IfKind::Bridge) {
            return Ok(());
        }
        let hop = skb.next_hop.unwrap_or(skb.packet.ip.dst);
        let mut ports = host.interfaces.iter().filter(|i| i.master.as_ref() == Some(&bridge));
        let only = match (ports.next(), ports.next()) {
            (Some(only), None) => Some(only.name.clone()),
            _ => None,
        };
        let port = PathIface::known_or_not(self.world.port_of(hop, &bridge).or(only));
        skb.own_frame = true;
        self.bridge_hook(skb, Hook::Output, (&PathIface::None, &port), BridgePart::All)?;
        self.bridge_hook(skb, Hook::Postrouting, (&PathIface::None, &port), BridgePart::All)?;
        self.egress(skb, &port)
    }

    /// FORWARD and POSTROUTING of a bridged packet.
    fn out_of_port(
        &mut self,
        skb: &mut Skb,
        bridge: &Text,
        port: Option<Text>,
    ) -> Result<Fate, Fate> {
        skb.oif = PathIface::Named(bridge.clone());
        skb.phys_out = PathIface::known_or_not(port.clone());
        let (from, to) = (skb.phys_in.clone(), skb.phys_out.clone());
        self.bridge_hook(skb, Hook::Forward, (&from, &to), BridgePart::Before)?;
        self.hook(skb, Hook::Forward)?;
        self.bridge_hook(skb, Hook::Forward, (&from, &to), BridgePart::Behind)?;
        skb.iif = PathIface::None;
        skb.phys_in = PathIface::None;
        self.bridge_hook(skb, Hook::Postrouting, (&PathIface::None, &to), BridgePart::All)?;
        self.hook(skb, Hook::Postrouting)?;
        self.egress(skb, &to)?;
        Ok(Fate::Bridged(port))
    }
}
