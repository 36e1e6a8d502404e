//! `-j TPROXY`: the packet goes to a socket of this host, as it is.
//!
//! - Does: finds a socket for the packet by another address and port, and sets the mark; without a socket the
//!   packet is dropped.
//! - `-S`: `-j TPROXY --on-port 3129 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1`; port 0 is the packet's own,
//!   address `0.0.0.0` the incoming interface's.
//! - `-L`: `TPROXY redirect 127.0.0.1:3129 mark 0x1/0x1`.
//! - Kernel: `net/netfilter/xt_TPROXY.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Masked, Target, Tproxy};
use std::net::IpAddr;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["TPROXY"],
    options: &[opt("--on-port", 1), opt("--on-ip", 1), opt("--tproxy-mark", 1)],
    build,
    list,
    print,
};

fn addr(v6: bool) -> impl FnMut(&str) -> Piece<'_, IpAddr> {
    move |i| {
        let (rest, addr) = value::addr(i)?;
        if addr.is_ipv6() == v6 { Ok((rest, addr)) } else { value::fail(i) }
    }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let port = given.plain("--on-port", value::u16n, Expected::Port)?;
    let addr = given.plain("--on-ip", addr(given.v6), Expected::Address)?;
    let mark = given.plain("--tproxy-mark", value::mark, Expected::Mark)?;
    Ok(Target::Tproxy(Tproxy {
        port: port.ok_or_else(|| given.missing("--on-port"))?,
        addr: addr.filter(|a| !a.is_unspecified()),
        mark: mark.unwrap_or(Masked { value: 0, mask: 0 }),
    }))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("TPROXY redirect")(i)?;
    let (rest, to) = any_word(i)?;
    let to = to.rsplit_once(':').and_then(|(a, port)| {
        Some((value::whole(addr(seen.v6), a)?, value::whole(value::u16n, port)?))
    });
    let Some((addr, port)) = to else { return value::fail(i) };
    let (i, ()) = word("mark")(rest)?;
    let (i, mark) = spaced(value::mark)(i)?;
    let addr = Some(addr).filter(|a| !a.is_unspecified());
    Ok((i, Target::Tproxy(Tproxy { port, addr, mark })))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Tproxy(t) = target else { return None };
    let addr = t.addr.map(|a| format!(" --on-ip {a}")).unwrap_or_default();
    let Masked { value, mask } = t.mark;
    Some(format!("-j TPROXY --on-port {}{addr} --tproxy-mark {value:#x}/{mask:#x}", t.port))
}
