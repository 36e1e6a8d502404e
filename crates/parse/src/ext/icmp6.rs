//! `-m icmp6`: type and code of an ICMPv6 message.
//!
//! - Tests: the type, and a range of codes.
//! - `-S`: `-p ipv6-icmp -m icmp6 [!] --icmpv6-type 128/0`; without a code any code matches.
//! - `-L`: `ipv6-icmptype 128 code 0`, `ipv6-icmp !type 128`; without `-n` `ipv6-icmp echo-request`.
//! - Kernel: `net/ipv6/netfilter/ip6_tables.c`, `icmp6_match`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, put};
use super::icmp;
use crate::names;
use crate::value::Piece;
use chainwalk_model::{Expected, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["icmp6", "icmpv6", "ipv6-icmp"],
    options: &[alias("--icmpv6-type", &["--icmp-type"], 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    given
        .value("--icmpv6-type", |i| icmp::icmp_type(i, names::ICMP6, false), Expected::IcmpType)?
        .map(Match::Icmp6)
        .ok_or_else(|| given.missing("--icmpv6-type"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, icmp) = icmp::listed("ipv6-icmp", i, names::ICMP6, false)?;
    Ok((i, Match::Icmp6(icmp)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Icmp6(icmp) = m else { return None };
    let mut out = String::from("-m icmp6");
    put(&mut out, "--icmpv6-type", Some(*icmp), icmp::text);
    Some(out)
}
