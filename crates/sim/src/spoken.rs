//! What rules say of addresses and interfaces beside what they do.

use crate::addr::prefix;
use crate::header::{asks_natively, filters, header, is_for_local, listed};
use chainwalk_model::{
    AddrMask, Backend, Base, Chain, ChainId, ChainKind, Cidr, Family, Hook, Host, IfaceMatch, Inv,
    IpMatch, Match, OpKind, Range, Rule, RuleId, Ruleset, Target, Text,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Whether an interface may be the way to the rest of the world, by its usual name.
pub(crate) fn is_uplink(name: &str) -> bool {
    const INNER: [&str; 15] = [
        "docker", "br-", "veth", "virbr", "cali", "flannel", "cni", "cbr", "vnet", "lxc", "lxd",
        "incusbr", "tunl", "kube", "dummy",
    ];
    name != "lo" && !INNER.iter().any(|p| name.starts_with(p))
}

/// Whether an interface is a bridge by its usual name.
pub(crate) fn is_bridge_name(name: &str) -> bool {
    const BRIDGES: [&str; 10] =
        ["docker", "br-", "virbr", "cni", "cbr", "xenbr", "vmbr", "lxcbr", "lxdbr", "incusbr"];
    let numbered = name.strip_prefix("br").is_some_and(|n| n.parse::<u8>().is_ok());
    numbered || BRIDGES.iter().any(|p| name.starts_with(p))
}

/// Whether an interface is a tunnel by its usual name: it leads to its other end, and further only where a rule or a
/// route says so.
pub(crate) fn is_tunnel(name: &str) -> bool {
    const TUNNELS: [&str; 13] = [
        "wg",
        "tun",
        "tap",
        "tailscale",
        "zt",
        "ipsec",
        "xfrm",
        "vti",
        "nordlynx",
        "gre",
        "ip6gre",
        "sit",
        "ip6tnl",
    ];
    TUNNELS.iter().any(|p| name.starts_with(p))
}

/// Whether an interface by its usual name is never a port of a bridge: a bridge itself, a tunnel, a routed peer.
pub(crate) fn is_never_port(name: &str) -> bool {
    const OWN: [&str; 11] =
        ["lo", "wg", "tun", "ppp", "tailscale", "ipsec", "xfrm", "vti", "cali", "zt", "nordlynx"];
    is_bridge_name(name) || OWN.iter().any(|p| name.starts_with(p))
}

/// The interface of Tailscale.
pub(crate) const TAILSCALE: &str = "tailscale0";

/// Whether an address is of those that Tailscale gives its machines.
pub(crate) fn is_tailscale(addr: IpAddr) -> bool {
    matches!(addr, IpAddr::V4(a) if a.octets()[0] == 100 && a.octets()[1] & 0xc0 == 64)
}

/// A rule that shows Tailscale's chains to be there.
pub(crate) fn tailscale(host: &Host) -> Option<RuleId> {
    let own = |chain: &Chain| matches!(&*chain.name, "ts-forward" | "ts-input");
    rules(host).find(|(_, _, chain)| own(chain)).map(|(id, ..)| id)
}

/// Whether an address is the first of its network, as routers and the hubs of tunnels mostly have it.
pub(crate) fn is_first(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => a.octets()[3] == 1,
        IpAddr::V6(a) => a.segments()[7] == 1,
    }
}

/// Whether packets between two neighbours on an interface go by this host all the same: a tunnel without a link layer.
pub(crate) fn is_hub(name: &str) -> bool {
    const OF_ETHERNET: [&str; 4] = ["tap", "zt", "gretap", "ip6gretap"];
    is_tunnel(name) && !OF_ETHERNET.iter().any(|p| name.starts_with(p)) || name.starts_with("ppp")
}

/// Whether a rule tests by which port of a bridge a packet comes or goes.
pub(crate) fn filters_ports(host: &Host) -> bool {
    let tests = |op: &chainwalk_model::Op| matches!(op.what, OpKind::Match(Match::Physdev(_)));
    host.rules.rules.iter().any(|rule| rule.ops.iter().any(tests))
}

/// Whether native nft filters packets of a family: then most likely nothing else does.
pub(crate) fn filters_by_nft(host: &Host, family: Family) -> bool {
    let rules = &host.rules;
    rules.chains.iter().any(|chain| {
        let table = rules.table(chain.table);
        let own = table.family == family || table.family == Family::Inet;
        let filters = |b: &Base| matches!(b.hook, Hook::Input | Hook::Forward | Hook::Output);
        own && table.backend == Backend::Nft && chain.base.as_ref().is_some_and(filters)
    })
}

