//! What single matches remember from packet to packet, and how it changes: a file for each that remembers.

pub(crate) mod connlimit;
pub(crate) mod hashlimit;
pub(crate) mod limit;
pub(crate) mod nft_set;
pub(crate) mod nft_stateful;
pub(crate) mod quota;
pub(crate) mod recent;
pub(crate) mod statistic;
