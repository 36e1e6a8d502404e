//! `-j MARK`: changes the packet's mark.
//!
//! - Does: mark = (mark & !mask) ^ value; every spelling is brought into this form.
//! - `-S`: `-j MARK --set-xmark 0x4000/0x4000`; typed also `--set-mark`, `--and-mark`, `--or-mark`,
//!   `--xor-mark`.
//! - `-L`: `MARK set 0x5`, `MARK and 0x5`, `MARK or 0x4000`, `MARK xor 0x5`, `MARK xset 0x5/0xf`.
//! - Kernel: `net/netfilter/xt_mark.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Opt, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Masked, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["MARK"], options: OPTIONS, build, list, print };

/// The spellings of a change, which CONNMARK shares.
pub(super) const OPTIONS: &[Opt] = &[
    opt("--set-xmark", 1),
    opt("--set-mark", 1),
    opt("--and-mark", 1),
    opt("--or-mark", 1),
    opt("--xor-mark", 1),
];

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    change(given)?.map(Target::Mark).ok_or_else(|| given.missing("--set-mark"))
}

/// The change that was given.
pub(super) fn change(given: &Given<'_>) -> Result<Option<Masked<u32>>, Wrong> {
    for option in OPTIONS {
        if let Some(m) = given.plain(option.name, value::mark, Expected::Mark)? {
            return Ok(Some(xmark(&option.name[2..option.name.len() - 5], m)));
        }
    }
    Ok(None)
}

/// A change by its short name, in the form of `--set-xmark`.
fn xmark(how: &str, m: Masked<u32>) -> Masked<u32> {
    match how {
        "and" => Masked { value: 0, mask: !m.value },
        "or" => Masked { value: m.value, mask: m.value },
        "xor" => Masked { value: m.value, mask: 0 },
        "set" => Masked { value: m.value, mask: m.mask | m.value },
        _ => m,
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("MARK")(i)?;
    let (i, m) = listed_change(i)?;
    Ok((i, Target::Mark(m)))
}

/// `set 0x5`, `or 0x4000`, `xset 0x5/0xf`.
pub(super) fn listed_change(i: &str) -> Piece<'_, Masked<u32>> {
    let (rest, how) = any_word(i)?;
    if !matches!(how, "set" | "and" | "or" | "xor" | "xset") {
        return value::fail(i);
    }
    let (rest, m) = spaced(value::mark)(rest)?;
    Ok((rest, xmark(how, m)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Mark(m) = target else { return None };
    Some(format!("-j MARK --set-xmark {:#x}/{:#x}", m.value, m.mask))
}
