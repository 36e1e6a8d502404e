//! New addresses and names for old ones: each gets one, no two the same, and what lies within a network still does.

use crate::names::{GIVEN_TO_ALL, SPECIAL, is_global, is_private, is_public, is_unique_local, top};
use siphasher::sip::SipHasher13;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The networks of examples, which public ones become.
const EXAMPLES: [u32; 3] = [0xcb00_7100, 0xc633_6400, 0xc000_0200];
/// Of these come the next ones, 512 of them.
const BENCHMARKS: u32 = 0xc612_0000;

/// How public addresses are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// They read as examples: each /24 becomes one of those that documentation has.
    Examples,
    /// They keep how many leading bits any two have in common, and read as anybody's.
    Shuffled,
}

/// What was given out so far.
pub(super) struct Given {
    manner: Manner,
    key: u128,
    /// Whether private addresses are replaced, too.
    private: bool,
    nets: HashMap<u32, u32>,
    free: Vec<u32>,
    nets6: HashMap<u64, u64>,
    hosts6: HashMap<u64, u64>,
    macs: HashMap<[u8; 6], u32>,
    names: HashMap<(&'static str, String), usize>,
}

impl Given {
    /// Nothing yet. `taken` are the /24s that the text has already: they are not given out twice. None where there are
    /// more networks than examples.
    pub(super) fn new(
        manner: Manner,
        key: u128,
        taken: &HashSet<u32>,
        nets: &BTreeSet<u32>,
    ) -> Option<Self> {
        let benchmarks = (0..512).map(|n| BENCHMARKS + (n << 8));
        let all = EXAMPLES.into_iter().chain(benchmarks);
        let mut free: Vec<u32> = all.filter(|net| !taken.contains(net)).collect();
        if manner == Manner::Examples && nets.len() > free.len() {
            return None;
        }
        free.reverse();
        let mut given = Self {
            manner,
            key,
            private: false,
            nets: HashMap::new(),
            free,
            nets6: HashMap::new(),
            hosts6: HashMap::new(),
            macs: HashMap::new(),
            names: HashMap::new(),
        };
        if manner == Manner::Examples {
            // In their own order, so that what was below another stays below it.
            for net in nets {
                let new = given.free.pop()?;
                given.nets.insert(*net, new);
            }
        }
        Some(given)
    }

    /// The same, with private addresses replaced as well: within their own block.
    pub(super) fn with_private(self, private: bool) -> Self {
        Self { private, ..self }
    }

    /// The new address, whose first `len` bits are those of its network.
    pub(super) fn v4(&self, addr: Ipv4Addr, len: u8) -> Ipv4Addr {
        let old = u32::from(addr);
        let new = match self.manner {
            _ if is_private(addr) && self.private => old ^ self.flips(old, len),
            _ if !is_public(addr) => old,
            Manner::Examples => self.nets.get(&top(old, 24)).map_or(old, |net| net | old & 0xff),
            Manner::Shuffled => old ^ self.flips(old, len),
        };
        Ipv4Addr::from(new)
    }

    /// The bits of an address that turn over. Each depends on those before it, so that two addresses part where they
    /// parted; none turns that would move a network out of its class.
    fn flips(&self, addr: u32, len: u8) -> u32 {
        let mut flips = 0;
        for bit in 0..len.min(24) {
            let prefix = top(addr, bit);
            let moves = SPECIAL
                .iter()
                .chain(&GIVEN_TO_ALL)
                .any(|(net, special)| *special > bit && top(*net, bit) == prefix);
            if !moves && self.turns(bit, prefix.into()) {
                flips |= 1 << (31 - bit);
            }
        }
        flips
    }

    /// Whether a bit behind these turns over. The same key says the same in every version of the program.
    fn turns(&self, bit: u8, prefix: u64) -> bool {
        let mut said = [bit; 9];
        said[1..].copy_from_slice(&prefix.to_be_bytes());
        SipHasher13::new_with_key(&self.key.to_be_bytes()).hash(&said) & 1 == 1
    }

    /// The new address of IPv6: another network where it is public, another card where it names one.
    pub(super) fn v6(&mut self, addr: Ipv6Addr, len: u8) -> Ipv6Addr {
        let bits = u128::from(addr);
        let (net, host) = ((bits >> 64) as u64, bits as u64);
        let ours = self.private && is_unique_local(addr);
        let net = if is_global(addr) {
            self.net6(net, len.min(64))
        } else if ours {
            // The first bits say that it is private.
            net ^ self.flips6(net, 8, len.min(64))
        } else {
            net
        };
        let host = if is_eui64(host) {
            self.eui64(host)
        } else if (is_global(addr) || ours) && len > 64 && host > 0xffff {
            let fresh = 0x1_0000 + self.hosts6.len() as u64;
            *self.hosts6.entry(host).or_insert(fresh)
        } else {
            host
        };
        Ipv6Addr::from(u128::from(net) << 64 | u128::from(host))
    }

    fn net6(&mut self, net: u64, len: u8) -> u64 {
        match self.manner {
            Manner::Examples => {
                let fresh = 0x2001_0db8_0000_0000 + 1 + self.nets6.len() as u64;
                *self.nets6.entry(net).or_insert(fresh)
            }
            // The first bits say what kind of network it is.
            Manner::Shuffled => net ^ self.flips6(net, 4, len),
        }
    }

    /// The bits of a network of IPv6 that turn over, from one on.
    fn flips6(&self, net: u64, from: u8, len: u8) -> u64 {
        let mut flips = 0;
        for bit in from..len {
            let prefix = net >> (64 - bit);
            let documentation = bit <= 32 && prefix == 0x2001_0db8 >> (32 - bit);
            if !documentation && self.turns(bit, prefix) {
                flips |= 1 << (63 - bit);
            }
        }
        flips
    }

