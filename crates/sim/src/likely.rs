//! Which answer to a question is far likelier than the others: the one place that decides it.
//!
//! | question | likelier | where |
//! |---|---|---|
//! | is it this host's address | as rules say: `-d` of a DNAT or of INPUT, SNAT to it, `-i lo -s` of it; not: FORWARD, DNAT to it | always |
//! | | yes | a group for which a rule lets packets in |
//! | | no | another group: nobody has joined it |
//! | | no | it is of a network that a route puts behind another interface, and not the first one there |
//! | | no | what is sent from here or translated goes elsewhere; a resolver that all use |
//! | | no | its sender is a neighbour, it is in no network that a route tells, and the default route leaves by another interface |
//! | | yes | its port is published at every local address; it is a neighbour's gateway; only INPUT has rules; both ends are public |
//! | | no | from a private network to a public address; only FORWARD has rules |
//! | | as rules say | only INPUT, or only FORWARD, has a rule for its port |
//! | | no | from one private network to another |
//! | | no | it comes from a pod that is routed to, and asks for another |
//! | | no | it asks for a neighbour on a bridge of Docker's or libvirt's that is not the first of its network |
//! | | no | 100.64.0.0/10 beside Tailscale's chains; a neighbour behind another port of a bridge that filters |
//! | does it leave by this interface | yes | `tailscale0`, for 100.64.0.0/10 beside Tailscale's chains |
//! | | yes | the only bridge of containers, for an address that a listing gives to one |
//! | | no | the one it came in by, and lo; for a public address one of this host's own networks |
//! | a table or chain that was not pasted | it lets pass | nat, mangle, raw, security, filter's OUTPUT; chains that programs keep for others' rules |
//! | | it lets pass | filter, for what is sent from here |
//! | | it lets pass | any other, in a script that sets up tables and leaves this one alone |
//! | | it lets pass | ufw's chains, for a packet that a pasted log shows at their end |
//! | nat where ports are published | none | Docker's chains are there, and no rule of INPUT is about the port |
//! | a policy that was not pasted | ACCEPT | the same tables, and filter's OUTPUT |
//! | | ACCEPT | in a script that sets up tables, of a chain that does not let packets in alone |
//! | interfaces that a listing hides | they do not fit | the first rule of INPUT or OUTPUT, or of a chain that only one of them leads to, that accepts everything before others: `lo` |
//! | | as a program has them | Docker's isolation and what stands behind its chain; libvirt's chains |
//! | | they fit | rules with conditions of their own, and the last of a chain, unless it would leave rules behind all calls of it without a packet |
//! | `-m socket` | no | a packet that opens a flow to an address that is not this host's |
//! | what listens behind TPROXY | something | always: the rule is there for it |
//! | does a chain that stands alone get the packet | yes | by its name and what it tests |
//! | rules that `grep` kept back | they let it go on | always: what it shows was picked out |
//! | does a packet come within a tick of the one before it | no | always |
//! | what iptables-legacy does, of which only a warning tells | it lets pass | always |
//! | all others | none | |

mod chains;
mod guests;
mod hidden;
mod named;
mod sight;

use self::chains::{is_for_others, is_usually_empty, only_marks};
pub(crate) use self::guests::is_of_guests;
use self::guests::{has_guests, is_among_pods, is_container_on, is_guest, is_routed_pod};
use self::hidden::{DOCKER, hidden};
pub(crate) use self::sight::Sight;
use self::sight::{is_bare, last};
use crate::header::{asks_port, filters, sees};
use crate::route::Router;
use crate::spoken::{self, are_neighbours, is_private};
use crate::world::World;
use chainwalk_model::nft::Statement;
use chainwalk_model::{
    Answer, Chain, ChainId, Entry, Family, Hook, Host, L4, Likely, Match, OpId, OpKind, Packet,
    Question, RouteKind, Rule, RuleId, Target, TcpFlags,
};
use std::net::IpAddr;

