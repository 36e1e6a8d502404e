//! The fields of every header and option: words, place, width and type, and what each needs before it.
//!
//! Sources: `src/proto.c`, `src/exthdr.c`, `src/tcpopt.c`, `src/ipopt.c`, `src/sctp_chunk.c` of nft.

use super::types::Type;
use crate::packet::proto;
use serde::{Deserialize, Serialize};

/// What has to be there before a field can be read, or a statement run: its dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// An Ethernet header.
    Ether,
    /// IPv4.
    Ip,
    /// IPv6.
    Ip6,
    /// This layer 4 protocol, of either family.
    L4(u8),
    /// Any layer 4 protocol.
    Transport,
    /// A frame of this Ethernet type: of another one than IP (`arp`, `vlan`), or of IP where the link's type was asked
    /// for before.
    EtherType(u16),
}

/// Where the bits of a raw field are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum RawBase {
    /// `@ll`.
    Link,
    /// `@nh`.
    Network,
    /// `@th`.
    Transport,
    /// `@ih`.
    Inner,
}

/// A row of [`HEADER_FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeaderField(pub u16);

/// A header or an option that has fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Header {
    Ether,
    Vlan,
    Arp,
    Ip,
    Ip6,
    Icmp,
    Igmp,
    Icmpv6,
    Tcp,
    Udp,
    Udplite,
    Sctp,
    Dccp,
    Ah,
    Esp,
    Comp,
    /// `th`: whatever stands behind the IP header.
    Th,
    Hbh,
    Rt,
    Rt0,
    Rt2,
    Srh,
    Frag,
    Dst,
    Mh,
    /// An option of TCP, by its kind.
    TcpOption(u8),
    /// An option of IPv4, by its type.
    IpOption(u8),
    /// A chunk of SCTP, by its type.
    SctpChunk(u8),
}

/// Where a header's bits lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the packet, counted from a base.
    Packet(RawBase),
    /// In an extension header of IPv6, by its protocol number; of a routing header of this type only.
    Extension(u8, Option<u8>),
    /// In an option of TCP.
    TcpOption(u8),
    /// In an option of IPv4.
    IpOption(u8),
    /// In the first chunk of SCTP of this type.
    SctpChunk(u8),
}

/// The options of TCP by nft's names.
pub const TCP_OPTIONS: &[(&str, u8)] = &[
    ("eol", 0),
    ("nop", 1),
    ("maxseg", 2),
    ("window", 3),
    ("sack-perm", 4),
    ("sack-permitted", 4),
    ("sack", 5),
    ("sack0", 5),
    ("timestamp", 8),
    ("md5sig", 19),
    ("mptcp", 30),
    ("fastopen", 34),
];

/// The options of IPv4 by nft's names.
pub const IP_OPTIONS: &[(&str, u8)] = &[("rr", 7), ("lsrr", 131), ("ssrr", 137), ("ra", 148)];

/// The chunks of SCTP by nft's names.
pub const SCTP_CHUNKS: &[(&str, u8)] = &[
    ("data", 0),
    ("init", 1),
    ("init-ack", 2),
    ("sack", 3),
    ("heartbeat", 4),
    ("heartbeat-ack", 5),
    ("abort", 6),
    ("shutdown", 7),
    ("shutdown-ack", 8),
    ("error", 9),
    ("cookie-echo", 10),
    ("cookie-ack", 11),
    ("ecne", 12),
    ("cwr", 13),
    ("shutdown-complete", 14),
    ("asconf-ack", 128),
    ("forward-tsn", 192),
    ("asconf", 193),
];

