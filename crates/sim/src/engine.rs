//! The way of a packet through the hooks, from its entry to its fate.
//!
//! Sources: `net/ipv4/ip_input.c`, `ip_forward.c`, `ip_output.c`, `net/netfilter.c`;
//! `net/bridge/br_netfilter_hooks.c` for what a bridge shows to iptables.

mod bridge;
mod chains;
mod hooks;
mod mangle;
mod output;
mod proxy;
mod redirect;
mod replies;
mod rule;
mod synproxy;
mod targets;
mod visits;

use crate::ct::{self, Info, Zone, status};
use crate::decide::Decider;
use crate::eye::{Ct, CtFlow};
use crate::route::{Found, Key, Router, Who};
use crate::world::World;
use chainwalk_model::{
    Answer, Change, Check, CtDir, CtStates, CtView, Entry, Errno, Event, Fate, Hook, HostId,
    IfKind, L4, Lean, LocalStack, Moment, OpId, Packet, PacketType, Path, PathIface, Question,
    RouteKind, Routed, RoutingDrop, RuleId, Sent, Step, Text, Trace, Tuple, proto,
};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A step of the walk that may be its last: `Err` is the packet's fate.
pub(crate) type Way<T> = Result<T, Fate>;

/// How a packet stands to conntrack.
#[derive(Clone, Debug)]
pub(crate) enum Attached {
    /// Not looked at yet.
    None,
    /// Exempt.
    Untracked,
    /// Fits no flow.
    Invalid,
    /// Part of a flow that is not in the table: a new one, or one that has just ended.
    Loose {
        /// The flow.
        entry: Box<ct::Entry>,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: Info,
    },
    /// Part of a flow in the table.
    Known {
        /// The flow's number.
        id: u32,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: Info,
    },
}

/// A packet on its way, with what the kernel's `sk_buff` carries beside it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Skb {
    pub packet: Packet,
    pub mark: u32,
    pub entry: Entry,
    /// The interface, for a bridge the port, that it came in by; it is known where the hook has none any more.
    pub came_by: PathIface,
    pub iif: PathIface,
    pub oif: PathIface,
    /// The interface of the route; in OUTPUT it may already differ from what `-o` sees.
    pub route_dev: PathIface,
    /// The next hop of the route, where it is not the destination.
    pub next_hop: Option<IpAddr>,
    /// The realms of the route.
    pub realms: u32,
    /// The MTU that the route sets.
    pub route_mtu: Option<u32>,
    /// Whether its sender is told a shorter way.
    pub redirects: bool,
    pub phys_in: PathIface,
    pub phys_out: PathIface,
    pub attached: Attached,
    pub zone: Zone,
    /// The helper that a `CT` target named.
    pub helper: Option<ct::Helper>,
    /// The operation that named a timeout policy.
    pub policy: Option<OpId>,
    /// Whether a `CT` target left a template.
    pub template: bool,
    pub frame: PacketType,
    /// What the routing decision made of it.
    pub kind: RouteKind,
    /// Whether the kernel made it.
    pub own: bool,
    /// Whether it answers an untracked packet: until conntrack has looked it fits no flow.
    pub husk: bool,
    /// The operation whose SYNPROXY opens a connection by it.
    pub proxied: Option<OpId>,
    /// Whether it is a reset of REJECT's, which has no socket.
    pub by_reject: bool,
    /// Whether it is a copy of what this host sent to everybody, handed back to it (`PACKET_LOOPBACK`).
    pub handed_back: bool,
    /// Whether `TPROXY` gave it a socket.
    pub has_socket: bool,
    /// The IP lengths of its first and of its longest fragment, where it was put together from fragments.
    pub fragments: Option<(u16, u16)>,
    /// Whether it leaves whole if it fits.
    pub fragments_if_long: bool,
    pub loops: u8,
}

impl Skb {
    /// The incoming interface for a look-up: `lo` of what has none, the empty name of one that is not known.
    pub(crate) fn iif_name(&self) -> Text {
        match &self.iif {
            PathIface::None => "lo".into(),
            PathIface::Unknown => Text::default(),
            PathIface::Named(name) => name.clone(),
        }
    }
}

