//! Which way a packet takes or came of which no route tells: by what rules say of interfaces, else the only one that may be.

use crate::header::header;
use crate::spoken::{
    Spoken, are_neighbours, inside, is_private, is_tunnel, is_uplink, masquerades, target,
};
use chainwalk_model::{Entry, Hook, Host, IfKind, Inv, IpMatch, Rule, RuleId, Sent, Target, Text};
use std::net::IpAddr;

/// Where a packet goes of which no route is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WayOut {
    /// A rule names the interface.
    Named(Text, RuleId),
    /// It is the only one that may lead out.
    Only(Text),
    /// The one that it came by: both ends are of one network.
    Back(Text),
}

/// A packet that looks for its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaving<'a> {
    pub src: IpAddr,
    pub dst: IpAddr,
    /// The interface it came in by.
    pub came_by: Option<&'a Text>,
}

/// Whether a rule is one that may name the way out.
type Tier<'t> = &'t dyn Fn(&Rule, &IpMatch) -> bool;

/// The interface that most likely leads to `dst`: the one that rules name for such packets, else the only one that
/// may lead to the rest of the world. The one that the packet came in by only for a neighbour of its sender, and never one
/// that holds a network which is masqueraded elsewhere; where several would do, none.
pub(crate) fn way_out(host: &Host, spoken: &Spoken, leaving: &Leaving) -> Option<WayOut> {
    let outward = !is_private(leaving.dst);
    let named = |fits: Tier<'_>| -> Result<(Text, RuleId), usize> {
        let mut all: Vec<(Text, RuleId)> = Vec::new();
        for id in &spoken.leaving {
            let rule = host.rules.rule(*id);
            for ip in header(rule) {
                let Some(out) = ip.outiface.as_ref().filter(|o| !o.not && !o.value.prefix) else {
                    continue;
                };
                let name = &out.value.name;
                let barred = leaving.came_by == Some(name)
                    || &**name == "lo"
                    || outward && spoken.holds_masqueraded(name);
                if !barred && all.iter().all(|(n, _)| n != name) && fits(rule, &ip) {
                    all.push((name.clone(), *id));
                }
                // How many more there are does not matter.
                if all.len() > 1 {
                    return Err(all.len());
                }
            }
        }
        let count = all.len();
        if count == 1 { all.pop().ok_or(0) } else { Err(count) }
    };
    let src_fits = |ip: &IpMatch| match &ip.src {
        Some(src) if src.not => !inside(Some(&Inv { not: false, value: src.value }), leaving.src),
        src => src.is_none() || inside(src.as_ref(), leaving.src),
    };
    let stops = |rule: &Rule| matches!(target(rule), Some(Target::Drop | Target::Reject(_)));
    // What is private may lie where a rule keeps it from, too.
    let let_through = |rule: &Rule| {
        let here = spoken.comes_to(Hook::Forward, rule.chain);
        here && (matches!(target(rule), Some(Target::Accept)) || !outward && stops(rule))
    };
    let from_here = |ip: &IpMatch| {
        leaving.came_by.is_none()
            || ip.iniface.as_ref().is_some_and(|i| {
                !i.not && !i.value.prefix && Some(&i.value.name) == leaving.came_by
            })
    };
    // A rule that is about just this destination says it best, then one that masquerades on the way out, then one
    // that lets such packets through.
    let towards = |_: &Rule, ip: &IpMatch| inside(ip.dst.as_ref(), leaving.dst);
    let masks = |rule: &Rule, ip: &IpMatch| outward && masquerades(rule) && src_fits(ip);
    let passes = |rule: &Rule, ip: &IpMatch| {
        let_through(rule) && leaving.came_by.is_some() && from_here(ip) && src_fits(ip)
    };
    let masks_others = |rule: &Rule, _: &IpMatch| outward && masquerades(rule);
    match (named(&towards), leaving.came_by) {
        (Ok((name, rule)), _) => return Some(WayOut::Named(name, rule)),
        (Err(_), Some(back)) if !outward && are_neighbours(leaving.src, leaving.dst) => {
            return Some(WayOut::Back(back.clone()));
        }
        (Err(1..), _) => return None,
        (Err(0), _) => {}
    }
    let tiers: [Tier<'_>; 3] = [&masks, &passes, &masks_others];
    for fits in tiers {
        match named(fits) {
            // A rule that stops packets says where they might go, and not that they do.
            Ok((_, rule)) if stops(host.rules.rule(rule)) => {}
            Ok((name, rule)) => return Some(WayOut::Named(name, rule)),
            // Several are named: nothing tells which.
            Err(1..) => return None,
            Err(0) => {}
        }
    }
    let plain = host.interfaces.iter().filter(|i| i.kind == IfKind::Plain && i.master.is_none());
    if !outward && let Some(lan) = inner_network(host, spoken, leaving) {
        return Some(WayOut::Only(lan));
    }
    if let Some(bridge) = of_docker(spoken, leaving) {
        return Some(WayOut::Only(bridge));
    }
    let known = |name: &Text| {
        host.interface(name).is_none_or(|i| i.kind == IfKind::Plain && i.master.is_none())
    };
    let mut uplinks: Vec<&Text> = Vec::new();
    for name in plain.map(|i| &i.name).chain(spoken.named()) {
        let may = is_uplink(name)
            && !is_tunnel(name)
            && leaving.came_by != Some(name)
            && known(name)
            && !spoken.holds_masqueraded(name);
        if may && !uplinks.contains(&name) {
            uplinks.push(name);
        }
        if uplinks.len() > 1 {
            return None;
        }
    }
    match uplinks[..] {
        [only] => Some(WayOut::Only(only.clone())),
        _ => None,
    }
}

