//! ipsets: elements, how a packet is looked up in them, and how rules change them.
//!
//! Kernel: `net/netfilter/ipset`. Where several networks of a set hold an address, the longest prefix
//! decides, and it may be one with `nomatch`. An element that is not understood leaves the answer open.
//! A set that counts adds a packet to the element it finds before it compares the counters; where they do not fit, a
//! shorter prefix may (`ip_set_match_extensions`).

use crate::addr::{block, bounds, prefix, range_holds, step};
use chainwalk_model::{Cidr, Compare, Inv, IpSet, Mac, Masked, Order, SetEntry, SetPart, Text};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

/// Elements that a hash holds at most, unless its `maxelem` says otherwise.
const MAX_ELEMENTS: usize = 65_536;

/// How an element is put in.
pub(crate) struct New {
    /// `--timeout` in seconds.
    pub timeout: Option<u32>,
    /// `--exist`: one that is there is put in anew.
    pub exist: bool,
    /// Bytes of the packet that it is counted with.
    pub bytes: u64,
}

/// The sets of a host by name: rules ask for them by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    places: HashMap<Text, Place>,
}

/// A set of a host.
#[derive(Clone, Debug)]
struct Place {
    /// Where it stands.
    at: usize,
    /// Whether a test leaves it as it is.
    pure: bool,
    /// As it was pasted, made when a rule first asks. Branches share it, and keep only what rules changed.
    pasted: OnceCell<SetState>,
}

impl Named {
    pub(crate) fn of(all: &[IpSet]) -> Self {
        // Nothing counts, and no element learns an address.
        let changes = |s: &IpSet| has(s, "counters") || &*s.kind == "bitmap:ip,mac";
        let any = all.iter().any(changes);
        let mut places = HashMap::with_capacity(all.len());
        for (at, set) in all.iter().enumerate() {
            let pure = if &*set.kind == "list:set" { !any } else { !changes(set) };
            places.entry(set.name.clone()).or_insert(Place { at, pure, pasted: OnceCell::new() });
        }
        Self { places }
    }

    /// The first set of that name, and as it was pasted.
    pub(crate) fn get<'s>(
        &'s self,
        all: &'s [IpSet],
        name: &Text,
    ) -> Option<(&'s IpSet, &'s SetState)> {
        let place = self.places.get(name)?;
        let set = all.get(place.at)?;
        Some((set, place.pasted.get_or_init(|| SetState::new(set))))
    }

    /// Whether a test of the set leaves all sets as they are.
    pub(crate) fn is_pure(&self, name: &Text) -> bool {
        self.places.get(name).is_none_or(|place| place.pure)
    }
}

/// A set as it is at some moment.
#[derive(Clone, Debug)]
pub(crate) struct SetState {
    elements: Vec<Element>,
}

/// An element and when it ends, in milliseconds since the first packet.
#[derive(Clone, Debug)]
struct Element {
    parts: Vec<SetPart>,
    nomatch: bool,
    ends_ms: Option<u64>,
    /// Packets and bytes.
    counted: (u64, u64),
    mark: Masked<u32>,
}

/// What a packet asks of the element that it finds, and leaves there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// Bytes of the packet; `None` where it is not to be counted.
    pub count: Option<u64>,
    /// Of the packets that the element has counted.
    pub packets: Option<Inv<Compare<u64>>>,
    /// Of their bytes.
    pub bytes: Option<Inv<Compare<u64>>>,
}

/// A mark of which no bit is written.
pub(crate) const NO_MARK: Masked<u32> = Masked { value: 0, mask: 0 };

/// What a packet has in one dimension of a set.
#[derive(Clone, Debug)]
pub(crate) enum SetKeyPart {
    Addr(IpAddr),
    /// A protocol and a port.
    Port(u8, u16),
    /// A link-layer address.
    Mac(Mac),
    Iface(Text),
    Mark(u32),
}

