//! `-m statistic`: one packet of so many, by chance or by turn.
//!
//! - Written: `--mode random [!] --probability P`, `--mode nth [!] --every N --packet P`.
//! - Listed: `statistic mode random probability 0.50000000000`, `statistic mode nth every 3 packet 1`.
//! - Kernel: `statistic_mt` in `net/netfilter/xt_statistic.c`. A probability counts in steps of 2⁻³¹.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::match_state::MatchState;
use crate::state::statistic::Counter;
use chainwalk_model::{ConditionKind, Inv, Observed, Statistic, Truth};

pub(super) fn facts(m: &Inv<Statistic>) -> Facts<'_> {
    match m.value {
        Statistic::Random(_) => Facts::reading(Reads::CHANCE),
        Statistic::Nth { .. } => Facts::reading(Reads::UNFOLLOWED).remembering(),
    }
}

pub(super) fn test(m: Inv<Statistic>, memory: &mut MatchState, eval: &mut Evaluation) {
    match m.value {
        Statistic::Random(p) => {
            let p = if m.not { 1.0 - p } else { p };
            let steps = (p * f64::from(1_u32 << 31)).round();
            let truth = if steps <= 0.0 {
                Truth::No
            } else if steps >= f64::from(1_u32 << 31) {
                Truth::Yes
            } else {
                Truth::Chance(p)
            };
            eval.say(ConditionKind::Random, m.not, truth, || Observed::Nothing);
        }
        Statistic::Nth { every, packet } => {
            let counter = memory.counters.entry(&eval.at, || Counter::new(every, packet));
            let (turn, seen) = counter.advance(every, packet);
            eval.holds(ConditionKind::Nth, m.not, turn, || Observed::Number(u64::from(seen)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, RuleId};

    #[track_caller]
    fn check(value: Statistic, not: bool, expect: &[Truth]) {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let m = Match::Statistic(Inv { not, value });
        let got: Vec<Truth> = expect.iter().map(|_| bench.test(&m)).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn the_first_turn_is_the_packet_named() {
        use Truth::{No, Yes};
        check(Statistic::Nth { every: 3, packet: 1 }, false, &[No, Yes, No, No, Yes, No]);
        check(Statistic::Nth { every: 2, packet: 0 }, false, &[Yes, No, Yes, No]);
        check(Statistic::Nth { every: 3, packet: 2 }, true, &[Yes, Yes, No, Yes]);
        check(Statistic::Nth { every: 1, packet: 0 }, false, &[Yes, Yes]);
    }

    #[test]
    fn two_tests_count_apart() {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let value = Statistic::Nth { every: 2, packet: 0 };
        let m = Match::Statistic(Inv { not: false, value });
        for op in 0..2 {
            assert_eq!(bench.test_at(&m, OpId { rule: RuleId(0), op }), Truth::Yes);
        }
    }

    #[test]
    fn certain_chances_are_answers() {
        check(Statistic::Random(0.25), false, &[Truth::Chance(0.25)]);
        check(Statistic::Random(0.25), true, &[Truth::Chance(0.75)]);
        check(Statistic::Random(1.0), false, &[Truth::Yes]);
        check(Statistic::Random(0.0), false, &[Truth::No]);
    }
}
