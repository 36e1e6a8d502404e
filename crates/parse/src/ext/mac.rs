//! `-m mac`: the sender's link-layer address.
//!
//! - Tests: the source address of the Ethernet frame.
//! - `-S`: `-m mac [!] --mac-source 00:11:22:33:44:55`.
//! - `-L`: `MAC 00:11:22:33:44:55`, `MAC ! 00:11:22:33:44:55`.
//! - Kernel: `net/netfilter/xt_mac.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, lead, spaced};
use chainwalk_model::{Expected, Inv, Mac, Match};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["mac"], options: &[opt("--mac-source", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--mac-source", value::mac, Expected::Address)?
        .map(Match::Mac)
        .ok_or_else(|| given.missing("--mac-source"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    // Some versions print no blank behind the name.
    let (i, ()) = lead("MAC")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::mac)(i)?;
    Ok((i, Match::Mac(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Mac(mac) = m else { return None };
    let mut out = String::from("-m mac");
    put(&mut out, "--mac-source", Some(*mac), |Mac(b)| {
        let bytes: Vec<String> = b.iter().map(|b| format!("{b:02x}")).collect();
        bytes.join(":")
    });
    Some(out)
}
