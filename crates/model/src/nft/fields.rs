//! What nft can look at: every field, its words, type and width, and what it needs.
//!
//! Sources: `src/meta.c`, `src/ct.c` of nft.

use super::headers::{HeaderField, Needs, RawBase};
use super::types::Type;
use crate::flow::CtDir;
use serde::{Deserialize, Serialize};

/// A field of a packet, or of what the kernel knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    /// Of a header or an option: a row of [`HEADER_FIELDS`](super::headers::HEADER_FIELDS).
    Header(HeaderField),
    /// `@nh,96,32` and so on: bits of the packet.
    Raw {
        /// Where counting begins.
        base: RawBase,
        /// The first bit.
        offset: u16,
        /// How many.
        bits: u16,
    },
    /// `meta …`.
    Meta(Meta),
    /// `ct …`, of one direction where one is named.
    Ct(CtKey, Option<CtDir>),
    /// `fib …`.
    Fib(Fib),
    /// `rt …`.
    Rt(Rt),
    /// `socket …`.
    Socket(SocketKey),
}

/// Keys of `meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Meta {
    Length,
    Protocol,
    Nfproto,
    L4proto,
    Priority,
    Mark,
    Iif,
    Iifname,
    Iiftype,
    Iifkind,
    Iifgroup,
    Oif,
    Oifname,
    Oiftype,
    Oifkind,
    Oifgroup,
    Skuid,
    Skgid,
    Nftrace,
    Rtclassid,
    Ibrname,
    Obrname,
    Ibrpvid,
    Ibrvproto,
    Pkttype,
    Cpu,
    Cgroup,
    Random,
    Secmark,
    Ipsec,
    Sdif,
    Sdifname,
    Time,
    Day,
    Hour,
    Broute,
}

/// The keys of `meta`: words, key, type, bits, and whether `meta` may be left out.
pub const META: &[(&str, Meta, Type, u16, bool)] = &[
    ("length", Meta::Length, Type::Integer, 32, false),
    ("protocol", Meta::Protocol, Type::EtherType, 16, false),
    ("nfproto", Meta::Nfproto, Type::NfProto, 8, false),
    ("l4proto", Meta::L4proto, Type::InetProto, 8, false),
    ("priority", Meta::Priority, Type::Classid, 32, false),
    ("mark", Meta::Mark, Type::Mark, 32, true),
    ("iif", Meta::Iif, Type::IfIndex, 32, true),
    ("iifname", Meta::Iifname, Type::IfName, 128, true),
    ("iiftype", Meta::Iiftype, Type::IfType, 16, true),
    ("iifkind", Meta::Iifkind, Type::IfName, 128, false),
    ("iifgroup", Meta::Iifgroup, Type::Devgroup, 32, true),
    ("oif", Meta::Oif, Type::IfIndex, 32, true),
    ("oifname", Meta::Oifname, Type::IfName, 128, true),
    ("oiftype", Meta::Oiftype, Type::IfType, 16, true),
    ("oifkind", Meta::Oifkind, Type::IfName, 128, false),
    ("oifgroup", Meta::Oifgroup, Type::Devgroup, 32, true),
    ("skuid", Meta::Skuid, Type::Uid, 32, true),
    ("skgid", Meta::Skgid, Type::Gid, 32, true),
    ("nftrace", Meta::Nftrace, Type::Integer, 1, true),
    ("rtclassid", Meta::Rtclassid, Type::Realm, 32, true),
    ("ibrname", Meta::Ibrname, Type::IfName, 128, true),
    ("ibriport", Meta::Ibrname, Type::IfName, 128, true),
    ("obrname", Meta::Obrname, Type::IfName, 128, true),
    ("ibrpvid", Meta::Ibrpvid, Type::Integer, 16, false),
    ("ibrvproto", Meta::Ibrvproto, Type::EtherType, 16, false),
    ("pkttype", Meta::Pkttype, Type::PktType, 8, true),
    ("cpu", Meta::Cpu, Type::Integer, 32, true),
    ("cgroup", Meta::Cgroup, Type::Integer, 32, true),
    ("random", Meta::Random, Type::Integer, 32, false),
    ("secmark", Meta::Secmark, Type::Integer, 32, false),
    ("secpath", Meta::Ipsec, Type::Boolean, 8, false),
    ("ipsec", Meta::Ipsec, Type::Boolean, 8, false),
    ("sdif", Meta::Sdif, Type::IfIndex, 32, false),
    ("sdifname", Meta::Sdifname, Type::IfName, 128, false),
    ("time", Meta::Time, Type::Time, 64, false),
    ("day", Meta::Day, Type::Day, 8, false),
    ("hour", Meta::Hour, Type::Hour, 32, false),
    ("broute", Meta::Broute, Type::Integer, 8, false),
];

