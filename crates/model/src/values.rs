//! Small values that rules, hosts and packets share: ranges, masks, networks.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A value that a `!` may invert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Inv<T> {
    /// Whether `!` stands before it.
    pub not: bool,
    pub value: T,
}

/// An inclusive range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Range<T> {
    /// The first value.
    pub first: T,
    /// The last value.
    pub last: T,
}

impl<T: PartialOrd> Range<T> {
    /// Whether a value lies in it.
    pub fn holds(&self, value: &T) -> bool {
        self.first <= *value && *value <= self.last
    }
}

/// An address under a mask that need not be a prefix (`1.0.3.0/255.0.255.0`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AddrMask {
    /// The address, host bits as written.
    pub addr: IpAddr,
    /// The mask, of the same family.
    pub mask: IpAddr,
}

/// A number under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Masked<T> {
    /// The value compared or set.
    pub value: T,
    /// The bits that count.
    pub mask: T,
}

/// An address with its prefix length, host bits kept (`172.17.0.2/16`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Cidr {
    pub addr: IpAddr,
    /// The prefix length in bits.
    pub len: u8,
}

/// Packets and bytes, as a listing printed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Counters {
    pub packets: Count,
    pub bytes: Count,
}

/// A count and how exactly it was printed: `36M` is `value` 36 000 000, `unit` 1 000 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Count {
    /// The value as printed.
    pub value: u64,
    /// The weight of its last printed digit; 1 is exact.
    pub unit: u64,
}

impl Default for Count {
    fn default() -> Self {
        Self { value: 0, unit: 1 }
    }
}
