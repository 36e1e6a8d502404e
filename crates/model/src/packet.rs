//! A packet as it lies on the wire, and what the kernel carries beside it.

use crate::span::Text;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// IP protocol numbers that the project names.
pub mod proto {
    /// ICMP for IPv4.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// GRE.
    pub const GRE: u8 = 47;
    /// ICMP for IPv6.
    pub const ICMPV6: u8 = 58;
    /// SCTP.
    pub const SCTP: u8 = 132;
    /// UDP-Lite.
    pub const UDPLITE: u8 = 136;
}

/// The TCP flag bits as they stand in byte 13 of the header (`FIN` is 1, `CWR` is 128).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// FIN.
    pub const FIN: Self = Self(0x01);
    /// SYN.
    pub const SYN: Self = Self(0x02);
    /// RST.
    pub const RST: Self = Self(0x04);
    /// PSH.
    pub const PSH: Self = Self(0x08);
    /// ACK.
    pub const ACK: Self = Self(0x10);
    /// SYN and ACK, with which a connection is accepted.
    pub const SYN_ACK: Self = Self(0x12);
    /// URG.
    pub const URG: Self = Self(0x20);
    /// ECE.
    pub const ECE: Self = Self(0x40);
    /// CWR.
    pub const CWR: Self = Self(0x80);

    /// Whether every bit of `other` is set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The IP header. One type serves both families: `src` and `dst` are of the same family.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct IpHeader {
    pub src: IpAddr,
    pub dst: IpAddr,
    /// Protocol number of what follows (IPv6: after the extension headers).
    pub proto: u8,
    /// TOS byte, or IPv6 traffic class.
    pub tos: u8,
    /// TTL, or IPv6 hop limit.
    pub ttl: u8,
    /// Identification (IPv4).
    pub id: u16,
    /// Don't Fragment.
    pub df: bool,
    /// More Fragments.
    pub mf: bool,
    /// Fragment offset in bytes, a multiple of 8.
    pub frag_off: u16,
    /// Length in bytes of this fragment's IP payload, where the packet is a fragment.
    pub frag_len: Option<u16>,
    /// IPv4 options, padded to a multiple of four bytes.
    pub options: Arc<[u8]>,
    /// IPv6 flow label.
    pub flow_label: u32,
    /// IPv6 extension headers in their order. A fragment header that follows from the fields above is not
    /// among them; it stands behind them.
    pub extensions: Arc<[Extension]>,
}

impl IpHeader {
    /// The header of a packet of which only the ends are given.
    pub fn plain(src: IpAddr, dst: IpAddr) -> Self {
        Self {
            src,
            dst,
            proto: 0,
            tos: 0,
            ttl: 64,
            id: 0,
            df: false,
            mf: false,
            frag_off: 0,
            frag_len: None,
            options: Arc::default(),
            flow_label: 0,
            extensions: Arc::default(),
        }
    }
}

/// An IPv6 extension header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Extension {
    /// Its protocol number: 0 hop-by-hop, 43 routing, 44 fragment, 51 AH, 60 destination.
    pub kind: u8,
    /// Its bytes behind the first, which is the number of the next header.
    pub body: Arc<[u8]>,
}

/// The transport header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum L4 {
    /// TCP.
    Tcp(Tcp),
    /// UDP and UDP-Lite.
    Udp { sport: u16, dport: u16 },
    /// SCTP; its chunks are the payload.
    Sctp {
        sport: u16,
        dport: u16,
        /// Verification tag.
        tag: u32,
    },
    /// ICMP or ICMPv6, by the IP header's protocol.
    Icmp(Icmp),
    /// Any other protocol; its bytes are the payload.
    Other,
}

/// The TCP header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tcp {
    pub sport: u16,
    pub dport: u16,
    pub seq: u32,
    pub ack: u32,
    pub flags: TcpFlags,
    /// Window as the header has it, not scaled.
    pub window: u16,
    /// Options as on the wire, padded to a multiple of four bytes.
    pub options: Arc<[u8]>,
}

