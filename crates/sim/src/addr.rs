//! Addresses and the networks they lie in.

use chainwalk_model::Cidr;
use std::net::IpAddr;

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

/// Whether `addr` lies in the network of `net`.
pub(crate) fn in_net(addr: IpAddr, net: Cidr) -> bool {
    addr.is_ipv4() == net.addr.is_ipv4() && prefix(addr, net.len) == prefix(net.addr, net.len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_of_its_prefix() {
        let addr = |text: &str| text.parse::<IpAddr>().unwrap_or(IpAddr::from([0; 4]));
        let holds = |net: &str, len, own: &str| in_net(addr(own), Cidr { addr: addr(net), len });
        assert!(holds("10.0.0.9", 8, "10.200.0.1") && !holds("10.0.0.0", 8, "11.0.0.1"));
        assert!(holds("0.0.0.0", 0, "9.9.9.9") && !holds("0.0.0.0", 0, "::1"));
        assert!(holds("fd00::1", 128, "fd00::1") && !holds("fd00::", 127, "fd00::2"));
    }
}
