//! `-m frag`, `-m rt`, `-m hbh`, `-m dst`, `-m mh`, `-m ipv6header`: the extension headers of IPv6.
//!
//! - Written: `--fragid`, `--rt-type`, `--hbh-opts`, `--dst-len`, `--mh-type`, `--header` and their kin.
//! - Listed: `frag id:5 first`, `rt type:0 segsleft:1`, `hbh opts 5:2`, `mh 5`, `ipv6header flags:0x80 soft`.
//! - Kernel: `ip6t_frag.c`, `ip6t_rt.c`, `ip6t_hbh.c`, `ip6t_mh.c`, `ip6t_ipv6header.c` in
//!   `net/ipv6/netfilter`. A packet without the header never holds, inverted or not; the first header of its
//!   kind counts. `--fraglen` is never looked at; an option's length of 255 is any.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{
    ConditionKind, FragMatch, Inv, Ipv6HeaderMatch, Observed, OptionsMatch, Packet, Range, RtMatch,
    Truth,
};
use std::net::Ipv6Addr;

/// The extension headers' protocol numbers.
pub(super) const HOP: u8 = 0;
/// Routing (`NEXTHDR_ROUTING`).
pub(super) const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const ESP: u8 = 50;
const AH: u8 = 51;
const NONE: u8 = 59;
/// Destination options (`NEXTHDR_DEST`).
pub(super) const DEST: u8 = 60;
/// Bytes of a mobility header that the kernel reads.
const MOBILITY: usize = 6;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn frag(m: &FragMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some(header) = here(ctx.packet, FRAGMENT, eval) else { return };
    let id = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    let place = u16::from_be_bytes([header[2], header[3]]);
    if let Some(m) = m.id {
        eval.holds(ConditionKind::FragId, m.not, within(m.value, id), || {
            Observed::Number(id.into())
        });
    }
    if m.reserved {
        let reserved = header[1] | (place & 6) as u8;
        eval.holds(ConditionKind::Reserved, false, reserved == 0, || {
            Observed::Hex(reserved.into())
        });
    }
    let asked = [(m.first, place & !7 == 0), (m.more, place & 1 == 1), (m.last, place & 1 == 0)];
    for (_, holds) in asked.into_iter().filter(|a| a.0) {
        eval.holds(ConditionKind::FragPlace, false, holds, || {
            Observed::Number(u64::from(place & !7))
        });
    }
}

pub(super) fn rt(m: &RtMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some(header) = here(ctx.packet, ROUTING, eval) else { return };
    let (kind, left, len) = (header[2], header[3], header.len() as u32);
    if let Some(m) = m.segments_left {
        let holds = within(m.value, u32::from(left));
        eval.holds(ConditionKind::SegmentsLeft, m.not, holds, || Observed::Number(left.into()));
    }
    number(m.len, ConditionKind::HeaderLen, len, eval);
    number(m.kind, ConditionKind::HeaderType, u32::from(kind), eval);
    if m.reserved {
        let reserved = header.get(4..8).is_some_and(|r| r == [0; 4]);
        eval.holds(ConditionKind::Reserved, false, reserved, || Observed::Nothing);
    }
    if m.addrs.is_empty() {
        return;
    }
    let addrs: Vec<Ipv6Addr> = header
        .get(8..)
        .unwrap_or_default()
        .chunks_exact(16)
        .filter_map(|a| <[u8; 16]>::try_from(a).ok().map(Ipv6Addr::from))
        .collect();
    let holds = if m.not_strict {
        let mut wanted = m.addrs.iter();
        let mut next = wanted.next();
        for addr in &addrs {
            if next == Some(addr) {
                next = wanted.next();
            }
        }
        next.is_none()
    } else {
        addrs == m.addrs
    };
    let told = || addrs.iter().map(Ipv6Addr::to_string).collect::<Vec<_>>().join(",");
    eval.holds(ConditionKind::RoutingAddrs, false, holds, || Observed::Name(told().into()));
}

/// The hop-by-hop or the destination options, by `kind`.
pub(super) fn options(m: &OptionsMatch, kind: u8, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some(header) = here(ctx.packet, kind, eval) else { return };
    number(m.len, ConditionKind::HeaderLen, header.len() as u32, eval);
    if m.opts.is_empty() {
        return;
    }
    let mut left = &header[2..];
    let mut holds = true;
    for (n, (kind, len)) in m.opts.iter().enumerate() {
        let has = match left {
            [0, ..] => Some((0, 0, 1)),
            [kind, len, ..] => Some((*kind, *len, usize::from(*len) + 2)),
            _ => None,
        };
        let fits = |has: (u8, u8, usize)| {
            has.0 == *kind && (has.0 == 0 || len.is_none_or(|l| l == u8::MAX || l == has.1))
        };
        let last = n + 1 == m.opts.len();
        let Some(found) = has.filter(|h| fits(*h) && (last || h.2 <= left.len())) else {
            holds = false;
            break;
        };
        left = left.get(found.2..).unwrap_or_default();
    }
    eval.holds(ConditionKind::HeaderOptions, false, holds, || {
        Observed::Name(listed(&header[2..]).into())
    });
}

/// The options as a rule would write them.
fn listed(mut left: &[u8]) -> String {
    let mut all = Vec::new();
    while let Some((kind, rest)) = left.split_first() {
        let len = rest.first().filter(|_| *kind != 0);
        all.push(len.map_or_else(|| kind.to_string(), |len| format!("{kind}:{len}")));
        left = left.get(len.map_or(1, |len| usize::from(*len) + 2)..).unwrap_or_default();
    }
    all.join(",")
}

