//! Looks a route up: the policy rules, then the tables that they lead to.

use super::found::FibResult;
use super::key::Key;
use crate::context::{Net, Way};
use crate::ct::Zone;
use crate::decide::WeightedAnswer;
use crate::world::World;
use chainwalk_model::{
    Answer, Assumed, Host, IfKind, Order, Origin, PolicyAction, PolicyHit, PolicyRule, Question,
    RouteKind, Text, Tuple,
};
use std::cell::RefCell;
use std::net::IpAddr;

/// The local table.
const LOCAL: u32 = 255;
/// The main table.
const MAIN: u32 = 254;
/// The default table.
const DEFAULT: u32 = 253;
/// Longer than any prefix length that a policy rule suppresses.
const HOST_ROUTE: u8 = 255;

/// Routing over one world's facts. What a lookup assumed gathers in `leans`.
pub(crate) struct Router<'a> {
    pub(super) world: &'a World,
    leans: RefCell<Vec<Assumed>>,
    /// The answers of the question that a lookup ended with, where they are not yes and no.
    pub(super) ways: RefCell<Vec<WeightedAnswer>>,
}

impl<'a> Router<'a> {
    /// Routing in this world.
    pub(crate) fn new(world: &'a World) -> Self {
        Self { world, leans: RefCell::default(), ways: RefCell::default() }
    }

    /// How the question that a lookup ended with can be answered.
    pub(crate) fn ways(&self) -> Vec<WeightedAnswer> {
        match self.ways.take() {
            ways if ways.is_empty() => vec![(Answer::Yes, None), (Answer::No, None)],
            ways => ways,
        }
    }

    /// What the lookups so far assumed.
    pub(crate) fn into_leans(self) -> Vec<Assumed> {
        self.leans.into_inner()
    }

