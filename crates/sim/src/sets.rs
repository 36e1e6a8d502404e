//! ipsets: how a packet is looked up in them, and how rules change them.
//!
//! Kernel: `net/netfilter/ipset`. Where several networks of a set hold an address, the longest prefix
//! decides, and it may be one with `nomatch`. An element that is not understood leaves the answer open.
//! A set that counts adds a packet to the element it finds before it compares the counters; where they do not fit, a
//! shorter prefix may (`ip_set_match_extensions`).

mod element;
mod kind;

use crate::addr::prefix;
use chainwalk_model::{Cidr, Compare, Inv, IpSet, Masked, Order, SetEntry, SetPart, Text};
use element::{Element, Fit, Several};
pub(crate) use kind::{Dim, SetKeyPart, cut, dims, has, in_range, option};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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

/// When an element ends: its own timeout, else the set's; 0 is never. In a set that was made without a timeout
/// none ends.
fn ends(set: &IpSet, timeout: Option<u32>, now_ms: u64) -> Option<u64> {
    let seconds = timeout.filter(|_| set.timeout.is_some()).or(set.timeout).filter(|s| *s > 0)?;
    Some(now_ms.saturating_add(u64::from(seconds) * 1000))
}
