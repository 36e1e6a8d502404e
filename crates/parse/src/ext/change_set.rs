//! `-j SET`: adds to an ipset, or deletes from it.
//!
//! - Does: the packet's addresses, ports … become an element, or are one no more; the walk goes on.
//! - `-S`: `-j SET --add-set s1 src --exist --timeout 60`, `--del-set s1 dst`.
//! - `-L`: `add-set s1 src exist timeout 60`, `del-set s1 dst`.
//! - Kernel: `net/netfilter/xt_set.c`.
//! - Not modelled: `--map-set` and its options; they are kept as text.

use super::set::{dirs, named, text};
use super::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced};
use chainwalk_model::{Expected, SetMatch, SetTarget, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["SET"],
    options: &[
        opt("--add-set", 2),
        opt("--del-set", 2),
        opt("--map-set", 2),
        opt("--exist", 0),
        opt("--timeout", 1),
        opt("--map-mark", 0),
        opt("--map-prio", 0),
        opt("--map-queue", 0),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let set = |name| given.get(name).map(named).transpose();
    Ok(Target::Set(SetTarget {
        add: set("--add-set")?,
        del: set("--del-set")?,
        exist: given.flag("--exist")?,
        timeout: given.plain("--timeout", value::u32n, Expected::Number)?,
        rest: given.rest(&["--map-set", "--map-mark", "--map-prio", "--map-queue"]).into(),
    }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let mut found =
        SetTarget { add: None, del: None, exist: false, timeout: None, rest: "".into() };
    let (mut left, mut rest) = (i, String::new());
    while let Ok((at, name)) = any_word(left) {
        match name {
            "add-set" => (left, found.add) = listed(at)?,
            "del-set" => (left, found.del) = listed(at)?,
            "exist" => (left, found.exist) = (at, true),
            "timeout" => {
                let (next, seconds) = spaced(value::u32n)(at)?;
                (left, found.timeout) = (next, Some(seconds));
            }
            "map-set" => {
                let (next, set) = listed(at)?;
                rest += &format!(" --map-set {}", set.as_ref().map(text).unwrap_or_default());
                left = next;
            }
            "map-mark" | "map-prio" | "map-queue" => {
                rest += &format!(" --{name}");
                left = at;
            }
            _ => break,
        }
    }
    found.rest = rest.trim_start().into();
    if left == i { value::fail(i) } else { Ok((left, Target::Set(found))) }
}

fn listed(i: &str) -> Piece<'_, Option<SetMatch>> {
    let (i, set) = any_word(i)?;
    let (i, dirs) = dirs(i)?;
    Ok((i, Some(SetMatch { not: false, set: set.into(), dirs, rest: "".into() })))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Set(set) = target else { return None };
    let mut out = String::from("-j SET");
    for (name, which) in [("--add-set", &set.add), ("--del-set", &set.del)] {
        if let Some(which) = which {
            out += &format!(" {name} {}", text(which));
        }
    }
    put_flag(&mut out, "--exist", set.exist);
    if let Some(seconds) = set.timeout {
        out += &format!(" --timeout {seconds}");
    }
    if !set.rest.is_empty() {
        out += &format!(" {}", set.rest);
    }
    Some(out)
}