/// Whether a rule is for what goes to just this address.
pub(crate) fn names_dst(rule: &Rule, addr: IpAddr) -> bool {
    header(rule).any(|ip| alone(ip.dst.as_ref()) == Some(addr))
}

/// The rules of a host with their chains. A change that is tried says nothing of the host that it is tried on.
pub(crate) fn rules(host: &Host) -> impl Iterator<Item = (RuleId, &Rule, &Chain)> {
    let all = host.rules.unchanged().iter().enumerate();
    all.map(|(at, rule)| (RuleId(at as u32), rule, host.rules.chain(rule.chain)))
}

/// The target that decides a rule.
pub(crate) fn target(rule: &Rule) -> Option<&Target> {
    rule.ops.iter().rev().find_map(|op| match &op.what {
        OpKind::Target(target) => Some(target),
        OpKind::Match(_) => None,
    })
}

/// Where the rules of a host speak of addresses and interfaces, in their order. It is gathered once: a walk asks often,
/// and rules may be very many.
pub(crate) struct Spoken {
    /// The rules that name an address alone, as an end of packets or to translate to.
    by_addr: HashMap<IpAddr, Vec<RuleId>>,
    /// The rules that say by which one interface packets leave.
    pub(crate) leaving: Vec<RuleId>,
    /// The rules that say by which one interface packets of which source come in.
    pub(crate) entering: Vec<RuleId>,
    /// What rules test interfaces for, each once.
    pub(crate) ifaces: Vec<Inv<IfaceMatch>>,
    /// The interfaces that hold a network of which packets are masqueraded as they leave by others.
    masqueraded: Vec<Text>,
    /// The interfaces by which packets leave with another source.
    pub(crate) translating: Vec<Text>,
    /// Which chains, by their ids, a packet may come to in filter at each of [`FILTERING`].
    reached: [Vec<bool>; 3],
    /// Which chains, by their ids, a rule jumps to.
    called: Vec<bool>,
}

/// The hooks at which filter filters.
const FILTERING: [Hook; 3] = [Hook::Input, Hook::Forward, Hook::Output];

impl Spoken {
    /// What the rules of a host speak of.
    pub(crate) fn of(host: &Host) -> Self {
        let mut spoken = Self {
            by_addr: HashMap::new(),
            leaving: Vec::new(),
            entering: Vec::new(),
            ifaces: Vec::new(),
            masqueraded: Vec::new(),
            translating: Vec::new(),
            reached: FILTERING.map(|hook| reached(host, hook)),
            called: called(&host.rules),
        };
        let mut seen: HashSet<Inv<IfaceMatch>> = HashSet::new();
        for (id, rule, _) in rules(host) {
            let translated = rule.ops.iter().filter_map(|op| match &op.what {
                OpKind::Target(Target::Snat(range) | Target::Dnat(range)) => range.addrs,
                _ => None,
            });
            let ends = header(rule).flat_map(|ip| [alone(ip.src.as_ref()), alone(ip.dst.as_ref())]);
            for addr in ends.flatten().chain(translated.map(|range| range.first)) {
                let named = spoken.by_addr.entry(addr).or_default();
                if named.last() != Some(&id) {
                    named.push(id);
                }
            }
            let mut test = |spoken: &mut Self, test: &Inv<IfaceMatch>| {
                if !seen.contains(test) {
                    seen.insert(test.clone());
                    spoken.ifaces.push(test.clone());
                }
            };
            for ip in header(rule) {
                for tested in [&ip.iniface, &ip.outiface].into_iter().flatten() {
                    test(&mut spoken, tested);
                }
                let out = ip.outiface.as_ref().filter(|o| !o.not && !o.value.prefix);
                if out.is_some() && spoken.leaving.last() != Some(&id) {
                    spoken.leaving.push(id);
                }
                let by = ip.iniface.as_ref().filter(|i| !i.not && !i.value.prefix);
                if by.is_some() && ip.src.is_some() && spoken.entering.last() != Some(&id) {
                    spoken.entering.push(id);
                }
                if let Some(out) = out.filter(|_| masquerades(rule))
                    && !spoken.translating.contains(&out.value.name)
                {
                    spoken.translating.push(out.value.name.clone());
                }
            }
            for name in listed(host, rule) {
                test(&mut spoken, &Inv { not: false, value: IfaceMatch { name, prefix: false } });
            }
            if let Some((dev, _)) = masqueraded(host, rule)
                && !spoken.masqueraded.contains(&dev)
            {
                spoken.masqueraded.push(dev);
            }
        }
        spoken
    }

