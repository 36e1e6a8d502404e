//! What native rules look at: a row for each field, with values that fit the packets and some that do not.

use super::host::Host;
use crate::generate::dice::Dice;
use crate::generate::net::{Net, PORTS};
use crate::generate::packets::SPORTS;
use chainwalk_model::nft::{HEADER_FIELDS, Header, HeaderRow, Type};

/// What values a field takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Addr4,
    Addr6,
    Port,
    /// Numbers, those that packets are likely to have, and how many bits.
    Number(Vec<u64>, u16),
    Words(&'static [&'static str]),
    /// Words of a bit mask.
    Bits(&'static [&'static str]),
    Iface,
    /// An interface that has to be there when the rule is loaded.
    Index,
}

/// A field as a rule writes it.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) words: String,
    pub(super) kind: Kind,
    /// `4` or `6` where it is of one family.
    pub(super) family: Option<u8>,
    /// The protocol that it binds its rule to; two that differ are refused in one rule.
    pub(super) proto: Option<String>,
    /// Whether it may stand in a concatenation and as a map's key without `typeof`.
    pub(super) typed: bool,
}

const STATES: &[&str] = &["new", "established", "related", "invalid", "untracked"];
const STATUS: &[&str] =
    &["expected", "seen-reply", "assured", "confirmed", "snat", "dnat", "dying"];
const FLAGS: &[&str] = &["fin", "syn", "rst", "psh", "ack", "urg"];
const PROTOS: &[&str] = &["tcp", "udp", "icmp", "ipv6-icmp", "sctp", "esp", "ah", "gre", "udplite"];
const FIB_TYPES: &[&str] =
    &["unicast", "local", "broadcast", "multicast", "blackhole", "unreachable", "prohibit"];

fn look(words: &str, kind: Kind) -> Look {
    Look { words: words.to_owned(), kind, family: None, proto: None, typed: true }
}

fn numbers(list: &[u64], bits: u16) -> Kind {
    Kind::Number(list.to_vec(), bits)
}

/// What packets are likely to have in a field that is a number.
fn likely(header: Header, word: &str) -> &'static [u64] {
    match (header, word) {
        (Header::Ip, "version") => &[4],
        (Header::Ip, "hdrlength") => &[5, 6],
        (Header::Ip, "length") => &[28, 31, 40, 44, 60],
        (Header::Ip, "id") => &[0x5000, 0x5001, 0x5002, 0x7000],
        (Header::Ip, "frag-off") => &[0, 0x2000, 0x4000, 26],
        (Header::Ip, "ttl") | (Header::Ip6, "hoplimit") => &[64, 63, 62, 1, 2],
        (Header::Ip6, "version") => &[6],
        (Header::Ip6, "flowlabel") => &[0x20000, 0x20001, 0x20002],
        (Header::Ip6, "length") => &[8, 11, 20, 24],
        (Header::Icmp | Header::Icmpv6, "id") => &[1, 7, 300, 9],
        (Header::Icmp | Header::Icmpv6, "sequence") => &[1, 2],
        (Header::Icmp | Header::Icmpv6, "mtu") => &[0, 1400],
        (_, "gateway" | "max-delay" | "reserved" | "urgptr" | "vtag" | "seg-left") => &[0],
        (Header::Tcp, "sequence") => &[1000, 1001, 5000],
        (Header::Tcp, "ackseq") => &[0, 1001],
        (Header::Tcp, "doff") => &[5, 6, 8],
        (Header::Tcp, "window") => &[64240, 1000, 0],
        (Header::Udp | Header::Udplite, "length" | "csumcov") => &[8, 11, 17],
        (Header::Ah | Header::Esp, "spi" | "sequence") => &[1, 256, 0x1234],
        (Header::Comp, _) | (Header::Ah, "hdrlength") => &[0, 2, 4],
        (Header::TcpOption(2), "size") => &[536, 1460, 8960, 1300],
        (Header::TcpOption(kind), "kind") => match kind {
            2 => &[2],
            3 => &[3],
            4 => &[4],
            5 => &[5],
            _ => &[8],
        },
        (Header::TcpOption(_), "length") => &[2, 3, 4, 10],
        (Header::TcpOption(3), "count") => &[0, 2, 7],
        (Header::TcpOption(8), _) => &[1, 2, 100],
        (Header::SctpChunk(_), "length") => &[8, 20],
        (Header::SctpChunk(1), _) => &[0x1234, 10, 1, 65535],
        (Header::SctpChunk(_), _) => &[0, 1, 2, 3, 7, 42],
        (Header::IpOption(_), "ptr" | "length" | "value") => &[4, 7, 11, 0],
        (Header::IpOption(148), "type") => &[148],
        (Header::IpOption(7), "type") => &[7],
        _ => &[0, 1, 2],
    }
}

