//! ipsets: elements, how a packet is looked up in them, and how rules change them.

use chainwalk_model::{IpSet, SetEntry};

/// A set as it is at some moment.
#[derive(Clone)]
pub(crate) struct Live {
    /// Its elements and when each ends, in milliseconds since the first packet.
    pub(crate) entries: Vec<(SetEntry, Option<u64>)>,
}

impl Live {
    /// The set as it was pasted.
    pub(crate) fn new(set: &IpSet) -> Self {
        let ends = |e: &SetEntry| e.timeout.map(|s| u64::from(s) * 1000);
        Self { entries: set.entries.iter().map(|e| (e.clone(), ends(e))).collect() }
    }
}
