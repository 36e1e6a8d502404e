//! Lines that a rule wrote into the kernel's log: a packet, and what its interfaces tell of the host. And the packets that
//! `tcpdump` printed, of which only those count that open something.

use super::block::{Block, Facts, Logged, made};
use crate::clean::{Clean, Row};
use crate::seen::{Shown, event, log, opening};
use chainwalk_model::{
    ChainId, Fact, Family, Host, KernelTrace, OpKind, Origin, Rule, SectionKind, SeenStep,
    SeenVerdict, SeenWhat, Span, Target, TcpFlags,
};
use std::net::IpAddr;

/// So many packets of a log are kept; a log may be long.
const MOST: usize = 64;

/// Lines of a log that stand together.
pub(crate) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut logged: Vec<Logged> = Vec::new();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        if let Some(shown) = log(row.text).or_else(|| opening(row.text)).or_else(|| event(row.text))
        {
            taken = n + 1;
            if logged.len() < MOST {
                logged.push(Logged { shown, span: clean.span(row.start, row.end()) });
            }
        } else if !row.text.is_empty() {
            break;
        }
    }
    if taken == 0 {
        return None;
    }
    let kind = SectionKind::Traces(logged.len() as u32);
    made(clean, rows, taken, kind, Facts { logged, ..Facts::default() })
}

/// What the lines tell of the host: which rule wrote each, and whose the addresses are.
pub(super) fn settle(host: &mut Host, logged: Vec<Logged>) {
    for Logged { shown, span } in logged {
        let rule = writer(host, &shown);
        ends(host, &shown, rule, span);
        let step = rule.map(|rule| {
            let rule = host.rules.rule(rule);
            let chain = host.rules.chain(rule.chain);
            let table = host.rules.table(chain.table);
            SeenStep {
                family: Some(table.family),
                handle: None,
                table: table.name.clone(),
                chain: chain.name.clone(),
                what: SeenWhat::Rule {
                    number: Some(rule.number),
                    text: None,
                    verdict: Some(SeenVerdict::Continue),
                },
                span,
            }
        });
        let again = host.seen.iter().any(|s| s.logged.as_deref() == Some(&*shown.line));
        if again {
            continue;
        }
        host.seen.push(KernelTrace {
            id: shown.prefix.as_deref().unwrap_or_default().trim().into(),
            src: shown.src,
            dst: shown.dst,
            proto: Some(shown.proto),
            sport: shown.sport,
            dport: shown.dport,
            flags: shown.flags.map(TcpFlags),
            iface: shown.iface.as_deref().map(Into::into),
            steps: step.into_iter().collect(),
            logged: Some(shown.line.as_str().into()),
            span,
        });
    }
}

/// The hooks that a packet with these interfaces can be at.
fn hooks(shown: &Shown) -> &'static [&'static str] {
    match (&shown.iface, &shown.out) {
        (Some(_), Some(_)) => &["FORWARD", "POSTROUTING"],
        (Some(_), None) => &["INPUT", "PREROUTING"],
        _ => &["OUTPUT", "POSTROUTING"],
    }
}

/// The rule that wrote a line: the only one with its prefix at a place where such a packet comes.
fn writer(host: &Host, shown: &Shown) -> Option<chainwalk_model::RuleId> {
    let rules = &host.rules;
    let prefix = shown.prefix.as_deref()?.trim();
    let six = shown.src.is_ipv6();
    let writes = |rule: &Rule| {
        let table = rules.table(rules.chain(rule.chain).table);
        (table.family == Family::Ip6) == six
            && rule.ops.iter().any(|op| match &op.what {
                OpKind::Target(Target::Log { prefix: own, nflog: false, .. }) => {
                    own.trim() == prefix
                }
                _ => false,
            })
    };
    let all: Vec<(usize, &Rule)> =
        rules.rules.iter().enumerate().filter(|(_, rule)| writes(rule)).collect();
    let fits = all.iter().filter(|(_, rule)| {
        let from = roots(host, rule.chain);
        from.is_empty() || hooks(shown).iter().any(|hook| from.iter().any(|f| f == hook))
    });
    let fits: Vec<usize> = fits.map(|(at, _)| *at).collect();
    match fits[..] {
        [only] => Some(chainwalk_model::RuleId(only as u32)),
        _ => None,
    }
}

/// The built-in chains from which a chain is reached.
fn roots(host: &Host, chain: ChainId) -> Vec<String> {
    let rules = &host.rules;
    let mut seen = vec![chain];
    let mut at = 0;
    while let Some(to) = seen.get(at).copied() {
        at += 1;
        let calls = |rule: &&Rule| {
            rule.ops.iter().any(|op| {
                matches!(op.what, OpKind::Target(Target::Jump(c) | Target::Goto(c)) if c == to)
            })
        };
        let callers: Vec<ChainId> = rules.rules.iter().filter(calls).map(|r| r.chain).collect();
        for caller in callers {
            if !seen.contains(&caller) {
                seen.push(caller);
            }
        }
    }
    let base = seen.iter().filter(|c| rules.chain(**c).base.is_some());
    base.map(|c| rules.chain(*c).name.to_string()).collect()
}

/// Whose the ends of a logged packet are: what INPUT saw is for this host, what FORWARD saw is not, and what
/// OUTPUT saw is from it.
fn ends(host: &mut Host, shown: &Shown, rule: Option<chainwalk_model::RuleId>, span: Span) {
    if shown.prefix.is_none() {
        // It was seen on the wire, before routing.
        return;
    }
    let from = rule.map(|rule| roots(host, host.rules.rule(rule).chain)).unwrap_or_default();
    let at = |hook: &str| from.iter().any(|f| f == hook);
    let told: &[(IpAddr, bool)] = match (&shown.iface, &shown.out) {
        // Before routing nobody knows, and what a prefix that no rule has is of, is INPUT by far the most often.
        (Some(_), None) if !at("PREROUTING") => &[(shown.dst, true)],
        (Some(_), Some(_)) if !at("POSTROUTING") => &[(shown.dst, false)],
        (None, Some(_)) if at("OUTPUT") => &[(shown.src, true)],
        _ => &[],
    };
    for (addr, own) in told.iter().copied().filter(|(addr, _)| is_one(*addr)) {
        let listed = host.interfaces.iter().any(|i| i.addrs.iter().any(|a| a.value.addr == addr));
        let said = host.said_local.iter().any(|(a, _)| *a == addr);
        if !listed && !said {
            host.said_local.push((addr, Fact { value: own, origin: Origin::Pasted(span) }));
        }
    }
}

/// Whether an address may be one host's, not a group's or everybody's.
fn is_one(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => {
            !a.is_multicast() && !a.is_broadcast() && !a.is_loopback() && a.octets()[3] != 255
        }
        IpAddr::V6(a) => !a.is_multicast() && !a.is_loopback(),
    }
}
