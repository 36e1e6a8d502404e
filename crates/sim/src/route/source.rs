//! The source that a packet takes, and the check of one that came from a wire (`fib_validate_source`).

use super::found::FibResult;
use super::key::Key;
use super::router::Router;
use chainwalk_model::{Assumed, Cidr, Origin, RouteKind, RoutingDrop};
use std::net::{IpAddr, Ipv4Addr};

/// How many leading bits two IPv6 addresses share.
fn common_bits(a: IpAddr, b: IpAddr) -> u32 {
    match (a, b) {
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => 0,
    }
}

/// The way back to the source of a packet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReversePath {
    /// Its realms, as those of a source.
    pub realms: u32,
    /// Whether the source is a neighbour.
    pub near: bool,
}

impl Router<'_> {
    /// The source address a packet takes that leaves by `found`: `inet_select_addr` on the way's interface.
    pub(crate) fn source_for(&self, found: &FibResult, dst: IpAddr) -> Option<IpAddr> {
        if let Some(src) = found.src {
            return Some(src);
        }
        if found.kind == RouteKind::Local && dst.is_ipv4() {
            // What is this host's by a route speaks as itself.
            return Some(dst);
        }
        let towards = if dst.is_ipv4() { found.via.unwrap_or(dst) } else { dst };
        self.select_addr(found.dev.as_deref()?, towards)
    }

    /// The address of `dev` on the network of `next_hop`, else its first one, else that of any interface.
    pub(crate) fn select_addr(&self, dev: &str, next_hop: IpAddr) -> Option<IpAddr> {
        let pick = |name: &str, here: bool| {
            let iface = self.host().interface(name)?;
            let mine = |f: &&chainwalk_model::Fact<Cidr>| {
                f.value.addr.is_ipv4() == next_hop.is_ipv4() && !f.value.addr.is_loopback()
            };
            let near = |f: &&chainwalk_model::Fact<Cidr>| here && f.value.holds(next_hop);
            let near = iface.addrs.iter().filter(mine).find(near);
            let fact = if next_hop.is_ipv4() {
                near.or_else(|| iface.addrs.iter().find(mine))?
            } else {
                // The longest match, and of these the one that was added last.
                let bits = |f: &&chainwalk_model::Fact<Cidr>| {
                    common_bits(f.value.addr, next_hop).min(u32::from(f.value.len))
                };
                iface.addrs.iter().filter(mine).max_by_key(bits)?
            };
            if let Origin::Inferred(rule) = fact.origin {
                self.note_assumed(Assumed::Net {
                    iface: iface.name.clone(),
                    net: fact.value,
                    rule,
                });
            }
            Some(fact.value.addr)
        };
        if next_hop.is_ipv6() && self.told_local(next_hop) {
            // What is sent to an own address comes from it.
            return Some(next_hop);
        }
        pick(dev, true).or_else(|| {
            // The file of a tunnel tells its own address and nothing of another interface.
            let listed = self.host().interface(dev).is_some() || self.routes_told();
            if self.host().complete.network || listed && self.addresses_told() {
                // Of another interface its first, whatever its net (`in_dev_select_addr`).
                self.host().interfaces.iter().find_map(|i| pick(&i.name, false))
            } else {
                None
            }
        })
    }

    /// The primary address of an interface.
    pub(crate) fn primary(&self, dev: &str, v4: bool) -> Option<IpAddr> {
        let iface = self.host().interface(dev)?;
        let mut fits = iface.addrs.iter().filter(|f| f.value.addr.is_ipv4() == v4);
        // IPv6 keeps the addresses of an interface with the last one first.
        let fact = if v4 { fits.next() } else { fits.next_back() }?;
        if let Origin::Inferred(rule) = fact.origin {
            self.note_assumed(Assumed::Net { iface: iface.name.clone(), net: fact.value, rule });
        }
        Some(fact.value.addr)
    }

    /// Whether the source of a packet from the wire can be right, and by which way it is reached from here:
    /// `fib_validate_source`.
    ///
    /// `oif` is the interface it would leave by, if it is forwarded.
    pub(crate) fn validate_source(
        &self,
        key: &Key,
        dev: &str,
        oif: Option<&str>,
    ) -> Result<ReversePath, RoutingDrop> {
        let Some(src) = key.src.filter(IpAddr::is_ipv4) else { return Ok(ReversePath::default()) };
        let per = |name: &str| self.conf(dev, name);
        let rp = per("rp_filter");
        let accept_local = per("accept_local") != 0;
        let turns = oif == Some(dev) && self.sends_redirects(dev);
        if rp == 0 && !self.has_realms() && !turns {
            if accept_local {
                return Ok(ReversePath::default());
            }
            let custom = self.host().routes.iter().any(|r| r.kind == RouteKind::Local);
            if self.host().policy.is_empty() && !custom {
                let exact = !src.is_loopback() || src == IpAddr::V4(Ipv4Addr::LOCALHOST);
                let own = exact && self.told_local(src);
                return if own {
                    Err(RoutingDrop::LocalSource)
                } else {
                    Ok(ReversePath::default())
                };
            }
        }
        let back = Key {
            dst: src,
            src: Some(key.dst),
            mark: if per("src_valid_mark") != 0 { key.mark } else { 0 },
            tos: key.tos,
            iif: oif,
            oif: None,
            who: key.who.reverse(),
        };
        let nowhere = if rp == 0 { Ok(ReversePath::default()) } else { Err(RoutingDrop::RpFilter) };
        if self.told_local(src) && !accept_local {
            return Err(RoutingDrop::LocalSource);
        }
        if !self.host().complete.network && !self.routes_told() && rp == 0 {
            return Ok(ReversePath::default());
        }
        // A source that is not known is assumed to be another host's.
        let found = self.look_up(&back).unwrap_or(None);
        match found {
            // A way that is barred is no way.
            None
            | Some(FibResult {
                kind: RouteKind::Blackhole | RouteKind::Unreachable | RouteKind::Prohibit,
                ..
            }) => nowhere,
            Some(f) if f.kind == RouteKind::Local && !accept_local => Err(RoutingDrop::LocalSource),
            Some(f) if !matches!(f.kind, RouteKind::Unicast | RouteKind::Local) => {
                Err(RoutingDrop::Martian)
            }
            Some(f) => {
                let near = f.via.is_none();
                let way = ReversePath { realms: f.back(), near };
                if f.uses(dev) {
                    return Ok(way);
                }
                // Loose mode spares only an interface that has an address (`no_addr`).
                let iface = self.host().interface(dev);
                let has_addr =
                    iface.is_some_and(|i| i.addrs.iter().any(|a| a.value.addr.is_ipv4()));
                let listed = iface.is_some_and(|i| matches!(i.origin, Origin::Pasted(_)));
                if !has_addr && (self.host().complete.network || listed && self.addresses_told()) {
                    return nowhere;
                }
                if rp == 1 {
                    return Err(RoutingDrop::RpFilter);
                }
                let again = self.look_up(&Key { oif: Some(dev), ..back }).unwrap_or(None);
                let near = again.is_some_and(|f| f.kind == RouteKind::Unicast && f.via.is_none());
                Ok(ReversePath { near, ..way })
            }
        }
    }

    /// Whether a route or a policy rule of IPv4 has realms: the kernel then looks up every source.
    fn has_realms(&self) -> bool {
        let routes = self.host().routes.iter().filter(|r| r.dst.addr.is_ipv4());
        let routes = routes.flat_map(|r| r.hops.iter().map(|h| h.realms).chain([r.realms]));
        routes.chain(self.host().policy.iter().map(|r| r.realms)).any(|r| r != 0)
    }

    /// Whether this host tells a sender on `dev` of a shorter way. Where that is not known, only the hosts of a case do
    /// not.
    pub(crate) fn sends_redirects(&self, dev: &str) -> bool {
        let usual = i64::from(!self.host().complete.network);
        let of = |which: &str| self.world.sysctl_of(which, "send_redirects", usual).0 != 0;
        of("all") || of(dev)
    }

    /// `net.ipv4.conf.{all,DEV}.NAME`: the larger of both, as most of these settings combine.
    pub(crate) fn conf(&self, dev: &str, name: &str) -> i64 {
        let of = |which: &str| self.world.sysctl_of(which, name, 0).0;
        of("all").max(of(dev))
    }
}
