//! `-m connlabel`: labels of a flow.
//!
//! - Tests: whether a label is set on the packet's flow; `--set` sets it where it is not.
//! - `-S`: `-m connlabel [!] --label "5" --set`.
//! - `-L`: `connlabel 5 set`, `connlabel ! 'bulk-traffic'`.
//! - Kernel: `net/netfilter/xt_connlabel.c`.
//! - Not modelled: `/etc/xtables/connlabel.conf`, by which a name and a number are the same label.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put_flag};
use crate::value::{self, Piece, any_word, word};
use crate::word::quote;
use chainwalk_model::{DiagnosticId, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["connlabel"],
    options: &[opt("--label", 1), opt("--set", 0)],
    build,
    list,
    print,
};

/// How many labels a flow has room for.
const LABELS: u32 = 128;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let arg = given.get("--label").ok_or_else(|| given.missing("--label"))?;
    let label = arg.values.first().map(|w| w.text.as_ref()).unwrap_or_default();
    if label.is_empty() || value::whole(value::u32n, label).is_some_and(|n| n >= LABELS) {
        return Err(arg.wrong(DiagnosticId::BadValue, Expected::Number));
    }
    let label = Inv { not: arg.not, value: label.into() };
    Ok(Match::Connlabel { label, set: given.flag("--set")? })
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("connlabel")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, label) = match i.trim_start().strip_prefix('\'').and_then(|i| i.split_once('\'')) {
        Some((label, i)) => (i, label),
        None => any_word(i)?,
    };
    let label = Inv { not, value: label.into() };
    match word("set")(i) {
        Ok((i, ())) => Ok((i, Match::Connlabel { label, set: true })),
        Err(_) => Ok((i, Match::Connlabel { label, set: false })),
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Connlabel { label, set } = m else { return None };
    let not = if label.not { "! " } else { "" };
    let mut out = format!("-m connlabel {not}--label {}", quote(&label.value));
    put_flag(&mut out, "--set", *set);
    Some(out)
}
