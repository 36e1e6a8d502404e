//! The hosts that the generated cases are about: their links, who lives there, routes and policy.

use super::dice::Dice;
use serde_json::{Value, json};

/// The ports that rules and packets share.
pub(super) const PORTS: [u16; 8] = [22, 53, 80, 443, 1000, 5000, 8080, 33333];

/// An interface and the network on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    /// Its name.
    pub(super) name: String,
    /// The host's addresses on it.
    pub(super) own: Vec<String>,
    /// The prefix length of all of them.
    pub(super) len: u8,
    /// Neighbours.
    pub(super) hosts: Vec<String>,
    /// The network's broadcast address, if it has one.
    pub(super) broadcast: Option<String>,
    /// Its MTU.
    pub(super) mtu: Option<u16>,
    /// The ports, where it is a bridge, and who lives behind each.
    pub(super) ports: Vec<(String, Vec<String>)>,
}

/// A host's network.
#[derive(Clone, Debug, Default)]
pub(super) struct Net {
    /// Whether its packets are of IPv6.
    pub(super) v6: bool,
    /// Its links.
    pub(super) links: Vec<Link>,
    /// Addresses somewhere else.
    pub(super) far: Vec<String>,
    /// Routes.
    pub(super) routes: Vec<String>,
    /// Policy rules.
    pub(super) policy: Vec<String>,
    /// Neighbours on a bridge of whom nobody tells the port behind which they are.
    pub(super) strangers: Vec<(String, String)>,
    /// Settings.
    pub(super) sysctls: Vec<(String, i64)>,
}

fn link(name: &str, own: &[&str], len: u8, hosts: &[&str], broadcast: &str) -> Link {
    let owned = |list: &[&str]| list.iter().map(|a| (*a).to_owned()).collect();
    Link {
        name: name.into(),
        own: owned(own),
        len,
        hosts: owned(hosts),
        broadcast: (!broadcast.is_empty()).then(|| broadcast.to_owned()),
        ..Link::default()
    }
}

impl Net {
    /// Interfaces and what lies behind bridge ports, as a case writes them.
    pub(super) fn interfaces(&self) -> (Value, Value) {
        let (mut all, mut behind) = (Vec::new(), serde_json::Map::new());
        for l in &self.links {
            let addrs: Vec<String> = l.own.iter().map(|a| format!("{a}/{}", l.len)).collect();
            let mut one = json!({ "name": l.name, "addrs": addrs });
            if let Some(mtu) = l.mtu {
                one["mtu"] = mtu.into();
            }
            if !l.ports.is_empty() {
                one["type"] = "bridge".into();
                one["ports"] = l.ports.iter().map(|p| p.0.clone()).collect();
            }
            for (port, hosts) in &l.ports {
                for h in hosts {
                    behind.insert(h.clone(), port.as_str().into());
                }
            }
            all.push(one);
        }
        (all.into(), behind.into())
    }

    /// Every address of the host.
    pub(super) fn own(&self) -> Vec<String> {
        self.links.iter().flat_map(|l| l.own.clone()).collect()
    }

    /// Every neighbour.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.links.iter().flat_map(|l| l.hosts.clone()).collect()
    }

    /// An address that rules and packets may speak of.
    pub(super) fn some_addr(&self, dice: &mut Dice) -> String {
        match dice.below(10) {
            0..4 => dice.one(&self.hosts()),
            4..7 => dice.one(&self.own()),
            7..9 => dice.one(&self.far),
            _ => {
                let wide: Vec<_> = self.links.iter().filter_map(|l| l.broadcast.clone()).collect();
                if wide.is_empty() { dice.one(&self.hosts()) } else { dice.one(&wide) }
            }
        }
    }

    /// An address or a network around one.
    pub(super) fn some_net(&self, dice: &mut Dice) -> String {
        let addr = self.some_addr(dice);
        let lens: &[u8] =
            if self.v6 { &[128, 120, 64, 48, 0] } else { &[32, 30, 28, 24, 16, 8, 1] };
        if dice.chance(50) { addr } else { format!("{addr}/{}", dice.one(lens)) }
    }

    /// Names that rules may ask an interface for.
    pub(super) fn some_iface(&self, dice: &mut Dice) -> String {
        let link = &self.links[dice.below(self.links.len())];
        match dice.below(8) {
            0 => "lo".into(),
            1 => format!("{}+", &link.name[..link.name.len() - 1]),
            2 if !link.ports.is_empty() => link.ports[0].0.clone(),
            _ => link.name.clone(),
        }
    }
}

