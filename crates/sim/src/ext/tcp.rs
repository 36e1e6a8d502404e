//! `-m tcp`: ports, flags and options.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`, `[!] --tcp-flags MASK SET`, `[!] --syn`,
//!   `[!] --tcp-option KIND`.
//! - Listed: `tcp spt:A`, `dpts:A:B`, `flags:0x17/0x02`, `option=KIND`.
//! - Kernel: `tcp_mt` in `net/netfilter/xt_tcpudp.c`. iptables-nft writes ports and flags as expressions of
//!   its own and leaves out a range that holds every port, also an inverted one.
//! - A second or later fragment never holds, inverted or not.

use super::{Judge, backend, within};
use crate::eye::Eye;
use crate::wire::{Seen, seen};
use chainwalk_model::{Backend, Found, Inv, L4, Part, Range, TcpMatch};

pub(super) fn test(m: &TcpMatch, eye: &Eye, j: &mut Judge) {
    let native = backend(eye, j.at) == Backend::IptablesNft && m.option.is_none();
    let tcp = match &eye.packet.l4 {
        L4::Tcp(tcp) if seen(eye.packet, 20) == Seen::Whole => tcp,
        _ => {
            for (part, not) in [
                (Part::Sport, m.sport.map(|m| m.not)),
                (Part::Dport, m.dport.map(|m| m.not)),
                (Part::TcpFlags, m.flags.map(|m| m.not)),
                (Part::TcpOption, m.option.map(|m| m.not)),
            ] {
                if let Some(not) = not {
                    j.lacks(part, not);
                }
            }
            j.truth = chainwalk_model::Truth::No;
            return;
        }
    };
    port(m.sport, tcp.sport, Part::Sport, native, j);
    port(m.dport, tcp.dport, Part::Dport, native, j);
    if let Some(m) = m.flags {
        let holds = tcp.flags.0 & m.value.mask.0 == m.value.value.0;
        j.holds(Part::TcpFlags, m.not, holds, || Found::Flags(tcp.flags));
    }
    if let Some(m) = m.option {
        j.holds(Part::TcpOption, m.not, has_option(&tcp.options, m.value), || Found::Nothing);
    }
}

/// One port. `native` is iptables-nft's own expression.
pub(super) fn port(
    m: Option<Inv<Range<u16>>>,
    value: u16,
    part: Part,
    native: bool,
    j: &mut Judge,
) {
    if let Some(m) = m {
        let left_out = native && m.value == Range { first: 0, last: u16::MAX };
        let holds = if left_out { !m.not } else { within(m.value, value) };
        j.holds(part, m.not, holds, || Found::Number(u64::from(value)));
    }
}

/// Whether an option of that kind stands there, walked as the kernel walks: an end mark does not end it.
fn has_option(options: &[u8], kind: u8) -> bool {
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
