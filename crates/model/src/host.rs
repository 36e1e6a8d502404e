//! What is known, assumed or guessed of a host around its rules.

use crate::family::{Family, IpFamily};
use crate::flow::Flow;
use crate::ids::RuleId;
use crate::matches::Blank;
use crate::packet::{L4, Mac, Packet};
use crate::priority;
use crate::question::Question;
use crate::ruleset::{Backend, Hook, Ruleset};
use crate::seen::KernelTrace;
use crate::span::{Span, Text};
use crate::values::{Cidr, Masked, Range};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::rc::Rc;

/// One host among those that a paste speaks of.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct HostId(pub u16);

/// Where a fact comes from; it says how certain it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// It stands in the paste.
    Pasted(Span),
    /// A person or a case said so.
    Given,
    /// A rule implies it.
    Inferred(RuleId),
    /// What a host is by default; nobody said so.
    Default,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Fact<T> {
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// What kind of device an interface is, as far as the walk differs by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IfKind {
    /// Anything else.
    #[default]
    Plain,
    /// The loopback device.
    Loopback,
    /// A bridge; its ports name it as their [`Interface::master`].
    Bridge,
    /// A bond or a team; its members are no ports of a bridge.
    Bond,
    /// A VRF; its members name it as their [`Interface::master`].
    Vrf,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Interface {
    pub name: Text,
    pub kind: IfKind,
    /// Its addresses, the primary one first.
    pub addrs: Vec<Fact<Cidr>>,
    /// The bridge it is a port of, or the VRF it is a member of.
    pub master: Option<Text>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Device group number (`ip link set group`).
    pub group: Option<u32>,
    /// Its link-layer address.
    pub mac: Option<Mac>,
    /// Whether it is up; `None` where nothing says so.
    pub up: Option<bool>,
    /// Whether a bridge sends a frame back out of this port (`hairpin on`).
    pub hairpin: bool,
    /// Its addresses that the paste hides, in part or whole.
    pub hidden: Vec<Fact<Blank>>,
    /// Where its existence is known from.
    pub origin: Origin,
}

impl Interface {
    /// An interface of which nothing is known but its name.
    #[must_use]
    pub fn named(name: &str, origin: Origin) -> Self {
        Self {
            name: name.into(),
            kind: if name == "lo" { IfKind::Loopback } else { IfKind::Plain },
            addrs: Vec::new(),
            master: None,
            mtu: None,
            group: None,
            mac: None,
            up: None,
            hairpin: false,
            hidden: Vec::new(),
            origin,
        }
    }
}

/// What a route does with a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RouteKind {
    /// Send it on.
    #[default]
    Unicast,
    /// Deliver it here.
    Local,
    /// Deliver and send as a broadcast.
    Broadcast,
    /// Drop silently.
    Blackhole,
    /// Drop with ICMP host unreachable.
    Unreachable,
    /// Drop with ICMP administratively prohibited.
    Prohibit,
    /// Go on with the next policy rule.
    Throw,
}

/// How the link of a next hop is, as `ip route` marks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HopLink {
    /// Nothing is said against it.
    #[default]
    Up,
    /// Its interface has no carrier (`linkdown`), which counts where `ignore_routes_with_linkdown` says so.
    Linkdown,
    /// Its interface is down (`dead`): it is passed over.
    Dead,
}

/// One of the next hops of a route that has several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hop {
    /// The neighbour; `None` is the network itself.
    pub via: Option<IpAddr>,
    /// The outgoing interface.
    pub dev: Option<Text>,
    /// Its share among the hops, 1 to 256.
    pub weight: u16,
    /// Its realms, as those of a route.
    pub realms: u32,
    /// How its link is.
    pub link: HopLink,
}

/// A route as `ip route` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Route {
    /// The destination; `len` 0 is `default`.
    pub dst: Cidr,
    /// What it does.
    pub kind: RouteKind,
    /// The next hop.
    pub via: Option<IpAddr>,
    /// The outgoing interface.
    pub dev: Option<Text>,
    /// The preferred source address.
    pub src: Option<IpAddr>,
    /// The TOS it is for.
    pub tos: u8,
    /// Lower wins among equal prefixes.
    pub metric: u32,
    /// The table: 254 is main, 255 local, 253 default.
    pub table: u32,
    /// Its realms: the source's in the upper half, the destination's in the lower one; 0 is none.
    pub realms: u32,
    /// The MTU that it sets (`mtu N`).
    pub mtu: Option<u32>,
    /// How its link is.
    pub link: HopLink,
    /// Its next hops, where it has several; `via` and `dev` are none then.
    pub hops: Vec<Hop>,
    /// Whether the hops are those of a group of `ip nexthop`.
    pub group: bool,
    /// Where it is known from.
    pub origin: Origin,
}

