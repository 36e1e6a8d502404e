//! Rules that can never match because of what stands before them, or because nothing leads to them.
//!
//! Guarantees: a rule that is named here matches no packet whatever. Rules of which that can't be shown are
//! not named, so what is missing here proves nothing.

use crate::ext::{self, Reads};
use chainwalk_model::{
    AddrMask, Chain, ChainId, ConntrackMatch, Family, Host, IfaceMatch, Inv, IpMatch, Match,
    OpKind, PortsMatch, Range, Rule, RuleId, Ruleset, Shadow, Table, Target, TcpMatch, builtins,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// So many pairs of rules are compared; a very long chain is looked at in part.
const MOST_PAIRS: usize = 8_000_000;
/// How deep chains are followed to see whether they end every packet.
const MOST_DEPTH: usize = 16;

/// The rules of a host that can never match, and why.
pub fn shadowed(host: &Host) -> HashMap<RuleId, Shadow> {
    let rules = &host.rules;
    let (takes, found) = (HashMap::new(), HashMap::new());
    let mut looker = Looker { host, rules, pairs: MOST_PAIRS, takes, found };
    let changed: Vec<Reads> = rules.tables.iter().map(|t| changed(host, t)).collect();
    for (at, chain) in rules.chains.iter().enumerate() {
        looker.chain(ChainId(at as u32), chain, changed[chain.table.0 as usize]);
    }
    looker.unreached(host);
    looker.found
}

struct Looker<'a> {
    host: &'a Host,
    rules: &'a Ruleset,
    pairs: usize,
    /// What is known of chains by how deep they were looked at: they may call each other very many times over.
    takes: HashMap<(ChainId, usize), bool>,
    found: HashMap<RuleId, Shadow>,
}

