//! What conntrack takes into account beside the packet that it looks up.

use super::helper::Helper;
use super::timeouts::Timeouts;
use super::tuple::Zone;
use chainwalk_model::OpId;
use std::rc::Rc;

/// What a look-up needs besides the packet.
pub(crate) struct TrackContext {
    /// Milliseconds since the first packet.
    pub now_ms: u64,
    /// The zones that a `CT` target set, for a new flow.
    pub zone: Zone,
    /// `nf_conntrack_tcp_loose`.
    pub tcp_loose: bool,
    /// `nf_conntrack_tcp_be_liberal`.
    pub tcp_liberal: bool,
    /// The helper that a `CT` target named, for a new flow.
    pub helper: Option<Helper>,
    /// Whether checksums are looked at (PREROUTING with `nf_conntrack_checksum`).
    pub checksum: bool,
    /// How long flows live.
    pub timeouts: Rc<Timeouts>,
    /// The operation whose policy says so for a new flow.
    pub policy: Option<OpId>,
}
