//! Rules as ways in and out: who, to what, and where that leads.

use super::asked::{Asked, asked};
use super::hooks::filters_at;
use super::packets::Offers;
use super::told::{Reach, ReachSection};
use crate::explained::Explained;
use crate::page::{Lang, Tone};
use crate::places::{chain_class, chain_path, policy_word};
use crate::say::text;
use crate::steps::meaning;
use crate::targets::{reject, target_text};
use crate::terms::conditions_text;
use crate::values::{endpoint, protocol};
use crate::wish::statement;
use chainwalk_model::nft::{ElementData, NatKind, NftVerdict, SetData, Statement};
use chainwalk_model::{
    ChainId, Family, Hook, LocalStack, Match, OpKind, Policy, Printer, Rule, RuleId, Ruleset,
    Target,
};
use std::collections::HashSet;
use std::net::IpAddr;

/// So many ports are named in the note beside INPUT.
pub(crate) const NAMED: usize = 8;
/// So many rules are looked at for it.
const LOOKED_AT: usize = 20_000;
/// So many rows of a section are made at most.
const ROWS: usize = 200;

/// The sections of a paste, the empty ones left out.
pub(super) fn sections(t: &Explained, offers: &Offers) -> Vec<ReachSection> {
    let mut out = translated(t, offers);
    out.extend([here(t, offers), listens(t, offers), through(t, offers), outwards(t)]);
    out.retain(|section| !section.rows.is_empty());
    out
}

fn section(title: String, mut rows: Vec<Reach>) -> ReachSection {
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    ReachSection { title, ordered: false, rows, more }
}

/// The chains that packets of some base chains get to.
pub(crate) fn reached(t: &Explained, from: impl Iterator<Item = ChainId>) -> Vec<ChainId> {
    let rules = t.rules();
    let mut order: Vec<ChainId> = Vec::new();
    let mut seen: HashSet<ChainId> = HashSet::new();
    let mut next: Vec<ChainId> = from.collect();
    next.reverse();
    while let Some(chain) = next.pop() {
        if !seen.insert(chain) {
            continue;
        }
        order.push(chain);
        for rule in rules.chain(chain).rules.iter().rev() {
            next.extend(calls(t, rules.rule(*rule)));
        }
    }
    order
}

