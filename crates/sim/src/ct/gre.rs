//! GRE as conntrack sees it: PPTP's calls are told apart, every other GRE of two hosts is one flow.
//!
//! Source: `gre_pkt_to_tuple` in `nf_conntrack_proto_gre.c`. A call's answers carry a number of their own, so
//! that without the helper of PPTP they are another flow.

use chainwalk_model::Packet;

/// The version that carries PPTP.
const PPTP: u8 = 1;
/// The protocol that PPTP carries.
const PPP: [u8; 2] = [0x88, 0x0b];

/// The number of a packet's call, 0 where it has none; `None` where conntrack refuses the packet.
pub(super) fn call(packet: &Packet) -> Option<u16> {
    match *packet.payload {
        [_, flags, p0, p1, _, _, c0, c1, ..] if flags & 7 == PPTP => {
            ([p0, p1] == PPP).then_some(u16::from_be_bytes([c0, c1]))
        }
        _ => Some(0),
    }
}
