//! What follows a packet in its connection, there and back, and how that ends.

use crate::ids::RuleId;
use crate::question::Question;
use crate::span::Text;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Which packet of a connection a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LegKind {
    /// The answer to the first packet: SYN/ACK, echo reply, datagram.
    Reply,
    /// What the kernel answers where nobody listens: a reset, an ICMP error.
    Refusal,
    /// The ACK that ends the handshake of TCP.
    Ack,
    /// The first data that the asker sends over TCP.
    Data,
    /// The first data that comes back over TCP.
    DataReply,
}

impl LegKind {
    /// Whether it goes to the one who asked.
    pub fn comes_back(self) -> bool {
        matches!(self, Self::Reply | Self::Refusal | Self::DataReply)
    }
}

/// One packet of a connection behind the first, in the way that is followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Leg {
    pub kind: LegKind,
    /// Its walk.
    pub trace: Trace,
}

/// How the way there and back ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TripEnd {
    /// All that was sent came to where it was going.
    Whole,
    /// Nobody listens, and the one who asked is told so.
    Refused,
    /// The packet is for everybody on a network, or a group, and this host's kernel answers no such packet.
    Ignored,
    /// This host stops the leg of this index, and no answer comes.
    Stopped(usize),
    /// The leg of this index comes to an end from which it is no answer to what was asked: its addresses or
    /// ports are others than those of the question, turned round.
    Stranger(usize),
    /// Both ends are neighbours on the link that the packet came by, and the destination was rewritten: the answer
    /// goes past this host, from an address that was not asked.
    Direct {
        /// The link.
        iface: Text,
    },
    /// The packet leaves with a private source for a public address, by an interface of another network.
    PrivateSource {
        /// The source.
        src: IpAddr,
        /// The interface.
        iface: Text,
    },
    /// A rule rewrote the source to an address of the network that the packet leaves by, which this host does not
    /// hold: nobody there takes the answer.
    UnheldSource {
        /// The source.
        src: IpAddr,
        /// The interface.
        iface: Text,
    },
    /// What becomes of the leg of this index hangs on what its payload is: this rule looks at it.
    Payload(usize, RuleId),
    /// What becomes of the leg of this index hangs on something that is not known, or that a program decides.
    Open(usize, Option<Question>),
}

impl TripEnd {
    /// Whether an answer gets to the one who asked; `None` where that is not known.
    pub fn is_through(&self) -> Option<bool> {
        match self {
            Self::Whole => Some(true),
            Self::Refused
            | Self::Ignored
            | Self::Stopped(_)
            | Self::Stranger(_)
            | Self::Direct { .. }
            | Self::PrivateSource { .. }
            | Self::UnheldSource { .. } => Some(false),
            Self::Payload(..) | Self::Open(..) => None,
        }
    }
}

/// What follows a packet that asks for an answer, in one of its outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundTrip {
    /// The packets behind it, as far as they were walked.
    pub legs: Vec<Leg>,
    /// How it ends.
    pub end: TripEnd,
    /// Rules that look at the payload or the amount of data, and may stop a packet that carries other data than
    /// those that were walked.
    pub later: Vec<RuleId>,
}
