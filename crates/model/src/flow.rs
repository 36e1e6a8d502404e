//! A flow as conntrack prints it.

use crate::span::Text;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A pair of addresses and ports as conntrack keeps them. ICMP has type, code and id instead of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tuple {
    pub src: IpAddr,
    pub dst: IpAddr,
    /// IP protocol number.
    pub proto: u8,
    /// Source port, or the ICMP id.
    pub sport: u16,
    /// Destination port; for ICMP type × 256 + code.
    pub dport: u16,
}

/// A conntrack entry, as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// As the first packet went.
    pub orig: Tuple,
    /// What a reply looks like; it differs from the turned `orig` where NAT rewrites.
    pub reply: Tuple,
    /// The TCP state by its kernel name (`SYN_SENT`), where it has one.
    pub tcp_state: Option<Text>,
    /// No reply was seen.
    pub unreplied: bool,
    /// Traffic was seen both ways for long enough to keep it (`[ASSURED]`).
    pub assured: bool,
    /// `mark=`; 0 where none is printed.
    pub mark: u32,
    /// `zone=`; 0 where none is printed.
    pub zone: u16,
    /// The zone of the original direction only, where they differ.
    pub zone_orig: Option<u16>,
    /// The zone of the reply direction only, where they differ.
    pub zone_reply: Option<u16>,
    /// Seconds to live on, where printed.
    pub timeout: Option<u32>,
}

/// The direction of a packet within its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CtDir {
    /// As the first packet went.
    Original,
    /// Against it.
    Reply,
}
