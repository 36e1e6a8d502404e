//! Who sends the packets that are proposed: somebody outside of whom no rule speaks, and where this host ends.

use crate::explained::Explained;
use chainwalk_model::nft::{Condition, Expr, Field, Header, KeyPart, Pattern, Type, all_bits};
use chainwalk_model::{
    AddrMask, Cidr, Family, Hook, Host, IfKind, Interface, Match, OpKind, Ruleset, SetPart,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Strangers, of the addresses set aside for examples.
const STRANGERS: [[u8; 4]; 6] = [
    [203, 0, 113, 9],
    [198, 51, 100, 9],
    [192, 0, 2, 9],
    [203, 0, 113, 77],
    [198, 51, 100, 77],
    [192, 0, 2, 77],
];
/// The same of IPv6.
const STRANGERS_6: [[u16; 8]; 3] = [
    [0x2001, 0xdb8, 0, 0, 0, 0, 0, 9],
    [0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9],
    [0x3fff, 0, 0, 0, 0, 0, 0, 9],
];
/// Addresses that may stand for this host.
const STAND_INS: [[u8; 4]; 3] = [[192, 0, 2, 10], [198, 51, 100, 10], [203, 0, 113, 10]];

/// The senders of a paste.
pub(crate) struct Sample {
    stranger: IpAddr,
    stranger_6: IpAddr,
    /// The address that stands for this host, where none of its own was pasted and rules at INPUT ask for one.
    pub(crate) stands_for: Option<IpAddr>,
}

impl Sample {
    /// The senders for a host and its rules: of none of them a rule or an interface speaks, where there is such a one.
    pub(crate) fn of(t: &Explained) -> Self {
        let mut open: Vec<IpAddr> = STRANGERS.map(|a| IpAddr::V4(Ipv4Addr::from(a))).to_vec();
        open.extend(STRANGERS_6.map(|a| IpAddr::V6(Ipv6Addr::from(a))));
        open.extend(STAND_INS.map(|a| IpAddr::V4(Ipv4Addr::from(a))));
        let all = open.clone();
        let mut holds = |test: &dyn Fn(IpAddr) -> bool| open.retain(|addr| !test(*addr));
        for iface in &t.host.interfaces {
            for addr in &iface.addrs {
                holds(&|a| addr.value.holds(a));
            }
        }
        named(t.rules(), &mut holds);
        for entry in t.host.sets.iter().flat_map(|set| &set.entries) {
            for part in &entry.parts {
                match part {
                    SetPart::Net(net) if net.len > 0 => holds(&|a| net.holds(a)),
                    SetPart::Range(first, last) => holds(&|a| *first <= a && a <= *last),
                    _ => {}
                }
            }
        }
        let pick = |from: usize, count: usize| {
            let list = &all[from..from + count];
            list.iter().find(|a| open.contains(a)).or(list.first()).copied()
        };
        let four = pick(0, STRANGERS.len()).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let six = pick(STRANGERS.len(), STRANGERS_6.len()).unwrap_or(Ipv6Addr::UNSPECIFIED.into());
        let input =
            t.rules().chains.iter().any(|c| {
                c.base.as_ref().is_some_and(|b| b.hook == Hook::Input) && !c.rules.is_empty()
            });
        let addressed = t.host.interfaces.iter().any(|i| &*i.name != "lo" && !i.addrs.is_empty());
        let stands = pick(STRANGERS.len() + STRANGERS_6.len(), STAND_INS.len());
        let stands_for = stands.filter(|_| input && !addressed && t.host.said_local.is_empty());
        Self { stranger: four, stranger_6: six, stands_for }
    }

    /// Somebody outside.
    pub(crate) fn stranger(&self, six: bool) -> IpAddr {
        if six { self.stranger_6 } else { self.stranger }
    }
}

/// Hears of a network, as a test of addresses.
type Tells<'a> = dyn FnMut(&dyn Fn(IpAddr) -> bool) + 'a;

/// Tells every network that rules name. All addresses are no name.
fn named(rules: &Ruleset, holds: &mut Tells<'_>) {
    let net = |net: AddrMask| {
        move |a: IpAddr| match (net.addr, net.mask, a) {
            (IpAddr::V4(n), IpAddr::V4(m), IpAddr::V4(a)) => !m.is_unspecified() && n & m == a & m,
            (IpAddr::V6(n), IpAddr::V6(m), IpAddr::V6(a)) => !m.is_unspecified() && n & m == a & m,
            _ => false,
        }
    };
    for rule in &rules.rules {
        for op in &rule.ops {
            match &op.what {
                OpKind::Match(Match::Ip(ip)) => {
                    for asked in [ip.src, ip.dst].into_iter().flatten() {
                        holds(&net(asked.value));
                    }
                }
                OpKind::Match(Match::Iprange(m)) => {
                    for asked in [m.src, m.dst].into_iter().flatten() {
                        holds(&|a| asked.value.holds(&a));
                    }
                }
                OpKind::Match(Match::Nft(condition)) => {
                    if let Condition::Compare { left, right, .. } = &**condition
                        && let Expr::Field(Field::Header(field)) = left
                        && matches!(field.row().header, Header::Ip | Header::Ip6)
                        && field.row().word.ends_with("addr")
                    {
                        let bits = field.row().bits;
                        holds(&|a| fits(right, bits, a));
                    }
                }
                _ => {}
            }
        }
    }
    for set in &rules.sets {
        for (at, KeyPart { ty, bits }) in set.key.iter().enumerate() {
            if !matches!(ty, Type::Ipv4Addr | Type::Ipv6Addr) {
                continue;
            }
            for pattern in set.elements.iter().filter_map(|e| e.key.get(at)) {
                holds(&|a| fits(pattern, *bits, a));
            }
        }
    }
}

/// Whether an address fits a pattern of that width that is not all addresses.
fn fits(pattern: &Pattern, bits: u16, addr: IpAddr) -> bool {
    let number = match addr {
        IpAddr::V4(a) if bits == 32 => u128::from(a.to_bits()),
        IpAddr::V6(a) if bits == 128 => a.to_bits(),
        _ => return false,
    };
    let all = all_bits(bits);
    pattern.bounds(bits).is_some_and(|b| b.holds(&number) && (b.first, b.last) != (0, all))
}

/// The interface that leads outside: the one of the default route, else the first that is no bridge.
pub(crate) fn uplink(host: &Host, six: bool) -> Option<&str> {
    let default = host.routes.iter().find(|r| r.dst.len == 0 && r.dst.addr.is_ipv6() == six);
    default.and_then(|r| r.dev.as_deref()).or_else(|| {
        let plain = |i: &&Interface| {
            i.kind == IfKind::Plain && &*i.name != "lo" && i.master.is_none() && !i.addrs.is_empty()
        };
        host.interfaces.iter().find(plain).map(|i| &*i.name)
    })
}

/// The first address of an interface.
pub(crate) fn own(host: &Host, iface: Option<&str>, six: bool) -> Option<IpAddr> {
    let of = |i: &Interface| i.addrs.iter().map(|a| a.value.addr).find(|a| a.is_ipv6() == six);
    iface.and_then(|name| host.interface(name)).and_then(of)
}

/// Whether an address is this host's own.
pub(crate) fn is_own(host: &Host, addr: IpAddr) -> bool {
    let holds = |i: &Interface| i.addrs.iter().any(|a| a.value.addr == addr);
    addr.is_loopback() || host.interfaces.iter().any(holds)
}

/// The interfaces other than the one that leads outside, each with its first network.
pub(crate) fn inside(host: &Host) -> Vec<(&str, Cidr)> {
    let out = uplink(host, false);
    let nets = host.interfaces.iter().filter(|i| {
        i.kind != IfKind::Loopback
            && &*i.name != "lo"
            && Some(&*i.name) != out
            && i.up != Some(false)
    });
    let first =
        |i: &Interface| i.addrs.iter().map(|a| a.value).find(|a| a.addr.is_ipv4() && a.len < 31);
    nets.filter_map(|i| Some((&*i.name, first(i)?))).collect()
}

/// Whether a host has tables of a family, or of both.
pub(crate) fn speaks(rules: &Ruleset, family: Family) -> bool {
    rules.tables.iter().any(|t| t.family == family || t.family == Family::Inet)
}
