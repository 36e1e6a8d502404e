//! `-m owner`: who on this host sent the packet.
//!
//! - Tests: user and group of the socket, or whether there is one.
//! - `-S`: `-m owner [!] --socket-exists [!] --uid-owner 1000-2000 [!] --gid-owner 100 --suppl-groups`.
//! - `-L`: `owner socket exists ! owner UID match 1000-2000 owner GID match 100 incl. suppl. groups`;
//!   without `-n` names.
//! - Kernel: `net/netfilter/xt_owner.c`.
//! - Not modelled: names besides `root`; process and session numbers of old kernels.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag, range_text};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, Match, Range};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["owner"],
    options: &[
        opt("--uid-owner", 1),
        opt("--gid-owner", 1),
        opt("--socket-exists", 0),
        opt("--suppl-groups", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if given.args.is_empty() {
        return Err(given.missing("--uid-owner"));
    }
    Ok(Match::Owner {
        uid: given.value("--uid-owner", id, Expected::User)?,
        gid: given.value("--gid-owner", id, Expected::User)?,
        socket: given.inv_flag("--socket-exists"),
        supplementary: given.flag("--suppl-groups")?,
    })
}

fn id(i: &str) -> Piece<'_, Range<u32>> {
    match i.strip_prefix("root") {
        Some(rest) => Ok((rest, Range { first: 0, last: 0 })),
        None => value::rising(value::number_range('-', u32::MAX)(i)),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut uid, mut gid, mut socket, mut supplementary, mut left) = (None, None, None, false, i);
    loop {
        let (at, not) = value::bang(left)?;
        if let Ok((rest, ())) = word("owner socket exists")(at) {
            (left, socket) = (rest, Some(Inv { not, value: () }));
        } else if let Ok((rest, ())) = word("owner UID match")(at) {
            let (rest, value) = spaced(id)(rest)?;
            (left, uid) = (rest, Some(Inv { not, value }));
        } else if let Ok((rest, ())) = word("owner GID match")(at) {
            let (rest, value) = spaced(id)(rest)?;
            (left, gid) = (rest, Some(Inv { not, value }));
        } else if let (Ok((rest, ())), true) = (word("incl. suppl. groups")(at), left.len() != i.len()) {
            (left, supplementary) = (rest, true);
        } else if left.len() == i.len() {
            return value::fail(i);
        } else {
            return Ok((left, Match::Owner { uid, gid, socket, supplementary }));
        }
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Owner { uid, gid, socket, supplementary } = m else { return None };
    let mut out = String::from("-m owner");
    put(&mut out, "--socket-exists", *socket, |()| String::new());
    put(&mut out, "--uid-owner", *uid, |r| range_text(r, '-'));
    put(&mut out, "--gid-owner", *gid, |r| range_text(r, '-'));
    put_flag(&mut out, "--suppl-groups", *supplementary);
    Some(out)
}
