//! `-j SET`: adds to an ipset, or deletes from it.
//!
//! - Does: the packet's addresses, ports … become an element, or are one no more, or the packet takes the
//!   mark that its element carries; the walk goes on.
//! - `-S`: `-j SET --add-set s1 src --exist --timeout 60`, `--del-set s1 dst`, `--map-set s1 src --map-mark`.
//! - `-L`: `add-set s1 src exist timeout 60`, `del-set s1 dst`, `map-set s1 src map-mark`.
//! - Kernel: `net/netfilter/xt_set.c`.

use super::set::{dirs, named, text};
use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced};
use chainwalk_model::{Expected, SetMatch, SetOptions, SetTarget, Target};

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
    Ok(Target::Set(Box::new(SetTarget {
        add: set("--add-set")?,
        del: set("--del-set")?,
        exist: given.flag("--exist")?,
        timeout: given.plain("--timeout", value::u32n, Expected::Number)?,
        map: set("--map-set")?,
        map_mark: given.flag("--map-mark")?,
        map_prio: given.flag("--map-prio")?,
        map_queue: given.flag("--map-queue")?,
    })))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let mut found = SetTarget::default();
    let mut left = i;
    while let Ok((at, name)) = any_word(left) {
        match name {
            "add-set" => (left, found.add) = listed(at)?,
            "del-set" => (left, found.del) = listed(at)?,
            "exist" => (left, found.exist) = (at, true),
            "timeout" => {
                let (next, seconds) = spaced(value::u32n)(at)?;
                (left, found.timeout) = (next, Some(seconds));
            }
            "map-set" => (left, found.map) = listed(at)?,
            "map-mark" => (left, found.map_mark) = (at, true),
            "map-prio" => (left, found.map_prio) = (at, true),
            "map-queue" => (left, found.map_queue) = (at, true),
            _ => break,
        }
    }
    if left.len() == i.len() { value::fail(i) } else { Ok((left, Target::Set(Box::new(found)))) }
}

fn listed(i: &str) -> Piece<'_, Option<SetMatch>> {
    let (i, set) = any_word(i)?;
    let (i, dirs) = dirs(i)?;
    Ok((i, Some(SetMatch { not: false, set: set.into(), dirs, options: SetOptions::default() })))
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
    if let Some(map) = &set.map {
        out += &format!(" --map-set {}", text(map));
    }
    put_flag(&mut out, "--map-mark", set.map_mark);
    put_flag(&mut out, "--map-prio", set.map_prio);
    put_flag(&mut out, "--map-queue", set.map_queue);
    Some(out)
}
