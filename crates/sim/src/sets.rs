//! ipsets: elements, how a packet is looked up in them, and how rules change them.
//!
//! Kernel: `net/netfilter/ipset`. Where several networks of a set hold an address, the longest prefix
//! decides, and it may be one with `nomatch`. An element that is not understood leaves the answer open.

use chainwalk_model::{Cidr, IpSet, Mac, SetEntry, SetPart, Text};
use std::net::IpAddr;

/// Elements that a hash holds at most, unless its `maxelem` says otherwise.
const MAX_ELEMENTS: usize = 65_536;

/// A set as it is at some moment.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    elements: Vec<Element>,
}

/// An element and when it ends, in milliseconds since the first packet.
#[derive(Clone, Debug)]
struct Element {
    parts: Vec<SetPart>,
    nomatch: bool,
    ends_ms: Option<u64>,
}

/// What a packet has in one dimension of a set.
#[derive(Clone, Debug)]
pub(crate) enum Have {
    /// An address.
    Addr(IpAddr),
    /// A protocol and a port.
    Port(u8, u16),
    /// A link-layer address.
    Mac(Mac),
    /// The interface.
    Iface(Text),
    /// A mark.
    Mark(u32),
}

/// What one dimension of a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dim {
    /// An address.
    Ip,
    /// A network.
    Net,
    /// A port with its protocol.
    Port,
    /// A link-layer address.
    Mac,
    /// An interface.
    Iface,
    /// A mark.
    Mark,
    /// Another set.
    Set,
}

/// What a set says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An element fits.
    Fits,
    /// An element with `nomatch` fits better than any other.
    Excepted,
    /// None fits.
    Nothing,
    /// It depends on an element that is not understood.
    Unclear,
}

/// The dimensions of a set's type; `None` where the type is not known.
pub(crate) fn dims(set: &IpSet) -> Option<Vec<Dim>> {
    let (method, dims) = set.kind.split_once(':')?;
    if !matches!(method, "hash" | "bitmap" | "list") {
        return None;
    }
    let dim = |name| {
        Some(match name {
            "ip" => Dim::Ip,
            "net" => Dim::Net,
            "port" => Dim::Port,
            "mac" => Dim::Mac,
            "iface" => Dim::Iface,
            "mark" => Dim::Mark,
            "set" => Dim::Set,
            _ => return None,
        })
    };
    dims.split(',').map(dim).collect()
}

/// The value of an option of the `create` line.
pub(crate) fn option<'a>(set: &'a IpSet, name: &str) -> Option<&'a str> {
    let mut words = set.options.iter().flat_map(|o| o.split_whitespace());
    words.find(|w| *w == name)?;
    words.next()
}

/// What a packet has in a dimension, as this set keeps it.
pub(crate) fn cut(set: &IpSet, dim: Dim, have: Have) -> Have {
    let number = |name| option(set, name).and_then(|v| v.parse().ok());
    match (dim, have) {
        (Dim::Ip, Have::Addr(addr)) => match number("netmask") {
            Some(len) => Have::Addr(prefix(addr, len)),
            None => Have::Addr(addr),
        },
        (Dim::Mark, Have::Mark(value)) => {
            let bits = option(set, "markmask").and_then(hex).unwrap_or(u32::MAX);
            Have::Mark(value & bits)
        }
        (_, have) => have,
    }
}

/// Whether a bitmap has room for that address or port; a hash always has.
pub(crate) fn in_range(set: &IpSet, have: &Have) -> bool {
    let Some(range) = option(set, "range").filter(|_| set.kind.starts_with("bitmap:")) else {
        return true;
    };
    match have {
        Have::Addr(addr) => match range.split_once('-') {
            Some((first, last)) => match (first.parse(), last.parse()) {
                (Ok(first), Ok(last)) => range_holds(first, last, *addr),
                _ => true,
            },
            None => match range.split_once('/') {
                Some((net, len)) => match (net.parse(), len.parse()) {
                    (Ok(net), Ok(len)) => prefix(net, len) == prefix(*addr, len),
                    _ => true,
                },
                None => true,
            },
        },
        Have::Port(_, port) => match range.split_once('-') {
            Some((first, last)) => match (first.parse::<u16>(), last.parse::<u16>()) {
                (Ok(first), Ok(last)) => first <= *port && *port <= last,
                _ => true,
            },
            None => true,
        },
        _ => true,
    }
}