impl Route {
    /// A route of the main table that sends on what goes to `dst`, and does not say where.
    #[must_use]
    pub fn to(dst: Cidr, origin: Origin) -> Self {
        Self {
            dst,
            kind: RouteKind::Unicast,
            via: None,
            dev: None,
            src: None,
            tos: 0,
            metric: 0,
            table: 254,
            realms: 0,
            mtu: None,
            link: HopLink::Up,
            hops: Vec::new(),
            group: false,
            origin,
        }
    }
}

/// What a policy routing rule does with the packets it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PolicyAction {
    /// Look in this table.
    Lookup(u32),
    /// Drop with ICMP network unreachable.
    Unreachable,
    /// Drop silently.
    Blackhole,
    /// Drop with ICMP administratively prohibited.
    Prohibit,
}

/// A rule as `ip rule` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Lower comes first.
    pub priority: u32,
    /// Whether the selector is inverted (`not`).
    pub not: bool,
    /// `from`.
    pub from: Option<Cidr>,
    /// `to`.
    pub to: Option<Cidr>,
    /// `fwmark VALUE/MASK`.
    pub fwmark: Option<(u32, u32)>,
    /// `iif`.
    pub iif: Option<Text>,
    /// `oif`.
    pub oif: Option<Text>,
    /// `tos` or `dsfield`.
    pub tos: Option<u8>,
    /// `uidrange`: the sender's user id.
    pub uids: Option<Range<u32>>,
    /// `ipproto`.
    pub proto: Option<u8>,
    /// `sport`.
    pub sport: Option<Range<u16>>,
    /// `dport`.
    pub dport: Option<Range<u16>>,
    /// `suppress_prefixlength`: a route of this prefix length or a shorter one does not count.
    pub suppress: Option<u8>,
    /// `realms`, as those of a route.
    pub realms: u32,
    /// What it does.
    pub action: PolicyAction,
    /// Where it is known from.
    pub origin: Origin,
}

/// A listening socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Socket {
    /// IP protocol number, TCP or UDP.
    pub proto: u8,
    /// The local address; unspecified listens on all.
    pub addr: IpAddr,
    /// The local port.
    pub port: u16,
    /// Whether it takes packets for other addresses (`IP_TRANSPARENT`), where it is known.
    pub transparent: Option<bool>,
    /// The process, where it is known.
    pub process: Option<Text>,
    /// Where it is known from.
    pub origin: Origin,
}

/// What answers a packet that is delivered here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LocalStack {
    /// Nobody knows what listens.
    #[default]
    Unknown,
    /// Nothing answers (the recorded cases' `mute`).
    Mute,
    /// [`Host::sockets`] is the whole list: the stack answers what nobody listens for.
    Real,
}

/// An ipset.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct IpSet {
    pub name: Text,
    /// Its type as `ipset` writes it (`hash:ip,port`).
    pub kind: Text,
    pub family: IpFamily,
    /// Default timeout in seconds of its elements.
    pub timeout: Option<u32>,
    /// Further words of the `create` line, as they stand.
    pub options: Vec<Text>,
    pub entries: Vec<SetEntry>,
    /// Where it is known from.
    pub origin: Origin,
}

impl IpSet {
    /// The word among the options that says that not all elements were listed.
    pub const IN_PART: &str = "...";

    /// Whether a listing shows some of its elements only.
    pub fn is_in_part(&self) -> bool {
        self.options.iter().any(|o| **o == *Self::IN_PART)
    }
}

/// An element of an ipset: one part a dimension of the set's type, in that order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetEntry {
    /// One for each dimension of the set's type.
    pub parts: Vec<SetPart>,
    /// `nomatch`.
    pub nomatch: bool,
    /// Seconds it lives on; `None` for ever.
    pub timeout: Option<u32>,
    /// Packets and bytes that it has counted, in a set that counts.
    pub counted: (u64, u64),
    /// `skbmark`: the mark that `SET --map-mark` writes, bits under a mask. Where there is none, no bit is written.
    pub skb_mark: Masked<u32>,
}

/// One part of an ipset element.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SetPart {
    /// An address or a network.
    Net(Cidr),
    /// A range of addresses, both ends included.
    Range(IpAddr, IpAddr),
    /// A protocol and a range of ports, both ends included. For ICMP the port is type × 256 + code.
    Port {
        /// IP protocol number.
        proto: u8,
        first: u16,
        last: u16,
    },
    /// A link-layer address.
    Mac(Mac),
    /// An interface name.
    Iface(Text),
    /// How an interface name begins (`wildcard`).
    IfacePrefix(Text),
    /// A mark and its mask.
    Mark(u32, u32),
    /// The name of another set (`list:set`).
    Set(Text),
    /// Not understood; the text as it stands.
    Opaque(Text),
}

