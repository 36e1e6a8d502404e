//! `-j IDLETIMER`: a clock that is wound up by every packet.
//!
//! - Does: nothing to the packet; the walk goes on.
//! - `-S`: `-j IDLETIMER --timeout 5 --label abc --alarm`.
//! - `-L`: `timeout:5 label:abc alarm`.
//! - Kernel: `net/netfilter/xt_IDLETIMER.c`.
//! - Not modelled: the clock.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, lead, spaced, word};
use crate::word::quote_loosely;
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["IDLETIMER"],
    options: &[opt("--timeout", 1), opt("--label", 1), opt("--alarm", 0)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let timeout = given.plain("--timeout", value::u32n, Expected::Number)?;
    Ok(Target::Idletimer {
        timeout: timeout.ok_or_else(|| given.missing("--timeout"))?,
        label: given.text("--label").ok_or_else(|| given.missing("--label"))?.into(),
        alarm: given.flag("--alarm")?,
    })
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = lead("timeout:")(i)?;
    let (i, timeout) = spaced(value::u32n)(i)?;
    let (i, ()) = lead("label:")(i)?;
    let (i, label) = any_word(i)?;
    let (i, alarm) = word("alarm")(i).map_or((i, false), |(i, ())| (i, true));
    Ok((i, Target::Idletimer { timeout, label: label.into(), alarm }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Idletimer { timeout, label, alarm } = target else { return None };
    let mut out = format!("-j IDLETIMER --timeout {timeout} --label {}", quote_loosely(label));
    put_flag(&mut out, "--alarm", *alarm);
    Some(out)
}
