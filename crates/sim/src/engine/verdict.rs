//! What a statement, or a target, says of the packet.

use chainwalk_model::{ChainId, Fate};

/// What a statement says.
pub(super) enum Verdict {
    /// Go on behind it.
    Continue,
    /// This base chain lets the packet pass.
    Accept,
    /// Back to the caller.
    Return,
    /// Call a chain.
    Jump { to: ChainId, goto: bool },
    /// The packet ends here.
    End(Fate),
}
