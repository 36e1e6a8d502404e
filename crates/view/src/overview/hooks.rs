//! Which base chains of a hook decide whether a packet passes.

use crate::explained::Explained;
use chainwalk_model::{ChainId, ChainKind, Hook, Order};
use std::cmp::Reverse;

/// The base chains at a hook whose verdict can stop a packet, in the order in which they run.
pub(crate) fn filters_at<'a>(t: &Explained<'a>, hook: Hook) -> impl Iterator<Item = ChainId> + 'a {
    let rules = t.rules();
    let mut all: Vec<ChainId> = (0..)
        .map(ChainId)
        .zip(&rules.chains)
        .filter_map(move |(id, chain)| {
            let base = chain.base.as_ref()?;
            let nat = base.kind == ChainKind::Nat;
            (base.hook == hook && !nat && !rules.table(chain.table).dormant).then_some(id)
        })
        .collect();
    all.order_by_key(|id| {
        let base = rules.chain(*id).base.as_ref();
        (base.map(|b| b.priority), Reverse(rules.registered(*id)))
    });
    all.into_iter()
}
