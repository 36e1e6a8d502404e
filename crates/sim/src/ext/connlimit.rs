//! `-m connlimit`: how many flows there are between groups of addresses.
//!
//! - Written: `--connlimit-upto N | --connlimit-above N`, `--connlimit-mask`, `--connlimit-saddr | -daddr`.
//! - Listed: `#conn src/32 > 2`.
//! - Kernel: `connlimit_mt` in `net/netfilter/xt_connlimit.c`, `nf_conncount.c`: each test keeps a list of the
//!   flows that it saw, by the group that the packet's address is in. Those that ended, or whose TCP is closed,
//!   are struck off.
//! - Of flows that were known before, nobody tells which the test saw: it is a question only where as many as may
//!   have been would change the answer.

use super::Judge;
use crate::ct::{Zone, tuple_of};
use crate::eye::{Ct, Eye};
use crate::memory::Memory;
use chainwalk_model::{ConnlimitMatch, Flow, Found, Part, Tuple};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The flows that one test saw, by group and zone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(BTreeMap<(IpAddr, u16), Vec<Tuple>>);

pub(super) fn test(m: ConnlimitMatch, eye: &Eye, memory: &mut Memory, j: &mut Judge) {
    let (tuple, zone) = match &eye.ct {
        Ct::Flow(flow) if flow.id.is_some() => (flow.orig, flow.zone),
        _ => (tuple_of(eye.packet), Zone::default()),
    };
    let ip = &eye.packet.ip;
    let group = network(if m.by_dest { ip.dst } else { ip.src }, m.mask);
    let groups = memory.connlimits.entry(&j.at, Groups::default);
    let seen = groups.0.entry((group, zone.orig)).or_default();
    // A new flow is not in the table yet: those that are not there any more are gone.
    seen.retain(|other| *other == tuple || eye.net.is_open(*other, zone));
    if !seen.contains(&tuple) {
        seen.push(tuple);
    }
    let count = seen.len() as u64;
    let may = |f: &&Flow| {
        let ends = [f.orig.src, f.orig.dst, f.reply.src, f.reply.dst];
        !seen.contains(&f.orig)
            && f.zone_orig.unwrap_or(f.zone) == zone.orig
            && ends.iter().any(|addr| network(*addr, m.mask) == group)
            && eye.net.is_open(f.orig, zone)
    };
    let more = eye.host.flows.iter().map(|f| &f.value).filter(may).count() as u64;
    let limit = u64::from(m.limit);
    if (count > limit) != (count + more > limit) {
        return j.untold(Part::Connlimit, false);
    }
    j.holds(Part::Connlimit, false, (count > limit) == m.above, || Found::Number(count));
}

/// The network of an address.
fn network(addr: IpAddr, len: u8) -> IpAddr {
    match addr {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(len.min(32))).unwrap_or(0);
            Ipv4Addr::from(u32::from(a) & mask).into()
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(len.min(128))).unwrap_or(0);
            Ipv6Addr::from(u128::from(a) & mask).into()
        }
    }
}