const FAR: [&str; 4] = ["8.8.8.8", "1.2.3.4", "45.0.0.9", "100.100.7.7"];

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

/// A router between three networks, with spare addresses to the outside.
pub(super) fn router(dice: &mut Dice) -> Net {
    let lan = link("lan0", &["10.1.0.1"], 24, &["10.1.0.5", "10.1.0.7", "10.1.0.33"], "10.1.0.255");
    let wan = link(
        "wan0",
        &["203.0.113.2", "203.0.113.3", "203.0.113.4"],
        28,
        &["203.0.113.1", "203.0.113.9"],
        "203.0.113.15",
    );
    let dmz = link(
        "dmz0",
        &["192.168.50.1"],
        25,
        &["192.168.50.10", "192.168.50.11", "192.168.50.99"],
        "192.168.50.127",
    );
    let mut net = Net {
        links: vec![lan, wan, dmz],
        far: strings(&FAR),
        routes: strings(&["default via 203.0.113.1 dev wan0"]),
        ..Net::default()
    };
    if dice.chance(40) {
        net.routes.push(
            dice.pick(&[
                "10.77.0.0/16 via 10.1.0.7 dev lan0",
                "100.64.0.0/10 via 192.168.50.99 dev dmz0",
                "45.0.0.0/8 dev dmz0 src 203.0.113.4",
            ])
            .to_owned(),
        );
        net.far.push("10.77.3.3".into());
    }
    net
}

/// A router, of IPv6 now and then.
pub(super) fn either(dice: &mut Dice) -> Net {
    if dice.chance(20) { six(dice) } else { router(dice) }
}

/// A bridge with three ports, now and then a second one, and a way out.
pub(super) fn bridges(dice: &mut Dice) -> Net {
    let mut br0 = link(
        "br0",
        &["192.168.7.1"],
        24,
        &["192.168.7.11", "192.168.7.12", "192.168.7.13", "192.168.7.14"],
        "192.168.7.255",
    );
    br0.ports = vec![
        ("p1".into(), strings(&["192.168.7.11", "192.168.7.12"])),
        ("p2".into(), strings(&["192.168.7.13"])),
        ("p3".into(), strings(&["192.168.7.14"])),
    ];
    let up = link("up0", &["172.20.0.2"], 16, &["172.20.0.1", "172.20.9.9"], "172.20.255.255");
    let mut net = Net {
        links: vec![br0, up],
        far: strings(&FAR[..2]),
        routes: strings(&["default via 172.20.0.1 dev up0"]),
        ..Net::default()
    };
    if dice.chance(40) {
        let hosts = ["10.20.0.11", "10.20.0.12"];
        let mut br1 = link("br1", &["10.20.0.1"], 16, &hosts, "10.20.255.255");
        br1.ports =
            vec![("q1".into(), strings(&["10.20.0.11"])), ("q2".into(), strings(&["10.20.0.12"]))];
        net.links.push(br1);
    }
    net
}

/// Bridges of two to five ports with strangers behind some, names of many kinds, and settings.
pub(super) fn segments(dice: &mut Dice) -> Net {
    let mut net = bridges(dice);
    let names = ["p1", "p2", "p3", "veth5a", "eth0.5"];
    let count = dice.between(2, 5);
    let hosts = net.links[0].hosts.clone();
    let mut ports: Vec<(String, Vec<String>)> =
        names[..count].iter().map(|n| ((*n).to_owned(), Vec::new())).collect();
    for host in &hosts {
        let at = dice.below(count);
        ports[at].1.push(host.clone());
    }
    for k in 0..dice.between(1, 3) {
        let at = dice.below(count);
        net.strangers.push((format!("192.168.7.{}", 60 + k), names[at].to_owned()));
    }
    net.links[0].ports = ports;
    if dice.chance(30) {
        let name = dice.pick(&["up0.7", "macvlan0", "br-up"]);
        net.links[1].name = name.into();
        net.routes = vec![format!("default via 172.20.0.1 dev {name}")];
    }
    if dice.chance(12) {
        net.sysctls.push(("net.bridge.bridge-nf-call-iptables".into(), 0));
    }
    if dice.chance(10) {
        net.sysctls.push(("net.bridge.bridge-nf-call-ip6tables".into(), 0));
    }
    net
}

