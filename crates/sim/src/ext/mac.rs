//! `-m mac`: the link-layer source.
//!
//! - Written: `[!] --mac-source XX:XX:XX:XX:XX:XX`.
//! - Listed: `MAC 02:00:00:00:03:01`, `MAC ! …`.
//! - Kernel: `mac_mt` in `net/netfilter/xt_mac.c`.
//! - A packet without an Ethernet header never holds, inverted or not: one made here, or over lo.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use chainwalk_model::{ConditionKind, Entry, Hook, IfKind, Inv, Mac, Observed};

pub(super) const FACTS: Facts = Facts::reading(Reads::FIXED);

pub(super) fn test(m: Inv<Mac>, ctx: &MatchContext, eval: &mut Evaluation) {
    match source(ctx) {
        Some(mac) if !ctx.is_told(mac) => eval.untold(ConditionKind::Mac, m.not),
        Some(mac) => {
            let found = || Observed::Name(mac.0.map(|b| format!("{b:02x}")).join(":").into());
            eval.holds(ConditionKind::Mac, m.not, mac == m.value, found);
        }
        None => eval.lacks(ConditionKind::Mac, m.not),
    }
}

/// The source of the frame, where the packet came in by one.
pub(super) fn source(ctx: &MatchContext) -> Option<Mac> {
    let Entry::Wire { smac, .. } = ctx.entry else { return None };
    let loopback = ctx.came_by.name().is_some_and(|iface| {
        ctx.host.interface(iface).map_or(&**iface == "lo", |i| i.kind == IfKind::Loopback)
    });
    let incoming =
        matches!(ctx.path.hook, Hook::Ingress | Hook::Prerouting | Hook::Input | Hook::Forward);
    (incoming && !loopback).then_some(*smac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[test]
    fn a_packet_made_here_has_no_source() {
        let mac = |k| Mac([2, 0, 0, 0, 3, k]);
        let m = |not, k| Match::Mac(Inv { not, value: mac(k) });
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        assert!(matches!(bench.test(&m(false, 1)), Truth::Unknown(_)));
        bench.host.complete.network = true;
        assert_eq!(bench.test(&m(false, 1)), Truth::Yes);
        assert_eq!(bench.test(&m(true, 2)), Truth::Yes);
        bench.entry = Entry::Local { uid: Some(0), gid: Some(0), mark: 0, bind: None };
        assert_eq!(bench.test(&m(false, 1)), Truth::No);
        assert_eq!(bench.test(&m(true, 2)), Truth::No);
    }
}
