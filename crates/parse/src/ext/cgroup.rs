//! `-m cgroup`: the control group of the socket that sends or takes the packet.
//!
//! - Tests: the class of `net_cls`, or whether it lies below a path of the second hierarchy.
//! - `-S`: `-m cgroup [!] --cgroup 1048577`, `-m cgroup [!] --path service/http`.
//! - `-L`: `cgroup 1048577`, `cgroup ! service/http`.
//! - Kernel: `net/netfilter/xt_cgroup.c`.
//! - Not modelled: which control group a process is in.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, any_word, word};
use crate::word::quote_loosely;
use chainwalk_model::{CgroupMatch, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["cgroup"],
    options: &[opt("--cgroup", 1), opt("--path", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let class = given.value("--cgroup", value::u32n, Expected::Number)?;
    let class = class.map(|c| Inv { not: c.not, value: CgroupMatch::Class(c.value) });
    let path = given.get("--path").and_then(|arg| {
        let path = arg.values.first()?.text.as_ref();
        Some(Inv { not: arg.not, value: CgroupMatch::Path(path.into()) })
    });
    class.or(path).map(Match::Cgroup).ok_or_else(|| given.missing("--cgroup"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("cgroup")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, text) = any_word(i)?;
    let value = match value::whole(value::u32n, text) {
        Some(class) => CgroupMatch::Class(class),
        None => CgroupMatch::Path(text.into()),
    };
    Ok((i, Match::Cgroup(Inv { not, value })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Cgroup(group) = m else { return None };
    let mut out = String::from("-m cgroup");
    let (name, text) = match &group.value {
        CgroupMatch::Class(class) => ("--cgroup", class.to_string()),
        CgroupMatch::Path(path) => ("--path", quote_loosely(path)),
    };
    put(&mut out, name, Some(Inv { not: group.not, value: text }), |t| t);
    Some(out)
}
