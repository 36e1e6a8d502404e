//! `-m socket`: a socket of this host that the packet belongs to.
//!
//! - Tests: whether an open socket takes the packet; `--transparent` only counts transparent ones,
//!   `--nowildcard` also listeners on every address; `--restore-skmark` takes the socket's mark over.
//! - `-S`: `-m socket --transparent --nowildcard --restore-skmark`.
//! - `-L`: the same: `socket --transparent`.
//! - Kernel: `net/netfilter/xt_socket.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put_flag};
use crate::value::{Piece, word};
use chainwalk_model::{Match, SocketMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["socket"],
    options: &[opt("--transparent", 0), opt("--nowildcard", 0), opt("--restore-skmark", 0)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    Ok(Match::Socket(SocketMatch {
        transparent: given.flag("--transparent")?,
        nowildcard: given.flag("--nowildcard")?,
        restore_skmark: given.flag("--restore-skmark")?,
    }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("socket")(i)?;
    let mut m = SocketMatch::default();
    loop {
        if let Ok((rest, ())) = word("--transparent")(i) {
            (i, m.transparent) = (rest, true);
        } else if let Ok((rest, ())) = word("--nowildcard")(i) {
            (i, m.nowildcard) = (rest, true);
        } else if let Ok((rest, ())) = word("--restore-skmark")(i) {
            (i, m.restore_skmark) = (rest, true);
        } else {
            return Ok((i, Match::Socket(m)));
        }
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Socket(m) = m else { return None };
    let mut out = String::from("-m socket");
    put_flag(&mut out, "--transparent", m.transparent);
    put_flag(&mut out, "--nowildcard", m.nowildcard);
    put_flag(&mut out, "--restore-skmark", m.restore_skmark);
    Some(out)
}
