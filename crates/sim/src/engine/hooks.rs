//! A hook: its stations in order of priority, conntrack and confirmation among them.

use super::skb::{CtAttachment, Skb};
use super::walker::Walker;
use crate::ct::{CtInfo, Gathered, Proxied, TrackContext, TrackResult, status};
use crate::likely::alone;
use crate::world::TrackedSince;
use chainwalk_model::{
    Answer, Assumed, Backend, ChainId, ChainKind, CtDir, Event, Family, Fate, Hook, PacketScope,
    Path, PathIface, Question, SkipReason, TableId, Text, priority, tables_at,
};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// What stands on the line of a hook.
#[derive(Clone, Copy)]
enum Station {
    /// A base chain.
    Base(ChainId),
    /// An iptables table, or its chain at this hook, that was not pasted.
    Absent { table: &'static str, whole: bool },
    /// nat, which asks its own chains whatever their priorities (`nf_nat_inet_fn`).
    Nat,
}

/// A station with what its place on the line depends on.
struct Placed {
    priority: i32,
    station: Station,
    /// The chain by which it was registered; of equal priorities the one registered later runs first.
    by: Option<ChainId>,
}

/// Which chains of a bridge's hook are meant: `br_netfilter` shows the frame to IP's hook between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BridgePart {
    All,
    Before,
    Behind,
}

/// The protocol number of IPv6's fragment header.
const FRAGMENT_HEADER: u8 = 44;

