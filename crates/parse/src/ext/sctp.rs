//! `-m sctp`: ports and chunks of an SCTP packet.
//!
//! - Tests: source and destination port ranges; which chunks the packet has, and their flags.
//! - `-S`: `-p sctp -m sctp [!] --sport 1:2 [!] --dport 5 [!] --chunk-types any DATA:Be,INIT`; the scope is
//!   `all`, `any` or `only`, the types may be `ALL` or `NONE`. A capital is a flag that is set, a small
//!   letter one that is not.
//! - `-L`: `sctp spt:1 dpt:5 ! any 0x0000:Be,0x0001`; without `-n` `any DATA:Be,INIT`.
//! - Kernel: `net/netfilter/xt_sctp.c`.
//! - Not modelled: nothing.

use super::spread::maybe;
use super::udp::{listed_ports, ports_text};
use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt, put};
use crate::value::{self, Piece, any_word};
use chainwalk_model::{Order, ChunkScope, Expected, Inv, Masked, Match, PortsMatch, SctpChunks, SctpMatch};

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

/// The chunk types that iptables names, and the letters of their flags from the highest bit on.
const CHUNKS: [(&str, u8, &str); 22] = [
    ("DATA", 0, "----IUBE"),
    ("INIT", 1, "--------"),
    ("INIT_ACK", 2, "--------"),
    ("SACK", 3, "--------"),
    ("HEARTBEAT", 4, "--------"),
    ("HEARTBEAT_ACK", 5, "--------"),
    ("ABORT", 6, "-------T"),
    ("SHUTDOWN", 7, "--------"),
    ("SHUTDOWN_ACK", 8, "--------"),
    ("ERROR", 9, "--------"),
    ("COOKIE_ECHO", 10, "--------"),
    ("COOKIE_ACK", 11, "--------"),
    ("ECN_ECNE", 12, "--------"),
    ("ECN_CWR", 13, "--------"),
    ("SHUTDOWN_COMPLETE", 14, "-------T"),
    ("I_DATA", 0x40, "----IUBE"),
    ("ASCONF_ACK", 0x80, "--------"),
    ("RE_CONFIG", 0x82, "--------"),
    ("PAD", 0x84, "--------"),
    ("FORWARD_TSN", 0xc0, "--------"),
    ("ASCONF", 0xc1, "--------"),
    ("I_FORWARD_TSN", 0xc2, "--------"),
];

/// The number of a chunk type, by its name in any case.
pub(crate) fn chunk(name: &str) -> Option<u8> {
    CHUNKS.iter().find(|c| c.0.eq_ignore_ascii_case(name)).map(|c| c.1)
}

const SCOPES: [(&str, ChunkScope); 3] =
    [("all", ChunkScope::All), ("any", ChunkScope::Any), ("only", ChunkScope::Only)];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let chunks = match given.get("--chunk-types") {
        None => None,
        Some(arg) => {
            let scope = arg.read(0, scope, Expected::Literal("all, any, only".into()))?;
            let (types, flags) = arg.read(1, types, Expected::Literal("DATA,INIT".into()))?;
            Some(Inv { not: arg.not, value: SctpChunks { scope, types, flags } })
        }
    };
    let port = |name| given.value(name, value::rising_ports, Expected::PortOrRange);
    let ports = PortsMatch { sport: port("--sport")?, dport: port("--dport")? };
    Ok(Match::Sctp(Box::new(SctpMatch { ports, chunks })))
}

fn scope(i: &str) -> Piece<'_, ChunkScope> {
    let (rest, name) = any_word(i)?;
    let found = SCOPES.into_iter().find(|(n, _)| name.eq_ignore_ascii_case(n));
    found.map_or_else(|| value::fail(i), |(_, scope)| Ok((rest, scope)))
}

type Types = (Vec<u8>, Vec<(u8, Masked<u8>)>);

/// `ALL`, `NONE`, `DATA:Be,INIT`, `0x0000:Be,0x0001`.
fn types(i: &str) -> Piece<'_, Types> {
    let (rest, text) = any_word(i)?;
    if text.eq_ignore_ascii_case("ALL") {
        return Ok((rest, ((0..=u8::MAX).collect(), Vec::new())));
    }
    if text.eq_ignore_ascii_case("NONE") {
        return Ok((rest, (Vec::new(), Vec::new())));
    }
    let (mut types, mut flags) = (Vec::new(), Vec::new());
    for one in text.split(',') {
        let (name, letters) = one.split_once(':').unwrap_or((one, ""));
        let number = value::whole(value::u8n, name);
        let known = |c: &&(&str, u8, &str)| match number {
            Some(n) => c.1 == n,
            None => c.0.eq_ignore_ascii_case(name),
        };
        let Some((_, number, valid)) = CHUNKS.iter().find(known) else { return value::fail(i) };
        types.push(*number);
        if !letters.is_empty() {
            let Some(under) = flag_bits(letters, valid) else { return value::fail(i) };
            flags.push((*number, under));
        }
    }
    types.order();
    types.dedup();
    flags.order_by_key(|f| f.0);
    Ok((rest, (types, flags)))
}

/// `Be`: the bits asked for, and which of them are set.
fn flag_bits(letters: &str, valid: &str) -> Option<Masked<u8>> {
    let start = Masked { value: 0, mask: 0 };
    letters.chars().try_fold(start, |m, letter| {
        let at = valid.chars().position(|v| v.is_alphabetic() && v.eq_ignore_ascii_case(&letter))?;
        let bit = 0x80 >> at;
        let value = if letter.is_ascii_uppercase() { m.value | bit } else { m.value & !bit };
        Some(Masked { value, mask: m.mask | bit })
    })
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = value::word("sctp")(i)?;
    let (i, ports) = listed_ports(i)?;
    let (i, chunks) = maybe(i, listed_chunks);
    Ok((i, Match::Sctp(Box::new(SctpMatch { ports, chunks }))))
}

fn listed_chunks(i: &str) -> Piece<'_, Inv<SctpChunks>> {
    let (i, not) = value::bang(i)?;
    let (i, scope) = scope(i)?;
    let (i, (types, flags)) = types(i)?;
    Ok((i, Inv { not, value: SctpChunks { scope, types, flags } }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Sctp(sctp) = m else { return None };
    let mut out = format!("-m sctp{}", ports_text(&sctp.ports));
    put(&mut out, "--chunk-types", sctp.chunks.as_ref().map(|c| Inv { not: c.not, value: &c.value }), |c| {
        let scope = SCOPES.iter().find(|(_, s)| *s == c.scope).map_or("any", |(name, _)| name);
        format!("{scope} {}", types_text(c))
    });
    Some(out)
}

fn types_text(chunks: &SctpChunks) -> String {
    match chunks.types.len() {
        0 => return "NONE".into(),
        256 => return "ALL".into(),
        _ => {}
    }
    let one = |number: &u8| {
        let (name, valid) =
            CHUNKS.iter().find(|c| c.1 == *number).map_or(("", ""), |c| (c.0, c.2));
        let Some((_, m)) = chunks.flags.iter().find(|f| f.0 == *number) else { return name.into() };
        let letters: String = valid
            .chars()
            .zip(0..8)
            .filter(|(_, at)| m.mask & (0x80 >> at) != 0)
            .map(|(c, at)| if m.value & (0x80 >> at) != 0 { c } else { c.to_ascii_lowercase() })
            .collect();
        format!("{name}:{letters}")
    };
    let all: Vec<String> = chunks.types.iter().map(one).collect();
    all.join(",")
}