/// Keys of `ct`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum CtKey {
    State,
    Direction,
    Status,
    Mark,
    Expiration,
    Helper,
    Label,
    L3proto,
    Protocol,
    /// `ip saddr`, of IPv4 where the family is named.
    SaddrIp,
    DaddrIp,
    SaddrIp6,
    DaddrIp6,
    ProtoSrc,
    ProtoDst,
    Bytes,
    Packets,
    Avgpkt,
    Zone,
    Id,
    Secmark,
    Event,
}

/// The keys of `ct`: words, key, type, bits.
pub const CT: &[(&str, CtKey, Type, u16)] = &[
    ("state", CtKey::State, Type::CtState, 32),
    ("direction", CtKey::Direction, Type::CtDir, 8),
    ("status", CtKey::Status, Type::CtStatus, 32),
    ("mark", CtKey::Mark, Type::Mark, 32),
    ("expiration", CtKey::Expiration, Type::Time, 64),
    ("helper", CtKey::Helper, Type::String, 128),
    ("label", CtKey::Label, Type::CtLabel, 128),
    ("l3proto", CtKey::L3proto, Type::NfProto, 8),
    ("protocol", CtKey::Protocol, Type::InetProto, 8),
    ("ip saddr", CtKey::SaddrIp, Type::Ipv4Addr, 32),
    ("ip daddr", CtKey::DaddrIp, Type::Ipv4Addr, 32),
    ("ip6 saddr", CtKey::SaddrIp6, Type::Ipv6Addr, 128),
    ("ip6 daddr", CtKey::DaddrIp6, Type::Ipv6Addr, 128),
    ("proto-src", CtKey::ProtoSrc, Type::InetService, 16),
    ("proto-dst", CtKey::ProtoDst, Type::InetService, 16),
    ("bytes", CtKey::Bytes, Type::Integer, 64),
    ("packets", CtKey::Packets, Type::Integer, 64),
    ("avgpkt", CtKey::Avgpkt, Type::Integer, 64),
    ("zone", CtKey::Zone, Type::Integer, 16),
    ("id", CtKey::Id, Type::Integer, 32),
    ("secmark", CtKey::Secmark, Type::Integer, 32),
    ("event", CtKey::Event, Type::Integer, 32),
];

/// `fib`: what routing says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct Fib {
    /// `saddr` rather than `daddr`.
    pub saddr: bool,
    /// `. mark`: the packet's mark takes part.
    pub mark: bool,
    /// `. iif`: only by the interface it came in by.
    pub iif: bool,
    /// `. oif`: only by the interface it leaves by.
    pub oif: bool,
    /// What is asked.
    pub result: FibResultKey,
}

/// What a `fib` expression asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum FibResultKey {
    Oif,
    Oifname,
    Type,
}

/// Keys of `rt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Rt {
    Classid,
    /// `ip nexthop`.
    Nexthop4,
    /// `ip6 nexthop`.
    Nexthop6,
    /// `mtu`, in fact the MSS that fits the route's MTU.
    Mtu,
    Ipsec,
}

/// Keys of `socket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SocketKey {
    Transparent,
    Mark,
    Wildcard,
    Cgroupv2(u8),
}

impl Field {
    /// Its type and how many bits it has.
    pub fn ty(self) -> (Type, u16) {
        match self {
            Self::Header(field) => (field.row().ty, field.row().bits),
            Self::Raw { base: RawBase::Transport, offset: 0 | 16, bits: 16 } => {
                (Type::InetService, 16)
            }
            Self::Raw { bits, .. } => (Type::Integer, bits),
            Self::Meta(key) => {
                let row = META.iter().find(|r| r.1 == key);
                row.map_or((Type::Integer, 32), |r| (r.2, r.3))
            }
            Self::Ct(key, _) => {
                let row = CT.iter().find(|r| r.1 == key);
                row.map_or((Type::Integer, 32), |r| (r.2, r.3))
            }
            Self::Fib(fib) => match fib.result {
                FibResultKey::Oif => (Type::IfIndex, 32),
                FibResultKey::Oifname => (Type::IfName, 128),
                FibResultKey::Type => (Type::FibAddrType, 32),
            },
            Self::Rt(key) => match key {
                Rt::Classid => (Type::Realm, 32),
                Rt::Nexthop4 => (Type::Ipv4Addr, 32),
                Rt::Nexthop6 => (Type::Ipv6Addr, 128),
                Rt::Mtu => (Type::Integer, 16),
                Rt::Ipsec => (Type::Boolean, 8),
            },
            Self::Socket(key) => match key {
                SocketKey::Transparent | SocketKey::Wildcard => (Type::Integer, 8),
                SocketKey::Mark => (Type::Mark, 32),
                SocketKey::Cgroupv2(_) => (Type::Cgroupsv2, 64),
            },
        }
    }

