//! `-m ipvs`: the connection of a virtual server.
//!
//! - Tests: whether the packet belongs to one, and its virtual protocol, address, port, direction, method.
//! - `-S`: `-m ipvs [!] --ipvs`, `-m ipvs [!] --vproto 6 [!] --vaddr 1.2.3.4 [!] --vport 80 --vdir ORIGINAL
//!   [!] --vmethod GATE [!] --vportctl 21`; the protocol is written back as `--proto 6`.
//! - `-L`: `ipvs`, `proto 6 vaddr 1.2.3.4 ! vport 80 vdir ORIGINAL vmethod MASQ vportctl 21`.
//! - Kernel: `net/netfilter/xt_ipvs.c`.
//! - Not modelled: the connections of IPVS.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt, put};
use crate::value::addr_text;
use crate::value::{self, Piece, any_word, spaced};
use chainwalk_model::{CtDir, Expected, Inv, IpvsMatch, IpvsMethod, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ipvs"],
    options: &[
        opt("--ipvs", 0),
        alias("--vproto", &["--proto"], 1),
        opt("--vaddr", 1),
        opt("--vport", 1),
        opt("--vdir", 1),
        opt("--vmethod", 1),
        opt("--vportctl", 1),
    ],
    build,
    list,
    print,
};

const METHODS: [(&str, IpvsMethod); 3] =
    [("GATE", IpvsMethod::Gate), ("IPIP", IpvsMethod::Ipip), ("MASQ", IpvsMethod::Masq)];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if given.args.is_empty() {
        return Err(given.missing("--ipvs"));
    }
    Ok(Match::Ipvs(Box::new(IpvsMatch {
        ipvs: given.inv_flag("--ipvs"),
        proto: given.value("--vproto", value::protocol, Expected::Protocol)?,
        addr: given.value("--vaddr", value::addr_mask, Expected::Network)?,
        port: given.value("--vport", value::port, Expected::Port)?,
        dir: given.plain("--vdir", dir, Expected::Literal("ORIGINAL".into()))?,
        method: given.value("--vmethod", method, Expected::Literal("MASQ".into()))?,
        control_port: given.value("--vportctl", value::port, Expected::Port)?,
    })))
}

fn dir(i: &str) -> Piece<'_, CtDir> {
    let (rest, name) = any_word(i)?;
    match name.to_ascii_uppercase().as_str() {
        "ORIGINAL" => Ok((rest, CtDir::Original)),
        "REPLY" => Ok((rest, CtDir::Reply)),
        _ => value::fail(i),
    }
}

fn method(i: &str) -> Piece<'_, IpvsMethod> {
    let (rest, name) = any_word(i)?;
    let found = METHODS.into_iter().find(|(n, _)| name.eq_ignore_ascii_case(n));
    found.map_or_else(|| value::fail(i), |(_, method)| Ok((rest, method)))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut found, mut left) = (IpvsMatch::default(), i);
    loop {
        let (at, not) = value::bang(left)?;
        let Ok((mut rest, name)) = any_word(at) else { break };
        match name {
            "ipvs" => found.ipvs = Some(Inv { not, value: () }),
            "proto" => (rest, found.proto) = listed(rest, not, value::protocol)?,
            "vaddr" => (rest, found.addr) = listed(rest, not, value::addr_mask)?,
            "vport" => (rest, found.port) = listed(rest, not, value::port)?,
            "vdir" => {
                let (after, to) = dir(rest)?;
                (rest, found.dir) = (after, Some(to));
            }
            "vmethod" => (rest, found.method) = listed(rest, not, method)?,
            "vportctl" => (rest, found.control_port) = listed(rest, not, value::port)?,
            _ => break,
        }
        left = rest;
    }
    if found == IpvsMatch::default() {
        value::fail(i)
    } else {
        Ok((left, Match::Ipvs(Box::new(found))))
    }
}

fn listed<'a, T>(
    i: &'a str,
    not: bool,
    piece: impl FnMut(&'a str) -> Piece<'a, T>,
) -> Piece<'a, Option<Inv<T>>> {
    let (i, value) = spaced(piece)(i)?;
    Ok((i, Some(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Ipvs(v) = m else { return None };
    let mut out = String::from("-m ipvs");
    put(&mut out, "--ipvs", v.ipvs, |()| String::new());
    put(&mut out, "--vproto", v.proto, |p| p.to_string());
    put(&mut out, "--vaddr", v.addr, |a| addr_text(a, false));
    put(&mut out, "--vport", v.port, |p| p.to_string());
    if let Some(dir) = v.dir {
        out += if dir == CtDir::Original { " --vdir ORIGINAL" } else { " --vdir REPLY" };
    }
    put(&mut out, "--vmethod", v.method, |m| {
        METHODS.iter().find(|(_, n)| *n == m).map_or("MASQ", |(name, _)| name).into()
    });
    put(&mut out, "--vportctl", v.control_port, |p| p.to_string());
    Some(out)
}
