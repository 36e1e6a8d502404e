//! The options of IPv4 (`ip_rcv_options`, `ip_options_compile`, `ip_options_rcv_srr` in `net/ipv4`).
//!
//! They are looked at once a packet is routed, and record route gets this host's address then. Timestamps are carried as
//! they are.

use super::skb::Skb;
use super::walker::Walker;
use crate::route::{FlowKey, Key, Router};
use chainwalk_model::{Event, Fate, PacketType, PathIface, RouteKind, Routed, RoutingDrop};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const TIMESTAMP: u8 = 68;
const LOOSE_ROUTE: u8 = 131;
const CIPSO: u8 = 134;
const STRICT_ROUTE: u8 = 137;
const ROUTER_ALERT: u8 = 148;
/// The ICMP type that tells of such a fault.
const PARAMETER_PROBLEM: u8 = 12;
/// The length of a header without options.
const HEADER: usize = 20;
/// Stands for the destination as what is wrong: the way there is no neighbour's.
const STRICT_FAILS: usize = usize::MAX;
/// Timestamps that stand beside addresses, and beside those that were written before.
const WITH_ADDRESS: u8 = 1;
const PRESPECIFIED: u8 = 3;

/// A source route: whether it is a strict one, where its pointer points, and the addresses.
struct SourceRoute {
    strict: bool,
    /// Where it stands among the options.
    at: usize,
    /// The place of the next address among the bytes of the option, from 1.
    pointer: usize,
    bytes: Vec<u8>,
}

/// Looks options through; the source route, if there is one. An error is the place of what no host can read.
fn compile(options: &[u8]) -> Result<Option<SourceRoute>, usize> {
    let mut found = None;
    let (mut recorded, mut stamped) = (false, false);
    let mut rest = options;
    while let Some(&kind) = rest.first() {
        match kind {
            END => break,
            NO_OPERATION => {
                rest = &rest[1..];
                continue;
            }
            _ => {}
        }
        let at = options.len() - rest.len();
        let len = rest.get(1).map_or(0, |l| usize::from(*l));
        if len < 2 || len > rest.len() {
            return Err(at);
        }
        let own = &rest[..len];
        let byte = |at: usize| own.get(at).map_or(0, |b| usize::from(*b));
        // The pointer: 4 is the first place behind kind, length and pointer.
        let room = |size: usize| byte(2) + size <= len;
        match kind {
            LOOSE_ROUTE | STRICT_ROUTE => {
                if len < 3 {
                    return Err(at + 1);
                } else if byte(2) < 4 {
                    return Err(at + 2);
                } else if found.is_some() {
                    return Err(at);
                }
                let strict = kind == STRICT_ROUTE;
                found = Some(SourceRoute { strict, at, pointer: byte(2), bytes: own.to_vec() });
            }
            RECORD_ROUTE => {
                if recorded {
                    return Err(at);
                } else if len < 3 {
                    return Err(at + 1);
                } else if byte(2) < 4 || byte(2) <= len && !room(3) {
                    return Err(at + 2);
                }
                recorded = true;
            }
            TIMESTAMP => {
                if stamped {
                    return Err(at);
                } else if len < 4 {
                    return Err(at + 1);
                } else if byte(2) < 5 {
                    return Err(at + 2);
                }
                let flags = own[3] & 0xf;
                let addressed = matches!(flags, WITH_ADDRESS | PRESPECIFIED);
                if byte(2) <= len {
                    if !room(3) || addressed && !room(7) {
                        return Err(at + 2);
                    }
                } else if flags != PRESPECIFIED && own[3] >> 4 == 15 {
                    return Err(at + 3);
                }
                stamped = true;
            }
            ROUTER_ALERT if len < 4 => return Err(at + 1),
            // Without a domain that is set up here none is valid.
            CIPSO => return Err(at + 1),
            _ => {}
        }
        rest = &rest[len..];
    }
    Ok(found)
}

/// Where an option stands among those that can be read.
fn place_of(options: &[u8], kind: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match *options.get(at)? {
            END => return None,
            NO_OPERATION => at += 1,
            found if found == kind => return Some(at),
            _ => at += usize::from(*options.get(at + 1)?).max(2),
        }
    }
}

