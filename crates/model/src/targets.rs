//! What rules do. One variant is one target of `man iptables-extensions`.

use crate::answering::{RejectWith, Synproxy};
use crate::ids::ChainId;
use crate::matches::{Opaque, SetMatch};
use crate::nft::Statement;
use crate::packet::Mac;
use crate::span::Text;
use crate::values::{AddrMask, Cidr, Masked, Range};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A target or statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// `ACCEPT`: this base chain is done, the next one goes on.
    Accept,
    /// `DROP`: the packet ends here.
    Drop,
    /// `RETURN`: back to the calling chain, or to the policy.
    Return,
    /// `-j CHAIN`.
    Jump(ChainId),
    /// `-g CHAIN`: no way back to this chain.
    Goto(ChainId),
    /// `NFQUEUE` and `QUEUE`.
    Queue {
        /// The first queue number.
        num: u16,
        /// `--queue-bypass`.
        bypass: bool,
        /// Further options as written.
        rest: Text,
    },
    /// `REJECT`.
    Reject(RejectWith),
    /// `LOG` and `NFLOG`, with their options as written; the walk goes on.
    Log {
        /// `--log-prefix`, `--nflog-prefix`.
        prefix: Text,
        /// Whether it is `NFLOG`.
        nflog: bool,
        /// Further options as written.
        rest: Text,
    },
    /// `MARK`: mark = (mark & !mask) ^ value, the form of `--set-xmark`.
    Mark(Masked<u32>),
    /// `CONNMARK`.
    Connmark {
        /// What it does.
        op: ConnmarkOp,
        /// `--left-shift-mark` (positive) or `--right-shift-mark` (negative), in bits: of the new mark of the flow,
        /// or of the bits that are copied.
        shift: i8,
    },
    /// `DNAT`.
    Dnat(Box<NatRange>),
    /// `SNAT`.
    Snat(Box<NatRange>),
    /// `MASQUERADE`, with `--to-ports`.
    Masquerade(Box<NatRange>),
    /// `REDIRECT`, with `--to-ports`.
    Redirect(Box<NatRange>),
    /// `NETMAP --to`: the network bits are replaced, the host bits kept.
    Netmap(AddrMask),
    /// `CT`, and `NOTRACK`.
    Ct(Box<CtTarget>),
    /// `TOS --set-tos`: tos = (tos & !mask) ^ value.
    Tos(Masked<u8>),
    /// `DSCP --set-dscp`, 0 to 63.
    Dscp(u8),
    /// `TTL`, and `HL` for IPv6.
    Ttl(TtlOp),
    /// `TCPMSS`.
    Tcpmss(MssOp),
    /// `SET --add-set`, `--del-set`.
    Set(Box<SetTarget>),
    /// `TRACE`; the walk goes on.
    Trace,
    /// `CHECKSUM --checksum-fill`; the walk goes on.
    Checksum,
    /// `AUDIT`; the walk goes on.
    Audit(AuditType),
    /// `CLASSIFY --set-class MAJOR:MINOR`, the queueing class; the walk goes on.
    Classify {
        /// The upper half.
        major: u16,
        /// The lower half.
        minor: u16,
    },
    /// `CLUSTERIP`.
    Clusterip(ClusterIp),
    /// `CONNSECMARK`; the walk goes on.
    Connsecmark {
        /// `--restore` rather than `--save`.
        restore: bool,
    },
    /// `DNPT`: the network of the destination is replaced.
    Dnpt(PrefixPair),
    /// `ECN`.
    Ecn(EcnSet),
    /// `HMARK`: the mark is a hash of the packet.
    Hmark(Box<Hmark>),
    /// `IDLETIMER`; the walk goes on.
    Idletimer {
        /// `--timeout` in seconds.
        timeout: u32,
        /// `--label`.
        label: Text,
        /// `--alarm`.
        alarm: bool,
    },
    /// `LED`; the walk goes on.
    Led {
        /// `--led-trigger-id`.
        id: Text,
        /// `--led-delay` in milliseconds; `None` is `inf`.
        delay: Option<u32>,
        /// `--led-always-blink`.
        always_blink: bool,
    },
    /// `RATEEST`; the walk goes on.
    Rateest(RateestSet),
    /// `SECMARK --selctx`; the walk goes on.
    Secmark(Text),
    /// `SNPT`: the network of the source is replaced.
    Snpt(PrefixPair),
    /// `SYNPROXY`.
    Synproxy(Synproxy),
    /// `TCPOPTSTRIP --strip-options`, the kinds in ascending order.
    Tcpoptstrip(Vec<u8>),
    /// `TEE`: a copy goes to a neighbour; the walk goes on.
    Tee {
        /// `--gateway`.
        gateway: IpAddr,
        /// `--oif`.
        oif: Option<Text>,
    },
    /// `TPROXY`: the packet is handed to a socket of this host.
    Tproxy(Tproxy),
    /// `ULOG`, which kernels from 3.17 on no longer have, with its options as written; the walk goes on.
    Ulog {
        /// `--ulog-prefix`.
        prefix: Text,
        /// Further options as written.
        rest: Text,
    },
    /// A statement of native nft that iptables has no target for.
    Nft(Box<Statement>),
    /// Not understood; the text as it stands. It is never guessed.
    Opaque(Opaque),
}

/// The kind of an audit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuditType {
    /// `accept`.
    Accept,
    /// `drop`.
    Drop,
    /// `reject`.
    Reject,
}

/// What `CLUSTERIP` hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClusterHash {
    /// `sourceip`.
    Source,
    /// `sourceip-sourceport`.
    SourcePort,
    /// `sourceip-sourceport-destport`.
    SourcePorts,
}

