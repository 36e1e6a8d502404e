//! `ipset restore` lines: the sets of a host and their elements.
//!
//! Guarantees: an element that does not fit the type of its set is kept as [`SetPart::Opaque`], never lost.

use crate::oneline::{cidr, number, protocol, words};
use chainwalk_model::{IpFamily, IpSet, Mac, Masked, Origin, SetEntry, SetPart, Text};
use std::collections::HashMap;
use std::net::IpAddr;

/// Reads the lines into sets; gives back the lines that say neither `create` nor `add`, or that name a set
/// that was not created.
pub(crate) fn read(lines: &[String], origin: Origin) -> (Vec<IpSet>, Vec<String>) {
    let (mut sets, mut rest): (Vec<IpSet>, Vec<String>) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let parts: Vec<&str> = words(line).iter().map(|w| w.text).collect();
        let known = match parts.as_slice() {
            ["create" | "-N", name, kind, options @ ..] => {
                places.entry((*name).to_owned()).or_insert(sets.len());
                sets.push(create(name, kind, options, origin));
                true
            }
            ["add" | "-A", name, element, options @ ..] => {
                let set = places.get(*name).and_then(|at| sets.get_mut(*at));
                set.map(|set| {
                    let entry = entry(&set.kind, element, options, set.timeout);
                    set.entries.push(entry);
                })
                .is_some()
            }
            _ => false,
        };
        if !known {
            rest.push(line.to_owned());
        }
    }
    (sets, rest)
}

fn create(name: &str, kind: &str, options: &[&str], origin: Origin) -> IpSet {
    let after = |word| options.iter().position(|o| *o == word).and_then(|at| options.get(at + 1));
    IpSet {
        name: name.into(),
        kind: kind.into(),
        family: if after("family") == Some(&"inet6") { IpFamily::V6 } else { IpFamily::V4 },
        timeout: after("timeout").and_then(|t| t.parse().ok()),
        options: options.iter().map(|o| Text::from(*o)).collect(),
        entries: Vec::new(),
        origin,
    }
}

fn entry(kind: &str, element: &str, options: &[&str], default: Option<u32>) -> SetEntry {
    let dimensions: Vec<&str> = kind.split_once(':').map_or("", |(_, d)| d).split(',').collect();
    let mut texts: Vec<&str> = element.splitn(dimensions.len(), ',').collect();
    texts.resize(dimensions.len(), "");
    let parts = dimensions
        .iter()
        .zip(texts)
        .map(|(d, text)| part(d, text).unwrap_or_else(|| SetPart::Opaque(text.into())));
    let mut entry = SetEntry {
        parts: parts.collect(),
        nomatch: false,
        timeout: default,
        counted: (0, 0),
        skb_mark: Masked { value: 0, mask: 0 },
    };
    let mut words = options.iter().copied();
    while let Some(word) = words.next() {
        // `comment` has any text behind it, `skbprio` and `skbqueue` what no rule tests.
        match word {
            "nomatch" => entry.nomatch = true,
            "wildcard" => {
                for part in &mut entry.parts {
                    if let SetPart::Iface(name) = part {
                        *part = SetPart::IfacePrefix(name.clone());
                    }
                }
            }
            "-exist" | "-!" => {}
            "timeout" => entry.timeout = words.next().and_then(number).or(entry.timeout),
            "packets" => entry.counted.0 = words.next().and_then(number).unwrap_or(0),
            "bytes" => entry.counted.1 = words.next().and_then(number).unwrap_or(0),
            "skbmark" => {
                entry.skb_mark = words.next().and_then(skb_mark).unwrap_or(entry.skb_mark);
            }
            _ => _ = words.next(),
        }
    }
    entry.timeout = entry.timeout.filter(|t| *t != 0);
    entry
}

/// `0x1`, which is all bits, or `0x1/0xff`.
fn skb_mark(text: &str) -> Option<Masked<u32>> {
    let (value, mask) = text.split_once('/').unwrap_or((text, "0xffffffff"));
    Some(Masked { value: number(value)?, mask: number(mask)? })
}

