//! The chains that a packet is in, and those that it came back from since its base chain began.

use chainwalk_model::ChainId;
use std::collections::{HashMap, HashSet};

/// So often a base chain calls a chain again before what can't come out otherwise is no longer listed.
const LISTED_AGAIN: usize = 256;

/// A chain that is being walked.
pub(super) struct Frame {
    pub chain: ChainId,
    /// The next rule's index.
    pub next: usize,
    /// The first rule, by number, of the run that did not match.
    pub run: u32,
    /// How often anything had been written when the packet came in.
    pub writes: u64,
    /// The chains that a goto left for this one, in order.
    pub left: Vec<ChainId>,
}

impl Frame {
    pub(super) fn new(chain: ChainId, writes: u64) -> Self {
        Self { chain, next: 0, run: 1, writes, left: Vec::new() }
    }
}

/// The chains that a packet has been in since its base chain began.
#[derive(Default)]
pub(super) struct Visits {
    /// Those that it is in, those that a goto left included: one that is entered again is a loop.
    open: HashSet<ChainId>,
    /// Those that let it back to their callers and wrote nothing, with how often anything had been written then: as
    /// long as nothing more is, they do so again.
    idle: HashMap<ChainId, u64>,
    /// How often one of the latter was called again.
    again: usize,
}

impl Visits {
    pub(super) fn enter(&mut self, chain: ChainId) -> bool {
        self.open.insert(chain)
    }

    /// A chain came to its end, with those whose gotos led to it.
    pub(super) fn leave(&mut self, frame: &Frame, writes: u64) {
        for chain in frame.left.iter().chain([&frame.chain]) {
            self.open.remove(chain);
            if frame.writes == writes {
                self.idle.insert(*chain, writes);
            }
        }
    }

    /// Whether the visit that begins is known to do nothing, and enough like it were listed.
    pub(super) fn is_idle(&mut self, chain: ChainId, writes: u64) -> bool {
        if self.idle.get(&chain) != Some(&writes) {
            return false;
        }
        self.again += 1;
        self.again > LISTED_AGAIN
    }
}