/// The likelier answer, and what makes it so.
pub(crate) fn likelier(at: &Sight, question: &Question) -> Option<(Answer, Likely)> {
    let host = &*at.world.host;
    let say = |yes: bool, why| Some((if yes { Answer::Yes } else { Answer::No }, why));
    match question {
        Question::LocalAddr(addr) => {
            let (own, why) = local(at, *addr);
            say(own, why)
        }
        Question::Table(family, table) => {
            let usual = match &**table {
                "nat" => !is_about_nat(at),
                "filter" if spoken::filters_by_nft(host, *family) => true,
                // Of what is sent from here filter asks OUTPUT.
                "filter" if matches!(at.entry, Entry::Local { .. }) => true,
                _ => is_set_up(host, *family),
            };
            usual.then_some((Answer::Yes, Likely::Usual))
        }
        Question::Chain(_, table, chain) => {
            let passes = is_usually_empty(table, chain)
                || is_for_others(chain)
                || only_marks(table, chain)
                || is_for_others_networks(at, chain);
            let logged = || chain.starts_with("ufw") && is_logged_last(at);
            if passes {
                Some((Answer::Yes, Likely::Usual))
            } else {
                logged().then_some((Answer::Yes, Likely::Logged))
            }
        }
        Question::Policy(chain) => {
            let chain = host.rules.chain(*chain);
            let table = host.rules.table(chain.table);
            let usual = is_usually_empty(&table.name, &chain.name)
                || is_set_up(host, table.family)
                    && !only_lets_in(host, chain)
                    && chain.base.as_ref().is_some_and(|b| !b.doubted);
            usual.then_some((Answer::Yes, Likely::Usual))
        }
        Question::HiddenInterfaces(rule) => {
            let (fits, why) = hidden(at, *rule)?;
            say(fits, why)
        }
        Question::Fact(op) => {
            let why = untold(at, *op)?;
            say(false, why)
        }
        Question::Socket(_, port) => {
            let rule = proxies(host, *port)?;
            say(true, Likely::Rule(rule))
        }
        Question::Jump(..) => say(true, Likely::ChainName),
        Question::Soon(_) => say(false, Likely::Usual),
        // Rules that were there before nft's, and that somebody only looked at.
        Question::Beside(name) if name.ends_with("tables-legacy") => say(true, Likely::Usual),
        Question::Opaque(op) if is_picked_out(host, *op) => say(true, Likely::Picked),
        Question::LeavesBy(dst, by) => {
            if spoken::is_tailscale(*dst) && **by == *spoken::TAILSCALE {
                let rule = spoken::tailscale(host)?;
                return say(true, Likely::Rule(rule));
            }
            let came_by = matches!(at.entry, Entry::Wire { iface, .. } if iface == by);
            let inward = !is_private(*dst) && at.world.spoken().is_inner(by);
            if came_by || inward || **by == *"lo" {
                return say(false, Likely::Unspoken);
            }
            is_container_on(at, *dst, by).then_some((Answer::Yes, Likely::Usual))
        }
        // A tunnel that is asked about is up.
        Question::Blank(_, value) if &**value == "up" => say(true, Likely::Usual),
        Question::Blank(name, value) => {
            let known = named::address(at, name, value, local);
            let (own, why) = known.or_else(|| named::interface(at, name, value))?;
            say(own, why)
        }
        Question::Opaque(op) => {
            let (fits, why) = named::way_out(at, host, *op)?;
            say(fits, why)
        }
        Question::Route(_)
        | Question::History(_)
        | Question::Set(_)
        | Question::Random(_)
        | Question::NatChoice(_)
        | Question::PortChoice(_)
        | Question::NextHop(_)
        | Question::Unread(_)
        | Question::Beside(_)
        | Question::Order(..) => None,
    }
}

