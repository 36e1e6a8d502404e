//! Addresses and the networks they lie in.

use chainwalk_model::{Blank, Cidr};
use std::net::{IpAddr, Ipv6Addr};

/// Whether what can be seen of an address leaves it possible that it is `addr`, or its network one that holds it.
pub(crate) fn may_hold(blank: &Blank, addr: IpAddr) -> bool {
    let IpAddr::V4(addr) = addr else { return blank.shows == [None; 4] };
    let len = u32::from(blank.len.unwrap_or(32).min(32));
    let mask = u32::MAX.checked_shl(32 - len).unwrap_or(0).to_be_bytes();
    let mut bytes = addr.octets().into_iter().zip(blank.shows).zip(mask);
    bytes.all(|((byte, shown), mask)| shown.is_none_or(|s| (s ^ byte) & mask == 0))
}

/// An address without the bits behind its first `len`.
pub(crate) fn prefix(addr: IpAddr, len: u8) -> IpAddr {
    match addr {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(len.min(32))).unwrap_or(0);
            IpAddr::V4((a.to_bits() & mask).into())
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(len.min(128))).unwrap_or(0);
            IpAddr::V6((a.to_bits() & mask).into())
        }
    }
}

/// Whether an address lies between two of its family.
pub(crate) fn range_holds(first: IpAddr, last: IpAddr, addr: IpAddr) -> bool {
    first.is_ipv4() == addr.is_ipv4() && first <= addr && addr <= last
}

/// The first and the last address of a network.
pub(crate) fn bounds(net: Cidr) -> (IpAddr, IpAddr) {
    let first = prefix(net.addr, net.len);
    let last = match first {
        IpAddr::V4(a) => {
            let hosts = u32::MAX.checked_shr(u32::from(net.len)).unwrap_or(0);
            IpAddr::V4((a.to_bits() | hosts).into())
        }
        IpAddr::V6(a) => {
            let hosts = u128::MAX.checked_shr(u32::from(net.len)).unwrap_or(0);
            IpAddr::V6((a.to_bits() | hosts).into())
        }
    };
    (first, last)
}

/// The address after or before this one.
pub(crate) fn step(addr: IpAddr, up: bool) -> IpAddr {
    match addr {
        IpAddr::V4(a) => {
            let n = if up { a.to_bits().wrapping_add(1) } else { a.to_bits().wrapping_sub(1) };
            IpAddr::V4(n.into())
        }
        IpAddr::V6(a) => {
            let n = if up { a.to_bits().wrapping_add(1) } else { a.to_bits().wrapping_sub(1) };
            IpAddr::V6(n.into())
        }
    }
}

/// The prefix length of the largest network around `addr` that lies within a range.
pub(crate) fn block(first: IpAddr, last: IpAddr, addr: IpAddr) -> u8 {
    let whole = if addr.is_ipv4() { 32 } else { 128 };
    (0..=whole)
        .find(|len| {
            let (from, to) = bounds(Cidr { addr, len: *len });
            first <= from && to <= last
        })
        .unwrap_or(whole)
}

/// Whether an IPv6 address is one of a link.
pub(crate) fn on_link(addr: Ipv6Addr) -> bool {
    addr.segments()[0] & 0xffc0 == 0xfe80
}

/// Whether what is sent to an address is sent to a group or to everybody.
pub(crate) fn is_multicast_or_broadcast(addr: IpAddr) -> bool {
    addr.is_multicast() || matches!(addr, IpAddr::V4(a) if a.is_broadcast())
}
