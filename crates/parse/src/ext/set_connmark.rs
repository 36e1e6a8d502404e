//! `-j CONNMARK`: changes the flow's mark, or copies it from or to the packet.
//!
//! - Does: ctmark = (ctmark & !mask) ^ value; or a copy under a mask on each side.
//! - `-S`: `-j CONNMARK --set-xmark 0x5/0xf`, `--save-mark --nfmask 0xf --ctmask 0xff`, `--restore-mark …`.
//! - `-L`: `CONNMARK set 0x5`, `xset 0x5/0xf`, `or`, `and`, `xor`; `save`, `restore`, `restore mask 0xff`,
//!   `save nfmask 0xf ctmask ~0xff`, where `~` says nothing; then `left-shift-mark 3`.
//! - Kernel: `net/netfilter/xt_connmark.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use super::set_mark;
use crate::value::{self, Piece, lead, spaced, word};
use chainwalk_model::{ConnmarkOp, Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["CONNMARK"],
    options: &[
        opt("--set-xmark", 1),
        opt("--set-mark", 1),
        opt("--and-mark", 1),
        opt("--or-mark", 1),
        opt("--xor-mark", 1),
        opt("--save-mark", 0),
        opt("--restore-mark", 0),
        opt("--nfmask", 1),
        opt("--ctmask", 1),
        opt("--mask", 1),
        opt("--left-shift-mark", 1),
        opt("--right-shift-mark", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let number = |name| given.plain(name, value::u32n, Expected::Mark);
    let both = number("--mask")?.unwrap_or(u32::MAX);
    let nfmask = number("--nfmask")?.unwrap_or(both);
    let ctmask = number("--ctmask")?.unwrap_or(both);
    let op = if given.flag("--save-mark")? {
        ConnmarkOp::Save { nfmask, ctmask }
    } else if given.flag("--restore-mark")? {
        ConnmarkOp::Restore { nfmask, ctmask }
    } else {
        let change = set_mark::change(given)?.ok_or_else(|| given.missing("--set-mark"))?;
        ConnmarkOp::Set(change)
    };
    let bits = |name| given.plain(name, shift, Expected::Number);
    let shift = match (bits("--left-shift-mark")?, bits("--right-shift-mark")?) {
        (Some(left), None) => left,
        (None, Some(right)) => -right,
        (None, None) => 0,
        (Some(_), Some(_)) => return Err(given.missing("--left-shift-mark")),
    };
    Ok(Target::Connmark { op, shift })
}

/// How far a mark is shifted, in bits.
fn shift(i: &str) -> Piece<'_, i8> {
    let (rest, bits) = value::u8n(i)?;
    match i8::try_from(bits) {
        Ok(bits @ 0..32) => Ok((rest, bits)),
        _ => value::fail(i),
    }
}

fn listed_shift(i: &str) -> Piece<'_, i8> {
    if let Ok((i, ())) = word("left-shift-mark")(i) {
        return spaced(shift)(i);
    }
    match word("right-shift-mark")(i) {
        Ok((i, ())) => spaced(shift)(i).map(|(i, bits)| (i, -bits)),
        Err(_) => Ok((i, 0)),
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("CONNMARK")(i)?;
    if let Ok((i, change)) = set_mark::listed_change(i) {
        let (i, shift) = listed_shift(i)?;
        return Ok((i, Target::Connmark { op: ConnmarkOp::Set(change), shift }));
    }
    let (mut i, save) = match word("save")(i) {
        Ok((i, ())) => (i, true),
        Err(_) => (word("restore")(i)?.0, false),
    };
    let (mut nfmask, mut ctmask) = (u32::MAX, u32::MAX);
    loop {
        if let Ok((rest, mask)) = listed_mask("mask ", i) {
            (i, nfmask, ctmask) = (rest, mask, mask);
        } else if let Ok((rest, mask)) = listed_mask("nfmask ", i) {
            (i, nfmask) = (rest, mask);
        } else if let Ok((rest, mask)) = listed_mask("ctmask ", i) {
            (i, ctmask) = (rest, mask);
        } else {
            break;
        }
    }
    let op = if save {
        ConnmarkOp::Save { nfmask, ctmask }
    } else {
        ConnmarkOp::Restore { nfmask, ctmask }
    };
    let (i, shift) = listed_shift(i)?;
    Ok((i, Target::Connmark { op, shift }))
}

fn listed_mask<'a>(name: &'static str, i: &'a str) -> Piece<'a, u32> {
    let (i, ()) = lead(name)(i)?;
    let i = i.trim_start();
    spaced(value::u32n)(i.strip_prefix('~').unwrap_or(i))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Connmark { op, shift } = target else { return None };
    let mut out = match op {
        ConnmarkOp::Set(m) => format!("-j CONNMARK --set-xmark {:#x}/{:#x}", m.value, m.mask),
        ConnmarkOp::Save { nfmask, ctmask } => {
            format!("-j CONNMARK --save-mark --nfmask {nfmask:#x} --ctmask {ctmask:#x}")
        }
        ConnmarkOp::Restore { nfmask, ctmask } => {
            format!("-j CONNMARK --restore-mark --nfmask {nfmask:#x} --ctmask {ctmask:#x}")
        }
    };
    match *shift {
        0 => {}
        bits if bits > 0 => out += &format!(" --left-shift-mark {bits}"),
        bits => out += &format!(" --right-shift-mark {}", bits.unsigned_abs()),
    }
    Some(out)
}