/// Two ways out, tables and rules that choose between them.
pub(super) fn policy(dice: &mut Dice) -> Net {
    let lan =
        link("lan0", &["10.1.0.1"], 24, &["10.1.0.5", "10.1.0.7", "10.1.0.200"], "10.1.0.255");
    let isp1 = link("isp1", &["198.51.100.2"], 29, &["198.51.100.1"], "198.51.100.7");
    let isp2 = link("isp2", &["203.0.113.66"], 26, &["203.0.113.65"], "203.0.113.127");
    let mut net = Net {
        links: vec![lan, isp1, isp2],
        far: strings(&FAR),
        routes: strings(&[
            "default via 198.51.100.1 dev isp1",
            "default via 203.0.113.65 dev isp2 table 100",
            "10.1.0.0/24 dev lan0 table 100",
        ]),
        ..Net::default()
    };
    let kinds = ["blackhole", "unreachable", "prohibit", "throw"];
    for table in ["", " table 100", " table 200"] {
        if dice.chance(45) {
            let to = dice.pick(&["45.0.0.0/8", "1.2.3.4", "8.8.0.0/16", "100.64.0.0/10"]);
            net.routes.push(format!("{} {to}{table}", dice.pick(&kinds)));
        }
    }
    if dice.chance(40) {
        net.routes.push("default via 10.1.0.200 dev lan0 table 200".into());
    }
    let choices = [
        "fwmark 0x1 lookup 100",
        "fwmark 0x2/0x2 lookup 200",
        "from 10.1.0.5 lookup 100",
        "from 10.1.0.0/25 lookup 200",
        "iif lan0 lookup 100",
        "iif lo lookup 100",
        "to 1.2.3.4 lookup 200",
        "to 8.8.8.8 fwmark 0x5 lookup 100",
        "fwmark 0x7 blackhole",
        "from 10.1.0.7 prohibit",
        "fwmark 0x3 unreachable",
        "iif lan0 to 45.0.0.0/8 blackhole",
        "not fwmark 0x0/0xff lookup 200",
        "oif isp2 lookup 100",
        "from 203.0.113.66 lookup 100",
    ];
    some_of(&choices, dice, net)
}

/// Adds one to four of these policy rules.
fn some_of(choices: &[&str], dice: &mut Dice, mut net: Net) -> Net {
    for k in 0..dice.between(1, 4) {
        net.policy.push(format!("{} pref {}", dice.pick(choices), 1000 + k));
    }
    net
}

/// Two ways out, and rules that choose by what only policy rules look at.
pub(super) fn selectors(dice: &mut Dice) -> Net {
    let mut net = policy(dice);
    net.policy.clear();
    net.routes.retain(|r| !r.contains("table 200"));
    net.routes.push("default via 10.1.0.200 dev lan0 table 200".into());
    net.routes.push("1.2.3.0/24 via 203.0.113.65 dev isp2".into());
    let choices = [
        "ipproto udp lookup 100",
        "ipproto udp dport 53 lookup 100",
        "ipproto tcp lookup 200",
        "ipproto icmp lookup 100",
        "not ipproto tcp lookup 100",
        "sport 1000-3000 lookup 100",
        "dport 80 lookup 200",
        "dport 443-8080 lookup 100",
        "uidrange 1000-1000 lookup 100",
        "uidrange 0-0 lookup 200",
        "tos 8 lookup 100",
        "dsfield 0x10 lookup 200",
        "lookup main suppress_prefixlength 0",
        "from 10.1.0.0/24 lookup main suppress_prefixlength 8",
        "iif lan0 ipproto udp prohibit",
        "not from 10.1.0.0/24 lookup 200",
        "iif isp1 dport 22 unreachable",
        "oif lan0 lookup 200",
        "to 8.8.8.8 sport 1025 blackhole",
    ];
    for k in 0..dice.between(2, 5) {
        net.policy.push(format!("{} pref {}", dice.pick(&choices), 1000 + k));
    }
    net
}