fn kind_of(row: &HeaderRow) -> Option<Kind> {
    Some(match row.ty {
        Type::Ipv4Addr => Kind::Addr4,
        Type::Ipv6Addr => Kind::Addr6,
        Type::InetService => Kind::Port,
        Type::Integer => numbers(likely(row.header, row.word), row.bits),
        Type::Dscp => Kind::Words(&["cs0", "cs1", "ef", "af11", "cs2", "af41"]),
        Type::Ecn => Kind::Words(&["not-ect", "ect0", "ect1", "ce"]),
        Type::InetProto => Kind::Words(PROTOS),
        Type::IcmpType => Kind::Words(&[
            "echo-request",
            "echo-reply",
            "destination-unreachable",
            "time-exceeded",
            "timestamp-request",
            "parameter-problem",
        ]),
        Type::IcmpCode => {
            Kind::Words(&["net-unreachable", "host-unreachable", "port-unreachable", "frag-needed"])
        }
        Type::Icmpv6Type => Kind::Words(&[
            "echo-request",
            "echo-reply",
            "destination-unreachable",
            "packet-too-big",
            "nd-neighbor-solicit",
            "time-exceeded",
        ]),
        Type::Icmpv6Code => {
            Kind::Words(&["no-route", "admin-prohibited", "addr-unreachable", "port-unreachable"])
        }
        Type::TcpFlag => Kind::Bits(FLAGS),
        Type::EtherAddr => {
            Kind::Words(&["02:00:00:00:03:01", "02:00:00:00:03:02", "ff:ff:ff:ff:ff:ff"])
        }
        Type::EtherType => Kind::Words(&["ip", "ip6", "arp"]),
        Type::DccpPktType => Kind::Words(&["request", "response", "data"]),
        Type::MhType => Kind::Words(&["binding-refresh-request", "binding-update"]),
        Type::IgmpType => Kind::Words(&["membership-query", "membership-report-v2"]),
        _ => return None,
    })
}

/// A row of the table of header fields; `None` where no frame of ours has one.
pub(super) fn of_header(row: &HeaderRow) -> Option<Look> {
    use Header::{
        Ah, Arp, Comp, Dccp, Dst, Esp, Ether, Frag, Hbh, Icmp, Icmpv6, Igmp, Ip, Ip6, IpOption, Mh,
        Rt, Rt0, Rt2, Sctp, SctpChunk, Srh, Tcp, TcpOption, Th, Udp, Udplite, Vlan,
    };
    let (family, proto) = match row.header {
        Arp | Vlan => return None,
        // Whose address a frame is for only its host knows.
        Ether if row.word == "daddr" => return None,
        // nft 1.0.6 reads the one word `kind` as all that is said of an option, and gives others no name.
        TcpOption(_) if row.word == "kind" => return None,
        TcpOption(30 | 19 | 34 | 0 | 1) | Rt2 => return None,
        Icmpv6 if row.word == "daddr" || row.word == "taddr" => return None,
        Ether => (None, None),
        Ip | IpOption(_) => (Some(4), None),
        Ip6 | Hbh | Rt | Rt0 | Srh | Frag | Dst | Mh => (Some(6), None),
        Icmp => (Some(4), Some("icmp")),
        Igmp => (Some(4), Some("igmp")),
        Icmpv6 => (Some(6), Some("icmpv6")),
        Tcp | TcpOption(_) => (None, Some("tcp")),
        Udp => (None, Some("udp")),
        Udplite => (None, Some("udplite")),
        Sctp => (None, Some("sctp")),
        // Packets have chunks of these.
        SctpChunk(0 | 1 | 3 | 7) => (None, Some("sctp")),
        SctpChunk(_) => return None,
        Dccp => (None, Some("dccp")),
        Ah => (None, Some("ah")),
        Esp => (None, Some("esp")),
        Comp => (None, Some("comp")),
        Th => (None, Some("th")),
    };
    // Fields that ask for a type of message of their own do not stand beside each other.
    let own = matches!(row.header, Icmp | Icmpv6);
    let proto = match (own, proto) {
        (true, Some(p)) => Some(format!("{p} {}", row.word)),
        (_, p) => p.map(str::to_owned),
    };
    let proto = match (row.header, row.word) {
        (Ip, "protocol") | (Ip6, "nexthdr") => Some(format!("named {}", row.word)),
        _ => proto,
    };
    Some(Look {
        words: format!("{} {}", row.header.words(), row.word),
        kind: kind_of(row)?,
        family,
        proto,
        typed: row.ty != Type::Integer,
    })
}

