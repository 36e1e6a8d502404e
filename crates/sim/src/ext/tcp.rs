//! `-m tcp`: ports, flags and options.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`, `[!] --tcp-flags MASK SET`, `[!] --syn`,
//!   `[!] --tcp-option KIND`.
//! - Listed: `tcp spt:A`, `dpts:A:B`, `flags:0x17/0x02`, `option=KIND`.
//! - Kernel: `tcp_mt` in `net/netfilter/xt_tcpudp.c`, for which a packet without a whole header never
//!   holds, inverted or not. iptables-nft writes ports and flags as expressions of its own: each reads its
//!   bytes alone, and a range that holds every port is left out, also an inverted one.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend, within};
use crate::context::MatchContext;
use crate::wire::{Seen, l4_header_len, seen};
use chainwalk_model::{Backend, ConditionKind, Inv, L4, Observed, OpId, Range, TcpMatch, Truth};

/// Bytes of a header without options.
pub(super) const HEADER: u32 = 20;

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &TcpMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let native = is_native(m, ctx, eval.at);
    let tcp = match &ctx.packet.l4 {
        L4::Tcp(tcp) => Some(tcp),
        _ => None,
    };
    let read = |need| {
        let need = if native { need } else { HEADER };
        tcp.filter(|_| seen(ctx.packet, need) == Seen::Whole)
    };
    port(m.sport, read(2).map(|t| t.sport), ConditionKind::Sport, native, eval);
    port(m.dport, read(4).map(|t| t.dport), ConditionKind::Dport, native, eval);
    if let Some(m) = m.flags {
        match read(14) {
            Some(tcp) => {
                let holds = tcp.flags.0 & m.value.mask.0 == m.value.value.0;
                eval.holds(ConditionKind::TcpFlags, m.not, holds, || Observed::Flags(tcp.flags));
            }
            None => eval.lacks(ConditionKind::TcpFlags, m.not),
        }
    }
    if let Some(m) = m.option {
        match read(HEADER) {
            Some(tcp) => {
                let holds = has_option(&tcp.options, m.value);
                eval.holds(ConditionKind::TcpOption, m.not, holds, || Observed::Nothing);
            }
            None => eval.lacks(ConditionKind::TcpOption, m.not),
        }
    }
    if native {
        return;
    }
    if read(HEADER).is_none() {
        eval.truth = Truth::No;
    }
    let short = |need| seen(ctx.packet, need) == Seen::Short;
    let options_cut = m.option.is_some() && short(l4_header_len(ctx.packet));
    let cut = ctx.packet.ip.frag_off == 8 || short(HEADER) || options_cut;
    if cut && eval.truth == Truth::No {
        eval.hotdrop();
    }
}

/// Whether iptables-nft writes this test without the kernel's `tcp` match.
fn is_native(m: &TcpMatch, ctx: &MatchContext, at: OpId) -> bool {
    backend(ctx, at) == Backend::IptablesNft
        && m.option.is_none()
        && (says(m.sport) || says(m.dport) || m.flags.is_some())
}

/// Whether a port is asked for; one that may be any is not.
pub(super) fn says(m: Option<Inv<Range<u16>>>) -> bool {
    m.is_some_and(|m| m.not || m.value != ANY)
}

const ANY: Range<u16> = Range { first: 0, last: u16::MAX };

/// One port, where it can be read. `native` is iptables-nft's own expression.
pub(super) fn port(
    m: Option<Inv<Range<u16>>>,
    value: Option<u16>,
    part: ConditionKind,
    native: bool,
    eval: &mut Evaluation,
) {
    let Some(m) = m else { return };
    let found = || value.map_or(Observed::Nothing, |v| Observed::Number(u64::from(v)));
    match value {
        _ if native && m.value == ANY => eval.say(part, m.not, Truth::Yes, found),
        Some(value) => eval.holds(part, m.not, within(m.value, value), found),
        None => eval.lacks(part, m.not),
    }
}

