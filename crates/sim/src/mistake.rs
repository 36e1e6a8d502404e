//! A misconception, replayed: the host is changed so that what somebody believes is so, and the engine walks it.
//!
//! Guarantees: ids and numbers of chains and rules stay what they are, so that an end names the rule that the text has.

use crate::session::Session;
use chainwalk_model::nft::{Condition, CtKey, Expr, Field, Meta};
use chainwalk_model::{
    AddrMask, Base, Chain, ChainKind, CtStates, Fact, Fate, Hook, Host, Inv, IpMatch, Match,
    Mistake, OpKind, Origin, PacketSpec, Policy, RejectWith, Rule, Ruleset, Target,
};
use std::rc::Rc;

/// Walks packets as they would fare if the mistake were so.
pub fn mistaken(host: &Host, asks: &[PacketSpec], mistake: Mistake) -> Session {
    if mistake == Mistake::FilterFirst {
        return filter_first(host, asks);
    }
    let mut host = host.clone();
    match mistake {
        Mistake::NoNat => no_nat(&mut host),
        Mistake::OtherHook => other_hook(&mut host),
        Mistake::Policy => clear(&mut host, judges),
        Mistake::LastMatch => {
            of_filter(&mut host, |rules, chain| rules.chains[chain].rules.reverse());
        }
        Mistake::LooksRight => of_filter(&mut host, looks_right),
        Mistake::ReturnEnds => each_target(&mut host, |target| {
            if *target == Target::Return {
                *target = Target::Accept;
            }
        }),
        Mistake::DropAnswers => each_target(&mut host, |target| match target {
            Target::Drop => *target = Target::Reject(RejectWith::PortUnreachable),
            Target::Reject(_) => *target = Target::Drop,
            _ => {}
        }),
        Mistake::ReplyAlone => of_filter(&mut host, |rules, chain| {
            let Ruleset { chains, rules, .. } = rules;
            chains[chain].rules.retain(|id| !asks_for_flow(&rules[id.0 as usize]));
        }),
        Mistake::NoRouting => no_routing(&mut host),
        Mistake::FilterFirst => {}
    }
    sent(host, asks)
}

fn sent(host: Host, asks: &[PacketSpec]) -> Session {
    let mut session = Session::new(host);
    for ask in asks {
        session.send(ask);
    }
    session
}

/// The chains of the filter judge the packet as it came, and NAT happens behind them: where FORWARD would stop the
/// packet with the headers that it was sent with, it ends there; else it goes its way as if nothing were filtered.
fn filter_first(host: &Host, asks: &[PacketSpec]) -> Session {
    let mut untouched = host.clone();
    no_nat(&mut untouched);
    other_hook(&mut untouched);
    let judged = sent(untouched, asks);
    let stopped = judged.walks().last().is_some_and(|walk| {
        let stops = |fate: &Fate| matches!(fate, Fate::Dropped(_) | Fate::Rejected { .. });
        walk.outcomes.iter().all(|outcome| stops(&outcome.trace.fate))
    });
    if stopped {
        return judged;
    }
    let mut open = host.clone();
    clear(&mut open, judges);
    let rules = Rc::make_mut(&mut open.rules);
    for base in rules.chains.iter_mut().filter_map(|chain| chain.base.as_mut()) {
        if judges(base) {
            base.policy = Policy::Accept;
        }
    }
    sent(open, asks)
}

/// Whether a base chain of the filter is asked for packets that come in, pass or leave.
fn judges(base: &Base) -> bool {
    base.kind == ChainKind::Filter
        && matches!(base.hook, Hook::Input | Hook::Forward | Hook::Output)
}

/// Takes the rules out of base chains.
fn clear(host: &mut Host, which: fn(&Base) -> bool) {
    let rules = Rc::make_mut(&mut host.rules);
    for chain in &mut rules.chains {
        if chain.base.as_ref().is_some_and(which) {
            chain.rules.clear();
        }
    }
}

fn no_nat(host: &mut Host) {
    clear(host, |base| base.kind == ChainKind::Nat);
}

fn other_hook(host: &mut Host) {
    let rules = Rc::make_mut(&mut host.rules);
    for base in rules.chains.iter_mut().filter_map(|chain| chain.base.as_mut()) {
        base.hook = match base.hook {
            Hook::Input if base.kind == ChainKind::Filter => Hook::Forward,
            Hook::Forward if base.kind == ChainKind::Filter => Hook::Input,
            other => other,
        };
    }
}

/// Changes every chain that stands in a table without NAT, by its number.
fn of_filter(host: &mut Host, change: impl Fn(&mut Ruleset, usize)) {
    let rules = Rc::make_mut(&mut host.rules);
    let translates = |chain: &Chain| {
        let table = &rules.tables[chain.table.0 as usize];
        let mut bases = table.chains.iter().filter_map(|id| rules.chain(*id).base.as_ref());
        chain.base.as_ref().map_or_else(
            || bases.all(|base| base.kind == ChainKind::Nat),
            |base| base.kind == ChainKind::Nat,
        )
    };
    let chosen: Vec<usize> =
        (0..rules.chains.len()).filter(|at| !translates(&rules.chains[*at])).collect();
    for chain in chosen {
        change(rules, chain);
    }
}

