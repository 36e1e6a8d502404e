//! `ip addr`, `ip link`, `bridge link`, and their `-br` forms, also shortened ones.

use super::block::{Block, Facts, group, mac, made, of_kind, pasted};
use crate::blank;
use crate::clean::{Clean, Row};
use crate::value::{self, whole};
use chainwalk_model::{BlankPart, Fact, Interface, SectionKind};

/// `2: eth0: <UP> mtu 1500 …` and the lines below it.
pub(super) fn long(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    head(clean, *rows.first()?)?;
    let mut found: Vec<Interface> = Vec::new();
    let mut filtering = Vec::new();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() {
            continue;
        }
        if let Some(interface) = head(clean, *row) {
            found.push(interface);
        } else if !detail(clean, *row, found.last_mut()?) {
            break;
        }
        let mut words = row.text.split_whitespace();
        if words.any(|w| w == "vlan_filtering")
            && words.next() == Some("1")
            && let Some(bridge) = found.last()
        {
            filtering.push((bridge.name.clone(), pasted(clean, *row)));
        }
        taken = n + 1;
    }
    let kind = SectionKind::Interfaces(found.len() as u32);
    made(clean, rows, taken, kind, Facts { interfaces: found, filtering, ..Facts::default() })
}

/// `2: eth0@if3: <BROADCAST,UP> mtu 1500 … master br0 … group default`.
fn head(clean: &Clean, row: Row<'_>) -> Option<Interface> {
    let (number, rest) = row.text.split_once(':')?;
    number.parse::<u32>().ok()?;
    let rest = rest.trim_start();
    let (name, rest) = rest.split_once([':', ' '])?;
    let rest = rest.trim_start();
    let flags = rest.strip_prefix('<')?.split('>').next()?;
    let name = name.split('@').next().unwrap_or(name);
    let mut interface = Interface::named(name, pasted(clean, row));
    interface.up = Some(flags.split(',').any(|f| f == "UP"));
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "hairpin" => interface.hairpin = words.next() == Some("on"),
            "mtu" => interface.mtu = words.next().and_then(|w| w.parse().ok()),
            "master" => interface.master = words.next().map(Into::into),
            "group" => interface.group = words.next().and_then(group),
            _ => {}
        }
    }
    Some(interface)
}

/// A line below the first; whether it is one.
fn detail(clean: &Clean, row: Row<'_>, interface: &mut Interface) -> bool {
    let mut words = row.words();
    let Some(first) = words.next() else { return false };
    let second = words.next();
    match first.text {
        "inet" | "inet6" => {
            // `inet 10.0.0.1 peer 10.0.0.2/32`: the own address stands first, the length with the peer's.
            let Some(addr) = second else { return false };
            if let Some(value) = whole(value::cidr, addr.text) {
                let span = clean.span(first.start, addr.end());
                let origin = chainwalk_model::Origin::Pasted(span);
                interface.addrs.push(Fact { value, origin });
                return true;
            }
            hide(clean, addr, interface)
        }
        text if text.starts_with("link/") => {
            interface.mac = second.and_then(|m| mac(m.text));
            true
        }
        "bridge" | "bond" | "team" | "vrf" => {
            of_kind(interface, first.text);
            true
        }
        "bridge_slave" | "hairpin" => {
            let mut words = row.text.split_whitespace().skip_while(|w| *w != "hairpin").skip(1);
            interface.hairpin |= words.next() == Some("on");
            true
        }
        "valid_lft" | "altname" | "veth" | "tun" | "vlan" | "vxlan" | "bond_slave"
        | "team_slave" | "vrf_slave" | "dummy" | "RX:" | "TX:" | "alias" | "macvlan"
        | "macvtap" | "ipvlan" | "gre" | "gretap" | "ip6gre" | "ipip" | "sit" | "vti"
        | "ip6tnl" | "wireguard" | "openvswitch" | "openvswitch_slave" | "geneve" | "ifb"
        | "xfrm" | "erspan" | "netkit" | "prog/xdp" | "vf" | "RX" | "TX" | "..." | "\u{2026}" => {
            true
        }
        // The numbers of `ip -s`.
        _ => row.text.split_whitespace().all(|w| w.bytes().all(|b| b.is_ascii_digit())),
    }
}

/// Notes an address that the paste hides; whether it is one.
pub(super) fn hide(clean: &Clean, word: Row<'_>, interface: &mut Interface) -> bool {
    let Some(left) = blank::address(word.text) else { return false };
    let value = chainwalk_model::Blank { len: None, ..left.tested(BlankPart::Else, false) };
    interface.hidden.push(Fact { value, origin: pasted(clean, word) });
    true
}

