//! `-m sctp`: ports, and the chunks of the packet.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`, `[!] --chunk-types SCOPE TYPE[:FLAGS],…`.
//! - Listed: `sctp dpt:5 any DATA:Be,INIT`.
//! - Kernel: `net/netfilter/xt_sctp.c`. Chunks are looked at only where the ports fit. A chunk of length 0,
//!   or one whose header is cut, drops the packet; inverted the test holds first, but for iptables-nft.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend, truth};
use super::udp;
use crate::context::MatchContext;
use crate::wire::{self, Seen};
use chainwalk_model::{
    Backend, ChunkScope, ConditionKind, Observed, Packet, SctpChunks, SctpMatch, Truth,
};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &SctpMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    udp::test(&m.ports, ctx, eval);
    if wire::seen(ctx.packet, udp::SCTP_HEADER) == Seen::Short {
        eval.hotdrop();
    }
    let Some(chunks) = &m.chunks else { return };
    if let Some(holds) = walk(ctx.packet, &chunks.value) {
        let found = || Observed::Name(kinds(ctx.packet).join(",").into());
        eval.holds(ConditionKind::Chunks, chunks.not, holds, found);
    } else {
        if eval.truth == Truth::Yes {
            eval.hotdrop();
        }
        let holds = chunks.not && backend(ctx, eval.at) == Backend::Legacy;
        eval.say(ConditionKind::Chunks, chunks.not, truth(holds), || Observed::Nothing);
    }
}

/// Type, flags and length of each chunk, as far as they can be read; `None` ends what can't.
fn each(p: &Packet) -> impl Iterator<Item = Option<(u8, u8)>> {
    let bytes = wire::transport_bytes(p).unwrap_or_default();
    let mut at = udp::SCTP_HEADER as usize;
    let mut first = true;
    std::iter::from_fn(move || {
        if at >= bytes.len() && !first {
            return None;
        }
        first = false;
        let head = bytes.get(at..at + 4);
        let len = head.map_or(0, |h| usize::from(u16::from_be_bytes([h[2], h[3]])));
        let found = head.filter(|_| len > 0).map(|h| (h[0], h[1]));
        at = if found.is_some() { at + len.next_multiple_of(4) } else { usize::MAX };
        Some(found)
    })
}

/// Whether the chunks are those asked for; `None` where one that decides can't be read.
fn walk(p: &Packet, m: &SctpChunks) -> Option<bool> {
    let mut missing = m.types.clone();
    for chunk in each(p) {
        let (kind, flags) = chunk?;
        let under = m.flags.iter().find(|f| f.0 == kind).map(|f| f.1);
        let fits = m.types.contains(&kind) && under.is_none_or(|m| flags & m.mask == m.value);
        match m.scope {
            ChunkScope::Any if fits => return Some(true),
            ChunkScope::Only if !fits => return Some(false),
            ChunkScope::All if fits => missing.retain(|t| *t != kind),
            _ => {}
        }
    }
    Some(match m.scope {
        ChunkScope::All => missing.is_empty(),
        ChunkScope::Any => false,
        ChunkScope::Only => true,
    })
}

fn kinds(p: &Packet) -> Vec<String> {
    each(p).flatten().map(|(kind, _)| kind.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, L4, Masked, Match, proto};

    #[track_caller]
    fn check(scope: ChunkScope, types: &[u8], flags: &[(u8, Masked<u8>)], expect: Truth) {
        let l4 = L4::Sctp { sport: 1, dport: 2, tag: 0 };
        let mut bench = Bench::of("1.2.3.4", "10.0.0.2", proto::SCTP, l4);
        bench.packet.payload = (*b"\x03\0\0\x05xyzz\0\x03\0\x04").into();
        let value = SctpChunks { scope, types: types.to_vec(), flags: flags.to_vec() };
        let chunks = Some(Inv { not: false, value });
        assert_eq!(
            bench.test(&Match::Sctp(Box::new(SctpMatch { chunks, ..SctpMatch::default() }))),
            expect
        );
    }

    #[test]
    fn a_packet_of_sack_and_data() {
        check(ChunkScope::All, &[0, 3], &[], Truth::Yes);
        check(ChunkScope::All, &[0, 1], &[], Truth::No);
        check(ChunkScope::Any, &[0, 1], &[], Truth::Yes);
        check(ChunkScope::Only, &[0, 3, 4], &[], Truth::Yes);
        check(ChunkScope::Only, &[3], &[], Truth::No);
        let begins = |value| [(0, Masked { value, mask: 2 })];
        check(ChunkScope::Any, &[0], &begins(2), Truth::Yes);
        check(ChunkScope::Any, &[0], &begins(0), Truth::No);
    }
}
