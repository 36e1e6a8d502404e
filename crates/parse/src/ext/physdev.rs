//! `-m physdev`: the bridge ports of a packet.
//!
//! - Tests: the port it came in by, the one it goes out by, and whether it has one, or is only bridged.
//! - `-S`: `-m physdev [!] --physdev-in eth0 [!] --physdev-is-bridged`.
//! - `-L`: `PHYSDEV match --physdev-in eth0 ! --physdev-is-bridged`.
//! - Kernel: `net/netfilter/xt_physdev.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, IfaceMatch, Inv, Match, PhysdevMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["physdev"],
    options: &[
        opt("--physdev-in", 1),
        opt("--physdev-out", 1),
        opt("--physdev-is-in", 0),
        opt("--physdev-is-out", 0),
        opt("--physdev-is-bridged", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if given.args.is_empty() {
        return Err(given.missing("--physdev-in"));
    }
    Ok(Match::Physdev(Box::new(PhysdevMatch {
        iniface: given.value("--physdev-in", value::iface, Expected::Interface)?,
        outiface: given.value("--physdev-out", value::iface, Expected::Interface)?,
        is_in: given.inv_flag("--physdev-is-in"),
        is_out: given.inv_flag("--physdev-is-out"),
        is_bridged: given.inv_flag("--physdev-is-bridged"),
    })))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut left, ()) = word("PHYSDEV match")(i)?;
    let mut found = PhysdevMatch::default();
    loop {
        let (at, not) = value::bang(left)?;
        let Ok((mut rest, name)) = any_word(at) else { break };
        let flag = Some(Inv { not, value: () });
        match name {
            "--physdev-in" => (rest, found.iniface) = listed(rest, not)?,
            "--physdev-out" => (rest, found.outiface) = listed(rest, not)?,
            "--physdev-is-in" => found.is_in = flag,
            "--physdev-is-out" => found.is_out = flag,
            "--physdev-is-bridged" => found.is_bridged = flag,
            _ => break,
        }
        left = rest;
    }
    if found == PhysdevMatch::default() {
        value::fail(i)
    } else {
        Ok((left, Match::Physdev(Box::new(found))))
    }
}

fn listed(i: &str, not: bool) -> Piece<'_, Option<Inv<IfaceMatch>>> {
    let (i, value) = spaced(value::iface)(i)?;
    Ok((i, Some(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Physdev(p) = m else { return None };
    let mut out = String::from("-m physdev");
    let none = |()| String::new();
    put(&mut out, "--physdev-is-in", p.is_in, none);
    put(&mut out, "--physdev-in", p.iniface.clone(), |i| crate::value::iface_text(&i));
    put(&mut out, "--physdev-is-out", p.is_out, none);
    put(&mut out, "--physdev-out", p.outiface.clone(), |i| crate::value::iface_text(&i));
    put(&mut out, "--physdev-is-bridged", p.is_bridged, none);
    Some(out)
}
