//! `ss -tuln` and `netstat -tuln`: what listens.

use super::block::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use chainwalk_model::{SectionKind, Socket, proto};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The header, or a socket, and what follows.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut sockets: Vec<Socket> = Vec::new();
    let mut taken = 0;
    // Without its header a listing was picked out of another.
    let mut whole = false;
    for row in rows {
        let header = row.text.starts_with("Active Internet connections")
            || (row.text.contains("Recv-Q") && row.text.contains("Send-Q"));
        match socket(clean, *row) {
            Some(found) => sockets.extend(found),
            None if header => whole |= !row.text.contains("w/o servers"),
            None => break,
        }
        taken += 1;
    }
    if taken == 0 {
        return None;
    }
    let kind = SectionKind::Sockets(sockets.len() as u32);
    let has = |proto: &u8| whole && sockets.iter().any(|s| s.proto == *proto);
    let listed_sockets = [proto::TCP, proto::UDP].into_iter().filter(has).collect();
    made(clean, rows, taken, kind, Facts { sockets, listed_sockets, ..Facts::default() })
}

/// Whether a command lists some sockets only: `ss -lnt | grep 80`, `ss -lnt 'sport = :80'`.
pub(crate) fn asks_some_sockets(command: &str) -> bool {
    let row = Row { text: command, start: 0 };
    let asked = crate::command::cut(row).text;
    let words = asked.split_whitespace().skip_while(|w| *w == "sudo");
    let mut words = words.skip_while(|w| !matches!(w.rsplit('/').next(), Some("ss" | "netstat")));
    let picks = words.next().is_some() && words.any(|w| !w.starts_with('-'));
    picks || crate::part::filter(row).is_some()
}

/// A row, and the socket if it is one that listens.
fn socket(clean: &Clean, row: Row<'_>) -> Option<Vec<Socket>> {
    let words: Vec<&str> = row.text.split_whitespace().collect();
    let named = match *words.first()? {
        "tcp" | "tcp6" => Some(proto::TCP),
        "udp" | "udp6" => Some(proto::UDP),
        _ => None,
    };
    let rest = if named.is_some() { &words[1..] } else { &words[..] };
    // `ss` has the state before the queues, `netstat` behind the addresses.
    let (state, queues) = match *rest.first()? {
        state @ ("LISTEN" | "UNCONN" | "ESTAB" | "TIME-WAIT" | "SYN-SENT" | "CLOSE-WAIT") => {
            (Some(state), &rest[1..])
        }
        _ => (None, rest),
    };
    if state.is_none() && named.is_none() {
        return None;
    }
    let [recv, send, local, _peer, more @ ..] = queues else { return None };
    recv.parse::<u32>().ok()?;
    send.parse::<u32>().ok()?;
    let proto = named.unwrap_or(if state == Some("UNCONN") { proto::UDP } else { proto::TCP });
    let listens = match state {
        Some(state) => matches!(state, "LISTEN" | "UNCONN"),
        None => proto == proto::UDP || more.first() == Some(&"LISTEN"),
    };
    let Some((addr, port)) = local.rsplit_once(':') else { return Some(Vec::new()) };
    let (Some(addr), Ok(port), true) =
        (address(addr, words[0].ends_with('6')), port.parse(), listens)
    else {
        return Some(Vec::new());
    };
    let process = more.iter().find_map(|w| {
        w.split('"')
            .nth(1)
            .or_else(|| w.split_once('/').map(|(_, name)| name))
            .filter(|n| !n.is_empty())
    });
    let process = process.map(Into::into);
    Some(vec![Socket { proto, addr, port, transparent: None, process, origin: pasted(clean, row) }])
}

/// `*`, `0.0.0.0`, `[::]`, `::`, `127.0.0.53%lo`.
fn address(text: &str, v6: bool) -> Option<IpAddr> {
    let text = text.trim_matches(['[', ']']).split('%').next()?;
    match text {
        "*" | "" if v6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        "*" => Some(Ipv4Addr::UNSPECIFIED.into()),
        text => text.trim_matches(']').parse().ok(),
    }
}
