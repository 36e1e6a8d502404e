//! `-m time`: the clock.
//!
//! - Written: `--datestart`, `--datestop`, `--timestart`, `--timestop`, `--monthdays`, `--weekdays`,
//!   `--contiguous`, `--kerneltz`.
//! - Listed: `TIME from 12:30:00 to 13:30:00 on Fri UTC`.
//! - Kernel: `time_mt` in `net/netfilter/xt_time.c`.
//! - With `--kerneltz` the kernel's own time zone decides, which is not known.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth};
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Observed, Range, TimeMatch, Truth};

const DAY: u64 = 86_400;

pub(super) const FACTS: Facts = Facts::reading(Reads::CLOCK);

pub(super) fn test(m: TimeMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let found = || ctx.clock.map_or(Observed::Nothing, Observed::Time);
    if is_always(&m) && ctx.clock.is_none_or(|now| now <= u64::from(m.dates.last)) {
        return eval.say(ConditionKind::Time, false, Truth::Yes, found);
    }
    match ctx.clock {
        Some(now) if !m.kerneltz => {
            eval.say(ConditionKind::Time, false, truth(holds(&m, now)), found);
        }
        _ => eval.untold(ConditionKind::Time, false),
    }
}

/// Whether nothing is left out but what lies behind the last date that can be written.
fn is_always(m: &TimeMatch) -> bool {
    m.dates == (Range { first: 0, last: TimeMatch::LAST_DATE })
        && m.daytime == (Range { first: 0, last: TimeMatch::LAST_SECOND })
        && m.monthdays == TimeMatch::ALL_MONTHDAYS
        && m.weekdays == TimeMatch::ALL_WEEKDAYS
}

fn holds(m: &TimeMatch, now: u64) -> bool {
    if now < u64::from(m.dates.first) || now > u64::from(m.dates.last) {
        return false;
    }
    let second = (now % DAY) as u32;
    let Range { first, last } = m.daytime;
    let mut day = now / DAY;
    if first < last {
        if second < first || second > last {
            return false;
        }
    } else {
        if second < first && second > last {
            return false;
        }
        if m.contiguous && second <= last {
            day = day.saturating_sub(1);
        }
    }
    // 1 January 1970 was a Thursday; Monday is 1, Sunday 7.
    let weekday = (day + 3) % 7 + 1;
    m.weekdays & 1 << weekday != 0 && m.monthdays & 1 << monthday(day) != 0
}

/// The day of the month of a day since 1970.
fn monthday(day: u64) -> u64 {
    // Counted from 1 March of the year 0, so that the leap day is a year's last.
    let day = day + 719_468;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    of_year - (153 * month + 2) / 5 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, Question, RuleId};

    /// Sunday, 22 November 2026, 10:00.
    const SUNDAY: u64 = 1_795_341_600;

    #[track_caller]
    fn check(m: TimeMatch, clock: Option<u64>, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.clock = clock;
        assert_eq!(bench.test(&Match::Time(m)), expect, "{m:?} at {clock:?}");
    }

    #[test]
    fn a_clock_is_asked_for_only_where_it_decides() {
        let question = Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 }));
        let sundays = TimeMatch { weekdays: 1 << 7, ..TimeMatch::ANY };
        check(TimeMatch::ANY, None, Truth::Yes);
        check(sundays, None, question.clone());
        check(sundays, Some(SUNDAY), Truth::Yes);
        check(TimeMatch { kerneltz: true, ..sundays }, Some(SUNDAY), question);
    }

    #[test]
    fn a_span_over_midnight_may_belong_to_its_first_day() {
        let night = TimeMatch {
            daytime: Range { first: 82_800, last: 3600 },
            weekdays: 1 << 6,
            ..TimeMatch::ANY
        };
        let contiguous = TimeMatch { contiguous: true, ..night };
        let midnight = SUNDAY - 10 * 3600;
        check(night, Some(midnight + 60), Truth::No);
        check(contiguous, Some(midnight + 60), Truth::Yes);
        check(night, Some(midnight - 60), Truth::Yes);
        check(contiguous, Some(midnight - DAY + 60), Truth::No);
        check(night, Some(SUNDAY), Truth::No);
    }

    #[test]
    fn days_of_the_month_are_those_of_the_calendar() {
        for (seconds, day) in [(SUNDAY, 22), (951_825_600, 29), (951_825_600 + DAY, 1), (0, 1)] {
            let m = TimeMatch { monthdays: 1 << day, ..TimeMatch::ANY };
            check(m, Some(seconds), Truth::Yes);
            check(m, Some(seconds + DAY), Truth::No);
        }
    }
}