/// Addresses that answer everybody everywhere, and are nobody's host.
const RESOLVERS: [[u8; 4]; 8] = [
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [9, 9, 9, 9],
    [149, 112, 112, 112],
    [208, 67, 222, 222],
    [208, 67, 220, 220],
];

/// Whether an address is this host's.
fn local(at: &Sight, addr: IpAddr) -> (bool, Likely) {
    let host = &*at.world.host;
    if let Some(rule) = spoken::lets_group_in(host, addr) {
        return (true, Likely::Rule(rule));
    }
    if addr.is_multicast() {
        return (false, Likely::Unspoken);
    }
    if let Some((own, rule)) = at.world.spoken().owner(host, addr) {
        // The first address of a client's own network is most likely the router itself.
        let src = at.sent.packet.ip.src;
        let router = spoken::is_first(addr) && is_private(src) && are_neighbours(src, addr);
        let wire = matches!(at.sent.entry, Entry::Wire { .. });
        if !own && router && wire && src != addr {
            return (true, Likely::Neighbour);
        }
        return (own, Likely::Rule(rule));
    }
    if matches!(addr, IpAddr::V4(a) if RESOLVERS.contains(&a.octets())) {
        return (false, Likely::Unspoken);
    }
    if is_on_another_link(at, addr) && !spoken::is_first(addr) {
        return (false, Likely::Unspoken);
    }
    let asked = at.sent.packet.ip.dst;
    let from_here = matches!(at.sent.entry, Entry::Local { .. });
    if from_here || addr != asked {
        return (false, Likely::Unspoken);
    }
    let src = at.sent.packet.ip.src;
    let packet = &at.sent.packet;
    if let Some(rule) = packet.dport().and_then(|p| spoken::published(host, packet.ip.proto, p)) {
        return (true, Likely::Rule(rule));
    }
    for (hook, own) in [(Hook::Forward, false), (Hook::Input, true)] {
        if let Some(rule) = spoken::network_named(host, at.world.spoken(), hook, addr) {
            return (own, Likely::Rule(rule));
        }
    }
    if spoken::is_tailscale(addr)
        && let Some(rule) = spoken::tailscale(host)
    {
        return (false, Likely::Rule(rule));
    }
    if is_private(src) && is_private(addr) && are_neighbours(src, addr) {
        // Between two ports of a bridge that filters, neighbours are no address of the bridge.
        // The one at the hub of a tunnel has the first address; the others are its ends.
        let hub = matches!(at.entry, Entry::Wire { iface, .. } if spoken::is_hub(iface));
        let of_guests = |name: &str| is_of_guests(name) || has_guests(at, name);
        let guests = matches!(at.entry, Entry::Wire { iface, .. } if of_guests(iface));
        let past = bridged(at)
            || is_routed_pod(at)
            || (hub || guests || is_guest(at)) && !spoken::is_first(addr);
        return if past { (false, Likely::Unspoken) } else { (true, Likely::Neighbour) };
    }
    if is_outward(at, addr) {
        return (false, Likely::Unspoken);
    }
    let family = if addr.is_ipv4() { Family::Ip } else { Family::Ip6 };
    let (input, forward) = (deals(host, family, Hook::Input), deals(host, family, Hook::Forward));
    let holds = |c: &ChainId| !host.rules.chain(*c).rules.is_empty();
    let called = |hook| alone(at.world, family, "filter", hook, false).iter().any(holds);
    match (called(Hook::Input), called(Hook::Forward)) {
        (true, false) => return (true, Likely::AskedOfInput),
        (false, true) => return (false, Likely::AskedOfForward),
        _ => {}
    }
    let translates = spoken::translates_sources(host);
    let outbound = is_private(src) && !is_private(addr);
    match (input, forward || translates) {
        (true, false) => (true, Likely::AskedOfInput),
        _ if outbound => (false, Likely::Outbound),
        _ if let Some((own, rule)) = port_named(at, packet) => (own, Likely::Rule(rule)),
        (false, true) => (false, Likely::AskedOfForward),
        _ if !is_private(src) => (true, Likely::AskedOfInput),
        // Of a host's addresses its neighbours ask for the one in their own network.
        _ => (false, Likely::Unspoken),
    }
}

