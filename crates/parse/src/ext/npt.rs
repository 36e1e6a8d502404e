//! `-j DNPT`, `-j SNPT`: one network of IPv6 onto another, without a memory (RFC 6296).
//!
//! - Does: replaces the network of the destination, or of the source, and evens the checksum out within the
//!   address; the walk goes on.
//! - `-S`: `-j DNPT --src-pfx 2001:e20:2000:40f::/64 --dst-pfx fd00::/64`.
//! - `-L`: `DNPT src-pfx 2001:e20:2000:40f::/64 dst-pfx fd00::/64`.
//! - Kernel: `net/ipv6/netfilter/ip6t_NPT.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Cidr, Expected, PrefixPair, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["DNPT", "SNPT"],
    options: &[opt("--src-pfx", 1), opt("--dst-pfx", 1)],
    build,
    list,
    print,
};

fn network(i: &str) -> Piece<'_, Cidr> {
    let (rest, net) = value::cidr(i)?;
    if net.addr.is_ipv6() && net.len <= 64 { Ok((rest, net)) } else { value::fail(i) }
}

fn target(source: bool, pair: PrefixPair) -> Target {
    if source { Target::Snpt(pair) } else { Target::Dnpt(pair) }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let net = |name| {
        let net = given.plain(name, network, Expected::Network)?;
        net.ok_or_else(|| given.missing(name))
    };
    let pair = PrefixPair { from: net("--src-pfx")?, to: net("--dst-pfx")? };
    Ok(target(given.name == "SNPT", pair))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, source) = match word("SNPT")(i) {
        Ok((i, ())) => (i, true),
        Err(_) => (word("DNPT")(i)?.0, false),
    };
    let (i, ()) = word("src-pfx")(i)?;
    let (i, from) = spaced(network)(i)?;
    let (i, ()) = word("dst-pfx")(i)?;
    let (i, to) = spaced(network)(i)?;
    Ok((i, target(source, PrefixPair { from, to })))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let (name, pair) = match target {
        Target::Snpt(pair) => ("SNPT", pair),
        Target::Dnpt(pair) => ("DNPT", pair),
        _ => return None,
    };
    let [from, to] = [pair.from, pair.to].map(|net| format!("{}/{}", net.addr, net.len));
    Some(format!("-j {name} --src-pfx {from} --dst-pfx {to}"))
}
