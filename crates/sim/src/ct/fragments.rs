//! Reassembly before everything else: with conntrack on, rules only ever see whole datagrams.
//!
//! Source: `net/ipv4/ip_fragment.c`. Overlapping fragments discard the queue, as the kernel does.

use super::timeouts::Timeouts;
use chainwalk_model::{IpHeader, Packet};
use std::net::IpAddr;

/// Fragments that wait for the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fragments {
    queues: Vec<Queue>,
}

/// Who gathers fragments, each in heaps of its own (`enum ip_defrag_users`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefragUser {
    /// Conntrack, of what comes in and is to be looked up in this zone.
    In(u16),
    /// Conntrack, of what goes out.
    Out(u16),
    /// What delivers to a socket.
    LocalDelivery,
}

#[derive(Clone, Debug)]
struct Queue {
    src: IpAddr,
    dst: IpAddr,
    proto: u8,
    id: u16,
    user: DefragUser,
    first_ms: u64,
    parts: Vec<(u32, u32)>,
    /// Where the datagram ends, once the last fragment came.
    end: Option<u32>,
    /// The whole datagram, as each fragment was cut from it; the headers of the first fragment.
    whole: Option<Packet>,
    tos: u8,
}

/// What became of a fragment.
#[derive(Clone, Debug)]
pub(crate) enum Gathered {
    /// It is kept until the rest comes.
    Kept,
    /// The kernel has it already.
    Duplicate,
    /// It overlaps another one: all of them are discarded.
    Overlap,
    /// The datagram is whole.
    Whole {
        /// The whole datagram.
        packet: Box<Packet>,
        /// The IP lengths of its first and of its longest fragment.
        lens: (u16, u16),
    },
}

impl Fragments {
    /// Takes a fragment in. Every fragment carries its datagram whole, and says which part it is.
    pub(crate) fn gather(
        &mut self,
        packet: &Packet,
        user: DefragUser,
        now_ms: u64,
        timeouts: &Timeouts,
    ) -> Gathered {
        self.queues.retain(|q| {
            let life = if q.src.is_ipv4() { timeouts.fragments } else { timeouts.fragments6 };
            now_ms.saturating_sub(q.first_ms) < life
        });
        let ip = &packet.ip;
        let at = self.queues.iter().position(|q| {
            q.src == ip.src
                && q.dst == ip.dst
                && q.proto == ip.proto
                && q.id == ip.id
                && q.user == user
        });
        let at = at.unwrap_or_else(|| {
            self.queues.push(Queue {
                src: ip.src,
                dst: ip.dst,
                proto: ip.proto,
                id: ip.id,
                user,
                first_ms: now_ms,
                parts: Vec::new(),
                end: None,
                whole: None,
                tos: 0,
            });
            self.queues.len() - 1
        });
        let queue = &mut self.queues[at];
        let first = u32::from(ip.frag_off);
        let len = ip.frag_len.map_or_else(|| whole_len(packet).saturating_sub(first), u32::from);
        let last = first + len;
        if queue.parts.iter().any(|p| p.0 <= first && last <= p.1) {
            return Gathered::Duplicate;
        }
        if queue.parts.iter().any(|p| first < p.1 && p.0 < last) {
            self.queues.remove(at);
            return Gathered::Overlap;
        }
        queue.parts.push((first, last));
        queue.tos |= ip.tos;
        if !ip.mf {
            queue.end = Some(last);
        }
        if first == 0 {
            queue.whole = Some(packet.clone());
        }
        let covered: u32 = queue.parts.iter().map(|p| p.1 - p.0).sum();
        if queue.end == Some(covered)
            && let Some(whole) = queue.whole.clone()
        {
            let queue_first = queue.parts.iter().find(|p| p.0 == 0).map_or(0, |p| p.1);
            let longest = queue.parts.iter().map(|p| p.1 - p.0).max().unwrap_or(0);
            self.queues.remove(at);
            let header = IpHeader { mf: false, frag_off: 0, frag_len: None, ..whole.ip.clone() };
            let before = if whole.is_v6() {
                48 + crate::wire::extensions_len(&whole)
            } else {
                20 + whole.ip.options.len() as u32
            };
            let lens = ((queue_first + before) as u16, (longest + before) as u16);
            return Gathered::Whole { packet: Box::new(Packet { ip: header, ..whole }), lens };
        }
        Gathered::Kept
    }
}

/// The length in bytes of a datagram's IP payload.
fn whole_len(packet: &Packet) -> u32 {
    let whole = Packet {
        ip: IpHeader { mf: false, frag_off: 0, frag_len: None, ..packet.ip.clone() },
        ..packet.clone()
    };
    let header = if packet.is_v6() {
        40 + crate::wire::extensions_len(packet)
    } else {
        20 + packet.ip.options.len() as u32
    };
    crate::wire::total_len(&whole).saturating_sub(header)
}
