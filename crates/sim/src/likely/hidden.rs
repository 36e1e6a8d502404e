//! Which interfaces a rule tests where its listing does not show them.

use super::sight::{Sight, is_bare, last};
use crate::route::Router;
use crate::spoken::{self, are_neighbours, is_private};
use chainwalk_model::{Chain, ChainId, Entry, Hook, Host, Likely, OpKind, Rule, RuleId, Target};
use std::net::IpAddr;

/// Whether the interfaces of a rule, which its listing hides, fit.
pub(super) fn hidden(at: &Sight, id: RuleId) -> Option<(bool, Likely)> {
    let host = &at.world.host;
    let rules = &host.rules;
    let rule = rules.rule(id);
    let chain = rules.chain(rule.chain);
    if let Some(fits) = by_program(at, chain, rule) {
        return Some((fits, Likely::Conditions));
    }
    let is_last = chain.rules.last() == Some(&id);
    if !is_bare(rule) || is_last && !shadows(host, rule.chain) {
        return Some((true, Likely::Conditions));
    }
    if is_last {
        return None;
    }
    // A chain may be called by FORWARD too, where nothing comes in by lo.
    let guards = [Hook::Input, Hook::Output].into_iter().any(|hook| match &chain.base {
        Some(base) => base.hook == hook,
        None => at.world.spoken().comes_to(hook, rule.chain),
    });
    if !guards {
        spoken::only_hook(host, at.world.spoken(), rule.chain)?;
    }
    let accepts = matches!(last(rule), Some(Target::Accept));
    // What refuses the rest, and stands behind more rules than before: those were put behind it.
    let place = chain.rules.iter().position(|r| *r == id).unwrap_or(0);
    let refuses = matches!(last(rule), Some(Target::Drop | Target::Reject(_)));
    if refuses && 2 * place >= chain.rules.len() {
        return Some((true, Likely::Conditions));
    }
    let leads = matches!(last(rule), Some(Target::Jump(_) | Target::Goto(_) | Target::Log { .. }));
    if leads {
        return Some((true, Likely::Conditions));
    }
    let before = chain.rules.iter().take_while(|r| **r != id);
    let first = !before
        .map(|r| rules.rule(*r))
        .any(|r| is_bare(r) && matches!(last(r), Some(Target::Accept)));
    let lo = guards && accepts && first;
    let by_lo = at.packet.ip.dst.is_loopback()
        || Router::new(at.world).told_local(at.packet.ip.dst)
            && matches!(at.entry, Entry::Local { .. });
    lo.then_some((by_lo, Likely::LoFirst))
}

/// Whether the interfaces fit that a program is known to test by a rule without other conditions.
fn by_program(at: &Sight, chain: &Chain, rule: &Rule) -> Option<bool> {
    if !is_bare(rule) {
        return None;
    }
    let host = &at.world.host;
    let comes = |bridges: &[&str]| match at.entry {
        Entry::Wire { iface, .. } => bridges.iter().any(|b| iface.starts_with(b)),
        Entry::Local { .. } => false,
    };
    let ours = |addr: IpAddr| is_private(addr) && are_neighbours(addr, at.packet.ip.src);
    match (&*chain.name, last(rule)?) {
        // `-i docker0 ! -o docker0`.
        // Beside `-i docker0` in nat: what its own bridge sends to a published port is not rewritten.
        ("DOCKER-ISOLATION-STAGE-1", Target::Jump(_)) | ("DOCKER", Target::Return) => {
            Some(comes(DOCKER))
        }
        // `-i docker0 ! -o docker0`, `-i docker0 -o docker0` stand behind `-o docker0 -j DOCKER`.
        ("FORWARD", Target::Accept) => {
            let before = chain.rules.iter().map(|r| host.rules.rule(*r));
            let before: Vec<&Rule> = before.take_while(|r| r.number < rule.number).collect();
            let mut last_first = before.iter().rev();
            let opens =
                last_first.find(|r| !matches!(last(r), Some(Target::Accept)) || !is_bare(r));
            let calls = opens.and_then(|r| match last(r)? {
                Target::Jump(to) => Some(&*host.rules.chain(*to).name == "DOCKER"),
                _ => None,
            });
            (calls == Some(true)).then(|| comes(DOCKER))
        }
        // `-i virbr0 -o virbr0`.
        ("LIBVIRT_FWX", Target::Accept) => Some(comes(&["virbr"]) && ours(at.packet.ip.dst)),
        // `-i virbr0`.
        ("LIBVIRT_FWO", Target::Reject(_)) => Some(comes(&["virbr"])),
        _ => None,
    }
}

/// How the bridges of Docker's networks are called.
pub(super) const DOCKER: &[&str] = &["docker", "br-"];

/// Whether a chain whose last rule ends everything would leave rules without a packet behind all calls of it: then that
/// rule tests an interface, or the calls do.
fn shadows(host: &Host, chain: ChainId) -> bool {
    let rules = &host.rules;
    let own = rules.chain(chain);
    let ends = |rule: &RuleId| {
        matches!(last(rules.rule(*rule)), Some(Target::Accept | Target::Drop | Target::Reject(_)))
    };
    if own.base.is_some() || !own.rules.last().is_some_and(ends) {
        return false;
    }
    let calls = |rule: &Rule| {
        rule.ops.iter().any(|op| match op.what {
            OpKind::Target(Target::Jump(to) | Target::Goto(to)) => to == chain,
            _ => false,
        })
    };
    let mut callers = rules.rules.iter().enumerate().filter(|(_, r)| calls(r)).peekable();
    callers.peek().is_some()
        && callers.all(|(at, rule)| {
            is_bare(rule) && rules.chain(rule.chain).rules.last() != Some(&RuleId(at as u32))
        })
}
