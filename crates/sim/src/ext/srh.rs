//! `-m srh`: the segment routing header of IPv6.
//!
//! - Written: `[!] --srh-next-hdr N`, `[!] --srh-hdr-len-eq N` and its kin, `[!] --srh-tag N`,
//!   `[!] --srh-psid ADDR[/LEN]`, `--srh-nsid`, `--srh-lsid`.
//! - Listed: `srh next-hdr:6 segs-left-gt:1 lsid  fd00::3/128`.
//! - Kernel: `net/ipv6/netfilter/ip6t_srh.c`. A routing header of another type, or one with more segments
//!   left than it has, never holds. The tag is compared as the machine reads its two bytes, on a little-endian
//!   one the lower first.

use super::extensions::{ROUTING, here};
use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use chainwalk_model::{AddrMask, Compare, ConditionKind, Inv, Observed, SrhMatch};
use std::net::{IpAddr, Ipv6Addr};

/// The type of a segment routing header.
const SEGMENTS: u8 = 4;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: &SrhMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some(header) = here(ctx.packet, ROUTING, eval) else { return };
    let [next, len, kind, left, last, _, tag @ ..] = header.as_slice() else { return };
    if *kind != SEGMENTS || left > last {
        return eval.lacks(ConditionKind::Module, false);
    }
    if let Some(m) = m.next_header {
        eval.holds(ConditionKind::NextHeader, m.not, m.value == *next, || Observed::Proto(*next));
    }
    for (part, all, value) in [
        (ConditionKind::HeaderLen, &m.header_len, *len),
        (ConditionKind::SegmentsLeft, &m.segments_left, *left),
        (ConditionKind::LastEntry, &m.last_entry, *last),
    ] {
        for m in all {
            let holds = match m.value {
                Compare::Eq(n) => value == n,
                Compare::Gt(n) => value > n,
                Compare::Lt(n) => value < n,
            };
            eval.holds(part, m.not, holds, || Observed::Number(value.into()));
        }
    }
    if let (Some(m), [a, b, ..]) = (m.tag, tag) {
        let tag = u16::from_le_bytes([*a, *b]);
        eval.holds(ConditionKind::SegmentTag, m.not, m.value == tag, || {
            Observed::Number(tag.into())
        });
    }
    let segment = |n: u8| {
        let at = 8 + usize::from(n) * 16;
        let bytes: [u8; 16] = header.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::from(Ipv6Addr::from(bytes)))
    };
    let previous = (left < last).then(|| segment(left + 1)).flatten();
    let following = left.checked_sub(1).and_then(segment);
    for (part, m, addr) in [
        (ConditionKind::PrevSegment, m.previous, previous),
        (ConditionKind::NextSegment, m.next, following),
        (ConditionKind::LastSegment, m.last, segment(0)),
    ] {
        if let Some(m) = m {
            one(part, m, addr, eval);
        }
    }
}

fn one(part: ConditionKind, m: Inv<AddrMask>, addr: Option<IpAddr>, eval: &mut Evaluation) {
    match addr {
        Some(addr) => eval.holds(part, m.not, m.value.holds(addr), || Observed::Addr(addr)),
        None => eval.lacks(part, m.not),
    }
}
