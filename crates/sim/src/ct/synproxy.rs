//! What SYNPROXY remembers of a flow, so that both ends keep the numbers that they were sent.

use chainwalk_model::OpId;

/// What SYNPROXY remembers of a flow to the server (`struct nf_conn_synproxy`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proxied {
    /// The `SYNPROXY` that answered.
    pub by: OpId,
    /// The sequence number that the client was sent.
    pub isn: u32,
    /// The timestamp that the client was sent.
    pub its: u32,
    /// How far the server's timestamps are off.
    pub tsoff: u32,
}

impl Proxied {
    /// Of a flow that begins.
    pub(crate) fn new(by: OpId) -> Self {
        Self { by, isn: 0, its: 0, tsoff: 0 }
    }
}
