//! `-m recent`: a list of addresses seen lately.
//!
//! - Tests: whether an address is in a named list, how often and how lately; some forms change the list.
//! - `-S`: `-m recent --rcheck --seconds 60 --reap --hitcount 3 --rttl --name a --mask 255.255.255.255
//!   --rsource`, `--set`, `! --update`, `--remove`, `--rdest`.
//! - `-L`: `recent: CHECK seconds: 60 reap hit_count: 3 TTL-Match name: a side: source mask: 255.255.255.255`,
//!   `! recent: UPDATE …`; old ones have no mask.
//! - Kernel: `net/netfilter/xt_recent.c`.
//! - Not modelled: the greatest number of entries and of packets (`ip_list_tot`, `ip_pkt_list_tot`).

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Inv, Match, RecentAction, RecentMatch};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["recent"],
    options: &[
        opt("--set", 0),
        opt("--rcheck", 0),
        opt("--update", 0),
        opt("--remove", 0),
        opt("--seconds", 1),
        opt("--hitcount", 1),
        opt("--reap", 0),
        opt("--rttl", 0),
        opt("--name", 1),
        opt("--rsource", 0),
        opt("--rdest", 0),
        opt("--mask", 1),
    ],
    build,
    list,
    print,
};

const ACTIONS: [(&str, &str, RecentAction); 4] = [
    ("--set", "SET", RecentAction::Set),
    ("--rcheck", "CHECK", RecentAction::Check),
    ("--update", "UPDATE", RecentAction::Update),
    ("--remove", "REMOVE", RecentAction::Remove),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let mut action = None;
    for (name, _, value) in ACTIONS {
        if let Some(arg) = given.get(name) {
            action = Some(Inv { not: arg.not, value });
        }
    }
    let mask = given.plain("--mask", value::addr, Expected::Address)?;
    Ok(Match::Recent(Box::new(RecentMatch {
        action: action.ok_or_else(|| given.missing("--rcheck"))?,
        seconds: given.plain("--seconds", seconds, Expected::Number)?,
        hitcount: given.plain("--hitcount", value::u32n, Expected::Number)?,
        reap: given.flag("--reap")?,
        rttl: given.flag("--rttl")?,
        name: given.text("--name").unwrap_or("DEFAULT").into(),
        by_dest: given.flag("--rdest")?,
        mask: mask.or(Some(full_mask(given.v6))),
    })))
}

/// A time that is some.
fn seconds(i: &str) -> Piece<'_, u32> {
    let (rest, seconds) = value::u32n(i)?;
    if seconds > 0 { Ok((rest, seconds)) } else { value::fail(i) }
}

/// The mask that counts every bit, which is what no mask means.
fn full_mask(v6: bool) -> std::net::IpAddr {
    if v6 { Ipv6Addr::from(u128::MAX).into() } else { Ipv4Addr::BROADCAST.into() }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    let (i, not) = value::bang(i)?;
    let (i, ()) = word("recent:")(i)?;
    let (mut i, action) = any_word(i)?;
    let Some((_, _, action)) = ACTIONS.into_iter().find(|(_, name, _)| *name == action) else {
        return value::fail(i);
    };
    let mut found = RecentMatch {
        action: Inv { not, value: action },
        seconds: None,
        hitcount: None,
        reap: false,
        rttl: false,
        name: "DEFAULT".into(),
        by_dest: false,
        mask: Some(full_mask(seen.v6)),
    };
    while let Ok((rest, name)) = any_word(i) {
        i = match name {
            "seconds:" => {
                let (rest, n) = spaced(value::u32n)(rest)?;
                found.seconds = Some(n);
                rest
            }
            "hit_count:" => {
                let (rest, n) = spaced(value::u32n)(rest)?;
                found.hitcount = Some(n);
                rest
            }
            "reap" => {
                found.reap = true;
                rest
            }
            "TTL-Match" => {
                found.rttl = true;
                rest
            }
            "name:" => {
                let (rest, name) = any_word(rest)?;
                found.name = name.into();
                rest
            }
            "side:" => {
                let (rest, side) = any_word(rest)?;
                found.by_dest = side == "dest";
                rest
            }
            "mask:" => {
                let (rest, mask) = spaced(value::addr)(rest)?;
                found.mask = Some(mask);
                rest
            }
            _ => break,
        };
    }
    Ok((i, Match::Recent(Box::new(found))))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Recent(r) = m else { return None };
    let action = ACTIONS.iter().find(|(_, _, a)| *a == r.action.value).map_or("--rcheck", |a| a.0);
    let not = if r.action.not { "! " } else { "" };
    let mut out = format!("-m recent {not}{action}");
    if let Some(seconds) = r.seconds {
        out += &format!(" --seconds {seconds}");
    }
    put_flag(&mut out, "--reap", r.reap);
    if let Some(hits) = r.hitcount {
        out += &format!(" --hitcount {hits}");
    }
    put_flag(&mut out, "--rttl", r.rttl);
    out += &format!(" --name {}", crate::word::quote(&r.name));
    if let Some(mask) = r.mask {
        out += &format!(" --mask {mask}");
    }
    out += if r.by_dest { " --rdest" } else { " --rsource" };
    Some(out)
}
