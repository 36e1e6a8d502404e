//! `-m ttl`, and `-m hl` for IPv6: how many routers the packet may still pass.
//!
//! - Tests: TTL or hop limit equal to, below or above a number.
//! - `-S`: `-m ttl [!] --ttl-eq 64`, `--ttl-lt 5`, `--ttl-gt 5`; `-m hl --hl-eq 64`.
//! - `-L`: `TTL match TTL == 64`, `!=`, `<`, `>`; `HL match HL < 5`.
//! - Kernel: `net/netfilter/xt_hl.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Inv, Match, TtlMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ttl", "hl"],
    options: &[
        alias("--ttl-eq", &["--ttl", "--hl-eq"], 1),
        alias("--ttl-lt", &["--hl-lt"], 1),
        alias("--ttl-gt", &["--hl-gt"], 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let eq = given.value("--ttl-eq", value::u8n, Expected::Number)?;
    let lt = given.plain("--ttl-lt", value::u8n, Expected::Number)?;
    let gt = given.plain("--ttl-gt", value::u8n, Expected::Number)?;
    match (eq, lt, gt) {
        (Some(n), None, None) => Ok(Match::Ttl(TtlMatch::Eq(n))),
        (None, Some(n), None) => Ok(Match::Ttl(TtlMatch::Lt(n))),
        (None, None, Some(n)) => Ok(Match::Ttl(TtlMatch::Gt(n))),
        _ => Err(given.missing("--ttl-eq")),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("TTL match TTL")(i).or_else(|_| word("HL match HL")(i))?;
    let (i, sign) = any_word(i)?;
    let (i, n) = spaced(value::u8n)(i)?;
    let found = match sign {
        "==" => TtlMatch::Eq(Inv { not: false, value: n }),
        "!=" => TtlMatch::Eq(Inv { not: true, value: n }),
        "<" => TtlMatch::Lt(n),
        ">" => TtlMatch::Gt(n),
        _ => return value::fail(i),
    };
    Ok((i, Match::Ttl(found)))
}

fn print(m: &Match, seen: Seen) -> Option<String> {
    let Match::Ttl(ttl) = m else { return None };
    let name = if seen.v6 { "hl" } else { "ttl" };
    Some(match ttl {
        TtlMatch::Eq(n) => {
            let not = if n.not { "! " } else { "" };
            format!("-m {name} {not}--{name}-eq {}", n.value)
        }
        TtlMatch::Lt(n) => format!("-m {name} --{name}-lt {n}"),
        TtlMatch::Gt(n) => format!("-m {name} --{name}-gt {n}"),
    })
}
