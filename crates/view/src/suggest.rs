//! Packets worth sending: what the rules translate, open and close, and what listens here.
//!
//! Each is a guess of what a person came to ask, and no answer assumes it.

use crate::cluster::service_of;
use crate::explained::Explained;
use crate::page::Suggestion;
use crate::places::{chain_class, chain_path};
use crate::sample::{Sample, is_own, own, uplink};
use crate::say::text;
use crate::steps::meaning;
use crate::targets::target_text;
use crate::values::{endpoint, flags};
use crate::wish::{Wish, mapped, statement, wish};
use chainwalk_model::nft::{NatKind, Statement};

use chainwalk_model::{
    AskAddr, AskEntry, Family, Host, KernelTrace, NatRange, Rule, RuleId, Ruleset, Target, proto,
};
use std::net::IpAddr;

/// So many are made at most.
const MOST: usize = 40;

/// The suggestions, those that the rules speak of most plainly first: services and translations, then what
/// filters name, then listeners.
pub fn suggestions(t: &Explained) -> Vec<Suggestion> {
    offered(t, &Sample::of(t))
}

/// The same, with senders that are known already.
pub(crate) fn offered(t: &Explained, sample: &Sample) -> Vec<Suggestion> {
    let mut made = Making { t, sample, out: Vec::new() };
    for seen in t.host.seen.iter().take(MOST / 2) {
        if let Some(line) = traced(seen) {
            let about = match seen.logged {
                Some(_) => text!(t.lang, SuggestLogged, prefix = &*seen.id),
                None => text!(t.lang, SuggestTraced, id = &*seen.id),
            };
            made.put(line, about);
        }
    }
    for nat in [true, false] {
        for rule in &t.rules().rules {
            if made.out.len() >= MOST {
                return made.out;
            }
            made.rule(rule, nat);
        }
    }
    for socket in &t.host.sockets {
        let wish = Wish {
            dst: Some(socket.addr).filter(|a| !a.is_unspecified()),
            proto: Some(socket.proto),
            dport: Some(socket.port),
            ..Wish::default()
        };
        let about = socket.process.as_deref().unwrap_or_default().to_owned();
        made.add(&wish, socket.addr.is_ipv6(), about);
    }
    made.out.truncate(MOST);
    made.out
}

/// Where the packet that is shown would come from if not this host sent it to its own address, as the words behind `from`
/// and `in` of a packet line. `None` where its source was said, or where nobody else can send it.
pub fn from_elsewhere(t: &Explained) -> Option<(String, String)> {
    let ask = t.ask().filter(|_| t.walk().is_some())?;
    let here = matches!(ask.entry, AskEntry::Unsaid | AskEntry::Local);
    let open = here && ask.src.is_none() && ask.follow_up.is_none();
    let Some(AskAddr::Ip(dst)) = ask.dst.as_ref().filter(|_| open) else { return None };
    if dst.is_loopback() || !is_own(t.host, *dst) {
        return None;
    }
    let iface = uplink(t.host, dst.is_ipv6())?;
    Some((Sample::of(t).stranger(dst.is_ipv6()).to_string(), iface.to_owned()))
}

/// The packet that a rule asks for, as a packet line; `None` where no line can say it.
pub(crate) fn of_rule(t: &Explained, sample: &Sample, id: RuleId) -> Option<String> {
    let rules = t.rules();
    let rule = rules.rule(id);
    let wish = wish(rules, rule)?;
    let six = is_six(rules, rule, &wish);
    let about = rule.comment.as_deref().unwrap_or_default();
    line(t.host, sample, &wish, six, speaks_http(wish.dport, about))
}

/// The packet that asks for something called `about`.
pub(crate) fn asks_for(t: &Explained, sample: &Sample, wish: &Wish, about: &str) -> Option<String> {
    let six = wish.dst.is_some_and(|d| d.is_ipv6());
    line(t.host, sample, wish, six, speaks_http(wish.dport, about))
}

