//! `-m statistic`: by chance, or every so many packets.
//!
//! - Tests: a probability, or a counter of its own that every packet asking it advances.
//! - `-S`: `-m statistic --mode random [!] --probability 0.50000000000`,
//!   `--mode nth [!] --every 3 --packet 0`.
//! - `-L`: `statistic mode random probability 0.5`, `statistic mode nth ! every 3 packet 1`; `packet 0` is
//!   not printed.
//! - Kernel: `net/netfilter/xt_statistic.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match, Statistic};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["statistic"],
    options: &[opt("--mode", 1), opt("--probability", 1), opt("--every", 1), opt("--packet", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let probability = given.value("--probability", chance, Expected::Number)?;
    let every = given.value("--every", value::u32n, Expected::Number)?;
    let packet = given.plain("--packet", value::u32n, Expected::Number)?.unwrap_or(0);
    match (given.text("--mode"), probability, every) {
        (Some("random"), Some(p), None) => {
            Ok(Match::Statistic(Inv { not: p.not, value: Statistic::Random(p.value) }))
        }
        (Some("nth"), None, Some(e)) if e.value > packet => Ok(Match::Statistic(Inv {
            not: e.not,
            value: Statistic::Nth { every: e.value, packet },
        })),
        (Some("random"), ..) => Err(given.missing("--probability")),
        (Some("nth"), ..) => Err(given.missing("--every")),
        _ => Err(given.missing("--mode")),
    }
}

fn chance(i: &str) -> Piece<'_, f64> {
    let (rest, p) = value::fraction(i)?;
    if (0.0..=1.0).contains(&p) { Ok((rest, p)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    if let Ok((i, ())) = word("statistic mode random")(i) {
        let (i, not) = value::bang(i)?;
        let (i, ()) = word("probability")(i)?;
        let (i, p) = spaced(chance)(i)?;
        return Ok((i, Match::Statistic(Inv { not, value: Statistic::Random(p) })));
    }
    let (i, ()) = word("statistic mode nth")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, ()) = word("every")(i)?;
    let (mut i, every) = spaced(value::u32n)(i)?;
    let mut packet = 0;
    if let Ok((rest, ())) = word("packet")(i) {
        (i, packet) = spaced(value::u32n)(rest)?;
    }
    Ok((i, Match::Statistic(Inv { not, value: Statistic::Nth { every, packet } })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Statistic(s) = m else { return None };
    let not = if s.not { "! " } else { "" };
    Some(match s.value {
        Statistic::Random(p) => {
            // The kernel's printer has eleven places; more only where they matter.
            let mut text = format!("{p:.11}");
            if text.parse() != Ok(p) {
                text = p.to_string();
            }
            format!("-m statistic --mode random {not}--probability {text}")
        }
        Statistic::Nth { every, packet } => {
            format!("-m statistic --mode nth {not}--every {every} --packet {packet}")
        }
    })
}
