//! `-j ACCEPT`, `DROP`, `RETURN`: the verdicts that need no extension.
//!
//! - Does: ends this base chain, ends the packet, or goes back to the calling chain.
//! - `-S`: `-j ACCEPT`.
//! - `-L`: the name in the target column and nothing behind it.
//! - Kernel: `net/ipv4/netfilter/ip_tables.c`, `ipt_do_table`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, prints_nothing};
use chainwalk_model::Target;

pub(super) const EXT: TargetExt = TargetExt {
    names: &["ACCEPT", "DROP", "RETURN", "TRACE"],
    options: &[],
    build,
    list: prints_nothing,
    print,
};

const NAMES: [(&str, Target); 4] = [
    ("ACCEPT", Target::Accept),
    ("DROP", Target::Drop),
    ("RETURN", Target::Return),
    ("TRACE", Target::Trace),
];

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let known = NAMES.into_iter().find(|(name, _)| *name == given.name);
    known.map(|(_, target)| target).ok_or_else(|| given.missing("ACCEPT"))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    NAMES.iter().find(|(_, t)| t == target).map(|(name, _)| format!("-j {name}"))
}
