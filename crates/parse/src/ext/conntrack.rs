//! `-m conntrack`: what connection tracking knows of the packet's flow.
//!
//! - Tests: the state, the flow's protocol, its addresses and ports of both directions, its status bits,
//!   the seconds it has left, and the packet's direction.
//! - `-S`: `-m conntrack [!] --ctstate NEW,RELATED --ctproto 6 --ctorigsrc 1.2.3.4 --ctorigdstport 80
//!   --ctstatus ASSURED --ctexpire 1:10 --ctdir REPLY`.
//! - `-L`: the same names without hyphens, `!` before each: `! ctstate NEW ctorigsrc 1.2.3.4`.
//! - Kernel: `net/netfilter/xt_conntrack.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put, range_text};
use crate::value::{self, Piece, spaced};
use chainwalk_model::{
    AddrMask, ConntrackMatch, CtDir, CtStates, CtStatuses, Expected, Inv, Match, Range,
};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["conntrack"],
    options: &[
        opt("--ctstate", 1),
        opt("--ctproto", 1),
        opt("--ctorigsrc", 1),
        opt("--ctorigdst", 1),
        opt("--ctreplsrc", 1),
        opt("--ctrepldst", 1),
        opt("--ctorigsrcport", 1),
        opt("--ctorigdstport", 1),
        opt("--ctreplsrcport", 1),
        opt("--ctrepldstport", 1),
        opt("--ctstatus", 1),
        opt("--ctexpire", 1),
        opt("--ctdir", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let addr = |name| given.value(name, value::addr_mask, Expected::Network);
    let port = |name| given.value(name, value::port_range, Expected::PortOrRange);
    Ok(Match::Conntrack(Box::new(ConntrackMatch {
        state: given.value("--ctstate", value::ct_states, Expected::CtState)?,
        proto: given.value("--ctproto", value::protocol, Expected::Protocol)?,
        orig_src: addr("--ctorigsrc")?,
        orig_dst: addr("--ctorigdst")?,
        repl_src: addr("--ctreplsrc")?,
        repl_dst: addr("--ctrepldst")?,
        orig_sport: port("--ctorigsrcport")?,
        orig_dport: port("--ctorigdstport")?,
        repl_sport: port("--ctreplsrcport")?,
        repl_dport: port("--ctrepldstport")?,
        status: given.value("--ctstatus", status, Expected::Literal("ASSURED".into()))?,
        expire: given.value("--ctexpire", value::number_range(':', u32::MAX), Expected::Number)?,
        dir: given.plain("--ctdir", dir, Expected::Literal("ORIGINAL".into()))?,
    })))
}

fn status(i: &str) -> Piece<'_, CtStatuses> {
    let (rest, text) = value::any_word(i)?;
    let bits = text.split(',').try_fold(0, |bits, name| {
        let begins = |n: &str| n.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
        let known = CtStatuses::NAMES.iter().find(|(n, _)| !name.is_empty() && begins(n))?;
        Some(bits | known.1)
    });
    bits.map_or_else(|| value::fail(i), |bits| Ok((rest, CtStatuses(bits))))
}

fn dir(i: &str) -> Piece<'_, CtDir> {
    let (rest, text) = value::any_word(i)?;
    match text.to_ascii_uppercase().as_str() {
        "ORIGINAL" => Ok((rest, CtDir::Original)),
        "REPLY" => Ok((rest, CtDir::Reply)),
        _ => value::fail(i),
    }
}

fn list(i: &str, seen: Seen) -> Piece<'_, Match> {
    let mut ct = ConntrackMatch::default();
    let mut left = i;
    while let Some(rest) = listed(left, &mut ct, seen.v6) {
        left = rest;
    }
    if left.len() == i.len() { value::fail(i) } else { Ok((left, Match::Conntrack(Box::new(ct)))) }
}

