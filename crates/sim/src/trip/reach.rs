//! Whether the other end can answer by this host: neighbours that do not need it, and sources nobody can reach.

use super::arrived;
use crate::likely::is_of_guests;
use crate::route::Router;
use crate::session::Session;
use crate::spoken::{are_neighbours, is_hub};
use chainwalk_model::{
    Entry, Event, Fate, Hook, Host, IfKind, L4, OpKind, RouteKind, SkipReason, Target, Text, Trace,
    TripEnd,
};
use std::net::IpAddr;

/// The link that a packet came by and left by again, where both its ends are neighbours on it: the answer takes
/// no way over this host. `None` also where this host is the bridge between them.
pub(super) fn neighbours(on: &Session, trace: &Trace) -> Option<Text> {
    let host = on.host();
    let (Entry::Wire { iface: came, .. }, Fate::Forwarded(Some(out))) =
        (&trace.sent.entry, &trace.fate)
    else {
        return None;
    };
    let last = arrived(trace)?;
    let link = |name: &Text| match host.interface(name) {
        Some(i) if i.kind != IfKind::Vrf => i.master.clone().unwrap_or_else(|| name.clone()),
        _ => name.clone(),
    };
    let (came, out) = (link(came), link(out));
    // Behind a tunnel nobody is a neighbour: the answer comes back by this host.
    let rewritten = last.ip.src != trace.sent.packet.ip.src || masquerades(host, trace);
    if came != out || is_hub(&out) || rewritten {
        return None;
    }
    let world = on.world()?;
    let router = Router::new(world);
    // Where nobody tells the network of the link, two alike private addresses on it are neighbours.
    let (src, dst) = (last.ip.src, last.ip.dst);
    let alike = is_untold(host, &out) && is_private(src) && are_neighbours(src, dst);
    let near = |addr: IpAddr| (alike || is_on(host, &out, addr)) && !router.told_local(addr);
    let shown = |name| host.sysctl(name).is_some_and(|v| &*v.value != "0");
    // Guests are behind ports of this very host.
    let proxied = host.rules.tables.iter().any(|t| &*t.name == "kube-proxy");
    let shown = shown("net.bridge.bridge-nf-call-iptables") || proxied;
    let guests = is_of_guests(&out) && shown;
    let bridged = guests || host.interface(&out).is_some_and(|i| i.kind == IfKind::Bridge);
    (near(last.ip.src) && near(last.ip.dst) && !bridged).then_some(out)
}

/// Whether this host's kernel answers nothing to a packet that it takes: to a ping where it ignores all, else as the packet is
/// for everybody or a group: TCP, and an echo request where `icmp_echo_ignore_broadcasts` is 1, as it is by default.
pub(super) fn ignores(on: &Session, trace: &Trace) -> bool {
    let (Fate::Local { .. }, Some(packet), Some(world)) = (&trace.fate, arrived(trace), on.world())
    else {
        return false;
    };
    if on.host().ignores_ping(packet) {
        return true;
    }
    let kind = Router::new(world).addr_kind(packet.ip.dst, None);
    let many = matches!(kind, Ok(RouteKind::Broadcast)) || packet.ip.dst.is_multicast();
    let set =
        on.host().sysctl("net.ipv4.icmp_echo_ignore_broadcasts").is_none_or(|v| &*v.value != "0");
    many && match packet.l4 {
        L4::Tcp(_) => true,
        L4::Icmp(_) => set && packet.ip.dst.is_ipv4(),
        _ => false,
    }
}

/// Whether nobody tells a network of an interface.
fn is_untold(host: &Host, iface: &str) -> bool {
    host.interface(iface).is_none_or(|i| i.addrs.is_empty())
        && !host.routes.iter().any(|r| r.via.is_none() && r.dev.as_deref() == Some(iface))
}

