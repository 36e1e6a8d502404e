//! `-j CHECKSUM`: fills in the checksum of a packet; the walk goes on.
//!
//! - Does: nothing that a rule could see.
//! - `-S`: `-j CHECKSUM --checksum-fill`.
//! - `-L`: `CHECKSUM fill`.
//! - Kernel: `net/netfilter/xt_CHECKSUM.c`.
//! - Not modelled: the checksum itself.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{Piece, word};
use chainwalk_model::Target;

pub(super) const EXT: TargetExt =
    TargetExt { names: &["CHECKSUM"], options: &[opt("--checksum-fill", 0)], build, list, print };

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    given.flag("--checksum-fill")?;
    Ok(Target::Checksum)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("CHECKSUM fill")(i)?;
    Ok((i, Target::Checksum))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    matches!(target, Target::Checksum).then(|| "-j CHECKSUM --checksum-fill".into())
}