/// One part of an element, by the name of its dimension.
fn part(dimension: &str, text: &str) -> Option<SetPart> {
    match dimension {
        "ip" | "net" => match (cidr(text), text.split_once('-')) {
            (Some(net), _) => Some(SetPart::Net(net)),
            (None, Some((first, last))) => {
                Some(SetPart::Range(first.parse().ok()?, last.parse::<IpAddr>().ok()?))
            }
            (None, None) => None,
        },
        "port" => port(text),
        "mac" => mac(text).map(SetPart::Mac),
        "iface" => (!text.is_empty()).then(|| SetPart::Iface(text.into())),
        "mark" => match text.split_once('/') {
            Some((value, mask)) => Some(SetPart::Mark(number(value)?, number(mask)?)),
            None => Some(SetPart::Mark(number(text)?, u32::MAX)),
        },
        "set" => (!text.is_empty()).then(|| SetPart::Set(text.into())),
        _ => None,
    }
}

/// `80`, `80-90`, `udp:53`, `icmp:8/0`. Without a protocol the kernel takes TCP.
fn port(text: &str) -> Option<SetPart> {
    let (proto, ports) = match text.split_once(':') {
        Some((name, ports)) => (protocol(name)?, ports),
        None => (6, text),
    };
    let (first, last) = match ports.split_once('/') {
        Some((kind, code)) => {
            let both = u16::from_be_bytes([number(kind)?, number(code)?]);
            (both, both)
        }
        None => match ports.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(ports)?, number(ports)?),
        },
    };
    Some(SetPart::Port { proto, first, last })
}

/// Six bytes in hexadecimal, parted by colons.
pub(super) fn mac(text: &str) -> Option<Mac> {
    let mut bytes = [0; 6];
    let mut parts = text.split(':');
    for byte in &mut bytes {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    parts.next().is_none().then_some(Mac(bytes))
}

/// The link-layer address that a recorded case gives to a host behind a bridge port.
pub(super) fn bridge_host(addr: IpAddr) -> Mac {
    let last = match addr {
        IpAddr::V4(v4) => v4.to_bits(),
        IpAddr::V6(v6) => v6.to_bits() as u32,
    };
    let mut mac = [2, 1, 0, 0, 0, 0];
    mac[2..].copy_from_slice(&last.to_be_bytes());
    Mac(mac)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expect: &[SetPart]) {
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        let (sets, rest) = read(&lines, Origin::Given);
        assert!(rest.is_empty(), "{rest:?}");
        assert_eq!(sets[0].entries[0].parts, expect);
    }

    #[test]
    fn elements_follow_the_dimensions_of_their_set() {
        let net = |text| SetPart::Net(cidr(text).unwrap());
        check(&["create a hash:ip", "add a 10.0.0.1"], &[net("10.0.0.1")]);
        check(
            &["create a hash:ip,port", "add a 10.0.0.5,udp:53"],
            &[net("10.0.0.5"), SetPart::Port { proto: 17, first: 53, last: 53 }],
        );
        check(
            &["create a hash:ip,port,net", "add a 10.0.0.5,80-90,10.9.0.0/16"],
            &[net("10.0.0.5"), SetPart::Port { proto: 6, first: 80, last: 90 }, net("10.9.0.0/16")],
        );
        check(
            &["create a bitmap:ip range 10.0.0.0/24", "add a 10.0.0.7-10.0.0.9"],
            &[SetPart::Range("10.0.0.7".parse().unwrap(), "10.0.0.9".parse().unwrap())],
        );
        check(
            &["create a hash:net,iface", "add a 10.0.0.0/24,eth0"],
            &[net("10.0.0.0/24"), SetPart::Iface("eth0".into())],
        );
        check(&["create a list:set size 8", "add a hosts"], &[SetPart::Set("hosts".into())]);
        check(&["create a hash:ip", "add a what"], &[SetPart::Opaque("what".into())]);
    }

    #[test]
    fn a_line_about_a_set_that_is_not_there_is_given_back() {
        let lines = ["add b 10.0.0.1".to_owned(), "flush b".to_owned()];
        assert_eq!(read(&lines, Origin::Given).1, lines);
    }
}
