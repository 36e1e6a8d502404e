//! `-j MASQUERADE`: the outgoing interface's address as the source.
//!
//! - Does: rewrites the source address of a flow's first packet; conntrack does the rest.
//! - `-S`: `-j MASQUERADE --to-ports 80-90 --random`.
//! - `-L`: `masq ports: 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_MASQUERADE.c`.
//! - Not modelled: nothing.

use super::{Given, Seen, TargetExt, Wrong, alias, nat_range};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, NatRange, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["MASQUERADE"],
    options: &[
        alias("--to-ports", &["--to-port"], 1),
        nat_range::RANDOM,
        nat_range::RANDOM_FULLY,
        nat_range::PERSISTENT,
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let ports = given.plain("--to-ports", value::port_dash, Expected::PortOrRange)?;
    nat_range::flags(given, NatRange { ports, ..NatRange::default() }).map(Target::Masquerade)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let mut range = NatRange::default();
    let mut left = i;
    if let Ok((rest, ())) = word("masq ports:")(i) {
        let (rest, ports) = spaced(value::port_dash)(rest)?;
        (left, range.ports) = (rest, Some(ports));
    }
    let (left, range) = nat_range::listed_flags(left, range);
    if left == i { value::fail(i) } else { Ok((left, Target::Masquerade(range))) }
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Masquerade(range) = target else { return None };
    let mut out = String::from("-j MASQUERADE");
    if range.ports.is_some() {
        out += &format!(" --to-ports {}", nat_range::ports_text(range));
    }
    nat_range::flags_text(&mut out, range);
    Some(out)
}