    /// The interfaces that rules test for by their whole names, without those that they exclude.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Text> {
        let tested = self.ifaces.iter().filter(|m| !m.value.prefix && !m.not);
        tested.map(|m| &m.value.name)
    }

    /// Whether a packet may come to a chain in filter at a hook.
    pub(crate) fn comes_to(&self, hook: Hook, chain: ChainId) -> bool {
        let mut all = FILTERING.iter().zip(&self.reached);
        all.any(|(h, reached)| *h == hook && reached.get(chain.0 as usize) == Some(&true))
    }

    /// Whether some rule jumps to a chain.
    pub(crate) fn is_called(&self, chain: ChainId) -> bool {
        self.called.get(chain.0 as usize) == Some(&true)
    }

    /// Whether an interface holds a network of which packets are masqueraded as they leave by others.
    pub(crate) fn holds_masqueraded(&self, name: &str) -> bool {
        self.masqueraded.iter().any(|dev| **dev == *name)
    }

    /// Whether an interface leads to networks of this host's own: by its name, or since they are masqueraded elsewhere.
    pub(crate) fn is_inner(&self, name: &str) -> bool {
        !is_uplink(name) || self.holds_masqueraded(name)
    }

    /// Whether a rule tests for this interface by name, or routing does.
    pub(crate) fn names_iface(&self, host: &Host, name: &str) -> bool {
        let named = |m: &Inv<IfaceMatch>| {
            let m = &m.value;
            if m.prefix {
                !m.name.is_empty() && name.starts_with(&*m.name)
            } else {
                *m.name == *name
            }
        };
        let routed = host.routes.iter().any(|r| {
            let hops = r.hops.iter().map(|h| &h.dev);
            hops.chain([&r.dev]).any(|d| d.as_deref() == Some(name))
        });
        let by_policy = |p: &chainwalk_model::PolicyRule| {
            [&p.iif, &p.oif].iter().any(|i| i.as_deref() == Some(name))
        };
        routed || host.policy.iter().any(by_policy) || self.ifaces.iter().any(named)
    }

    /// Whether rules say that an address is this host's, or another's; the first rule that does. Where some say so and
    /// others not, they say nothing.
    pub(crate) fn owner(&self, host: &Host, addr: IpAddr) -> Option<(bool, RuleId)> {
        let mut found: [Option<RuleId>; 2] = [None, None];
        for id in self.by_addr.get(&addr).into_iter().flatten() {
            let rule = host.rules.rule(*id);
            let says = rule_says(host, rule, host.rules.chain(rule.chain), addr);
            if let Some(own) = says {
                found[usize::from(own)].get_or_insert(*id);
            }
        }
        match found {
            [None, Some(rule)] => Some((true, rule)),
            [Some(rule), None] => Some((false, rule)),
            _ => None,
        }
    }
}

/// An address that a rule tests for alone, not as one of a network.
fn alone(m: Option<&Inv<AddrMask>>) -> Option<IpAddr> {
    let m = m.filter(|m| !m.not)?.value;
    let whole = match m.mask {
        IpAddr::V4(mask) => u32::from(mask) == u32::MAX,
        IpAddr::V6(mask) => u128::from(mask) == u128::MAX,
    };
    whole.then_some(m.addr)
}

/// Whether an address lies in a network that a rule tests for, which is not every address.
pub(crate) fn inside(m: Option<&Inv<AddrMask>>, addr: IpAddr) -> bool {
    let Some(m) = m.filter(|m| !m.not).map(|m| m.value) else { return false };
    !m.mask.is_unspecified() && m.holds(addr)
}

fn at_output(chain: &Chain) -> bool {
    chain.base.as_ref().is_some_and(|b| b.hook == Hook::Output)
}