/// What one dimension of a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dim {
    Ip,
    /// A network.
    Net,
    /// A port with its protocol.
    Port,
    /// A link-layer address.
    Mac,
    Iface,
    Mark,
    /// Another set.
    Set,
}

/// What a set says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An element fits; the mark that it carries.
    Fits(Masked<u32>),
    /// An element with `nomatch` fits better than any other.
    Excepted,
    /// No element fits.
    Nothing,
    /// It depends on an element that is not understood.
    Unclear,
}

/// The dimensions of a set's type; `None` where the type is not known.
pub(crate) fn dims(set: &IpSet) -> Option<Vec<Dim>> {
    let (method, dims) = set.kind.split_once(':')?;
    let masked = option(set, "netmask").or(option(set, "bitmask")).is_some();
    if !matches!(method, "hash" | "bitmap" | "list") || masked && dims == "net,net" {
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
pub(crate) fn cut(set: &IpSet, dim: Dim, have: SetKeyPart) -> SetKeyPart {
    match (dim, have) {
        (Dim::Ip, SetKeyPart::Addr(addr)) => SetKeyPart::Addr(under_mask(set, addr)),
        (Dim::Mark, SetKeyPart::Mark(value)) => {
            let bits = option(set, "markmask").and_then(hex).unwrap_or(u32::MAX);
            SetKeyPart::Mark(value & bits)
        }
        (_, have) => have,
    }
}

/// The bits of an address that a set keeps: `netmask`, or `bitmask`.
fn under_mask(set: &IpSet, addr: IpAddr) -> IpAddr {
    if let Some(len) = option(set, "netmask").and_then(|v| v.parse().ok()) {
        return prefix(addr, len);
    }
    match (addr, option(set, "bitmask").and_then(|m| m.parse().ok())) {
        (IpAddr::V4(a), Some(IpAddr::V4(m))) => (a & m).into(),
        (IpAddr::V6(a), Some(IpAddr::V6(m))) => (a & m).into(),
        _ => addr,
    }
}

/// Whether a bitmap has room for that address or port; a hash always has.
pub(crate) fn in_range(set: &IpSet, have: &SetKeyPart) -> bool {
    let Some(range) = option(set, "range").filter(|_| set.kind.starts_with("bitmap:")) else {
        return true;
    };
    match have {
        SetKeyPart::Addr(addr) => match range.split_once('-') {
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
        SetKeyPart::Port(_, port) => match range.split_once('-') {
            Some((first, last)) => match (first.parse::<u16>(), last.parse::<u16>()) {
                (Ok(first), Ok(last)) => first <= *port && *port <= last,
                _ => true,
            },
            None => true,
        },
        _ => true,
    }
}

impl SetState {
    /// The set as it was pasted; what it says of its timeouts counts from the first packet on.
    pub(crate) fn new(set: &IpSet) -> Self {
        let dims = dims(set).unwrap_or_default();
        let element = |e: &SetEntry| {
            let whole = Element {
                parts: e.parts.clone(),
                nomatch: e.nomatch,
                ends_ms: ends(set, e.timeout, 0),
                counted: e.counted,
                mark: e.skb_mark,
            };
            whole.in_blocks(&dims)
        };
        // An element that stands twice is one; what was said of it last counts.
        let mut known: HashMap<Vec<SetPart>, usize> = HashMap::new();
        let mut elements: Vec<Element> = Vec::new();
        for one in set.entries.iter().flat_map(element) {
            match known.entry(one.kept(set, &dims)) {
                Entry::Occupied(at) => elements[*at.get()] = one,
                Entry::Vacant(place) => {
                    place.insert(elements.len());
                    elements.push(one);
                }
            }
        }
        Self { elements }
    }

    /// The sets in a `list:set`, in order: where each stands, and its name.
    pub(crate) fn members(&self, now_ms: u64) -> Vec<(usize, Text)> {
        let name = |(at, e): (usize, &Element)| match e.parts.first() {
            Some(SetPart::Set(name)) if e.lives(now_ms) => Some((at, name.clone())),
            _ => None,
        };
        self.elements.iter().enumerate().filter_map(name).collect()
    }

    /// Where the elements stand that fit a packet with these parts, the longest prefixes first. The flag says
    /// whether there is one that may fit and is not understood.
    pub(crate) fn find(
        &self,
        set: &IpSet,
        dims: &[Dim],
        key: &[SetKeyPart],
        now_ms: u64,
    ) -> (Vec<usize>, bool) {
        let mut fits: Vec<(Vec<u8>, usize)> = Vec::new();
        let mut unclear = false;
        for (at, e) in self.elements.iter().enumerate().filter(|(_, e)| e.lives(now_ms)) {
            match e.fits(set, dims, key) {
                Fit::Yes(lens) => fits.push((lens, at)),
                Fit::No => {}
                Fit::Unclear => unclear = true,
            }
        }
        fits.order_by(|(a, _), (b, _)| b.cmp(a));
        (fits.into_iter().map(|(_, at)| at).collect(), unclear)
    }

    /// What a found element says.
    pub(crate) fn says(&self, at: usize) -> Found {
        match self.elements.get(at) {
            Some(e) if e.nomatch => Found::Excepted,
            Some(e) => Found::Fits(e.mark),
            None => Found::Nothing,
        }
    }

    /// Counts a packet at an element, and compares what it has counted.
    pub(crate) fn passes(
        &mut self,
        dims: &[Dim],
        key: &[SetKeyPart],
        at: usize,
        ask: &Ask,
    ) -> bool {
        let at = self.single_out(dims, at, key);
        let Some(e) = self.elements.get_mut(at) else { return false };
        if let Some(bytes) = ask.count {
            e.counted = (e.counted.0.wrapping_add(1), e.counted.1.wrapping_add(bytes));
        }
        compared(ask.packets, e.counted.0) && compared(ask.bytes, e.counted.1)
    }

    /// A `bitmap:ip,mac` takes the link-layer address of the first packet that fits an element without
    /// one.
    pub(crate) fn learn(
        &mut self,
        set: &IpSet,
        dims: &[Dim],
        key: &[SetKeyPart],
        bytes: u64,
        now_ms: u64,
    ) -> bool {
        let Some(SetKeyPart::Mac(mac)) = key.last() else { return false };
        for e in self.elements.iter_mut().filter(|e| e.parts.len() < dims.len()) {
            if e.lives(now_ms) && matches!(e.fits(set, dims, key), Fit::Yes(_)) {
                e.parts.push(SetPart::Mac(*mac));
                (e.counted, e.mark) = ((1, bytes), NO_MARK);
                return true;
            }
        }
        false
    }

    /// Adds an element; whether the kernel would say that it did.
    pub(crate) fn add(
        &mut self,
        set: &IpSet,
        dims: &[Dim],
        key: &[SetKeyPart],
        new: &New,
        now_ms: u64,
    ) -> bool {
        let ends_ms = ends(set, new.timeout, now_ms);
        let fresh = |parts, ends_ms| Element {
            parts,
            nomatch: false,
            ends_ms,
            counted: (1, new.bytes),
            mark: NO_MARK,
        };
        let parts = self.as_added(dims, key);
        self.elements.retain(|e| e.lives(now_ms));
        if let Some(at) = self.position(set, dims, &parts, key) {
            if !new.exist {
                return false;
            }
            let at = self.single_out(dims, at, key);
            self.elements[at] =
                Element { parts: self.elements[at].parts.clone(), ..fresh(Vec::new(), ends_ms) };
            return true;
        }
        let most = option(set, "maxelem").and_then(|v| v.parse().ok()).unwrap_or(MAX_ELEMENTS);
        let full = set.kind.starts_with("hash:") && self.elements.len() >= most;
        if full && !has(set, "forceadd") {
            return false;
        }
        self.elements.push(fresh(parts, ends_ms));
        true
    }

    /// Removes an element; whether there was one.
    pub(crate) fn remove(
        &mut self,
        set: &IpSet,
        dims: &[Dim],
        key: &[SetKeyPart],
        now_ms: u64,
    ) -> bool {
        let parts = self.as_added(dims, key);
        self.elements.retain(|e| e.lives(now_ms));
        let mut found = false;
        while let Some(at) = self.position(set, dims, &parts, key) {
            let at = self.single_out(dims, at, key);
            self.elements.remove(at);
            found = true;
        }
        found
    }

    /// The element that a packet stands for when a rule adds or removes it. A network takes the longest
    /// prefix that the set has.
    fn as_added(&self, dims: &[Dim], key: &[SetKeyPart]) -> Vec<SetPart> {
        let part = |(k, (dim, have)): (usize, (&Dim, &SetKeyPart))| match have {
            SetKeyPart::Addr(addr) => {
                let whole = if addr.is_ipv4() { 32 } else { 128 };
                let longest = self.elements.iter().filter_map(|e| e.parts.get(k)?.prefix_len());
                let len = match dim {
                    Dim::Net => longest.max().unwrap_or(whole),
                    _ => whole,
                };
                SetPart::Net(Cidr { addr: prefix(*addr, len), len })
            }
            SetKeyPart::Port(proto, port) => {
                SetPart::Port { proto: *proto, first: *port, last: *port }
            }
            SetKeyPart::Mac(mac) => SetPart::Mac(*mac),
            SetKeyPart::Iface(name) => SetPart::Iface(name.clone()),
            SetKeyPart::Mark(mark) => SetPart::Mark(*mark, u32::MAX),
        };
        dims.iter().zip(key).enumerate().map(part).collect()
    }

    /// The element that is this one, or that stands for it among others.
    fn position(
        &self,
        set: &IpSet,
        dims: &[Dim],
        parts: &[SetPart],
        key: &[SetKeyPart],
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
    fn single_out(&mut self, dims: &[Dim], at: usize, key: &[SetKeyPart]) -> usize {
        for (k, (dim, have)) in dims.iter().zip(key).enumerate() {
            let rest = match (dim, have, self.elements[at].parts.get(k)) {
                (Dim::Ip, SetKeyPart::Addr(addr), Some(part)) => part.without(*addr),
                (Dim::Port, SetKeyPart::Port(_, number), Some(part)) => part.without_port(*number),
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

    /// Its parts as the set keeps them, without the bits that do not count.
    fn kept(&self, set: &IpSet, dims: &[Dim]) -> Vec<SetPart> {
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
    fn in_blocks(self, dims: &[Dim]) -> Vec<Element> {
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
    fn fits(&self, set: &IpSet, dims: &[Dim], key: &[SetKeyPart]) -> Fit {
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

/// Whether a counter is as it was asked for.
fn compared(asked: Option<Inv<Compare<u64>>>, value: u64) -> bool {
    let Some(Inv { not, value: compare }) = asked else { return true };
    let holds = match compare {
        Compare::Eq(n) => value == n,
        Compare::Gt(n) => value > n,
        Compare::Lt(n) => value < n,
    };
    holds != not
}

/// Whether the `create` line has an option without a value.
pub(crate) fn has(set: &IpSet, name: &str) -> bool {
    set.options.iter().any(|o| o.split_whitespace().any(|w| w == name))
}

/// When an element ends: its own timeout, else the set's; 0 is never. In a set that was made without a timeout
/// none ends.
fn ends(set: &IpSet, timeout: Option<u32>, now_ms: u64) -> Option<u64> {
    let seconds = timeout.filter(|_| set.timeout.is_some()).or(set.timeout).filter(|s| *s > 0)?;
    Some(now_ms.saturating_add(u64::from(seconds) * 1000))
}

/// A number in hex or decimal.
fn hex(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