/// A name that the paste gives to an address (a pod, a service, a container).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct NamedAddr {
    pub name: Text,
    pub addr: IpAddr,
    /// Where it is known from.
    pub origin: Origin,
}

/// What is outside netfilter and may take a packet its own way: seen in the paste and not modelled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unmodelled {
    /// Its usual name (`IPVS`, `ip xfrm policy`).
    pub name: Text,
    /// The hooks at which it may take a packet.
    pub hooks: Vec<Hook>,
    /// The packets it may take: those that any of these fits.
    pub touches: Vec<PacketScope>,
    /// Where it is known from.
    pub origin: Origin,
}

/// Which packets something outside netfilter may take.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PacketScope {
    All,
    /// Those that come in or leave by an interface other than lo.
    Wire,
    /// Those that come in by this interface, or leave by it.
    Iface(Text),
    /// Those between two networks; `None` is any.
    Between(Option<Cidr>, Option<Cidr>),
    /// Those of a protocol to or from an address and a port, as far as they are named.
    Service {
        /// IP protocol number.
        proto: Option<u8>,
        addr: Option<IpAddr>,
        port: Option<u16>,
    },
    /// Those of flows that are established.
    Established,
    /// Those that leave by an interface for an address in none of these networks, or come in by it from one.
    Outside(Text, Vec<Cidr>),
}

/// How much of a host is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Complete {
    /// A table that is absent is empty, rather than not pasted.
    pub rules: bool,
    /// An address, route or interface that is absent does not exist.
    pub network: bool,
}

/// A host: its rules and the facts around them.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Host {
    pub id: HostId,
    /// Its name, where a prompt or a person gave it.
    pub name: Option<Text>,
    /// Its rules, of every family and table.
    pub rules: Rc<Ruleset>,
    /// Whose its tables of iptables are, where a line or a person said so.
    pub backend: Option<Backend>,
    pub interfaces: Vec<Interface>,
    /// Its routes, without those that follow from addresses.
    pub routes: Vec<Route>,
    /// Whether the routes told are those that commands or the file of a tunnel add: the host has others.
    pub routes_in_part: bool,
    /// Whether a command that lists all routes was pasted with its output.
    pub routes_listed: bool,
    /// Its policy rules, without the three that every host has.
    pub policy: Vec<PolicyRule>,
    /// Its sysctls by dotted name, all values as text.
    pub sysctls: Vec<(Text, Fact<Text>)>,
    /// Its listening sockets.
    pub sockets: Vec<Socket>,
    /// The protocols of which those are all that listen.
    pub listed_sockets: Vec<u8>,
    /// What answers packets delivered here.
    pub stack: LocalStack,
    /// Whether its packets are written whole by a program, header and all (the recorded cases' raw sockets):
    /// what routes them first sees no protocol, no port and no TOS.
    pub raw_sender: bool,
    pub sets: Vec<IpSet>,
    /// Which bridge port an address lies behind.
    pub fdb: Vec<(IpAddr, Fact<Text>)>,
    /// Names of addresses.
    pub names: Vec<NamedAddr>,
    /// What its kernel said of packets that it traced.
    pub seen: Vec<KernelTrace>,
    /// The flows that it knows before the first packet.
    pub flows: Vec<Fact<Flow>>,
    /// How much of it is known.
    pub complete: Complete,
    /// The clock as seconds since 1970, where the case or the person tells it.
    pub clock: Option<u64>,
    /// Addresses that are, or are not, this host's, at an interface nobody named.
    pub said_local: Vec<(IpAddr, Fact<bool>)>,
    /// The families of which a whole `iptables-save` was pasted, header to end: a table that it does not have is not
    /// loaded.
    pub saved_whole: Vec<Family>,
    /// Tables that were not pasted and of which a person said that they accept, or drop, everything.
    pub said_tables: Vec<(Family, Text, bool)>,
    /// Questions of a walk that a person answered, and whether with yes. A later answer counts.
    pub user_answers: Vec<(Question, bool)>,
    /// Dumps of further rules that were recognised and are not read, by their usual names.
    pub unparsed_dumps: Vec<Text>,
    /// What is outside netfilter and not modelled.
    pub beside: Vec<Unmodelled>,
    /// Whether conntrack is on. The kernel turns it on when a rule needs it.
    pub conntrack: bool,
}

