//! Which base chains of a hook decide whether a packet passes.

use crate::explained::Explained;
use chainwalk_model::{ChainId, ChainKind, Hook};

/// The base chains at a hook whose verdict can stop a packet.
pub(crate) fn filters_at<'a>(t: &Explained<'a>, hook: Hook) -> impl Iterator<Item = ChainId> + 'a {
    let rules = t.rules();
    (0..).map(ChainId).zip(&rules.chains).filter_map(move |(id, chain)| {
        let base = chain.base.as_ref()?;
        let nat = base.kind == ChainKind::Nat;
        (base.hook == hook && !nat && !rules.table(chain.table).dormant).then_some(id)
    })
}
