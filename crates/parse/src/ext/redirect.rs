//! `-j REDIRECT`: to this host itself.
//!
//! - Does: rewrites the destination to the incoming interface's address, in OUTPUT to 127.0.0.1.
//! - `-S`: `-j REDIRECT --to-ports 80-90 --random`.
//! - `-L`: `redir ports 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_REDIRECT.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong};
use super::nat_range;
use crate::value::Piece;
use chainwalk_model::Target;

pub(super) const EXT: TargetExt =
    TargetExt { names: &["REDIRECT"], options: nat_range::PORTS, build, list, print };

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    nat_range::ports(given).map(Target::Redirect)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, range) = nat_range::listed_ports(i, "redir ports")?;
    Ok((i, Target::Redirect(range)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Redirect(range) = target else { return None };
    Some(nat_range::ports_target("REDIRECT", range))
}