/// A router of IPv6 with policy rules.
pub(super) fn six_policy(dice: &mut Dice) -> Net {
    let hosts = ["fd00:1::5", "fd00:1::7", "fd00:1::33"];
    let mut net = Net {
        v6: true,
        links: vec![
            link("lan0", &["fd00:1::1"], 64, &hosts, ""),
            link("wan0", &["2001:db8:9::2"], 64, &["2001:db8:9::1"], ""),
            link("alt0", &["2001:db8:a::2"], 64, &["2001:db8:a::1"], ""),
        ],
        far: strings(&["2001:4860::8888", "2606:4700::1", "fd00:77::9"]),
        routes: strings(&[
            "default via 2001:db8:9::1 dev wan0",
            "default via 2001:db8:a::1 dev alt0 table 100",
            "fd00:1::/64 dev lan0 table 100",
        ]),
        ..Net::default()
    };
    if dice.chance(40) {
        let kind = dice.pick(&["unreachable", "prohibit", "blackhole", "throw"]);
        let to = dice.pick(&["fd00:77::/32", "2606:4700::/32"]);
        let table = dice.pick(&["", " table 100"]);
        net.routes.push(format!("{kind} {to}{table}"));
    }
    let choices = [
        "fwmark 0x1 lookup 100",
        "fwmark 0x2/0x2 lookup 100",
        "from fd00:1::5 lookup 100",
        "from fd00:1::/64 lookup 100",
        "iif lan0 lookup 100",
        "to 2606:4700::1 lookup 100",
        "ipproto udp lookup 100",
        "ipproto tcp dport 80-443 lookup 100",
        "not fwmark 0x0/0xff lookup 100",
        "tos 8 lookup 100",
        "from fd00:1::7 prohibit",
        "fwmark 0x7 blackhole",
        "fwmark 0x3 unreachable",
        "lookup main suppress_prefixlength 0",
    ];
    some_of(&choices, dice, net)
}

/// Bridges that now and then show nothing to iptables.
pub(super) fn floods(dice: &mut Dice) -> Net {
    let mut net = bridges(dice);
    if dice.chance(20) {
        net.sysctls.push(("net.bridge.bridge-nf-call-iptables".into(), 0));
    }
    net
}

/// A router of IPv6.
pub(super) fn six(dice: &mut Dice) -> Net {
    let hosts = ["fd00:1::5", "fd00:1::7", "fd00:1::33"];
    let mut net = Net {
        v6: true,
        links: vec![
            link("lan0", &["fd00:1::1"], 64, &hosts, ""),
            link("wan0", &["2001:db8:9::2", "2001:db8:9::3"], 64, &["2001:db8:9::1"], ""),
        ],
        far: strings(&["2001:4860::8888", "2606:4700::1", "fd00:77::9"]),
        routes: strings(&["default via 2001:db8:9::1 dev wan0"]),
        ..Net::default()
    };
    if dice.chance(30) {
        net.routes.push(
            dice.pick(&[
                "fd00:77::/32 via fd00:1::7 dev lan0",
                "unreachable fd00:77::/32",
                "prohibit 2606:4700::/32",
                "blackhole 2606:4700::/32",
            ])
            .to_owned(),
        );
    }
    if dice.chance(8) {
        net.sysctls.push(("net.ipv6.conf.all.forwarding".into(), 0));
    }
    net
}

/// Changes settings that decide between delivery, forwarding and silence.
pub(super) fn unsettle(net: &mut Net, dice: &mut Dice) {
    let mut set = |name: &str, value| net.sysctls.push((name.to_owned(), value));
    match dice.below(8) {
        0 => set("net.ipv4.ip_forward", 0),
        1 => set("net.ipv4.conf.all.rp_filter", 1),
        2 => set("net.ipv4.conf.all.rp_filter", 2),
        3 => set("net.ipv4.conf.all.route_localnet", 1),
        4 => set("net.ipv4.conf.all.accept_local", 1),
        5 => set("net.ipv4.conf.all.src_valid_mark", 1),
        6 => set("net.netfilter.nf_conntrack_tcp_loose", 0),
        _ => set("net.netfilter.nf_conntrack_tcp_be_liberal", 1),
    }
    if dice.chance(30) {
        let k = dice.below(net.links.len());
        net.links[k].mtu = Some(dice.one(&[600, 1000, 1400]));
    }
}
