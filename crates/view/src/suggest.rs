//! Packets worth sending: what the rules translate, open and close, and what listens here.
//!
//! Each is a guess of what a person came to ask, and no answer assumes it.

use crate::explained::Explained;
use crate::page::Suggestion;
use crate::places::chain_path;
use crate::say::text;
use crate::steps::meaning;
use crate::values::{endpoint, flags};
use chainwalk_model::{
    AddrMask, Family, Host, IfKind, KernelTrace, Match, NatRange, OpKind, PortSide, Range, Rule,
    Target, proto,
};
use std::net::IpAddr;

/// So many are made at most.
const MOST: usize = 40;
/// Somebody outside, from the addresses set aside for examples.
const STRANGER: &str = "203.0.113.9";
const STRANGER_6: &str = "2001:db8::9";

/// What rules ask of a packet, as far as a packet line says it.
#[derive(Default)]
struct Wish {
    dst: Option<IpAddr>,
    src: Option<IpAddr>,
    iface: Option<String>,
    proto: Option<u8>,
    dport: Option<u16>,
}

/// The suggestions, those that the rules speak of most plainly first: services and translations, then what
/// filters name, then listeners.
pub fn suggestions(t: &Explained) -> Vec<Suggestion> {
    let mut made = Making { t, out: Vec::new() };
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

struct Making<'a> {
    t: &'a Explained<'a>,
    out: Vec<Suggestion>,
}