    pub(super) fn host(&self) -> &'a Host {
        &self.world.host
    }

    pub(super) fn note_assumed(&self, lean: Assumed) {
        let mut leans = self.leans.borrow_mut();
        if !leans.contains(&lean) {
            leans.push(lean);
        }
    }

    /// Whether an address of this host beyond loopback is known.
    pub(super) fn addresses_told(&self) -> bool {
        self.host().interfaces.iter().any(|i| {
            i.kind != IfKind::Loopback
                && i.addrs.iter().any(|a| !matches!(a.origin, Origin::Inferred(_)))
        }) || self.host().said_local.iter().any(|(_, is)| matches!(is.origin, Origin::Pasted(_)))
    }

    /// Whether a listing of routes is known, or somebody told one.
    pub(super) fn routes_told(&self) -> bool {
        let listed = !self.host().routes_in_part;
        self.host().routes_listed
            || self.host().routes.iter().any(|r| match r.origin {
                Origin::Inferred(_) => false,
                Origin::Pasted(_) => listed,
                Origin::Given | Origin::Default => true,
            })
    }

    /// Looks up a route through the policy rules, and chooses among its next hops. `Ok(None)` is no route.
    pub(crate) fn lookup(&self, key: &Key) -> Result<Option<FibResult>, Question> {
        let found = self.look_up(key).inspect_err(|_| {
            // What this host sends is more likely for somebody else.
            if key.iif.is_none() {
                self.ways.replace(vec![(Answer::No, None), (Answer::Yes, None)]);
            }
        })?;
        found.map(|f| self.select(f, key)).transpose()
    }

    /// Looks up a route through the policy rules. Of several next hops it has the first.
    pub(crate) fn look_up(&self, key: &Key) -> Result<Option<FibResult>, Question> {
        for Ruled { table, action, suppress, realms, rule } in self.policy(key) {
            match action {
                PolicyAction::Lookup(_) => match self.in_table(table, key)? {
                    Some((_, found)) if found.kind == RouteKind::Throw => {}
                    // A rule that suppresses goes on past a route that leads somewhere, if it is too wide.
                    Some((len, found)) if leads(&found) && suppress.is_some_and(|s| len <= s) => {}
                    Some((_, found)) => {
                        return Ok(Some(FibResult { rule_realms: realms, rule, ..found }));
                    }
                    None => {}
                },
                // Such a rule says what the lack of a route says (`fib4_rule_action`).
                PolicyAction::Unreachable => return Ok(None),
                PolicyAction::Blackhole => return Ok(Some(FibResult::of(RouteKind::Blackhole))),
                PolicyAction::Prohibit => return Ok(Some(FibResult::of(RouteKind::Prohibit))),
            }
        }
        if self.host().complete.network {
            return Ok(None);
        }
        if self.routes_told() {
            self.note_assumed(Assumed::AllRoutes);
            return Ok(None);
        }
        // No route is known: neither is where it leaves.
        Ok(Some(FibResult::of(RouteKind::Unicast)))
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
                let (suppress, realms, rule) = (None, 0, None);
                rules.push((priority, Ruled { table, action, suppress, realms, rule }));
            }
        }
        for rule in told {
            let mut nets = [rule.from, rule.to].into_iter().flatten();
            if nets.any(|n| n.addr.is_ipv4() != key.dst.is_ipv4()) {
                // It is of the other family, also where it is inverted.
                continue;
            }
            let from = rule.from.is_none_or(|n| n.len == 0 || key.src.is_some_and(|s| n.holds(s)));
            let to = rule.to.is_none_or(|n| n.len == 0 || n.holds(key.dst));
            let mark = rule.fwmark.is_none_or(|(value, mask)| key.mark & mask == value & mask);
            let iif = rule.iif.as_deref().is_none_or(|i| i == key.iif.unwrap_or("lo"));
            let oif = rule.oif.as_deref().is_none_or(|o| key.oif == Some(o));
            // IPv4 looks at the bits of the old TOS only.
            let seen = key.tos & if key.dst.is_ipv4() { 0x1c } else { 0xfc };
            let tos = rule.tos.is_none_or(|t| t == 0 || t == seen);
            let uid = rule.uids.is_none_or(|r| r.holds(&key.who.uid));
            let proto = rule.proto.is_none_or(|p| p == key.who.proto);
            let sport = rule.sport.is_none_or(|r| r.holds(&key.who.sport));
            let dport = rule.dport.is_none_or(|r| r.holds(&key.who.dport));
            let transport = uid && proto && sport && dport;
            if (from && to && mark && iif && oif && tos && transport) != rule.not {
                let table = match rule.action {
                    PolicyAction::Lookup(t) => t,
                    _ => 0,
                };
                let PolicyRule { priority, action, suppress, realms, .. } = *rule;
                let own = !matches!(table, LOCAL | MAIN | DEFAULT);
                let rule = own.then_some(PolicyHit { priority, table });
                rules.push((priority, Ruled { table, action, suppress, realms, rule }));
            }
        }
        rules.order_by_key(|r| r.0);
        rules.into_iter().map(|r| r.1).collect()
    }

    /// The route of a table, and its prefix length.
    fn in_table(&self, table: u32, key: &Key) -> Result<Option<(u8, FibResult)>, Question> {
        if table == LOCAL && !is_strict(key) {
            let kind = self.addr_kind(key.dst, None)?;
            if kind == RouteKind::Local && self.local_route(key.dst).is_none() {
                let dev = self.local_owner(key.dst)?.name().cloned();
                let src = Some(self.first_on_its_net(key.dst));
                return Ok(Some((HOST_ROUTE, FibResult { dev, src, ..FibResult::of(kind) })));
            }
            // Only a network's own broadcast address is in the local table, 255.255.255.255 is not.
            if kind == RouteKind::Broadcast
                && let Some(dev) = self.broadcasts_on(key.dst)
            {
                return Ok(Some((HOST_ROUTE, FibResult { dev: Some(dev), ..FibResult::of(kind) })));
            }
        }
        let mut best: Option<(u8, u8, u32, FibResult)> = None;
        let mut offer = |len: u8, tos: u8, metric: u32, found: FibResult| {
            let better = best.as_ref().is_none_or(|(l, t, m, _)| {
                (len, tos, std::cmp::Reverse(metric)) > (*l, *t, std::cmp::Reverse(*m))
            });
            if better {
                best = Some((len, tos, metric, found));
            }
        };
        let outdone = table == LOCAL && self.local_route(key.dst).is_none();
        let own = self.host().routes.iter().filter(|r| r.table == table);
        for route in own.filter(|r| !(outdone && r.kind == RouteKind::Local)) {
            let fits = route.dst.holds(key.dst)
                && route.dst.addr.is_ipv4() == key.dst.is_ipv4()
                && (route.tos == 0 || route.tos == key.tos & 0x1c);
            if fits && let Some(found) = self.of_route(route, key) {
                offer(route.dst.len, route.tos, route.metric, found);
            }
        }
        if table == MAIN {
            for iface in &self.host().interfaces {
                let other = key.oif.is_some_and(|o| *iface.name != *o);
                // The routes of an interface go as it goes down; its addresses stay this host's.
                if other || iface.master.is_some() || iface.up == Some(false) {
                    continue;
                }
                for fact in &iface.addrs {
                    let host_route = fact.value.len == if key.dst.is_ipv4() { 32 } else { 128 };
                    if !host_route && fact.value.holds(key.dst) {
                        if let Origin::Inferred(rule) = fact.origin {
                            self.note_assumed(Assumed::Net {
                                iface: iface.name.clone(),
                                net: fact.value,
                                rule,
                            });
                        }
                        offer(
                            fact.value.len,
                            0,
                            0,
                            FibResult {
                                dev: Some(iface.name.clone()),
                                // Only IPv4's own routes prefer a source.
                                src: Some(fact.value.addr).filter(IpAddr::is_ipv4),
                                ..FibResult::of(RouteKind::Unicast)
                            },
                        );
                    }
                }
            }
        }
        Ok(best.map(|b| (b.0, b.3)))
    }
}

