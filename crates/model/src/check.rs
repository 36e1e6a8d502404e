//! The conditions of a rule, one by one: which there are, how each stood, and what the packet had there.

use crate::ids::RuleId;
use crate::matches::{AddrTypes, CtStates};
use crate::nft::{
    ChosenObject, Condition, CtKey, Expr, Fib, FibResultKey, Field, Header, Meta, Needs, Stateful,
};
use crate::packet::TcpFlags;
use crate::question::Truth;
use crate::span::Text;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One condition of a rule, looked at for one packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The operation it belongs to: the index into [`crate::Rule::ops`].
    pub op: u16,
    /// Which of its conditions.
    pub part: ConditionKind,
    /// Whether it is inverted.
    pub not: bool,
    /// Whether it holds, inversion counted in.
    pub truth: Truth,
    /// What the packet has there.
    pub found: Observed,
}

/// Which condition of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ConditionKind {
    Src,
    Dst,
    InIface,
    OutIface,
    Proto,
    Fragment,
    Sport,
    Dport,
    AnyPort,
    TcpFlags,
    TcpOption,
    Icmp,
    SrcType,
    DstType,
    Mark,
    Ctmark,
    CtState,
    CtOther,
    PhysIn,
    PhysOut,
    PhysBridged,
    Length,
    Ttl,
    Tos,
    Mac,
    PktType,
    Owner,
    Set,
    Random,
    Nth,
    Limit,
    Recent,
    Quota,
    Connbytes,
    Connlabel,
    Connlimit,
    Helper,
    Socket,
    Time,
    /// The security parameter index of AH or ESP, the compression parameter index of `IPComp`.
    Spi,
    /// The length of a header.
    HeaderLen,
    /// A reserved field.
    Reserved,
    /// The identification of a fragment header.
    FragId,
    /// Which fragment it is.
    FragPlace,
    /// The type of a routing or mobility header.
    HeaderType,
    SegmentsLeft,
    LastEntry,
    NextHeader,
    /// The tag of a segment routing header.
    SegmentTag,
    /// The segment before this one.
    PrevSegment,
    NextSegment,
    LastSegment,
    /// The addresses of a routing header of type 0.
    RoutingAddrs,
    /// The options of a hop-by-hop or destination header.
    HeaderOptions,
    /// The extension headers that an IPv6 packet has.
    Headers,
    /// The chunks of an SCTP packet.
    Chunks,
    DccpType,
    DccpOption,
    /// The MSS option of a TCP SYN.
    Mss,
    /// The realm of a route.
    Realm,
    /// The node of a cluster that a flow falls to.
    Node,
    /// A field of nft.
    Field(Field),
    /// What a field of nft needs to be there.
    Needs(Needs),
    /// The whole extension, where it has no finer parts here.
    Module,
}

/// What a packet has at the place that a condition looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Observed {
    /// Nothing to look at (a port of a packet without ports).
    Nothing,
    Addr(IpAddr),
    /// A decimal number.
    Number(u64),
    /// A number shown in hex.
    Hex(u64),
    /// Seconds since 1970.
    Time(u64),
    /// A protocol number.
    Proto(u8),
    /// A name as it stands.
    Name(Text),
    States(CtStates),
    Flags(TcpFlags),
    /// A bit mask of [`crate::AddrTypes`].
    AddrTypes(AddrTypes),
}

impl Field {
    /// Which condition a comparison of it is: that of iptables' test where there is one of the same.
    pub fn kind(self) -> ConditionKind {
        match self {
            Self::Header(field) => match (field.row().header, field.row().word) {
                (Header::Ip | Header::Ip6, "saddr") => ConditionKind::Src,
                (Header::Ip | Header::Ip6, "daddr") => ConditionKind::Dst,
                (Header::Ip, "protocol") | (Header::Ip6, "nexthdr") => ConditionKind::Proto,
                (Header::Ip, "ttl") | (Header::Ip6, "hoplimit") => ConditionKind::Ttl,
                (Header::Ether, "saddr") => ConditionKind::Mac,
                (Header::Tcp, "flags") => ConditionKind::TcpFlags,
                (_, "sport") => ConditionKind::Sport,
                (_, "dport") => ConditionKind::Dport,
                _ => ConditionKind::Field(self),
            },
            Self::Meta(Meta::Iif | Meta::Iifname) => ConditionKind::InIface,
            Self::Meta(Meta::Oif | Meta::Oifname) => ConditionKind::OutIface,
            Self::Meta(Meta::L4proto) => ConditionKind::Proto,
            Self::Meta(Meta::Mark) => ConditionKind::Mark,
            Self::Meta(Meta::Length) => ConditionKind::Length,
            Self::Meta(Meta::Pkttype) => ConditionKind::PktType,
            Self::Meta(Meta::Skuid | Meta::Skgid) => ConditionKind::Owner,
            Self::Ct(CtKey::State, _) => ConditionKind::CtState,
            Self::Ct(CtKey::Mark, _) => ConditionKind::Ctmark,
            Self::Fib(Fib { result: FibResultKey::Type, saddr, .. }) => {
                if saddr {
                    ConditionKind::SrcType
                } else {
                    ConditionKind::DstType
                }
            }
            other => ConditionKind::Field(other),
        }
    }
}

/// A rule that was tried at a step of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriedRule {
    /// The packet, in the order of the sequence.
    pub packet: usize,
    /// Which of its outcomes.
    pub outcome: usize,
    /// `None` in its own walk, else the place in [`crate::Outcome::replies`].
    pub reply: Option<usize>,
    /// The step of that walk.
    pub step: usize,
    /// The rule.
    pub rule: RuleId,
}

impl Expr {
    /// Which condition a comparison of it is.
    pub fn kind(&self) -> ConditionKind {
        match self {
            Self::Field(field) => field.kind(),
            Self::Bits { of, .. } | Self::Shift { of, .. } => of.kind(),
            Self::Numgen { .. } | Self::Symhash { .. } | Self::Jhash { .. } => {
                ConditionKind::Random
            }
            Self::Concat(_) => ConditionKind::Set,
            Self::Value(_) | Self::Map { .. } => ConditionKind::Module,
        }
    }
}

impl Condition {
    /// Which condition it is, for a packet.
    pub fn kind(&self) -> ConditionKind {
        match self {
            Self::Compare { left: expr, .. } | Self::Lookup { key: expr, .. } => expr.kind(),
            Self::Chosen { what: ChosenObject::Counter, key, .. } => key.kind(),
            Self::Exists { field, .. } => field.kind(),
            Self::Stateful(Stateful::Quota { .. })
            | Self::Chosen { what: ChosenObject::Quota, .. } => ConditionKind::Quota,
            Self::Stateful(Stateful::Count { .. }) => ConditionKind::Connlimit,
            Self::Stateful(_) | Self::Named(_) | Self::Chosen { .. } => ConditionKind::Limit,
            Self::Implied(needs) => ConditionKind::Needs(*needs),
        }
    }
}
