//! `-j NFQUEUE`, `-j QUEUE`: a program decides.
//!
//! - Does: hands the packet to a queue; without a program it is dropped, or accepted with `--queue-bypass`.
//! - `-S`: `-j NFQUEUE --queue-num 3 --queue-bypass`, `--queue-balance 0:3 --queue-cpu-fanout`.
//! - `-L`: `NFQUEUE num 3 bypass`, `NFQUEUE balance 0:3 cpu-fanout`; `QUEUE` prints nothing.
//! - Kernel: `net/netfilter/xt_NFQUEUE.c`.
//! - Not modelled: what the program says; which queue of several it is.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["NFQUEUE", "QUEUE"],
    options: &[
        opt("--queue-num", 1),
        opt("--queue-balance", 1),
        opt("--queue-bypass", 0),
        opt("--queue-cpu-fanout", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let num = given.plain("--queue-num", value::u16n, Expected::Number)?;
    let balance = given.plain(
        "--queue-balance",
        |i| value::rising(value::number_range(':', u16::MAX)(i)),
        Expected::Number,
    )?;
    Ok(Target::Queue {
        num: num.or(balance.map(|b| b.first)).unwrap_or(0),
        bypass: given.flag("--queue-bypass")?,
        rest: given.rest(&["--queue-balance", "--queue-cpu-fanout"]).into(),
    })
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (mut i, ()) = word("NFQUEUE")(i)?;
    let (mut num, mut bypass, mut rest) = (0, false, String::new());
    while let Ok((at, name)) = any_word(i) {
        match name {
            "num" => (i, num) = spaced(value::u16n)(at)?,
            "balance" => {
                let (next, range) = spaced(value::number_range(':', u16::MAX))(at)?;
                rest += &format!(" --queue-balance {}:{}", range.first, range.last);
                (i, num) = (next, range.first);
            }
            "bypass" => (i, bypass) = (at, true),
            "cpu-fanout" => {
                rest += " --queue-cpu-fanout";
                i = at;
            }
            _ => break,
        }
    }
    Ok((i, Target::Queue { num, bypass, rest: rest.trim_start().into() }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Queue { num, bypass, rest } = target else { return None };
    let mut out = String::from("-j NFQUEUE");
    if !rest.contains("--queue-balance") {
        out += &format!(" --queue-num {num}");
    }
    if !rest.is_empty() {
        out += &format!(" {rest}");
    }
    put_flag(&mut out, "--queue-bypass", *bypass);
    Some(out)
}