impl Header {
    /// The headers that are no option, by nft's words.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("ether", Self::Ether),
        ("vlan", Self::Vlan),
        ("arp", Self::Arp),
        ("ip", Self::Ip),
        ("ip6", Self::Ip6),
        ("icmp", Self::Icmp),
        ("igmp", Self::Igmp),
        ("icmpv6", Self::Icmpv6),
        ("tcp", Self::Tcp),
        ("udp", Self::Udp),
        ("udplite", Self::Udplite),
        ("sctp", Self::Sctp),
        ("dccp", Self::Dccp),
        ("ah", Self::Ah),
        ("esp", Self::Esp),
        ("comp", Self::Comp),
        ("th", Self::Th),
        ("hbh", Self::Hbh),
        ("rt", Self::Rt),
        ("rt0", Self::Rt0),
        ("rt2", Self::Rt2),
        ("srh", Self::Srh),
        ("frag", Self::Frag),
        ("dst", Self::Dst),
        ("mh", Self::Mh),
    ];

    /// The header of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|(_, header)| *header)
    }

    /// Its words, as before a field.
    pub fn words(self) -> String {
        let option = |names: &[(&str, u8)], kind: u8| {
            let found = names.iter().find(|(_, k)| *k == kind);
            found.map_or_else(|| kind.to_string(), |(name, _)| (*name).to_owned())
        };
        match self {
            Self::TcpOption(kind) => format!("tcp option {}", option(TCP_OPTIONS, kind)),
            Self::IpOption(kind) => format!("ip option {}", option(IP_OPTIONS, kind)),
            Self::SctpChunk(kind) => format!("sctp chunk {}", option(SCTP_CHUNKS, kind)),
            other => {
                let found = Self::NAMES.iter().find(|(_, header)| *header == other);
                found.map_or("", |(name, _)| *name).to_owned()
            }
        }
    }

    /// What has to be there before it can be.
    pub fn needs(self) -> Needs {
        match self {
            Self::Ether => Needs::Ether,
            Self::Vlan => Needs::EtherType(0x8100),
            Self::Arp => Needs::EtherType(0x0806),
            Self::Ip | Self::IpOption(_) => Needs::Ip,
            Self::Ip6
            | Self::Hbh
            | Self::Rt
            | Self::Rt0
            | Self::Rt2
            | Self::Srh
            | Self::Frag
            | Self::Dst
            | Self::Mh => Needs::Ip6,
            Self::Icmp => Needs::L4(proto::ICMP),
            Self::Igmp => Needs::L4(2),
            Self::Icmpv6 => Needs::L4(proto::ICMPV6),
            Self::Tcp | Self::TcpOption(_) => Needs::L4(proto::TCP),
            Self::Udp => Needs::L4(proto::UDP),
            Self::Udplite => Needs::L4(proto::UDPLITE),
            Self::Sctp | Self::SctpChunk(_) => Needs::L4(proto::SCTP),
            Self::Dccp => Needs::L4(33),
            Self::Ah => Needs::L4(51),
            Self::Esp => Needs::L4(50),
            Self::Comp => Needs::L4(108),
            Self::Th => Needs::Transport,
        }
    }

    /// Where its bits lie.
    pub fn place(self) -> Place {
        match self {
            Self::Ether | Self::Vlan => Place::Packet(RawBase::Link),
            Self::Arp | Self::Ip | Self::Ip6 => Place::Packet(RawBase::Network),
            Self::Hbh => Place::Extension(0, None),
            Self::Rt => Place::Extension(43, None),
            Self::Rt0 => Place::Extension(43, Some(0)),
            Self::Rt2 => Place::Extension(43, Some(2)),
            Self::Srh => Place::Extension(43, Some(4)),
            Self::Frag => Place::Extension(44, None),
            Self::Dst => Place::Extension(60, None),
            Self::Mh => Place::Extension(135, None),
            Self::TcpOption(kind) => Place::TcpOption(kind),
            Self::IpOption(kind) => Place::IpOption(kind),
            Self::SctpChunk(kind) => Place::SctpChunk(kind),
            _ => Place::Packet(RawBase::Transport),
        }
    }
}

/// What is known of a field of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderRow {
    /// The header that it is of.
    pub header: Header,
    /// Its word, behind the header's.
    pub word: &'static str,
    /// Its first bit within the header.
    pub offset: u16,
    /// How many bits it has.
    pub bits: u16,
    /// Its type.
    pub ty: Type,
}

const fn row(header: Header, word: &'static str, offset: u16, bits: u16, ty: Type) -> HeaderRow {
    HeaderRow { header, word, offset, bits, ty }
}

