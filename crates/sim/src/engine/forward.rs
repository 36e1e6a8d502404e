//! What is passed on to another host (`ip_forward`, `ip6_forward`).

use super::skb::Skb;
use super::walker::Walker;
use crate::addr::on_link;
use crate::wire::LEAST_MTU6;
use chainwalk_model::{Change, DroppedBy, Event, Fate, Hook, PacketType, RoutingDrop};
use std::net::IpAddr;

impl Walker<'_> {
    /// A packet that is passed on (`ip_forward`).
    pub(super) fn forward(&mut self, skb: &mut Skb, dev: Option<&str>) -> Result<Fate, Fate> {
        if skb.frame != PacketType::Host {
            return Err(Fate::Routing(RoutingDrop::NotForUs));
        }
        if skb.has_socket {
            // What a socket takes is not passed on.
            return Err(Fate::Dropped(DroppedBy::Kernel));
        }
        if skb.packet.ip.ttl <= 1 {
            return self.routing_drop(skb, RoutingDrop::Ttl);
        }
        // IPv6 looks at the source of what leaves the link that it came by (`ip6_forward`).
        if let IpAddr::V6(src) = skb.packet.ip.src {
            if skb.iif.is_some() && skb.oif == skb.iif {
                self.send_redirect6(skb);
            } else if src.is_unspecified() || src.is_loopback() {
                return self.routing_drop(skb, RoutingDrop::Martian);
            } else if on_link(src) {
                return self.routing_drop(skb, RoutingDrop::BeyondScope);
            }
        }
        let mut mtu = skb.route_mtu.unwrap_or_else(|| self.mtu(dev));
        if skb.packet.is_v6() {
            mtu = mtu.max(LEAST_MTU6);
        }
        let len = crate::wire::total_len(&skb.packet);
        let refuses = skb.packet.ip.df || skb.packet.is_v6();
        if len > mtu && refuses && skb.fragments.is_none() {
            return self.routing_drop(skb, RoutingDrop::Mtu);
        }
        let from = skb.packet.ip.ttl;
        skb.packet.ip.ttl -= 1;
        self.event(skb, Event::Changed(Change::Ttl { from, to: from - 1 }));
        if skb.redirects {
            self.send_redirect(skb);
        }
        self.hook(skb, Hook::Forward)?;
        self.options_on(skb);
        self.hook(skb, Hook::Postrouting)?;
        self.out_of_device(skb)?;
        Ok(Fate::Forwarded(skb.oif.name().cloned()))
    }

    /// The MTU of an interface, as it is known or as it usually is.
    pub(super) fn mtu(&self, dev: Option<&str>) -> u32 {
        let iface = dev.and_then(|d| self.world.host.interface(d));
        iface.and_then(|i| i.mtu).unwrap_or(if dev == Some("lo") { 65536 } else { 1500 })
    }
}