    /// What has to be there before it can be read.
    pub fn needs(self) -> Needs {
        match self {
            Self::Header(field) => field.row().header.needs(),
            Self::Raw { base: RawBase::Transport | RawBase::Inner, .. } => Needs::Transport,
            _ => Needs::Nothing,
        }
    }

    /// Its words, as nft prints them.
    pub fn words(self) -> String {
        match self {
            Self::Header(field) => format!("{} {}", field.row().header.words(), field.row().word),
            Self::Raw { base, offset, bits } => {
                let base = match base {
                    RawBase::Link => "ll",
                    RawBase::Network => "nh",
                    RawBase::Transport => "th",
                    RawBase::Inner => "ih",
                };
                format!("@{base},{offset},{bits}")
            }
            Self::Meta(key) => {
                let row = META.iter().find(|r| r.1 == key);
                let (word, bare) = row.map_or(("", false), |r| (r.0, r.4));
                // nft prints `meta` where a bare word would be taken for another's.
                let spelled = matches!(
                    key,
                    Meta::Mark
                        | Meta::Skuid
                        | Meta::Skgid
                        | Meta::Pkttype
                        | Meta::Nftrace
                        | Meta::Cpu
                        | Meta::Cgroup
                        | Meta::Rtclassid
                        | Meta::Ibrname
                        | Meta::Obrname
                );
                if bare && !spelled { word.to_owned() } else { format!("meta {word}") }
            }
            Self::Ct(key, dir) => {
                let row = CT.iter().find(|r| r.1 == key);
                let dir = match dir {
                    None => "",
                    Some(CtDir::Original) => "original ",
                    Some(CtDir::Reply) => "reply ",
                };
                format!("ct {dir}{}", row.map_or("", |r| r.0))
            }
            Self::Fib(fib) => {
                let mut words = format!("fib {}", if fib.saddr { "saddr" } else { "daddr" });
                for (has, word) in [(fib.mark, "mark"), (fib.iif, "iif"), (fib.oif, "oif")] {
                    if has {
                        words += " . ";
                        words += word;
                    }
                }
                words
                    + match fib.result {
                        FibResultKey::Oif => " oif",
                        FibResultKey::Oifname => " oifname",
                        FibResultKey::Type => " type",
                    }
            }
            Self::Rt(key) => match key {
                Rt::Classid => "rt classid",
                Rt::Nexthop4 => "rt ip nexthop",
                Rt::Nexthop6 => "rt ip6 nexthop",
                Rt::Mtu => "rt mtu",
                Rt::Ipsec => "rt ipsec",
            }
            .to_owned(),
            Self::Socket(key) => match key {
                SocketKey::Transparent => "socket transparent".to_owned(),
                SocketKey::Mark => "socket mark".to_owned(),
                SocketKey::Wildcard => "socket wildcard".to_owned(),
                SocketKey::Cgroupv2(level) => format!("socket cgroupv2 level {level}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::Header;

    #[test]
    fn a_field_has_the_words_that_nft_prints() {
        let field =
            |header, word| HeaderField::find(header, word).map(|f| Field::Header(f).words());
        assert_eq!(field(Header::Tcp, "dport").as_deref(), Some("tcp dport"));
        assert_eq!(field(Header::TcpOption(2), "size").as_deref(), Some("tcp option maxseg size"));
        assert_eq!(Field::Meta(Meta::Mark).words(), "meta mark");
        assert_eq!(Field::Meta(Meta::Iifname).words(), "iifname");
        assert_eq!(Field::Meta(Meta::L4proto).words(), "meta l4proto");
        let src = Field::Ct(CtKey::SaddrIp, Some(CtDir::Original));
        assert_eq!(src.words(), "ct original ip saddr");
    }
}
