//! A hook: its stations in order of priority, conntrack and confirmation among them.

use super::skb::Skb;
use super::walker::Walker;
use crate::ct::status;
use crate::hooked::{Placed, Station};
use crate::likely::alone;
use crate::world::TrackedSince;
use chainwalk_model::{
    Answer, Assumed, Backend, ChainId, ChainKind, CtDir, Event, Family, Fate, Hook, PacketScope,
    Path, PathIface, Question, SkipReason, Text, priority,
};
use std::net::IpAddr;
use std::sync::Arc;

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
        if enters && self.is_native_whole(skb.family()) {
            self.note_assumed(Assumed::NoLegacy);
        }
        let (mut gathered, mut tracked) = (!enters, !enters);
        for &Placed { priority, station, .. } in &*self.stations(skb, hook) {
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
            PacketScope::Outside(name, nets) => {
                let far = if skb.oif.is(name) { Some(ip.dst) } else { Some(ip.src) };
                let there = skb.oif.is(name) || skb.iif.is(name) && skb.oif == PathIface::None;
                far.is_some_and(|a| there && !nets.iter().any(|n| n.holds(a)))
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
        for placed in &*self.nat_stations(skb, hook) {
            match placed.station {
                Station::Base(chain) => self.nat_chain(skb, path, chain)?,
                Station::Absent { table, whole } => self.absent(skb, hook, table, whole)?,
                Station::Nat => {}
            }
        }
        self.translate(skb, hook)
    }

    pub(super) fn kind(&self, chain: ChainId) -> Option<ChainKind> {
        self.world.host.rules.chain(chain).base.as_ref().map(|b| b.kind)
    }

    /// Whether a table of iptables-nft was listed whole.
    fn made_by_need(&self, family: Family, table: &str) -> bool {
        let host = &self.world.host;
        let found = host.rules.find_table(family, table).map(|t| host.rules.table(t).backend);
        found == Some(Backend::IptablesNft) && host.saved_whole.contains(&family)
    }

    /// A table, or its chain at this hook, that was not pasted.
    fn absent(&mut self, skb: &mut Skb, hook: Hook, table: &str, whole: bool) -> Result<(), Fate> {
        let family = skb.family();
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
        let answers = skb.attached.dir() == Some(CtDir::Reply);
        for chain in alone(self.world, family, table, hook, answers) {
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
        let family = skb.family();
        let security = host.rules.find_table(family, "security");
        let chain = security.and_then(|t| host.rules.find_chain(t, Hook::Input.builtin()));
        chain.is_some_and(|c| !host.rules.chain(c).rules.is_empty())
    }
}