/// Whether only routes out of the interface that a packet came by count: `::1` is on no wire, and is this host's only
/// over lo (`rt6_need_strict`).
fn is_strict(key: &Key) -> bool {
    matches!(key.dst, IpAddr::V6(a) if a.is_loopback()) && key.iif.is_some_and(|i| i != "lo")
}

/// Whether a route says where to go; the others say what becomes of the packet.
fn leads(found: &FibResult) -> bool {
    matches!(found.kind, RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast)
}

/// A policy rule that selects a packet.
struct Ruled {
    table: u32,
    action: PolicyAction,
    /// The prefix length that a route must be longer than.
    suppress: Option<u8>,
    realms: u32,
    /// It itself, where it is not one of those that every host has.
    rule: Option<PolicyHit>,
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

    fn leaves_by(&self, way: &Way) -> Result<Vec<Text>, Question> {
        match self.look_up(&Key::of(way))? {
            Some(FibResult { choice: Some(choice), .. }) => {
                Ok(choice.all.iter().filter_map(|h| h.dev.clone()).collect())
            }
            Some(FibResult { dev: Some(dev), kind: RouteKind::Unicast, .. }) => Ok(vec![dev]),
            Some(FibResult { dev: None, kind: RouteKind::Unicast, .. }) => {
                Err(Question::Route(way.to))
            }
            Some(FibResult { kind: RouteKind::Local, .. }) => Ok(vec!["lo".into()]),
            _ => Ok(Vec::new()),
        }
    }

    fn route_kind(&self, way: &Way) -> Result<Option<RouteKind>, Question> {
        Ok(self.look_up(&Key::of(way))?.map(|found| found.kind))
    }

    fn comes_soon(&self) -> Option<bool> {
        let answer = self.world.answer(&Question::Soon(self.world.turn as u32))?;
        Some(answer == Answer::Yes)
    }

    fn answered_way(&self, dst: IpAddr, name: &str) -> Option<bool> {
        self.world.answers.iter().find_map(|(question, answer)| match question {
            Question::LeavesBy(to, by) if *to == dst && **by == *name => {
                Some(*answer == Answer::Yes)
            }
            // It leaves by one interface.
            Question::LeavesBy(to, by) if *to == dst && *answer == Answer::Yes => {
                Some(name.strip_suffix('+').is_some_and(|begins| by.starts_with(begins)))
            }
            _ => None,
        })
    }

    fn status(&self, tuple: Tuple, zone: Zone) -> Option<u16> {
        let (id, _) = self.world.flows.find(tuple, zone)?;
        self.world.flows.get(id).map(|flow| flow.status)
    }

    fn is_open(&self, orig: Tuple, zone: Zone) -> bool {
        let flow = self.world.flows.find(orig, zone).and_then(|(id, _)| self.world.flows.get(id));
        flow.is_some_and(|f| !f.is_closed())
    }
}