impl Live {
    /// The set as it was pasted; what is told of its timeouts counts from the first packet on.
    pub(crate) fn new(set: &IpSet) -> Self {
        let element = |e: &SetEntry| Element {
            parts: e.parts.clone(),
            nomatch: e.nomatch,
            ends_ms: ends(set, e.timeout, 0),
        };
        Self { elements: set.entries.iter().map(element).collect() }
    }

    /// The names of the sets in a `list:set`, in order.
    pub(crate) fn members(&self, now_ms: u64) -> Vec<Text> {
        let name = |e: &Element| match e.parts.first() {
            Some(SetPart::Set(name)) => Some(name.clone()),
            _ => None,
        };
        self.elements.iter().filter(|e| e.lives(now_ms)).filter_map(name).collect()
    }

    /// What the set says of a packet that has these parts.
    pub(crate) fn find(&self, set: &IpSet, dims: &[Dim], key: &[Have], now_ms: u64) -> Found {
        let mut best: Option<(Vec<u8>, Found)> = None;
        let mut unclear = false;
        for e in self.elements.iter().filter(|e| e.lives(now_ms)) {
            match e.fits(set, dims, key) {
                Fit::Yes(lens) => {
                    let found = if e.nomatch { Found::Excepted } else { Found::Fits };
                    if best.as_ref().is_none_or(|(b, _)| lens > *b) {
                        best = Some((lens, found));
                    }
                }
                Fit::No => {}
                Fit::Unclear => unclear = true,
            }
        }
        match best {
            Some((_, found)) => found,
            None if unclear => Found::Unclear,
            None => Found::Nothing,
        }
    }

    /// A `bitmap:ip,mac` takes the link-layer address of the first packet that fits an element without
    /// one.
    pub(crate) fn learn(&mut self, set: &IpSet, dims: &[Dim], key: &[Have], now_ms: u64) {
        let Some(Have::Mac(mac)) = key.last() else { return };
        for e in self.elements.iter_mut().filter(|e| e.parts.len() < dims.len()) {
            if e.lives(now_ms) && matches!(e.fits(set, dims, key), Fit::Yes(_)) {
                e.parts.push(SetPart::Mac(*mac));
            }
        }
    }

    /// Adds an element; whether the kernel would say that it did.
    pub(crate) fn add(
        &mut self,
        set: &IpSet,
        dims: &[Dim],
        key: &[Have],
        timeout: Option<u32>,
        exist: bool,
        now_ms: u64,
    ) -> bool {
        let ends_ms = ends(set, timeout, now_ms);
        let parts = self.as_added(dims, key);
        self.elements.retain(|e| e.lives(now_ms));
        if let Some(at) = self.position(set, dims, &parts, key) {
            if !exist {
                return false;
            }
            let at = self.single_out(dims, at, key);
            self.elements[at].ends_ms = ends_ms;
            return true;
        }
        let most = option(set, "maxelem").and_then(|v| v.parse().ok()).unwrap_or(MAX_ELEMENTS);
        let forced = set.options.iter().any(|o| o.split_whitespace().any(|w| w == "forceadd"));
        if set.kind.starts_with("hash:") && self.elements.len() >= most && !forced {
            return false;
        }
        self.elements.push(Element { parts, nomatch: false, ends_ms });
        true
    }

    /// Removes an element; whether there was one.
    pub(crate) fn remove(&mut self, set: &IpSet, dims: &[Dim], key: &[Have], now_ms: u64) -> bool {
        let parts = self.as_added(dims, key);
        self.elements.retain(|e| e.lives(now_ms));
        let Some(at) = self.position(set, dims, &parts, key) else { return false };
        let at = self.single_out(dims, at, key);
        self.elements.remove(at);
        true
    }

    /// The element that a packet stands for when a rule adds or removes it. A network takes the longest
    /// prefix that the set has.
    fn as_added(&self, dims: &[Dim], key: &[Have]) -> Vec<SetPart> {
        let part = |(k, (dim, have)): (usize, (&Dim, &Have))| match have {
            Have::Addr(addr) => {
                let whole = if addr.is_ipv4() { 32 } else { 128 };
                let longest = self.elements.iter().filter_map(|e| e.parts.get(k)?.prefix_len());
                let len = match dim {
                    Dim::Net => longest.max().unwrap_or(whole),
                    _ => whole,
                };
                SetPart::Net(Cidr { addr: prefix(*addr, len), len })
            }
            Have::Port(proto, port) => SetPart::Port { proto: *proto, first: *port, last: *port },
            Have::Mac(mac) => SetPart::Mac(*mac),
            Have::Iface(name) => SetPart::Iface(name.clone()),
            Have::Mark(mark) => SetPart::Mark(*mark, u32::MAX),
        };
        dims.iter().zip(key).enumerate().map(part).collect()
    }

