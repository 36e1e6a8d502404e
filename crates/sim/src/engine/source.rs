//! What was answered of a packet's source, where it is not known: one address is in a network or it is not, so that no
//! way takes it for two.

use chainwalk_model::AddrMask;
use std::net::IpAddr;

/// The networks that were asked about, each with whether the source is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceTold(Vec<(AddrMask, bool)>);

fn bits(addr: IpAddr) -> (bool, u128) {
    match addr {
        IpAddr::V4(addr) => (false, addr.to_bits().into()),
        IpAddr::V6(addr) => (true, addr.to_bits()),
    }
}

/// What one network is to another.
#[derive(PartialEq)]
enum Lies {
    /// All of it is in the other.
    Within,
    /// Nothing of it is in the other.
    Apart,
    /// Some of it may be.
    Across,
}

fn lies(one: AddrMask, other: AddrMask) -> Lies {
    let ((family, a), (other_family, b)) = (bits(one.addr), bits(other.addr));
    let (own, its) = (bits(one.mask).1, bits(other.mask).1);
    if family != other_family || (a ^ b) & own & its != 0 {
        Lies::Apart
    } else if own & its == its {
        Lies::Within
    } else {
        Lies::Across
    }
}

impl SourceTold {
    /// The source was said to be in a network, or not.
    pub(crate) fn tell(&mut self, network: AddrMask, is_in: bool) {
        self.0.push((network, is_in));
    }

    /// Whether it is in a network, where that follows from what was told.
    pub(crate) fn follows(&self, network: AddrMask) -> Option<bool> {
        self.0.iter().find_map(|(told, is_in)| match is_in {
            true => match lies(*told, network) {
                Lies::Within => Some(true),
                Lies::Apart => Some(false),
                Lies::Across => None,
            },
            false => (lies(network, *told) == Lies::Within).then_some(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(addr: [u8; 4], mask: [u8; 4]) -> AddrMask {
        AddrMask { addr: addr.into(), mask: mask.into() }
    }

    #[test]
    fn one_address_is_in_what_holds_its_network_and_in_nothing_beside_it() {
        let pods = network([10, 224, 0, 0], [255, 255, 0, 0]);
        let pod = network([10, 224, 0, 13], [255; 4]);
        let other = network([10, 225, 0, 0], [255, 255, 0, 0]);
        let told = |of, is_in| {
            let mut told = SourceTold::default();
            told.tell(of, is_in);
            told
        };
        assert_eq!(told(pods, false).follows(pod), Some(false), "not in the network, not in it");
        assert_eq!(told(pods, true).follows(pod), None);
        assert_eq!(told(pods, true).follows(other), Some(false));
        assert_eq!(told(pod, true).follows(pods), Some(true));
        assert_eq!(told(pod, false).follows(pods), None);
        assert_eq!(told(pod, true).follows(pod), Some(true));
        let six = AddrMask { addr: "2001:db8::".parse().unwrap_or(pods.addr), mask: pods.mask };
        assert_eq!(told(pods, true).follows(six), Some(false));
        assert_eq!(SourceTold::default().follows(pod), None);
    }
}