/// `2: eth0    inet 10.0.0.1/24 … \\       valid_lft …`, as `ip -o` prints it: a line an address.
pub(super) fn oneline(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut found: Vec<Interface> = Vec::new();
    let mut taken = 0;
    for row in rows {
        let mut words = row.words();
        let Some((number, name)) = words.next().zip(words.next()) else { break };
        let numbered = number.text.strip_suffix(':').is_some_and(|n| n.parse::<u32>().is_ok());
        let Some((family, addr)) = words.next().zip(words.next()) else { break };
        let value = whole(value::cidr, addr.text);
        let (true, "inet" | "inet6", Some(value)) = (numbered, family.text, value) else { break };
        let origin =
            pasted(clean, Row { text: &row.text[..addr.end() - row.start], start: row.start });
        let name = name.text.split('@').next().unwrap_or(name.text);
        if found.last().is_none_or(|last| *last.name != *name) {
            found.push(Interface::named(name, origin));
        }
        if let Some(last) = found.last_mut() {
            last.addrs.push(Fact { value, origin });
        }
        taken += 1;
    }
    let kind = SectionKind::Interfaces(found.len() as u32);
    made(clean, rows, taken, kind, Facts { interfaces: found, ..Facts::default() })
}

/// `inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0` alone, as `ip addr | grep inet` shows it: the last word names the
/// interface.
pub(super) fn picked(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut found: Vec<Interface> = Vec::new();
    let mut taken = 0;
    for row in rows {
        let words: Vec<Row<'_>> = row.words().collect();
        let [family, addr, .., last] = words.as_slice() else { break };
        if !matches!(family.text, "inet" | "inet6" | "valid_lft")
            || !(words.iter().any(|w| w.text == "scope") || family.text == "valid_lft")
        {
            break;
        }
        taken += 1;
        // An address of IPv6 is shown without its interface.
        if family.text != "inet" || words[words.len() - 2].text == "scope" {
            continue;
        }
        let Some(value) = whole(value::cidr, addr.text) else { continue };
        let name = last.text.split([':', '@']).next().unwrap_or(last.text);
        let span = clean.span(family.start, addr.end());
        let origin = chainwalk_model::Origin::Pasted(span);
        if found.last().is_none_or(|last| *last.name != *name) {
            found.push(Interface::named(name, origin));
        }
        if let Some(last) = found.last_mut() {
            last.addrs.push(Fact { value, origin });
        }
    }
    if found.is_empty() {
        return None;
    }
    let kind = SectionKind::Interfaces(found.len() as u32);
    made(clean, rows, taken, kind, Facts { interfaces: found, ..Facts::default() })
}

/// `eth0@if3  UP  10.0.0.1/24 fd00::1/64`.
pub(super) fn brief(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut found = Vec::new();
    let mut taken = 0;
    for row in rows {
        let Some(interface) = line(clean, *row) else { break };
        found.push(interface);
        taken += 1;
    }
    if found.is_empty() {
        return None;
    }
    let kind = SectionKind::Interfaces(found.len() as u32);
    made(clean, rows, taken, kind, Facts { interfaces: found, ..Facts::default() })
}

fn line(clean: &Clean, row: Row<'_>) -> Option<Interface> {
    let mut words = row.words();
    let name = words.next()?.text.split('@').next()?;
    let state = words.next()?.text;
    if !matches!(state, "UP" | "DOWN" | "UNKNOWN" | "LOWERLAYERDOWN" | "DORMANT" | "NOTPRESENT") {
        return None;
    }
    let mut interface = Interface::named(name, pasted(clean, row));
    // `DOWN` may only mean that nothing is plugged in, which takes no route away.
    interface.up = (state == "UP").then_some(true);
    for word in words {
        if let Some(flags) = word.text.strip_prefix('<') {
            interface.up = Some(flags.trim_end_matches('>').split(',').any(|f| f == "UP"));
        } else if let Some(value) = whole(value::cidr, word.text) {
            interface.addrs.push(Fact { value, origin: pasted(clean, word) });
        } else if let Some(found) = mac(word.text) {
            interface.mac = Some(found);
        } else if !matches!(word.text, "peer" | "metric")
            && !word.text.starts_with('<')
            && word.text.parse::<u32>().is_err()
        {
            return None;
        }
    }
    Some(interface)
}