/// Whether a rule is only sensible where an address is this host's own, or only where it is another's.
fn rule_says(host: &Host, rule: &Rule, chain: &Chain, addr: IpAddr) -> Option<bool> {
    let to = target(rule);
    let single =
        |range: &Option<Range<IpAddr>>| range.is_some_and(|r| r.first == addr && r.last == addr);
    let (src, dst) = header(rule).fold((false, false), |(s, d), ip| {
        (s || alone(ip.src.as_ref()) == Some(addr), d || alone(ip.dst.as_ref()) == Some(addr))
    });
    let by_lo = header(rule).any(|ip| {
        ip.iniface.as_ref().is_some_and(|i| !i.not && !i.value.prefix && *i.value.name == *"lo")
    });
    match to {
        // What comes over lo is from an own address.
        Some(Target::Accept) if src && by_lo => return Some(true),
        Some(Target::Snat(range)) if single(&range.addrs) => return Some(true),
        Some(Target::Dnat(range)) if single(&range.addrs) => return Some(false),
        // Whoever wants a packet elsewhere that is for an address got it because it is the host's, or sends it.
        Some(Target::Dnat(_) | Target::Redirect(_)) if dst && !at_output(chain) => {
            return Some(true);
        }
        _ => {}
    }
    let base = chain.base.as_ref()?;
    let filters = filters(host, chain, base.hook);
    match base.hook {
        Hook::Input if filters && dst => Some(true),
        Hook::Input | Hook::Forward if filters && src => Some(false),
        Hook::Output if filters && src => Some(true),
        Hook::Output | Hook::Forward if filters && dst => Some(false),
        Hook::Postrouting if base.kind == ChainKind::Nat && dst => Some(false),
        _ => None,
    }
}

/// The rule that lets in what is for just this group: some program has most likely joined it.
pub(crate) fn lets_group_in(host: &Host, group: IpAddr) -> Option<RuleId> {
    if !group.is_multicast() {
        return None;
    }
    rules(host).find_map(|(id, rule, chain)| {
        let may = chain.base.as_ref().is_none_or(|_| filters(host, chain, Hook::Input))
            && matches!(target(rule), Some(Target::Accept));
        (may && header(rule).any(|ip| alone(ip.dst.as_ref()) == Some(group))).then_some(id)
    })
}

/// Whether rules of a filter's chain let in, or deal with, the network that an address is of.
pub(crate) fn network_named(
    host: &Host,
    spoken: &Spoken,
    hook: Hook,
    addr: IpAddr,
) -> Option<RuleId> {
    let other = if hook == Hook::Input { Hook::Forward } else { Hook::Input };
    rules(host).find_map(|(id, rule, _)| {
        let here = spoken.comes_to(hook, rule.chain) && !spoken.comes_to(other, rule.chain);
        (here && header(rule).any(|ip| inside(ip.dst.as_ref(), addr))).then_some(id)
    })
}

/// The first rule of filter at a hook that asks for a packet's port.
pub(crate) fn port_named(
    host: &Host,
    spoken: &Spoken,
    hook: Hook,
    asks: impl Fn(&Rule) -> bool,
) -> Option<RuleId> {
    rules(host)
        .find_map(|(id, rule, _)| (spoken.comes_to(hook, rule.chain) && asks(rule)).then_some(id))
}

/// The only hook at which a packet may come to a chain in filter.
pub(crate) fn only_hook(host: &Host, spoken: &Spoken, chain: ChainId) -> Option<Hook> {
    if let Some(base) = &host.rules.chain(chain).base {
        return Some(base.hook);
    }
    let mut leads = FILTERING.into_iter().filter(|hook| spoken.comes_to(*hook, chain));
    match (leads.next(), leads.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Which chains, by their ids, a packet may come to in filter at a hook.
fn reached(host: &Host, hook: Hook) -> Vec<bool> {
    let rules = &host.rules;
    let mut found = vec![false; rules.chains.len()];
    let here = |c: &Chain| filters(host, c, hook);
    let mut open: Vec<usize> = (0..found.len()).filter(|at| here(&rules.chains[*at])).collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut found[at], true) {
            continue;
        }
        let ops = rules.chains[at].rules.iter().flat_map(|r| &rules.rule(*r).ops);
        open.extend(ops.filter_map(|op| match op.what {
            OpKind::Target(Target::Jump(to) | Target::Goto(to)) => Some(to.0 as usize),
            _ => None,
        }));
    }
    found
}

