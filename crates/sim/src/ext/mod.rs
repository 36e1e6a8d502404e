//! What rules test: one file for each `-m` extension, with the kernel's own semantics.
//!
//! A test never guesses. What decides and is not known is [`Truth::Unknown`]; a condition that certainly
//! fails outweighs an unknown one beside it. A test that remembers advances whenever it is evaluated.
// In tests the expected answers read better by value.
#![cfg_attr(test, allow(clippy::needless_pass_by_value, clippy::unwrap_used))]

mod addrtype;
mod bits;
mod bpf;
mod chunks;
mod cluster;
mod comment;
mod connbytes;
mod connlabel;
pub(crate) mod connlimit;
mod connmark;
mod conntrack;
mod dccp;
mod devgroup;
mod ecn;
mod eui64;
mod extensions;
mod facts;
pub(crate) mod hashlimit;
mod helper;
mod host;
mod icmp;
mod ip;
mod iprange;
pub(crate) mod judge;
pub(crate) mod limit;
mod list;
mod mac;
mod mss;
mod multiport;
mod owner;
mod physdev;
mod pkttype;
pub(crate) mod quota;
mod realm;
pub(crate) mod recent;
mod rpfilter;
mod set;
mod socket;
mod spi;
mod srh;
mod state;
pub(crate) mod statistic;
mod string;
mod tcp;
mod time;
mod ttl;
mod u32;
mod udp;
mod unknown;

pub(crate) use facts::{Assumes, Facts, Reads};
pub(crate) use judge::Evaluated;
pub(crate) use list::{facts, fails_at_once, is_pure, test};
/// The mark that `SET --map-set` finds for the packet.
pub(crate) use set::map as mapped;
/// What `-j SET` does: adds the packet's element to a set, then removes one.
pub(crate) use set::target as set_target;

#[cfg(test)]
pub(crate) mod bench;