impl Walker<'_> {
    /// The options of a packet that was routed: what is broken is answered, and a source route is followed where this
    /// host follows them. What became of the packet where that leads elsewhere.
    pub(super) fn ip_options(&mut self, skb: &mut Skb) -> Result<Option<Fate>, Fate> {
        if skb.packet.is_v6() || skb.packet.ip.options.is_empty() {
            return Ok(None);
        }
        let found = match compile(&skb.packet.ip.options) {
            Err(at) => return Err(self.parameter_problem(skb, at)),
            Ok(found) => found,
        };
        self.record(skb)?;
        let Some(route) = found else { return Ok(None) };
        let iif = skb.iif_name();
        let on = |name: &str, usual| self.world.sysctl(name, usual).0 != 0;
        let own = format!("net.ipv4.conf.{iif}.accept_source_route");
        if !on("net.ipv4.conf.all.accept_source_route", 0) || !on(&own, 0) {
            return self.routing_drop(skb, RoutingDrop::SourceRoute).map(Some);
        }
        if skb.frame != PacketType::Host {
            return self.routing_drop(skb, RoutingDrop::SourceRoute).map(Some);
        }
        match skb.kind {
            RouteKind::Local => self.source_route(skb, &route),
            RouteKind::Unicast if !route.strict => Ok(None),
            RouteKind::Unicast => Err(self.parameter_problem(skb, STRICT_FAILS)),
            _ => self.routing_drop(skb, RoutingDrop::SourceRoute).map(Some),
        }
    }

    /// Writes this host's address into record route, where that has room.
    fn record(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        skb.options_read = true;
        let mut options = skb.packet.ip.options.to_vec();
        if let Some(at) = place_of(&options, TIMESTAMP) {
            let (full, flags) = (options[at + 2] > options[at + 1], options[at + 3] & 0xf);
            if full && flags != PRESPECIFIED {
                // One more host that found no room.
                options[at + 3] += 1 << 4;
            }
            // Of addresses that were written before, only this host's own gets a time.
            skb.stale_header = flags != PRESPECIFIED;
        }
        if let Some(at) = place_of(&options, RECORD_ROUTE)
            && options[at + 2] <= options[at + 1]
            && let Some(IpAddr::V4(own)) = self.address_to_record(skb)?
        {
            let slot = at + usize::from(options[at + 2]) - 1;
            options[slot..slot + 4].copy_from_slice(&own.octets());
            options[at + 2] += 4;
            skb.recorded = Some(at);
            skb.stale_header = true;
        }
        skb.packet.ip.options = options.into();
        Ok(())
    }

    /// The address that a packet was sent to, or by which its sender is answered (`fib_compute_spec_dst`).
    fn address_to_record(&mut self, skb: &mut Skb) -> Result<Option<IpAddr>, Fate> {
        if skb.kind == RouteKind::Local {
            return Ok(Some(skb.packet.ip.dst));
        }
        let (to, mark, tos) = (skb.packet.ip.src, skb.mark, skb.packet.ip.tos);
        let who = FlowKey::of(&skb.packet);
        let key = || Key { dst: to, src: None, mark, tos, iif: None, oif: None, who };
        self.routed(skb, |r| Ok(r.lookup(&key())?.and_then(|f| r.source_for(&f, to))))
    }

    /// The options that an answer of this host's from an address repeats (`__ip_options_echo`).
    pub(super) fn echoed(skb: &Skb, from: IpAddr) -> Arc<[u8]> {
        let all = &skb.packet.ip.options;
        let mut out = Vec::new();
        for kind in [RECORD_ROUTE, TIMESTAMP] {
            let Some(at) = place_of(all, kind).filter(|_| skb.options_read) else { continue };
            let mut option = all[at..at + usize::from(all[at + 1])].to_vec();
            let room = option[2] <= option[1];
            if let (true, true, Some(_), IpAddr::V4(own)) =
                (kind == RECORD_ROUTE, room, skb.recorded, from)
            {
                let slot = usize::from(option[2]) - 1;
                option[slot..slot + 4].copy_from_slice(&own.octets());
                option[2] += 4;
            }
            out.extend(option);
        }
        out.resize(out.len().next_multiple_of(4), END);
        out.into()
    }

    /// What is wrong with the options is answered, with its place in the header.
    fn parameter_problem(&mut self, skb: &mut Skb, at: usize) -> Fate {
        let why = RoutingDrop::BadHeader;
        self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
        let attached = Self::attached_of(skb);
        let place = if at == STRICT_FAILS { 16 } else { HEADER + at };
        self.icmp_error(skb, PARAMETER_PROBLEM, 0, (place as u32) << 24, attached);
        Fate::Routing(why)
    }

    /// Follows the source route of a packet for this host: on to the next address that is not this host's.
    fn source_route(&mut self, skb: &mut Skb, route: &SourceRoute) -> Result<Option<Fate>, Fate> {
        let mut pointer = route.pointer;
        while pointer <= route.bytes.len() {
            let Some(&[a, b, c, d]) = route.bytes.get(pointer - 1..pointer + 3) else {
                return Err(self.parameter_problem(skb, route.at + 2));
            };
            let next = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
            let iif = skb.iif_name();
            let (src, mark, tos) = (skb.packet.ip.src, skb.mark, skb.packet.ip.tos);
            let who = FlowKey::of(&skb.packet);
            let key =
                || Key { dst: next, src: Some(src), mark, tos, iif: Some(&iif), oif: None, who };
            let found = self.routed(skb, |r| r.lookup(&key()))?;
            match found {
                Some(found) if found.kind == RouteKind::Local => {
                    skb.packet.ip.dst = next;
                    pointer += 4;
                }
                Some(found) if found.kind == RouteKind::Unicast => {
                    let found = self.guess_out_iface(skb, found);
                    skb.kind = RouteKind::Unicast;
                    skb.oif = PathIface::known_or_not(found.dev.clone());
                    skb.next_hop = Some(found.via.unwrap_or(next));
                    skb.route_mtu = found.mtu;
                    skb.source_routed = Some((next, route.at, pointer));
                    let to = Routed::Forward {
                        iface: found.dev.clone(),
                        via: found.via,
                        by: found.rule,
                    };
                    self.event(skb, Event::Routed { to, again: false });
                    return self.forward(skb, found.dev.as_deref()).map(Some);
                }
                _ => return self.routing_drop(skb, RoutingDrop::SourceRoute).map(Some),
            }
        }
        Ok(None)
    }

    /// A packet that follows its source route goes to the next address once FORWARD has let it pass, and this host's
    /// own takes that one's place, as in record route (`ip_forward_options`).
    pub(super) fn options_on(&mut self, skb: &mut Skb) {
        let dev = skb.oif.name().cloned().unwrap_or_default();
        skb.stale_header = false;
        if let Some(at) = skb.recorded {
            // What leaves records the address by which it does.
            let next = skb.next_hop.unwrap_or(skb.packet.ip.dst);
            let own = Router::new(self.world).select_addr(&dev, next);
            let mut options = skb.packet.ip.options.to_vec();
            if let Some(IpAddr::V4(own)) = own {
                let slot = at + usize::from(options[at + 2]) - 5;
                options[slot..slot + 4].copy_from_slice(&own.octets());
            }
            skb.packet.ip.options = options.into();
        }
        let Some((next, at, pointer)) = skb.source_routed.take() else { return };
        skb.packet.ip.dst = next;
        let own = Router::new(self.world).select_addr(&dev, next);
        let mut options = skb.packet.ip.options.to_vec();
        let place = at + pointer - 1;
        if let (Some(IpAddr::V4(own)), Some(bytes)) = (own, options.get_mut(place..place + 4)) {
            bytes.copy_from_slice(&own.octets());
        }
        if let Some(byte) = options.get_mut(at + 2) {
            *byte = byte.saturating_add((pointer + 4 - usize::from(*byte)) as u8);
        }
        skb.packet.ip.options = options.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_cut_or_stands_twice_can_not_be_read() {
        for broken in [
            &[7, 4, 4, 0][..],
            &[7, 0],
            &[7, 11, 4, 0],
            &[1, 1, 7],
            &[131, 7, 3, 10, 1, 0, 9],
            &[131, 3, 4, 131, 3, 4],
            &[68, 8, 9, 0xf0, 0, 0, 0, 0],
            &[148, 3, 0],
        ] {
            assert!(compile(broken).is_err(), "{broken:?}");
        }
        for whole in [
            &[][..],
            &[7, 7, 4, 0, 0, 0, 0],
            &[7, 7, 8, 10, 1, 0, 9],
            &[68, 8, 9, 0xe0, 0, 0, 0, 0],
            &[148, 4, 0, 0],
            &[0, 7, 0],
            &[85, 4, 1, 2],
        ] {
            assert!(compile(whole).is_ok(), "{whole:?}");
        }
    }
}
