//! `-m mark`: the packet's mark.
//!
//! - Tests: the mark under a mask.
//! - `-S`: `-m mark [!] --mark 0x5/0xff`.
//! - `-L`: `mark match 0x5/0xff`, `mark match ! 0x5`; old ones `MARK match 0x5`.
//! - Kernel: `net/netfilter/xt_mark.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, hex_mask, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["mark"], options: &[opt("--mark", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--mark", value::mark, Expected::Mark)?
        .map(Match::Mark)
        .ok_or_else(|| given.missing("--mark"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("mark match")(i).or_else(|_| word("MARK match")(i))?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::mark)(i)?;
    Ok((i, Match::Mark(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Mark(mark) = m else { return None };
    let mut out = String::from("-m mark");
    put(&mut out, "--mark", Some(*mark), hex_mask);
    Some(out)
}
