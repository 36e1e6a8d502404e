//! `-m dccp`: ports, type and one option of a DCCP packet.
//!
//! - Tests: source and destination port ranges, the packet's type, the presence of an option.
//! - `-S`: `-p dccp -m dccp [!] --sport 1:2 [!] --dport 5 [!] --dccp-types REQUEST,DATA [!] --dccp-option 5`.
//! - `-L`: `dccp spt:1 dpt:5 ! 0,2 option=!5`; without `-n` `dccp REQUEST,DATA`. INVALID is 10 to 15.
//! - Kernel: `net/netfilter/xt_dccp.c`.
//! - Not modelled: nothing.

use super::spread::maybe;
use super::tcp::listed_option;
use super::udp::{listed_ports, ports, ports_text};
use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt, put};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{DccpMatch, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["dccp"],
    options: &[
        alias("--sport", &["--source-port"], 1),
        alias("--dport", &["--destination-port"], 1),
        opt("--dccp-types", 1),
        opt("--dccp-option", 1),
    ],
    build,
    list,
    print,
};

/// The types by number; those above are INVALID.
const TYPES: [&str; 10] = [
    "REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC",
    "SYNCACK",
];
/// The bits of INVALID.
const INVALID: u16 = 0xfc00;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    Ok(Match::Dccp(DccpMatch {
        ports: ports(given)?,
        types: given.value("--dccp-types", types, Expected::Literal("REQUEST".into()))?,
        option: given.value("--dccp-option", value::u8n, Expected::Number)?,
    }))
}

/// Names, or the numbers of a listing, with commas between.
fn types(i: &str) -> Piece<'_, u16> {
    let (rest, text) = any_word(i)?;
    let bits = text.split(',').try_fold(0, |bits, name| {
        let bit = match value::whole(value::u8n, name) {
            Some(n) => 1_u16.checked_shl(u32::from(n))?,
            None if name.eq_ignore_ascii_case("INVALID") => INVALID,
            None => 1 << TYPES.iter().position(|t| t.eq_ignore_ascii_case(name))?,
        };
        Some(bits | bit)
    });
    bits.map_or_else(|| value::fail(i), |bits| Ok((rest, bits)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("dccp")(i)?;
    let (i, ports) = listed_ports(i)?;
    let (i, types) = maybe(i, listed_types);
    let (i, option) = maybe(i, listed_option);
    Ok((i, Match::Dccp(DccpMatch { ports, types, option })))
}

fn listed_types(i: &str) -> Piece<'_, Inv<u16>> {
    let (i, not) = value::bang(i)?;
    let (i, value) = types(i)?;
    Ok((i, Inv { not, value }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Dccp(dccp) = m else { return None };
    let mut out = format!("-m dccp{}", ports_text(&dccp.ports));
    put(&mut out, "--dccp-types", dccp.types, |bits| {
        let mut text = value::bit_text(bits & !INVALID, &TYPES);
        if bits & INVALID != 0 {
            text += if text.is_empty() { "INVALID" } else { ",INVALID" };
        }
        text
    });
    put(&mut out, "--dccp-option", dccp.option, |o| o.to_string());
    Some(out)
}
