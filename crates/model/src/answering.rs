//! What rules answer a packet with: the messages of `REJECT`, the options of `SYNPROXY`.

use serde::{Deserialize, Serialize};

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

/// `SYNPROXY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Synproxy {
    /// `--sack-perm`.
    pub sack_perm: bool,
    /// `--timestamp`.
    pub timestamp: bool,
    /// `--ecn`.
    pub ecn: bool,
    /// `--wscale`.
    pub wscale: Option<u8>,
    /// `--mss`.
    pub mss: Option<u16>,
}
