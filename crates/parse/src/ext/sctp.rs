//! `-m sctp`: ports of an SCTP packet.
//!
//! - Tests: source and destination port ranges.
//! - `-S`: `-p sctp -m sctp [!] --sport 1:2 [!] --dport 5`.
//! - `-L`: `sctp spt:1 dpt:5`.
//! - Kernel: `net/netfilter/xt_sctp.c`.
//! - Not modelled: `--chunk-types`; a rule that has them keeps the whole match as text.

use super::udp::{listed_ports, ports, ports_text};
use super::{Given, MatchExt, Seen, Wrong, alias, opt};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{DiagnosticId, Expected, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["sctp"],
    options: &[
        alias("--sport", &["--source-port"], 1),
        alias("--dport", &["--destination-port"], 1),
        opt("--chunk-types", 2),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if let Some(arg) = given.get("--chunk-types") {
        return Err(arg.wrong(DiagnosticId::NotModelled, Expected::PortOrRange));
    }
    ports(given).map(Match::Sctp)
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (rest, ()) = word("sctp")(i)?;
    let (rest, ports) = listed_ports(rest)?;
    match any_word(rest) {
        Ok((_, "any" | "all" | "only")) => value::fail(i),
        _ => Ok((rest, Match::Sctp(ports))),
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Sctp(ports) = m else { return None };
    Some(format!("-m sctp{}", ports_text(ports)))
}
