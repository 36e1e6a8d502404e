//! `-j CONNSECMARK`: the security mark, from the packet to its flow or back.
//!
//! - Does: copies the mark that `SECMARK` sets; the walk goes on.
//! - `-S`: `-j CONNSECMARK --save`, `--restore`.
//! - `-L`: `CONNSECMARK save`, `CONNSECMARK restore`.
//! - Kernel: `net/netfilter/xt_CONNSECMARK.c`.
//! - Not modelled: what a security module makes of the mark.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{Piece, word};
use chainwalk_model::Target;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["CONNSECMARK"],
    options: &[opt("--save", 0), opt("--restore", 0)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    match (given.flag("--save")?, given.flag("--restore")?) {
        (save, restore) if save != restore => Ok(Target::Connsecmark { restore }),
        _ => Err(given.missing("--save")),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("CONNSECMARK")(i)?;
    if let Ok((i, ())) = word("restore")(i) {
        return Ok((i, Target::Connsecmark { restore: true }));
    }
    let (i, ()) = word("save")(i)?;
    Ok((i, Target::Connsecmark { restore: false }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Connsecmark { restore } = target else { return None };
    Some(format!("-j CONNSECMARK --{}", if *restore { "restore" } else { "save" }))
}
