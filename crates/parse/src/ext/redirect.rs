//! `-j REDIRECT`: to this host itself.
//!
//! - Does: rewrites the destination to the incoming interface's address, in OUTPUT to 127.0.0.1.
//! - `-S`: `-j REDIRECT --to-ports 80-90 --random`.
//! - `-L`: `redir ports 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_REDIRECT.c`.
//! - Not modelled: nothing.

use super::{Given, Seen, TargetExt, Wrong, alias, nat_range};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, NatRange, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["REDIRECT"],
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
    nat_range::flags(given, NatRange { ports, ..NatRange::default() }).map(Target::Redirect)
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let mut range = NatRange::default();
    let mut left = i;
    if let Ok((rest, ())) = word("redir ports")(i) {
        let (rest, ports) = spaced(value::port_dash)(rest)?;
        (left, range.ports) = (rest, Some(ports));
    }
    let (left, range) = nat_range::listed_flags(left, range);
    if left == i { value::fail(i) } else { Ok((left, Target::Redirect(range))) }
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Redirect(range) = target else { return None };
    let mut out = String::from("-j REDIRECT");
    if range.ports.is_some() {
        out += &format!(" --to-ports {}", nat_range::ports_text(range));
    }
    nat_range::flags_text(&mut out, range);
    Some(out)
}
