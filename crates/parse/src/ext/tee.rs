//! `-j TEE`: a copy for a neighbour.
//!
//! - Does: sends a copy of the packet to a gateway; the walk goes on.
//! - `-S`: `-j TEE --gateway 10.0.0.9 --oif eth0`.
//! - `-L`: `TEE gw:10.0.0.9 oif=eth0`.
//! - Kernel: `net/netfilter/xt_TEE.c`, `nf_dup_ipv4.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, lead, spaced};
use crate::word::quote_loosely;
use chainwalk_model::{Expected, Target};
use std::net::IpAddr;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["TEE"],
    options: &[opt("--gateway", 1), opt("--oif", 1)],
    build,
    list,
    print,
};

fn gateway(v6: bool) -> impl FnMut(&str) -> Piece<'_, IpAddr> {
    move |i| {
        let (rest, addr) = value::addr(i)?;
        let fits = addr.is_ipv6() == v6 && !addr.is_unspecified();
        if fits { Ok((rest, addr)) } else { value::fail(i) }
    }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let gateway = given.plain("--gateway", gateway(given.v6), Expected::Address)?;
    Ok(Target::Tee {
        gateway: gateway.ok_or_else(|| given.missing("--gateway"))?,
        oif: given.text("--oif").map(Into::into),
    })
}

fn list(i: &str, seen: Seen) -> Piece<'_, Target> {
    let (i, ()) = lead("TEE gw:")(i)?;
    let (i, gateway) = spaced(gateway(seen.v6))(i)?;
    match lead("oif=")(i) {
        Ok((i, ())) => {
            let (i, oif) = any_word(i)?;
            Ok((i, Target::Tee { gateway, oif: Some(oif.into()) }))
        }
        Err(_) => Ok((i, Target::Tee { gateway, oif: None })),
    }
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Tee { gateway, oif } = target else { return None };
    let oif = oif.as_ref().map(|o| format!(" --oif {}", quote_loosely(o))).unwrap_or_default();
    Some(format!("-j TEE --gateway {gateway}{oif}"))
}