impl Making<'_> {
    fn rule(&mut self, rule: &Rule, nat: bool) {
        let rules = self.t.rules();
        let chain = rules.chain(rule.chain);
        let table = rules.table(chain.table);
        if (&*table.name == "nat") != nat {
            return;
        }
        let Some(wish) = wish(rule) else { return };
        if wish.dport.is_none() {
            return;
        }
        let about = match rule.verdict() {
            Some(Target::Dnat(to)) => format!("DNAT {}", nat_text(to)),
            Some(Target::Redirect(to)) => format!("REDIRECT {}", nat_text(to)),
            Some(Target::Jump(to) | Target::Goto(to)) if nat => match meaning(self.t, *to) {
                Some(meaning) => meaning,
                // Another jump of a translation says nothing that its own rules don't.
                None if rule.comment.is_none() => return,
                None => {
                    rule.comment.as_deref().unwrap_or_default().trim_end_matches(':').to_owned()
                }
            },
            Some(Target::Accept | Target::Drop | Target::Reject(_)) if !nat => {
                let at = format!("{} {}", chain_path(rules, rule.chain), rule.number);
                match rule.comment.as_deref() {
                    Some(comment) => format!("{at}: {comment}"),
                    None => at,
                }
            }
            _ => return,
        };
        self.add(&wish, matches!(table.family, Family::Ip6), about);
    }

    fn add(&mut self, wish: &Wish, six: bool, about: String) {
        if let Some(line) = line(self.t.host, wish, six, speaks_http(wish.dport, &about)) {
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

/// What a rule asks for; `None` where no line can say it.
fn wish(rule: &Rule) -> Option<Wish> {
    let mut wish = Wish::default();
    for op in &rule.ops {
        let OpKind::Match(m) = &op.what else { continue };
        match m {
            Match::Ip(ip) => {
                wish.proto = ip.proto.filter(|p| !p.not).map(|p| p.value);
                if let Some(dst) = ip.dst.filter(|d| !d.not) {
                    wish.dst = Some(host_in(dst.value)?);
                }
                if let Some(src) = ip.src.filter(|s| !s.not) {
                    wish.src = Some(host_in(src.value)?);
                }
                if let Some(i) = ip.iniface.as_ref().filter(|i| !i.not && !i.value.prefix) {
                    wish.iface = Some(i.value.name.to_string());
                }
            }
            Match::Tcp(tcp) => {
                wish.proto = Some(proto::TCP);
                wish.dport = tcp.dport.filter(|p| !p.not).map(|p| p.value.first);
            }
            Match::Udp(udp) => {
                wish.proto = Some(proto::UDP);
                wish.dport = udp.dport.filter(|p| !p.not).map(|p| p.value.first);
            }
            Match::Multiport { side: PortSide::Destination | PortSide::Either, ports } => {
                wish.dport =
                    ports.value.first().filter(|_| !ports.not).map(|p: &Range<u16>| p.first);
            }
            _ => {}
        }
    }
    Some(wish)
}

/// An address that a network holds: itself, or its first host; none of all addresses.
fn host_in(net: AddrMask) -> Option<IpAddr> {
    match (net.addr, net.mask) {
        (IpAddr::V4(a), IpAddr::V4(m)) => {
            let base = a & m;
            let rest = !u32::from(m);
            Some(IpAddr::V4((u32::from(base) + u32::from(rest > 1)).into()))
        }
        (IpAddr::V6(a), IpAddr::V6(m)) => {
            let base = u128::from(a) & u128::from(m);
            let rest = !u128::from(m);
            Some(IpAddr::V6((base + u128::from(rest > 1)).into()))
        }
        _ => None,
    }
}

/// The interface that leads outside: the one of the default route, else the first that is no bridge.
fn uplink(host: &Host, six: bool) -> Option<&str> {
    let default = host.routes.iter().find(|r| r.dst.len == 0 && r.dst.addr.is_ipv6() == six);
    default.and_then(|r| r.dev.as_deref()).or_else(|| {
        let plain = |i: &&chainwalk_model::Interface| {
            i.kind == IfKind::Plain && &*i.name != "lo" && i.master.is_none() && !i.addrs.is_empty()
        };
        host.interfaces.iter().find(plain).map(|i| &*i.name)
    })
}

fn own(host: &Host, iface: Option<&str>, six: bool) -> Option<IpAddr> {
    let of = |i: &chainwalk_model::Interface| {
        i.addrs.iter().map(|a| a.value.addr).find(|a| a.is_ipv6() == six)
    };
    iface.and_then(|name| host.interface(name)).and_then(of)
}

/// Whether a service is likely one that a browser asks: by its port, or by what it is called.
fn speaks_http(port: Option<u16>, about: &str) -> bool {
    matches!(port, Some(80 | 443 | 3000 | 8000..=8999 | 9090)) || about.contains("http")
}

fn is_own(host: &Host, addr: IpAddr) -> bool {
    let holds = |i: &chainwalk_model::Interface| i.addrs.iter().any(|a| a.value.addr == addr);
    addr.is_loopback() || host.interfaces.iter().any(holds)
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

fn line(host: &Host, wish: &Wish, six: bool, http: bool) -> Option<String> {
    let uplink = uplink(host, six);
    let dst = wish.dst.or_else(|| own(host, wish.iface.as_deref().or(uplink), six))?;
    let port = wish.dport?;
    let to = if dst.is_ipv6() { format!("[{dst}]:{port}") } else { format!("{dst}:{port}") };
    let mut line = match (wish.proto, port) {
        (Some(proto::UDP), 53) => {
            return Some(format!("udp {to}{}", from(host, wish, dst, uplink)));
        }
        (Some(proto::UDP), _) => format!("udp {to}"),
        (Some(proto::TCP) | None, 22) => format!("ssh {dst}"),
        (Some(proto::TCP) | None, _) if http => format!("curl {to}"),
        (Some(proto::TCP) | None, _) => format!("nc {dst} {port}"),
        _ => return None,
    };
    if is_own(host, dst) || wish.iface.is_some() || wish.src.is_some() {
        line.push_str(&from(host, wish, dst, uplink));
    }
    Some(line)
}

/// Where such a packet comes from, in the words of the packet line: from where the rule has it, else a neighbour on an
/// interface that leads nowhere else, else a stranger.
fn from(host: &Host, wish: &Wish, dst: IpAddr, uplink: Option<&str>) -> String {
    if dst.is_loopback() {
        return String::new();
    }
    let stranger = if dst.is_ipv6() { STRANGER_6 } else { STRANGER };
    let near = wish.iface.as_deref().filter(|iface| Some(*iface) != uplink);
    let near = near.and_then(|iface| own(host, Some(iface), dst.is_ipv6()));
    let src = wish.src.or(near).map(|src| sender(host, src));
    let iface = wish.iface.as_deref().or_else(|| src.and_then(|src| behind(host, src))).or(uplink);
    let src = src.map_or_else(|| stranger.to_owned(), |src| src.to_string());
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
