//! Routing: policy rules, tables, the type of an address, and the check of a source.
//!
//! Sources: `net/ipv4/route.c` (`ip_route_input_slow`, `ip_route_output_key_hash_rcu`),
//! `net/ipv4/fib_frontend.c` (`fib_validate_source`, `inet_addr_type`).

mod hops;

use crate::addr::in_net;
use crate::ct::Zone;
use crate::decide::Way;
use crate::eye::Net;
use crate::world::World;
use chainwalk_model::{
    Answer, Cidr, Hop, Host, IfKind, Interface, L4, Lean, Origin, Packet, PathIface, PolicyAction,
    Question, Range, RouteKind, RoutingDrop, Text, Tuple,
};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// The local table.
const LOCAL: u32 = 255;
/// The main table.
const MAIN: u32 = 254;
/// The default table.
const DEFAULT: u32 = 253;
/// Stands for an address of a link that a recorded case does not tell.
pub(crate) const NAMELESS: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0);
/// Longer than any prefix length that a policy rule suppresses.
const HOST_ROUTE: u8 = 255;

/// What a packet is looked up by.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    /// Destination.
    pub dst: IpAddr,
    /// Source, where the lookup knows it.
    pub src: Option<IpAddr>,
    /// The packet's mark.
    pub mark: u32,
    /// TOS byte.
    pub tos: u8,
    /// Incoming interface; `None` for packets made here.
    pub iif: Option<&'a str>,
    /// Bound outgoing interface.
    pub oif: Option<&'a str>,
    /// What policy rules may ask for besides.
    pub who: Who,
}

/// What only policy rules look at: the transport, and who sends.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Who {
    /// Protocol; 0 where the lookup does not know it.
    pub proto: u8,
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// User id; the kernel's own packets and those from a wire are root's.
    pub uid: u32,
    /// IPv6's flow label, where the lookup knows it.
    pub label: u32,
    /// The addresses that the choice of a next hop looks at, where they are not those of the lookup.
    pub hashed: Option<(IpAddr, IpAddr)>,
}

impl Who {
    /// Protocol and ports of a packet.
    pub(crate) fn of(packet: &Packet) -> Self {
        let (sport, dport) = match packet.l4 {
            L4::Icmp(_) | L4::Other => (0, 0),
            _ => crate::wire::ports(packet).unwrap_or_default(),
        };
        // An error takes the way of what it quotes (`ip_multipath_l3_keys`).
        let hashed = match &packet.l4 {
            L4::Icmp(i) if crate::ct::is_error(packet.ip.proto, i.kind) => {
                i.inner.as_ref().map(|q| (q.ip.src, q.ip.dst))
            }
            _ => None,
        };
        let label = packet.ip.flow_label;
        Self { proto: packet.ip.proto, sport, dport, uid: 0, label, hashed }
    }

    /// The kernel's own ICMP message is looked up with its type and code where the destination port lies
    /// (`union flowi_uli`); an IPv4 echo reply is not.
    pub(crate) fn of_message(self, packet: &Packet) -> Self {
        match &packet.l4 {
            L4::Icmp(i) if packet.is_v6() || i.inner.is_some() => {
                Self { dport: u16::from_be_bytes([i.kind, i.code]), ..self }
            }
            _ => self,
        }
    }

    /// The same of an answer.
    fn turned(self) -> Self {
        Self { sport: self.dport, dport: self.sport, ..self }
    }
}

/// What a lookup found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// What the route does.
    pub kind: RouteKind,
    /// The interface; `None` where it is not known.
    pub dev: Option<Text>,
    /// The next hop.
    pub via: Option<IpAddr>,
    /// The route's preferred source.
    pub src: Option<IpAddr>,
    /// The realms of the way.
    pub realms: u32,
    /// Those of the policy rule that led to it.
    pub rule_realms: u32,
    /// The MTU that the route sets.
    pub mtu: Option<u32>,
    /// The network and the table of the route, and its next hops, where it has several to choose from.
    pub choice: Option<Rc<Hops>>,
    /// Whether it was chosen among several next hops.
    pub chosen: bool,
}

/// The next hops of a route, to choose from.
#[derive(Debug, PartialEq)]
pub(crate) struct Hops {
    /// The route's network.
    pub net: Cidr,
    /// Its table.
    pub table: u32,
    /// Those that are not passed over.
    pub all: Vec<Hop>,
    /// Whether they are those of a group of `ip nexthop`.
    pub group: bool,
}

