//! `-m multiport`: up to fifteen ports.
//!
//! - Written: `[!] --sports`, `[!] --dports`, `[!] --ports A,B:C,…`.
//! - Listed: `multiport dports 22,80:90`, `multiport sports !53`.
//! - Kernel: `multiport_mt` in `net/netfilter/xt_multiport.c`.
//! - A second or later fragment never holds, inverted or not.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, Inv, Observed, PortSide, Range};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(
    side: PortSide,
    m: &Inv<Vec<Range<u16>>>,
    ctx: &MatchContext,
    eval: &mut Evaluation,
) {
    let part = match side {
        PortSide::Source => ConditionKind::Sport,
        PortSide::Destination => ConditionKind::Dport,
        PortSide::Either => ConditionKind::AnyPort,
    };
    if wire::seen(ctx.packet, 4) == wire::Seen::Short {
        eval.hotdrop();
    }
    let Some((sport, dport)) = wire::ports(ctx.packet) else { return eval.lacks(part, m.not) };
    let holds = m.value.iter().any(|range| match side {
        PortSide::Source => within(*range, sport),
        PortSide::Destination => within(*range, dport),
        PortSide::Either => within(*range, sport) || within(*range, dport),
    });
    let found = if side == PortSide::Source { sport } else { dport };
    eval.holds(part, m.not, holds, || Observed::Number(u64::from(found)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(side: PortSide, not: bool, ports: &[(u16, u16)], expect: Truth) {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let value = ports.iter().map(|(first, last)| Range { first: *first, last: *last });
        let ports = Inv { not, value: value.collect() };
        assert_eq!(bench.test(&Match::Multiport { side, ports }), expect);
    }

    #[test]
    fn one_of_the_ports_is_enough() {
        check(PortSide::Destination, false, &[(22, 22), (79, 81)], Truth::Yes);
        check(PortSide::Source, false, &[(22, 22), (79, 81)], Truth::No);
        check(PortSide::Either, false, &[(40000, 40000)], Truth::Yes);
        check(PortSide::Either, true, &[(40000, 40000)], Truth::No);
        check(PortSide::Source, true, &[(80, 80)], Truth::Yes);
    }

    #[test]
    fn a_later_fragment_holds_neither_way() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.ip.frag_off = 64;
        for not in [false, true] {
            let ports = Inv { not, value: vec![Range { first: 1, last: 1 }] };
            let m = Match::Multiport { side: PortSide::Either, ports };
            assert_eq!(bench.test(&m), Truth::No);
        }
    }
}
