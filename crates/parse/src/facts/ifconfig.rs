//! `ifconfig`, as net-tools 2 and as net-tools 1 print it.

use super::block::{Block, Facts, mac, made, pasted};
use super::interfaces::hide;
use crate::clean::{Clean, Row};
use crate::value;
use chainwalk_model::{Cidr, Fact, Interface, SectionKind};

/// `docker0: flags=4163<UP> mtu 1500` or `eth0 Link encap:Ethernet`, and the lines below.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    head(clean, *rows.first()?)?;
    let mut found: Vec<Interface> = Vec::new();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() {
            continue;
        }
        if let Some(interface) = head(clean, *row) {
            // `eth0:1` is a further address of eth0.
            if found.last().is_none_or(|last| last.name != interface.name) {
                found.push(interface);
            }
        } else if !detail(clean, *row, found.last_mut()?) {
            break;
        }
        taken = n + 1;
    }
    let kind = SectionKind::Interfaces(found.len() as u32);
    made(clean, rows, taken, kind, Facts { interfaces: found, ..Facts::default() })
}

fn head(clean: &Clean, row: Row<'_>) -> Option<Interface> {
    let (name, rest) = row.text.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let own = name.trim_end_matches(':').split(':').next().unwrap_or(name);
    let mut interface = Interface::named(own, pasted(clean, row));
    if name.ends_with(':') && rest.starts_with("flags=") {
        interface.up = Some(rest.contains("<UP") || rest.contains(",UP"));
        let mtu = rest.split_whitespace().skip_while(|w| *w != "mtu").nth(1);
        interface.mtu = mtu.and_then(|m| m.parse().ok());
        return Some(interface);
    }
    let rest = rest.strip_prefix("Link encap:")?;
    let hardware = rest.split_whitespace().skip_while(|w| *w != "HWaddr").nth(1);
    interface.mac = hardware.and_then(mac);
    Some(interface)
}

/// `inet addr:10.0.0.1 …` alone, which `ifconfig NAME | grep inet` shows.
pub(super) fn picked(clean: &Clean, row: Row<'_>, name: &str) -> Option<(Block, usize)> {
    let mut interface = Interface::named(name, pasted(clean, row));
    if !detail(clean, row, &mut interface) {
        return None;
    }
    let facts = Facts { interfaces: vec![interface], ..Facts::default() };
    made(clean, &[row], 1, SectionKind::Interfaces(1), facts)
}

/// A line below the first; whether it is one.
fn detail(clean: &Clean, row: Row<'_>, interface: &mut Interface) -> bool {
    let words: Vec<Row<'_>> = row.words().collect();
    let text = |n: usize| words.get(n).map_or("", |w| w.text);
    let after = |name: &str| {
        let at = words.iter().position(|w| w.text == name)?;
        words.get(at + 1).map(|w| w.text)
    };
    let glued = |name: &str| words.iter().find_map(|w| w.text.strip_prefix(name));
    match text(0) {
        "inet" if hidden(clean, words.get(1), interface) => true,
        "inet" => {
            let addr = text(1).strip_prefix("addr:").unwrap_or(text(1)).parse().ok();
            let mask = after("netmask").or_else(|| glued("Mask:"));
            add(clean, row, interface, addr, mask.and_then(mask_len).or(Some(32)))
        }
        "inet6" => {
            let addr = if text(1) == "addr:" { text(2) } else { text(1) };
            let (addr, len) = addr.split_once('/').unwrap_or((addr, ""));
            let len = after("prefixlen").unwrap_or(len).parse().ok();
            let addr = addr.split('%').next().unwrap_or(addr).parse().ok();
            add(clean, row, interface, addr, len)
        }
        "ether" => {
            interface.mac = mac(text(1));
            true
        }
        "loop" | "unspec" | "tunnel" | "infiniband" | "device" | "RX" | "TX" | "collisions:0"
        | "Interrupt:" | "Base" | "Memory:" => true,
        first if first.starts_with("collisions:") || first.starts_with("Interrupt:") => true,
        _ if glued("MTU:").is_some() => {
            interface.up = Some(text(0) == "UP");
            interface.mtu = glued("MTU:").and_then(|m| m.parse().ok());
            true
        }
        _ => text(0) == "RX:" || (text(0) == "inet6" && words.len() > 1),
    }
}

/// Notes an address that the paste hides; whether it is one.
fn hidden(clean: &Clean, word: Option<&Row<'_>>, interface: &mut Interface) -> bool {
    let Some(word) = word else { return false };
    let skip = if word.text.starts_with("addr:") { 5 } else { 0 };
    let word = word.skip(skip);
    word.text.parse::<std::net::IpAddr>().is_err() && hide(clean, word, interface)
}

fn add(
    clean: &Clean,
    row: Row<'_>,
    interface: &mut Interface,
    addr: Option<std::net::IpAddr>,
    len: Option<u8>,
) -> bool {
    if let (Some(addr), Some(len)) = (addr, len) {
        interface.addrs.push(Fact { value: Cidr { addr, len }, origin: pasted(clean, row) });
        return true;
    }
    false
}

/// `255.255.0.0`, `0xffff0000`.
fn mask_len(text: &str) -> Option<u8> {
    if let Ok(mask) = text.parse() {
        return value::mask_len(mask);
    }
    let bits = u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
    value::mask_len(std::net::Ipv4Addr::from(bits).into())
}
