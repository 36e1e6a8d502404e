//! `-j TCPMSS`: the greatest segment a TCP peer may send.
//!
//! - Does: sets the MSS option of a SYN, or lowers it to what the path takes; the walk goes on.
//! - `-S`: `-j TCPMSS --set-mss 1400`, `--clamp-mss-to-pmtu`.
//! - `-L`: `TCPMSS set 1400`, `TCPMSS clamp to PMTU`.
//! - Kernel: `net/netfilter/xt_TCPMSS.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, MssOp, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["TCPMSS"],
    options: &[opt("--set-mss", 1), opt("--clamp-mss-to-pmtu", 0)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    if given.flag("--clamp-mss-to-pmtu")? {
        return Ok(Target::Tcpmss(MssOp::ClampToPmtu));
    }
    given
        .plain("--set-mss", value::u16n, Expected::Number)?
        .map(|mss| Target::Tcpmss(MssOp::Set(mss)))
        .ok_or_else(|| given.missing("--set-mss"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    if let Ok((i, ())) = word("TCPMSS clamp to PMTU")(i) {
        return Ok((i, Target::Tcpmss(MssOp::ClampToPmtu)));
    }
    let (i, ()) = word("TCPMSS set")(i)?;
    let (i, mss) = spaced(value::u16n)(i)?;
    Ok((i, Target::Tcpmss(MssOp::Set(mss))))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Tcpmss(op) = target else { return None };
    Some(match op {
        MssOp::Set(mss) => format!("-j TCPMSS --set-mss {mss}"),
        MssOp::ClampToPmtu => "-j TCPMSS --clamp-mss-to-pmtu".into(),
    })
}