/// The ICMP or ICMPv6 header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Icmp {
    pub kind: u8,
    pub code: u8,
    /// Identifier of an echo, timestamp or information message; the rest-of-header's upper half.
    pub id: u16,
    /// Sequence number; the rest-of-header's lower half.
    pub seq: u16,
    /// The packet that an error message quotes.
    pub inner: Option<Box<Packet>>,
}

/// A chunk of SCTP as short as it may be. `tag` is the one that an INIT or an INIT ACK offers.
pub fn sctp_chunk(kind: u8, tag: Option<u32>) -> Vec<u8> {
    let body: Vec<u8> = match kind {
        // DATA: numbers, and four bytes.
        0 => [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0].into_iter().chain(*b"data").collect(),
        1 | 2 => {
            let tag = tag.unwrap_or(if kind == 1 { 0x1234 } else { 0x5678 });
            let rest = [0, 0, 0xff, 0xff, 0, 10, 0, 10, 0, 0, 0, 1];
            tag.to_be_bytes().into_iter().chain(rest).collect()
        }
        // SACK and SHUTDOWN acknowledge.
        3 => vec![0, 0, 0, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0],
        7 => vec![0, 0, 0, 1],
        _ => Vec::new(),
    };
    let mut bytes = vec![kind, if kind == 0 { 3 } else { 0 }];
    bytes.extend((body.len() as u16 + 4).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A packet: headers and payload, nothing of the kernel's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Packet {
    /// The IP header.
    pub ip: IpHeader,
    /// The transport header.
    pub l4: L4,
    /// The bytes after the transport header.
    pub payload: Arc<[u8]>,
    /// Whether the transport checksum is wrong.
    pub bad_csum: bool,
}

impl Packet {
    /// Source port of TCP, UDP or SCTP.
    pub fn sport(&self) -> Option<u16> {
        match &self.l4 {
            L4::Tcp(t) => Some(t.sport),
            L4::Udp { sport, .. } | L4::Sctp { sport, .. } => Some(*sport),
            L4::Icmp(_) | L4::Other => None,
        }
    }

    /// Destination port of TCP, UDP or SCTP.
    pub fn dport(&self) -> Option<u16> {
        match &self.l4 {
            L4::Tcp(t) => Some(t.dport),
            L4::Udp { dport, .. } | L4::Sctp { dport, .. } => Some(*dport),
            L4::Icmp(_) | L4::Other => None,
        }
    }

    /// Whether the packet is of IPv6.
    pub fn is_v6(&self) -> bool {
        self.ip.src.is_ipv6()
    }

    /// Whether the packet is a fragment of a larger one.
    pub fn is_fragment(&self) -> bool {
        self.ip.mf || self.ip.frag_off != 0
    }
}

/// A six-byte link-layer address.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Mac(pub [u8; 6]);

/// How a packet comes into the host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Entry {
    /// A process on this host sends it.
    Local {
        /// User id of the process; `None` for packets that the kernel makes.
        uid: Option<u32>,
        /// Group id of the process.
        gid: Option<u32>,
        /// `SO_MARK` of its socket.
        mark: u32,
        /// `SO_BINDTODEVICE` of its socket.
        bind: Option<Text>,
    },
    /// It arrives at an interface.
    Wire {
        /// The interface, for a bridge the port.
        iface: Text,
        /// The frame's source.
        smac: Mac,
        /// Whom the frame is addressed to.
        to: PacketType,
    },
}

impl Entry {
    /// Stands for an interface that nothing names, and that no rule can tell from others.
    pub const UNNAMED: &str = "?";
}

/// Whom a frame is addressed to, as the kernel keeps it (`skb->pkt_type`) and `-m pkttype` asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PacketType {
    /// To this host (`PACKET_HOST`).
    #[default]
    Host,
    /// To everybody (`PACKET_BROADCAST`).
    Broadcast,
    /// To a group (`PACKET_MULTICAST`).
    Multicast,
    /// To another host (`PACKET_OTHERHOST`); no rule of iptables sees such a packet, but where a bridge shows it.
    Other,
}