/// Whether packets of a rule are of IPv6.
fn is_six(rules: &Ruleset, rule: &Rule, wish: &Wish) -> bool {
    let table = rules.table(rules.chain(rule.chain).table);
    match table.family {
        Family::Ip6 => true,
        Family::Ip => false,
        _ => wish.dst.or(wish.src).is_some_and(|a| a.is_ipv6()),
    }
}

struct Making<'a> {
    t: &'a Explained<'a>,
    sample: &'a Sample,
    out: Vec<Suggestion>,
}

impl Making<'_> {
    fn rule(&mut self, rule: &Rule, nat: bool) {
        let rules = self.t.rules();
        let stated = statement(rule);
        let by_nft =
            matches!(stated, Some(Statement::Nat { kind: NatKind::Dnat | NatKind::Redirect, .. }));
        let by_target = matches!(rule.verdict(), Some(Target::Dnat(_) | Target::Redirect(_)));
        let translates = by_nft || by_target;
        if (translates || chain_class(rules, rule.chain) == "nat") != nat {
            return;
        }
        // A map asks for one thing with each of its elements.
        for (wish, element) in mapped(rules, rule).into_iter().take(MOST / 2) {
            let about = match service_of(rules, element) {
                Some(name) => text!(self.t.lang, MeaningService, name = name),
                None => self.at(rule),
            };
            self.add(&wish, is_six(rules, rule, &wish), about);
        }
        let Some(wish) = wish(rules, rule) else { return };
        if wish.dport.is_none() {
            return;
        }
        let about = match rule.verdict() {
            Some(Target::Dnat(to)) => format!("DNAT {}", nat_text(to)),
            Some(Target::Redirect(to)) => format!("REDIRECT {}", nat_text(to)),
            Some(target) if by_nft => target_text(rules, rule.chain, target),
            Some(Target::Jump(to) | Target::Goto(to)) if nat => match meaning(self.t, *to) {
                Some(meaning) => meaning,
                // Another jump of a translation says nothing that its own rules don't.
                None if rule.comment.is_none() => return,
                None => {
                    rule.comment.as_deref().unwrap_or_default().trim_end_matches(':').to_owned()
                }
            },
            Some(Target::Accept | Target::Drop | Target::Reject(_)) if !nat => self.at(rule),
            _ if !nat && matches!(stated, Some(Statement::Reject { .. })) => self.at(rule),
            _ => return,
        };
        self.add(&wish, is_six(rules, rule, &wish), about);
    }

    /// A rule by its place, with its comment.
    fn at(&self, rule: &Rule) -> String {
        let at = format!("{} {}", chain_path(self.t.rules(), rule.chain), rule.number);
        match rule.comment.as_deref() {
            Some(comment) => format!("{at}: {comment}"),
            None => at,
        }
    }

    fn add(&mut self, wish: &Wish, six: bool, about: String) {
        let http = speaks_http(wish.dport, &about);
        if let Some(line) = line(self.t.host, self.sample, wish, six, http) {
            self.put(line, about);
        }
    }

    fn put(&mut self, line: String, about: String) {
        if self.out.iter().all(|s| s.line != line) {
            self.out.push(Suggestion { line, about });
        }
    }
}

/// The packet of a trace; `None` where no line can say it.
fn traced(seen: &KernelTrace) -> Option<String> {
    if let Some(line) = &seen.logged {
        return Some(line.to_string());
    }
    // `xtables-monitor` names no protocol; flags are TCP's, ports without them most likely UDP's.
    let guess = if seen.flags.is_some() { proto::TCP } else { proto::UDP };
    let (proto, flags) = match seen.proto.or(seen.dport.map(|_| guess))? {
        proto::TCP => ("tcp", seen.flags.map(flags).unwrap_or_default()),
        proto::UDP => ("udp", String::new()),
        proto::ICMP => ("icmp", String::new()),
        _ => return None,
    };
    let end = |addr: IpAddr, port: Option<u16>| match port {
        Some(_) => endpoint(addr, port),
        None => addr.to_string(),
    };
    let entry = seen.iface.as_ref().map(|i| format!(" in {i}")).unwrap_or_default();
    let (from, to) = (end(seen.src, seen.sport), end(seen.dst, seen.dport));
    let line = format!("{proto} {from} > {to}{entry} {}", flags.to_lowercase());
    Some(line.trim_end().to_owned())
}