/// Whether an address is of a network that a route puts behind an interface by which the packet did not come: of the many
/// there are few this host's.
fn is_on_another_link(at: &Sight, addr: IpAddr) -> bool {
    let came = |dev: &str| matches!(at.entry, Entry::Wire { iface, .. } if **iface == *dev);
    at.world.host.routes.iter().any(|r| {
        r.kind == RouteKind::Unicast
            && r.via.is_none()
            && r.dst.len > 1
            && r.dst.holds(addr)
            && r.dev.as_deref().is_some_and(|dev| !came(dev))
    })
}

/// Whether a packet comes from a neighbour and asks for what is in no network of this host, which has its way to the rest
/// of the world by another interface.
fn is_outward(at: &Sight, addr: IpAddr) -> bool {
    let Entry::Wire { iface, .. } = at.entry else { return false };
    let src = at.sent.packet.ip.src;
    let by = |dev: Option<&str>| dev == Some(&**iface);
    let routes = || {
        let all = at.world.host.routes.iter();
        all.filter(|r| r.kind == RouteKind::Unicast && r.dst.addr.is_ipv4() == addr.is_ipv4())
    };
    let near =
        |of: IpAddr| routes().filter(move |r| r.via.is_none() && r.dst.len > 1 && r.dst.holds(of));
    near(src).any(|r| by(r.dev.as_deref()))
        && near(addr).next().is_none()
        && routes().any(|r| r.dst.len == 0 && r.dev.is_some() && !by(r.dev.as_deref()))
}

/// Whether only rules about what comes in, or only rules about what passes through, ask for a packet's port.
fn port_named(at: &Sight, packet: &Packet) -> Option<(bool, RuleId)> {
    let (host, spoken) = (&at.world.host, at.world.spoken());
    let port = packet.dport()?;
    let named = |hook| spoken::port_named(host, spoken, hook, |rule| asks_port(host, rule, port));
    match (named(Hook::Input), named(Hook::Forward)) {
        (Some(rule), None) => Some((true, rule)),
        (None, Some(rule)) => Some((false, rule)),
        _ => None,
    }
}

/// Whether a target stands for rules that a filter kept back which looks for words, as `grep` does: the lines that it shows
/// were picked out by somebody who read the others.
fn is_picked_out(host: &Host, op: OpId) -> bool {
    let rule = host.rules.rule(op.rule);
    let picks = |text: &str| {
        let mut words = text.trim_start_matches('|').split_whitespace();
        let program = words.find(|w| *w != "sudo").unwrap_or_default();
        text.starts_with('|') && !matches!(program, "head" | "tail" | "sed")
    };
    rule.is_left_out()
        && rule.ops.iter().any(|op| match &op.what {
            OpKind::Target(Target::Opaque(o)) => picks(&o.text),
            _ => false,
        })
}

/// Whether a packet comes in by a port of a bridge whose ports rules tell apart.
fn bridged(at: &Sight) -> bool {
    let host = &at.world.host;
    let Entry::Wire { iface, .. } = at.entry else { return false };
    host.interface(iface).is_some_and(|i| i.master.is_some()) && spoken::filters_ports(host)
}

/// Whether all tables of a family are made by commands that the paste shows, and none was printed: a table that they
/// leave alone is most likely as it comes.
fn is_set_up(host: &Host, family: Family) -> bool {
    let rules = &host.rules;
    let own = |c: &&Chain| rules.table(c.table).family == family;
    let mut bases = rules.chains.iter().filter(own).filter_map(|c| c.base.as_ref()).peekable();
    let gap = |rule: &Rule| match last(rule) {
        Some(Target::Opaque(o)) => o.module.as_deref() == Some(Rule::LEFT_OUT),
        _ => false,
    };
    bases.peek().is_some()
        && bases.all(|b| b.policy == chainwalk_model::Policy::Unknown)
        && !rules.rules.iter().any(gap)
}

