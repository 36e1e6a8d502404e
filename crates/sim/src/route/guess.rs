//! The interface that most likely leads to the rest of the world, where no route is known.

use chainwalk_model::{Host, IfKind, Text};

/// Whether an interface may be the way to the rest of the world, by its usual name.
pub(crate) fn is_uplink(name: &str) -> bool {
    const INNER: [&str; 14] = [
        "docker", "br-", "veth", "virbr", "cali", "flannel", "cni", "cbr", "vnet", "lxc", "lxd",
        "tunl", "kube", "dummy",
    ];
    name != "lo" && !INNER.iter().any(|p| name.starts_with(p))
}

/// The only interface that may be the way to the rest of the world, of those that are known and that a packet
/// `came_by`.
pub(crate) fn only_uplink(host: &Host, came_by: Option<&Text>) -> Option<Text> {
    let plain = host.interfaces.iter().filter(|i| i.kind == IfKind::Plain && i.master.is_none());
    let told = plain.map(|i| &i.name);
    let mut uplinks: Vec<&Text> = Vec::new();
    for name in told.chain(came_by).filter(|name| is_uplink(name)) {
        if !uplinks.contains(&name) {
            uplinks.push(name);
        }
    }
    match uplinks[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}
