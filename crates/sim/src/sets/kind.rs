//! What the `create` line of a set says: its dimensions, and what it keeps of a packet in each.

use crate::addr::{prefix, range_holds};
use chainwalk_model::{IpSet, Mac, Text};
use std::net::IpAddr;

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
pub(super) fn under_mask(set: &IpSet, addr: IpAddr) -> IpAddr {
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

/// Whether the `create` line has an option without a value.
pub(crate) fn has(set: &IpSet, name: &str) -> bool {
    set.options.iter().any(|o| o.split_whitespace().any(|w| w == name))
}

/// A number in hex or decimal.
fn hex(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
