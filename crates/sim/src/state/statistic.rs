//! The turn of a `-m statistic --mode nth` (`statistic_mt` in `net/netfilter/xt_statistic.c`).

/// How many packets of a round a test has seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter(u32);

impl Counter {
    /// A round of `every` packets in which it is the turn of packet `packet`, from 0.
    pub(crate) fn new(every: u32, packet: u32) -> Self {
        Self((every.max(1) - 1).saturating_sub(packet))
    }

    /// Whether it is this packet's turn, and the packet's place in its round, from 0.
    pub(crate) fn advance(&mut self, every: u32, packet: u32) -> (bool, u32) {
        let last = every.max(1) - 1;
        let turn = self.0 == last;
        self.0 = if turn { 0 } else { self.0 + 1 };
        let round = u64::from(last) + 1;
        let place = (u64::from(self.0) + u64::from(packet)) % round;
        (turn, place as u32)
    }
}
