//! `-j DSCP`: sets the upper six bits of the TOS byte.
//!
//! - Does: tos = (tos & 3) | dscp << 2.
//! - `-S`: `-j DSCP --set-dscp 0x2e`; typed also `--set-dscp-class AF41`.
//! - `-L`: `DSCP set 0x2e`.
//! - Kernel: `net/netfilter/xt_DSCP.c`.
//! - Not modelled: nothing.

use super::dscp::{class, dscp};
use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{Piece, spaced, word};
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["DSCP"],
    options: &[opt("--set-dscp", 1), opt("--set-dscp-class", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let value = given.plain("--set-dscp", dscp, Expected::Number)?;
    let class = given.plain("--set-dscp-class", class, Expected::Literal("AF41".into()))?;
    value.or(class).map(Target::Dscp).ok_or_else(|| given.missing("--set-dscp"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("DSCP set")(i)?;
    let (i, value) = spaced(dscp)(i)?;
    Ok((i, Target::Dscp(value)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Dscp(value) = target else { return None };
    Some(format!("-j DSCP --set-dscp {value:#04x}"))
}