impl Found {
    /// A route of that kind.
    fn of(kind: RouteKind) -> Self {
        Self {
            kind,
            dev: None,
            via: None,
            src: None,
            realms: 0,
            rule_realms: 0,
            mtu: None,
            choice: None,
            chosen: false,
        }
    }

    /// Straight out of an interface.
    pub(crate) fn on_link(dev: Option<Text>) -> Self {
        Self { dev, ..Self::of(RouteKind::Unicast) }
    }

    /// What `-m realm` sees of a packet on this way; `back` are the realms of the way back to its source
    /// (`set_class_tag`).
    pub(crate) fn class(&self, back: u32) -> u32 {
        [self.rule_realms, back].into_iter().fold(self.realms, |own, other| {
            let [mine, others] = [own, other].map(|r| (r >> 16, r as u16));
            let from = if mine.0 == 0 { others.0 } else { mine.0 };
            let to = if mine.1 == 0 { others.1 } else { mine.1 };
            from << 16 | u32::from(to)
        })
    }

    /// The realms that this way, as the one back to a source, gives a packet (`fib_combine_itag`).
    fn back(&self) -> u32 {
        let own = self.realms << 16;
        (if own == 0 { self.rule_realms << 16 } else { own }) | self.rule_realms >> 16
    }

    /// Whether one of its ways leads out of `dev`.
    fn uses(&self, dev: &str) -> bool {
        match &self.choice {
            Some(choice) => choice.all.iter().any(|h| h.dev.as_deref() == Some(dev)),
            None => self.dev.as_deref() == Some(dev),
        }
    }
}

/// Routing over one world's facts. What a lookup leaned on gathers in `leans`.
pub(crate) struct Router<'a> {
    world: &'a World,
    leans: RefCell<Vec<Lean>>,
    /// The answers of the question that a lookup ended with, where they are not yes and no.
    ways: RefCell<Vec<Way>>,
}

/// How many leading bits two IPv6 addresses share.
fn common_bits(a: IpAddr, b: IpAddr) -> u32 {
    match (a, b) {
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => 0,
    }
}

/// The broadcast address of a network that has one.
fn broadcast(net: Cidr) -> Option<IpAddr> {
    match net.addr {
        IpAddr::V4(a) if net.len < 31 => {
            Some(IpAddr::V4(Ipv4Addr::from(u32::from(a) | (u32::MAX >> net.len))))
        }
        _ => None,
    }
}

impl<'a> Router<'a> {
    /// Routing in this world.
    pub(crate) fn new(world: &'a World) -> Self {
        Self { world, leans: RefCell::default(), ways: RefCell::default() }
    }

    /// How the question that a lookup ended with can be answered.
    pub(crate) fn ways(&self) -> Vec<Way> {
        match self.ways.take() {
            ways if ways.is_empty() => vec![(Answer::Yes, None), (Answer::No, None)],
            ways => ways,
        }
    }

    /// What the lookups so far leaned on.
    pub(crate) fn into_leans(self) -> Vec<Lean> {
        self.leans.into_inner()
    }

