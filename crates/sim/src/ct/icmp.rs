//! ICMP and ICMPv6 as conntrack sees them.
//!
//! Sources: `nf_conntrack_proto_icmp.c`, `nf_conntrack_proto_icmpv6.c`.

use chainwalk_model::{L4, Packet, proto};

/// Whether a message of this type reports an error about another packet.
pub(crate) fn is_error(proto: u8, kind: u8) -> bool {
    match proto {
        proto::ICMP => matches!(kind, 3 | 4 | 5 | 11 | 12),
        proto::ICMPV6 => kind < 128,
        _ => false,
    }
}

/// Whether no error is sent about a message of this type: it reports one itself, or is of a type that the kernel
/// does not know or has let go of (`icmp_pointers`).
pub(crate) fn is_unanswered(proto: u8, kind: u8) -> bool {
    let let_go = proto == proto::ICMP && matches!(kind, 1 | 2 | 6 | 7 | 9 | 10 | 19..);
    let_go || is_error(proto, kind)
}

/// Whether conntrack leaves a message alone: multicast listeners, routers and neighbours of IPv6
/// (`noct_valid_new`).
pub(super) fn is_exempt(proto: u8, kind: u8) -> bool {
    proto == proto::ICMPV6 && matches!(kind, 130..=136 | 143)
}

/// The packet that an error message quotes.
pub(crate) fn quoted(packet: &Packet) -> Option<&Packet> {
    match &packet.l4 {
        L4::Icmp(icmp) => icmp.inner.as_deref(),
        _ => None,
    }
}

/// The type of the answer to a message, or of the question an answer is for.
pub(super) fn answer_type(proto: u8, kind: u8) -> Option<u8> {
    match (proto, kind) {
        (proto::ICMP, 8) => Some(0),
        (proto::ICMP, 0) => Some(8),
        (proto::ICMP, 13 | 15 | 17) => Some(kind + 1),
        (proto::ICMP, 14 | 16 | 18) => Some(kind - 1),
        (proto::ICMPV6, 128) => Some(129),
        (proto::ICMPV6, 129) => Some(128),
        (proto::ICMPV6, 139) => Some(140),
        (proto::ICMPV6, 140) => Some(139),
        _ => None,
    }
}

/// Whether a message of this type may begin a flow.
pub(super) fn may_begin(proto: u8, kind: u8) -> bool {
    match proto {
        proto::ICMP => matches!(kind, 8 | 13 | 15 | 17),
        _ => matches!(kind, 128 | 139),
    }
}
