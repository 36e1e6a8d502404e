//! `-j SECMARK`: the security context of the packet.
//!
//! - Does: sets a mark that security modules look at; the walk goes on.
//! - `-S`: `-j SECMARK --selctx system_u:object_r:httpd_packet_t:s0`.
//! - `-L`: `SECMARK selctx system_u:object_r:httpd_packet_t:s0`.
//! - Kernel: `net/netfilter/xt_SECMARK.c`.
//! - Not modelled: what a security module makes of the mark.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{Piece, any_word, word};
use crate::word::quote_loosely;
use chainwalk_model::Target;

pub(super) const EXT: TargetExt =
    TargetExt { names: &["SECMARK"], options: &[opt("--selctx", 1)], build, list, print };

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let context = given.text("--selctx").ok_or_else(|| given.missing("--selctx"))?;
    Ok(Target::Secmark(context.into()))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("SECMARK selctx")(i)?;
    let (i, context) = any_word(i)?;
    Ok((i, Target::Secmark(context.into())))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Secmark(context) = target else { return None };
    Some(format!("-j SECMARK --selctx {}", quote_loosely(context)))
}
