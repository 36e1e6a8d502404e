//! A packet on its way, and what the kernel carries beside it (`struct sk_buff`).

use super::source::SourceTold;
use crate::ct::{self, CtInfo, Zone};
use chainwalk_model::{
    CtDir, Entry, Family, OpId, Packet, PacketType, PathIface, RouteKind, Sent, Text,
};
use std::net::IpAddr;

/// How a packet stands to conntrack.
#[derive(Clone, Debug)]
pub(crate) enum CtAttachment {
    /// Not looked at yet.
    None,
    /// Exempt (`IP_CT_UNTRACKED`).
    Untracked,
    /// Fits no flow.
    Invalid,
    /// Part of a flow that is not in the table: a new one, or one that has just ended.
    Loose {
        entry: Box<ct::Conntrack>,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: CtInfo,
    },
    /// Part of a flow in the table.
    Known {
        /// The flow's number.
        id: u32,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: CtInfo,
    },
}

impl CtAttachment {
    /// The packet's direction in its flow.
    pub(crate) fn dir(&self) -> Option<CtDir> {
        match self {
            Self::Loose { dir, .. } | Self::Known { dir, .. } => Some(*dir),
            Self::None | Self::Untracked | Self::Invalid => None,
        }
    }
}

/// A packet on its way, with what the kernel's `sk_buff` carries beside it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Skb {
    pub packet: Packet,
    pub mark: u32,
    pub entry: Entry,
    /// The interface, for a bridge the port, that it came in by; it is known where the hook has none any more.
    pub came_by: PathIface,
    pub iif: PathIface,
    pub oif: PathIface,
    /// The interface of the route; in OUTPUT it may already differ from what `-o` sees.
    pub route_dev: PathIface,
    /// The next hop of the route, where it is not the destination.
    pub next_hop: Option<IpAddr>,
    /// The realms of the route.
    pub realms: u32,
    /// The MTU that the route sets.
    pub route_mtu: Option<u32>,
    /// Whether its sender is sent a redirect.
    pub redirects: bool,
    /// The next address of its source route, where that route stands among the options, and the place of the address
    /// in it, from 1.
    pub source_routed: Option<(std::net::IpAddr, usize, usize)>,
    /// Whether its options were read, as those of what was routed here are.
    pub options_read: bool,
    /// Whether this host wrote into its options, and has not made the header's checksum anew.
    pub stale_header: bool,
    /// Where the option stands into which this host wrote its address.
    pub recorded: Option<usize>,
    pub phys_in: PathIface,
    pub phys_out: PathIface,
    pub attached: CtAttachment,
    pub zone: Zone,
    /// The helper that a `CT` target named.
    pub helper: Option<ct::Helper>,
    /// The operation that named a timeout policy.
    pub policy: Option<OpId>,
    /// Whether a `CT` target left a template.
    pub template: bool,
    pub frame: PacketType,
    /// What the routing decision made of it.
    pub kind: RouteKind,
    /// Whether the kernel made it.
    pub from_kernel: bool,
    /// Whether it answers an untracked packet: until conntrack has looked it fits no flow.
    pub untracked_reply: bool,
    /// The operation whose SYNPROXY opens a connection by it.
    pub proxied: Option<OpId>,
    /// Whether it is a reset of REJECT's, which has no socket.
    pub by_reject: bool,
    /// Whether it is a copy of what this host sent to everybody, handed back to it (`PACKET_LOOPBACK`).
    pub loopback_copy: bool,
    /// Whether a bridge of this host put its frame together (`br_dev_xmit`).
    pub own_frame: bool,
    /// Whether what rejected it answers by a frame, out of the device that it came by, where no chain of IP sees it.
    pub answered_by_frame: bool,
    /// The VLAN that its frame is tagged with.
    pub tag: Option<u16>,
    /// Whether `TPROXY` gave it a socket.
    pub has_socket: bool,
    /// The IP lengths of its first and of its longest fragment, where it was put together from fragments.
    pub fragments: Option<(u16, u16)>,
    /// Whether it leaves whole if it fits.
    pub fragments_if_long: bool,
    /// What was answered of its source, where that is not known.
    pub source_told: SourceTold,
    pub loops: u8,
}

impl Skb {
    /// A packet that nothing has looked at yet.
    pub(super) fn new(sent: Sent, attached: CtAttachment, own: &OwnPacket) -> Self {
        Self {
            packet: sent.packet,
            mark: 0,
            entry: sent.entry,
            came_by: PathIface::None,
            iif: PathIface::None,
            oif: PathIface::None,
            route_dev: PathIface::None,
            next_hop: None,
            realms: 0,
            route_mtu: None,
            redirects: false,
            source_routed: None,
            options_read: false,
            stale_header: false,
            recorded: None,
            phys_in: PathIface::None,
            phys_out: PathIface::None,
            attached,
            zone: Zone::default(),
            helper: None,
            policy: None,
            // SYNPROXY's own template, which `CT` leaves alone.
            template: own.synproxy.is_some(),
            proxied: own.synproxy,
            frame: PacketType::Host,
            kind: RouteKind::Unicast,
            from_kernel: false,
            untracked_reply: own.untracked_reply,
            by_reject: own.tcp_reset,
            loopback_copy: false,
            own_frame: false,
            answered_by_frame: false,
            tag: None,
            has_socket: false,
            fragments: None,
            fragments_if_long: false,
            source_told: SourceTold::default(),
            loops: 0,
        }
    }

    /// The family of its tables.
    pub(crate) fn family(&self) -> Family {
        if self.packet.is_v6() { Family::Ip6 } else { Family::Ip }
    }

    /// The incoming interface for a look-up: `lo` of what has none, the empty name of one that is not known.
    pub(crate) fn iif_name(&self) -> Text {
        match &self.iif {
            PathIface::None => "lo".into(),
            PathIface::Unknown => Text::default(),
            PathIface::Named(name) => name.clone(),
        }
    }
}

/// What the kernel knows of a packet that it makes itself, beyond the packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnPacket {
    /// The source that its route is looked up by.
    pub route_src: Option<IpAddr>,
    /// The addresses by which its next hop is chosen, where they are not its own.
    pub route_hash: Option<(IpAddr, IpAddr)>,
    /// Where it goes, if it is a copy (`TEE`).
    pub gateway: Option<IpAddr>,
    /// The interface by which it has to leave.
    pub out_iface: Option<Text>,
    /// The interface that it has before it is sent, as what IPv6 tells its neighbours.
    pub in_iface: PathIface,
    /// `skb->mark`.
    pub mark: u32,
    /// Whether it answers an untracked packet.
    pub untracked_reply: bool,
    /// Whether it is a reset of REJECT's.
    pub tcp_reset: bool,
    /// Whether it leaves as a frame, unrouted.
    pub as_frame: bool,
    /// The operation whose SYNPROXY opens a connection by it.
    pub synproxy: Option<OpId>,
}

impl From<IpAddr> for OwnPacket {
    /// A packet that is routed by this source.
    fn from(src: IpAddr) -> Self {
        Self { route_src: Some(src), ..Self::default() }
    }
}
