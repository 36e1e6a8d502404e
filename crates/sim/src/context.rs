//! What a rule can see: one packet at one place of its path, and what the kernel carries beside it.

use crate::ct::Zone;
use crate::sets::Named;
use chainwalk_model::{
    CtDir, CtStates, Entry, Host, L4, Mac, Packet, Path, PathIface, Question, RouteKind, TcpFlags,
    Text, Tuple,
};
use std::net::IpAddr;
use std::rc::Rc;

/// Whom a frame is from of which nobody said it.
pub(crate) const SENDER: Mac = Mac([2, 0, 0, 0, 3, 1]);

/// A packet at one place of its path, as matches and targets see it.
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct MatchContext<'a> {
    /// The packet. A reassembled datagram is whole.
    pub packet: &'a Packet,
    /// The packet's mark.
    pub mark: u32,
    /// The hook and the interfaces.
    pub path: &'a Path,
    /// How it came into the host.
    pub entry: &'a Entry,
    /// The interface, for a bridge the port, that it came in by.
    pub came_by: &'a PathIface,
    /// Whether it is a reset of REJECT's.
    pub by_reject: bool,
    /// Whether it is a copy of what this host sent to everybody, handed back to it.
    pub loopback_copy: bool,
    /// Whether a bridge of this host put its frame together.
    pub own_frame: bool,
    /// The VLAN that its frame is tagged with.
    pub tag: Option<u16>,
    pub flow: &'a dyn Tracked,
    /// The host's facts.
    pub host: &'a Host,
    /// Its ipsets by name.
    pub named: Rc<Named>,
    pub net: &'a dyn Net,
    /// Milliseconds since the first packet.
    pub now_ms: u64,
    /// Which packet is walked.
    pub turn: usize,
    /// Whether what a test says decides nothing, since a later one of its rule fails.
    pub moot: bool,
    /// Seconds since 1970, where they are known.
    pub clock: Option<u64>,
    /// Whether `TPROXY` gave the packet a socket.
    pub has_socket: bool,
    /// The realms of the packet's route: the source's in the upper half, the destination's in the lower one.
    pub realms: u32,
    /// The next hop of the packet's route, where it is not the destination.
    pub next_hop: Option<IpAddr>,
    /// The MTU that the packet's route sets.
    pub route_mtu: Option<u32>,
}

impl MatchContext<'_> {
    /// What conntrack says: few tests ask.
    pub(crate) fn ct(&self) -> Ct {
        self.flow.ct()
    }

    /// Whether this host accepts a connection by it: the socket that listens sends it, and whose that is nobody tells.
    pub(crate) fn accepts(&self) -> bool {
        let flags = |f: TcpFlags| f.0 & 0x3f == TcpFlags::SYN_ACK.0;
        matches!(self.entry, Entry::Local { uid: None, .. })
            && !self.by_reject
            && matches!(&self.packet.l4, L4::Tcp(tcp) if flags(tcp.flags))
    }

    /// Whether somebody said whom a frame is from: a recorder's frames have an address of their own.
    pub(crate) fn is_told(&self, mac: Mac) -> bool {
        mac != SENDER || self.host.complete.network || self.host.raw_sender
    }

    /// Whether a process of this host sent the packet and it is not known from which address.
    pub(crate) fn source_untold(&self) -> bool {
        matches!(self.entry, Entry::Local { uid: Some(_), .. })
            && self.packet.ip.src.is_unspecified()
            && !self.host.complete.network
    }

    /// Whether `REDIRECT` sent the packet to this host and it is not known to which address.
    pub(crate) fn destination_untold(&self) -> bool {
        matches!(self.entry, Entry::Wire { .. })
            && self.packet.ip.dst.is_unspecified()
            && !self.host.complete.network
    }
}

/// What conntrack says of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ct {
    /// It was not asked yet (table raw), or is off.
    None,
    /// The packet belongs to no flow it could track.
    Invalid,
    /// The packet is exempt (`NOTRACK`).
    Untracked,
    /// The packet belongs to a flow.
    Flow(CtFlow),
}

/// A flow, as the packet at hand sees it.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct CtFlow {
    /// NEW, ESTABLISHED or RELATED.
    pub state: CtStates,
    /// The packet's direction within the flow.
    pub dir: CtDir,
    /// As the first packet went.
    pub orig: Tuple,
    /// What a reply looks like.
    pub reply: Tuple,
    /// Bits of [`chainwalk_model::CtStatuses`].
    pub status: u16,
    /// Whether the source was rewritten.
    pub snat: bool,
    /// Whether the destination was rewritten.
    pub dnat: bool,
    /// The flow's mark.
    pub mark: u32,
    /// Seconds to live on.
    pub expires_s: u32,
    /// Its number; `None` for what `CT` leaves until conntrack has looked.
    pub id: Option<u32>,
    /// Its zones, one a direction.
    pub zone: Zone,
    /// Whether packets and bytes of flows are counted.
    pub counts: bool,
    /// Packets and bytes of both directions; `None` of a flow that was pasted.
    pub counted: Option<[(u64, u64); 2]>,
    /// Whether its first packet was sent by this host.
    pub made_here: bool,
    /// The helper that expected it.
    pub expected_by: Option<crate::ct::Kind>,
}

/// What conntrack says of the packet at hand.
pub(crate) trait Tracked {
    fn ct(&self) -> Ct;
}

impl Tracked for Ct {
    fn ct(&self) -> Ct {
        *self
    }
}

/// What a test looks routes up by. It is looked up as if the packet were made here, but for what is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub to: IpAddr,
    pub from: Option<IpAddr>,
    pub mark: u32,
    /// The interface that policy rules take it to have come by.
    pub iif: Option<&'a str>,
    pub tos: u8,
    /// Protocol; 0 where the lookup does not know it.
    pub proto: u8,
}

impl Way<'_> {
    /// By the destination alone.
    pub(crate) fn to(to: IpAddr) -> Self {
        Self { to, from: None, mark: 0, iif: None, tos: 0, proto: 0 }
    }
}

/// What routing says of an address. `Err` is what would have to be known.
pub(crate) trait Net {
    /// The one bit of [`chainwalk_model::AddrTypes`] that `addr` is, looking at one interface only if
    /// `dev` names it.
    fn addr_type(&self, addr: IpAddr, dev: Option<&str>) -> Result<u16, Question>;
    /// The interfaces by which a packet may leave; none without a route.
    fn leaves_by(&self, way: &Way) -> Result<Vec<Text>, Question>;
    /// What the route of such a packet does with it; none without a route.
    fn route_kind(&self, way: &Way) -> Result<Option<RouteKind>, Question> {
        Ok(self.leaves_by(way)?.first().map(|_| RouteKind::Unicast))
    }
    /// Whether it was answered that packets to `dst` leave by an interface of which a rule writes the name.
    fn answered_way(&self, _dst: IpAddr, _name: &str) -> Option<bool> {
        None
    }
    /// What was answered to [`Question::Soon`] of this packet.
    fn comes_soon(&self) -> Option<bool> {
        None
    }
    /// The status of the flow in the table that a tuple belongs to.
    fn status(&self, _tuple: Tuple, _zone: Zone) -> Option<u16> {
        None
    }
    /// Whether a flow begins so in this zone, and its TCP is not closed.
    fn is_open(&self, orig: Tuple, zone: Zone) -> bool;
}