/// Every row of the table of header fields that a packet of ours may have.
pub(super) fn headers() -> Vec<Look> {
    HEADER_FIELDS.iter().filter_map(of_header).collect()
}

/// What rules of people look at most.
pub(super) fn usual() -> Vec<Look> {
    let of = |words: &str, kind, family, proto: Option<&str>| Look {
        family,
        proto: proto.map(str::to_owned),
        ..look(words, kind)
    };
    vec![
        of("ip saddr", Kind::Addr4, Some(4), None),
        of("ip daddr", Kind::Addr4, Some(4), None),
        of("ip6 saddr", Kind::Addr6, Some(6), None),
        of("ip6 daddr", Kind::Addr6, Some(6), None),
        of("tcp dport", Kind::Port, None, Some("tcp")),
        of("tcp sport", Kind::Port, None, Some("tcp")),
        of("udp dport", Kind::Port, None, Some("udp")),
        of("udp sport", Kind::Port, None, Some("udp")),
        of("th dport", Kind::Port, None, Some("th")),
        of("tcp flags", Kind::Bits(FLAGS), None, Some("tcp")),
        of("meta l4proto", Kind::Words(PROTOS), None, Some("named l4")),
        of("ip protocol", Kind::Words(PROTOS), Some(4), Some("named ip")),
        of("meta nfproto", Kind::Words(&["ipv4", "ipv6"]), Some(0), None),
        look("ct state", Kind::Bits(STATES)),
        look("iifname", Kind::Iface),
        look("oifname", Kind::Iface),
        look("meta mark", numbers(&[0, 1, 2, 3, 5, 7, 0x10, 0x100], 32)),
        of(
            "icmp type",
            Kind::Words(&["echo-request", "echo-reply", "destination-unreachable"]),
            Some(4),
            Some("icmp type"),
        ),
    ]
}

