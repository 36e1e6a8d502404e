//! `-j HMARK`: a mark that is a hash of the packet.
//!
//! - Does: sets the mark to a hash of addresses, ports and protocol, modulo a number, plus an offset; the walk
//!   goes on.
//! - `-S`: `-j HMARK --hmark-src-prefix 32 --hmark-sport-mask 0xffff --hmark-proto-mask 0xffff
//!   --hmark-rnd 0xdeafbeef --hmark-mod 10 --hmark-offset 10000 --hmark-tuple ct`; typed also
//!   `--hmark-tuple src,dst,sport,dport,proto,spi,ct`.
//! - `-L`: `HMARK mod 10 + 0x2710 ct, src-prefix 32 sport-mask 0xffff proto-mask 0xffff rnd 0xdeafbeef`.
//! - Kernel: `net/netfilter/xt_HMARK.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{DiagnosticId, Expected, Hmark, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["HMARK"],
    options: &[
        opt("--hmark-tuple", 1),
        opt("--hmark-src-prefix", 1),
        opt("--hmark-dst-prefix", 1),
        opt("--hmark-sport-mask", 1),
        opt("--hmark-dport-mask", 1),
        opt("--hmark-spi-mask", 1),
        opt("--hmark-sport", 1),
        opt("--hmark-dport", 1),
        opt("--hmark-spi", 1),
        opt("--hmark-proto-mask", 1),
        opt("--hmark-rnd", 1),
        opt("--hmark-mod", 1),
        opt("--hmark-offset", 1),
    ],
    build,
    list,
    print,
};

fn full(v6: bool) -> u8 {
    if v6 { 128 } else { 32 }
}

/// A prefix length, or a mask that is one.
fn prefix(v6: bool) -> impl FnMut(&str) -> Piece<'_, u8> {
    move |i| {
        let (rest, text) = any_word(i)?;
        let len = value::whole(value::u8n, text)
            .or_else(|| value::mask_len(text.parse().ok()?))
            .filter(|len| *len <= full(v6));
        len.map_or_else(|| value::fail(i), |len| Ok((rest, len)))
    }
}

fn modulus(i: &str) -> Piece<'_, u32> {
    let (rest, n) = value::u32n(i)?;
    if n == 0 { value::fail(i) } else { Ok((rest, n)) }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let mut m = Hmark::default();
    if let Some(arg) = given.get("--hmark-tuple") {
        let tuple = arg.values.first().map(|w| w.text.as_ref()).unwrap_or_default();
        for part in tuple.split(',') {
            match part {
                "src" => m.src_prefix = Some(full(given.v6)),
                "dst" => m.dst_prefix = Some(full(given.v6)),
                "sport" => m.sport_mask = Some(u16::MAX),
                "dport" => m.dport_mask = Some(u16::MAX),
                "proto" => m.proto_mask = Some(u16::MAX),
                "spi" => m.spi_mask = Some(u32::MAX),
                "ct" => m.ct = true,
                _ => return Err(arg.wrong(DiagnosticId::BadValue, Expected::Literal("src,dst".into()))),
            }
        }
    }
    let n16 = |name| given.plain(name, value::u16n, Expected::Number);
    let n32 = |name| given.plain(name, value::u32n, Expected::Number);
    let len = |name| given.plain(name, prefix(given.v6), Expected::Number);
    m.src_prefix = len("--hmark-src-prefix")?.or(m.src_prefix);
    m.dst_prefix = len("--hmark-dst-prefix")?.or(m.dst_prefix);
    m.sport_mask = n16("--hmark-sport-mask")?.or(m.sport_mask);
    m.dport_mask = n16("--hmark-dport-mask")?.or(m.dport_mask);
    m.proto_mask = n16("--hmark-proto-mask")?.or(m.proto_mask);
    m.spi_mask = n32("--hmark-spi-mask")?.or(m.spi_mask);
    m.sport = n16("--hmark-sport")?;
    m.dport = n16("--hmark-dport")?;
    m.spi = n32("--hmark-spi")?;
    m.rnd = n32("--hmark-rnd")?;
    m.offset = n32("--hmark-offset")?.unwrap_or(0);
    let modulus = given.plain("--hmark-mod", modulus, Expected::Number)?;
    m.modulus = modulus.ok_or_else(|| given.missing("--hmark-mod"))?;
    if m.rnd.is_none() && !m.ct {
        return Err(given.missing("--hmark-rnd"));
    }
    Ok(Target::Hmark(Box::new(m)))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("HMARK mod")(i)?;
    let (mut i, modulus) = spaced(modulus)(i)?;
    let mut m = Hmark { modulus, ..Hmark::default() };
    if let Ok((rest, ())) = word("+")(i) {
        (i, m.offset) = spaced(value::u32n)(rest)?;
    }
    while let Ok((at, name)) = any_word(i) {
        i = match name {
            "ct," => {
                m.ct = true;
                at
            }
            "src-prefix" => put(listed_prefix(seen.v6, at), &mut m.src_prefix),
            "dst-prefix" => put(listed_prefix(seen.v6, at), &mut m.dst_prefix),
            "sport-mask" => put(spaced(value::u16n)(at)?, &mut m.sport_mask),
            "dport-mask" => put(spaced(value::u16n)(at)?, &mut m.dport_mask),
            "sport" => put(spaced(value::u16n)(at)?, &mut m.sport),
            "dport" => put(spaced(value::u16n)(at)?, &mut m.dport),
            "proto-mask" => put(spaced(value::u16n)(at)?, &mut m.proto_mask),
            "spi-mask" => put(spaced(value::u32n)(at)?, &mut m.spi_mask),
            "spi" => put(spaced(value::u32n)(at)?, &mut m.spi),
            "rnd" => put(spaced(value::u32n)(at)?, &mut m.rnd),
            _ => break,
        };
    }
    Ok((i, Target::Hmark(Box::new(m))))
}

/// A prefix in a listing; `ip6tables` prints nothing for a whole address.
fn listed_prefix(v6: bool, i: &str) -> (&str, u8) {
    spaced(prefix(v6))(i).unwrap_or((i, full(v6)))
}

fn put<'a, T>((rest, value): (&'a str, T), slot: &mut Option<T>) -> &'a str {
    *slot = Some(value);
    rest
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Hmark(m) = target else { return None };
    let mut out = String::from("-j HMARK");
    let number = |n: u16| format!("{n:#06x}");
    let long = |n: u32| format!("{n:#010x}");
    for (name, text) in [
        ("src-prefix", m.src_prefix.map(|n| n.to_string())),
        ("dst-prefix", m.dst_prefix.map(|n| n.to_string())),
        ("sport-mask", m.sport_mask.map(number)),
        ("dport-mask", m.dport_mask.map(number)),
        ("spi-mask", m.spi_mask.map(long)),
        ("sport", m.sport.map(number)),
        ("dport", m.dport.map(number)),
        ("spi", m.spi.map(long)),
        ("proto-mask", m.proto_mask.map(|n| format!("{n:#x}"))),
        ("rnd", m.rnd.map(long)),
        ("mod", Some(m.modulus.to_string())),
        ("offset", (m.offset > 0).then(|| m.offset.to_string())),
    ] {
        if let Some(text) = text {
            out += &format!(" --hmark-{name} {text}");
        }
    }
    put_flag(&mut out, "--hmark-tuple ct", m.ct);
    Some(out)
}
