//! `-j TTL`, and `-j HL` for IPv6: changes how many routers the packet may still pass.
//!
//! - Does: sets, raises or lowers TTL or hop limit; the walk goes on.
//! - `-S`: `-j TTL --ttl-set 64`, `--ttl-inc 1`, `--ttl-dec 1`; `-j HL --hl-set 64`.
//! - `-L`: `TTL set to 64`, `TTL increment by 1`, `TTL decrement by 1`; `HL …`.
//! - Kernel: `net/netfilter/xt_HL.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, alias};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Target, TtlOp};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["TTL", "HL"],
    options: &[
        alias("--ttl-set", &["--hl-set"], 1),
        alias("--ttl-inc", &["--hl-inc"], 1),
        alias("--ttl-dec", &["--hl-dec"], 1),
    ],
    build,
    list,
    print,
};

/// An option, what listings print for it in either family, and what it makes.
type Change = (&'static str, &'static str, &'static str, fn(u8) -> TtlOp);

const OPS: [Change; 3] = [
    ("--ttl-set", "TTL set to", "HL set to", TtlOp::Set),
    ("--ttl-inc", "TTL increment by", "HL increment by", TtlOp::Inc),
    ("--ttl-dec", "TTL decrement by", "HL decrement by", TtlOp::Dec),
];

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    for (name, _, _, op) in OPS {
        if let Some(n) = given.plain(name, value::u8n, Expected::Number)? {
            return Ok(Target::Ttl(op(n)));
        }
    }
    Err(given.missing("--ttl-set"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    for (_, ttl, hl, op) in OPS {
        if let Ok((rest, ())) = word(ttl)(i).or_else(|_| word(hl)(i)) {
            let (rest, n) = spaced(value::u8n)(rest)?;
            return Ok((rest, Target::Ttl(op(n))));
        }
    }
    value::fail(i)
}

fn print(target: &Target, seen: Seen) -> Option<String> {
    let Target::Ttl(op) = target else { return None };
    let (name, short) = if seen.v6 { ("HL", "hl") } else { ("TTL", "ttl") };
    let (how, n) = match op {
        TtlOp::Set(n) => ("set", n),
        TtlOp::Inc(n) => ("inc", n),
        TtlOp::Dec(n) => ("dec", n),
    };
    Some(format!("-j {name} --{short}-{how} {n}"))
}