/// Whether an address lies on the network of an interface.
fn is_on(host: &Host, iface: &str, addr: IpAddr) -> bool {
    let holds = |i: &chainwalk_model::Interface| {
        i.addrs.iter().any(|f| f.value.len > 0 && f.value.holds(addr))
    };
    host.interface(iface).is_some_and(holds)
        || host.routes.iter().any(|r| {
            r.kind == RouteKind::Unicast
                && r.via.is_none()
                && r.dev.as_deref() == Some(iface)
                && r.dst.len > 1
                && r.dst.holds(addr)
        })
}

/// That no answer finds the source a packet leaves with.
pub(super) fn lost_source(on: &Session, trace: &Trace) -> Option<TripEnd> {
    let rewritten = arrived(trace)?.ip.src != trace.sent.packet.ip.src;
    if rewritten {
        unheld_source(on, trace)
    } else if masquerades(on.host(), trace) {
        // Its source is rewritten to an address that is not known.
        None
    } else {
        private_source(on.host(), trace)
    }
}

/// That a source was rewritten to an address of the network it leaves by that this host does not hold.
fn unheld_source(on: &Session, trace: &Trace) -> Option<TripEnd> {
    let host = on.host();
    let (Fate::Forwarded(Some(out)) | Fate::Sent(Some(out))) = &trace.fate else { return None };
    let src = arrived(trace)?.ip.src;
    let told = host.interface(out).is_some_and(|i| i.addrs.iter().any(|f| f.value.holds(src)));
    let world = on.world()?;
    (told && !Router::new(world).told_local(src))
        .then(|| TripEnd::UnheldSource { src, iface: out.clone() })
}

/// Whether a rule that masquerades matched.
fn masquerades(host: &Host, trace: &Trace) -> bool {
    trace.steps.iter().any(|step| match step.event {
        Event::Matched(rule) => {
            let ops = &host.rules.rule(rule).ops;
            ops.iter().any(|o| matches!(o.what, OpKind::Target(Target::Masquerade(_))))
        }
        _ => false,
    })
}

/// That a packet leaves for a public address with a private source which is not of the network it leaves by.
fn private_source(host: &Host, trace: &Trace) -> Option<TripEnd> {
    let (Fate::Forwarded(Some(out)) | Fate::Sent(Some(out))) = &trace.fate else { return None };
    let packet = arrived(trace)?;
    let (src, dst) = (packet.ip.src, packet.ip.dst);
    if !is_private(src) || !is_public(dst) || is_on(host, out, src) || is_on(host, out, dst) {
        return None;
    }
    // A gateway that is named for this destination may well know the way back.
    let named = |r: &chainwalk_model::Route| {
        r.via.is_some() && r.dst.len > 1 && r.dev.as_ref() == Some(out) && r.dst.holds(dst)
    };
    // Of rules that nobody pasted it can't be said that none rewrites the source; of a table that is not there it can.
    let leaving = trace.steps.iter().rev();
    let mut leaving = leaving.map_while(|s| match &s.event {
        Event::Hook(path) if path.hook == Hook::Postrouting => None,
        event => Some(event),
    });
    let unseen = leaving.any(|event| match event {
        Event::Skipped { table, why: SkipReason::Supposed, .. } => &**table == "nat",
        _ => false,
    });
    let elsewhere = match &trace.sent.entry {
        Entry::Wire { iface, .. } => iface != out,
        Entry::Local { .. } => {
            host.interfaces.iter().any(|i| i.name != *out && is_on(host, &i.name, src))
        }
    };
    (elsewhere && !unseen && !host.routes.iter().any(named))
        .then(|| TripEnd::PrivateSource { src, iface: out.clone() })
}

/// An address that no one outside of its own network can send to.
fn is_private(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => {
            let [a0, a1, ..] = a.octets();
            a.is_private() || (a0 == 100 && a1 & 0xc0 == 64)
        }
        IpAddr::V6(a) => a.octets()[0] & 0xfe == 0xfc,
    }
}

/// An address of the world outside.
fn is_public(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => {
            !is_private(addr)
                && !a.is_loopback()
                && !a.is_link_local()
                && !a.is_multicast()
                && !a.is_broadcast()
                && !a.is_unspecified()
        }
        IpAddr::V6(a) => a.octets()[0] & 0xe0 == 0x20,
    }
}
