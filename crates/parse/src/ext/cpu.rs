//! `-m cpu`: the processor that handles the packet.
//!
//! - Tests: its number.
//! - `-S`: `-m cpu [!] --cpu 0`.
//! - `-L`: `cpu 0`, `cpu ! 0`.
//! - Kernel: `net/netfilter/xt_cpu.c`.
//! - Not modelled: which processor it is; nobody can tell.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["cpu"], options: &[opt("--cpu", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--cpu", value::u32n, Expected::Number)?
        .map(Match::Cpu)
        .ok_or_else(|| given.missing("--cpu"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("cpu")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::u32n)(i)?;
    Ok((i, Match::Cpu(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Cpu(cpu) = m else { return None };
    let mut out = String::from("-m cpu");
    put(&mut out, "--cpu", Some(*cpu), |n| n.to_string());
    Some(out)
}