/// Whether an option of that kind stands there, walked as the kernel walks: an end mark does not end it.
pub(super) fn has_option(options: &[u8], kind: u8) -> bool {
    let mut at = 0;
    while let Some(this) = options.get(at) {
        if *this == kind {
            return true;
        }
        at += match this {
            0 | 1 => 1,
            _ => options.get(at + 1).map_or(1, |len| usize::from(*len).max(1)),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Masked, Match, TcpFlags, Truth};

    #[track_caller]
    fn check(m: TcpMatch, bench: &Bench, expect: Truth) {
        assert_eq!(bench.test(&Match::Tcp(m)), expect);
    }

    fn ports(not: bool, first: u16, last: u16) -> TcpMatch {
        let dport = Some(Inv { not, value: Range { first, last } });
        TcpMatch { dport, ..TcpMatch::default() }
    }

    fn option(not: bool, value: u8) -> TcpMatch {
        TcpMatch { option: Some(Inv { not, value }), ..TcpMatch::default() }
    }

    #[test]
    fn a_range_holds_both_its_ends() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(ports(false, 80, 90), &bench, Truth::Yes);
        check(ports(false, 70, 80), &bench, Truth::Yes);
        check(ports(false, 81, 90), &bench, Truth::No);
        check(ports(true, 81, 90), &bench, Truth::Yes);
        check(ports(true, 0, 65535), &bench, Truth::No);
    }

    #[test]
    fn flags_outside_the_mask_do_not_count() {
        let syn = |not| {
            let value = Masked { value: TcpFlags(0x02), mask: TcpFlags(0x17) };
            TcpMatch { flags: Some(Inv { not, value }), ..TcpMatch::default() }
        };
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        if let L4::Tcp(tcp) = &mut bench.packet.l4 {
            tcp.flags = TcpFlags(0xc2);
        }
        check(syn(false), &bench, Truth::Yes);
        check(syn(true), &bench, Truth::No);
    }

    #[test]
    fn a_later_fragment_has_no_ports_to_differ() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.ip.frag_off = 24;
        check(ports(false, 80, 80), &bench, Truth::No);
        check(ports(true, 81, 81), &bench, Truth::No);
        check(TcpMatch::default(), &bench, Truth::No);
    }

    #[test]
    fn iptables_nft_leaves_out_what_holds_every_port() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2").of_nft();
        check(ports(true, 0, 65535), &bench, Truth::Yes);
        check(ports(true, 81, 81), &bench, Truth::Yes);
        bench.packet.ip.frag_off = 24;
        check(ports(true, 0, 65535), &bench, Truth::Yes);
        check(ports(true, 81, 81), &bench, Truth::No);
        check(TcpMatch::default(), &bench, Truth::No);
    }

    #[test]
    fn a_header_that_is_cut_drops_the_packet() {
        let m = Match::Tcp(ports(false, 80, 80));
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        assert!(!bench.hotdrops(&m));
        (bench.packet.ip.mf, bench.packet.ip.frag_len) = (true, Some(8));
        assert_eq!(bench.test(&m), Truth::No);
        assert!(bench.hotdrops(&m));
        let bench = bench.of_nft();
        assert_eq!(bench.test(&m), Truth::Yes);
        assert!(!bench.hotdrops(&m));
    }

    #[test]
    fn options_are_walked_past_no_operation_and_end() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(option(false, 2), &bench, Truth::No);
        check(option(true, 2), &bench, Truth::Yes);
        if let L4::Tcp(tcp) = &mut bench.packet.l4 {
            tcp.options = vec![1, 0, 3, 3, 7, 2, 4, 5].into();
        }
        check(option(false, 2), &bench, Truth::Yes);
        check(option(false, 3), &bench, Truth::Yes);
        check(option(false, 4), &bench, Truth::No);
        check(option(true, 3), &bench, Truth::No);
    }
}
