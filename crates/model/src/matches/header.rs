//! What rules test of a packet: its interfaces, addresses, ports, header fields and bytes.

use crate::packet::TcpFlags;
use crate::span::Text;
use crate::values::{AddrMask, Inv, Masked, Range};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// What every iptables rule tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IpMatch {
    /// `-s`.
    pub src: Option<Inv<AddrMask>>,
    /// `-d`.
    pub dst: Option<Inv<AddrMask>>,
    /// `-i`.
    pub iniface: Option<Inv<IfaceMatch>>,
    /// `-o`.
    pub outiface: Option<Inv<IfaceMatch>>,
    /// `-p`, a protocol number; never 0, which is any.
    pub proto: Option<Inv<u8>>,
    /// `-f`: second and later fragments.
    pub fragment: Option<Inv<()>>,
}

/// An interface name as rules write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IfaceMatch {
    /// The name, without a final `+`.
    pub name: Text,
    /// Whether any name that starts so matches (`eth+`).
    pub prefix: bool,
}

/// `-m udp` and its like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortsMatch {
    /// `--sport`.
    pub sport: Option<Inv<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Inv<Range<u16>>>,
}

/// `-m tcp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TcpMatch {
    /// `--sport`.
    pub sport: Option<Inv<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Inv<Range<u16>>>,
    /// `--tcp-flags MASK VALUE`; `--syn` is `FIN,SYN,RST,ACK SYN`.
    pub flags: Option<Inv<Masked<TcpFlags>>>,
    /// `--tcp-option`.
    pub option: Option<Inv<u8>>,
}

/// An ICMP type and its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IcmpMatch {
    /// The type; `None` is any.
    pub kind: Option<u8>,
    /// The codes, 0 to 255 where the rule names none.
    pub code: Range<u8>,
}

/// `-m iprange`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IprangeMatch {
    /// `--src-range`.
    pub src: Option<Inv<Range<IpAddr>>>,
    /// `--dst-range`.
    pub dst: Option<Inv<Range<IpAddr>>>,
}

/// Which port `multiport` looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PortSide {
    /// `--sports`.
    Source,
    /// `--dports`.
    Destination,
    /// `--ports`, either.
    Either,
}

/// `-m ecn`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EcnMatch {
    /// `--ecn-tcp-cwr`.
    pub cwr: Option<Inv<()>>,
    /// `--ecn-tcp-ece`.
    pub ece: Option<Inv<()>>,
    /// `--ecn-ip-ect`, 0 to 3.
    pub ect: Option<Inv<u8>>,
}

/// `-m ttl` and `-m hl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TtlMatch {
    /// `--ttl-eq`.
    Eq(Inv<u8>),
    /// `--ttl-lt`.
    Lt(u8),
    /// `--ttl-gt`.
    Gt(u8),
}

/// `-m sctp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SctpMatch {
    /// `--sport` and `--dport`.
    pub ports: PortsMatch,
    /// `--chunk-types`.
    pub chunks: Option<Inv<SctpChunks>>,
}

/// `--chunk-types` of `-m sctp`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SctpChunks {
    /// How the list is meant.
    pub scope: ChunkScope,
    /// The types by number, in ascending order; all 256 are `ALL`, none is `NONE`.
    pub types: Vec<u8>,
    /// Flags of some of them: the type, and its flag bits under a mask.
    pub flags: Vec<(u8, Masked<u8>)>,
}

/// How the chunk types of a packet stand to those of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChunkScope {
    /// `all`: each of the rule's types is in the packet.
    All,
    /// `any`: one of them is.
    Any,
    /// `only`: the packet has no other.
    Only,
}

/// `-m dccp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DccpMatch {
    /// `--sport` and `--dport`.
    pub ports: PortsMatch,
    /// `--dccp-types`, one bit a type; 10 and above are INVALID.
    pub types: Option<Inv<u16>>,
    /// `--dccp-option`.
    pub option: Option<Inv<u8>>,
}

/// `-m string`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StringMatch {
    /// Whether `!` stands before the pattern.
    pub not: bool,
    /// The bytes searched for.
    pub pattern: Arc<[u8]>,
    /// Whether it was given by `--hex-string`.
    pub hex: bool,
    /// `--algo`, `bm` or `kmp`.
    pub algo: Text,
    /// `--from`, an offset in the IP packet.
    pub from: u32,
    /// `--to`; 65535 where none is given.
    pub to: u32,
    /// `--icase`.
    pub icase: bool,
}

/// `-m bpf`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BpfMatch {
    /// `--bytecode`.
    Bytecode(Vec<BpfInsn>),
    /// `--object-pinned`, a path; what lies there is not known.
    Pinned(Text),
}

/// One instruction of classic BPF (`struct sock_filter`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct BpfInsn {
    pub code: u16,
    /// How many instructions to skip where a test holds.
    pub jt: u8,
    /// How many where it does not.
    pub jf: u8,
    pub k: u32,
}
