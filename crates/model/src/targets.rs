//! What rules do. One variant is one target of `man iptables-extensions`.

use crate::{ChainId, Masked, Opaque, Range, SetMatch, Text};
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
        /// The prefix.
        prefix: Text,
        /// Whether it is `NFLOG`.
        nflog: bool,
        /// Further options as written.
        rest: Text,
    },
    /// `MARK`: mark = (mark & !mask) ^ value, the form of `--set-xmark`.
    Mark(Masked<u32>),
    /// `CONNMARK`.
    Connmark(ConnmarkOp),
    /// `DNAT`.
    Dnat(NatRange),
    /// `SNAT`.
    Snat(NatRange),
    /// `MASQUERADE`, with `--to-ports`.
    Masquerade(NatRange),
    /// `REDIRECT`, with `--to-ports`.
    Redirect(NatRange),
    /// `NETMAP --to`: the network bits are replaced, the host bits kept.
    Netmap(crate::AddrMask),
    /// `CT`, and `NOTRACK`.
    Ct(CtTarget),
    /// `TOS --set-tos`: tos = (tos & !mask) ^ value.
    Tos(Masked<u8>),
    /// `DSCP --set-dscp`, 0 to 63.
    Dscp(u8),
    /// `TTL`, and `HL` for IPv6.
    Ttl(TtlOp),
    /// `TCPMSS`.
    Tcpmss(MssOp),
    /// `SET --add-set`, `--del-set`.
    Set(SetTarget),
    /// `TRACE`; the walk goes on.
    Trace,
    /// `CHECKSUM --checksum-fill`; the walk goes on.
    Checksum,
    /// Not understood; the text as it stands. It is never guessed.
    Opaque(Opaque),
}

/// What `REJECT` sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RejectWith {
    /// `icmp-net-unreachable` (3/0).
    NetUnreachable,
    /// `icmp-host-unreachable` (3/1).
    HostUnreachable,
    /// `icmp-proto-unreachable` (3/2).
    ProtoUnreachable,
    /// `icmp-port-unreachable` (3/3), the default; `icmp6-port-unreachable` (1/4).
    PortUnreachable,
    /// `icmp-net-prohibited` (3/9).
    NetProhibited,
    /// `icmp-host-prohibited` (3/10).
    HostProhibited,
    /// `icmp-admin-prohibited` (3/13); `icmp6-adm-prohibited` (1/1).
    AdminProhibited,
    /// `tcp-reset`.
    TcpReset,
    /// `icmp6-no-route` (1/0).
    NoRoute6,
    /// `icmp6-addr-unreachable` (1/3).
    AddrUnreachable6,
    /// `icmp6-policy-fail` (1/5).
    PolicyFail6,
    /// `icmp6-reject-route` (1/6).
    RejectRoute6,
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
    pub zone: Option<u16>,
    /// `--zone-orig`.
    pub zone_orig: Option<u16>,
    /// `--zone-reply`.
    pub zone_reply: Option<u16>,
    /// `--helper`.
    pub helper: Option<Text>,
    /// Further options as written.
    pub rest: Text,
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetTarget {
    /// `--add-set`.
    pub add: Option<SetMatch>,
    /// `--del-set`.
    pub del: Option<SetMatch>,
    /// `--exist`.
    pub exist: bool,
    /// `--timeout` in seconds.
    pub timeout: Option<u32>,
    /// Further options as written (`--map-set …`).
    pub rest: Text,
}
