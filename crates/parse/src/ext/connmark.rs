//! `-m connmark`: the mark of the packet's flow.
//!
//! - Tests: the flow's mark under a mask.
//! - `-S`: `-m connmark [!] --mark 0x5/0xff`.
//! - `-L`: `connmark match  0x5/0xff` (two blanks), `connmark match ! 0x5`; old ones `CONNMARK match 0x5`.
//! - Kernel: `net/netfilter/xt_connmark.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, hex_mask, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["connmark"], options: &[opt("--mark", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--mark", value::mark, Expected::Mark)?
        .map(Match::Connmark)
        .ok_or_else(|| given.missing("--mark"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("connmark match")(i).or_else(|_| word("CONNMARK match")(i))?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::mark)(i)?;
    Ok((i, Match::Connmark(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Connmark(mark) = m else { return None };
    let mut out = String::from("-m connmark");
    put(&mut out, "--mark", Some(*mark), hex_mask);
    Some(out)
}
