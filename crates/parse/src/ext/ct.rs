//! `-j CT`, `-j NOTRACK`: how connection tracking is to treat the packet.
//!
//! - Does: leaves it untracked, or sets the zone, the helper, the events of its flow.
//! - `-S`: `-j CT --notrack`, `-j CT --zone 5 --helper ftp`, `-j CT --zone mark`, `-j NOTRACK`.
//! - `-L`: the target is `CT` for both: `CT notrack`, `NOTRACK`, `CT zone 5 helper ftp`.
//! - Kernel: `net/netfilter/xt_CT.c`.
//! - Not modelled: timeouts and events; they are kept as text.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{CtTarget, CtZone, Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["CT", "NOTRACK"],
    options: &[
        opt("--notrack", 0),
        opt("--zone", 1),
        opt("--zone-orig", 1),
        opt("--zone-reply", 1),
        opt("--helper", 1),
        opt("--ctevents", 1),
        opt("--expevents", 1),
        opt("--timeout", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let zone = |name| given.plain(name, zone, Expected::Number);
    Ok(Target::Ct(Box::new(CtTarget {
        notrack: given.name == "NOTRACK" || given.flag("--notrack")?,
        zone: zone("--zone")?,
        zone_orig: zone("--zone-orig")?,
        zone_reply: zone("--zone-reply")?,
        helper: given.text("--helper").map(Into::into),
        rest: given.rest(&["--ctevents", "--expevents", "--timeout"]).into(),
    })))
}

/// A number, or `mark`.
fn zone(i: &str) -> Piece<'_, CtZone> {
    if let Ok((i, ())) = word("mark")(i) {
        return Ok((i, CtZone::Mark));
    }
    let (i, id) = value::u16n(i)?;
    Ok((i, CtZone::Id(id)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let mut ct = CtTarget::default();
    if let Ok((i, ())) = word("NOTRACK")(i) {
        ct.notrack = true;
        return Ok((i, Target::Ct(Box::new(ct))));
    }
    let (mut i, ()) = word("CT")(i)?;
    let mut rest = String::new();
    while let Ok((at, name)) = any_word(i) {
        if name == "notrack" {
            (i, ct.notrack) = (at, true);
            continue;
        }
        if !matches!(
            name,
            "zone" | "zone-orig" | "zone-reply" | "helper" | "ctevents" | "expevents" | "timeout"
        ) {
            break;
        }
        let (next, text) = any_word(at)?;
        let zone = value::whole(zone, text);
        match (name, zone) {
            ("zone", Some(_)) => ct.zone = zone,
            ("zone-orig", Some(_)) => ct.zone_orig = zone,
            ("zone-reply", Some(_)) => ct.zone_reply = zone,
            ("helper", _) => ct.helper = Some(text.into()),
            _ => rest += &format!(" --{name} {text}"),
        }
        i = next;
    }
    ct.rest = rest.trim_start().into();
    Ok((i, Target::Ct(Box::new(ct))))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Ct(ct) = target else { return None };
    let mut out = String::from("-j CT");
    put_flag(&mut out, "--notrack", ct.notrack);
    let zones = [("zone", ct.zone), ("zone-orig", ct.zone_orig), ("zone-reply", ct.zone_reply)];
    for (name, zone) in zones {
        match zone {
            Some(CtZone::Id(id)) => out += &format!(" --{name} {id}"),
            Some(CtZone::Mark) => out += &format!(" --{name} mark"),
            None => {}
        }
    }
    if let Some(helper) = &ct.helper {
        out += &format!(" --helper {}", crate::word::quote(helper));
    }
    if !ct.rest.is_empty() {
        out += &format!(" {}", ct.rest);
    }
    Some(out)
}
