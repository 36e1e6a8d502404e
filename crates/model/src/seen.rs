//! What a kernel said that it did with a packet: its `TRACE:` lines, `nft monitor trace`,
//! `xtables-monitor --trace`.

use crate::family::Family;
use crate::packet::TcpFlags;
use crate::span::{Span, Text};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One packet, as a kernel traced it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct KernelTrace {
    /// The trace's id, or the packet's IP identification where a trace has none.
    pub id: Text,
    /// Source address, before any translation.
    pub src: IpAddr,
    /// Destination address, before any translation.
    pub dst: IpAddr,
    /// IP protocol number.
    pub proto: Option<u8>,
    pub sport: Option<u16>,
    pub dport: Option<u16>,
    /// TCP flags, where the trace tells them.
    pub flags: Option<TcpFlags>,
    /// The interface it came in by.
    pub iface: Option<Text>,
    /// What was done with it, in order.
    pub steps: Vec<SeenStep>,
    /// The packet line that asks for it, where a rule logged it: no more of its way is known than that rule.
    pub logged: Option<Text>,
    /// All its lines.
    pub span: Span,
}

/// One line of a trace: a rule, or the end of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SeenStep {
    /// The family of the table, where the trace names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    pub table: Text,
    pub chain: Text,
    /// nft's handle of the rule, where the trace shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<u64>,
    /// What happened there.
    pub what: SeenWhat,
    pub span: Span,
}

/// What a line of a trace tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeenWhat {
    /// A rule matched.
    Rule {
        /// Its number in the chain, where the trace counts.
        number: Option<u32>,
        /// Its text, where the trace prints it.
        text: Option<Text>,
        /// What it did, where the trace says so.
        verdict: Option<SeenVerdict>,
    },
    /// A called chain ended and went back.
    Return,
    /// The policy of a base chain; whether it accepts, where the trace says so.
    Policy(Option<bool>),
}

/// What a rule did, as a trace says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeenVerdict {
    /// It lets the packet pass.
    Accept,
    /// It drops it.
    Drop,
    /// The next rule comes.
    Continue,
    /// Back to the calling chain.
    Return,
    /// To this chain.
    To(Text),
    /// Another one (`queue`, `stolen`).
    Other,
}
