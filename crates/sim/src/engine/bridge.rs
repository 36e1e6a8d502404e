//! What a bridge shows to iptables: `net/bridge/br_netfilter_hooks.c`.

use super::{Skb, Walker, Way};
use chainwalk_model::{
    Answer, Event, Fate, FrameTo, Hook, IfKind, Lean, RouteKind, Routed, RoutingDrop, Text,
};

impl Walker<'_> {
    /// The bridge that a packet comes in by, and the port, where that is known.
    pub(super) fn bridge_of(&mut self, skb: &Skb, iface: &Text) -> Option<(Text, Option<Text>)> {
        let host = self.world.host.clone();
        let Some(found) = host.interface(iface) else {
            // An interface nobody told of, on the network of a bridge: most likely a port of it.
            let bridge = host.interfaces.iter().find(|i| {
                i.kind == IfKind::Bridge
                    && i.addrs.iter().any(|f| crate::route::in_net(skb.packet.ip.src, f.value))
            })?;
            let (bridge, port) = (bridge.name.clone(), iface.clone());
            self.lean(Lean::Port { bridge: bridge.clone(), port: port.clone() });
            return Some((bridge, Some(port)));
        };
        if let Some(bridge) = &found.master {
            return Some((bridge.clone(), Some(iface.clone())));
        }
        if found.kind != IfKind::Bridge {
            return None;
        }
        let behind = host.behind.iter().find(|(a, _)| *a == skb.packet.ip.src);
        let port = behind
            .map(|(_, p)| p.value.clone())
            .filter(|p| host.interface(p).is_some_and(|i| i.master.as_deref() == Some(&**iface)));
        let only = || {
            let mut ports =
                host.interfaces.iter().filter(|i| i.master.as_deref() == Some(&**iface));
            let first = ports.next().map(|p| p.name.clone());
            if ports.next().is_some() { None } else { first }
        };
        Some((iface.clone(), port.or_else(only)))
    }

    /// A packet that comes in by a port of a bridge.
    pub(super) fn receive_on_bridge(
        &mut self,
        skb: &mut Skb,
        bridge: &Text,
        port: Option<Text>,
    ) -> Way<Fate> {
        skb.iif = Some(bridge.clone());
        skb.phys_in = port;
        let shown = self.world.sysctl("net.bridge.bridge-nf-call-iptables", 1);
        if shown.0 == 0 {
            skb.phys_in = None;
            if skb.frame == FrameTo::Other {
                return Ok(Fate::Bridged(None));
            }
        } else if !shown.1 {
            self.lean(Lean::BridgeNf);
        }
        self.settle_source(skb, Answer::No);
        let before = skb.packet.ip.dst;
        self.hook(skb, Hook::Prerouting)?;
        if skb.phys_in.is_some() && skb.packet.ip.dst != before {
            // A rewritten destination on the same bridge is bridged, not routed.
            let dst = skb.packet.ip.dst;
            let (src, mark, tos) = (skb.packet.ip.src, skb.mark, skb.packet.ip.tos);
            let found = self.routed(skb, |r| {
                r.lookup(&crate::route::Key {
                    dst,
                    src: Some(src),
                    mark,
                    tos,
                    iif: Some(bridge),
                    oif: None,
                })
            })?;
            skb.frame = FrameTo::Host;
            if let Some(found) = found
                && found.kind == RouteKind::Unicast
                && found.dev.as_ref() == Some(bridge)
            {
                return self.bridge_on(skb, bridge);
            }
            skb.fragments_if_long = true;
            return self.route_input(skb);
        }
        if skb.frame == FrameTo::Other {
            return self.bridge_on(skb, bridge);
        }
        // Routing does not know any more that it came in fragments, and uses them only if it has to.
        skb.fragments_if_long = true;
        self.route_input(skb)
    }

    /// From one port to another.
    fn bridge_on(&mut self, skb: &mut Skb, bridge: &Text) -> Way<Fate> {
        let dst = skb.packet.ip.dst;
        let host = &self.world.host;
        let on_it = |p: &Text| host.interface(p).is_none_or(|i| i.master.as_ref() == Some(bridge));
        let known = host.behind.iter().find(|(a, p)| *a == dst && on_it(&p.value));
        let known = known.map(|(_, p)| p.value.clone());
        let mut others = host
            .interfaces
            .iter()
            .filter(|i| i.master.as_ref() == Some(bridge) && Some(&i.name) != skb.phys_in.as_ref());
        let port = known.or_else(|| {
            let first = others.next().map(|p| p.name.clone());
            if others.next().is_some() { None } else { first }
        });
        let to = Routed::Bridge { port: port.clone() };
        if port.is_none() {
            self.lean(Lean::BridgePort { bridge: bridge.clone(), addr: dst });
        }
        self.event(skb, Event::Routed { to, again: false });
        if port.is_some() && port == skb.phys_in {
            // A bridge does not send a frame back out of the port it came from.
            return Err(Fate::Routing(RoutingDrop::NotForUs));
        }
        skb.oif = Some(bridge.clone());
        skb.phys_out.clone_from(&port);
        self.hook(skb, Hook::Forward)?;
        skb.iif = None;
        skb.phys_in = None;
        self.hook(skb, Hook::Postrouting)?;
        Ok(Fate::Bridged(port))
    }
}
