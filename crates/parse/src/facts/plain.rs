//! Short outputs that only their command or their look tells: `hostname -I`, `/etc/hosts`, `uname`,
//! `docker ps`, `bridge vlan`, `iptables -V`.

use super::block::{Block, Facts, mac, made, pasted};
use crate::clean::{Clean, Row};
use chainwalk_model::{Backend, Fact, NamedAddr, SectionKind};
use std::net::IpAddr;

/// What the command just above says its output is. `command` is the line without its prompt.
pub(crate) fn after(clean: &Clean, rows: &[Row<'_>], command: &str) -> Option<(Block, usize)> {
    let row = *rows.first()?;
    let words: Vec<&str> = command.split_whitespace().collect();
    let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
    match words {
        ["hostname", "-I" | "-i" | "--all-ip-addresses"] => {
            let all = row.words().map(|w| {
                let addr = w.text.split('%').next().and_then(|a| a.parse::<IpAddr>().ok())?;
                Some(Fact { value: addr, origin: pasted(clean, w) })
            });
            let local = all.collect::<Option<Vec<_>>>().filter(|a| !a.is_empty())?;
            let kind = SectionKind::Interfaces(0);
            made(clean, rows, 1, kind, Facts { local, ..Facts::default() })
        }
        ["ifconfig", name, ..] if row.text.starts_with("inet ") && !name.starts_with('-') => {
            super::ifconfig::picked(clean, row, name)
        }
        ["hostname", ..] | ["hostnamectl", "hostname"] | ["cat", "/etc/hostname"] => {
            let one = row.words().count() == 1 && is_name(row.text);
            let name = one.then(|| row.text.into());
            let kind = SectionKind::Known("hostname".into());
            name.and_then(|n| {
                made(clean, rows, 1, kind, Facts { name: Some(n), ..Facts::default() })
            })
        }
        ["cat", files @ ..] if files.first().is_some_and(|f| f.starts_with("/proc/sys/")) => {
            let files: Vec<&str> =
                files.iter().copied().take_while(|f| f.starts_with("/proc/sys/")).collect();
            if files.iter().any(|f| f.contains(['*', '$', '?'])) {
                return None;
            }
            super::sysctl::shown(clean, rows, &files)
        }
        ["sysctl", "-n" | "--values", names @ ..] if names.iter().all(|n| !n.starts_with('-')) => {
            super::sysctl::shown(clean, rows, names)
        }
        [program, rest @ ..] if program.rsplit('/').next() == Some("ip") => {
            routes_of(clean, rows, rest)
        }
        ["cat", "/etc/hosts"] | ["getent", "hosts", ..] => names(clean, rows),
        _ => None,
    }
}

/// What `ip route show table 200`, `ip -6 route` and the like printed.
fn routes_of(clean: &Clean, rows: &[Row<'_>], words: &[&str]) -> Option<(Block, usize)> {
    let options = words.iter().take_while(|w| w.starts_with('-')).count();
    let (options, rest) = words.split_at(options);
    let (object, rest) = rest.split_first()?;
    let is_route = object.starts_with('r') && "route".starts_with(object) && *object != "ru";
    let table = rest.iter().skip_while(|w| !matches!(**w, "table" | "t" | "ta" | "tab")).nth(1);
    let six = options.iter().any(|o| matches!(*o, "-6" | "-family=inet6"));
    if !is_route || (table.is_none() && !six) || rest.first() == Some(&"get") {
        return None;
    }
    super::routes::shown(clean, rows, table.copied(), six)
}

/// Whether a command prints some of the routes of a table only: `ip route | grep eth0`, `ip route show dev eth0`.
pub(crate) fn asks_some_routes(command: &str) -> bool {
    asks_routes(command) == Some(false)
}

/// Whether a command prints all routes of IPv4: `ip route`, `route -n`.
pub(crate) fn asks_all_routes(command: &str) -> bool {
    let six = command.split_whitespace().any(|w| matches!(w, "-6" | "table" | "cache"));
    let old = ["route", "route -n", "netstat -rn", "netstat -nr"].contains(&command.trim());
    old || !six && asks_routes(command) == Some(true)
}

/// Whether a command prints all routes of a table; `None` if it prints no routes.
fn asks_routes(command: &str) -> Option<bool> {
    let row = Row { text: command, start: 0 };
    let asked = crate::command::cut(row).text;
    let mut words = asked.split_whitespace().skip_while(|w| w.rsplit('/').next() != Some("ip"));
    words.next();
    let mut words = words.skip_while(|w| w.starts_with('-'));
    if !words.next().is_some_and(|w| w.starts_with('r') && "route".starts_with(w) && w != "ru") {
        return None;
    }
    let mut rest =
        words.skip_while(|w| matches!(*w, "show" | "list" | "ls" | "l" | "s" | "sh" | "lst"));
    let whole = match rest.next() {
        None => true,
        Some("table" | "t" | "ta" | "tab") => rest.nth(1).is_none(),
        Some(_) => false,
    };
    Some(whole && crate::part::filter(row).is_none())
}

fn is_name(text: &str) -> bool {
    text.len() < 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && text.parse::<IpAddr>().is_err()
}

/// `/etc/hosts` without its command: it begins with localhost, or with what the file itself says.
pub(super) fn hosts(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut words = rows.first()?.text.split_whitespace();
    let addr = words.next()?.parse::<IpAddr>().ok()?;
    let first = words.next()?;
    if !addr.is_loopback() || !(first.contains("localhost") || first.contains("loopback")) {
        return None;
    }
    names(clean, rows)
}

/// Lines of an address and its names, remarks between them.
fn names(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut found = Vec::new();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() || row.text.starts_with('#') {
            continue;
        }
        let mut words = row.words().take_while(|w| !w.text.starts_with('#'));
        let Some(addr) = words.next().and_then(|w| w.text.parse::<IpAddr>().ok()) else { break };
        let before = found.len();
        let origin = pasted(clean, *row);
        found.extend(words.map(|w| NamedAddr { name: w.text.into(), addr, origin }));
        if found.len() == before {
            break;
        }
        taken = n + 1;
    }
    let kind = SectionKind::Names(found.len() as u32);
    made(clean, rows, taken, kind, Facts { names: found, ..Facts::default() })
}

/// Outputs that are known by their look and tell nothing of where a packet goes.
pub(super) fn known(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let first = rows.first()?.text;
    let mut facts = Facts::default();
    let (name, taken) = if first.starts_with("CONTAINER ID") {
        // A container's id is twelve digits or, with `--no-trunc`, all of them.
        let id = |r: &&Row<'_>| {
            let word = r.text.split_whitespace().next().unwrap_or_default();
            word.len() >= 12 && word.bytes().all(|b| b.is_ascii_hexdigit())
        };
        ("docker ps", 1 + rows[1..].iter().take_while(id).count())
    } else if first.starts_with("NETWORK ID") {
        let id = |r: &&Row<'_>| r.text.as_bytes().iter().take(12).all(u8::is_ascii_hexdigit);
        (
            "docker network ls",
            1 + rows[1..].iter().take_while(|r| !r.text.is_empty() && id(r)).count(),
        )
    } else if first.starts_with("port") && first.contains("vlan-id")
        || first.starts_with("port\tvlan ids")
    {
        ("bridge vlan", 1 + rows[1..].iter().take_while(|r| is_vlan(r.text)).count())
    } else if first.starts_with("port no") && first.contains("mac addr") {
        let macs =
            |r: &&Row<'_>| r.text.split_whitespace().nth(1).is_some_and(|m| mac(m).is_some());
        ("brctl showmacs", 1 + rows[1..].iter().take_while(macs).count())
    } else if let Some(rest) = first.strip_prefix("Linux ") {
        let mut words = rest.split_whitespace();
        let (name, release) = (words.next()?, words.next()?);
        let numbered = release.split_once('.').is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        if !numbered || !is_name(name) {
            return None;
        }
        facts.name = Some(name.into());
        ("uname -a", 1)
    } else if is_version(first) {
        facts.backend = match first {
            f if f.contains("(nf_tables)") => Some(Backend::IptablesNft),
            f if f.contains("(legacy)") => Some(Backend::Legacy),
            _ => None,
        };
        ("iptables -V", 1)
    } else if first.starts_with("qdisc ") && first.contains(" dev ") {
        ("tc qdisc", rows.iter().take_while(|r| r.text.starts_with("qdisc ")).count())
    } else {
        return None;
    };
    made(clean, rows, taken, SectionKind::Known(name.into()), facts)
}

/// `iptables v1.8.9 (nf_tables)`.
pub(crate) fn is_version(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let program = matches!(words.next(), Some("iptables" | "ip6tables" | "nftables" | "ipset"));
    let version = words.next().and_then(|w| w.strip_prefix('v'));
    let numbered = version.is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    program && numbered && words.all(|w| w.starts_with('(') || w.ends_with(')') || w.ends_with(','))
}

/// `eth0  1 PVID Egress Untagged`, `  2`.
fn is_vlan(text: &str) -> bool {
    let numbers =
        |w: &str| w.split('-').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let words: Vec<&str> = text.split_whitespace().collect();
    let rest = ["PVID", "Egress", "Untagged"];
    match words.as_slice() {
        [n, more @ ..] if numbers(n) => more.iter().all(|w| rest.contains(w)),
        [_, n, more @ ..] if numbers(n) => more.iter().all(|w| rest.contains(w)),
        _ => false,
    }
}
