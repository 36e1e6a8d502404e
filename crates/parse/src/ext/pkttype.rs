//! `-m pkttype`: whom the frame is for.
//!
//! - Tests: unicast, broadcast, multicast or another host, as the link layer says.
//! - `-S`: `-m pkttype [!] --pkt-type multicast`.
//! - `-L`: `PKTTYPE = multicast`, `PKTTYPE != multicast`.
//! - Kernel: `net/netfilter/xt_pkttype.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, Inv, Match, PacketType};

pub(super) const EXT: MatchExt =
    MatchExt { names: &["pkttype"], options: &[opt("--pkt-type", 1)], build, list, print };

const NAMES: [(&str, PacketType); 5] = [
    ("unicast", PacketType::Host),
    ("host", PacketType::Host),
    ("broadcast", PacketType::Broadcast),
    ("multicast", PacketType::Multicast),
    ("otherhost", PacketType::Other),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--pkt-type", kind, Expected::Literal("broadcast".into()))?
        .map(Match::Pkttype)
        .ok_or_else(|| given.missing("--pkt-type"))
}

fn kind(i: &str) -> Piece<'_, PacketType> {
    let (rest, name) = any_word(i)?;
    let found = NAMES.into_iter().find(|(n, _)| *n == name);
    found.map_or_else(|| value::fail(i), |(_, kind)| Ok((rest, kind)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, not) = match word("PKTTYPE !=")(i) {
        Ok((i, ())) => (i, true),
        Err(_) => (word("PKTTYPE =")(i)?.0, false),
    };
    let (i, value) = kind(i)?;
    Ok((i, Match::Pkttype(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Pkttype(kind) = m else { return None };
    let mut out = String::from("-m pkttype");
    put(&mut out, "--pkt-type", Some(*kind), |k| {
        NAMES.iter().find(|(_, n)| *n == k).map_or("unicast", |(name, _)| name).into()
    });
    Some(out)
}
