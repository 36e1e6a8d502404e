//! `-m state`: the state of the packet's flow.
//!
//! - Tests: whether conntrack calls the packet INVALID, NEW, RELATED, ESTABLISHED or UNTRACKED.
//! - `-S`: `-m state [!] --state RELATED,ESTABLISHED`.
//! - `-L`: `state RELATED,ESTABLISHED`, `! state NEW`.
//! - Kernel: `net/netfilter/xt_state.c`; newer ones run it as `xt_conntrack.c`.
//! - Not modelled: nothing.

use super::conntrack::states_text;
use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["state"], options: &[opt("--state", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--state", value::ct_states, Expected::CtState)?
        .map(Match::State)
        .ok_or_else(|| given.missing("--state"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, before) = value::bang(i)?;
    let (i, ()) = word("state")(i)?;
    let (i, behind) = value::bang(i)?;
    let (i, value) = spaced(value::ct_states)(i)?;
    Ok((i, Match::State(Inv { not: before != behind, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::State(state) = m else { return None };
    let mut out = String::from("-m state");
    put(&mut out, "--state", Some(*state), states_text);
    Some(out)
}
