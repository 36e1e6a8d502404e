//! A network that fits rules: the interfaces they name, the networks they speak of, and sets.

use crate::generate::dice::Dice;
use chainwalk_model::{
    AddrMask, Cidr, Host, IfaceMatch, Inv, IpMatch, Match, OpKind, SetMatch, Target, Text,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An interface and who is reached by it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Its name.
    pub(super) name: String,
    addrs: Vec<String>,
    hosts: Vec<String>,
}

/// The network.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Whether it is of IPv6.
    pub(super) v6: bool,
    /// The interfaces, without `lo`.
    pub(super) links: Vec<Link>,
    /// The host's own addresses.
    pub(super) own: Vec<String>,
    /// Addresses elsewhere.
    pub(super) far: Vec<String>,
    /// Routes.
    pub(super) routes: Vec<String>,
    /// `ipset restore` lines.
    pub(super) sets: Vec<String>,
    /// Sets and addresses in them.
    pub(super) members: Vec<(Text, String)>,
}

/// How many interfaces a host gets at the most.
const MOST_LINKS: usize = 10;

#[derive(Default)]
struct Named {
    ifaces: Vec<String>,
    nets: Vec<(Cidr, Option<String>)>,
    addrs: BTreeSet<IpAddr>,
    sets: BTreeMap<Text, usize>,
}

impl Place {
    /// A network around a host's rules.
    pub(super) fn around(host: &Host, v6: bool, dice: &mut Dice) -> Self {
        let spoken = Named::by(host, v6, dice);
        let mut names: Vec<String> = Vec::new();
        let mut wanted = spoken.ifaces;
        while names.len() < MOST_LINKS && !wanted.is_empty() {
            names.push(wanted.remove(dice.below(wanted.len())));
        }
        for extra in ["eth0", "eth1"] {
            let wired = names.iter().any(|n| n.starts_with('e'));
            let lacks = names.len() < 2 || (extra == "eth0" && !wired);
            if lacks && !names.iter().any(|n| n == extra) {
                names.push(extra.into());
            }
        }
        let links = names.iter().map(|n| Link { name: n.clone(), addrs: vec![], hosts: vec![] });
        let mut place = Self {
            v6,
            links: links.collect(),
            own: Vec::new(),
            far: Vec::new(),
            routes: Vec::new(),
            sets: Vec::new(),
            members: Vec::new(),
        };
        let mut taken: BTreeSet<(IpAddr, u8)> = BTreeSet::new();
        for (net, iface) in &spoken.nets {
            let net = &Cidr { addr: network(*net), len: net.len };
            if taken.len() > 24 || !taken.insert((net.addr, net.len)) {
                continue;
            }
            let with = iface.as_ref().and_then(|i| place.links.iter().position(|l| l.name == *i));
            let at = with.unwrap_or_else(|| dice.below(place.links.len()));
            let owned = dice.chance(80);
            place.lay(at, *net, owned, dice);
        }
        for (k, n) in (0..place.links.len()).zip(1..) {
            if place.links[k].addrs.is_empty() {
                let addr: IpAddr = if v6 {
                    Ipv6Addr::new(0x2001, 0xdb8, 0x77, n, 0, 0, 0, 0).into()
                } else {
                    Ipv4Addr::new(10, 177, n as u8, 0).into()
                };
                place.lay(k, Cidr { addr, len: if v6 { 64 } else { 24 } }, true, dice);
            }
        }
        for addr in &spoken.addrs {
            let text = addr.to_string();
            if dice.chance(30) && place.own.len() < 24 && !place.own.contains(&text) {
                let at = dice.below(place.links.len());
                place.own_at(at, &text, if v6 { 128 } else { 32 });
                for link in &mut place.links {
                    link.hosts.retain(|h| *h != text);
                }
            } else if !place.own.contains(&text) {
                place.far.push(text);
            }
        }
        let far: [&str; 2] =
            if v6 { ["2001:4860::8", "2001:db8:ffff::7"] } else { ["8.8.8.8", "203.0.113.77"] };
        place.far.extend(far.map(str::to_owned));
        if dice.chance(90) {
            let dev = &place.links[dice.below(place.links.len())].name;
            place.routes.push(format!("default dev {dev}"));
        }
        for (name, dims) in spoken.sets {
            place.set(&name, dims, dice);
        }
        place
    }