    fn host(&self) -> &'a Host {
        &self.world.host
    }

    fn lean(&self, lean: Lean) {
        let mut leans = self.leans.borrow_mut();
        if !leans.contains(&lean) {
            leans.push(lean);
        }
    }

    /// Whether anybody told an address of this host beyond loopback.
    fn addresses_told(&self) -> bool {
        self.host().interfaces.iter().any(|i| {
            i.kind != IfKind::Loopback
                && i.addrs.iter().any(|a| !matches!(a.origin, Origin::Inferred(_)))
        }) || self.host().said_local.iter().any(|(_, is)| matches!(is.origin, Origin::Pasted(_)))
    }

    /// Whether anybody told a route.
    fn routes_told(&self) -> bool {
        self.host().routes.iter().any(|r| !matches!(r.origin, Origin::Inferred(_)))
    }

    /// The interface that holds `addr`; none where `addr` is not one of this host's.
    pub(crate) fn holder(&self, addr: IpAddr) -> Result<PathIface, Question> {
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
                        self.lean(Lean::Net { iface: iface.name.clone(), net: fact.value, rule });
                    }
                    return Ok(PathIface::Named(iface.name.clone()));
                }
            }
        }
        if self.host().complete.network {
            return Ok(PathIface::None);
        }
        let question = Question::LocalAddr(addr);
        match self.world.answer(&question) {
            Some(Answer::Yes) => return Ok(self.likely_holder(addr)),
            Some(_) => return Ok(PathIface::None),
            None => {}
        }
        if self.addresses_told() {
            if !self.link_of(addr).is_some_and(|(_, _, told)| told) {
                self.lean(Lean::AllAddrs);
            }
            return Ok(PathIface::None);
        }
        // A neighbour on a network that the rules imply is somebody else.
        if self.link_of(addr).is_some() {
            return Ok(PathIface::None);
        }
        Err(question)
    }

    /// The interface an address most likely belongs to: one on its network, else one not known.
    fn likely_holder(&self, addr: IpAddr) -> PathIface {
        PathIface::known_or_not(self.link_of(addr).map(|(dev, _, _)| dev))
    }

    /// The interface on whose network `addr` lies, that network, and whether it was told.
    fn link_of(&self, addr: IpAddr) -> Option<(Text, Cidr, bool)> {
        let mut best: Option<(Text, Cidr, bool, Option<Lean>)> = None;
        for iface in &self.host().interfaces {
            for fact in &iface.addrs {
                let closer = best.as_ref().is_none_or(|b| fact.value.len > b.1.len);
                if fact.value.len > 0 && in_net(addr, fact.value) && closer {
                    let lean = match fact.origin {
                        Origin::Inferred(rule) => {
                            Some(Lean::Net { iface: iface.name.clone(), net: fact.value, rule })
                        }
                        _ => None,
                    };
                    best = Some((iface.name.clone(), fact.value, lean.is_none(), lean));
                }
            }
        }
        let (dev, net, told, lean) = best?;
        if let Some(lean) = lean {
            self.lean(lean);
        }
        Some((dev, net, told))
    }

    /// The kind of an address as table `local` tells it, looking at one interface only if `dev` is given.
    pub(crate) fn addr_kind(&self, addr: IpAddr, dev: Option<&str>) -> Result<RouteKind, Question> {
        if let IpAddr::V4(a) = addr {
            if a.octets()[0] == 0 || a.is_broadcast() {
                return Ok(RouteKind::Broadcast);
            }
            for iface in &self.host().interfaces {
                let fits = dev.is_none_or(|d| *iface.name == *d);
                if fits && iface.addrs.iter().any(|f| broadcast(f.value) == Some(addr)) {
                    return Ok(RouteKind::Broadcast);
                }
            }
        }
        let holder = self.holder(addr)?;
        let own = holder.is_some() && dev.is_none_or(|d| holder.is(d));
        Ok(if own { RouteKind::Local } else { RouteKind::Unicast })
    }

    /// The primary address of the network that an own address is on: packets to it come from there.
    fn first_on_its_net(&self, addr: IpAddr) -> IpAddr {
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
        let same = |f: &&chainwalk_model::Fact<Cidr>| {
            f.value.len == own.value.len && in_net(addr, f.value)
        };
        let first = iface.addrs.iter().find(same).map_or(addr, |f| f.value.addr);
        if addr.is_ipv4() { first } else { addr }
    }

    /// The interface on whose network `addr` is the broadcast address.
    fn broadcasts_on(&self, addr: IpAddr) -> Option<Text> {
        let on = |i: &&Interface| i.addrs.iter().any(|f| broadcast(f.value) == Some(addr));
        self.host().interfaces.iter().find(on).map(|i| i.name.clone())
    }

    /// Looks up a route through the policy rules, and chooses among its next hops. `Ok(None)` is no route.
    pub(crate) fn lookup(&self, key: &Key) -> Result<Option<Found>, Question> {
        let found = self.look_up(key).inspect_err(|_| {
            // What this host sends is more likely for somebody else.
            if key.iif.is_none() {
                self.ways.replace(vec![(Answer::No, None), (Answer::Yes, None)]);
            }
        })?;
        found.map(|f| self.select(f, key)).transpose()
    }

    /// Looks up a route through the policy rules. Of several next hops it has the first.
    pub(crate) fn look_up(&self, key: &Key) -> Result<Option<Found>, Question> {
        for Ruled { table, action, suppress, realms } in self.policy(key) {
            match action {
                PolicyAction::Lookup(_) => match self.in_table(table, key)? {
                    Some((_, found)) if found.kind == RouteKind::Throw => {}
                    // A rule that suppresses goes on past a route that leads somewhere, if it is too wide.
                    Some((len, found)) if leads(&found) && suppress.is_some_and(|s| len <= s) => {}
                    Some((_, found)) => return Ok(Some(Found { rule_realms: realms, ..found })),
                    None => {}
                },
                // Such a rule says what the lack of a route says (`fib4_rule_action`).
                PolicyAction::Unreachable => return Ok(None),
                PolicyAction::Blackhole => return Ok(Some(Found::of(RouteKind::Blackhole))),
                PolicyAction::Prohibit => return Ok(Some(Found::of(RouteKind::Prohibit))),
            }
        }
        if self.host().complete.network {
            return Ok(None);
        }
        if self.routes_told() {
            self.lean(Lean::AllRoutes);
            return Ok(None);
        }
        // Nobody told a route: where it leaves is not known.
        Ok(Some(Found::of(RouteKind::Unicast)))
    }

    /// The rules that select the packet, in order.
    fn policy(&self, key: &Key) -> Vec<Ruled> {
        let mut rules: Vec<(u32, Ruled)> = Vec::new();
        let told = &self.host().policy;
        let lists = |p: u32, t: u32| {
            told.iter().any(|r| r.priority == p && r.action == PolicyAction::Lookup(t))
        };
        for (priority, table) in [(0, LOCAL), (32766, MAIN), (32767, DEFAULT)] {
            if !lists(priority, table) {
                let action = PolicyAction::Lookup(table);
                rules.push((priority, Ruled { table, action, suppress: None, realms: 0 }));
            }
        }
        for rule in told {
            let from =
                rule.from.is_none_or(|n| n.len == 0 || key.src.is_some_and(|s| in_net(s, n)));
            let to = rule.to.is_none_or(|n| n.len == 0 || in_net(key.dst, n));
            let mark = rule.fwmark.is_none_or(|(value, mask)| key.mark & mask == value & mask);
            let iif = rule.iif.as_deref().is_none_or(|i| i == key.iif.unwrap_or("lo"));
            let oif = rule.oif.as_deref().is_none_or(|o| key.oif == Some(o));
            // IPv4 looks at the bits of the old TOS only.
            let seen = key.tos & if key.dst.is_ipv4() { 0x1c } else { 0xfc };
            let tos = rule.tos.is_none_or(|t| t == 0 || t == seen);
            let uid = rule.uids.is_none_or(|r| within(r, key.who.uid));
            let proto = rule.proto.is_none_or(|p| p == key.who.proto);
            let sport = rule.sport.is_none_or(|r| within(r, key.who.sport));
            let dport = rule.dport.is_none_or(|r| within(r, key.who.dport));
            let transport = uid && proto && sport && dport;
            if (from && to && mark && iif && oif && tos && transport) != rule.not {
                let table = match rule.action {
                    PolicyAction::Lookup(t) => t,
                    _ => 0,
                };
                let (suppress, realms) = (rule.suppress, rule.realms);
                rules.push((rule.priority, Ruled { table, action: rule.action, suppress, realms }));
            }
        }
        rules.sort_by_key(|r| r.0);
        rules.into_iter().map(|r| r.1).collect()
    }

    /// The route of a table, and its prefix length.
    fn in_table(&self, table: u32, key: &Key) -> Result<Option<(u8, Found)>, Question> {
        if table == LOCAL {
            let kind = self.addr_kind(key.dst, None)?;
            if kind == RouteKind::Local {
                let dev = self.holder(key.dst)?.name().cloned();
                let src = Some(self.first_on_its_net(key.dst));
                return Ok(Some((HOST_ROUTE, Found { dev, src, ..Found::of(kind) })));
            }
            // Only a network's own broadcast address is in the local table, 255.255.255.255 is not.
            if kind == RouteKind::Broadcast
                && let Some(dev) = self.broadcasts_on(key.dst)
            {
                return Ok(Some((HOST_ROUTE, Found { dev: Some(dev), ..Found::of(kind) })));
            }
        }
        let mut best: Option<(u8, u8, u32, Found)> = None;
        let mut offer = |len: u8, tos: u8, metric: u32, found: Found| {
            let better = best.as_ref().is_none_or(|(l, t, m, _)| {
                (len, tos, std::cmp::Reverse(metric)) > (*l, *t, std::cmp::Reverse(*m))
            });
            if better {
                best = Some((len, tos, metric, found));
            }
        };
        for route in self.host().routes.iter().filter(|r| r.table == table) {
            let fits = in_net(key.dst, route.dst)
                && route.dst.addr.is_ipv4() == key.dst.is_ipv4()
                && (route.tos == 0 || route.tos == key.tos & 0x1c);
            if fits && let Some(found) = self.of_route(route, key) {
                offer(route.dst.len, route.tos, route.metric, found);
            }
        }
        if table == MAIN {
            for iface in &self.host().interfaces {
                if key.oif.is_some_and(|o| *iface.name != *o) || iface.master.is_some() {
                    continue;
                }
                for fact in &iface.addrs {
                    let host_route = fact.value.len == if key.dst.is_ipv4() { 32 } else { 128 };
                    if !host_route && in_net(key.dst, fact.value) {
                        if let Origin::Inferred(rule) = fact.origin {
                            self.lean(Lean::Net {
                                iface: iface.name.clone(),
                                net: fact.value,
                                rule,
                            });
                        }
                        offer(
                            fact.value.len,
                            0,
                            0,
                            Found {
                                dev: Some(iface.name.clone()),
                                // Only IPv4's own routes prefer a source.
                                src: Some(fact.value.addr).filter(IpAddr::is_ipv4),
                                ..Found::of(RouteKind::Unicast)
                            },
                        );
                    }
                }
            }
        }
        Ok(best.map(|b| (b.0, b.3)))
    }

    /// The source address a packet takes that leaves by `found`: `inet_select_addr` on the way's interface.
    pub(crate) fn source_for(&self, found: &Found, dst: IpAddr) -> Option<IpAddr> {
        if let Some(src) = found.src {
            return Some(src);
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
            let near = |f: &&chainwalk_model::Fact<Cidr>| here && in_net(next_hop, f.value);
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
                self.lean(Lean::Net { iface: iface.name.clone(), net: fact.value, rule });
            }
            Some(fact.value.addr)
        };
        if next_hop.is_ipv6() && self.told_local(next_hop) {
            // What is sent to an own address comes from it.
            return Some(next_hop);
        }
        pick(dev, true).or_else(|| {
            if self.host().complete.network || self.addresses_told() {
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
            self.lean(Lean::Net { iface: iface.name.clone(), net: fact.value, rule });
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
    ) -> Result<WayBack, RoutingDrop> {
        let Some(src) = key.src.filter(IpAddr::is_ipv4) else { return Ok(WayBack::default()) };
        let per = |name: &str| self.conf(dev, name);
        let rp = per("rp_filter");
        let accept_local = per("accept_local") != 0;
        let turns = oif == Some(dev) && self.sends_redirects(dev);
        if rp == 0 && !self.has_realms() && !turns {
            if accept_local {
                return Ok(WayBack::default());
            }
            let custom = self.host().routes.iter().any(|r| r.kind == RouteKind::Local);
            if self.host().policy.is_empty() && !custom {
                let exact = !src.is_loopback() || src == IpAddr::V4(Ipv4Addr::LOCALHOST);
                let own = exact && self.told_local(src);
                return if own { Err(RoutingDrop::LocalSource) } else { Ok(WayBack::default()) };
            }
        }
        let back = Key {
            dst: src,
            src: Some(key.dst),
            mark: if per("src_valid_mark") != 0 { key.mark } else { 0 },
            tos: key.tos,
            iif: oif,
            oif: None,
            who: key.who.turned(),
        };
        let nowhere = if rp == 0 { Ok(WayBack::default()) } else { Err(RoutingDrop::RpFilter) };
        if self.told_local(src) && !accept_local {
            return Err(RoutingDrop::LocalSource);
        }
        if !self.host().complete.network && !self.routes_told() && rp == 0 {
            return Ok(WayBack::default());
        }
        // A source nobody knows of is taken for another host's.
        let found = self.look_up(&back).unwrap_or(None);
        match found {
            // A way that is barred is no way.
            None
            | Some(Found {
                kind: RouteKind::Blackhole | RouteKind::Unreachable | RouteKind::Prohibit,
                ..
            }) => nowhere,
            Some(f) if f.kind == RouteKind::Local && !accept_local => Err(RoutingDrop::LocalSource),
            Some(f) if !matches!(f.kind, RouteKind::Unicast | RouteKind::Local) => {
                Err(RoutingDrop::Martian)
            }
            Some(f) => {
                let near = f.via.is_none();
                let way = WayBack { realms: f.back(), near };
                if f.uses(dev) {
                    return Ok(way);
                }
                let has_addr = self
                    .host()
                    .interface(dev)
                    .is_some_and(|i| i.addrs.iter().any(|a| a.value.addr.is_ipv4()));
                if !has_addr && self.host().complete.network {
                    return nowhere;
                }
                if rp == 1 {
                    return Err(RoutingDrop::RpFilter);
                }
                let again = self.look_up(&Key { oif: Some(dev), ..back }).unwrap_or(None);
                let near = again.is_some_and(|f| f.kind == RouteKind::Unicast && f.via.is_none());
                Ok(WayBack { near, ..way })
            }
        }
    }

    /// Whether a route or a policy rule of IPv4 has realms: the kernel then looks up every source.
    fn has_realms(&self) -> bool {
        let routes = self.host().routes.iter().filter(|r| r.dst.addr.is_ipv4());
        let routes = routes.flat_map(|r| r.hops.iter().map(|h| h.realms).chain([r.realms]));
        routes.chain(self.host().policy.iter().map(|r| r.realms)).any(|r| r != 0)
    }

    /// Whether this host tells a sender on `dev` of a shorter way. Where nobody told, only the hosts of a case do
    /// not.
    pub(crate) fn sends_redirects(&self, dev: &str) -> bool {
        let usual = i64::from(!self.host().complete.network);
        let of = |which: &str| {
            self.world.sysctl(&format!("net.ipv4.conf.{which}.send_redirects"), usual).0 != 0
        };
        of("all") || of(dev)
    }

    /// Whether somebody told that `addr` is this host's.
    pub(crate) fn told_local(&self, addr: IpAddr) -> bool {
        addr.is_loopback() || self.holder(addr).is_ok_and(|holder| holder.is_some())
    }

    /// `net.ipv4.conf.{all,DEV}.NAME`: the larger of both, as most of these settings combine.
    pub(crate) fn conf(&self, dev: &str, name: &str) -> i64 {
        let all = self.world.sysctl(&format!("net.ipv4.conf.all.{name}"), 0).0;
        let one = self.world.sysctl(&format!("net.ipv4.conf.{dev}.{name}"), 0).0;
        all.max(one)
    }
}

/// Whether a route says where to go; the others say what becomes of the packet.
fn leads(found: &Found) -> bool {
    matches!(found.kind, RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast)
}

fn within<T: PartialOrd + Copy>(range: Range<T>, value: T) -> bool {
    range.first <= value && value <= range.last
}

/// The way back to the source of a packet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WayBack {
    /// Its realms, as those of a source.
    pub realms: u32,
    /// Whether the source is a neighbour.
    pub near: bool,
}