/// Whether a service is likely one that a browser asks: by its port, or by what it is called.
fn speaks_http(port: Option<u16>, about: &str) -> bool {
    let is_http = matches!(port, Some(80 | 443 | 3000 | 8000..=8999 | 9090));
    is_http || about.to_lowercase().contains("http")
}

/// A sender in the place of `addr`: another of its network where it is this host's own.
fn sender(host: &Host, addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(a) if is_own(host, addr) => {
            let [x, y, z, last] = a.octets();
            [x, y, z, if last == 50 { 51 } else { 50 }].into()
        }
        IpAddr::V6(a) if is_own(host, addr) => IpAddr::V6((u128::from(a) ^ 0x50).into()),
        other => other,
    }
}

fn line(host: &Host, sample: &Sample, wish: &Wish, six: bool, http: bool) -> Option<String> {
    let uplink = uplink(host, six);
    let dst = wish.dst.or_else(|| own(host, wish.iface.as_deref().or(uplink), six));
    let dst = dst.or(sample.stands_for.filter(|_| !six))?;
    let Some(port) = wish.dport else {
        let pings = matches!(wish.proto, Some(proto::ICMP | proto::ICMPV6));
        return pings.then(|| format!("ping {dst}{}", from(host, sample, wish, dst, uplink)));
    };
    let here = is_own(host, dst) || sample.stands_for == Some(dst);
    let to = if dst.is_ipv6() { format!("[{dst}]:{port}") } else { format!("{dst}:{port}") };
    let mut line = match (wish.proto, port) {
        (Some(proto::UDP), 53) => {
            return Some(format!("udp {to}{}", from(host, sample, wish, dst, uplink)));
        }
        (Some(proto::UDP), _) => format!("udp {to}"),
        (Some(proto::TCP) | None, 22) => format!("ssh {dst}"),
        (Some(proto::TCP) | None, _) if http => format!("curl {to}"),
        (Some(proto::TCP) | None, _) => format!("nc {dst} {port}"),
        _ => return None,
    };
    if here || wish.iface.is_some() || wish.src.is_some() {
        line.push_str(&from(host, sample, wish, dst, uplink));
    }
    Some(line)
}

/// Where such a packet comes from, in the words of the packet line: from where the rule has it, else a neighbour on an
/// interface that leads nowhere else, else a stranger.
fn from(host: &Host, sample: &Sample, wish: &Wish, dst: IpAddr, uplink: Option<&str>) -> String {
    if dst.is_loopback() {
        return String::new();
    }
    let stranger = sample.stranger(dst.is_ipv6());
    let near = wish.iface.as_deref().filter(|iface| Some(*iface) != uplink);
    let near = near.and_then(|iface| own(host, Some(iface), dst.is_ipv6()));
    let src = wish.src.or(near).map(|src| sender(host, src));
    let iface = wish.iface.as_deref().or_else(|| src.and_then(|src| behind(host, src))).or(uplink);
    let src = src.unwrap_or(stranger);
    match iface {
        Some(iface) => format!(" from {src} in {iface}"),
        None => format!(" from {src} outside"),
    }
}

/// The interface whose network an address is of.
fn behind(host: &Host, addr: IpAddr) -> Option<&str> {
    let of = |i: &&chainwalk_model::Interface| i.addrs.iter().any(|a| a.value.holds(addr));
    host.interfaces.iter().find(of).map(|i| &*i.name)
}

fn nat_text(to: &NatRange) -> String {
    let addr = to.addrs.map_or_else(String::new, |a| a.first.to_string());
    let port = to.ports.map_or_else(String::new, |p| format!(":{}", p.first));
    addr + &port
}