impl Walker<'_> {
    /// The packet passes a hook.
    pub(super) fn hook(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        let mut path = Self::path(skb, hook);
        self.depth = 0;
        self.event(skb, Event::Hook(Arc::new(path.clone())));
        let enters = matches!(hook, Hook::Prerouting | Hook::Output);
        if enters {
            self.unread(skb)?;
        }
        self.beside(skb, hook)?;
        if enters && self.is_native_whole(skb) {
            self.note_assumed(Assumed::NoLegacy);
        }
        let (mut gathered, mut tracked) = (!enters, !enters);
        for (priority, station) in self.stations(skb, hook) {
            if !gathered && priority > priority::DEFRAG {
                self.defragment(skb, hook)?;
                gathered = true;
            }
            if !tracked && self.is_behind_conntrack(skb, priority, station) {
                self.track(skb, hook)?;
                tracked = true;
            }
            match station {
                Station::Absent { table, whole } => self.absent(skb, hook, table, whole)?,
                Station::Nat => self.nat(skb, &mut path)?,
                Station::Base(chain) => self.filter_chain(skb, &mut path, chain)?,
            }
        }
        if !gathered {
            self.defragment(skb, hook)?;
        }
        if !tracked {
            self.track(skb, hook)?;
        }
        if matches!(hook, Hook::Input | Hook::Postrouting) {
            self.proxied(skb)?;
            self.run_helper(skb)?;
            self.confirm(skb)?;
        }
        if skb.oif == PathIface::Unknown {
            skb.oif = path.outiface;
        }
        Ok(())
    }

    /// Whether a station stands behind conntrack. Of a chain at its very priority that depends on which of them was
    /// registered later: it runs first.
    fn is_behind_conntrack(&self, skb: &Skb, priority: i32, station: Station) -> bool {
        let since = self.world.tracked[usize::from(skb.packet.is_v6())];
        match (station, since) {
            (Station::Base(chain), Some(TrackedSince::Table(first)))
                if priority == priority::CONNTRACK =>
            {
                self.world.host.rules.chain(chain).table <= first
            }
            _ => priority > priority::CONNTRACK,
        }
    }

    /// The packet passes the ingress chains of a device, of the families netdev and inet, which are one list. It has
    /// not been tracked yet, nor put together.
    pub(super) fn ingress(&mut self, skb: &mut Skb, device: &Text) -> Result<(), Fate> {
        let line = self.link_chains(Hook::Ingress, &[Family::Netdev, Family::Inet], Some(device));
        if line.is_empty() {
            return Ok(());
        }
        let iniface = PathIface::Named(device.clone());
        self.pass(skb, line, Path { iniface, ..Self::path(skb, Hook::Ingress) })
    }

    /// The packet passes the egress chains of a device, behind everything else. Each fragment does so in the kernel.
    pub(super) fn egress(&mut self, skb: &mut Skb, device: &PathIface) -> Result<(), Fate> {
        let line = self.link_chains(Hook::Egress, &[Family::Netdev], device.name());
        if line.is_empty() {
            return Ok(());
        }
        if device.name().is_none() {
            return Err(Fate::Undecided(Question::Route(skb.packet.ip.dst)));
        }
        let (iniface, outiface) = (PathIface::None, device.clone());
        self.pass(skb, line, Path { iniface, outiface, ..Self::path(skb, Hook::Egress) })
    }

    /// The packet passes the chains of a device, which see no ports of a bridge.
    fn pass(&mut self, skb: &mut Skb, line: Vec<(i32, ChainId)>, path: Path) -> Result<(), Fate> {
        let mut path = Path { phys_in: PathIface::None, phys_out: PathIface::None, ..path };
        self.depth = 0;
        self.event(skb, Event::Hook(Arc::new(path.clone())));
        for (_, chain) in line {
            self.base_chain(skb, &mut path, chain)?;
        }
        Ok(())
    }

    /// The frame passes a hook of a bridge, the chains of which see its ports; those of them whose priorities are
    /// asked for.
    pub(super) fn bridge_hook(
        &mut self,
        skb: &mut Skb,
        hook: Hook,
        ports: (&PathIface, &PathIface),
        part: BridgePart,
    ) -> Result<(), Fate> {
        let rules = &self.world.host.rules;
        if !rules.tables.iter().any(|t| t.family == Family::Bridge) {
            return Ok(());
        }
        let line = self.link_chains(hook, &[Family::Bridge], None);
        let mut path = Path {
            hook,
            iniface: ports.0.clone(),
            outiface: ports.1.clone(),
            phys_in: PathIface::None,
            phys_out: PathIface::None,
            bridge: true,
        };
        self.depth = 0;
        let mut wanted = line.into_iter().filter(|(priority, _)| match part {
            BridgePart::All => true,
            // Of equal priorities the one registered later runs first, and `br_netfilter` was there before.
            BridgePart::Before => *priority <= 0,
            BridgePart::Behind => *priority > 0,
        });
        let mut next = wanted.next();
        if part != BridgePart::Behind || next.is_some() {
            self.event(skb, Event::Hook(Arc::new(path.clone())));
        }
        while let Some((_, chain)) = next {
            self.base_chain(skb, &mut path, chain)?;
            next = wanted.next();
        }
        Ok(())
    }

    /// The base chains of some families at a hook, those of a device where one is named, in order.
    fn link_chains(
        &self,
        hook: Hook,
        families: &[Family],
        device: Option<&Text>,
    ) -> Vec<(i32, ChainId)> {
        let rules = &self.world.host.rules;
        let tables = rules.tables.iter().filter(|t| families.contains(&t.family) && !t.dormant);
        let mut line: Vec<(i32, ChainId)> = tables
            .flat_map(|table| &table.chains)
            .filter_map(|id| {
                let base = rules.chain(*id).base.as_ref()?;
                let on = device.is_none_or(|d| base.devices.contains(d));
                (base.hook == hook && on).then_some((base.priority, *id))
            })
            .collect();
        line.sort_by_key(|(priority, c)| (*priority, std::cmp::Reverse(self.registered(*c))));
        line
    }

    /// Rules that were pasted in a form that is not read: they may let everything pass, or not.
    fn unread(&mut self, skb: &Skb) -> Result<(), Fate> {
        for name in self.world.host.unparsed_dumps.clone() {
            let question = Question::Unread(name);
            let ways = [(Answer::Yes, None), (Answer::Else, None)];
            if self.ask(skb, &question, &ways) != Answer::Yes {
                return Err(Fate::Undecided(question));
            }
        }
        Ok(())
    }

    /// What is outside netfilter and may take this packet here: it may let it pass, or not.
    fn beside(&mut self, skb: &Skb, hook: Hook) -> Result<(), Fate> {
        let host = self.world.host.clone();
        for beside in host.beside.iter().filter(|b| b.hooks.contains(&hook)) {
            if !beside.touches.iter().any(|t| self.touches(skb, t)) {
                continue;
            }
            let question = Question::Beside(beside.name.clone());
            let ways = [(Answer::Yes, None), (Answer::Else, None)];
            if self.ask(skb, &question, &ways) != Answer::Yes {
                return Err(Fate::Undecided(question));
            }
        }
        Ok(())
    }

    /// Whether a packet is one of those that something outside netfilter may take.
    fn touches(&self, skb: &Skb, touch: &PacketScope) -> bool {
        let ip = &skb.packet.ip;
        let ends = [(ip.src, skb.packet.sport()), (ip.dst, skb.packet.dport())];
        let by = |name: &str| {
            let unknown = skb.oif == PathIface::Unknown;
            let at = [&skb.iif, &skb.oif, &skb.phys_in, &skb.phys_out];
            unknown || at.iter().any(|i| i.is(name))
        };
        match touch {
            PacketScope::All => true,
            PacketScope::Wire => [&skb.iif, &skb.oif].iter().any(|i| i.is_some() && !i.is("lo")),
            PacketScope::Iface(name) => by(name),
            PacketScope::Between(src, dst) => {
                src.is_none_or(|n| n.holds(ip.src)) && dst.is_none_or(|n| n.holds(ip.dst))
            }
            PacketScope::Service { proto, addr, port } => {
                proto.is_none_or(|p| p == ip.proto)
                    && ends.iter().any(|(at, own)| {
                        addr.is_none_or(|a| a == *at)
                            && port.is_none_or(|p| own.is_none_or(|own| own == p))
                    })
            }
            PacketScope::Established => {
                self.flow(skb).is_some_and(|(e, _, _)| e.has(status::SEEN_REPLY))
            }
        }
    }

    /// A base chain that is not nat's. One of type route has the packet routed anew where it changed what routing
    /// looks at (`nf_route_table_hook4`; `ipt_mangle_out` of iptables-legacy).
    fn filter_chain(&mut self, skb: &mut Skb, path: &mut Path, chain: ChainId) -> Result<(), Fate> {
        let before = Self::routing_key(skb);
        self.base_chain(skb, path, chain)?;
        let reroutes = path.hook == Hook::Output && self.kind(chain) == Some(ChainKind::Route);
        if reroutes && Self::routing_key(skb) != before {
            self.reroute(skb)?;
        }
        Ok(())
    }

    /// nat's own place: its chains by their priorities, each asked while the flow has no translation, and then the
    /// packet is rewritten as its flow says.
    fn nat(&mut self, skb: &mut Skb, path: &mut Path) -> Result<(), Fate> {
        let hook = path.hook;
        for (_, station) in self.nat_stations(skb, hook) {
            match station {
                Station::Base(chain) => self.nat_chain(skb, path, chain)?,
                Station::Absent { table, whole } => self.absent(skb, hook, table, whole)?,
                Station::Nat => {}
            }
        }
        self.translate(skb, hook)
    }

    fn kind(&self, chain: ChainId) -> Option<ChainKind> {
        self.world.host.rules.chain(chain).base.as_ref().map(|b| b.kind)
    }

    /// What stands on a hook's line, in order.
    fn stations(&mut self, skb: &Skb, hook: Hook) -> Vec<(i32, Station)> {
        let enters = matches!(hook, Hook::Prerouting | Hook::Output);
        let mut line = self.base_chains(skb, hook, |kind| kind != ChainKind::Nat);
        if hook != Hook::Forward {
            let priority = if enters { priority::DSTNAT } else { priority::SRCNAT };
            // It is registered on every hook with the first nat chain of any.
            let first = |c: &ChainId| self.registered(*c);
            let by = self.chains_of(skb).filter(|c| self.kind(*c) == Some(ChainKind::Nat));
            let by = by.min_by_key(first);
            line.push(Placed { priority, station: Station::Nat, by });
        }
        line.extend(self.absent_tables(skb, hook, false));
        self.in_order(skb, line)
    }

    /// nat's own chains at a hook, in order.
    fn nat_stations(&mut self, skb: &Skb, hook: Hook) -> Vec<(i32, Station)> {
        let mut line = self.base_chains(skb, hook, |kind| kind == ChainKind::Nat);
        line.extend(self.absent_tables(skb, hook, true));
        self.in_order(skb, line)
    }

    /// The base chains that see a packet's family.
    fn chains_of(&self, skb: &Skb) -> impl Iterator<Item = ChainId> {
        let rules = &self.world.host.rules;
        let own = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        rules.chains.iter().enumerate().filter_map(move |(at, chain)| {
            let table = rules.table(chain.table);
            let family = table.family == own || table.family == Family::Inet;
            let sees = chain.base.is_some() && family && !table.dormant;
            sees.then_some(ChainId(at as u32))
        })
    }

    fn base_chains(
        &self,
        skb: &Skb,
        hook: Hook,
        wanted: impl Fn(ChainKind) -> bool,
    ) -> Vec<Placed> {
        let rules = &self.world.host.rules;
        let placed = |chain: ChainId| {
            let base = rules.chain(chain).base.as_ref()?;
            let here = base.hook == hook && wanted(base.kind);
            let (priority, station) = (base.priority, Station::Base(chain));
            here.then_some(Placed { priority, station, by: Some(chain) })
        };
        self.chains_of(skb).filter_map(placed).collect()
    }

    /// The tables of iptables that were not pasted, or not their chain at this hook: nat's, or the others.
    fn absent_tables(&self, skb: &Skb, hook: Hook, nat: bool) -> Vec<Placed> {
        let host = &self.world.host;
        if host.complete.rules || self.is_native_whole(skb) {
            return Vec::new();
        }
        let own = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        let absent = |(table, priority): (&'static str, i32)| {
            let found = host.rules.find_table(own, table);
            let native = |t: &TableId| host.rules.table(*t).backend == Backend::Nft;
            let found = found.filter(|t| !native(t));
            let shown = |t| host.rules.find_chain(t, hook.builtin()).is_some();
            let station = Station::Absent { table, whole: found.is_none() };
            (!found.is_some_and(shown)).then_some(Placed { priority, station, by: None })
        };
        let tables = tables_at(hook).into_iter().filter(|(table, _)| (*table == "nat") == nat);
        tables.filter_map(absent).collect()
    }

    /// When a chain was registered: as commands tell, else as it is listed.
    fn registered(&self, chain: ChainId) -> u32 {
        let base = self.world.host.rules.chain(chain).base.as_ref();
        base.and_then(|b| b.registered).unwrap_or(chain.0)
    }

    /// Stations by priority, of equal ones the one that was registered later first. Where it is not known which of
    /// two that was, and one is of iptables-legacy and the other of nft, it is a question.
    fn in_order(&mut self, skb: &Skb, mut line: Vec<Placed>) -> Vec<(i32, Station)> {
        line.sort_by_key(|s| (s.priority, s.by.map(|by| std::cmp::Reverse(self.registered(by)))));
        // A question for each pair moves what is known to run earlier before the other, one place at a time.
        for at in 1..line.len() {
            let mut here = at;
            while here > 0
                && line[here - 1].priority == line[here].priority
                && let (Some(one), Some(other)) = (line[here - 1].by, line[here].by)
                && self.is_order_unknown(one, other)
            {
                let question = Question::Order(one.min(other), one.max(other));
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                let lower_first = self.ask(skb, &question, &ways) == Answer::Yes;
                if lower_first == (one < other) {
                    break;
                }
                line.swap(here - 1, here);
                here -= 1;
            }
        }
        line.into_iter().map(|s| (s.priority, s.station)).collect()
    }

    /// Whether it is not known which of two chains was registered later.
    fn is_order_unknown(&self, one: ChainId, other: ChainId) -> bool {
        let rules = &self.world.host.rules;
        let legacy = |c: ChainId| rules.table(rules.chain(c).table).backend == Backend::Legacy;
        let told =
            |c: ChainId| rules.chain(c).base.as_ref().is_some_and(|b| b.registered.is_some());
        legacy(one) != legacy(other) && !(told(one) && told(other))
    }

    /// Whether all rules of a packet's family are nft's own, and its listing is whole.
    fn is_native_whole(&self, skb: &Skb) -> bool {
        let host = &self.world.host;
        let own = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        let mut others = host.rules.tables.iter().filter(|t| t.backend != Backend::Nft);
        let any = host.rules.tables.iter().any(|t| t.backend == Backend::Nft);
        !host.complete.rules && any && host.saved_whole.contains(&own) && others.next().is_none()
    }

    /// Whether a table of iptables-nft was listed whole.
    fn made_by_need(&self, family: Family, table: &str) -> bool {
        let host = &self.world.host;
        let found = host.rules.find_table(family, table).map(|t| host.rules.table(t).backend);
        found == Some(Backend::IptablesNft) && host.saved_whole.contains(&family)
    }

    /// A table, or its chain at this hook, that was not pasted.
    fn absent(&mut self, skb: &mut Skb, hook: Hook, table: &str, whole: bool) -> Result<(), Fate> {
        let family = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        let name: Text = table.into();
        let skipped = |why| Event::Skipped { table: Text::from(table), chain: None, why };
        if whole && matches!(table, "raw" | "mangle" | "security") {
            self.note_assumed(Assumed::EmptyTable(family, name));
            self.event(skb, skipped(SkipReason::NotPasted));
            return Ok(());
        }
        if table == "nat"
            && let Some(why) = self.nat_skips(skb, hook)
        {
            self.event(skb, skipped(why));
            return Ok(());
        }
        if !whole && self.made_by_need(family, table) {
            // iptables-nft makes the chains that rules need, and no other.
            self.event(skb, skipped(SkipReason::NotPasted));
            return Ok(());
        }
        if whole && self.world.host.saved_whole.contains(&family) {
            self.note_assumed(Assumed::NoTable(family, name));
            self.event(skb, skipped(SkipReason::NotPasted));
            return Ok(());
        }
        let said = self.world.host.said_tables.iter().rev();
        let said = said.filter(|(f, n, _)| *f == family && *n == name).map(|t| t.2).next();
        if let (true, Some(accepts)) = (whole, said) {
            self.event(skb, skipped(SkipReason::Answered));
            let question = Question::Table(family, name);
            return if accepts { Ok(()) } else { Err(Fate::DroppedUnseen(question)) };
        }
        let question = if whole {
            Question::Table(family, name)
        } else {
            Question::Chain(family, name, hook.builtin().into())
        };
        for chain in alone(&self.world.host, family, table, hook) {
            let ways = [(Answer::Yes, None), (Answer::No, None)];
            if self.ask(skb, &Question::Jump(chain, hook), &ways) == Answer::Yes {
                let mut path = Self::path(skb, hook);
                if self.lone_chain(skb, &mut path, chain)? {
                    return Ok(());
                }
            }
        }
        let filters = [(Answer::Yes, None), (Answer::No, None)];
        let translates = [(Answer::Yes, None), (Answer::Else, None)];
        let ways = if table == "nat" { &translates } else { &filters };
        match self.ask(skb, &question, ways) {
            Answer::Yes => {
                self.event(skb, skipped(SkipReason::Supposed));
                Ok(())
            }
            Answer::No => Err(Fate::DroppedUnseen(question)),
            Answer::Else | Answer::Nth(_) => Err(Fate::Undecided(question)),
        }
    }

    /// What a reroute looks at: it happens when a chain of type route changed one of these.
    fn routing_key(skb: &Skb) -> (IpAddr, IpAddr, u8, u32, u8) {
        let ip = &skb.packet.ip;
        // IPv6 looks at the hop limit too (`ip6t_mangle_out`).
        let hops = if skb.packet.is_v6() { ip.ttl } else { 0 };
        (ip.src, ip.dst, ip.tos, skb.mark, hops)
    }

    /// Fragments wait here until the datagram is whole.
    fn defragment(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        // What is not to be tracked is let through in pieces (`ipv4_conntrack_defrag`).
        let untracked = matches!(skb.attached, CtAttachment::Untracked);
        if self.world.tracked[usize::from(skb.packet.is_v6())].is_none() || untracked {
            return Ok(());
        }
        self.gather(skb, u8::from(hook == Hook::Output))
    }

    /// A fragment waits for the others of its datagram, of which `user` keeps a heap of its own.
    pub(super) fn gather(&mut self, skb: &mut Skb, user: u8) -> Result<(), Fate> {
        let extensions = &skb.packet.ip.extensions;
        if let Some(at) = extensions.iter().position(|e| e.kind == FRAGMENT_HEADER) {
            // A fragment that is the whole datagram loses its header.
            skb.packet.ip.extensions = [&extensions[..at], &extensions[at + 1..]].concat().into();
            self.event(skb, Event::Reassembled);
        }
        if !skb.packet.is_fragment() {
            return Ok(());
        }
        let now = self.world.now_ms;
        let timeouts = self.world.timeouts.clone();
        match Rc::make_mut(&mut self.world.fragments).gather(&skb.packet, user, now, &timeouts) {
            Gathered::Whole { packet, lens } => {
                skb.fragments = Some(lens);
                skb.packet = *packet;
                self.event(skb, Event::Reassembled);
                Ok(())
            }
            Gathered::Kept => {
                self.event(skb, Event::Reassembling);
                Err(Fate::Kept)
            }
            Gathered::Duplicate | Gathered::Overlap => Err(Fate::Refused),
        }
    }

    /// Conntrack looks the packet up.
    fn track(&mut self, skb: &mut Skb, hook: Hook) -> Result<(), Fate> {
        let tracked = self.world.tracked[usize::from(skb.packet.is_v6())];
        if tracked.is_none() || !matches!(skb.attached, CtAttachment::None) {
            return Ok(());
        }
        let on = |name: &str, usual| self.world.sysctl(name, usual).0 != 0;
        let look = TrackContext {
            now_ms: self.world.now_ms,
            zone: skb.zone,
            helper: skb.helper,
            tcp_loose: on("net.netfilter.nf_conntrack_tcp_loose", 1),
            tcp_liberal: on("net.netfilter.nf_conntrack_tcp_be_liberal", 0),
            checksum: hook == Hook::Prerouting && on("net.netfilter.nf_conntrack_checksum", 1),
            timeouts: self.world.timeouts.clone(),
            policy: skb.policy,
        };
        if let Some((id, policy)) = self.world.flows.in_doubt(&skb.packet, &look) {
            let ways = [(Answer::Yes, None), (Answer::No, None)];
            if self.ask(skb, &Question::History(policy), &ways) == Answer::No {
                Rc::make_mut(&mut self.world.flows).kill(id);
            }
        }
        let flows = Rc::make_mut(&mut self.world.flows);
        flows.expire(look.now_ms);
        let untold = flows.window_unknown(&skb.packet, look.zone);
        let mut fits = None;
        skb.attached = match flows.track(&skb.packet, &look) {
            TrackResult::Invalid => CtAttachment::Invalid,
            TrackResult::Untracked => CtAttachment::Untracked,
            TrackResult::New(mut entry, fitting) => {
                entry.came_by.clone_from(&skb.iif);
                entry.proxied = skb.proxied.map(Proxied::new);
                fits = fitting;
                CtAttachment::Loose { entry, dir: CtDir::Original, info: CtInfo::New }
            }
            TrackResult::Gone { entry, dir, info } => CtAttachment::Loose { entry, dir, info },
            TrackResult::Known { id, dir, info } => CtAttachment::Known { id, dir, info },
        };
        if untold {
            self.note_assumed(Assumed::Window);
        }
        if !self.world.host.complete.network && matches!(skb.attached, CtAttachment::Loose { .. }) {
            self.note_assumed(Assumed::NoFlows);
        }
        if let Some(fitting) = fits {
            self.attach_expected(skb, &fitting)?;
        }
        self.event(skb, Event::Tracked);
        Ok(())
    }

    /// A first packet that got this far puts its flow into the table.
    pub(super) fn confirm(&mut self, skb: &mut Skb) -> Result<(), Fate> {
        let CtAttachment::Loose { entry, dir: CtDir::Original, info } = &skb.attached else {
            return Ok(());
        };
        if entry.has(status::CONFIRMED) {
            return Ok(());
        }
        let (id, info) = (entry.id, *info);
        let entry = entry.as_ref().clone();
        if !Rc::make_mut(&mut self.world.flows).confirm(entry) {
            // Another flow took the same tuples in the meantime.
            return Err(Fate::Refused);
        }
        skb.attached = CtAttachment::Known { id, dir: CtDir::Original, info };
        self.event(skb, Event::Confirmed);
        Ok(())
    }

    /// Asks a nat chain, unless the flow's translation is settled.
    fn nat_chain(&mut self, skb: &mut Skb, path: &mut Path, chain: ChainId) -> Result<(), Fate> {
        if let Some(why) = self.nat_skips(skb, path.hook) {
            let rules = &self.world.host.rules;
            let table = rules.table(rules.chain(chain).table).name.clone();
            self.event(skb, Event::Skipped { table, chain: Some(chain), why });
            return Ok(());
        }
        if path.hook == Hook::Input && self.order_untold(skb, chain) {
            self.note_assumed(Assumed::LegacyOrder);
        }
        self.base_chain(skb, path, chain)
    }

    /// Whether INPUT has rules in `nat` and in `security`, and it is not known which of them comes first.
    fn order_untold(&self, skb: &Skb, nat: ChainId) -> bool {
        let host = &self.world.host;
        if host.complete.rules || host.backend.is_some() || host.rules.chain(nat).rules.is_empty() {
            return false;
        }
        let family = if skb.packet.is_v6() { Family::Ip6 } else { Family::Ip };
        let security = host.rules.find_table(family, "security");
        let chain = security.and_then(|t| host.rules.find_chain(t, Hook::Input.builtin()));
        chain.is_some_and(|c| !host.rules.chain(c).rules.is_empty())
    }
}