pub(super) fn mh(m: Option<Inv<Range<u8>>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let not = m.is_some_and(|m| m.not);
    if let Some(header) = wire::transport_bytes(ctx.packet).filter(|_| !broken_mh(ctx.packet)) {
        let kind = header[2];
        let holds = m.is_none_or(|m| within(m.value, kind));
        eval.holds(ConditionKind::HeaderType, not, holds, || Observed::Number(kind.into()));
    } else {
        if broken_mh(ctx.packet) {
            eval.hotdrop();
        }
        eval.lacks(ConditionKind::HeaderType, not);
    }
}

/// Whether the kernel drops a packet for its mobility header: one that is cut, or has something behind it.
fn broken_mh(p: &Packet) -> bool {
    wire::transport_bytes(p).is_some_and(|b| b.len() < MOBILITY || b[0] != NONE)
}

pub(super) fn ipv6header(m: Ipv6HeaderMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let p = ctx.packet;
    let mut has = 0;
    for (kind, _) in wire::extensions(p) {
        has |= bit(kind);
    }
    has |= match p.ip.proto {
        // Behind the fragment header of a later fragment the number alone counts.
        ESP => 4,
        NONE => 2,
        _ => 1,
    };
    let wanted = m.headers.value;
    let holds = if m.soft {
        let asked = if m.headers.not { 0 } else { wanted };
        has & wanted == asked
    } else {
        (has == wanted) != m.headers.not
    };
    let truth = if holds { Truth::Yes } else { Truth::No };
    eval.say(ConditionKind::Headers, m.headers.not, truth, || Observed::Name(names(has).into()));
}

fn bit(kind: u8) -> u8 {
    match kind {
        HOP => 0x80,
        DEST => 0x40,
        ROUTING => 0x20,
        FRAGMENT => 0x10,
        AH => 8,
        _ => 0,
    }
}

fn names(bits: u8) -> String {
    let set = |(at, _): &(usize, &&str)| bits & (0x80 >> at) != 0;
    let all = Ipv6HeaderMatch::NAMES.iter().enumerate().filter(set).map(|(_, n)| *n);
    all.collect::<Vec<_>>().join(",")
}

/// The first header of a kind; where there is none, that is a condition that fails.
pub(super) fn here(p: &Packet, kind: u8, eval: &mut Evaluation) -> Option<Vec<u8>> {
    let header = wire::extension(p, kind).filter(|h| h.len() >= 8);
    match header {
        Some(_) => eval.holds(ConditionKind::Module, false, true, || Observed::Proto(kind)),
        None => eval.lacks(ConditionKind::Module, false),
    }
    header
}

fn number(m: Option<Inv<u32>>, part: ConditionKind, value: u32, eval: &mut Evaluation) {
    if let Some(m) = m {
        eval.holds(part, m.not, m.value == value, || Observed::Number(value.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Extension, L4, Match, proto};

    fn bench(extensions: &[(u8, &[u8])]) -> Bench {
        let udp = L4::Udp { sport: 1, dport: 2 };
        let mut bench = Bench::of("fd00::1", "fd00::2", proto::UDP, udp);
        let all =
            extensions.iter().map(|(kind, body)| Extension { kind: *kind, body: (*body).into() });
        bench.packet.ip.extensions = all.collect();
        bench
    }

    const HOPS: (u8, &[u8]) = (HOP, &[0, 5, 2, 0, 0, 1, 0]);

    #[test]
    fn options_are_asked_in_their_order() {
        let m =
            |opts: &[(u8, Option<u8>)]| Match::Hbh(OptionsMatch { len: None, opts: opts.to_vec() });
        let bench = bench(&[HOPS]);
        assert_eq!(bench.test(&m(&[])), Truth::Yes);
        assert_eq!(bench.test(&m(&[(5, Some(2)), (1, None)])), Truth::Yes);
        assert_eq!(bench.test(&m(&[(5, Some(3))])), Truth::No);
        assert_eq!(bench.test(&m(&[(1, None)])), Truth::No);
        assert_eq!(bench.test(&Match::Dst(OptionsMatch::default())), Truth::No);
    }

    #[test]
    fn headers_are_these_or_at_least_these() {
        let m = |value, not, soft| {
            Match::Ipv6Header(Ipv6HeaderMatch { headers: Inv { not, value }, soft })
        };
        let bench = bench(&[HOPS]);
        assert_eq!(bench.test(&m(0x81, false, false)), Truth::Yes);
        assert_eq!(bench.test(&m(0x80, false, false)), Truth::No);
        assert_eq!(bench.test(&m(0x80, false, true)), Truth::Yes);
        assert_eq!(bench.test(&m(0x20, true, true)), Truth::Yes);
        assert_eq!(bench.test(&m(0xa0, true, true)), Truth::No);
    }

    #[test]
    fn addresses_of_a_route_stand_in_their_order() {
        let mut body = vec![4, 0, 1, 0, 0, 0, 0];
        for last in 1..3 {
            body.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
        }
        let bench = bench(&[(ROUTING, &body)]);
        let m = |addrs: &[&str], not_strict| {
            let addrs = addrs.iter().map(|a| a.parse().unwrap()).collect();
            Match::Rt(Box::new(RtMatch { addrs, not_strict, ..RtMatch::default() }))
        };
        assert_eq!(bench.test(&m(&["fd00::1", "fd00::2"], false)), Truth::Yes);
        assert_eq!(bench.test(&m(&["fd00::2"], false)), Truth::No);
        assert_eq!(bench.test(&m(&["fd00::2"], true)), Truth::Yes);
        assert_eq!(bench.test(&m(&["fd00::2", "fd00::1"], true)), Truth::No);
    }
}
