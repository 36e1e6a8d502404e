//! `-j TOS`: changes the TOS byte, or IPv6's traffic class.
//!
//! - Does: tos = (tos & !mask) ^ value; every spelling is brought into this form.
//! - `-S`: `-j TOS --set-tos 0x10/0xff`; typed also `--and-tos`, `--or-tos`, `--xor-tos`.
//! - `-L`: `TOS set 0x10/0xff`, `TOS and 0x3f`, `TOS or 0x10`, `TOS xor 0x10`; without `-n` names.
//! - Kernel: `net/netfilter/xt_DSCP.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Opt, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, lead, spaced, word};
use chainwalk_model::{Expected, Masked, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["TOS"], options: OPTIONS, build, list, print };

const OPTIONS: &[Opt] =
    &[opt("--set-tos", 1), opt("--and-tos", 1), opt("--or-tos", 1), opt("--xor-tos", 1)];

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    for option in OPTIONS {
        if let Some(tos) = given.plain(option.name, value::tos, Expected::Number)? {
            return Ok(Target::Tos(change(&option.name[2..option.name.len() - 4], tos)));
        }
    }
    Err(given.missing("--set-tos"))
}

/// A change by its short name, in the form of `--set-tos`.
fn change(how: &str, m: Masked<u8>) -> Masked<u8> {
    match how {
        "and" => Masked { value: 0, mask: !m.value },
        "or" => Masked { value: m.value, mask: m.value },
        "xor" => Masked { value: m.value, mask: 0 },
        _ => m,
    }
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("TOS")(i)?;
    // A value that has a name follows without a blank: `TOS setMinimize-Delay`.
    for how in ["set", "and", "or", "xor"] {
        if let Ok((rest, ())) = lead(how)(i)
            && let Ok((rest, tos)) = spaced(value::tos)(rest)
        {
            return Ok((rest, Target::Tos(change(how, tos))));
        }
    }
    value::fail(i)
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Tos(tos) = target else { return None };
    Some(format!("-j TOS --set-tos {:#04x}/{:#04x}", tos.value, tos.mask))
}