    /// The element that is this one, or that stands for it among others.
    fn position(
        &self,
        set: &IpSet,
        dims: &[Dim],
        parts: &[SetPart],
        key: &[Have],
    ) -> Option<usize> {
        let same = |e: &Element| {
            matches!(e.fits(set, dims, key), Fit::Yes(_))
                && dims.iter().zip(e.parts.iter().zip(parts)).all(|(dim, (a, b))| {
                    *dim != Dim::Net || a.prefix_len().is_none() || a.prefix_len() == b.prefix_len()
                })
        };
        self.elements.iter().position(same)
    }

    /// Where one line stands for many elements, splits the one of `key` off; the index of it.
    fn single_out(&mut self, dims: &[Dim], at: usize, key: &[Have]) -> usize {
        for (k, (dim, have)) in dims.iter().zip(key).enumerate() {
            let rest = match (dim, have, self.elements[at].parts.get(k)) {
                (Dim::Ip, Have::Addr(addr), Some(part)) => part.without(*addr),
                (Dim::Port, Have::Port(_, number), Some(part)) => part.without_port(*number),
                _ => None,
            };
            let Some((one, rest)) = rest else { continue };
            for part in rest {
                let mut other = self.elements[at].clone();
                other.parts[k] = part;
                self.elements.push(other);
            }
            self.elements[at].parts[k] = one;
        }
        at
    }
}

/// Whether an element fits.
enum Fit {
    /// It does; the prefix lengths of its addresses, 0 where they are no networks.
    Yes(Vec<u8>),
    /// It does not.
    No,
    /// It has a part that is not understood.
    Unclear,
}

impl Element {
    fn lives(&self, now_ms: u64) -> bool {
        self.ends_ms.is_none_or(|end| now_ms <= end)
    }

    /// Whether it is the element of a packet that has these parts, or holds it.
    fn fits(&self, set: &IpSet, dims: &[Dim], key: &[Have]) -> Fit {
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
                (SetPart::Net(net), Have::Addr(addr)) => {
                    let len = match option(set, "netmask").and_then(|v| v.parse().ok()) {
                        Some(mask) if *dim == Dim::Ip => net.len.min(mask),
                        _ => net.len,
                    };
                    lens.push(if *dim == Dim::Net { len } else { 0 });
                    net.addr.is_ipv4() == addr.is_ipv4()
                        && prefix(net.addr, len) == prefix(*addr, len)
                }
                (SetPart::Range(first, last), Have::Addr(addr)) => {
                    lens.push(if *dim == Dim::Net { block(*first, *last, *addr) } else { 0 });
                    range_holds(*first, *last, *addr)
                }
                (SetPart::Port { proto, first, last }, Have::Port(number, at)) => {
                    let any_proto = &*set.kind == "bitmap:port";
                    (any_proto || proto == number) && first <= at && at <= last
                }
                (SetPart::Mac(mac), Have::Mac(m)) => mac == m,
                (SetPart::Iface(name), Have::Iface(dev)) => name == dev,
                (SetPart::Mark(mark, _), Have::Mark(m)) => mark == m,
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
trait Several: Sized {
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
        let one = Cidr { addr, len: if addr.is_ipv4() { 32 } else { 128 } };
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

/// When an element ends: its own timeout, else the set's; 0 is never.
fn ends(set: &IpSet, timeout: Option<u32>, now_ms: u64) -> Option<u64> {
    let seconds = timeout.or(set.timeout).filter(|s| *s > 0)?;
    Some(now_ms.saturating_add(u64::from(seconds) * 1000))
}

/// The first bits of an address.
fn prefix(addr: IpAddr, len: u8) -> IpAddr {
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

fn range_holds(first: IpAddr, last: IpAddr, addr: IpAddr) -> bool {
    first.is_ipv4() == addr.is_ipv4() && first <= addr && addr <= last
}

/// The first and the last address of a network.
fn bounds(net: Cidr) -> (IpAddr, IpAddr) {
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
fn step(addr: IpAddr, up: bool) -> IpAddr {
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

/// A range in a set of networks is kept as the fewest networks that make it up: the prefix length of the
/// one that holds the address.
fn block(first: IpAddr, last: IpAddr, addr: IpAddr) -> u8 {
    let whole = if addr.is_ipv4() { 32 } else { 128 };
    (0..=whole)
        .find(|len| {
            let (from, to) = bounds(Cidr { addr, len: *len });
            first <= from && to <= last
        })
        .unwrap_or(whole)
}

/// A number in hex or decimal.
fn hex(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