/// The only interface that may hold a private network: of those that rules name one where nothing is translated on the
/// way out, as it would be on that to the rest of the world.
fn inner_network(host: &Host, spoken: &Spoken, leaving: &Leaving) -> Option<Text> {
    if spoken.translating.is_empty() {
        return None;
    }
    let may = |name: &Text| {
        (is_uplink(name) || is_named_bridge(name))
            && !is_tunnel(name)
            && leaving.came_by != Some(name)
            && host.interface(name).is_none_or(|i| i.master.is_none())
            && !spoken.translating.contains(name)
    };
    let mut found = spoken.named().filter(|name| may(name));
    let only = found.next()?;
    found.next().is_none().then(|| only.clone())
}

/// Whether an interface is a bridge that somebody named (`br-lan`), not one that a program numbered.
fn is_named_bridge(name: &str) -> bool {
    name.strip_prefix("br-").is_some_and(|rest| !is_numbered(rest))
}

/// Whether Docker gave a bridge this number.
fn is_numbered(rest: &str) -> bool {
    rest.len() == 12 && rest.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The interface by which what comes from `src` most likely comes in: the one that a rule names for its network, else the
/// way back to it.
pub(crate) fn way_in(host: &Host, spoken: &Spoken, src: IpAddr, dst: IpAddr) -> Option<Text> {
    let mut named: Vec<Text> = Vec::new();
    for ip in spoken.entering.iter().flat_map(|id| header(host.rules.rule(*id))) {
        if let Some(by) = ip.iniface.as_ref().filter(|i| !i.not && !i.value.prefix)
            && &*by.value.name != "lo"
            && inside(ip.src.as_ref(), src)
            && !named.contains(&by.value.name)
        {
            named.push(by.value.name.clone());
        }
        if named.len() > 1 {
            break;
        }
    }
    if let [only] = &named[..] {
        return Some(only.clone());
    }
    match way_out(host, spoken, &Leaving { src: dst, dst: src, came_by: None })? {
        WayOut::Named(name, _) | WayOut::Only(name) | WayOut::Back(name) => Some(name),
    }
}

/// Whether no rule can tell the interface by which a packet left, which nothing names, from others: all that rules ask for
/// are lo, the one it came by, and such as lead to this host's own networks.
pub(crate) fn is_unnamed(spoken: &Spoken, sent: &Sent) -> bool {
    let came = |name: &Text| matches!(&sent.entry, Entry::Wire { iface, .. } if iface == name);
    spoken.ifaces.iter().map(|m| &m.value).all(|m| {
        if m.prefix {
            !is_uplink(&m.name)
        } else {
            &*m.name == "lo" || came(&m.name) || spoken.is_inner(&m.name)
        }
    })
}

/// The bridge of Docker that a container is behind, by the networks that Docker gives out on its own: the first one to
/// `docker0`, the others to bridges that are called by a number. Of several of these none.
fn of_docker(spoken: &Spoken, leaving: &Leaving) -> Option<Text> {
    let IpAddr::V4(dst) = leaving.dst else { return None };
    let [172, second @ 17..=31, ..] = dst.octets() else { return None };
    let numbered = |name: &str| name.strip_prefix("br-").is_some_and(is_numbered);
    let mut found: Vec<&Text> = Vec::new();
    for test in &spoken.ifaces {
        let name = &test.value.name;
        let may = if second == 17 { &**name == "docker0" } else { numbered(name) };
        if may && !test.value.prefix && !found.contains(&name) {
            found.push(name);
        }
    }
    match found[..] {
        [only] if leaving.came_by != Some(only) => Some(only.clone()),
        _ => None,
    }
}
