//! `-m connbytes`: how much a flow has carried.
//!
//! - Written: `[!] --connbytes FROM[:TO]`, `--connbytes-mode`, `--connbytes-dir`.
//! - Listed: `connbytes 10000:100000 connbytes mode bytes connbytes direction both`.
//! - Kernel: `connbytes_mt` in `net/netfilter/xt_connbytes.c`. The packet at hand is counted, by its IP length.
//! - Flows are counted where `nf_conntrack_acct` is on; loading a rule with this test turns it on.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::{Ct, MatchContext};
use chainwalk_model::{
    ConditionKind, ConnbytesDir, ConnbytesMatch, ConnbytesMode, Observed, Range,
};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: ConnbytesMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let Ct::Flow(flow) = ctx.ct() else { return eval.lacks(ConditionKind::Connbytes, m.range.not) };
    if !flow.counts {
        return eval.lacks(ConditionKind::Connbytes, m.range.not);
    }
    let Some([original, reply]) = flow.counted else {
        return eval.untold(ConditionKind::Connbytes, m.range.not);
    };
    let (packets, bytes) = match m.dir {
        ConnbytesDir::Original => original,
        ConnbytesDir::Reply => reply,
        ConnbytesDir::Both => (original.0 + reply.0, original.1 + reply.1),
    };
    let what = match m.mode {
        ConnbytesMode::Packets => packets,
        ConnbytesMode::Bytes => bytes,
        ConnbytesMode::Avgpkt => bytes.checked_div(packets).unwrap_or(0),
    };
    let Range { first, last } = m.range.value;
    let holds = within(Range { first, last }, what);
    eval.holds(ConditionKind::Connbytes, m.range.not, holds, || Observed::Number(what));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::{Bench, flow};
    use chainwalk_model::{Inv, Match, Truth};

    #[track_caller]
    fn check(mode: ConnbytesMode, dir: ConnbytesDir, range: (bool, u64, u64), expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let mut counted = flow();
        (counted.counts, counted.counted) = (true, Some([(2, 100), (1, 60)]));
        bench.ct = Ct::Flow(counted);
        let range = Inv { not: range.0, value: Range { first: range.1, last: range.2 } };
        let m = ConnbytesMatch { range, mode, dir };
        assert_eq!(bench.test(&Match::Connbytes(m)), expect);
    }

    #[test]
    fn packets_bytes_and_their_quotient_are_looked_at() {
        use ConnbytesDir::{Both, Original, Reply};
        use ConnbytesMode::{Avgpkt, Bytes, Packets};
        check(Packets, Original, (false, 2, 2), Truth::Yes);
        check(Packets, Both, (false, 4, 9), Truth::No);
        check(Bytes, Both, (false, 160, u64::MAX), Truth::Yes);
        check(Bytes, Reply, (true, 0, 60), Truth::No);
        check(Avgpkt, Both, (false, 53, 53), Truth::Yes);
    }

    #[test]
    fn a_flow_that_is_not_counted_has_nothing_to_look_at() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let range = Inv { not: true, value: Range { first: 5, last: 9 } };
        let (mode, dir) = (ConnbytesMode::Bytes, ConnbytesDir::Both);
        let m = Match::Connbytes(ConnbytesMatch { range, mode, dir });
        assert_eq!(bench.test(&m), Truth::No);
        bench.ct = Ct::Flow(flow());
        assert_eq!(bench.test(&m), Truth::No);
    }
}
