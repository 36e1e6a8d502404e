//! The chains that a packet is in, and those that it came back from since its base chain began.

use chainwalk_model::ChainId;
use std::collections::HashMap;

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
    open: Marked,
    /// Those that let it back to their callers and wrote nothing, with how often anything had been written then: as
    /// long as nothing more is, they do so again.
    idle: Marked,
    /// How often one of the latter was called again.
    again: usize,
}

impl Visits {
    pub(super) fn enter(&mut self, chain: ChainId) -> bool {
        let new = self.open.get(chain).is_none();
        if new {
            self.open.mark(chain, 0);
        }
        new
    }

    /// A chain came to its end, with those whose gotos led to it.
    pub(super) fn leave(&mut self, frame: &Frame, writes: u64) {
        for chain in frame.left.iter().chain([&frame.chain]) {
            self.open.clear(*chain);
            if frame.writes == writes {
                self.idle.mark(*chain, writes);
            }
        }
    }

    /// Whether the visit that begins is known to do nothing, and enough like it were listed.
    pub(super) fn is_idle(&mut self, chain: ChainId, writes: u64) -> bool {
        if self.idle.get(chain) != Some(writes) {
            return false;
        }
        self.again += 1;
        self.again > LISTED_AGAIN
    }
}

/// So many chains are looked for one by one; a packet mostly comes to no more.
const FEW: usize = 16;

/// Chains with a number each.
#[derive(Default)]
struct Marked {
    few: Vec<(ChainId, u64)>,
    /// Those that came when `few` was full; none of them stands there.
    many: HashMap<ChainId, u64>,
}

impl Marked {
    fn get(&self, chain: ChainId) -> Option<u64> {
        let few = self.few.iter().find(|(id, _)| *id == chain).map(|(_, number)| *number);
        few.or_else(|| self.many.get(&chain).copied())
    }

    fn mark(&mut self, chain: ChainId, number: u64) {
        if let Some((_, own)) = self.few.iter_mut().find(|(id, _)| *id == chain) {
            *own = number;
        } else if self.few.len() < FEW && !self.many.contains_key(&chain) {
            self.few.push((chain, number));
        } else {
            self.many.insert(chain, number);
        }
    }

    fn clear(&mut self, chain: ChainId) {
        match self.few.iter().position(|(id, _)| *id == chain) {
            Some(at) => drop(self.few.swap_remove(at)),
            None => drop(self.many.remove(&chain)),
        }
    }
}
