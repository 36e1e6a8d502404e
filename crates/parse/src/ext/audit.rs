//! `-j AUDIT`: a record for the audit daemon.
//!
//! - Does: nothing to the packet; the walk goes on.
//! - `-S`: `-j AUDIT --type drop`.
//! - `-L`: `AUDIT drop`.
//! - Kernel: `net/netfilter/xt_AUDIT.c`.
//! - Not modelled: the record.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, word};
use chainwalk_model::{AuditType, Expected, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["AUDIT"], options: &[opt("--type", 1)], build, list, print };

const TYPES: [(&str, AuditType); 3] =
    [("accept", AuditType::Accept), ("drop", AuditType::Drop), ("reject", AuditType::Reject)];

fn kind(i: &str) -> Piece<'_, AuditType> {
    value::named(i, &TYPES)
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let kind = given.plain("--type", kind, Expected::Literal("accept".into()))?;
    kind.map(Target::Audit).ok_or_else(|| given.missing("--type"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("AUDIT")(i)?;
    let (i, kind) = kind(i)?;
    Ok((i, Target::Audit(kind)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Audit(kind) = target else { return None };
    Some(format!("-j AUDIT --type {}", value::name_of(*kind, &TYPES)))
}