    fn eui64(&mut self, host: u64) -> u64 {
        let old = host.to_be_bytes();
        // Around the two bytes that say so, and with one bit turned over.
        let new = self.mac([old[0] ^ 2, old[1], old[2], old[5], old[6], old[7]]);
        u64::from_be_bytes([new[0] ^ 2, new[1], new[2], 0xff, 0xfe, new[3], new[4], new[5]])
    }

    /// The new card's address.
    pub(super) fn mac(&mut self, mac: [u8; 6]) -> [u8; 6] {
        let shared = mac[0] & 1 == 1 || mac == [0; 6];
        let example = mac[..5] == [2, 0, 0, 0, 0];
        if shared || example {
            return mac;
        }
        let fresh = 0x1_0000 + self.macs.len() as u32;
        let [_, a, b, c] = self.macs.entry(mac).or_insert(fresh).to_be_bytes();
        [2, 0, 0, a, b, c]
    }

    /// The number of a name among those of its kind, from 1.
    pub(super) fn number(&mut self, kind: &'static str, name: &str) -> usize {
        let fresh = self.names.keys().filter(|(k, _)| *k == kind).count() + 1;
        *self.names.entry((kind, name.to_owned())).or_insert(fresh)
    }
}

/// Whether the last half of an address was made of a card's.
fn is_eui64(host: u64) -> bool {
    let [.., c, d, _, _, _] = host.to_be_bytes();
    (c, d) == (0xff, 0xfe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shuffled(key: u128) -> Given {
        Given::new(Manner::Shuffled, key, &HashSet::new(), &BTreeSet::new())
            .unwrap_or_else(|| panic!("none"))
    }

    fn class(addr: u32) -> [Option<usize>; 2] {
        let of = |nets: &[(u32, u8)]| nets.iter().position(|(net, len)| top(addr, *len) == *net);
        [of(&SPECIAL), of(&GIVEN_TO_ALL)]
    }

    proptest! {
        #[test]
        fn what_two_addresses_have_in_common_stays(
            a: u32, b: u32, key: u128, near in 0_u32..32, private: bool, block in 0_usize..4
        ) {
            let given = shuffled(key).with_private(private);
            let a = if private { [0x0a00_0000, 0x0a6f_ffff, 0xac10_0000, 0xc0a8_0000][block] ^ (a >> 12) } else { a };
            let b = if near > 8 { a ^ (b >> near) } else { b };
            let new = |addr: u32| u32::from(given.v4(Ipv4Addr::from(addr), 32));
            let (c, d) = (new(a), new(b));
            prop_assert_eq!((a ^ b).leading_zeros(), (c ^ d).leading_zeros());
            prop_assert_eq!(class(a), class(c));
            prop_assert_eq!(a & 0xff, c & 0xff);
        }
    }

    #[test]
    fn networks_become_examples_in_their_order() {
        let nets = BTreeSet::from([0x0808_0800, 0x0101_0100]);
        let taken = HashSet::from([0xcb00_7100]);
        let given =
            Given::new(Manner::Examples, 0, &taken, &nets).unwrap_or_else(|| panic!("none"));
        assert_eq!(given.v4(Ipv4Addr::new(1, 1, 1, 9), 32), Ipv4Addr::new(198, 51, 100, 9));
        assert_eq!(given.v4(Ipv4Addr::new(8, 8, 8, 0), 24), Ipv4Addr::new(192, 0, 2, 0));
        assert_eq!(given.v4(Ipv4Addr::new(10, 0, 0, 1), 32), Ipv4Addr::new(10, 0, 0, 1));
    }

    #[test]
    fn private_addresses_stay_in_their_block_and_those_of_all_machines_stay() {
        let given = Given::new(Manner::Examples, 7, &HashSet::new(), &BTreeSet::new());
        let given = given.unwrap_or_else(|| panic!("none"));
        let kept = |given: &Given, addr: [u8; 4]| given.v4(addr.into(), 32) == Ipv4Addr::from(addr);
        assert!(kept(&given, [10, 7, 3, 4]));
        let mut given = given.with_private(true);
        let moved = (0..64_u8).filter(|n| !kept(&given, [10, 7, *n, 4])).count();
        assert!(moved > 50, "{moved}");
        for addr in
            [[172, 17, 0, 2], [10, 96, 0, 1], [10, 244, 1, 3], [127, 0, 0, 1], [192, 0, 2, 1]]
        {
            assert!(kept(&given, addr), "{addr:?}");
        }
        let own: Ipv6Addr = "fd12:3456:789a:1::5".parse().unwrap_or(Ipv6Addr::UNSPECIFIED);
        let new = given.v6(own, 128).segments();
        assert!(new[..4] != own.segments()[..4] && new[0] >> 8 == 0xfd && new[4..] == [0, 0, 0, 5]);
    }

    #[test]
    fn a_card_is_the_same_wherever_it_is_named() {
        let mut given = shuffled(1);
        let mac = given.mac([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        assert_eq!(mac, [2, 0, 0, 1, 0, 0]);
        let addr: Ipv6Addr = "fe80::5054:ff:fe12:3456".parse().unwrap_or(Ipv6Addr::UNSPECIFIED);
        assert_eq!(given.v6(addr, 64).to_string(), "fe80::ff:fe01:0");
        assert_eq!(given.mac([0xff; 6]), [0xff; 6]);
    }
}
