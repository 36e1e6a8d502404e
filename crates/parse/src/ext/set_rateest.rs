//! `-j RATEEST`: counts the packet into a rate.
//!
//! - Does: nothing to the packet; the walk goes on.
//! - `-S`: `-j RATEEST --rateest-name eth0 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms`.
//! - `-L`: `name eth0 interval 250.0ms ewmalog 500.0ms`.
//! - Kernel: `net/netfilter/xt_RATEEST.c`.
//! - Not modelled: the estimate, which `-m rateest` asks for.

use super::extension::{Given, Seen, TargetExt, Wrong, alias, opt};
use crate::value::{self, Piece, any_word, spaced, word};
use crate::word::quote_loosely;
use chainwalk_model::{Expected, RateestSet, Target};
use nom::Parser as _;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["RATEEST"],
    options: &[
        opt("--rateest-name", 1),
        opt("--rateest-interval", 1),
        alias("--rateest-ewmalog", &["--rateest-ewma"], 1),
    ],
    build,
    list,
    print,
};

/// A quarter of a second in microseconds, the shortest interval.
const QUARTER_US: f64 = 250_000.0;
/// The longest interval is eight seconds.
const INTERVALS: [i8; 6] = [-2, -1, 0, 1, 2, 3];

/// `250.0ms`, `0.5s`, `250000us`, as microseconds.
fn time(i: &str) -> Piece<'_, f64> {
    let (rest, number) = nom::number::complete::double.parse(i)?;
    let unit = rest.split_whitespace().next().unwrap_or_default();
    let factor = match unit {
        "s" | "sec" | "secs" => 1e6,
        "ms" | "msec" | "msecs" => 1e3,
        "us" | "usec" | "usecs" | "" => 1.0,
        _ => return value::fail(i),
    };
    if number < 0.0 { value::fail(i) } else { Ok((&rest[unit.len()..], number * factor)) }
}

fn interval_us(interval: i8) -> f64 {
    QUARTER_US * f64::from(interval + 2).exp2()
}

/// The settings by their times. Both are rounded up to what the kernel has.
fn settings(name: &str, interval: f64, ewma: f64) -> Option<Target> {
    let interval = INTERVALS.into_iter().find(|n| interval <= interval_us(*n))?;
    let average = |log: u8| interval_us(interval) * f64::from(log).exp2();
    let ewma = (1..32).find(|log| ewma <= average(*log))?;
    Some(Target::Rateest(RateestSet { name: name.into(), interval, ewma }))
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let name = given.text("--rateest-name").ok_or_else(|| given.missing("--rateest-name"))?;
    let time = |name| {
        let time = given.plain(name, time, Expected::Literal("250ms".into()))?;
        time.ok_or_else(|| given.missing(name))
    };
    let (interval, ewma) = (time("--rateest-interval")?, time("--rateest-ewmalog")?);
    settings(name, interval, ewma).ok_or_else(|| given.missing("--rateest-interval"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("name")(i)?;
    let (i, name) = any_word(i)?;
    let (i, ()) = word("interval")(i)?;
    let (i, interval) = spaced(time)(i)?;
    let (i, ()) = word("ewmalog")(i)?;
    let (i, ewma) = spaced(time)(i)?;
    settings(name, interval, ewma).map_or_else(|| value::fail(i), |found| Ok((i, found)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Rateest(set) = target else { return None };
    let interval = interval_us(set.interval);
    let [interval, ewma] = [interval, interval * f64::from(set.ewma).exp2()].map(|us| {
        if us < 1e6 { format!("{:.1}ms", us / 1e3) } else { format!("{:.1}s", us / 1e6) }
    });
    let name = quote_loosely(&set.name);
    Some(format!(
        "-j RATEEST --rateest-name {name} --rateest-interval {interval} --rateest-ewmalog {ewma}"
    ))
}
