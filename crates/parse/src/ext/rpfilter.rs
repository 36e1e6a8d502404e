//! `-m rpfilter`: the way back to the sender.
//!
//! - Tests: whether a reply would leave by the interface that the packet came in by.
//! - `-S`: `-m rpfilter --loose --validmark --accept-local --invert`.
//! - `-L`: `rpfilter loose validmark accept-local invert`.
//! - Kernel: `net/ipv4/netfilter/ipt_rpfilter.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put_flag};
use crate::value::{Piece, any_word, word};
use chainwalk_model::{Match, RpfilterMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["rpfilter"],
    options: &[
        opt("--loose", 0),
        opt("--validmark", 0),
        opt("--accept-local", 0),
        opt("--invert", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    Ok(Match::Rpfilter(RpfilterMatch {
        loose: given.flag("--loose")?,
        validmark: given.flag("--validmark")?,
        accept_local: given.flag("--accept-local")?,
        invert: given.flag("--invert")?,
    }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("rpfilter")(i)?;
    let mut found = RpfilterMatch::default();
    while let Ok((rest, name)) = any_word(i) {
        match name {
            "loose" => found.loose = true,
            "validmark" => found.validmark = true,
            "accept-local" => found.accept_local = true,
            "invert" => found.invert = true,
            _ => break,
        }
        i = rest;
    }
    Ok((i, Match::Rpfilter(found)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Rpfilter(r) = m else { return None };
    let mut out = String::from("-m rpfilter");
    put_flag(&mut out, "--loose", r.loose);
    put_flag(&mut out, "--validmark", r.validmark);
    put_flag(&mut out, "--accept-local", r.accept_local);
    put_flag(&mut out, "--invert", r.invert);
    Some(out)
}