fn each_target(host: &mut Host, change: impl Fn(&mut Target)) {
    of_filter(host, |rules, chain| {
        let Ruleset { chains, rules, .. } = rules;
        for id in &chains[chain].rules {
            for op in &mut rules[id.0 as usize].ops {
                if let OpKind::Target(target) = &mut op.what {
                    change(target);
                }
            }
        }
    });
}

/// Leaves of each rule what it says of addresses and ports; one that says nothing of them is not looked at, unless it
/// leads to another chain.
fn looks_right(rules: &mut Ruleset, chain: usize) {
    let Ruleset { chains, rules, .. } = rules;
    chains[chain].rules.retain(|id| {
        let rule = &mut rules[id.0 as usize];
        let leads = rule
            .ops
            .iter()
            .any(|op| matches!(op.what, OpKind::Target(Target::Jump(_) | Target::Goto(_))));
        if leads {
            return true;
        }
        rule.ops.retain_mut(|op| match &mut op.what {
            OpKind::Match(test) => is_of_ends(test),
            OpKind::Target(_) => true,
        });
        rule.ops.iter().any(|op| matches!(&op.what, OpKind::Match(test) if names_end(test)))
    });
}

/// Whether a test is about addresses, ports or the protocol; of what all rules have it keeps these.
fn is_of_ends(test: &mut Match) -> bool {
    match test {
        Match::Ip(ip) => {
            (ip.iniface, ip.outiface, ip.fragment) = (None, None, None);
            let straight = |net: &Option<Inv<AddrMask>>| net.filter(|net| !net.not);
            (ip.src, ip.dst) = (straight(&ip.src), straight(&ip.dst));
            **ip != IpMatch::default()
        }
        Match::Tcp(tcp) => {
            (tcp.flags, tcp.option) = (None, None);
            true
        }
        Match::Udp(_)
        | Match::Multiport { .. }
        | Match::Icmp(_)
        | Match::Icmp6(_)
        | Match::Iprange(_) => true,
        Match::Nft(condition) => of_condition(condition).is_none_or(|field| match field {
            Field::Header(_) => true,
            Field::Meta(meta) => {
                matches!(meta, Meta::Protocol | Meta::Nfproto | Meta::L4proto)
            }
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a test names an address or a port.
fn names_end(test: &Match) -> bool {
    match test {
        Match::Ip(ip) => ip.src.is_some() || ip.dst.is_some(),
        Match::Tcp(tcp) => tcp.sport.is_some() || tcp.dport.is_some(),
        Match::Udp(_)
        | Match::Multiport { .. }
        | Match::Icmp(_)
        | Match::Icmp6(_)
        | Match::Iprange(_) => true,
        Match::Nft(condition) => matches!(of_condition(condition), Some(Field::Header(_))),
        _ => false,
    }
}

/// The field that a condition of nft looks at; none where it looks at several, or at none.
fn of_condition(condition: &Condition) -> Option<&Field> {
    let expr = match condition {
        Condition::Compare { left: expr, .. } | Condition::Lookup { key: expr, .. } => expr,
        Condition::Exists { field, .. } => return Some(field),
        _ => return None,
    };
    match expr {
        Expr::Field(field) => Some(field),
        Expr::Bits { of, .. } => match &**of {
            Expr::Field(field) => Some(field),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a rule asks for packets of a flow that is known.
fn asks_for_flow(rule: &Rule) -> bool {
    let known =
        |states: &Inv<CtStates>| !states.not && states.value.0 & CtStates::ESTABLISHED.0 != 0;
    rule.ops.iter().any(|op| match &op.what {
        OpKind::Match(Match::State(states)) => known(states),
        OpKind::Match(Match::Conntrack(test)) => test.state.as_ref().is_some_and(known),
        OpKind::Match(Match::Nft(condition)) => {
            matches!(of_condition(condition), Some(Field::Ct(CtKey::State, _)))
        }
        _ => false,
    })
}

fn no_routing(host: &mut Host) {
    host.sysctls.retain(|(name, _)| !name.ends_with(".rp_filter"));
    let names = host.interfaces.iter().map(|iface| iface.name.to_string());
    let names = names.chain(["all".to_owned(), "default".to_owned()]);
    let mut said: Vec<(String, &str)> =
        names.map(|name| (format!("net.ipv4.conf.{name}.rp_filter"), "0")).collect();
    said.push(("net.ipv4.ip_forward".to_owned(), "1"));
    said.push(("net.ipv6.conf.all.forwarding".to_owned(), "1"));
    said.push(("net.ipv4.conf.all.route_localnet".to_owned(), "1"));
    for (name, value) in said {
        host.sysctls.retain(|(known, _)| **known != *name);
        let fact = Fact { value: value.into(), origin: Origin::Given };
        host.sysctls.push((name.as_str().into(), fact));
    }
}
