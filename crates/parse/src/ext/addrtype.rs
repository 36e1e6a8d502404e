//! `-m addrtype`: what kind of address the routing tables say it is.
//!
//! - Tests: the kind of the source, of the destination, and whether only one interface counts.
//! - `-S`: `-m addrtype [!] --src-type UNICAST [!] --dst-type LOCAL --limit-iface-in`.
//! - `-L`: `ADDRTYPE match src-type UNICAST dst-type !LOCAL limit-in`.
//! - Kernel: `net/netfilter/xt_addrtype.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, put_flag};
use crate::value::{self, Piece, lead, spaced, word};
use chainwalk_model::{AddrTypeMatch, AddrTypes, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["addrtype"],
    options: &[
        opt("--src-type", 1),
        opt("--dst-type", 1),
        opt("--limit-iface-in", 0),
        opt("--limit-iface-out", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let found = AddrTypeMatch {
        src: given.value("--src-type", value::addr_types, Expected::AddrType)?,
        dst: given.value("--dst-type", value::addr_types, Expected::AddrType)?,
        limit_in: given.flag("--limit-iface-in")?,
        limit_out: given.flag("--limit-iface-out")?,
    };
    if found.src.is_none() && found.dst.is_none() {
        return Err(given.missing("--dst-type"));
    }
    Ok(Match::AddrType(found))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("ADDRTYPE match")(i)?;
    let mut found = AddrTypeMatch::default();
    loop {
        if let Ok((rest, types)) = listed("src-type ", i) {
            (i, found.src) = (rest, Some(types));
        } else if let Ok((rest, types)) = listed("dst-type ", i) {
            (i, found.dst) = (rest, Some(types));
        } else if let Ok((rest, ())) = word("limit-in")(i) {
            (i, found.limit_in) = (rest, true);
        } else if let Ok((rest, ())) = word("limit-out")(i) {
            (i, found.limit_out) = (rest, true);
        } else if found.src.is_some() || found.dst.is_some() {
            return Ok((i, Match::AddrType(found)));
        } else {
            return value::fail(i);
        }
    }
}

fn listed<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<AddrTypes>> {
    let (i, ()) = lead(name)(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spaced(value::addr_types)(i)?;
    Ok((i, Inv { not, value }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::AddrType(a) = m else { return None };
    let mut out = String::from("-m addrtype");
    let names = |types: AddrTypes| value::bit_text(types.0, &AddrTypes::NAMES);
    put(&mut out, "--src-type", a.src, names);
    put(&mut out, "--dst-type", a.dst, names);
    put_flag(&mut out, "--limit-iface-in", a.limit_in);
    put_flag(&mut out, "--limit-iface-out", a.limit_out);
    Some(out)
}