/// What the kernel knows of a packet beside its bytes. `state`: whether conntrack may be asked.
pub(super) fn around() -> Vec<Look> {
    let mut all = vec![
        Look { typed: false, ..look("meta length", numbers(&[28, 31, 40, 44, 60], 32)) },
        Look { family: Some(0), ..look("meta protocol", Kind::Words(&["ip", "ip6"])) },
        look("iif", Kind::Index),
        look("oif", Kind::Index),
        look("iiftype", Kind::Words(&["ether", "loopback", "ppp"])),
        look("oiftype", Kind::Words(&["ether", "loopback"])),
        look("iifgroup", numbers(&[0, 1], 32)),
        look("oifgroup", numbers(&[0, 1], 32)),
        look("meta skuid", numbers(&[0, 1000, 33], 32)),
        look("meta skgid", numbers(&[0, 100], 32)),
        look("rtclassid", numbers(&[0, 1], 32)),
        look("pkttype", Kind::Words(&["host", "broadcast", "multicast", "other"])),
        look("ct direction", Kind::Words(&["original", "reply"])),
        look("ct status", Kind::Bits(STATUS)),
        look("ct mark", numbers(&[0, 1, 2, 5, 0x10], 32)),
        Look { family: Some(0), ..look("ct l3proto", Kind::Words(&["ipv4", "ipv6"])) },
        Look { proto: Some("named ct".into()), ..look("ct protocol", Kind::Words(PROTOS)) },
        Look { typed: false, ..look("ct zone", numbers(&[0, 1, 7], 16)) },
        Look { typed: false, ..look("ct bytes", numbers(&[0, 40, 100], 64)) },
        Look { typed: false, ..look("ct packets", numbers(&[0, 1, 2, 3], 64)) },
        Look { typed: false, ..look("ct avgpkt", numbers(&[0, 40, 44], 64)) },
        Look { typed: false, ..look("ct helper", Kind::Words(&["\"ftp\"", "\"tftp\""])) },
    ];
    for (words, likely, bits, family) in [
        ("@nh,96,32", &[0x0a01_0005, 0x0a01_0007, 0xcb00_7109][..], 32, None),
        ("@nh,72,8", &[6, 17, 1], 8, None),
        ("@th,16,16", &[22, 53, 80, 443], 16, None),
        ("@th,0,16", &[1025, 2000, 600], 16, None),
        ("@th,104,8", &[2, 16, 18], 8, None),
        ("@ih,0,8", &[0x61, 0x68, 0x78], 8, None),
        ("@nh,0,4", &[4, 6], 4, None),
        ("@th,4,12", &[22, 80, 53], 12, None),
    ] {
        all.push(Look { family, typed: false, ..look(words, numbers(likely, bits)) });
    }
    all.push(Look { family: Some(4), typed: false, ..look("rt ip nexthop", Kind::Addr4) });
    all.push(Look { family: Some(6), typed: false, ..look("rt ip6 nexthop", Kind::Addr6) });
    all.push(Look { typed: false, ..look("rt mtu", numbers(&[1460, 1440, 1360, 65495], 16)) });
    all.push(look("rt classid", numbers(&[0, 1], 32)));
    all.push(Look { typed: false, ..look("socket transparent", numbers(&[0, 1], 1)) });
    all.push(Look { typed: false, ..look("ct expiration", Kind::Words(&["10s", "1m", "5d"])) });
    all.push(look("meta sdifname", Kind::Iface));
    for dir in ["original", "reply"] {
        for (word, kind, family) in [
            ("ip saddr", Kind::Addr4, Some(4)),
            ("ip daddr", Kind::Addr4, Some(4)),
            ("ip6 saddr", Kind::Addr6, Some(6)),
            ("ip6 daddr", Kind::Addr6, Some(6)),
        ] {
            all.push(Look { family, typed: false, ..look(&format!("ct {dir} {word}"), kind) });
        }
        // Without a protocol nft does not know the type of these.
        for (proto, word) in [("tcp", "proto-src"), ("tcp", "proto-dst"), ("udp", "proto-dst")] {
            all.push(Look {
                typed: false,
                proto: Some(proto.into()),
                ..look(&format!("meta l4proto {proto} ct {dir} {word}"), Kind::Port)
            });
        }
        for (word, kind) in [
            ("protocol", Kind::Words(PROTOS)),
            ("packets", numbers(&[0, 1, 2], 64)),
            ("bytes", numbers(&[0, 40, 44], 64)),
            ("avgpkt", numbers(&[0, 40, 44], 64)),
        ] {
            all.push(Look { typed: false, ..look(&format!("ct {dir} {word}"), kind) });
        }
    }
    all
}

/// Bits by their place, small enough to be met by chance.
pub(super) fn raw(dice: &mut Dice) -> Look {
    let base = dice.pick(&["nh", "nh", "th", "th", "ih"]);
    let bits = dice.one(&[1, 2, 3, 4, 6, 8, 8, 12, 16, 16, 24, 32]);
    let at = dice.below(40) * 4 + if bits < 8 { dice.below(4) } else { 0 };
    let kind = numbers(&[0, 1, 2, 5, 6, 0x40, 0x50], bits);
    Look { typed: false, ..look(&format!("@{base},{at},{bits}"), kind) }
}

