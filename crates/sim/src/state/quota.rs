//! The bytes that a `-m quota` has left (`quota_mt` in `net/netfilter/xt_quota.c`).

/// Bytes that a test has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left(u64);

impl Left {
    /// All of them.
    pub(crate) fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Takes a packet of so many bytes off, and says what was left before. The first packet that does not fit uses
    /// up the rest.
    pub(crate) fn take(&mut self, len: u64) -> u64 {
        let before = self.0;
        self.0 = before.saturating_sub(len);
        before
    }
}