/// What the kernel knows of a packet that it makes itself, beyond the packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnPacket {
    /// The source that its route is looked up by.
    pub route_src: Option<IpAddr>,
    /// The addresses by which its next hop is chosen, where they are not its own.
    pub route_hash: Option<(IpAddr, IpAddr)>,
    /// Where it goes, if it is a copy (`TEE`).
    pub gateway: Option<IpAddr>,
    /// The interface by which it has to leave.
    pub out_iface: Option<Text>,
    /// The interface that it has before it is sent, as what IPv6 tells its neighbours.
    pub in_iface: PathIface,
    /// Its mark.
    pub mark: u32,
    /// Whether it answers an untracked packet.
    pub untracked_reply: bool,
    /// Whether it is a reset of REJECT's.
    pub tcp_reset: bool,
    /// The operation whose SYNPROXY opens a connection by it.
    pub synproxy: Option<OpId>,
}

impl From<IpAddr> for OwnPacket {
    /// A packet that is routed by this source.
    fn from(src: IpAddr) -> Self {
        Self { route_src: Some(src), ..Self::default() }
    }
}

/// Walks one packet, and the packets that the kernel makes because of it.
pub(crate) struct Walker<'w> {
    pub world: &'w mut World,
    pub decider: &'w mut Decider,
    pub replies: Vec<Trace>,
    trace: Trace,
    depth: u8,
    leans: Vec<Lean>,
    nested: u8,
    watch: Option<Watch>,
    /// Whether a copy of a packet is on its way.
    copying: bool,
    /// How often anything was written that a rule may look at: the packet, what is remembered, an answer.
    writes: u64,
    /// How many rules were tried.
    tried: u32,
    /// How many are tried before the walk is cut.
    most_tried: u32,
}

/// So many rules are tried in a walk, and so many more for each rule of the host: chains that call each other twice
/// over would be walked for ever.
const MOST_TRIED: usize = 20_000;
/// How often each rule of the host may be tried beyond [`MOST_TRIED`].
const MOST_TRIED_EACH: usize = 8;
/// So many questions are asked in a walk.
const MOST_ASKED: usize = 10_000;

impl<'w> Walker<'w> {
    /// A walker for one packet.
    pub(crate) fn new(world: &'w mut World, decider: &'w mut Decider, sent: Sent) -> Self {
        let host = world.host.id;
        let most_tried = MOST_TRIED + MOST_TRIED_EACH * world.host.rules.rules.len();
        Self {
            world,
            decider,
            replies: Vec::new(),
            trace: empty_trace(host, sent),
            depth: 0,
            leans: Vec::new(),
            nested: 0,
            watch: None,
            copying: false,
            writes: 0,
            tried: 0,
            most_tried: u32::try_from(most_tried).unwrap_or(u32::MAX),
        }
    }

    /// Walks the packet to its end.
    pub(crate) fn walk(mut self) -> (Trace, Vec<Trace>) {
        let sent = self.trace.sent.clone();
        self.follow(sent, Attached::None, &OwnPacket::default());
        (self.trace, self.replies)
    }

    /// Walks the packet, and tells how the conditions of the rules stood.
    pub(crate) fn look(mut self) -> Looks {
        self.watch = Some(Watch::default());
        let sent = self.trace.sent.clone();
        self.follow(sent, Attached::None, &OwnPacket::default());
        self.watch.unwrap_or_default().seen
    }

    /// Walks a packet of this walker's current trace to its fate.
    fn follow(&mut self, sent: Sent, attached: Attached, own: &OwnPacket) {
        let mut skb = Skb {
            packet: sent.packet,
            mark: 0,
            entry: sent.entry,
            came_by: PathIface::None,
            iif: PathIface::None,
            oif: PathIface::None,
            route_dev: PathIface::None,
            next_hop: None,
            realms: 0,
            route_mtu: None,
            redirects: false,
            phys_in: PathIface::None,
            phys_out: PathIface::None,
            attached,
            zone: Zone::default(),
            helper: None,
            policy: None,
            // SYNPROXY's own template, which `CT` leaves alone.
            template: own.synproxy.is_some(),
            proxied: own.synproxy,
            frame: PacketType::Host,
            kind: RouteKind::Unicast,
            own: false,
            husk: own.untracked_reply,
            by_reject: own.tcp_reset,
            handed_back: false,
            has_socket: false,
            fragments: None,
            fragments_if_long: false,
            loops: 0,
        };
        let end = match skb.entry.clone() {
            Entry::Local { mark, uid, .. } => {
                skb.mark = mark;
                skb.own = uid.is_none();
                self.send(&mut skb, own)
            }
            Entry::Wire { iface, to, .. } => {
                skb.frame = to;
                skb.came_by = PathIface::Named(iface.clone());
                self.receive(&mut skb, &iface)
            }
        };
        let fate = match end {
            Ok(fate) | Err(fate) => fate,
        };
        if self.trace.errno.is_none() && matches!(skb.entry, Entry::Local { .. }) && !skb.own {
            self.trace.errno = errno_of(&fate, &self.trace);
        }
        if fate.is_out() {
            self.fragment(&mut skb);
        }
        self.trace.fate = fate;
        self.depth = 0;
        self.event(&skb, Event::End);
    }

