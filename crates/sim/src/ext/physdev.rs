//! `-m physdev`: the bridge ports of a packet.
//!
//! - Written: `[!] --physdev-in NAME[+]`, `[!] --physdev-out …`, `[!] --physdev-is-in`,
//!   `[!] --physdev-is-out`, `[!] --physdev-is-bridged`.
//! - Listed: `PHYSDEV match --physdev-in veth1 --physdev-is-bridged`.
//! - Kernel: `physdev_mt` in `net/netfilter/xt_physdev.c`.
//! - A packet that saw no bridge holds exactly where every option is inverted. One that did see a bridge,
//!   but has no port on that side, holds for any `--physdev-in` and for no `--physdev-out`.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, named, truth};
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, IfaceMatch, Inv, Observed, PathIface, PhysdevMatch, Truth};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: &PhysdevMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let phys_out = &ctx.path.phys_out;
    // The kernel still knows it in POSTROUTING, where the hook itself has no incoming interface.
    let known = &ctx.path.phys_in;
    let phys_in = if phys_out.is_some() && !known.is_some() { ctx.came_by } else { known };
    let bridge = phys_in.is_some() || phys_out.is_some();
    let presence = [
        (ConditionKind::PhysBridged, m.is_bridged, phys_out.is_some()),
        (ConditionKind::PhysIn, m.is_in, phys_in.is_some()),
        (ConditionKind::PhysOut, m.is_out, phys_out.is_some()),
    ];
    for (part, m, holds) in presence {
        if let Some(m) = m {
            eval.holds(part, m.not, holds, || Observed::Nothing);
        }
    }
    if let Some(m) = &m.iniface {
        match phys_in {
            PathIface::None if bridge => {
                eval.say(ConditionKind::PhysIn, m.not, Truth::Yes, || Observed::Nothing);
            }
            PathIface::None => {
                eval.say(ConditionKind::PhysIn, m.not, truth(m.not), || Observed::Nothing);
            }
            port => name(ConditionKind::PhysIn, m, port, eval),
        }
    }
    if let Some(m) = &m.outiface {
        match phys_out {
            PathIface::None if bridge => eval.lacks(ConditionKind::PhysOut, m.not),
            PathIface::None => {
                eval.say(ConditionKind::PhysOut, m.not, truth(m.not), || Observed::Nothing);
            }
            port => name(ConditionKind::PhysOut, m, port, eval),
        }
    }
}

/// A port's name; any fits `+`, also one that is not known.
fn name(part: ConditionKind, m: &Inv<IfaceMatch>, dev: &PathIface, eval: &mut Evaluation) {
    let any = m.value.prefix && m.value.name.is_empty();
    match dev.name() {
        Some(dev) => eval.holds(part, m.not, named(&m.value, dev), || Observed::Name(dev.clone())),
        None if any => eval.holds(part, m.not, true, || Observed::Name("?".into())),
        None => eval.untold(part, m.not),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::Match;

    #[track_caller]
    fn check(m: PhysdevMatch, ports: (Option<&str>, Option<&str>), expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.path.phys_in = ports.0.map_or(PathIface::None, Into::into);
        bench.path.phys_out = ports.1.map_or(PathIface::None, Into::into);
        assert_eq!(bench.test(&Match::Physdev(Box::new(m))), expect);
    }

    fn port(not: bool, name: &str) -> Inv<IfaceMatch> {
        Inv { not, value: IfaceMatch { name: name.into(), prefix: false } }
    }

    #[test]
    fn bridged_is_what_has_a_port_on_its_way_out() {
        let m = PhysdevMatch {
            is_bridged: Some(Inv { not: false, value: () }),
            ..PhysdevMatch::default()
        };
        check(m.clone(), (Some("a"), Some("b")), Truth::Yes);
        check(m.clone(), (Some("a"), None), Truth::No);
        check(m, (None, None), Truth::No);
        let not = PhysdevMatch {
            is_bridged: Some(Inv { not: true, value: () }),
            ..PhysdevMatch::default()
        };
        check(not, (None, None), Truth::Yes);
    }

    #[test]
    fn a_bridged_packet_keeps_its_incoming_port_to_the_end() {
        let m = |name| PhysdevMatch { iniface: Some(port(false, name)), ..Default::default() };
        check(m("eth0"), (None, Some("b")), Truth::Yes);
        check(m("eth1"), (None, Some("b")), Truth::No);
    }

    #[test]
    fn names_are_of_their_side() {
        let m = PhysdevMatch { iniface: Some(port(false, "a")), ..PhysdevMatch::default() };
        check(m.clone(), (Some("a"), None), Truth::Yes);
        check(m.clone(), (Some("b"), None), Truth::No);
        check(m, (None, None), Truth::No);
        let not = PhysdevMatch { iniface: Some(port(true, "a")), ..PhysdevMatch::default() };
        check(not.clone(), (None, None), Truth::Yes);
        check(not, (Some("a"), None), Truth::No);
        let out = PhysdevMatch { outiface: Some(port(true, "a")), ..PhysdevMatch::default() };
        check(out, (Some("a"), None), Truth::No);
    }
}
