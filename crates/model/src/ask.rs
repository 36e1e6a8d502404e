//! A packet as a person or a case asks for it: what is left open takes a default when it is sent.

use crate::packet::{Entry, Extension, Mac, Packet, PacketType, TcpFlags};
use crate::span::{Span, Text};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// The program whose words name the packet, so that the answer can be put in that program's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum App {
    /// `curl`, a TCP connection.
    Curl,
    /// `ping`, an ICMP echo request.
    Ping,
    /// `dig`, a UDP datagram to port 53.
    Dig,
    /// `nc`.
    Nc,
    /// `ssh`.
    Ssh,
}

/// Where the asked packet starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AskEntry {
    /// Not said: for a follow-up where its packet ended, else this host.
    #[default]
    Unsaid,
    /// This host sends it.
    Local,
    /// It arrives at this interface.
    Iface(Text),
    /// It arrives from outside, at an interface that was not said; the route back to its source tells which.
    Outside,
}

/// What a follow-up packet answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FollowUp {
    /// The reply to packet `k` of this sequence, from 0.
    ReplyTo(usize),
    /// An ICMP error that quotes packet `k`, from 0.
    IcmpErrorTo(usize),
}

/// A destination or source, by address or by a name that the pasted facts may resolve.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AskAddr {
    /// Written in numbers.
    Ip(IpAddr),
    /// A name; never looked up.
    Name(Text),
}

/// One asked packet. Every `None` takes the default that `tests/kernel/README.md` gives:
/// proto tcp, flags S, seq 1000, ttl 64, a local packet without a source takes the route's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PacketSpec {
    /// The text it was read from, where there is one.
    pub span: Option<Span>,
    /// The program named, if any.
    pub app: Option<App>,
    /// Where it starts.
    pub entry: AskEntry,
    /// What it follows up, if anything; fields below override.
    pub follow_up: Option<FollowUp>,
    pub src: Option<AskAddr>,
    pub dst: Option<AskAddr>,
    /// IP protocol number.
    pub proto: Option<u8>,
    pub sport: Option<u16>,
    pub dport: Option<u16>,
    pub flags: Option<TcpFlags>,
    /// TCP sequence number.
    pub seq: Option<u32>,
    /// TCP acknowledgement number.
    pub ack: Option<u32>,
    pub window: Option<u16>,
    /// TCP options as on the wire.
    pub tcp_options: Option<Arc<[u8]>>,
    /// Verification tag of SCTP.
    pub sctp_tag: Option<u32>,
    pub icmp_type: Option<u8>,
    pub icmp_code: Option<u8>,
    pub icmp_id: Option<u16>,
    /// ICMP sequence number.
    pub icmp_seq: Option<u16>,
    /// The packet an ICMP error quotes.
    pub inner: Option<Box<PacketSpec>>,
    /// TTL or hop limit.
    pub ttl: Option<u8>,
    /// TOS or traffic class.
    pub tos: Option<u8>,
    /// IP identification.
    pub id: Option<u16>,
    /// Don't Fragment.
    pub df: Option<bool>,
    /// More Fragments.
    pub mf: Option<bool>,
    /// Fragment offset in bytes.
    pub frag_off: Option<u16>,
    /// Bytes of IP payload in this fragment.
    pub frag_len: Option<u16>,
    /// The bytes after the transport header.
    pub payload: Option<Arc<[u8]>>,
    /// A wrong transport checksum.
    pub bad_csum: Option<bool>,
    /// IPv4 options as on the wire.
    pub ip_options: Option<Arc<[u8]>>,
    /// IPv6 extension headers.
    pub extensions: Option<Arc<[Extension]>>,
    /// `SO_MARK` of a local sender.
    pub mark: Option<u32>,
    /// User id of a local sender.
    pub uid: Option<u32>,
    /// Group id of a local sender.
    pub gid: Option<u32>,
    /// `SO_BINDTODEVICE` of a local sender.
    pub bind: Option<Text>,
    /// Source MAC on the wire.
    pub smac: Option<Mac>,
    /// Whom the frame is addressed to.
    pub frame: Option<PacketType>,
    /// Milliseconds that pass before it is sent.
    pub after_ms: u64,
    /// The time at which it is sent, in seconds since 1970.
    pub at: Option<u64>,
}

/// An asked packet with nothing left open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sent {
    /// As its bytes lie on the wire.
    pub packet: Packet,
    /// How it comes into the host.
    pub entry: Entry,
    /// Whether one of its ends is not known; 0.0.0.0 or `::` stands there.
    pub endpoint_unknown: bool,
}
