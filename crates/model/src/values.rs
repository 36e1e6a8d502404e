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

impl AddrMask {
    /// Whether an address is this one under the mask.
    pub fn holds(self, addr: IpAddr) -> bool {
        match (addr, self.addr, self.mask) {
            (IpAddr::V4(a), IpAddr::V4(b), IpAddr::V4(mask)) => {
                (a.to_bits() ^ b.to_bits()) & mask.to_bits() == 0
            }
            (IpAddr::V6(a), IpAddr::V6(b), IpAddr::V6(mask)) => {
                (a.to_bits() ^ b.to_bits()) & mask.to_bits() == 0
            }
            _ => false,
        }
    }
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

impl Cidr {
    /// One address as a network.
    pub fn host(addr: IpAddr) -> Self {
        Self { addr, len: if addr.is_ipv4() { 32 } else { 128 } }
    }

    /// Whether it is one address.
    pub fn is_host(self) -> bool {
        self == Self::host(self.addr)
    }

    /// Whether an address lies in it.
    pub fn holds(self, addr: IpAddr) -> bool {
        let bits = match (self.addr, addr) {
            (IpAddr::V4(own), IpAddr::V4(addr)) => u128::from(own.to_bits() ^ addr.to_bits()),
            (IpAddr::V6(own), IpAddr::V6(addr)) => own.to_bits() ^ addr.to_bits(),
            _ => return false,
        };
        let behind = Self::host(addr).len.saturating_sub(self.len);
        bits.checked_shr(behind.into()).unwrap_or(0) == 0
    }
}

/// A number that is equal to, above or below another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Compare<T> {
    /// `-eq`.
    Eq(T),
    /// `-gt`.
    Gt(T),
    /// `-lt`.
    Lt(T),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_of_its_prefix() {
        let addr = |text: &str| text.parse::<IpAddr>().unwrap_or(IpAddr::from([0; 4]));
        let holds = |net: &str, len, own: &str| Cidr { addr: addr(net), len }.holds(addr(own));
        assert!(holds("10.0.0.9", 8, "10.200.0.1") && !holds("10.0.0.0", 8, "11.0.0.1"));
        assert!(holds("0.0.0.0", 0, "9.9.9.9") && !holds("0.0.0.0", 0, "::1"));
        assert!(holds("fd00::1", 128, "fd00::1") && !holds("fd00::", 127, "fd00::2"));
    }
}