/// The chains that a rule may lead to.
pub(super) fn calls(t: &Explained, rule: &Rule) -> Vec<ChainId> {
    let mut out = Vec::new();
    for op in &rule.ops {
        match &op.what {
            OpKind::Target(Target::Jump(to) | Target::Goto(to)) => out.push(*to),
            OpKind::Target(Target::Nft(statement)) => {
                let Statement::VerdictMap { map, .. } = &**statement else { continue };
                for element in &t.rules().set(*map).elements {
                    if let Some(ElementData::Verdict(NftVerdict::Jump(to) | NftVerdict::Goto(to))) =
                        element.data
                    {
                        out.push(to);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// What DNAT and REDIRECT send elsewhere.
fn translated(t: &Explained, offers: &Offers) -> Vec<ReachSection> {
    let rules = t.rules();
    let (mut docker, mut other, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (id, rule) in (0..).map(RuleId).zip(&rules.rules) {
        // Services have a place of their own.
        if of_cluster(rules, rule.chain) {
            continue;
        }
        match rule.verdict() {
            Some(Target::Dnat(to)) => {
                let addr = to.addrs.map(|a| a.first);
                let port = to.ports.map(|p| p.first);
                let to = match addr {
                    Some(addr) => to_words(t, addr, port),
                    None => port.map(|p| format!(":{p}")).unwrap_or_default(),
                };
                let row = Reach { to, ..row(t, id, offers) };
                let by_docker = rules.chain(rule.chain).name.starts_with("DOCKER");
                if by_docker { &mut docker } else { &mut other }.push(row);
            }
            Some(Target::Redirect(to)) => {
                let port = to.ports.map(|p| format!(":{}", p.first)).unwrap_or_default();
                own.push(Reach { to: port, ..row(t, id, offers) });
            }
            Some(target) => {
                let list = match statement(rule) {
                    Some(Statement::Nat { kind: NatKind::Dnat, .. }) => &mut other,
                    Some(Statement::Nat { kind: NatKind::Redirect, .. }) => &mut own,
                    _ => continue,
                };
                let text = target_text(rules, rule.chain, target);
                let to = text.split_once(" to ").map_or(text.as_str(), |(_, to)| to).to_owned();
                list.push(Reach { to, ..row(t, id, offers) });
            }
            None => {}
        }
    }
    vec![
        section(text!(t.lang, OverDocker), docker),
        section(text!(t.lang, OverPublished), other),
        section(text!(t.lang, OverRedirected), own),
    ]
}

/// An address and a port, with the name that the paste gives it and the interface behind which it is.
fn to_words(t: &Explained, addr: IpAddr, port: Option<u16>) -> String {
    let mut words = endpoint(addr, port);
    if let Some(name) = t.host.names.iter().find(|n| n.addr == addr) {
        words = format!("{words} {}", name.name);
    }
    let near = t.host.interfaces.iter().find(|i| i.addrs.iter().any(|a| a.value.holds(addr)));
    match near {
        Some(iface) => text!(t.lang, OverBehind, to = words, iface = &*iface.name),
        None => words,
    }
}

/// What the rules open of this host.
fn here(t: &Explained, offers: &Offers) -> ReachSection {
    let (mut rows, more) = opened(t, Hook::Input, offers);
    for row in &mut rows {
        row.to = row.to.clone() + &listener(t, row);
    }
    rows.extend(unread(t, Hook::Input));
    rows.extend(policies(t, Hook::Input));
    ReachSection { title: text!(t.lang, OverHere), ordered: false, rows, more }
}

/// Whether a chain is kube-proxy's.
fn of_cluster(rules: &Ruleset, chain: ChainId) -> bool {
    let chain = rules.chain(chain);
    chain.name.starts_with("KUBE-") || &*rules.table(chain.table).name == "kube-proxy"
}

/// Whether a rule lets somebody in: not what is known already, what a host says to itself, or all that is left.
fn lets_in(t: &Explained, rule: &Rule) -> bool {
    if !matches!(rule.verdict(), Some(Target::Accept)) {
        return false;
    }
    // Of many rules most can be told by what kinds of conditions they have.
    let plain = |op: &OpKind| match op {
        OpKind::Match(Match::Ip(ip)) => {
            let asks = ip.src.is_some() || ip.dst.is_some() || ip.proto.is_some();
            Some(asks || ip.outiface.is_some()).filter(|_| ip.iniface.is_none())
        }
        OpKind::Match(Match::Tcp(_) | Match::Udp(_) | Match::Multiport { .. }) => Some(true),
        OpKind::Match(_) => None,
        OpKind::Target(_) => Some(false),
    };
    let told: Option<Vec<bool>> = rule.ops.iter().map(|op| plain(&op.what)).collect();
    if let Some(all) = told {
        return all.contains(&true);
    }
    let asked = asked(t, rule);
    let within = asked.who == text!(t.lang, OverThisHost);
    !asked.known && !within && !conditions_text(t.rules(), rule).is_empty()
}

/// What rules at a hook accept, and how many there are beyond those.
fn opened(t: &Explained, hook: Hook, offers: &Offers) -> (Vec<Reach>, usize) {
    let rules = t.rules();
    let (mut rows, mut more) = (Vec::new(), 0);
    for chain in reached(t, filters_at(t, hook)) {
        // What Docker publishes is told with the rule that leads there.
        if of_cluster(rules, chain) || rules.chain(chain).name.starts_with("DOCKER") {
            continue;
        }
        for id in &rules.chain(chain).rules {
            let rule = rules.rule(*id);
            if lets_in(t, rule) {
                if rows.len() < ROWS {
                    rows.push(row(t, *id, offers));
                } else {
                    more += 1;
                }
                continue;
            }
            // A map of verdicts is a rule for each of its elements.
            let Some(Statement::VerdictMap { map, .. }) = statement(rule) else { continue };
            let set = rules.set(*map);
            if !matches!(set.data, SetData::Verdict) {
                continue;
            }
            let printer = Printer::short(rules);
            for element in &set.elements {
                let accepts =
                    matches!(element.data, Some(ElementData::Verdict(NftVerdict::Accept)));
                let text = printer.element(set, element);
                let key = text.split(" : ").next().unwrap_or_default();
                if accepts && rows.len() < ROWS && key.chars().any(|c| c.is_ascii_digit()) {
                    rows.push(Reach {
                        what: key.to_owned(),
                        span: Some(element.span),
                        line: None,
                        ..row(t, *id, offers)
                    });
                }
            }
        }
    }
    (rows, more)
}

/// How many rules at a hook could not be read, so that nobody can say what they let in.
fn unread(t: &Explained, hook: Hook) -> Option<Reach> {
    let rules = t.rules();
    let unknown = |rule: &Rule| {
        let opaque = |op: &OpKind| match op {
            OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => {
                o.blank.is_none()
            }
            _ => false,
        };
        !rule.is_left_out() && rule.ops.iter().any(|op| opaque(&op.what))
    };
    let all = reached(t, filters_at(t, hook)).into_iter().flat_map(|c| &rules.chain(c).rules);
    let all: Vec<RuleId> = all.copied().filter(|id| unknown(rules.rule(*id))).collect();
    let first = rules.rule(*all.first()?);
    Some(Reach {
        what: text!(t.lang, ShortRules, count = all.len()),
        to: text!(t.lang, OverUnread),
        tone: Some(Tone::Depends),
        by: short_path(t, first.chain),
        class: chain_class(rules, first.chain).into(),
        span: Some(first.span),
        ..Reach::default()
    })
}

/// What the filters at a hook do with the rest, in the order in which they are asked: a rule that asks for nothing, or
/// the policy. What one of them accepts the next one is asked about, too.
fn policies(t: &Explained, hook: Hook) -> Vec<Reach> {
    let rules = t.rules();
    let chains = filters_at(t, hook).filter(|c| {
        let chain = rules.chain(*c);
        let drops = chain.base.as_ref().is_some_and(|b| b.policy == Policy::Drop);
        let filters = !chain.rules.is_empty() && chain_class(rules, *c) == "filter";
        !of_cluster(rules, *c) && (drops || filters)
    });
    let row = |chain: ChainId| {
        let last = rules.chain(chain).rules.iter().find(|id| {
            let rule = rules.rule(**id);
            let ends =
                matches!(rule.verdict(), Some(Target::Accept | Target::Drop | Target::Reject(_)));
            ends && conditions_text(rules, rule).is_empty()
        });
        if let Some(id) = last {
            let what = text!(t.lang, OverElse);
            return Some(Reach { what, by: by(t, rules.rule(*id)), ..rule_row(t, *id) });
        }
        let policy = rules.chain(chain).base.as_ref()?.policy;
        if policy == Policy::Unknown {
            return None;
        }
        let accepts = policy == Policy::Accept;
        Some(Reach {
            who: text!(t.lang, OverAnyone),
            what: text!(t.lang, OverUndecided),
            to: text!(t.lang, OverPolicy, word = policy_word(rules, chain, accepts)),
            tone: Some(if accepts { Tone::Ok } else { Tone::Stop }),
            by: short_path(t, chain),
            class: chain_class(rules, chain).into(),
            span: Some(rules.chain(chain).span),
            ..Reach::default()
        })
    };
    let chains: Vec<ChainId> = chains.collect();
    let family = |chain: ChainId| rules.table(rules.chain(chain).table).family;
    let meets = |one: Family, other: Family| {
        let ip = |f| matches!(f, Family::Ip | Family::Ip6);
        one == other || one == Family::Inet && ip(other) || other == Family::Inet && ip(one)
    };
    let told = |(at, chain): (usize, &ChainId)| {
        let mut row = row(*chain)?;
        let later = &chains[at + 1..];
        let next = later.iter().find(|c| meets(family(**c), family(*chain)));
        if let Some(next) = next.filter(|_| row.tone == Some(Tone::Ok)) {
            row.also = text!(t.lang, OverThen, chain = short_path(t, *next));
        }
        Some(row)
    };
    chains.iter().enumerate().filter_map(told).collect()
}

/// The words for what listens behind an opened port.
fn listener(t: &Explained, row: &Reach) -> String {
    let ports = row.what.split(['/', ' ', ':', ',']).filter_map(|w| w.parse::<u16>().ok());
    let Some(port) = ports.into_iter().next() else { return String::new() };
    let found = t.host.sockets.iter().find(|s| s.port == port);
    match found {
        Some(socket) => listens_words(t.lang, socket.process.as_deref()),
        None if t.host.stack == LocalStack::Real => text!(t.lang, OverNobody),
        None => String::new(),
    }
}

fn listens_words(lang: Lang, process: Option<&str>) -> String {
    match process {
        Some(process) => text!(lang, OverListens, process = process),
        None => text!(lang, OverListensUnnamed),
    }
}

/// What listens, whether the rules open it or not.
fn listens(t: &Explained, offers: &Offers) -> ReachSection {
    let rows = t.host.sockets.iter().map(|socket| {
        let at = if socket.addr.is_unspecified() { String::new() } else { socket.addr.to_string() };
        Reach {
            who: if socket.addr.is_loopback() {
                text!(t.lang, OverThisHost)
            } else {
                String::new()
            },
            what: format!("{at}:{}/{}", socket.port, protocol(socket.proto)),
            to: listens_words(t.lang, socket.process.as_deref()),
            span: match socket.origin {
                chainwalk_model::Origin::Pasted(span) => Some(span),
                _ => None,
            },
            line: offers.socket(socket),
            ..Reach::default()
        }
    });
    section(text!(t.lang, OverListening), rows.collect())
}

/// What the rules let through from one interface to another.
fn through(t: &Explained, offers: &Offers) -> ReachSection {
    let (mut rows, more) = opened(t, Hook::Forward, offers);
    rows.extend(unread(t, Hook::Forward));
    rows.extend(policies(t, Hook::Forward));
    ReachSection { title: text!(t.lang, OverThrough), ordered: false, rows, more }
}

/// What leaves under another address.
fn outwards(t: &Explained) -> ReachSection {
    let rules = t.rules();
    let mut rows: Vec<Reach> = Vec::new();
    for (id, rule) in (0..).map(RuleId).zip(&rules.rules) {
        let to = match rule.verdict() {
            Some(Target::Masquerade(_)) => text!(t.lang, OverMasquerade),
            Some(Target::Snat(to)) => match to.addrs {
                Some(a) => text!(t.lang, OverSnat, addr = a.first.to_string()),
                None => text!(t.lang, OverMasquerade),
            },
            _ if matches!(
                statement(rule),
                Some(Statement::Nat { kind: NatKind::Masquerade, .. })
            ) =>
            {
                text!(t.lang, OverMasquerade)
            }
            _ => continue,
        };
        let asked = asked(t, rule);
        // Docker lets each container reach itself by its own published port; that is nobody's way out.
        if asked.service || of_cluster(rules, rule.chain) {
            continue;
        }
        let mut row = rule_row(t, id);
        row.to = to;
        row.tone = None;
        row.by = by(t, rule);
        rows.push(row);
    }
    section(text!(t.lang, OverOutwards), rows)
}

/// A rule as a row that a packet shows.
fn row(t: &Explained, id: RuleId, offers: &Offers) -> Reach {
    let rule = t.rules().rule(id);
    let Asked { who, what, also, .. } = asked(t, rule);
    Reach {
        who,
        what,
        also,
        by: by(t, rule),
        class: chain_class(t.rules(), rule.chain).into(),
        span: Some(rule.span),
        line: offers.rule(id),
        ..Reach::default()
    }
}

/// A rule as what it asks for and does.
pub(super) fn rule_row(t: &Explained, id: RuleId) -> Reach {
    let rules = t.rules();
    let rule = rules.rule(id);
    let Asked { who, what, also, .. } = asked(t, rule);
    let (to, tone) = match rule.verdict() {
        Some(Target::Accept) => (text!(t.lang, OverAccepts), Some(Tone::Ok)),
        Some(Target::Drop) => (text!(t.lang, OverDrops), Some(Tone::Stop)),
        Some(Target::Reject(with)) => {
            (text!(t.lang, OverRejects, with = reject(*with)), Some(Tone::Stop))
        }
        Some(target) => (target_text(rules, rule.chain, target), None),
        None => (text!(t.lang, OverCounts), None),
    };
    Reach {
        who,
        what,
        also,
        to,
        tone,
        by: rule.number.to_string(),
        class: chain_class(rules, rule.chain).into(),
        span: Some(rule.span),
        line: None,
    }
}

fn by(t: &Explained, rule: &Rule) -> String {
    format!("{} {}", short_path(t, rule.chain), rule.number)
}

/// A chain by its name, with its table where more than one chain is called so.
fn short_path(t: &Explained, chain: ChainId) -> String {
    let rules = t.rules();
    let name = &rules.chain(chain).name;
    let same = rules.chains.iter().filter(|c| c.name == *name).count();
    if same > 1 { chain_path(rules, chain) } else { name.to_string() }
}

/// What the filters at INPUT open.
pub(crate) struct Openings {
    /// Ports, and kinds of ICMP, that anyone reaches.
    pub(crate) ports: Vec<String>,
    /// Those that only some sources or interfaces reach.
    pub(crate) to_some: Vec<String>,
    /// Whether a policy drops the rest.
    pub(crate) drops: bool,
}

/// In a few words what the filters at INPUT open, for the note beside the hook: the ports, and whether the rest is
/// dropped.
pub(crate) fn openings(t: &Explained) -> Openings {
    let rules = t.rules();
    let anyone = text!(t.lang, OverAnyone);
    let (mut ports, mut to_some) = (Vec::<String>::new(), Vec::<String>::new());
    let chains = reached(t, filters_at(t, Hook::Input));
    let all = chains.into_iter().flat_map(|chain| &rules.chain(chain).rules);
    for id in all.take(LOOKED_AT) {
        let rule = rules.rule(*id);
        if ports.len() + to_some.len() <= NAMED && lets_in(t, rule) {
            let asked = asked(t, rule);
            if asked.service {
                let words = asked.what.split('/').next().unwrap_or_default();
                let words = words.replace(" :", ", ").replace(':', "");
                let list = if asked.who == anyone { &mut ports } else { &mut to_some };
                if !words.is_empty() && !list.contains(&words) {
                    list.push(words);
                }
            }
        }
    }
    let drops = filters_at(t, Hook::Input)
        .any(|c| rules.chain(c).base.as_ref().is_some_and(|b| b.policy == Policy::Drop));
    to_some.retain(|port| !ports.contains(port));
    Openings { ports, to_some, drops }
}

/// How many rules publish a port elsewhere, Services left out.
pub(crate) fn published(t: &Explained) -> usize {
    let rules = t.rules();
    let is = |rule: &&Rule| {
        let by_nft = matches!(statement(rule), Some(Statement::Nat { kind: NatKind::Dnat, .. }));
        let dnat = by_nft || matches!(rule.verdict(), Some(Target::Dnat(_)));
        dnat && !of_cluster(rules, rule.chain)
    };
    rules.rules.iter().filter(is).count()
}

/// What a chain stands for, or nothing.
pub(super) fn meaning_of(t: &Explained, chain: ChainId) -> String {
    meaning(t, chain).unwrap_or_default()
}