impl<'a> Looker<'a> {
    /// Finds the rules of a chain behind one that takes all they would match.
    fn chain(&mut self, id: ChainId, chain: &'a Chain, changed: Reads) {
        let mut takers: Vec<(RuleId, &'a Rule)> = Vec::new();
        for rule_id in &chain.rules {
            let rule = self.rules.rule(*rule_id);
            for (taker_id, taker) in &takers {
                if self.pairs == 0 {
                    return;
                }
                self.pairs -= 1;
                if covers(taker, rule) {
                    self.found.insert(*rule_id, Shadow::Behind(*taker_id));
                    break;
                }
            }
            let shadowed = self.found.contains_key(rule_id);
            if !shadowed && is_settled(self.host, rule, changed) && self.ends(rule, id, 0) {
                takers.push((*rule_id, rule));
            }
        }
    }

    /// Whether no packet that matches a rule comes to the one behind it.
    fn ends(&mut self, rule: &Rule, of: ChainId, depth: usize) -> bool {
        match target(rule) {
            Some(
                Target::Accept
                | Target::Drop
                | Target::Reject(_)
                | Target::Return
                | Target::Goto(_)
                | Target::Dnat(_)
                | Target::Snat(_)
                | Target::Masquerade(_)
                | Target::Redirect(_)
                | Target::Netmap(_),
            ) => true,
            Some(Target::Jump(to)) => *to != of && self.takes_all(*to, depth),
            _ => false,
        }
    }

    /// Whether a chain lets no packet back to the chain that called it.
    fn takes_all(&mut self, id: ChainId, depth: usize) -> bool {
        if let Some(known) = self.takes.get(&(id, depth)) {
            return *known;
        }
        let takes = self.look_through(id, depth);
        self.takes.insert((id, depth), takes);
        takes
    }

    fn look_through(&mut self, id: ChainId, depth: usize) -> bool {
        let chain = self.rules.chain(id);
        if !chain.declared || chain.base.is_some() || depth > MOST_DEPTH {
            return false;
        }
        let rules = self.rules;
        for rule in chain.rules.iter().map(|r| rules.rule(*r)) {
            match target(rule) {
                // Both lead out of the chain and back to the caller.
                Some(Target::Return | Target::Goto(_) | Target::Opaque(_)) => return false,
                _ if is_unconditional(rule) && self.ends(rule, id, depth + 1) => return true,
                _ => {}
            }
        }
        false
    }

    /// Finds the rules of chains that no base chain leads to.
    fn unreached(&mut self, host: &Host) {
        for table in &self.rules.tables {
            let whole = host.complete.rules
                || builtins(&table.name, table.backend).all(|chain| {
                    let name = chain.hook.builtin();
                    table.chains.iter().map(|c| self.rules.chain(*c)).any(|c| &*c.name == name)
                });
            if !whole || !matches!(table.family, Family::Ip | Family::Ip6) {
                continue;
            }
            let mut seen: HashSet<ChainId> = HashSet::new();
            let base = |c: &&ChainId| self.rules.chain(**c).base.is_some();
            let mut open: Vec<ChainId> = table.chains.iter().filter(base).copied().collect();
            while let Some(chain) = open.pop() {
                if !seen.insert(chain) {
                    continue;
                }
                for rule in &self.rules.chain(chain).rules {
                    if self.found.contains_key(rule) {
                        continue;
                    }
                    for op in &self.rules.rule(*rule).ops {
                        if let OpKind::Target(Target::Jump(to) | Target::Goto(to)) = &op.what {
                            open.push(*to);
                        }
                    }
                }
            }
            // What can't be read may be a jump.
            let opaque = table.chains.iter().flat_map(|c| &self.rules.chain(*c).rules).any(|r| {
                let ops = &self.rules.rule(*r).ops;
                ops.iter().any(|o| matches!(o.what, OpKind::Target(Target::Opaque(_))))
            });
            if opaque {
                continue;
            }
            for id in table.chains.iter().filter(|c| !seen.contains(c)) {
                for rule in &self.rules.chain(*id).rules {
                    self.found.entry(*rule).or_insert(Shadow::Unreached(*id));
                }
            }
        }
    }
}

/// What may be another for the same packet at another rule of a table: what rules of it change while the packet
/// passes one of its base chains.
fn changed(host: &Host, table: &Table) -> Reads {
    let rules = &host.rules;
    let of_chain = |c: &ChainId| rules.chain(*c).rules.iter().flat_map(|r| &rules.rule(*r).ops);
    table.chains.iter().flat_map(of_chain).fold(Reads::RESTLESS, |all, op| {
        all.and(match &op.what {
            OpKind::Match(test) => ext::facts(test, host).writes,
            OpKind::Target(target) => written(target),
        })
    })
}

/// What a target changes about the packet that passes it.
fn written(target: &Target) -> Reads {
    match target {
        Target::Mark(_) => Reads::MARK,
        // Restoring writes the packet's mark, saving the flow's.
        Target::Connmark { .. } => Reads::MARK.and(Reads::CTMARK),
        Target::Tos(_) | Target::Dscp(_) | Target::Ttl(_) | Target::Tcpmss(_) => Reads::HEADER,
        Target::Set(_) => Reads::SETS,
        Target::Ct(_) => Reads::CT,
        Target::Accept
        | Target::Drop
        | Target::Return
        | Target::Jump(_)
        | Target::Goto(_)
        | Target::Reject(_)
        | Target::Log { .. }
        | Target::Queue { .. }
        | Target::Dnat(_)
        | Target::Snat(_)
        | Target::Masquerade(_)
        | Target::Redirect(_)
        | Target::Netmap(_)
        | Target::Trace
        | Target::Checksum => Reads::FIXED,
        _ => Reads::ALL,
    }
}

fn target(rule: &Rule) -> Option<&Target> {
    rule.ops.iter().find_map(|op| match &op.what {
        OpKind::Target(target) => Some(target),
        OpKind::Match(_) => None,
    })
}

fn matches(rule: &Rule) -> impl Iterator<Item = &Match> {
    rule.ops.iter().filter_map(|op| match &op.what {
        OpKind::Match(test) => Some(test),
        OpKind::Target(_) => None,
    })
}

fn is_unconditional(rule: &Rule) -> bool {
    matches(rule).all(|m| matches!(m, Match::Comment(_)))
}

/// Whether each test of a rule says the same of one packet wherever in the chain it is asked.
fn is_settled(host: &Host, rule: &Rule, changed: Reads) -> bool {
    changed != Reads::ALL && matches(rule).all(|m| !ext::facts(m, host).reads.meets(changed))
}

/// Whether every packet that `inner` matches is matched by `outer`.
fn covers(outer: &Rule, inner: &Rule) -> bool {
    matches(outer).all(|o| implied(o, inner))
}

/// Whether a test holds for every packet that a rule matches.
fn implied(test: &Match, rule: &Rule) -> bool {
    match test {
        Match::Comment(_) => true,
        Match::Ip(outer) => {
            let blank = IpMatch::default();
            let inner = matches(rule).find_map(|m| match m {
                Match::Ip(ip) => Some(&**ip),
                _ => None,
            });
            ip_covers(outer, inner.unwrap_or(&blank))
        }
        _ => matches(rule).any(|inner| match_covers(test, inner)),
    }
}

fn ip_covers(outer: &IpMatch, inner: &IpMatch) -> bool {
    let nets = |o: &Option<Inv<AddrMask>>, i: &Option<Inv<AddrMask>>| match (o, i) {
        (None, _) => true,
        (Some(o), Some(i)) => o == i || (!o.not && !i.not && net_covers(o.value, i.value)),
        (Some(_), None) => false,
    };
    let names = |o: &Option<Inv<IfaceMatch>>, i: &Option<Inv<IfaceMatch>>| match (o, i) {
        (None, _) => true,
        (Some(o), Some(i)) => {
            o == i
                || (!o.not && !i.not && o.value.prefix && i.value.name.starts_with(&*o.value.name))
        }
        (Some(_), None) => false,
    };
    nets(&outer.src, &inner.src)
        && nets(&outer.dst, &inner.dst)
        && names(&outer.iniface, &inner.iniface)
        && names(&outer.outiface, &inner.outiface)
        && (outer.proto.is_none() || outer.proto == inner.proto)
        && (outer.fragment.is_none() || outer.fragment == inner.fragment)
}

/// Whether a network under its mask holds all of another.
fn net_covers(outer: AddrMask, inner: AddrMask) -> bool {
    let bits = |a: IpAddr| match a {
        IpAddr::V4(a) => u128::from(a.to_bits()),
        IpAddr::V6(a) => a.to_bits(),
    };
    let (om, im) = (bits(outer.mask), bits(inner.mask));
    outer.addr.is_ipv4() == inner.addr.is_ipv4()
        && om & im == om
        && bits(outer.addr) & om == bits(inner.addr) & om
}

fn match_covers(outer: &Match, inner: &Match) -> bool {
    match (outer, inner) {
        (Match::Tcp(o), Match::Tcp(i)) => tcp_covers(o, i),
        (Match::Udp(o), Match::Udp(i)) => ports_cover(o, i),
        (Match::State(o), Match::State(i)) => states_cover(*o, *i),
        (Match::Conntrack(o), Match::Conntrack(i)) => {
            let (Some(os), Some(is)) = (o.state, i.state) else { return o == i };
            let rest = |c: &ConntrackMatch| ConntrackMatch { state: None, ..c.clone() };
            // Only the state is wider; what else the outer one asks, the inner one asks too.
            states_cover(os, is) && (rest(o) == ConntrackMatch::default() || rest(o) == rest(i))
        }
        (o, i) => o == i,
    }
}

/// Any one of the states suffices, so more of them match more.
fn states_cover(
    outer: Inv<chainwalk_model::CtStates>,
    inner: Inv<chainwalk_model::CtStates>,
) -> bool {
    outer == inner || (!outer.not && !inner.not && outer.value.0 & inner.value.0 == inner.value.0)
}

fn tcp_covers(outer: &TcpMatch, inner: &TcpMatch) -> bool {
    range_covers(outer.sport, inner.sport)
        && range_covers(outer.dport, inner.dport)
        && (outer.flags.is_none() || outer.flags == inner.flags)
        && (outer.option.is_none() || outer.option == inner.option)
}

fn ports_cover(outer: &PortsMatch, inner: &PortsMatch) -> bool {
    range_covers(outer.sport, inner.sport) && range_covers(outer.dport, inner.dport)
}

fn range_covers(outer: Option<Inv<Range<u16>>>, inner: Option<Inv<Range<u16>>>) -> bool {
    match (outer, inner) {
        (None, _) => true,
        (Some(o), Some(i)) => {
            let within = o.value.first <= i.value.first && i.value.last <= o.value.last;
            o == i || (!o.not && !i.not && within)
        }
        (Some(_), None) => false,
    }
}