/// A policy rule that selects a packet.
struct Ruled {
    table: u32,
    action: PolicyAction,
    /// The prefix length that a route must be longer than.
    suppress: Option<u8>,
    realms: u32,
}

impl Net for Router<'_> {
    fn addr_type(&self, addr: IpAddr, dev: Option<&str>) -> Result<u16, Question> {
        if addr.is_multicast() {
            return Ok(1 << 5);
        }
        Ok(match self.addr_kind(addr, dev)? {
            RouteKind::Local => 1 << 2,
            RouteKind::Broadcast => 1 << 3,
            _ => 1 << 1,
        })
    }

    fn leaves_by(
        &self,
        dst: IpAddr,
        src: Option<IpAddr>,
        mark: u32,
    ) -> Result<Vec<Text>, Question> {
        let who = Who::default();
        let key = Key { dst, src, mark, tos: 0, iif: None, oif: None, who };
        match self.look_up(&key)? {
            Some(Found { choice: Some(choice), .. }) => {
                Ok(choice.all.iter().filter_map(|h| h.dev.clone()).collect())
            }
            Some(Found { dev: Some(dev), kind: RouteKind::Unicast, .. }) => Ok(vec![dev]),
            Some(Found { dev: None, kind: RouteKind::Unicast, .. }) => Err(Question::Route(dst)),
            Some(Found { kind: RouteKind::Local, .. }) => Ok(vec!["lo".into()]),
            _ => Ok(Vec::new()),
        }
    }

    fn is_open(&self, orig: Tuple, zone: Zone) -> bool {
        let flow = self.world.flows.find(orig, zone).and_then(|(id, _)| self.world.flows.get(id));
        flow.is_some_and(|f| !f.is_closed())
    }
}
