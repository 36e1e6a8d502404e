//! `-m icmp` and `-m icmp6`: type and code.
//!
//! - Written: `[!] --icmp-type TYPE[/CODE]`, by number or name; `any` is type 255.
//! - Listed: `icmptype 3 code 1`, `ipv6-icmptype 128`.
//! - Kernel: `icmp_match` in `net/ipv4/netfilter/ip_tables.c`, `icmp6_match` in `ip6_tables.c`.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::MatchContext;
use crate::wire::{Seen, seen};
use chainwalk_model::{ConditionKind, IcmpMatch, Inv, L4, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: Inv<IcmpMatch>, ctx: &MatchContext, eval: &mut Evaluation) {
    if seen(ctx.packet, 4) == Seen::Short {
        eval.hotdrop();
    }
    let L4::Icmp(icmp) = &ctx.packet.l4 else { return eval.lacks(ConditionKind::Icmp, m.not) };
    if seen(ctx.packet, 4) != Seen::Whole {
        return eval.lacks(ConditionKind::Icmp, m.not);
    }
    let holds = match m.value.kind {
        None => true,
        Some(255) if !ctx.packet.is_v6() => true,
        Some(kind) => kind == icmp.kind && within(m.value.code, icmp.code),
    };
    eval.holds(ConditionKind::Icmp, m.not, holds, || {
        Observed::Hex(u64::from(icmp.kind) << 8 | u64::from(icmp.code))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Icmp, Match, Range, Truth, proto};

    #[track_caller]
    fn check(not: bool, kind: Option<u8>, code: (u8, u8), expect: Truth) {
        let icmp = Icmp { kind: 3, code: 1, id: 0, seq: 0, inner: None };
        let bench = Bench::of("1.2.3.4", "10.0.0.2", proto::ICMP, L4::Icmp(icmp));
        let code = Range { first: code.0, last: code.1 };
        let m = Match::Icmp(Inv { not, value: IcmpMatch { kind, code } });
        assert_eq!(bench.test(&m), expect);
    }

    #[test]
    fn a_type_has_any_code_unless_one_is_named() {
        check(false, Some(3), (0, 255), Truth::Yes);
        check(false, Some(3), (1, 1), Truth::Yes);
        check(false, Some(3), (3, 3), Truth::No);
        check(true, Some(3), (3, 3), Truth::Yes);
        check(false, Some(11), (0, 255), Truth::No);
    }

    #[test]
    fn type_255_is_any() {
        check(false, Some(255), (0, 255), Truth::Yes);
        check(true, Some(255), (0, 255), Truth::No);
    }

    #[test]
    fn another_protocol_has_no_type() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let code = Range { first: 0, last: 255 };
        for not in [false, true] {
            let m = Match::Icmp(Inv { not, value: IcmpMatch { kind: Some(8), code } });
            assert_eq!(bench.test(&m), Truth::No);
        }
    }
}
