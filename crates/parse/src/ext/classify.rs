//! `-j CLASSIFY`: the queueing class of the packet.
//!
//! - Does: sets the packet's priority, which queueing disciplines look at; the walk goes on.
//! - `-S`: `-j CLASSIFY --set-class 0001:ffff`, always hexadecimal.
//! - `-L`: `CLASSIFY set 1:ffff`.
//! - Kernel: `net/netfilter/xt_CLASSIFY.c`.
//! - Not modelled: queueing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["CLASSIFY"], options: &[opt("--set-class", 1)], build, list, print };

fn class(i: &str) -> Piece<'_, Target> {
    let (rest, text) = any_word(i)?;
    let half = |text: &str| u16::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok();
    let class = text.split_once(':').and_then(|(a, b)| Some((half(a)?, half(b)?)));
    match class {
        Some((major, minor)) => Ok((rest, Target::Classify { major, minor })),
        None => value::fail(i),
    }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let class = given.plain("--set-class", class, Expected::Literal("1:10".into()))?;
    class.ok_or_else(|| given.missing("--set-class"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("CLASSIFY set")(i)?;
    class(i)
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Classify { major, minor } = target else { return None };
    Some(format!("-j CLASSIFY --set-class {major:04x}:{minor:04x}"))
}
