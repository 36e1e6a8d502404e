//! `-m time`: the clock.
//!
//! - Tests: the date, the time of day, the day of the month and of the week at which the packet is there.
//! - `-S`: `-m time --timestart 12:30:00 --timestop 13:30:00 [!] --monthdays 22,23 [!] --weekdays Fri
//!   --datestart 2007-12-24T00:00:00 --datestop 2038-01-19T03:14:07 --kerneltz --contiguous`.
//! - `-L`: `TIME from 12:30:00 to 13:30:00 on Fri on 22nd,23rd starting from 2007-12-24 00:00:00 until date
//!   2007-12-27 00:00:00 UTC contiguous`; `UTC` is not there with `--kerneltz`.
//! - Kernel: `net/netfilter/xt_time.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt, put_flag};
use crate::date;
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Inv, Match, Range, TimeMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["time"],
    options: &[
        opt("--datestart", 1),
        opt("--datestop", 1),
        opt("--timestart", 1),
        opt("--timestop", 1),
        opt("--monthdays", 1),
        opt("--weekdays", 1),
        alias("--kerneltz", &["--localtz"], 0),
        opt("--utc", 0),
        opt("--contiguous", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let when = |name| given.plain(name, date, Expected::Text);
    let clock = |name| given.plain(name, daytime, Expected::Text);
    let month = given.value("--monthdays", monthdays, Expected::Number)?;
    let week = given.value("--weekdays", weekdays, Expected::Literal("Mon".into()))?;
    let mut m = TimeMatch::ANY;
    m.dates.first = when("--datestart")?.unwrap_or(m.dates.first);
    m.dates.last = when("--datestop")?.unwrap_or(m.dates.last);
    m.daytime.first = clock("--timestart")?.unwrap_or(m.daytime.first);
    m.daytime.last = clock("--timestop")?.unwrap_or(m.daytime.last);
    m.monthdays = month.map_or(m.monthdays, |v| turned(v, TimeMatch::ALL_MONTHDAYS));
    m.weekdays = week.map_or(m.weekdays, |v| turned(v, u32::from(TimeMatch::ALL_WEEKDAYS)) as u8);
    m.contiguous = given.flag("--contiguous")?;
    m.kerneltz = given.flag("--kerneltz")?;
    Ok(Match::Time(m))
}

/// `!` takes all the other days.
fn turned(days: Inv<u32>, all: u32) -> u32 {
    if days.not { all & !days.value } else { days.value }
}

/// `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` as seconds since 1970.
fn date(i: &str) -> Piece<'_, u32> {
    let (rest, text) = any_word(i)?;
    let seconds = date::read(text).and_then(|s| u32::try_from(s).ok());
    match seconds.filter(|s| *s <= TimeMatch::LAST_DATE) {
        Some(seconds) => Ok((rest, seconds)),
        None => value::fail(i),
    }
}

/// `hh:mm[:ss]` as seconds of the day.
fn daytime(i: &str) -> Piece<'_, u32> {
    let (rest, text) = any_word(i)?;
    match date::daytime(text) {
        Some(seconds) if text.contains(':') => Ok((rest, seconds)),
        _ => value::fail(i),
    }
}

/// `1,2,31`; a listing has `1st,2nd,31st`.
fn monthdays(i: &str) -> Piece<'_, u32> {
    let (rest, text) = any_word(i)?;
    let days = text.split(',').try_fold(0, |days, day| {
        let day = day.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
        Some(days | 1 << day)
    });
    days.map_or_else(|| value::fail(i), |days| Ok((rest, days)))
}

/// `Mon,Tu,3`.
fn weekdays(i: &str) -> Piece<'_, u32> {
    let (rest, text) = any_word(i)?;
    let days = text.split(',').try_fold(0, |days, day| {
        let named = |name: &str| day.len() >= 2 && name.starts_with(day);
        let at = match day.parse::<usize>() {
            Ok(number) => number.checked_sub(1).filter(|at| *at < 7)?,
            Err(_) => TimeMatch::WEEKDAYS.iter().position(|name| named(name))?,
        };
        Some(days | 2 << at)
    });
    days.map_or_else(|| value::fail(i), |days| Ok((rest, days)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("TIME")(i)?;
    let mut m = TimeMatch { kerneltz: true, ..TimeMatch::ANY };
    if let Ok((rest, ())) = word("from")(i) {
        let (rest, first) = spaced(daytime)(rest)?;
        let (rest, ()) = word("to")(rest)?;
        let (rest, last) = spaced(daytime)(rest)?;
        (i, m.daytime) = (rest, Range { first, last });
    }
    while let Ok((rest, ())) = word("on")(i) {
        if let Ok((rest, days)) = weekdays(rest) {
            (i, m.weekdays) = (rest, days as u8);
        } else {
            let (rest, days) = monthdays(rest)?;
            (i, m.monthdays) = (rest, days);
        }
    }
    if let Ok((rest, ())) = word("starting from")(i) {
        (i, m.dates.first) = listed_date(rest)?;
    }
    if let Ok((rest, ())) = word("until date")(i) {
        (i, m.dates.last) = listed_date(rest)?;
    }
    if let Ok((rest, ())) = word("UTC")(i) {
        (i, m.kerneltz) = (rest, false);
    }
    if let Ok((rest, ())) = word("contiguous")(i) {
        (i, m.contiguous) = (rest, true);
    }
    Ok((i, Match::Time(m)))
}

/// `2007-12-24 00:00:00`.
fn listed_date(i: &str) -> Piece<'_, u32> {
    let (i, day) = spaced(date)(i)?;
    let (i, seconds) = spaced(daytime)(i)?;
    Ok((i, day.saturating_add(seconds)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Time(m) = m else { return None };
    let mut out = String::from("-m time");
    if m.daytime != TimeMatch::ANY.daytime {
        let [first, last] = [m.daytime.first, m.daytime.last].map(date::daytime_text);
        out += &format!(" --timestart {first} --timestop {last}");
    }
    if m.monthdays != TimeMatch::ANY.monthdays {
        let days: Vec<String> =
            (1..32).filter(|d| m.monthdays & 1 << d != 0).map(|d: u32| d.to_string()).collect();
        out += &format!(" --monthdays {}", days.join(","));
    }
    if m.weekdays != TimeMatch::ANY.weekdays {
        let days: Vec<&str> = TimeMatch::WEEKDAYS
            .iter()
            .enumerate()
            .filter(|(at, _)| m.weekdays & 2 << at != 0)
            .map(|(_, name)| *name)
            .collect();
        out += &format!(" --weekdays {}", days.join(","));
    }
    for (name, at, unsaid) in [
        ("--datestart", m.dates.first, TimeMatch::ANY.dates.first),
        ("--datestop", m.dates.last, TimeMatch::ANY.dates.last),
    ] {
        if at != unsaid {
            out += &format!(" {name} {}", date::text(u64::from(at)));
        }
    }
    put_flag(&mut out, "--kerneltz", m.kerneltz);
    put_flag(&mut out, "--contiguous", m.contiguous);
    Some(out)
}