/// Whether a chain lets packets pass and stops none: with a policy that lets all pass it would do nothing.
fn only_lets_in(host: &Host, chain: &Chain) -> bool {
    let ends = |is: fn(&Target) -> bool| {
        let rules = chain.rules.iter().map(|r| host.rules.rule(*r));
        rules.filter_map(last).any(is)
    };
    ends(|t| matches!(t, Target::Accept))
        && !ends(|t| matches!(t, Target::Drop | Target::Reject(_)))
}

/// Whether a chain that filters at a hook does more than stop everything.
fn deals(host: &Host, family: Family, hook: Hook) -> bool {
    let rules = &host.rules;
    let own = |c: &&Chain| sees(host, c, family) && filters(host, c, hook);
    // A change that is tried says nothing of the host that it is tried on.
    let before = rules.unchanged().len() as u32;
    let there = rules.chains.iter().filter(own).flat_map(|c| &c.rules).filter(|r| r.0 < before);
    there.map(|rule| rules.rule(*rule)).any(|rule| {
        let stops = matches!(last(rule), Some(Target::Drop | Target::Reject(_)));
        !(stops && is_bare(rule))
    })
}

/// Whether a log of ufw tells that just this packet came to the end of all chains: before the policy it writes `[UFW BLOCK]`.
fn is_logged_last(at: &Sight) -> bool {
    let packet = &at.sent.packet;
    at.world.host.seen.iter().any(|seen| {
        seen.logged.is_some()
            && seen.id.starts_with("[UFW BLOCK]")
            && (seen.src, seen.dst) == (packet.ip.src, packet.ip.dst)
            && seen.dport == packet.dport()
            && seen.proto == Some(packet.ip.proto)
    })
}

/// Chains in which a program deals with its own networks alone: what neither comes from one nor goes to one returns.
fn is_for_others_networks(at: &Sight, chain: &str) -> bool {
    let comes = match at.entry {
        Entry::Wire { iface, .. } => &**iface,
        Entry::Local { .. } => "lo",
    };
    let name = |bridges: &[&str]| !bridges.iter().any(|b| comes.starts_with(b));
    match chain {
        // Parts networks of Docker from each other.
        "DOCKER-ISOLATION-STAGE-1" | "DOCKER-ISOLATION-STAGE-2" => {
            name(DOCKER) || !is_private(at.packet.ip.dst)
        }
        // What comes in from elsewhere.
        "DOCKER" => !name(DOCKER),
        // What guests send.
        "LIBVIRT_FWO" | "LIBVIRT_INP" => name(&["virbr"]),
        // What goes to guests, and between them.
        "LIBVIRT_FWI" => !is_private(at.packet.ip.dst),
        "LIBVIRT_FWX" => name(&["virbr"]) || !is_private(at.packet.ip.dst),
        _ => false,
    }
}

/// Whether what is asked may hang on nat's rules although none is seen: Docker's or Kubernetes' chains of filter are
/// there, and no rule of INPUT speaks of the port.
fn is_about_nat(at: &Sight) -> bool {
    let host = &*at.world.host;
    let rules = &host.rules;
    let publishes = rules.chains.iter().any(|c| {
        let named =
            &*c.name == "DOCKER" || c.name.starts_with("KUBE-") || &*c.name == "CNI-HOSTPORT-DNAT";
        named && !c.rules.is_empty()
    });
    let packet = &at.sent.packet;
    let Some(port) = packet.dport().filter(|_| publishes) else { return false };
    // Ports are published at own addresses and at those of services, which no route leads to.
    if is_behind(at, packet.ip.dst) || is_among_pods(at) {
        return false;
    }
    let input = |c: &Chain| c.base.as_ref().is_some_and(|b| b.hook == Hook::Input);
    // What filter still knows by the address that was asked for was not translated.
    let untranslated = |rule: &Rule| {
        let chain = rules.chain(rule.chain);
        let filters = &*rules.table(chain.table).name == "filter";
        filters && spoken::names_dst(rule, packet.ip.dst)
    };
    !rules.rules.iter().any(|rule| {
        input(rules.chain(rule.chain)) && asks_port(host, rule, port) || untranslated(rule)
    })
}