/// One test; `None` where there is none, or where the same one stands again, which is another match.
fn listed<'a>(i: &'a str, ct: &mut ConntrackMatch, v6: bool) -> Option<&'a str> {
    fn take<'a, T>(
        slot: &mut Option<Inv<T>>,
        not: bool,
        i: &'a str,
        piece: impl FnMut(&'a str) -> Piece<'a, T>,
    ) -> Option<&'a str> {
        let (rest, value) = spaced(piece)(i).ok()?;
        slot.is_none().then(|| {
            *slot = Some(Inv { not, value });
            rest
        })
    }
    let (i, not) = value::bang(i).ok()?;
    let (i, name) = value::any_word(i).ok()?;
    match name {
        "ctstate" => take(&mut ct.state, not, i, value::ct_states),
        "ctproto" => take(&mut ct.proto, not, i, value::protocol),
        "ctorigsrc" => take(&mut ct.orig_src, not, i, |i| listed_net(i, v6)),
        "ctorigdst" => take(&mut ct.orig_dst, not, i, |i| listed_net(i, v6)),
        "ctreplsrc" => take(&mut ct.repl_src, not, i, |i| listed_net(i, v6)),
        "ctrepldst" => take(&mut ct.repl_dst, not, i, |i| listed_net(i, v6)),
        "ctorigsrcport" => take(&mut ct.orig_sport, not, i, value::port_range),
        "ctorigdstport" => take(&mut ct.orig_dport, not, i, value::port_range),
        "ctreplsrcport" => take(&mut ct.repl_sport, not, i, value::port_range),
        "ctrepldstport" => take(&mut ct.repl_dport, not, i, value::port_range),
        "ctstatus" => take(&mut ct.status, not, i, status),
        "ctexpire" => take(&mut ct.expire, not, i, value::number_range(':', u32::MAX)),
        "ctdir" if !not && ct.dir.is_none() => {
            let (i, found) = spaced(dir)(i).ok()?;
            ct.dir = Some(found);
            Some(i)
        }
        _ => None,
    }
}

/// A network, by the name `anywhere` too.
fn listed_net(i: &str, v6: bool) -> Piece<'_, AddrMask> {
    match i.strip_prefix("anywhere") {
        Some(rest) => {
            let any = if v6 { "::/0" } else { "0.0.0.0/0" };
            let found = value::whole(value::addr_mask, any);
            found.map_or_else(|| value::fail(i), |net| Ok((rest, net)))
        }
        None => value::addr_mask(i),
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Conntrack(ct) = m else { return None };
    let mut out = String::from("-m conntrack");
    let range = |r: Range<u16>| range_text(r, ':');
    let addr = |a: AddrMask| crate::value::addr_text(a, false);
    put(&mut out, "--ctproto", ct.proto, |p| p.to_string());
    put(&mut out, "--ctstate", ct.state, states_text);
    put(&mut out, "--ctorigsrc", ct.orig_src, addr);
    put(&mut out, "--ctorigdst", ct.orig_dst, addr);
    put(&mut out, "--ctreplsrc", ct.repl_src, addr);
    put(&mut out, "--ctrepldst", ct.repl_dst, addr);
    put(&mut out, "--ctorigsrcport", ct.orig_sport, range);
    put(&mut out, "--ctorigdstport", ct.orig_dport, range);
    put(&mut out, "--ctreplsrcport", ct.repl_sport, range);
    put(&mut out, "--ctrepldstport", ct.repl_dport, range);
    put(&mut out, "--ctstatus", ct.status, |s| {
        let names: Vec<&str> = CtStatuses::NAMES
            .iter()
            .filter(|(_, bit)| if s.0 == 0 { *bit == 0 } else { s.0 & bit != 0 })
            .map(|(name, _)| *name)
            .collect();
        names.join(",")
    });
    put(&mut out, "--ctexpire", ct.expire, |r| range_text(r, ':'));
    if let Some(dir) = ct.dir {
        out += if dir == CtDir::Original { " --ctdir ORIGINAL" } else { " --ctdir REPLY" };
    }
    Some(out)
}

/// States in bit order.
pub(super) fn states_text(states: CtStates) -> String {
    value::bit_text(u16::from(states.0), &CtStates::NAMES)
}
