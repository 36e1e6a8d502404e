//! Which addresses are this host's, and on which interface's network one lies.

use super::router::Router;
use crate::addr::may_hold;
use chainwalk_model::{
    Answer, Assumed, Cidr, Interface, Origin, PathIface, Question, Route, RouteKind, Text,
};
use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Stands for an address of a link that a recorded case does not tell.
pub(crate) const NAMELESS: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0);
/// The local table.
const LOCAL_TABLE: u32 = 255;
/// The main table.
const MAIN_TABLE: u32 = 254;

/// The broadcast address of a network that has one.
fn broadcast(net: Cidr) -> Option<IpAddr> {
    match net.addr {
        IpAddr::V4(a) if net.len < 31 => {
            Some(IpAddr::V4(Ipv4Addr::from(u32::from(a) | (u32::MAX >> net.len))))
        }
        _ => None,
    }
}

impl Router<'_> {
    /// The interface that holds `addr`; none where `addr` is not one of this host's.
    pub(crate) fn local_owner(&self, addr: IpAddr) -> Result<PathIface, Question> {
        if let IpAddr::V4(a) = addr
            && a.is_loopback()
        {
            return Ok("lo".into());
        }
        if addr.is_loopback() || addr == NAMELESS && self.host().complete.network {
            return Ok("lo".into());
        }
        if let Some((_, is)) = self.host().said_local.iter().rev().find(|(a, _)| *a == addr) {
            return Ok(if is.value { self.likely_holder(addr) } else { PathIface::None });
        }
        for iface in &self.host().interfaces {
            for fact in &iface.addrs {
                if fact.value.addr == addr {
                    if let Origin::Inferred(rule) = fact.origin {
                        self.note_assumed(Assumed::Net {
                            iface: iface.name.clone(),
                            net: fact.value,
                            rule,
                        });
                    }
                    return Ok(PathIface::Named(iface.name.clone()));
                }
            }
        }
        if let Some(route) = self.local_route(addr) {
            return Ok(PathIface::known_or_not(route.dev.clone()));
        }
        if self.host().complete.network {
            return Ok(PathIface::None);
        }
        for iface in &self.host().interfaces {
            for blank in iface.hidden.iter().filter(|b| may_hold(&b.value, addr)) {
                let question = Question::Blank(blank.value.name.clone(), addr.to_string().into());
                match self.world.answer(&question).or_else(|| self.world.said(&question)) {
                    Some(Answer::Yes) => return Ok(PathIface::Named(iface.name.clone())),
                    Some(_) => {}
                    None => return Err(question),
                }
            }
        }
        let question = Question::LocalAddr(addr);
        match self.world.answer(&question) {
            Some(Answer::Yes) => return Ok(self.likely_holder(addr)),
            Some(_) => return Ok(PathIface::None),
            None => {}
        }
        if self.addresses_told() {
            if !self.link_of(addr).is_some_and(|(_, _, told)| told) {
                self.note_assumed(Assumed::AllAddrs);
            }
            return Ok(PathIface::None);
        }
        // A neighbour on a network that the rules imply is somebody else.
        if self.link_of(addr).is_some() {
            return Ok(PathIface::None);
        }
        Err(question)
    }

    /// The route of table `local` that makes an address this host's. Where no policy rule was added, tables `local` and
    /// `main` are one, and a closer route of `main` counts (`fib_trie_unmerge`).
    pub(super) fn local_route(&self, addr: IpAddr) -> Option<&Route> {
        let merged = self.host().policy.is_empty();
        let tables = |t: u32| t == LOCAL_TABLE || merged && t == MAIN_TABLE;
        let covers = |r: &&Route| tables(r.table) && r.dst.holds(addr);
        let routes = self.host().routes.iter().filter(covers);
        let closest = routes.max_by_key(|r| (r.dst.len, r.table, Reverse(r.metric)))?;
        if closest.kind != RouteKind::Local || closest.table != LOCAL_TABLE {
            return None;
        }
        let links = self.host().interfaces.iter().filter(|i| i.master.is_none());
        let closer = |net: Cidr| net.len > closest.dst.len && net.holds(addr);
        let linked = merged && links.flat_map(|i| &i.addrs).any(|f| closer(f.value));
        (!linked).then_some(closest)
    }

    /// The interface an address most likely belongs to: one on its network, else one not known.
    pub(super) fn likely_holder(&self, addr: IpAddr) -> PathIface {
        PathIface::known_or_not(self.link_of(addr).map(|(dev, _, _)| dev))
    }

    /// The interface on whose network `addr` lies, that network, and whether it is known.
    pub(super) fn link_of(&self, addr: IpAddr) -> Option<(Text, Cidr, bool)> {
        let mut best: Option<(Text, Cidr, bool, Option<Assumed>)> = None;
        for iface in &self.host().interfaces {
            for fact in &iface.addrs {
                let closer = best.as_ref().is_none_or(|b| fact.value.len > b.1.len);
                if fact.value.len > 0 && fact.value.holds(addr) && closer {
                    let lean = match fact.origin {
                        Origin::Inferred(rule) => {
                            Some(Assumed::Net { iface: iface.name.clone(), net: fact.value, rule })
                        }
                        _ => None,
                    };
                    best = Some((iface.name.clone(), fact.value, lean.is_none(), lean));
                }
            }
        }
        let (dev, net, told, lean) = best?;
        if let Some(lean) = lean {
            self.note_assumed(lean);
        }
        Some((dev, net, told))
    }

    /// The kind of an address as table `local` tells it, looking at one interface only if `dev` is given.
    pub(crate) fn addr_kind(&self, addr: IpAddr, dev: Option<&str>) -> Result<RouteKind, Question> {
        if let IpAddr::V4(a) = addr {
            let untold = || self.world.answer(&Question::LocalAddr(addr)) == Some(Answer::Yes);
            if a.is_broadcast() || a.is_unspecified() && !untold() {
                return Ok(RouteKind::Broadcast);
            }
            for iface in &self.host().interfaces {
                let fits = dev.is_none_or(|d| *iface.name == *d);
                if fits && iface.addrs.iter().any(|f| broadcast(f.value) == Some(addr)) {
                    return Ok(RouteKind::Broadcast);
                }
            }
        }
        let holder = self.local_owner(addr)?;
        let own = holder.is_some() && dev.is_none_or(|d| holder.is(d));
        Ok(if own { RouteKind::Local } else { RouteKind::Unicast })
    }

    /// The primary address of the network that an own address is on: packets to it come from there.
    pub(super) fn first_on_its_net(&self, addr: IpAddr) -> IpAddr {
        let holds = |i: &&Interface| i.addrs.iter().any(|f| f.value.addr == addr);
        let Some(iface) = self.host().interfaces.iter().find(holds) else {
            // All of 127.0.0.0/8 is this host, and speaks as 127.0.0.1.
            return if addr.is_loopback() && addr.is_ipv4() {
                Ipv4Addr::LOCALHOST.into()
            } else {
                addr
            };
        };
        let Some(own) = iface.addrs.iter().find(|f| f.value.addr == addr) else { return addr };
        let same =
            |f: &&chainwalk_model::Fact<Cidr>| f.value.len == own.value.len && f.value.holds(addr);
        let first = iface.addrs.iter().find(same).map_or(addr, |f| f.value.addr);
        if addr.is_ipv4() { first } else { addr }
    }

    /// The interface on whose network `addr` is the broadcast address.
    pub(crate) fn broadcasts_on(&self, addr: IpAddr) -> Option<Text> {
        let on = |i: &&Interface| i.addrs.iter().any(|f| broadcast(f.value) == Some(addr));
        self.host().interfaces.iter().find(on).map(|i| i.name.clone())
    }

    /// Whether `addr` is known to be this host's.
    pub(crate) fn told_local(&self, addr: IpAddr) -> bool {
        addr.is_loopback() || self.local_owner(addr).is_ok_and(|holder| holder.is_some())
    }
}