/// Whether a route of its own leads to an address that is not this host's, by another interface than the rest of the world.
fn is_behind(at: &Sight, addr: IpAddr) -> bool {
    let routes = || at.world.host.routes.iter().filter(|r| r.kind == RouteKind::Unicast);
    let world = |dev: Option<&str>| routes().any(|r| r.dst.len == 0 && r.dev.as_deref() == dev);
    !Router::new(at.world).told_local(addr)
        && routes().any(|r| r.dst.len > 1 && r.dst.holds(addr) && !world(r.dev.as_deref()))
}

/// Whether a test that nothing tells of most likely fails.
fn untold(at: &Sight, op: OpId) -> Option<Likely> {
    let rule = at.world.host.rules.rule(op.rule);
    match &rule.ops.get(usize::from(op.op))?.what {
        OpKind::Match(Match::Socket(_)) => {
            let opens = match &at.packet.l4 {
                L4::Tcp(t) => t.flags.has(TcpFlags::SYN) && !t.flags.has(TcpFlags::ACK),
                _ => false,
            };
            let dst = at.packet.ip.dst;
            let wire = matches!(at.entry, Entry::Wire { .. });
            let own = Router::new(at.world).local_owner(dst);
            let elsewhere = match own {
                Ok(holder) => !holder.is_some(),
                Err(_) => !local(at, dst).0,
            };
            (opens && wire && elsewhere).then_some(Likely::OwnSocket)
        }
        // The source that is not known is one of this host's, and a rule about one other address is not about it.
        OpKind::Match(Match::Ip(ip)) => {
            let src = ip.src.filter(|s| !s.not)?.value;
            let single = match src.mask {
                IpAddr::V4(m) => u32::from(m) == u32::MAX,
                IpAddr::V6(m) => u128::from(m) == u128::MAX,
            };
            let own = at.world.spoken().owner(&at.world.host, src.addr).is_some_and(|(own, _)| own)
                || Router::new(at.world).told_local(src.addr);
            // Nor is it a loopback one, unless it stays here.
            let looped = src.addr.is_loopback();
            let stays = at.packet.ip.dst.is_loopback();
            (single && !own || looped && !stays).then_some(Likely::Unspoken)
        }
        _ => None,
    }
}

/// The rule that hands packets to a proxy at a port.
fn proxies(host: &Host, port: u16) -> Option<RuleId> {
    let hands = |rule: &Rule| {
        rule.ops.iter().any(|op| match &op.what {
            OpKind::Target(Target::Tproxy(t)) => t.port == port || t.port == 0,
            OpKind::Target(Target::Nft(statement)) => match &**statement {
                Statement::Tproxy { port: to, .. } => to.is_none_or(|to| to == port),
                _ => false,
            },
            _ => false,
        })
    };
    let at = host.rules.rules.iter().position(hands)?;
    Some(RuleId(at as u32))
}

