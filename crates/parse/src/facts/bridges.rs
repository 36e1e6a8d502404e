//! `brctl show`, with or without its header; further ports stand alone on their lines. `bridge fdb`, `ip neigh`.

use super::block::{Block, Bridge, Facts, Link, Neighbour, mac, made};
use crate::clean::{Clean, Row};
use chainwalk_model::SectionKind;

/// The header, or a bridge, and what follows.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let first = rows.first()?;
    let titled = first.text.starts_with("bridge name") && first.text.contains("bridge id");
    if !titled && bridge(*first).is_none() {
        return None;
    }
    let mut found: Vec<Bridge> = Vec::new();
    let mut taken = usize::from(titled);
    for row in rows.iter().skip(taken) {
        if let Some((name, port)) = bridge(*row) {
            let ports = port.map(|p| (p.text.into(), clean.span(p.start, p.end())));
            let span = clean.span(row.start, row.end());
            found.push(Bridge { name: name.into(), span, ports: ports.into_iter().collect() });
        } else if let (Some(port), Some(last)) = (port(clean, *row), found.last_mut()) {
            last.ports.push((port.into(), clean.span(row.start, row.end())));
        } else {
            break;
        }
        taken += 1;
    }
    let kind = SectionKind::Bridges(found.len() as u32);
    made(clean, rows, taken, kind, Facts { bridges: found, ..Facts::default() })
}

/// `br0  8000.0242129f14c0  no  veth1`.
fn bridge(row: Row<'_>) -> Option<(&str, Option<Row<'_>>)> {
    let mut words = row.words();
    let name = words.next()?;
    let id = words.next()?.text;
    let (priority, address) = id.split_once('.')?;
    let hex = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_hexdigit());
    let stp = words.next()?.text;
    (hex(priority, 4) && hex(address, 12) && matches!(stp, "yes" | "no"))
        .then(|| (name.text, words.next()))
}

/// A port alone on its line, with blanks before it.
fn port<'a>(clean: &Clean, row: Row<'a>) -> Option<&'a str> {
    let before = row.start.checked_sub(1).and_then(|at| clean.text.as_bytes().get(at));
    let indented = matches!(before, Some(b' ' | b'\t'));
    (indented && !row.text.is_empty() && row.words().count() == 1 && row.text.len() < 16)
        .then_some(row.text)
}

/// `port  vlan-id`, and below it `veth1  1 PVID Egress Untagged`; further VLANs of a port stand alone on their lines.
pub(super) fn vlans(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let titles: Vec<&str> = rows.first()?.text.split_whitespace().collect();
    if !matches!(titles[..], ["port", "vlan-id" | "vlan", ..]) {
        return None;
    }
    let mut facts = Facts::default();
    let mut taken = 1;
    for row in &rows[1..] {
        let words: Vec<&str> = row.text.split_whitespace().collect();
        let number = |w: &str| w.split('-').all(|n| n.parse::<u16>().is_ok());
        let (port, vlan) = match words.as_slice() {
            [] => (None, ""),
            [id, ..] if number(id) => (None, row.text),
            [port, id, ..] if number(id) || *id == "None" => {
                (Some(*port), row.text[port.len()..].trim_start())
            }
            _ => break,
        };
        taken += 1;
        let port = port.map(Into::into).or_else(|| facts.vlans.last().map(|(p, _)| p.clone()));
        if let (Some(port), false) = (port, vlan.is_empty()) {
            facts.vlans.push((port, vlan.into()));
        }
    }
    while rows[taken - 1].text.is_empty() {
        taken -= 1;
    }
    made(clean, rows, taken, SectionKind::Known("bridge vlan".into()), facts)
}

/// `aa:… dev veth1 master br0`, `10.0.0.5 dev br0 lladdr aa:… REACHABLE`.
pub(super) fn fdb(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    let mut taken = 0;
    let mut neighbours = false;
    for row in rows {
        let words: Vec<&str> = row.text.split_whitespace().collect();
        let [first, "dev", dev, rest @ ..] = words.as_slice() else { break };
        if let (Some(mac), false) = (mac(first), rest.is_empty()) {
            // A permanent entry is the bridge's own.
            if rest.contains(&"master") && !rest.contains(&"permanent") {
                facts.fdb.push(Link { mac, port: (*dev).into() });
            }
        } else if let (Ok(addr), Some(state)) = (first.parse(), rest.last()) {
            let states = [
                "REACHABLE",
                "STALE",
                "DELAY",
                "PROBE",
                "FAILED",
                "INCOMPLETE",
                "NOARP",
                "PERMANENT",
            ];
            if !states.contains(state) {
                break;
            }
            neighbours = true;
            let hardware = rest.iter().skip_while(|w| **w != "lladdr").nth(1).and_then(|m| mac(m));
            facts.neighbours.extend(hardware.map(|mac| Neighbour { addr, mac }));
        } else {
            break;
        }
        taken += 1;
    }
    let kind = if neighbours {
        SectionKind::Known("ip neigh".into())
    } else {
        SectionKind::Bridges(taken as u32)
    };
    made(clean, rows, taken, kind, facts)
}
