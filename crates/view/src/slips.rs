//! Near misses in words: what a rule that would have let a packet on misses it by.

use crate::explained::Explained;
use crate::page::{Evidence, Sentence};
use crate::places::place;
use crate::say::say;
use crate::values::{network, states};
use chainwalk_model::{AddrMask, Slip};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many of them are told.
const MOST: usize = 2;

/// The rules that miss the packet shown by little.
pub(crate) fn evidence(t: &Explained) -> Vec<Evidence> {
    let found = t.reasons.slips(t.packet, t.chosen());
    let told = found.into_iter().take(MOST).map(|(rule, slip)| {
        let (chain, number) = place(t.rules(), rule);
        Evidence::new(true, sentence(t, &format!("{chain} {number}"), &slip))
    });
    told.collect()
}

fn sentence(t: &Explained, at: &str, slip: &Slip) -> Sentence {
    let lang = t.lang;
    match slip {
        Slip::Mask { src, net } => {
            let written = network(*net);
            match (span(*net), *src) {
                (Span::Holes(like), true) => {
                    say!(lang, SlipSourceLike, at = at, net = written, like = like)
                }
                (Span::Holes(like), false) => {
                    say!(lang, SlipDestinationLike, at = at, net = written, like = like)
                }
                (Span::Whole(first, last), true) => {
                    say!(lang, SlipSource, at = at, net = written, first = first, last = last)
                }
                (Span::Whole(first, last), false) => {
                    say!(lang, SlipDestination, at = at, net = written, first = first, last = last)
                }
            }
        }
        Slip::Address { now } => say!(lang, SlipAddress, at = at, now = now.to_string()),
        Slip::Port { was, now } => {
            say!(lang, SlipPort, at = at, was = was.to_string(), now = now.to_string())
        }
        Slip::Iface { comes: true, name, has } => {
            say!(lang, SlipIn, at = at, name = &**name, has = &**has)
        }
        Slip::Iface { name, has, .. } => say!(lang, SlipOut, at = at, name = &**name, has = &**has),
        Slip::Ends => say!(lang, SlipEnds, at = at),
        Slip::Ports => say!(lang, SlipPorts, at = at),
        Slip::Ifaces => say!(lang, SlipIfaces, at = at),
        Slip::State { wanted, has } => {
            say!(lang, SlipState, at = at, wanted = states(*wanted), has = states(*has))
        }
    }
}

/// The addresses that a mask holds.
enum Span {
    /// The first and the last.
    Whole(String, String),
    /// Of a mask with holes, what each part may be.
    Holes(String),
}

fn span(net: AddrMask) -> Span {
    match (net.addr, net.mask) {
        (IpAddr::V4(a), IpAddr::V4(mask)) => {
            let (addr, mask) = (a.to_bits() & mask.to_bits(), mask.to_bits());
            if mask.leading_ones() == mask.count_ones() {
                let last = Ipv4Addr::from(addr | !mask);
                return Span::Whole(Ipv4Addr::from(addr).to_string(), last.to_string());
            }
            let part = |(a, m): (u8, u8)| match m {
                255 => a.to_string(),
                0 => "ANY".to_owned(),
                m if m.leading_ones() == m.count_ones() => format!("{a}-{}", a | !m),
                m => format!("{a}/{m}"),
            };
            let both = addr.to_be_bytes().into_iter().zip(mask.to_be_bytes());
            Span::Holes(both.map(part).collect::<Vec<_>>().join("."))
        }
        (IpAddr::V6(a), IpAddr::V6(mask)) => {
            let (addr, mask) = (a.to_bits() & mask.to_bits(), mask.to_bits());
            if mask.leading_ones() == mask.count_ones() {
                let last = Ipv6Addr::from(addr | !mask);
                return Span::Whole(Ipv6Addr::from(addr).to_string(), last.to_string());
            }
            let segments = |bits: u128| Ipv6Addr::from(bits).segments();
            let part = |(a, m): (u16, u16)| match m {
                u16::MAX => format!("{a:x}"),
                0 => "ANY".to_owned(),
                m => format!("{a:x}/{m:x}"),
            };
            let both = segments(addr).into_iter().zip(segments(mask));
            Span::Holes(both.map(part).collect::<Vec<_>>().join(":"))
        }
        _ => Span::Holes(network(net)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(addr: &str, mask: &str) -> String {
        let parsed = (addr.parse(), mask.parse());
        let (Ok(addr), Ok(mask)) = parsed else { return String::new() };
        match span(AddrMask { addr, mask }) {
            Span::Whole(first, last) => format!("{first} to {last}"),
            Span::Holes(like) => like,
        }
    }

    #[test]
    fn a_mask_is_told_as_what_it_holds() {
        assert_eq!(told("192.168.5.66", "255.255.255.248"), "192.168.5.64 to 192.168.5.71");
        assert_eq!(told("10.0.0.0", "255.0.255.0"), "10.ANY.0.ANY");
        assert_eq!(told("10.1.128.0", "255.0.192.0"), "10.ANY.128-191.ANY");
        assert_eq!(
            told("2001:db8::", "ffff:ffff::"),
            "2001:db8:: to 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        assert_eq!(told("::5", "::ff"), "ANY:ANY:ANY:ANY:ANY:ANY:ANY:5/ff");
    }
}