    /// What is too long leaves in fragments, of which the first is shown; so does what came in in fragments.
    fn fragment(&self, skb: &mut Skb) {
        let header = if skb.packet.is_v6() { 40 } else { 20 + skb.packet.ip.options.len() as u32 };
        let mtu = skb.route_mtu.unwrap_or_else(|| self.mtu(skb.oif.name().map(|o| &**o)));
        let (len, came) = (crate::wire::total_len(&skb.packet), skb.fragments);
        if len <= mtu && (came.is_none() || skb.fragments_if_long)
            || skb.packet.is_v6() && came.is_none()
        {
            return;
        }
        let fits = (mtu.saturating_sub(header) & !7) + header;
        let first = match came {
            // As it came, if every part fits.
            Some((first, longest)) if u32::from(longest) <= mtu => u32::from(first),
            _ => fits,
        };
        skb.packet.ip.mf = true;
        skb.packet.ip.frag_len = Some(first.saturating_sub(header) as u16);
    }

    /// Adds a step, and a moment where the packet has changed.
    pub(crate) fn event(&mut self, skb: &Skb, event: Event) {
        let (mark, ct) = (skb.mark, self.ct_view(skb));
        // Most events change nothing, and a walk may have very many: what is the same is not copied first.
        let same = |m: &Moment| m.mark == mark && m.ct == ct && m.packet == skb.packet;
        if !self.trace.moments.last().is_some_and(same) {
            self.trace.moments.push(Moment { packet: skb.packet.clone(), mark, ct });
        }
        self.writes += u64::from(matches!(event, Event::Changed(_)));
        let at = self.trace.moments.len() as u32 - 1;
        self.trace.steps.push(Step {
            event,
            depth: self.depth,
            moment: at,
            leans: std::mem::take(&mut self.leans),
        });
    }

    /// Notes what the next step leans on.
    pub(crate) fn lean(&mut self, lean: Lean) {
        if !self.leans.contains(&lean) {
            self.leans.push(lean);
        }
    }

    fn ct_view(&self, skb: &Skb) -> Option<CtView> {
        let view = |state, dir, mark| Some(CtView { state, dir, mark });
        match self.ct(skb) {
            Ct::None => None,
            Ct::Invalid => view(CtStates::INVALID, CtDir::Original, 0),
            Ct::Untracked => view(CtStates::UNTRACKED, CtDir::Original, 0),
            Ct::Flow(f) => view(f.state, f.dir, f.mark),
        }
    }

