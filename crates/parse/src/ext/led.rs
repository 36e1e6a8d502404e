//! `-j LED`: a light.
//!
//! - Does: nothing to the packet; the walk goes on.
//! - `-S`: `-j LED --led-trigger-id "ssh" --led-delay 1000 --led-always-blink`, `--led-delay inf`.
//! - `-L`: `led-trigger-id:"ssh" led-delay:1000ms led-always-blink`, `led-delay:inf`.
//! - Kernel: `net/netfilter/xt_LED.c`.
//! - Not modelled: the light.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, lead, word};
use crate::word::quote;
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["LED"],
    options: &[opt("--led-trigger-id", 1), opt("--led-delay", 1), opt("--led-always-blink", 0)],
    build,
    list,
    print,
};

/// Milliseconds, or `inf`.
fn delay(i: &str) -> Piece<'_, Option<u32>> {
    let (rest, text) = any_word(i)?;
    if text == "inf" {
        return Ok((rest, None));
    }
    let number = text.strip_suffix("ms").unwrap_or(text);
    let delay = value::whole(value::u32n, number);
    delay.map_or_else(|| value::fail(i), |delay| Ok((rest, Some(delay))))
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    Ok(Target::Led {
        id: given.text("--led-trigger-id").ok_or_else(|| given.missing("--led-trigger-id"))?.into(),
        delay: given.plain("--led-delay", delay, Expected::Number)?.unwrap_or(Some(0)),
        always_blink: given.flag("--led-always-blink")?,
    })
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = lead("led-trigger-id:")(i)?;
    let (i, id) = value::quoted(i)?;
    let (i, ()) = lead("led-delay:")(i)?;
    let (i, delay) = delay(i)?;
    let (i, always_blink) = word("led-always-blink")(i).map_or((i, false), |(i, ())| (i, true));
    Ok((i, Target::Led { id: id.into(), delay, always_blink }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Led { id, delay, always_blink } = target else { return None };
    let mut out = format!("-j LED --led-trigger-id {}", quote(id));
    match delay {
        Some(0) => {}
        Some(ms) => out += &format!(" --led-delay {ms}"),
        None => out += " --led-delay inf",
    }
    put_flag(&mut out, "--led-always-blink", *always_blink);
    Some(out)
}