/// A question for the routing tables that may stand at a hook.
pub(super) fn fib(hook: &str, dice: &mut Dice) -> Look {
    let with_in = ["", " . iif", " . mark", " . mark . iif"];
    let with_out = ["", " . oif", " . mark"];
    let sides = ["saddr", "daddr"];
    let side = dice.pick(&sides);
    let (keys, result): (&[&str], &str) = match hook {
        "prerouting" | "input" | "ingress" => (&with_in, dice.pick(&["oif", "oifname", "type"])),
        "forward" => {
            (&["", " . iif", " . mark", " . mark . iif"], dice.pick(&["oif", "oifname", "type"]))
        }
        "output" | "postrouting" => (&with_out, "type"),
        _ => (&[""], "type"),
    };
    let words = format!("fib {side}{} {result}", dice.pick(keys));
    let kind = match result {
        "type" => Kind::Words(FIB_TYPES),
        "oif" => Kind::Index,
        _ => Kind::Iface,
    };
    Look { typed: false, ..look(&words, kind) }
}

fn of_net(host: &Host, six: bool) -> &Net {
    if six { &host.six } else { &host.four }
}

impl Kind {
    /// One value.
    pub(super) fn value(&self, host: &Host, dice: &mut Dice) -> String {
        match self {
            Self::Addr4 | Self::Addr6 => of_net(host, *self == Self::Addr6).some_addr(dice),
            Self::Port => {
                if dice.chance(80) {
                    dice.one(&PORTS).to_string()
                } else {
                    dice.one(&SPORTS).to_string()
                }
            }
            Self::Number(likely, bits) => {
                if dice.chance(75) {
                    let most = 1_u64.checked_shl((*bits).into()).map_or(u64::MAX, |n| n - 1);
                    dice.one(likely).min(most).to_string()
                } else {
                    let most = (1_usize << (*bits).min(16)).max(2);
                    dice.below(most).to_string()
                }
            }
            Self::Words(words) | Self::Bits(words) => dice.pick(words).to_owned(),
            Self::Iface => {
                let links = &host.four.links;
                let name = &links[dice.below(links.len())].name;
                match dice.below(8) {
                    0 => "\"lo\"".into(),
                    1 => "\"nowhere0\"".into(),
                    2 if !links[0].ports.is_empty() => format!("\"{}\"", links[0].ports[0].0),
                    _ => format!("\"{name}\""),
                }
            }
            Self::Index => {
                let links = &host.four.links;
                let name = &links[dice.below(links.len())].name;
                if dice.chance(20) { "\"lo\"".into() } else { format!("\"{name}\"") }
            }
        }
    }

    /// Several values at once, or a pattern: a network, a range, the beginning of a name.
    pub(super) fn pattern(&self, host: &Host, dice: &mut Dice) -> String {
        match self {
            Self::Addr4 | Self::Addr6 => {
                let net = of_net(host, *self == Self::Addr6);
                let addr = net.some_addr(dice);
                let lens: &[u8] =
                    if net.v6 { &[127, 120, 64, 48, 32] } else { &[31, 30, 28, 24, 16, 8, 1] };
                if dice.chance(25) && !net.v6 {
                    let stem = addr.rsplit_once('.').map_or("", |s| s.0).to_owned();
                    let low = dice.between(0, 12);
                    return format!("{stem}.{low}-{stem}.{}", low + dice.between(1, 99));
                }
                format!("{addr}/{}", dice.one(lens))
            }
            Self::Port => dice
                .pick(&["1-1023", "20-80", "1000-33333", "1024-65535", "443-8080", "52-54"])
                .to_owned(),
            Self::Number(likely, bits) => {
                let low = dice.one(likely);
                let most = if *bits >= 32 { u64::from(u32::MAX) } else { (1 << bits) - 1 };
                let low = low.min(most);
                let high = (low + dice.between(1, 20) as u64).min(most);
                if high > low { format!("{low}-{high}") } else { low.to_string() }
            }
            Self::Iface => {
                let links = &host.four.links;
                let name = &links[dice.below(links.len())].name;
                format!("\"{}*\"", &name[..dice.between(1, name.len() - 1)])
            }
            _ => self.value(host, dice),
        }
    }

    /// Whether it has an order that `<` and `a-b` go by.
    pub(super) fn ordered(&self) -> bool {
        matches!(self, Self::Addr4 | Self::Addr6 | Self::Port | Self::Number(..))
    }

    /// Different values.
    pub(super) fn values(&self, host: &Host, dice: &mut Dice, many: usize) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for _ in 0..many * 3 {
            let value = self.value(host, dice);
            if all.len() < many && !all.contains(&value) {
                all.push(value);
            }
        }
        all
    }
}
