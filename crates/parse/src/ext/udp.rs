//! `-m udp`: ports of a UDP or UDP-Lite datagram.
//!
//! - Tests: source and destination port ranges.
//! - `-S`: `-p udp -m udp [!] --sport 1:2 [!] --dport 53`.
//! - `-L`: `udp spt:1 dpts:80:90 dpt:!53`; `udp` alone tests nothing more. UDP-Lite has `udplite`.
//! - Kernel: `net/netfilter/xt_tcpudp.c`.
//! - Not modelled: nothing.

use super::tcp::listed_port;
use super::extension::{Given, MatchExt, Seen, Wrong, alias, put, range_text};
use crate::value::{self, Piece, word};
use chainwalk_model::{Expected, Match, PortsMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["udp", "udplite"],
    options: &[
        alias("--sport", &["--source-port"], 1),
        alias("--dport", &["--destination-port"], 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    ports(given).map(Match::Udp)
}

/// The two options.
pub(super) fn ports(given: &Given<'_>) -> Result<PortsMatch, Wrong> {
    Ok(PortsMatch {
        sport: given.value("--sport", value::port_range, Expected::PortOrRange)?,
        dport: given.value("--dport", value::port_range, Expected::PortOrRange)?,
    })
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("udp")(i).or_else(|_| word("udplite")(i))?;
    let (i, ports) = listed_ports(i)?;
    Ok((i, Match::Udp(ports)))
}

/// Ports as they follow the name of the protocol.
pub(super) fn listed_ports(mut i: &str) -> Piece<'_, PortsMatch> {
    let mut ports = PortsMatch::default();
    loop {
        if let Ok((rest, port)) = listed_port("spt", i) {
            (i, ports.sport) = (rest, Some(port));
        } else if let Ok((rest, port)) = listed_port("dpt", i) {
            (i, ports.dport) = (rest, Some(port));
        } else {
            return Ok((i, ports));
        }
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Udp(ports) = m else { return None };
    Some(format!("-m udp{}", ports_text(ports)))
}

/// The two options as text.
pub(super) fn ports_text(ports: &PortsMatch) -> String {
    let mut out = String::new();
    put(&mut out, "--sport", ports.sport, |r| range_text(r, ':'));
    put(&mut out, "--dport", ports.dport, |r| range_text(r, ':'));
    out
}
