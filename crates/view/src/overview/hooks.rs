//! Which base chains of a hook decide whether a packet passes.

use crate::explained::Explained;
use chainwalk_model::{Backend, ChainId, ChainKind, Hook};
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
    all.sort_by_key(|id| {
        let chain = rules.chain(*id);
        let base = chain.base.as_ref();
        let nft = rules.table(chain.table).backend == Backend::Nft;
        // Of equal priorities the one that came to be later runs first.
        let last = base.and_then(|b| b.registered).unwrap_or(id.0);
        (base.map(|b| b.priority), if nft { Some(Reverse(last)) } else { None })
    });
    all.into_iter()
}
