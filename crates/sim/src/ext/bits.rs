//! Tests of a single number: `-m mark`, `-m dscp`, `-m tos`, `-m length`.
//!
//! - Written: `[!] --mark VALUE[/MASK]`, `[!] --dscp VALUE`, `[!] --tos VALUE[/MASK]`,
//!   `[!] --length A[:B]`.
//! - Listed: `mark match 0x1/0xff`, `DSCP match 0x2e`, `tos match0x10/0x3f`, `length 60:65535`.
//! - Kernel: `xt_mark.c`, `xt_dscp.c`, `xt_length.c` in `net/netfilter`.
//! - The length is that of the IP packet with its header, as the header tells it.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, masked, within};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, Inv, Masked, Observed, Range};

/// Of what looks at the header: targets rewrite it.
pub(super) const HEADER: Facts = Facts::reading(Reads::HEADER);
pub(super) const MARK: Facts = Facts::reading(Reads::MARK);

pub(super) fn mark(m: Inv<Masked<u32>>, ctx: &MatchContext, eval: &mut Evaluation) {
    eval.holds(ConditionKind::Mark, m.not, masked(m.value, ctx.mark), || {
        Observed::Hex(u64::from(ctx.mark))
    });
}

pub(super) fn dscp(m: Inv<u8>, ctx: &MatchContext, eval: &mut Evaluation) {
    let dscp = ctx.packet.ip.tos >> 2;
    eval.holds(ConditionKind::Tos, m.not, dscp == m.value, || Observed::Hex(u64::from(dscp)));
}

pub(super) fn tos(m: Inv<Masked<u8>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let tos = ctx.packet.ip.tos;
    let holds = tos & m.value.mask == m.value.value;
    eval.holds(ConditionKind::Tos, m.not, holds, || Observed::Hex(u64::from(tos)));
}

pub(super) fn length(m: Inv<Range<u16>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let len = wire::total_len(ctx.packet);
    let range = Range { first: u32::from(m.value.first), last: u32::from(m.value.last) };
    eval.holds(ConditionKind::Length, m.not, within(range, len), || {
        Observed::Number(u64::from(len))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(m: &Match, bench: &Bench, expect: Truth) {
        assert_eq!(bench.test(m), expect);
    }

    #[test]
    fn a_mark_with_bits_outside_its_mask_never_fits() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.mark = 0x105;
        let m = |value, mask| Match::Mark(Inv { not: false, value: Masked { value, mask } });
        check(&m(5, 0xff), &bench, Truth::Yes);
        check(&m(5, u32::MAX), &bench, Truth::No);
        check(&m(0x105, 0xff), &bench, Truth::No);
    }

    #[test]
    fn dscp_is_the_upper_six_bits_of_tos() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.ip.tos = 0xb9;
        check(&Match::Dscp(Inv { not: false, value: 0x2e }), &bench, Truth::Yes);
        let value = Masked { value: 0x18, mask: 0x1e };
        check(&Match::Tos(Inv { not: false, value }), &bench, Truth::Yes);
    }

    #[test]
    fn the_length_counts_the_headers() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = |first, last| Match::Length(Inv { not: false, value: Range { first, last } });
        check(&m(40, 40), &bench, Truth::Yes);
        check(&m(41, 65535), &bench, Truth::No);
    }
}