    /// The flow a packet belongs to.
    pub(crate) fn flow<'s>(&'s self, skb: &'s Skb) -> Option<(&'s ct::Entry, CtDir, Info)> {
        match &skb.attached {
            Attached::Loose { entry, dir, info } => Some((entry, *dir, *info)),
            Attached::Known { id, dir, info } => {
                self.world.flows.get(*id).map(|e| (e, *dir, *info))
            }
            _ => None,
        }
    }

    /// Changes the flow a packet belongs to.
    pub(crate) fn change_flow(&mut self, skb: &mut Skb, change: impl FnOnce(&mut ct::Entry)) {
        match &mut skb.attached {
            Attached::Loose { entry, .. } => change(entry),
            Attached::Known { id, .. } => {
                let flows = std::rc::Rc::make_mut(&mut self.world.flows);
                if let Some(entry) = flows.get_mut(*id) {
                    change(entry);
                }
            }
            _ => {}
        }
    }

    /// What conntrack says of a packet.
    pub(crate) fn ct(&self, skb: &Skb) -> Ct {
        match &skb.attached {
            // The template that `CT` leaves stands for a new flow until conntrack has looked.
            Attached::None if skb.husk => Ct::Invalid,
            Attached::None if skb.template => Ct::Flow(CtFlow {
                state: CtStates::NEW,
                dir: CtDir::Original,
                orig: blank(skb),
                reply: blank(skb),
                status: status::CONFIRMED,
                snat: false,
                dnat: false,
                mark: 0,
                expires_s: 0,
                id: None,
                zone: skb.zone,
                counts: false,
                counted: Some([(0, 0); 2]),
                made_here: false,
                expected_by: None,
            }),
            Attached::None => Ct::None,
            Attached::Untracked => Ct::Untracked,
            Attached::Invalid => Ct::Invalid,
            _ => match self.flow(skb) {
                None => Ct::Invalid,
                Some((entry, dir, info)) => Ct::Flow(CtFlow {
                    state: match info {
                        Info::New => CtStates::NEW,
                        Info::Established => CtStates::ESTABLISHED,
                        Info::Related => CtStates::RELATED,
                    },
                    dir,
                    orig: entry.orig,
                    reply: entry.reply,
                    status: entry.status & 0xf,
                    snat: entry.has(status::SRC_NAT),
                    dnat: entry.has(status::DST_NAT),
                    mark: entry.mark,
                    expires_s: (entry.expires_ms.saturating_sub(self.world.now_ms) / 1000) as u32,
                    id: Some(entry.id),
                    zone: entry.zone,
                    counts: self.world.counts,
                    counted: entry.counted,
                    made_here: !entry.came_by.is_some(),
                    expected_by: entry.expected_by,
                }),
            },
        }
    }

    /// Runs routing's part of `ask`, and notes what it leaned on. A question that comes up is put, and the
    /// look-up tried again with its answer.
    pub(crate) fn routed<T>(
        &mut self,
        skb: &Skb,
        ask: impl Fn(&Router) -> Result<T, Question>,
    ) -> Way<T> {
        for _ in 0..8 {
            let router = Router::new(self.world);
            let found = ask(&router);
            let ways = router.ways();
            let leans = router.into_leans();
            match found {
                Ok(found) => {
                    for lean in leans {
                        self.lean(lean);
                    }
                    return Ok(found);
                }
                Err(question) => {
                    self.put(skb, &question, &ways);
                }
            }
        }
        Err(Fate::Undecided(Question::Route(skb.packet.ip.dst)))
    }

    /// Puts a question; a lasting one is put once in a world.
    pub(crate) fn put(
        &mut self,
        skb: &Skb,
        question: &Question,
        ways: &[crate::decide::Way],
    ) -> Answer {
        let lasting = crate::decide::is_lasting(question);
        if lasting && let Some(answer) = self.world.answer(question) {
            return answer;
        }
        if let Some(answer) = self.world.said(question)
            && ways.iter().any(|(way, _)| *way == answer)
        {
            return answer;
        }
        let answer = self.decider.choose(question.clone(), ways);
        self.writes += 1;
        if lasting {
            let answers = std::rc::Rc::make_mut(&mut self.world.answers);
            answers.push((question.clone(), answer.clone()));
        }
        let at = self.decider.made.len() as u16 - 1;
        self.event(skb, Event::Fork(at));
        answer
    }

    /// Resolves a route of which nobody told the interface: the only likely one, where there is one.
    pub(crate) fn likely_dev(&mut self, skb: &Skb, found: Found) -> Found {
        if found.dev.is_some() || found.kind != RouteKind::Unicast {
            return found;
        }
        let dst = skb.packet.ip.dst;
        // An answer goes back where the question came from.
        if let Some((entry, dir, _)) = self.flow(skb)
            && dir == CtDir::Reply
            && let Some(dev) = entry.came_by.name().cloned()
            && entry.orig.src == dst
        {
            self.lean(Lean::BackTheWayItCame { dst, iface: dev.clone() });
            return Found { dev: Some(dev), ..found };
        }
        let told = self.world.host.interfaces.iter();
        let mut uplinks: Vec<Text> = told
            .filter(|i| i.kind == IfKind::Plain && i.master.is_none() && is_uplink(&i.name))
            .map(|i| i.name.clone())
            .collect();
        if let PathIface::Named(iface) = &skb.came_by
            && is_uplink(iface)
            && !skb.phys_in.is_some()
            && !uplinks.contains(iface)
        {
            uplinks.push(iface.clone());
        }
        if let [only] = &uplinks[..] {
            self.lean(Lean::DefaultRoute { dst, iface: only.clone() });
            return Found { dev: Some(only.clone()), ..found };
        }
        found
    }

    // ------------------------------------------------------------------ in

    /// A packet that arrives at an interface.
    fn receive(&mut self, skb: &mut Skb, iface: &Text) -> Way<Fate> {
        let bridge = self.bridge_of(skb, iface);
        if let Some((bridge, port)) = bridge {
            return self.receive_on_bridge(skb, &bridge, &port);
        }
        skb.iif = PathIface::Named(iface.clone());
        if skb.frame == PacketType::Other || refused_by_ip6(skb) {
            return Err(Fate::NotForUs);
        }
        self.settle_source(skb, Answer::No);
        self.hook(skb, Hook::Prerouting)?;
        self.route_input(skb)
    }

    /// Whoever sent a packet from elsewhere is not this host, and whoever sent one from here is: nothing to ask.
    fn settle_source(&mut self, skb: &Skb, answer: Answer) {
        let asked = Router::new(self.world).holder(skb.packet.ip.src);
        if let Err(question) = asked {
            std::rc::Rc::make_mut(&mut self.world.answers).push((question, answer));
        }
    }

    /// The routing decision of a packet that came in, and what follows from it.
    pub(crate) fn route_input(&mut self, skb: &mut Skb) -> Way<Fate> {
        let iif = skb.iif_name();
        if let Some(drop) = self.martian(skb, &iif) {
            return self.nowhere(skb, drop);
        }
        let ip = &skb.packet.ip;
        let (src, dst, tos, mark) = (ip.src, ip.dst, ip.tos, skb.mark);
        let who = Who::of(&skb.packet);
        if is_multicast_or_broadcast(dst) {
            let joined = match dst {
                IpAddr::V4(a) => a.is_broadcast() || a.octets() == [224, 0, 0, 1],
                IpAddr::V6(a) => self.has_joined(a),
            };
            if !joined {
                return self.nowhere(skb, RoutingDrop::NotForUs);
            }
            if !matches!(src, IpAddr::V4(a) if a.is_unspecified()) {
                let key = Key { dst, src: Some(src), mark, tos, iif: Some(&iif), oif: None, who };
                match self.routed(skb, |r| Ok(r.validate_source(&key, &iif, None)))? {
                    Ok(back) => skb.realms = back.realms,
                    Err(drop) => return self.nowhere(skb, drop),
                }
            }
            skb.kind = RouteKind::Broadcast;
            self.event(skb, Event::Routed { to: Routed::Local, again: false });
            return self.deliver(skb);
        }
        let key = || Key { dst, src: Some(src), mark, tos, iif: Some(&iif), oif: None, who };
        let mut found = self.routed(skb, |r| r.lookup(&key()))?;
        let here = found.as_ref().is_some_and(|f| f.kind == RouteKind::Local);
        if matches!(dst, IpAddr::V6(a) if on_link(a)) && !here {
            // Every interface has a route to its own link.
            found = Some(Found::on_link(Some(iif.clone())));
        }
        let v4 = dst.is_ipv4();
        let forwarding = if v4 { "net.ipv4.ip_forward" } else { "net.ipv6.conf.all.forwarding" };
        let (forwards, told) = self.world.sysctl(forwarding, 1);
        let Some(found) = found else {
            if forwards == 0 && v4 {
                return self.nowhere(skb, RoutingDrop::ForwardingOff);
            }
            return self.nowhere(skb, RoutingDrop::NoRoute);
        };
        match found.kind {
            RouteKind::Local | RouteKind::Broadcast => {
                match self.routed(skb, |r| Ok(r.validate_source(&key(), &iif, None)))? {
                    Ok(back) => skb.realms = back.realms,
                    Err(drop) => return self.nowhere(skb, drop),
                }
                skb.kind = found.kind;
                self.event(skb, Event::Routed { to: Routed::Local, again: false });
                return self.deliver(skb);
            }
            RouteKind::Unicast => {}
            // IPv6 asks whether it forwards only once it has a way.
            _ if forwards == 0 && v4 => return self.nowhere(skb, RoutingDrop::ForwardingOff),
            RouteKind::Blackhole => return self.nowhere(skb, RoutingDrop::Blackhole),
            RouteKind::Prohibit => return self.nowhere(skb, RoutingDrop::Prohibit),
            _ => return self.nowhere(skb, RoutingDrop::Unreachable),
        }
        if forwards == 0 {
            return self.nowhere(skb, RoutingDrop::ForwardingOff);
        }
        if !told {
            self.lean(Lean::Sysctl { name: forwarding.into(), value: "1".into() });
        }
        let back =
            self.routed(skb, |r| Ok(r.validate_source(&key(), &iif, found.dev.as_deref())))?;
        let back = match back {
            Ok(back) => back,
            Err(drop) => return self.nowhere(skb, drop),
        };
        let found = self.likely_dev(skb, found);
        skb.kind = RouteKind::Unicast;
        skb.oif = PathIface::known_or_not(found.dev.clone());
        skb.next_hop = found.via;
        skb.realms = found.class(back.realms);
        skb.route_mtu = found.mtu;
        skb.redirects = self.may_redirect(skb, &found, back.near);
        let to = Routed::Forward { iface: found.dev.clone(), via: found.via };
        self.event(skb, Event::Routed { to, again: false });
        self.forward(skb, found.dev.as_deref())
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
    pub(crate) fn martian(&self, skb: &Skb, iif: &str) -> Option<RoutingDrop> {
        let (IpAddr::V4(src), IpAddr::V4(dst)) = (skb.packet.ip.src, skb.packet.ip.dst) else {
            return None;
        };
        let zero = |a: std::net::Ipv4Addr| a.octets()[0] == 0;
        if src.is_multicast() || src.is_broadcast() {
            return Some(RoutingDrop::Martian);
        }
        if dst.is_broadcast() || (src.is_unspecified() && dst.is_unspecified()) {
            return None;
        }
        if zero(src) || zero(dst) {
            return Some(RoutingDrop::Martian);
        }
        if (src.is_loopback() || dst.is_loopback())
            && Router::new(self.world).conf(iif, "route_localnet") == 0
        {
            return Some(RoutingDrop::Localnet);
        }
        None
    }

    /// Routing stops the packet, and may send an ICMP error.
    fn nowhere(&mut self, skb: &mut Skb, why: RoutingDrop) -> Way<Fate> {
        self.event(skb, Event::Routed { to: Routed::Nowhere(why), again: false });
        self.reply_to_routing_drop(skb, why);
        Err(Fate::Routing(why))
    }

    /// A packet that is passed on (`ip_forward`).
    fn forward(&mut self, skb: &mut Skb, dev: Option<&str>) -> Way<Fate> {
        if skb.frame != PacketType::Host {
            return Err(Fate::Routing(RoutingDrop::NotForUs));
        }
        if skb.has_socket {
            // What a socket takes is not passed on.
            return Err(Fate::Dropped(chainwalk_model::Stop::Kernel));
        }
        if skb.packet.ip.ttl <= 1 {
            return self.nowhere(skb, RoutingDrop::Ttl);
        }
        // IPv6 looks at the source of what leaves the link that it came by (`ip6_forward`).
        if let IpAddr::V6(src) = skb.packet.ip.src {
            if skb.iif.is_some() && skb.oif == skb.iif {
                self.tell_shorter_way6(skb);
            } else if src.is_unspecified() || src.is_loopback() {
                return self.nowhere(skb, RoutingDrop::Martian);
            } else if on_link(src) {
                return self.nowhere(skb, RoutingDrop::BeyondScope);
            }
        }
        let mut mtu = skb.route_mtu.unwrap_or_else(|| self.mtu(dev));
        if skb.packet.is_v6() {
            mtu = mtu.max(replies::LEAST_MTU6);
        }
        let len = crate::wire::total_len(&skb.packet);
        let refuses = skb.packet.ip.df || skb.packet.is_v6();
        if len > mtu && refuses && skb.fragments.is_none() {
            return self.nowhere(skb, RoutingDrop::Mtu);
        }
        let from = skb.packet.ip.ttl;
        skb.packet.ip.ttl -= 1;
        self.event(skb, Event::Changed(Change::Ttl { from, to: from - 1 }));
        if skb.redirects {
            self.tell_shorter_way(skb);
        }
        self.hook(skb, Hook::Forward)?;
        self.hook(skb, Hook::Postrouting)?;
        Ok(Fate::Forwarded(skb.oif.name().cloned()))
    }

    fn mtu(&self, dev: Option<&str>) -> u32 {
        let iface = dev.and_then(|d| self.world.host.interface(d));
        iface.and_then(|i| i.mtu).unwrap_or(if dev == Some("lo") { 65536 } else { 1500 })
    }

    /// A packet for this host (`ip_local_deliver`).
    fn deliver(&mut self, skb: &mut Skb) -> Way<Fate> {
        skb.oif = PathIface::None;
        skb.phys_out = PathIface::None;
        self.hook(skb, Hook::Input)?;
        let iface = skb.iif_name();
        let listening = self.listens(skb);
        if self.world.host.stack == LocalStack::Real {
            self.reply_of_stack(skb, listening == Some(true));
        }
        Ok(Fate::Local { iface, listening })
    }

    /// Whether something takes the packet here; `None` where nobody told.
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
        } else if host.stack == LocalStack::Real || !host.sockets.is_empty() {
            Some(false)
        } else {
            None
        }
    }

    /// The hook's path as matches see it.
    pub(crate) fn path(skb: &Skb, hook: Hook) -> Path {
        Path {
            hook,
            iniface: skb.iif.clone(),
            outiface: skb.oif.clone(),
            phys_in: skb.phys_in.clone(),
            phys_out: skb.phys_out.clone(),
        }
    }
}

