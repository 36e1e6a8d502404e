//! An element of a set, and whether a packet is one; a line that stands for many can be parted.

use super::kind::{Dim, SetKeyPart, under_mask};
use crate::addr::{block, bounds, prefix, range_holds, step};
use chainwalk_model::{Cidr, IpSet, Masked, SetPart};
use std::net::IpAddr;

/// An element and when it ends, in milliseconds since the first packet.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) parts: Vec<SetPart>,
    pub(super) nomatch: bool,
    pub(super) ends_ms: Option<u64>,
    /// Packets and bytes.
    pub(super) counted: (u64, u64),
    pub(super) mark: Masked<u32>,
}

/// Whether an element fits.
pub(super) enum Fit {
    /// It does; the prefix lengths of its addresses, 0 where they are no networks.
    Yes(Vec<u8>),
    /// It does not.
    No,
    /// It has a part that is not understood.
    Unclear,
}

impl Element {
    pub(super) fn lives(&self, now_ms: u64) -> bool {
        self.ends_ms.is_none_or(|end| now_ms <= end)
    }

    /// Its parts as the set keeps them, without the bits that do not count.
    pub(super) fn kept(&self, set: &IpSet, dims: &[Dim]) -> Vec<SetPart> {
        let part = |(k, part): (usize, &SetPart)| match part {
            SetPart::Net(net) if dims.get(k) == Some(&Dim::Ip) => {
                SetPart::Net(Cidr { addr: under_mask(set, prefix(net.addr, net.len)), ..*net })
            }
            SetPart::Net(net) => SetPart::Net(Cidr { addr: prefix(net.addr, net.len), ..*net }),
            other => other.clone(),
        };
        self.parts.iter().enumerate().map(part).collect()
    }

    /// A range in a set of networks is kept as the fewest networks that make it up.
    pub(super) fn in_blocks(self, dims: &[Dim]) -> Vec<Element> {
        let range = dims
            .iter()
            .zip(&self.parts)
            .position(|(dim, part)| *dim == Dim::Net && matches!(part, SetPart::Range(..)));
        let Some(k) = range else { return vec![self] };
        let SetPart::Range(first, last) = self.parts[k] else { return vec![self] };
        let (mut next, mut all) = (Some(first), Vec::new());
        while let Some(addr) = next.filter(|a| range_holds(first, last, *a)) {
            let part = Cidr { addr, len: block(addr, last, addr) };
            let mut one = self.clone();
            one.parts[k] = SetPart::Net(part);
            all.extend(one.in_blocks(dims));
            let end = bounds(part).1;
            next = (end < last).then(|| step(end, true));
        }
        all
    }

    /// Whether it is the element of a packet that has these parts, or holds it.
    pub(super) fn fits(&self, set: &IpSet, dims: &[Dim], key: &[SetKeyPart]) -> Fit {
        let mut lens = Vec::new();
        let mut unclear = false;
        for (k, (dim, have)) in dims.iter().zip(key).enumerate() {
            let Some(part) = self.parts.get(k) else {
                if *dim == Dim::Mac {
                    continue;
                }
                return Fit::No;
            };
            let fits = match (part, have) {
                (SetPart::Net(net), SetKeyPart::Addr(addr)) => {
                    lens.push(if *dim == Dim::Net { net.len } else { 0 });
                    let (first, addr) = (prefix(net.addr, net.len), prefix(*addr, net.len));
                    net.addr.is_ipv4() == addr.is_ipv4()
                        && match dim {
                            Dim::Ip => under_mask(set, first) == under_mask(set, addr),
                            _ => first == addr,
                        }
                }
                (SetPart::Range(first, last), SetKeyPart::Addr(addr)) => {
                    lens.push(0);
                    range_holds(*first, *last, *addr)
                }
                (SetPart::Port { proto, first, last }, SetKeyPart::Port(number, at)) => {
                    let any_proto = &*set.kind == "bitmap:port";
                    (any_proto || proto == number) && first <= at && at <= last
                }
                (SetPart::Mac(mac), SetKeyPart::Mac(m)) => mac == m,
                (SetPart::Iface(name), SetKeyPart::Iface(dev)) => name == dev,
                (SetPart::IfacePrefix(name), SetKeyPart::Iface(dev)) => dev.starts_with(&**name),
                (SetPart::Mark(mark, _), SetKeyPart::Mark(m)) => mark == m,
                (SetPart::Opaque(_), _) => {
                    unclear = true;
                    true
                }
                _ => false,
            };
            if !fits {
                return Fit::No;
            }
        }
        if unclear { Fit::Unclear } else { Fit::Yes(lens) }
    }
}

/// Operations on a part that stands for several elements.
pub(super) trait Several: Sized {
    /// The prefix length of a network.
    fn prefix_len(&self) -> Option<u8>;
    /// This address alone, and what is left.
    fn without(&self, addr: IpAddr) -> Option<(SetPart, Vec<SetPart>)>;
    /// This port alone, and what is left.
    fn without_port(&self, port: u16) -> Option<(SetPart, Vec<SetPart>)>;
}

impl Several for SetPart {
    fn prefix_len(&self) -> Option<u8> {
        match self {
            SetPart::Net(net) => Some(net.len),
            _ => None,
        }
    }

    fn without(&self, addr: IpAddr) -> Option<(SetPart, Vec<SetPart>)> {
        let (first, last) = match self {
            SetPart::Net(net) => bounds(*net),
            SetPart::Range(first, last) => (*first, *last),
            _ => return None,
        };
        let one = Cidr::host(addr);
        let mut rest = Vec::new();
        if first < addr {
            rest.push(SetPart::Range(first, step(addr, false)));
        }
        if addr < last {
            rest.push(SetPart::Range(step(addr, true), last));
        }
        Some((SetPart::Net(one), rest))
    }

    fn without_port(&self, port: u16) -> Option<(SetPart, Vec<SetPart>)> {
        let SetPart::Port { proto, first, last } = *self else { return None };
        let ports = |first, last| SetPart::Port { proto, first, last };
        let mut rest = Vec::new();
        if first < port {
            rest.push(ports(first, port - 1));
        }
        if port < last {
            rest.push(ports(port + 1, last));
        }
        Some((ports(port, port), rest))
    }
}