/// Which chains, by their ids, a rule jumps to.
fn called(rules: &Ruleset) -> Vec<bool> {
    let mut found = vec![false; rules.chains.len()];
    for op in rules.rules.iter().flat_map(|rule| &rule.ops) {
        if let OpKind::Target(Target::Jump(to) | Target::Goto(to)) = op.what
            && let Some(called) = found.get_mut(to.0 as usize)
        {
            *called = true;
        }
    }
    found
}

/// The rule by which a port of this host is published: nat translates what comes to it at any local address.
pub(crate) fn published(host: &Host, proto: u8, port: u16) -> Option<RuleId> {
    let nat = |chain: &Chain| &*host.rules.table(chain.table).name == "nat";
    let any_local = rules(host).any(|(_, rule, chain)| {
        (nat(chain) || table_backend(host, chain) == Backend::Nft)
            && rule.ops.iter().any(|op| match &op.what {
                OpKind::Match(Match::AddrType(m)) => {
                    m.dst.is_some_and(|d| !d.not && d.value.0 & (1 << 2) != 0)
                }
                OpKind::Match(Match::Nft(condition)) => is_for_local(condition),
                _ => false,
            })
    });
    if !any_local {
        return None;
    }
    let asks = |rule: &Rule| {
        let port = rule.ops.iter().any(|op| match &op.what {
            OpKind::Match(Match::Tcp(m)) => {
                m.dport.is_some_and(|p| !p.not && p.value.holds(&port) && p.value.first != 0)
            }
            OpKind::Match(Match::Udp(m)) => {
                m.dport.is_some_and(|p| !p.not && p.value.holds(&port) && p.value.first != 0)
            }
            _ => false,
        });
        let kind = |ip: &IpMatch| ip.proto.is_some_and(|p| !p.not && p.value == proto);
        let elsewhere = header(rule).any(|ip| ip.dst.is_some());
        port && !elsewhere && header(rule).any(|ip| kind(&ip))
    };
    let natively = |rule: &Rule| {
        let translates = matches!(target(rule), Some(Target::Dnat(_) | Target::Redirect(_)));
        let elsewhere = header(rule).any(|ip| ip.dst.is_some());
        translates && !elsewhere && asks_natively(host, rule, proto, port)
    };
    rules(host)
        .find_map(|(id, rule, chain)| (nat(chain) && asks(rule) || natively(rule)).then_some(id))
}

fn table_backend(host: &Host, chain: &Chain) -> Backend {
    host.rules.table(chain.table).backend
}

/// The network of a rule that masquerades what comes from it and leaves elsewhere, and the interface that holds it.
pub(crate) fn masqueraded(host: &Host, rule: &Rule) -> Option<(Text, Cidr)> {
    let table = host.rules.table(host.rules.chain(rule.chain).table);
    if !matches!(table.family, Family::Ip | Family::Inet) || !masquerades(rule) {
        return None;
    }
    header(rule).find_map(|ip| {
        let (Some(src), Some(out), None) = (&ip.src, &ip.outiface, &ip.dst) else { return None };
        let (IpAddr::V4(addr), IpAddr::V4(mask)) = (src.value.addr, src.value.mask) else {
            return None;
        };
        let len = u32::from(mask).leading_ones();
        let whole = u32::from(mask).checked_shl(len).unwrap_or(0) == 0;
        (!src.not && out.not && !out.value.prefix && whole && len < 31)
            .then(|| (out.value.name.clone(), Cidr { addr: addr.into(), len: len as u8 }))
    })
}

pub(crate) fn masquerades(rule: &Rule) -> bool {
    matches!(target(rule), Some(Target::Masquerade(_) | Target::Snat(_)))
}

/// Whether a rule translates the sources of what passes through.
pub(crate) fn translates_sources(host: &Host) -> bool {
    rules(host).any(|(_, rule, _)| masquerades(rule))
}

/// Whether an address is of a network that the internet does not route.
pub(crate) fn is_private(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => {
            let [one, two, ..] = a.octets();
            a.is_private()
                || a.is_link_local()
                || a.is_loopback()
                || (one == 100 && two & 0xc0 == 64)
        }
        IpAddr::V6(a) => {
            let first = a.segments()[0];
            first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || a.is_loopback()
        }
    }
}

/// Whether two addresses most likely share a network.
pub(crate) fn are_neighbours(one: IpAddr, other: IpAddr) -> bool {
    let len = if one.is_ipv4() { 24 } else { 64 };
    one.is_ipv4() == other.is_ipv4() && prefix(one, len) == prefix(other, len)
}