    /// A network on a link: with an address of the host's in it where it is `owned`, else a route.
    fn lay(&mut self, at: usize, net: Cidr, owned: bool, dice: &mut Dice) {
        let hosts = [9, 20, 77, 130].map(|n| with_host(net.addr, n).to_string());
        if owned && self.own.len() < 24 {
            let own = with_host(net.addr, dice.one(&[1, 1, 2, 5])).to_string();
            if !self.own.contains(&own) {
                self.own_at(at, &own, net.len);
            }
        } else {
            let dev = self.links[at].name.clone();
            self.routes.push(format!("{}/{} dev {dev}", net.addr, net.len));
        }
        let fits = |text: &String| text.parse().is_ok_and(|a| inside(net, a));
        self.links[at].hosts.extend(hosts.into_iter().filter(fits));
    }

    fn own_at(&mut self, at: usize, addr: &str, len: u8) {
        self.links[at].addrs.push(format!("{addr}/{len}"));
        self.own.push(addr.to_owned());
    }

    fn set(&mut self, name: &Text, dims: usize, dice: &mut Dice) {
        let family = if self.v6 { "inet6" } else { "inet" };
        let kind = match dims {
            1 => dice.pick(&["hash:net", "hash:ip"]),
            2 => "hash:ip,port",
            _ => "hash:ip,port,ip",
        };
        self.sets.push(format!("create {name} {kind} family {family}"));
        let all = self.all();
        let mut there = BTreeSet::new();
        for _ in 0..dice.one(&[0, 2, 3, 4]) {
            let addr = dice.one(&all);
            if !there.insert(addr.clone()) || addr.starts_with("127.") {
                continue;
            }
            let rest = match dims {
                1 => "",
                2 => ",tcp:80",
                _ => ",tcp:80,10.0.0.1",
            };
            self.sets.push(format!("add {name} {addr}{rest}"));
            self.members.push((name.clone(), addr));
        }
    }

    /// Everybody: own addresses, neighbours, and the rest.
    pub(super) fn all(&self) -> Vec<String> {
        let near = self.links.iter().flat_map(|l| &l.hosts);
        self.own.iter().chain(near).chain(&self.far).cloned().collect()
    }

    /// Who is reached directly by an interface.
    pub(super) fn hosts_behind(&self, name: &str) -> Vec<String> {
        self.links.iter().filter(|l| l.name == name).flat_map(|l| l.hosts.clone()).collect()
    }

    /// As a case writes them.
    pub(super) fn interfaces(&self) -> Vec<Value> {
        self.links.iter().map(|l| json!({ "name": l.name, "addrs": l.addrs })).collect()
    }
}