impl Host {
    /// Whether all rules of iptables of a family are told: a table that is absent is not loaded.
    #[must_use]
    pub fn are_rules_whole(&self, family: Family) -> bool {
        self.complete.rules || self.saved_whole.contains(&family)
    }

    /// The interface of that name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|i| &*i.name == name)
    }

    /// Takes all tables of iptables for those of `backend`, which decides where `security` stands.
    pub fn set_backend(&mut self, backend: Backend) {
        self.backend = Some(backend);
        let rules = Rc::make_mut(&mut self.rules);
        for table in rules.tables.iter_mut().filter(|t| t.backend != Backend::Nft) {
            table.backend = backend;
            if *table.name != *"security" {
                continue;
            }
            for chain in &table.chains {
                if let Some(base) = &mut rules.chains[chain.0 as usize].base {
                    base.priority = priority::security(backend);
                }
            }
        }
    }

    /// The value of a sysctl, by its dotted name.
    pub fn sysctl(&self, name: &str) -> Option<&Fact<Text>> {
        self.sysctls.iter().rev().find(|(n, _)| &**n == name).map(|(_, f)| f)
    }

    /// Whether a packet is an echo request and the kernel was told to answer none (`icmp_echo_ignore_all`).
    pub fn ignores_ping(&self, packet: &Packet) -> bool {
        let name = if packet.is_v6() {
            "net.ipv6.icmp.echo_ignore_all"
        } else {
            "net.ipv4.icmp_echo_ignore_all"
        };
        matches!(&packet.l4, L4::Icmp(icmp) if matches!(icmp.kind, 8 | 128))
            && self.sysctl(name).is_some_and(|set| &*set.value != "0")
    }
}

/// Something said of a host beyond the paste: by a person, by a case, or by the rules themselves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Assumption {
    /// An interface exists, and holds this address if one is named: `eth0=172.17.0.2/16`, `veth1=up`.
    Interface {
        name: Text,
        /// An address of it.
        addr: Option<Cidr>,
    },
    /// An interface is a bridge with these ports: `docker0=bridge:veth1,veth2`.
    Bridge { name: Text, ports: Vec<Text> },
    /// An address lies behind a bridge port: `behind=172.18.0.5@veth1`.
    Behind { addr: IpAddr, port: Text },
    /// A route, in the words of `ip route add`: `route=default via 172.17.0.1 dev eth0`.
    Route(Route),
    /// A policy rule, in the words of `ip rule add`: `rule=fwmark 1 lookup 100`.
    Policy(PolicyRule),
    /// A sysctl: `net.ipv4.ip_forward=1`.
    Sysctl {
        /// Its dotted name.
        name: Text,
        value: Text,
    },
    /// A listener: `listen=tcp:0.0.0.0:22`.
    Listen(Socket),
    /// An address is not one of this host's: `notlocal=172.17.0.2`.
    NotLocal(IpAddr),
    /// An address is one of this host's, at an interface nobody named: `local=172.17.0.2`.
    Local(IpAddr),
    /// A table that was not pasted lets everything pass, or drops everything:
    /// `table=filter:accept`, `table=filter:drop`.
    Table {
        family: Family,
        name: Text,
        /// Whether it lets everything pass.
        accepts: bool,
    },
    /// The tables are those of iptables-nft, or of iptables-legacy: `backend=nft`, `backend=legacy`.
    Backend(Backend),
    /// What a walk had to ask is answered, and whether with yes.
    Answered(About, bool),
}

/// What a walk asks and only the host itself could answer, by names and numbers as a person writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum About {
    /// A chain that was not pasted lets everything pass: `chain=filter:FORWARD:accept`.
    Chain(Family, Text, Text),
    /// The policy of a chain accepts: `policy=filter:INPUT:drop`.
    Policy(Family, Text, Text),
    /// A test of a rule holds, whenever it is asked: `holds=filter:INPUT:3.1:yes`.
    Test {
        family: Family,
        table: Text,
        chain: Text,
        /// The rule's number in it, from 1.
        number: u32,
        /// Which of its operations, from 0; `None` for its interfaces that a listing hides.
        op: Option<u16>,
    },
    /// The packets that are looked up in this set are in it: `inset=blocked:no`.
    InSet(Text),
    /// What is outside netfilter, or is not read, lets the packet pass: `passes=IPVS`.
    Passes(Text),
    /// A value of a packet is what the paste leaves open by a name: `blank=YOUR_IP:192.0.2.50:yes`.
    Blank(Text, Text),
    /// Of the base chains that share its priority this one runs first: `first=filter:INPUT:yes`.
    First(Family, Text, Text),
    /// Something listens at this protocol and port; that nothing does is `nolisten=tcp:80`.
    Listener(u8, u16),
}
