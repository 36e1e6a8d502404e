//! What a TCP segment says of its flow: where it ends, and its options.

use chainwalk_model::{Packet, Tcp as Header, TcpFlags};

/// The sender scales its window.
pub(super) const WSCALE: u8 = 8;
/// The sender takes SACK.
pub(super) const SACK: u8 = 16;

/// Whether sequence number `a` lies before `b`.
pub(super) fn before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}

pub(super) fn after(a: u32, b: u32) -> bool {
    before(b, a)
}

/// Sequence number behind the segment.
pub(super) fn segment_end(header: &Header, packet: &Packet) -> u32 {
    header
        .seq
        .wrapping_add(packet.payload.len() as u32)
        .wrapping_add(u32::from(header.flags.has(TcpFlags::SYN)))
        .wrapping_add(u32::from(header.flags.has(TcpFlags::FIN)))
}

/// The options of a header: each kind, and the bytes behind its length.
fn options(header: &Header) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = &header.options[..];
    std::iter::from_fn(move || {
        while let [1, tail @ ..] = rest {
            rest = tail;
        }
        let (&kind, &len) = (rest.first().filter(|k| **k != 0)?, rest.get(1)?);
        let value = rest.get(2..usize::from(len))?;
        rest = &rest[usize::from(len)..];
        Some((kind, value))
    })
}

/// Window scale and SACK permission of a SYN (`tcp_options`).
pub(super) fn read_options(header: &Header) -> (u8, u8) {
    let (mut scale, mut flags) = (0, 0);
    for option in options(header) {
        match option {
            (4, []) => flags |= SACK,
            (3, [shift]) => {
                scale = (*shift).min(14);
                flags |= WSCALE;
            }
            _ => {}
        }
    }
    (scale, flags)
}

/// The highest SACK edge of a packet, or its ACK where it has none (`tcp_sack`).
pub(super) fn sack_of(header: &Header) -> u32 {
    let mut best = header.ack;
    for (kind, edges) in options(header) {
        if kind == 5 && !edges.is_empty() && edges.len() % 8 == 0 {
            for edge in edges.chunks_exact(8) {
                let right = u32::from_be_bytes([edge[4], edge[5], edge[6], edge[7]]);
                if after(right, best) {
                    best = right;
                }
            }
        }
    }
    best
}
