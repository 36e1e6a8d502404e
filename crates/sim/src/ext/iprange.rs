//! `-m iprange`: addresses from one to another.
//!
//! - Written: `[!] --src-range A-B`, `[!] --dst-range A-B`.
//! - Listed: `source IP range 10.0.0.1-10.0.0.9`, `! destination IP range …`.
//! - Kernel: `iprange_mt` in `net/netfilter/xt_iprange.c`.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, IprangeMatch, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &IprangeMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let ip = &ctx.packet.ip;
    for (part, m, addr) in
        [(ConditionKind::Src, m.src, ip.src), (ConditionKind::Dst, m.dst, ip.dst)]
    {
        let Some(m) = m else { continue };
        let untold = match part {
            ConditionKind::Src => ctx.source_untold(),
            _ => ctx.destination_untold(),
        };
        if untold {
            eval.untold(part, m.not);
        } else {
            eval.holds(part, m.not, within(m.value, addr), || Observed::Addr(addr));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, Match, Range, Truth};

    #[track_caller]
    fn check(not: bool, first: &str, last: &str, expect: Truth) {
        let bench = Bench::tcp("10.0.0.10", "10.0.0.2");
        let value = Range { first: first.parse().unwrap(), last: last.parse().unwrap() };
        let src = Some(Inv { not, value });
        let m = Match::Iprange(Box::new(IprangeMatch { src, dst: None }));
        assert_eq!(bench.test(&m), expect);
    }

    #[test]
    fn addresses_are_compared_as_numbers() {
        check(false, "10.0.0.9", "10.0.0.10", Truth::Yes);
        check(false, "10.0.0.2", "10.0.0.9", Truth::No);
        check(true, "10.0.0.2", "10.0.0.9", Truth::Yes);
    }
}