/// Every field of every header.
pub const HEADER_FIELDS: &[HeaderRow] = {
    use Header::{
        Ah, Arp, Comp, Dccp, Dst, Esp, Ether, Frag, Hbh, Icmp, Icmpv6, Igmp, Ip, Ip6, IpOption, Mh,
        Rt, Rt0, Rt2, Sctp, SctpChunk, Srh, Tcp, TcpOption, Th, Udp, Udplite, Vlan,
    };
    use Type::{
        ArpOp, DccpPktType, Dscp, Ecn, EtherAddr, EtherType, IcmpCode, IcmpType, Icmpv6Code,
        Icmpv6Type, IgmpType, InetProto, InetService, Integer, Ipv4Addr, Ipv6Addr, MhType, TcpFlag,
    };
    &[
        row(Ether, "daddr", 0, 48, EtherAddr),
        row(Ether, "saddr", 48, 48, EtherAddr),
        row(Ether, "type", 96, 16, EtherType),
        row(Vlan, "pcp", 112, 3, Integer),
        row(Vlan, "dei", 115, 1, Integer),
        row(Vlan, "cfi", 115, 1, Integer),
        row(Vlan, "id", 116, 12, Integer),
        row(Vlan, "type", 128, 16, EtherType),
        row(Arp, "htype", 0, 16, Integer),
        row(Arp, "ptype", 16, 16, EtherType),
        row(Arp, "hlen", 32, 8, Integer),
        row(Arp, "plen", 40, 8, Integer),
        row(Arp, "operation", 48, 16, ArpOp),
        row(Arp, "saddr ether", 64, 48, EtherAddr),
        row(Arp, "saddr ip", 112, 32, Ipv4Addr),
        row(Arp, "daddr ether", 144, 48, EtherAddr),
        row(Arp, "daddr ip", 192, 32, Ipv4Addr),
        row(Ip, "version", 0, 4, Integer),
        row(Ip, "hdrlength", 4, 4, Integer),
        row(Ip, "dscp", 8, 6, Dscp),
        row(Ip, "ecn", 14, 2, Ecn),
        row(Ip, "length", 16, 16, Integer),
        row(Ip, "id", 32, 16, Integer),
        row(Ip, "frag-off", 48, 16, Integer),
        row(Ip, "ttl", 64, 8, Integer),
        row(Ip, "protocol", 72, 8, InetProto),
        row(Ip, "checksum", 80, 16, Integer),
        row(Ip, "saddr", 96, 32, Ipv4Addr),
        row(Ip, "daddr", 128, 32, Ipv4Addr),
        row(Ip6, "version", 0, 4, Integer),
        row(Ip6, "dscp", 4, 6, Dscp),
        row(Ip6, "ecn", 10, 2, Ecn),
        row(Ip6, "flowlabel", 12, 20, Integer),
        row(Ip6, "length", 32, 16, Integer),
        row(Ip6, "nexthdr", 48, 8, InetProto),
        row(Ip6, "hoplimit", 56, 8, Integer),
        row(Ip6, "saddr", 64, 128, Ipv6Addr),
        row(Ip6, "daddr", 192, 128, Ipv6Addr),
        row(Icmp, "type", 0, 8, IcmpType),
        row(Icmp, "code", 8, 8, IcmpCode),
        row(Icmp, "checksum", 16, 16, Integer),
        row(Icmp, "id", 32, 16, Integer),
        row(Icmp, "sequence", 48, 16, Integer),
        row(Icmp, "mtu", 48, 16, Integer),
        row(Icmp, "gateway", 32, 32, Integer),
        row(Igmp, "type", 0, 8, IgmpType),
        row(Igmp, "mrt", 8, 8, Integer),
        row(Igmp, "checksum", 16, 16, Integer),
        row(Igmp, "group", 32, 32, Integer),
        row(Icmpv6, "type", 0, 8, Icmpv6Type),
        row(Icmpv6, "code", 8, 8, Icmpv6Code),
        row(Icmpv6, "checksum", 16, 16, Integer),
        row(Icmpv6, "mtu", 32, 32, Integer),
        row(Icmpv6, "id", 32, 16, Integer),
        row(Icmpv6, "sequence", 48, 16, Integer),
        row(Icmpv6, "max-delay", 32, 16, Integer),
        row(Icmpv6, "taddr", 64, 128, Ipv6Addr),
        row(Icmpv6, "daddr", 192, 128, Ipv6Addr),
        row(Tcp, "sport", 0, 16, InetService),
        row(Tcp, "dport", 16, 16, InetService),
        row(Tcp, "sequence", 32, 32, Integer),
        row(Tcp, "ackseq", 64, 32, Integer),
        row(Tcp, "doff", 96, 4, Integer),
        row(Tcp, "reserved", 100, 4, Integer),
        row(Tcp, "flags", 104, 8, TcpFlag),
        row(Tcp, "window", 112, 16, Integer),
        row(Tcp, "checksum", 128, 16, Integer),
        row(Tcp, "urgptr", 144, 16, Integer),
        row(Udp, "sport", 0, 16, InetService),
        row(Udp, "dport", 16, 16, InetService),
        row(Udp, "length", 32, 16, Integer),
        row(Udp, "checksum", 48, 16, Integer),
        row(Udplite, "sport", 0, 16, InetService),
        row(Udplite, "dport", 16, 16, InetService),
        row(Udplite, "csumcov", 32, 16, Integer),
        row(Udplite, "checksum", 48, 16, Integer),
        row(Sctp, "sport", 0, 16, InetService),
        row(Sctp, "dport", 16, 16, InetService),
        row(Sctp, "vtag", 32, 32, Integer),
        row(Sctp, "checksum", 64, 32, Integer),
        row(Dccp, "sport", 0, 16, InetService),
        row(Dccp, "dport", 16, 16, InetService),
        row(Dccp, "type", 67, 4, DccpPktType),
        row(Ah, "nexthdr", 0, 8, InetProto),
        row(Ah, "hdrlength", 8, 8, Integer),
        row(Ah, "reserved", 16, 16, Integer),
        row(Ah, "spi", 32, 32, Integer),
        row(Ah, "sequence", 64, 32, Integer),
        row(Esp, "spi", 0, 32, Integer),
        row(Esp, "sequence", 32, 32, Integer),
        row(Comp, "nexthdr", 0, 8, InetProto),
        row(Comp, "flags", 8, 8, Integer),
        row(Comp, "cpi", 16, 16, Integer),
        row(Th, "sport", 0, 16, InetService),
        row(Th, "dport", 16, 16, InetService),
        row(Hbh, "nexthdr", 0, 8, InetProto),
        row(Hbh, "hdrlength", 8, 8, Integer),
        row(Rt, "nexthdr", 0, 8, InetProto),
        row(Rt, "hdrlength", 8, 8, Integer),
        row(Rt, "type", 16, 8, Integer),
        row(Rt, "seg-left", 24, 8, Integer),
        row(Rt0, "addr[1]", 64, 128, Ipv6Addr),
        row(Rt2, "addr", 64, 128, Ipv6Addr),
        row(Srh, "last-entry", 32, 8, Integer),
        row(Srh, "flags", 40, 8, Integer),
        row(Srh, "tag", 48, 16, Integer),
        row(Srh, "sid[1]", 64, 128, Ipv6Addr),
        row(Frag, "nexthdr", 0, 8, InetProto),
        row(Frag, "reserved", 8, 8, Integer),
        row(Frag, "frag-off", 16, 13, Integer),
        row(Frag, "reserved2", 29, 2, Integer),
        row(Frag, "more-fragments", 31, 1, Integer),
        row(Frag, "id", 32, 32, Integer),
        row(Dst, "nexthdr", 0, 8, InetProto),
        row(Dst, "hdrlength", 8, 8, Integer),
        row(Mh, "nexthdr", 0, 8, InetProto),
        row(Mh, "hdrlength", 8, 8, Integer),
        row(Mh, "type", 16, 8, MhType),
        row(Mh, "reserved", 24, 8, Integer),
        row(Mh, "checksum", 32, 16, Integer),
        row(TcpOption(2), "kind", 0, 8, Integer),
        row(TcpOption(2), "length", 8, 8, Integer),
        row(TcpOption(2), "size", 16, 16, Integer),
        row(TcpOption(3), "kind", 0, 8, Integer),
        row(TcpOption(3), "length", 8, 8, Integer),
        row(TcpOption(3), "count", 16, 8, Integer),
        row(TcpOption(4), "kind", 0, 8, Integer),
        row(TcpOption(4), "length", 8, 8, Integer),
        row(TcpOption(5), "kind", 0, 8, Integer),
        row(TcpOption(5), "length", 8, 8, Integer),
        row(TcpOption(5), "left", 16, 32, Integer),
        row(TcpOption(5), "right", 48, 32, Integer),
        row(TcpOption(8), "kind", 0, 8, Integer),
        row(TcpOption(8), "length", 8, 8, Integer),
        row(TcpOption(8), "tsval", 16, 32, Integer),
        row(TcpOption(8), "tsecr", 48, 32, Integer),
        row(TcpOption(0), "kind", 0, 8, Integer),
        row(TcpOption(1), "kind", 0, 8, Integer),
        row(TcpOption(19), "kind", 0, 8, Integer),
        row(TcpOption(19), "length", 8, 8, Integer),
        row(TcpOption(30), "kind", 0, 8, Integer),
        row(TcpOption(30), "length", 8, 8, Integer),
        row(TcpOption(30), "subtype", 16, 4, Integer),
        row(TcpOption(34), "kind", 0, 8, Integer),
        row(TcpOption(34), "length", 8, 8, Integer),
        row(IpOption(7), "type", 0, 8, Integer),
        row(IpOption(7), "length", 8, 8, Integer),
        row(IpOption(7), "ptr", 16, 8, Integer),
        row(IpOption(7), "addr", 24, 32, Integer),
        row(IpOption(131), "type", 0, 8, Integer),
        row(IpOption(131), "length", 8, 8, Integer),
        row(IpOption(131), "ptr", 16, 8, Integer),
        row(IpOption(131), "addr", 24, 32, Integer),
        row(IpOption(137), "type", 0, 8, Integer),
        row(IpOption(137), "length", 8, 8, Integer),
        row(IpOption(137), "ptr", 16, 8, Integer),
        row(IpOption(137), "addr", 24, 32, Integer),
        row(IpOption(148), "type", 0, 8, Integer),
        row(IpOption(148), "length", 8, 8, Integer),
        row(IpOption(148), "value", 16, 16, Integer),
        row(SctpChunk(0), "type", 0, 8, Integer),
        row(SctpChunk(0), "flags", 8, 8, Integer),
        row(SctpChunk(0), "length", 16, 16, Integer),
        row(SctpChunk(0), "tsn", 32, 32, Integer),
        row(SctpChunk(0), "stream", 64, 16, Integer),
        row(SctpChunk(0), "ssn", 80, 16, Integer),
        row(SctpChunk(0), "ppid", 96, 32, Integer),
        row(SctpChunk(1), "type", 0, 8, Integer),
        row(SctpChunk(1), "flags", 8, 8, Integer),
        row(SctpChunk(1), "length", 16, 16, Integer),
        row(SctpChunk(1), "init-tag", 32, 32, Integer),
        row(SctpChunk(1), "a-rwnd", 64, 32, Integer),
        row(SctpChunk(1), "num-outbound-streams", 96, 16, Integer),
        row(SctpChunk(1), "num-inbound-streams", 112, 16, Integer),
        row(SctpChunk(1), "initial-tsn", 128, 32, Integer),
        row(SctpChunk(2), "type", 0, 8, Integer),
        row(SctpChunk(2), "flags", 8, 8, Integer),
        row(SctpChunk(2), "length", 16, 16, Integer),
        row(SctpChunk(2), "init-tag", 32, 32, Integer),
        row(SctpChunk(2), "a-rwnd", 64, 32, Integer),
        row(SctpChunk(2), "num-outbound-streams", 96, 16, Integer),
        row(SctpChunk(2), "num-inbound-streams", 112, 16, Integer),
        row(SctpChunk(2), "initial-tsn", 128, 32, Integer),
        row(SctpChunk(3), "type", 0, 8, Integer),
        row(SctpChunk(3), "flags", 8, 8, Integer),
        row(SctpChunk(3), "length", 16, 16, Integer),
        row(SctpChunk(3), "cum-tsn-ack", 32, 32, Integer),
        row(SctpChunk(3), "a-rwnd", 64, 32, Integer),
        row(SctpChunk(3), "num-gap-ack-blocks", 96, 16, Integer),
        row(SctpChunk(3), "num-dup-tsns", 112, 16, Integer),
        row(SctpChunk(4), "type", 0, 8, Integer),
        row(SctpChunk(4), "flags", 8, 8, Integer),
        row(SctpChunk(4), "length", 16, 16, Integer),
        row(SctpChunk(5), "type", 0, 8, Integer),
        row(SctpChunk(5), "flags", 8, 8, Integer),
        row(SctpChunk(5), "length", 16, 16, Integer),
        row(SctpChunk(6), "type", 0, 8, Integer),
        row(SctpChunk(6), "flags", 8, 8, Integer),
        row(SctpChunk(6), "length", 16, 16, Integer),
        row(SctpChunk(7), "type", 0, 8, Integer),
        row(SctpChunk(7), "flags", 8, 8, Integer),
        row(SctpChunk(7), "length", 16, 16, Integer),
        row(SctpChunk(7), "cum-tsn-ack", 32, 32, Integer),
        row(SctpChunk(8), "type", 0, 8, Integer),
        row(SctpChunk(8), "flags", 8, 8, Integer),
        row(SctpChunk(8), "length", 16, 16, Integer),
        row(SctpChunk(9), "type", 0, 8, Integer),
        row(SctpChunk(9), "flags", 8, 8, Integer),
        row(SctpChunk(9), "length", 16, 16, Integer),
        row(SctpChunk(10), "type", 0, 8, Integer),
        row(SctpChunk(10), "flags", 8, 8, Integer),
        row(SctpChunk(10), "length", 16, 16, Integer),
        row(SctpChunk(11), "type", 0, 8, Integer),
        row(SctpChunk(11), "flags", 8, 8, Integer),
        row(SctpChunk(11), "length", 16, 16, Integer),
        row(SctpChunk(12), "type", 0, 8, Integer),
        row(SctpChunk(12), "flags", 8, 8, Integer),
        row(SctpChunk(12), "length", 16, 16, Integer),
        row(SctpChunk(12), "lowest-tsn", 32, 32, Integer),
        row(SctpChunk(13), "type", 0, 8, Integer),
        row(SctpChunk(13), "flags", 8, 8, Integer),
        row(SctpChunk(13), "length", 16, 16, Integer),
        row(SctpChunk(13), "lowest-tsn", 32, 32, Integer),
        row(SctpChunk(14), "type", 0, 8, Integer),
        row(SctpChunk(14), "flags", 8, 8, Integer),
        row(SctpChunk(14), "length", 16, 16, Integer),
        row(SctpChunk(128), "type", 0, 8, Integer),
        row(SctpChunk(128), "flags", 8, 8, Integer),
        row(SctpChunk(128), "length", 16, 16, Integer),
        row(SctpChunk(128), "seqno", 32, 32, Integer),
        row(SctpChunk(192), "type", 0, 8, Integer),
        row(SctpChunk(192), "flags", 8, 8, Integer),
        row(SctpChunk(192), "length", 16, 16, Integer),
        row(SctpChunk(192), "new-cum-tsn", 32, 32, Integer),
        row(SctpChunk(193), "type", 0, 8, Integer),
        row(SctpChunk(193), "flags", 8, 8, Integer),
        row(SctpChunk(193), "length", 16, 16, Integer),
        row(SctpChunk(193), "seqno", 32, 32, Integer),
    ]
};

impl HeaderField {
    /// The field of that header and word.
    pub fn find(header: Header, word: &str) -> Option<Self> {
        let at = HEADER_FIELDS.iter().position(|r| r.header == header && r.word == word)?;
        Some(Self(at as u16))
    }

    /// What is known of it.
    pub fn row(self) -> &'static HeaderRow {
        &HEADER_FIELDS[usize::from(self.0).min(HEADER_FIELDS.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_wide_enough_for_its_type() {
        for row in HEADER_FIELDS {
            assert!(row.ty.bits() <= row.bits, "{row:?}");
        }
    }
}
