//! The flows that a `-m connlimit` counts (`net/netfilter/nf_conncount.c`).

use chainwalk_model::Tuple;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The flows that one test saw, by group and zone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(BTreeMap<(IpAddr, u16), Vec<Tuple>>);

impl Groups {
    /// The flows of a group that are still open, `tuple` among them.
    pub(crate) fn count(
        &mut self,
        group: (IpAddr, u16),
        tuple: Tuple,
        is_open: impl Fn(Tuple) -> bool,
    ) -> &[Tuple] {
        let seen = self.0.entry(group).or_default();
        // A new flow is not in the table yet: those that are not there any more are gone.
        seen.retain(|other| *other == tuple || is_open(*other));
        if !seen.contains(&tuple) {
            seen.push(tuple);
        }
        seen
    }
}
