//! `-m policy`: what IP security did to the packet, or will do.
//!
//! - Tests: whether it was decapsulated, or will be encapsulated, and by which policy.
//! - `-S`: `-m policy --dir in --pol ipsec --strict [!] --reqid 5 [!] --spi 0x100 [!] --proto esp
//!   [!] --mode tunnel [!] --tunnel-dst 1.2.3.4 [!] --tunnel-src 10.0.0.0/8 --next --mode transport`.
//! - `-L`: `policy match dir in pol ipsec strict [0] reqid 5 spi 0x100 ! proto 50 mode tunnel [1] mode transport`;
//!   the numbers stand only where there are several elements.
//! - Kernel: `net/netfilter/xt_policy.c`.
//! - Not modelled: the policies of XFRM.

use super::extension::{Arg, Given, MatchExt, Seen, Wrong, many, opt, put};
use crate::value::addr_text;
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{DiagnosticId, Expected, Inv, Match, PolicyElement, PolicyMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["policy"],
    options: &[
        opt("--dir", 1),
        opt("--pol", 1),
        opt("--strict", 0),
        many("--reqid", 1),
        many("--spi", 1),
        many("--tunnel-src", 1),
        many("--tunnel-dst", 1),
        many("--proto", 1),
        many("--mode", 1),
        many("--next", 0),
    ],
    build,
    list,
    print,
};

/// The most elements that a rule can hold.
const MOST: usize = 4;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let dir = given.plain("--dir", dir, Expected::Literal("in, out".into()))?;
    let ipsec = given.plain("--pol", pol, Expected::Literal("none, ipsec".into()))?;
    let mut found = PolicyMatch {
        out: dir.ok_or_else(|| given.missing("--dir"))?,
        ipsec: ipsec.ok_or_else(|| given.missing("--pol"))?,
        strict: given.flag("--strict")?,
        elements: Vec::new(),
    };
    let mut one = PolicyElement::default();
    for arg in &given.args {
        match arg.name {
            "--dir" | "--pol" | "--strict" => {}
            "--next" => found.elements.push(std::mem::take(&mut one)),
            _ => element(&mut one, arg)?,
        }
    }
    if one != PolicyElement::default() || !found.elements.is_empty() {
        found.elements.push(one);
    }
    let asks = found.strict || !found.elements.is_empty();
    let steps = found.elements.len() > 1 && !found.strict;
    let empty = found.strict && found.elements.contains(&PolicyElement::default());
    if (asks && !found.ipsec) || steps || empty || found.elements.len() > MOST {
        return Err(Wrong {
            id: DiagnosticId::BadValue,
            start: given.start,
            end: given.end,
            expected: vec![Expected::Literal("--pol ipsec --strict".into())],
            hint: None,
        });
    }
    Ok(Match::Policy(Box::new(found)))
}

/// One option of an element, which may not have it yet.
fn element(one: &mut PolicyElement, arg: &Arg<'_>) -> Result<(), Wrong> {
    let again = || arg.wrong(DiagnosticId::BadValue, Expected::EndOfLine);
    let not = arg.not;
    macro_rules! take {
        ($slot:ident, $piece:expr, $expected:expr) => {{
            let value = arg.read(0, $piece, $expected)?;
            one.$slot.replace(Inv { not, value }).is_some()
        }};
    }
    let twice = match arg.name {
        "--reqid" => take!(reqid, value::u32n, Expected::Number),
        "--spi" => take!(spi, value::u32n, Expected::Number),
        "--proto" => take!(proto, value::protocol, Expected::Protocol),
        "--mode" => take!(tunnel, mode, Expected::Literal("transport, tunnel".into())),
        "--tunnel-src" => take!(src, value::addr_mask, Expected::Network),
        _ => take!(dst, value::addr_mask, Expected::Network),
    };
    if twice { Err(again()) } else { Ok(()) }
}

/// Whether it is `out`.
fn dir(i: &str) -> Piece<'_, bool> {
    either(i, "in", "out")
}

/// Whether it is `ipsec`.
fn pol(i: &str) -> Piece<'_, bool> {
    either(i, "none", "ipsec")
}

/// Whether it is `tunnel`.
fn mode(i: &str) -> Piece<'_, bool> {
    either(i, "transport", "tunnel")
}

fn either<'a>(i: &'a str, no: &str, yes: &str) -> Piece<'a, bool> {
    let (rest, name) = any_word(i)?;
    if name == yes || name == no { Ok((rest, name == yes)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("policy match dir")(i)?;
    let (i, out) = dir(i)?;
    let (i, ()) = word("pol")(i)?;
    let (mut i, ipsec) = pol(i)?;
    let mut found = PolicyMatch { out, ipsec, strict: false, elements: Vec::new() };
    if let Ok((rest, ())) = word("strict")(i) {
        (i, found.strict) = (rest, true);
    }
    let mut one = PolicyElement::default();
    loop {
        let (at, not) = value::bang(i)?;
        let Ok((rest, name)) = any_word(at) else { break };
        i = match name {
            "[0]" if !not => rest,
            "[1]" | "[2]" | "[3]" if !not => {
                found.elements.push(std::mem::take(&mut one));
                rest
            }
            "reqid" => keep(&mut one.reqid, not, spaced(value::u32n)(rest)?),
            "spi" => keep(&mut one.spi, not, spaced(value::u32n)(rest)?),
            "proto" => keep(&mut one.proto, not, spaced(value::protocol)(rest)?),
            "mode" => keep(&mut one.tunnel, not, mode(rest)?),
            "tunnel-src" => keep(&mut one.src, not, spaced(value::addr_mask)(rest)?),
            "tunnel-dst" => keep(&mut one.dst, not, spaced(value::addr_mask)(rest)?),
            _ => break,
        };
    }
    if one != PolicyElement::default() {
        found.elements.push(one);
    }
    Ok((i, Match::Policy(Box::new(found))))
}

fn keep<'a, T>(slot: &mut Option<Inv<T>>, not: bool, (rest, value): (&'a str, T)) -> &'a str {
    *slot = Some(Inv { not, value });
    rest
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Policy(p) = m else { return None };
    let (dir, pol) = (if p.out { "out" } else { "in" }, if p.ipsec { "ipsec" } else { "none" });
    let mut out = format!("-m policy --dir {dir} --pol {pol}");
    if p.strict {
        out += " --strict";
    }
    for (n, e) in p.elements.iter().enumerate() {
        if n > 0 {
            out += " --next";
        }
        put(&mut out, "--reqid", e.reqid, |n| n.to_string());
        put(&mut out, "--spi", e.spi, |n| format!("{n:#x}"));
        put(&mut out, "--proto", e.proto, crate::names::protocol_name);
        put(&mut out, "--mode", e.tunnel, |t| if t { "tunnel" } else { "transport" }.into());
        put(&mut out, "--tunnel-dst", e.dst, |a| addr_text(a, false));
        put(&mut out, "--tunnel-src", e.src, |a| addr_text(a, false));
    }
    Some(out)
}
