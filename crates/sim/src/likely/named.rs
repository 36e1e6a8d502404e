//! What a paste leaves open, by its name: an address that an interface hides in part; interfaces, `$WAN` and `<lan>`, that
//! lead to the world or to one's own network.

use super::sight::Sight;
use crate::spoken::is_private;
use chainwalk_model::{BlankPart, Entry, Host, Likely, Match, OpId, OpKind};
use std::net::IpAddr;

/// Whether something that is called so leads to the world; `None` where its name does not tell.
fn leads_out(name: &str) -> Option<bool> {
    const OUT: [&str; 8] =
        ["wan", "ext", "inet", "internet", "public", "uplink", "outside", "world"];
    const IN: [&str; 6] = ["lan", "int", "internal", "private", "inside", "local"];
    let name = name.to_ascii_lowercase();
    let words = || name.split(['_', '-', ' ', '.']);
    let is = |of: &[&str]| {
        words().any(|w| {
            let w = w.trim_end_matches(|c: char| c.is_ascii_digit());
            of.iter().any(|o| {
                w == *o
                    || ["if", "dev", "iface", "nic"]
                        .iter()
                        .any(|e| w.strip_suffix(e) == Some(o) || w.strip_prefix(e) == Some(o))
            })
        })
    };
    match (is(&OUT), is(&IN)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Whether a packet goes to the world, or comes from there.
fn is_of_world(addr: IpAddr) -> bool {
    !is_private(addr) && !addr.is_multicast()
}

/// Whether an address is the one of an interface that the paste hides in part.
pub(super) fn address(
    at: &Sight,
    name: &str,
    value: &str,
    local: fn(&Sight, IpAddr) -> (bool, Likely),
) -> Option<(bool, Likely)> {
    let mut hidden = at.world.host.interfaces.iter().flat_map(|i| &i.hidden);
    let blank = &hidden.find(|b| &*b.value.name == name)?.value;
    let (own, why) = local(at, value.parse().ok()?);
    // What can be seen of it speaks for it.
    let shown = blank.shows.iter().any(Option::is_some);
    Some(if own || !shown { (own, why) } else { (true, Likely::Usual) })
}

/// Whether an interface is the one that a paste calls by a name.
pub(super) fn interface(at: &Sight, name: &str, value: &str) -> Option<(bool, Likely)> {
    let out = leads_out(name)?;
    let ip = &at.packet.ip;
    let addr = match at.entry {
        Entry::Wire { iface, .. } if **iface == *value => at.sent.packet.ip.src,
        _ => ip.dst,
    };
    let named = |i: &chainwalk_model::Interface| *i.name == *value;
    let known = at.world.host.interfaces.iter().any(named)
        || matches!(at.entry, Entry::Wire { iface, .. } if **iface == *value)
        || at.world.spoken().named().any(|n| **n == *value);
    known.then_some((out == is_of_world(addr), Likely::Usual))
}

/// Whether a rule tests for the way out by a name like `$WAN`, and nobody tells by which interface a packet leaves.
pub(super) fn way_out(at: &Sight, host: &Host, op: OpId) -> Option<(bool, Likely)> {
    let OpKind::Match(Match::Opaque(opaque)) =
        &host.rules.rule(op.rule).ops.get(usize::from(op.op))?.what
    else {
        return None;
    };
    let blank = opaque.blank.as_ref().filter(|b| b.part == BlankPart::OutIface)?;
    let fits = leads_out(&blank.name)? == is_of_world(at.packet.ip.dst);
    Some((fits != blank.not, Likely::Usual))
}