impl Named {
    fn by(host: &Host, v6: bool, dice: &mut Dice) -> Self {
        let mut found = Self::default();
        for rule in &host.rules.rules {
            for op in &rule.ops {
                match &op.what {
                    OpKind::Match(Match::Ip(m)) => found.ip(m, v6, dice),
                    OpKind::Match(Match::Iprange(m)) => {
                        for range in [m.src, m.dst].into_iter().flatten() {
                            found.addr(range.value.first, None, v6, dice);
                        }
                    }
                    OpKind::Match(Match::Set(s)) => found.set(s),
                    OpKind::Target(Target::Set(s)) => {
                        for set in [&s.add, &s.del].into_iter().flatten() {
                            found.set(set);
                        }
                    }
                    OpKind::Target(Target::Dnat(r) | Target::Snat(r)) => {
                        if let Some(range) = r.addrs {
                            found.addr(range.first, None, v6, dice);
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }

    fn set(&mut self, set: &SetMatch) {
        let dims = self.sets.entry(set.set.clone()).or_insert(1);
        *dims = (*dims).max(set.dirs.len());
    }

    fn ip(&mut self, m: &IpMatch, v6: bool, dice: &mut Dice) {
        let mut name = |i: &Option<Inv<IfaceMatch>>| -> Option<String> {
            let i = i.as_ref()?;
            let end = match (i.value.prefix, dice.below(2)) {
                (false, _) => "",
                (true, 0) => "0",
                (true, _) => "1",
            };
            let name: String = format!("{}{end}", i.value.name).chars().take(15).collect();
            if name != "lo" && !name.is_empty() && !self.ifaces.contains(&name) {
                self.ifaces.push(name.clone());
            }
            (!i.not).then_some(name)
        };
        let (by_in, by_out) = (name(&m.iniface), name(&m.outiface));
        for (addr, iface) in [(&m.src, by_in), (&m.dst, by_out)] {
            if let Some(addr) = addr {
                self.masked(addr.value, iface.filter(|_| !addr.not), v6);
            }
        }
    }

    fn masked(&mut self, a: AddrMask, iface: Option<String>, v6: bool) {
        let len = match a.mask {
            IpAddr::V4(m) => u32::from(m).leading_ones(),
            IpAddr::V6(m) => u128::from(m).leading_ones(),
        } as u8;
        let widest = if v6 { 16 } else { 8 };
        let narrowest = if v6 { 120 } else { 30 };
        if a.addr.is_ipv6() != v6 || len < widest || !is_usual(a.addr) {
        } else if len <= narrowest {
            self.nets.push((Cidr { addr: a.addr, len }, iface));
        } else {
            self.addrs.insert(a.addr);
        }
    }

    fn addr(&mut self, addr: IpAddr, iface: Option<String>, v6: bool, dice: &mut Dice) {
        if addr.is_ipv6() != v6 || !is_usual(addr) {
            return;
        }
        if let IpAddr::V4(a) = addr
            && dice.chance(20)
        {
            let [x, y, z, _] = a.octets();
            self.nets.push((Cidr { addr: Ipv4Addr::new(x, y, z, 0).into(), len: 24 }, iface));
        }
        self.addrs.insert(addr);
    }
}

/// Whether a host may have it, or speak with it.
fn is_usual(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => !matches!(a.octets()[0], 0 | 127 | 224..) && !a.is_link_local(),
        IpAddr::V6(a) => a.segments()[0] >> 13 == 1 || a.segments()[0] >> 9 == 0x7e,
    }
}

fn inside(net: Cidr, addr: IpAddr) -> bool {
    match (net.addr, addr) {
        (IpAddr::V4(n), IpAddr::V4(a)) => {
            (u32::from(n) ^ u32::from(a)).leading_zeros() >= u32::from(net.len)
        }
        (IpAddr::V6(n), IpAddr::V6(a)) => {
            (u128::from(n) ^ u128::from(a)).leading_zeros() >= u32::from(net.len)
        }
        _ => false,
    }
}

/// Its address without host bits.
fn network(net: Cidr) -> IpAddr {
    match net.addr {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(net.len)).unwrap_or(0);
            Ipv4Addr::from(u32::from(a) & mask).into()
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(net.len)).unwrap_or(0);
            Ipv6Addr::from(u128::from(a) & mask).into()
        }
    }
}

/// The network's n-th address.
fn with_host(net: IpAddr, n: u8) -> IpAddr {
    match net {
        IpAddr::V4(a) => Ipv4Addr::from(u32::from(a).wrapping_add(n.into())).into(),
        IpAddr::V6(a) => Ipv6Addr::from(u128::from(a).wrapping_add(n.into())).into(),
    }
}
