//! What stands before a packet on a link, as far as rules see it.

use crate::context::MatchContext;
use crate::spoken::is_hub;
use crate::wire;
use chainwalk_model::{Hook, IfKind, PathIface};

/// `ARPHRD_ETHER`.
const ETHER: u128 = 1;
/// `ARPHRD_LOOPBACK`.
const LOOPBACK: u128 = 772;

/// The interface that the kernel takes a packet's link type from (`skb->dev`): the one it is about to leave by, where
/// it has come so far, though it came in by another.
pub(crate) fn at_device<'a>(ctx: &'a MatchContext) -> &'a PathIface {
    match ctx.path.hook {
        Hook::Postrouting | Hook::Egress => &ctx.path.outiface,
        _ => &ctx.path.iniface,
    }
}

/// The link type of an interface (`ARPHRD_…`); `None` of what its name makes a tunnel, which has one of many.
pub(crate) fn link_type(name: &str, ctx: &MatchContext) -> Option<u128> {
    match ctx.host.interface(name).map(|i| &i.kind) {
        Some(IfKind::Loopback) => Some(LOOPBACK),
        None if name == "lo" => Some(LOOPBACK),
        _ if !ctx.host.complete.network && is_hub(name) => None,
        _ => Some(ETHER),
    }
}

/// Whether frames of an interface may have an Ethernet header.
pub(crate) fn has_link_header(iface: &PathIface, ctx: &MatchContext) -> bool {
    iface.name().is_some_and(|name| link_type(name, ctx) != Some(LOOPBACK))
}

/// The device below that of a VLAN, and the number of the VLAN, by a name of the form `eth0.5`.
pub(crate) fn vlan(name: &str) -> Option<(&str, u16)> {
    const LAST: u16 = 4094;
    let (below, number) = name.rsplit_once('.')?;
    let tag = number.parse().ok().filter(|tag| (1..=LAST).contains(tag))?;
    (!below.is_empty()).then_some((below, tag))
}

/// The length of a packet in memory: on its way out of a device its link header stands before it again.
pub(crate) fn skb_len(ctx: &MatchContext) -> u32 {
    const LINK_HEADER: u32 = 14;
    let header = match (ctx.path.hook, ctx.path.outiface.name()) {
        (Hook::Egress, Some(name)) if link_type(name, ctx).is_some() => LINK_HEADER,
        _ => 0,
    };
    wire::total_len(ctx.packet) + header
}
