//! `-m comment` and `-m nfacct`: what holds for every packet.
//!
//! - Kernel: `xt_comment.c`, `nfacct_mt` in `net/netfilter/xt_nfacct.c`.
//! - An accounting object with a quota holds only above it. That it has none is assumed.

use super::facts::{Assumes, Facts, Reads};
use chainwalk_model::Text;

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn nfacct(name: &Text) -> Facts<'_> {
    Facts { assumes: Some(Assumes::NoQuota(name)), ..Facts::reading(Reads::UNFOLLOWED) }
}
