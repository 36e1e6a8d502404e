//! `-j ULOG`: the packet is handed to listeners in user space, and the walk goes on.
//!
//! - Does: nothing to the packet.
//! - `-S`: `-j ULOG --ulog-prefix "x y" --ulog-nlgroup 2 --ulog-cprange 4 --ulog-qthreshold 3`.
//! - `-L`: `ULOG copy_range 4 nlgroup 2 prefix "x y" queue_threshold 3`.
//! - Kernel: `net/ipv4/netfilter/ipt_ULOG.c`, until Linux 3.16; `NFLOG` took its place.
//! - Not modelled: where the log goes.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, spaced, word};
use crate::word::quote;
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["ULOG"],
    options: &[
        opt("--ulog-prefix", 1),
        opt("--ulog-nlgroup", 1),
        opt("--ulog-cprange", 1),
        opt("--ulog-qthreshold", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    for name in ["--ulog-cprange", "--ulog-qthreshold"] {
        given.plain(name, value::u32n, Expected::Number)?;
    }
    let prefix = given.text("--ulog-prefix").unwrap_or_default().into();
    let rest = given.rest(&["--ulog-nlgroup", "--ulog-cprange", "--ulog-qthreshold"]).into();
    Ok(Target::Ulog { prefix, rest })
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("ULOG copy_range")(i)?;
    let (i, range) = spaced(value::u32n)(i)?;
    let (i, ()) = word("nlgroup")(i)?;
    let (mut i, group) = any_word(i)?;
    let mut prefix = String::new();
    if let Ok((rest, ())) = word("prefix")(i) {
        (i, prefix) = value::quoted(rest)?;
    }
    let (i, ()) = word("queue_threshold")(i)?;
    let (i, threshold) = spaced(value::u32n)(i)?;
    let mut rest = String::new();
    for (name, text, unsaid) in [
        ("nlgroup", group.to_owned(), "1"),
        ("cprange", range.to_string(), "0"),
        ("qthreshold", threshold.to_string(), "1"),
    ] {
        if text != unsaid {
            rest += &format!(" --ulog-{name} {text}");
        }
    }
    Ok((i, Target::Ulog { prefix: prefix.into(), rest: rest.trim_start().into() }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Ulog { prefix, rest } = target else { return None };
    let mut out = String::from("-j ULOG");
    if !prefix.is_empty() {
        out += &format!(" --ulog-prefix {}", quote(prefix));
    }
    if !rest.is_empty() {
        out += " ";
        out += rest;
    }
    Some(out)
}