/// How the conditions of the rules that were tried stood: by whose walk it was (the kernel's packet, or the
/// packet itself) and by the rule, each time how many steps there had been before.
pub(crate) type Looks = HashMap<(Option<usize>, RuleId), Vec<(usize, Vec<Check>)>>;

/// Looks closely at every rule that is tried.
#[derive(Default)]
pub(crate) struct Watch {
    /// Whose walk is going on.
    pub at: Option<usize>,
    /// What was seen.
    pub seen: Looks,
}

impl Watch {
    /// Another packet's walk begins; returns whose it was before.
    fn enter(&mut self, reply: usize) -> Option<usize> {
        self.at.replace(reply)
    }
}

/// Whether an IPv6 address is one of a link.
fn on_link(addr: Ipv6Addr) -> bool {
    addr.segments()[0] & 0xffc0 == 0xfe80
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

/// Whether an interface may be the way to the rest of the world, by its usual name.
pub(crate) fn is_uplink(name: &str) -> bool {
    const INNER: [&str; 14] = [
        "docker", "br-", "veth", "virbr", "cali", "flannel", "cni", "cbr", "vnet", "lxc", "lxd",
        "tunl", "kube", "dummy",
    ];
    name != "lo" && !INNER.iter().any(|p| name.starts_with(p))
}

/// The tuple of a flow of which nothing is known.
fn blank(skb: &Skb) -> Tuple {
    let addr: IpAddr = if skb.packet.is_v6() {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    Tuple { src: addr, dst: addr, proto: 0, sport: 0, dport: 0 }
}

fn is_multicast_or_broadcast(addr: IpAddr) -> bool {
    addr.is_multicast() || matches!(addr, IpAddr::V4(a) if a.is_broadcast())
}

fn empty_trace(host: HostId, sent: Sent) -> Trace {
    Trace { host, sent, moments: Vec::new(), steps: Vec::new(), fate: Fate::Looped, errno: None }
}

/// What a local sender's call returns.
fn errno_of(fate: &Fate, trace: &Trace) -> Option<Errno> {
    let looped = trace.steps.iter().any(|s| matches!(s.event, Event::Loop));
    match fate {
        Fate::SendError(errno) => Some(*errno),
        Fate::Dropped(_) | Fate::DroppedUnseen(_) | Fate::Rejected { .. } | Fate::Refused
            if !looped =>
        {
            Some(Errno::EPERM)
        }
        _ => None,
    }
}
