//! `-m limit`: a rate for all packets that ask.
//!
//! - Tests: whether a bucket that refills at a rate still holds something; a packet that passes takes one.
//! - `-S`: `-m limit --limit 3/min --limit-burst 7`; a burst of 5 is not written.
//! - `-L`: `limit: avg 3/min burst 5`.
//! - Kernel: `net/netfilter/xt_limit.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, period_name, spaced, word};
use chainwalk_model::{Expected, Match, Rate};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["limit"],
    options: &[opt("--limit", 1), opt("--limit-burst", 1)],
    build,
    list,
    print,
};

/// The burst where none is given.
const BURST: u32 = 5;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let rate = given.plain("--limit", slow, Expected::Rate)?;
    let burst = given.plain("--limit-burst", value::u32n, Expected::Number)?.unwrap_or(BURST);
    // Without a rate it is 3/hour.
    let rate = rate.unwrap_or(Rate { count: 3, period_s: 3600 });
    Ok(Match::Limit { rate, burst })
}

/// A rate of no more than 10,000 a second: the program's `XT_LIMIT_SCALE`.
fn slow(i: &str) -> Piece<'_, Rate> {
    let (rest, rate) = value::rate(i)?;
    let most = rate.period_s.saturating_mul(10_000);
    if rate.count <= most { Ok((rest, rate)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("limit: avg")(i)?;
    let (mut i, rate) = spaced(value::rate)(i)?;
    let mut burst = BURST;
    if let Ok((rest, ())) = word("burst")(i) {
        (i, burst) = spaced(value::u32n)(rest)?;
    }
    Ok((i, Match::Limit { rate, burst }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Limit { rate, burst } = m else { return None };
    let mut out = format!("-m limit --limit {}/{}", rate.count, period_name(rate.period_s));
    if *burst != BURST {
        out += &format!(" --limit-burst {burst}");
    }
    Some(out)
}