/// `CLUSTERIP`. Only the first rule of an address has more than its place among the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClusterIp {
    /// What `--new` makes.
    pub new: Option<NewClusterIp>,
}

/// A cluster that `CLUSTERIP --new` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewClusterIp {
    /// `--hashmode`.
    pub hash: ClusterHash,
    /// `--clustermac`.
    pub mac: Mac,
    /// `--total-nodes`.
    pub total: u16,
    /// `--local-node`.
    pub local: u16,
    /// `--hash-init`.
    pub init: u32,
}

/// What `DNPT` and `SNPT` translate (RFC 6296).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrefixPair {
    /// `--src-pfx`: the network that is replaced.
    pub from: Cidr,
    /// `--dst-pfx`: the network that takes its place.
    pub to: Cidr,
}

/// `ECN`; `--ecn-tcp-remove` clears both TCP bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EcnSet {
    /// `--ecn-tcp-cwr`.
    pub cwr: Option<bool>,
    /// `--ecn-tcp-ece`.
    pub ece: Option<bool>,
    /// `--ecn-ip-ect`, 0 to 3.
    pub ect: Option<u8>,
}

/// `HMARK`. `--hmark-tuple` is brought into the form of masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hmark {
    /// `--hmark-src-prefix`.
    pub src_prefix: Option<u8>,
    /// `--hmark-dst-prefix`.
    pub dst_prefix: Option<u8>,
    /// `--hmark-sport-mask`.
    pub sport_mask: Option<u16>,
    /// `--hmark-dport-mask`.
    pub dport_mask: Option<u16>,
    /// `--hmark-sport`, bits that are set.
    pub sport: Option<u16>,
    /// `--hmark-dport`, bits that are set.
    pub dport: Option<u16>,
    /// `--hmark-spi-mask`.
    pub spi_mask: Option<u32>,
    /// `--hmark-spi`, bits that are set.
    pub spi: Option<u32>,
    /// `--hmark-proto-mask`.
    pub proto_mask: Option<u16>,
    /// `--hmark-rnd`.
    pub rnd: Option<u32>,
    /// `--hmark-mod`, never 0.
    pub modulus: u32,
    /// `--hmark-offset`.
    pub offset: u32,
    /// `--hmark-tuple ct`: the flow's original addresses and ports are hashed.
    pub ct: bool,
}

/// `RATEEST`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateestSet {
    /// `--rateest-name`.
    pub name: Text,
    /// The power of two of the `--rateest-interval` in quarters of a second, from -2 (250 ms) to 3 (8 s).
    pub interval: i8,
    /// The power of two by which `--rateest-ewmalog` is longer than the interval.
    pub ewma: u8,
}

/// `TPROXY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tproxy {
    /// `--on-port`; 0 is the packet's own.
    pub port: u16,
    /// `--on-ip`; `None` is the incoming interface's first address.
    pub addr: Option<IpAddr>,
    /// `--tproxy-mark`: mark = (mark & !mask) ^ value.
    pub mark: Masked<u32>,
}

/// `CONNMARK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConnmarkOp {
    /// ctmark = (ctmark & !mask) ^ value.
    Set(Masked<u32>),
    /// `--save-mark`: ctmark = (ctmark & !ctmask) ^ (mark & nfmask).
    Save {
        /// `--nfmask`.
        nfmask: u32,
        /// `--ctmask`.
        ctmask: u32,
    },
    /// `--restore-mark`: mark = (mark & !nfmask) ^ (ctmark & ctmask).
    Restore {
        /// `--nfmask`.
        nfmask: u32,
        /// `--ctmask`.
        ctmask: u32,
    },
}

/// What an address or a port is rewritten to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NatRange {
    /// The addresses; `None` keeps the address, or takes the one that the target implies.
    pub addrs: Option<Range<IpAddr>>,
    /// The ports; `None` keeps the port if it can.
    pub ports: Option<Range<u16>>,
    /// DNAT's shifted port range (`80-90/8080`): the first original port.
    pub base_port: Option<u16>,
    /// `--random`.
    pub random: bool,
    /// `--random-fully`.
    pub random_fully: bool,
    /// `--persistent`.
    pub persistent: bool,
}

/// `CT`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CtTarget {
    /// `--notrack`.
    pub notrack: bool,
    /// `--zone`, of both directions.
    pub zone: Option<CtZone>,
    /// `--zone-orig`.
    pub zone_orig: Option<CtZone>,
    /// `--zone-reply`.
    pub zone_reply: Option<CtZone>,
    /// `--helper`.
    pub helper: Option<Text>,
    /// Further options as written.
    pub rest: Text,
}

/// A conntrack zone that `CT` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CtZone {
    /// This one.
    Id(u16),
    /// The one of the packet's mark.
    Mark,
}

/// `TTL` and `HL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TtlOp {
    /// `--ttl-set`.
    Set(u8),
    /// `--ttl-inc`.
    Inc(u8),
    /// `--ttl-dec`.
    Dec(u8),
}

/// `TCPMSS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MssOp {
    /// `--set-mss`.
    Set(u16),
    /// `--clamp-mss-to-pmtu`.
    ClampToPmtu,
}

/// `SET`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct SetTarget {
    /// `--add-set`.
    pub add: Option<SetMatch>,
    /// `--del-set`.
    pub del: Option<SetMatch>,
    /// `--exist`.
    pub exist: bool,
    /// `--timeout` in seconds.
    pub timeout: Option<u32>,
    /// `--map-set`: the packet takes what the element carries.
    pub map: Option<SetMatch>,
    /// `--map-mark`: its mark.
    pub map_mark: bool,
    /// `--map-prio`: its priority; queues are not modelled.
    pub map_prio: bool,
    /// `--map-queue`: its queue.
    pub map_queue: bool,
}