/// The chains of a table that no rule leads to and that no built-in chain stands above, which most likely are called
/// at this hook: as their names say, else as what they test allows.
/// What answers a packet that came in meets at OUTPUT only those which INPUT would not call.
pub(crate) fn alone(
    world: &World,
    family: Family,
    table: &str,
    hook: Hook,
    answers: bool,
) -> Vec<ChainId> {
    let (host, spoken) = (&*world.host, world.spoken());
    let rules = &host.rules;
    let Some(table) = rules.find_table(family, table) else { return Vec::new() };
    let shown = &rules.table(table).chains;
    // Beside other built-in chains only a chain whose program is known is called from one that is not shown.
    let beside = shown.iter().any(|c| rules.chain(*c).base.is_some());
    let kept = |c: &ChainId| {
        let of_program = kept_at(&rules.table(table).name, &rules.chain(*c).name, hook);
        let taken = answers && hook == Hook::Output && fits(host, *c, Hook::Input);
        of_program.unwrap_or(!beside && !taken && fits(host, *c, hook))
    };
    let stands = |c: &Chain| c.declared || !c.rules.is_empty();
    let free = shown.iter().copied().filter(|c| stands(rules.chain(*c)) && !spoken.is_called(*c));
    free.filter(kept).collect()
}

/// Whether a known program calls a chain of its own at a hook; `None` of chains of no known program.
fn kept_at(table: &str, chain: &str, hook: Hook) -> Option<bool> {
    let at: &[Hook] = match (table, chain) {
        ("nat", "DOCKER" | "KUBE-SERVICES" | "CNI-HOSTPORT-DNAT") => {
            &[Hook::Prerouting, Hook::Output]
        }
        ("nat", "KUBE-POSTROUTING" | "LIBVIRT_PRT" | "FLANNEL-POSTRTG" | "ts-postrouting") => {
            &[Hook::Postrouting]
        }
        ("filter", "DOCKER" | "DOCKER-USER" | "DOCKER-FORWARD" | "KUBE-FORWARD" | "ts-forward") => {
            &[Hook::Forward]
        }
        ("filter", "ts-input" | "KUBE-NODE-PORT" | "nixos-fw") => &[Hook::Input],
        _ => return None,
    };
    Some(at.contains(&hook))
}

/// Whether a chain may be called at a hook.
fn fits(host: &Host, chain: ChainId, hook: Hook) -> bool {
    let chain = host.rules.chain(chain);
    if let Some(named) = hook_named(&chain.name) {
        return named == hook;
    }
    let all = chain.rules.iter().map(|r| host.rules.rule(*r));
    all.flat_map(|rule| &rule.ops).all(|op| match &op.what {
        OpKind::Match(Match::Ip(ip)) => {
            (ip.iniface.is_none() || !matches!(hook, Hook::Output | Hook::Postrouting))
                && (ip.outiface.is_none() || !matches!(hook, Hook::Input | Hook::Prerouting))
        }
        OpKind::Target(Target::Dnat(_) | Target::Redirect(_)) => {
            matches!(hook, Hook::Prerouting | Hook::Output)
        }
        OpKind::Target(Target::Masquerade(_)) => hook == Hook::Postrouting,
        OpKind::Target(Target::Snat(_)) => matches!(hook, Hook::Postrouting | Hook::Input),
        _ => true,
    })
}

/// The hook that a chain's name tells.
fn hook_named(name: &str) -> Option<Hook> {
    if name.starts_with("f2b-") || name.starts_with("fail2ban-") || name == "ufw-user-input" {
        return Some(Hook::Input);
    }
    if name == "DOCKER" || name.starts_with("DOCKER-") {
        return Some(Hook::Forward);
    }
    let lower = name.to_ascii_lowercase();
    let words = |wanted: &[&str]| lower.split(['-', '_', '.', ':']).any(|w| wanted.contains(&w));
    if words(&["prerouting", "pre"]) {
        Some(Hook::Prerouting)
    } else if words(&["postrouting", "post"]) {
        Some(Hook::Postrouting)
    } else if words(&["input", "in", "fwi"]) {
        Some(Hook::Input)
    } else if words(&["forward", "fwd", "fw"]) {
        Some(Hook::Forward)
    } else if words(&["output", "out"]) {
        Some(Hook::Output)
    } else {
        None
    }
}
