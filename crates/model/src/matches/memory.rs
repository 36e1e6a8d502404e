//! What rules count or keep lists of, from packet to packet.

use crate::span::Text;
use crate::values::{Compare, Inv};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A rate: `count` packets in `period_s` seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how many seconds: 1, 60, 3600 or 86400.
    pub period_s: u32,
}

/// `-m hashlimit`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HashlimitMatch {
    /// `--hashlimit-upto` (false) or `--hashlimit-above` (true).
    pub above: bool,
    /// The rate in packets, or in bytes where `bytes`.
    pub rate: Rate,
    /// Whether the rate counts bytes (`kb/s`).
    pub bytes: bool,
    /// `--hashlimit-burst`.
    pub burst: u32,
    /// `--hashlimit-mode`: `srcip`, `srcport`, `dstip`, `dstport` in bit order.
    pub mode: u8,
    /// `--hashlimit-name`; a listing by `-L` loses it.
    pub name: Option<Text>,
    /// `--hashlimit-srcmask`, a prefix length.
    pub srcmask: Option<u8>,
    /// `--hashlimit-dstmask`, a prefix length.
    pub dstmask: Option<u8>,
    /// `--hashlimit-htable-*` and `--hashlimit-rate-*` words as written; each is looked up by its name.
    pub rest: Text,
}

/// How `rateest` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RateestOp {
    /// `--rateest-lt`.
    Less,
    /// `--rateest-gt`.
    Greater,
    /// `--rateest-eq`.
    Equal,
}

/// `-m rateest`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateestMatch {
    /// The estimator, or the first of two.
    pub first: Text,
    /// The second, where two are compared.
    pub second: Option<Text>,
    /// How they are compared.
    pub op: Inv<RateestOp>,
    /// `--rateest-delta`: the rates are taken off their numbers first.
    pub delta: bool,
    /// Whether bytes a second are compared.
    pub by_bytes: bool,
    /// Whether packets a second are compared.
    pub by_packets: bool,
    /// Bytes a second that belong to the first and to the second side.
    pub bytes: [u32; 2],
    /// Packets a second that belong to the first and to the second side.
    pub packets: [u32; 2],
}

/// What a `recent` rule does with its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RecentAction {
    /// `--set`.
    Set,
    /// `--rcheck`.
    Check,
    /// `--update`.
    Update,
    /// `--remove`.
    Remove,
}

/// `-m recent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecentMatch {
    /// What it does, inverted or not.
    pub action: Inv<RecentAction>,
    /// `--seconds`.
    pub seconds: Option<u32>,
    /// `--hitcount`.
    pub hitcount: Option<u32>,
    /// `--reap`.
    pub reap: bool,
    /// `--rttl`.
    pub rttl: bool,
    /// `--name`; `DEFAULT` where none is given.
    pub name: Text,
    /// `--rdest` rather than `--rsource`.
    pub by_dest: bool,
    /// `--mask`.
    pub mask: Option<IpAddr>,
}

/// `-m set --match-set`, and the set that `-j SET` changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetMatch {
    /// Whether `!` stands before it.
    pub not: bool,
    /// The set's name.
    pub set: Text,
    /// For each dimension whether it is the packet's source.
    pub dirs: Vec<bool>,
    /// Further options of `-m set`.
    pub options: SetOptions,
}

/// What `-m set` asks of an element beside that it is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetOptions {
    /// `--return-nomatch`: the exceptions match, and nothing else does.
    pub return_nomatch: bool,
    /// `! --update-counters`: the element does not count the packet.
    pub keep_counters: bool,
    /// `! --update-subcounters`: nor do the elements of the sets in a list.
    pub keep_subcounters: bool,
    /// `--packets-eq` and its like; only `eq` may be inverted.
    pub packets: Option<Inv<Compare<u64>>>,
    /// `--bytes-eq` and its like.
    pub bytes: Option<Inv<Compare<u64>>>,
}

/// `-m statistic`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Statistic {
    /// `--mode random --probability`.
    Random(f64),
    /// `--mode nth --every N --packet P`.
    Nth {
        /// Every how many.
        every: u32,
        /// The first that matches; a listing by `-L` drops it where 0.
        packet: u32,
    },
}
