//! Guests and pods: what is behind a bridge of a program's own, and who asks whom.

use super::sight::Sight;
use crate::addr::prefix;
use crate::spoken::is_private;
use chainwalk_model::{Entry, Hook, Interface, Policy};
use std::net::IpAddr;

/// Whether a program made a bridge for guests of its own, by the usual name.
pub(crate) fn is_of_guests(name: &str) -> bool {
    // Docker's networks have an id of twelve digits, which people shorten.
    let id = name.strip_prefix("br-").filter(|id| (4..=12).contains(&id.len()));
    is_of_containers(name)
        || ["virbr", "cni"].iter().any(|p| name.starts_with(p))
        || id.is_some_and(|id| id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a program made a bridge for the containers that it lists, by the usual name.
fn is_of_containers(name: &str) -> bool {
    is_of_lxc(name) || ["docker", "podman"].iter().any(|p| name.starts_with(p))
}

/// Whether LXC, LXD or Incus made a bridge.
fn is_of_lxc(name: &str) -> bool {
    ["lxcbr", "lxdbr", "incusbr"].iter().any(|p| name.starts_with(p))
}

/// Whether a listing names a container by this address, and the paste knows of no other bridge of containers.
pub(super) fn is_container_on(at: &Sight, addr: IpAddr, bridge: &str) -> bool {
    let host = &at.world.host;
    let linked = host.interfaces.iter().map(|i| &i.name);
    let mut bridges = at.world.spoken().named().chain(linked).filter(|n| is_of_containers(n));
    // Whoever translates to it beside containers of LXC, by hand or by their program, most likely means one.
    let translated = || is_of_lxc(bridge) && at.sent.packet.ip.dst != addr && is_private(addr);
    is_of_containers(bridge)
        && (host.names.iter().any(|named| named.addr == addr) || translated())
        && bridges.all(|name| **name == *bridge)
}

/// How the ports of guests are called.
const GUESTS: [&str; 6] = ["vnet", "veth", "tap", "fwpr", "fwln", "macvtap"];

/// Whether a port is called as those of guests are.
fn is_called_guest(port: &str) -> bool {
    GUESTS.iter().any(|name| port.starts_with(name))
}

/// Whether a bridge has guests behind its ports, and the paste shows what passes through, not what comes in.
pub(super) fn has_guests(at: &Sight, bridge: &str) -> bool {
    let host = &at.world.host;
    let shown = |hook| {
        let mut bases = host.rules.chains.iter().filter_map(|c| Some((c, c.base.as_ref()?)));
        bases.any(|(c, b)| {
            let known = b.policy != Policy::Unknown || !c.rules.is_empty();
            b.hook == hook && known && &*host.rules.table(c.table).name == "filter"
        })
    };
    let port = |i: &Interface| i.master.as_deref() == Some(bridge) && is_called_guest(&i.name);
    host.interfaces.iter().any(port) && shown(Hook::Forward) && !shown(Hook::Input)
}

/// Whether a packet comes in by a port of a bridge that is called as those of guests are.
pub(super) fn is_guest(at: &Sight) -> bool {
    let Entry::Wire { iface, .. } = at.entry else { return false };
    is_called_guest(iface) && at.world.host.interface(iface).is_some_and(|i| i.master.is_some())
}

/// Whether a packet comes from a pod or guest that has an interface of this host to itself: no neighbour of its is this host.
pub(super) fn is_routed_pod(at: &Sight) -> bool {
    let Entry::Wire { iface, .. } = at.entry else { return false };
    ["cali", "azv", "eni", "gke", "vif"].iter().any(|p| iface.starts_with(p))
}

/// Whether a pod asks another by its own address: Services have a network of theirs.
pub(super) fn is_among_pods(at: &Sight) -> bool {
    let Entry::Wire { iface, .. } = &at.sent.entry else { return false };
    let overlay = ["flannel", "cni", "cali", "vxlan", "cilium", "tunl", "weave", "kube-"];
    let (src, dst) = (at.sent.packet.ip.src, at.sent.packet.ip.dst);
    overlay.iter().any(|name| iface.starts_with(name))
        && src.is_ipv4()
        && prefix(src, 16) == prefix(dst, 16)
}
