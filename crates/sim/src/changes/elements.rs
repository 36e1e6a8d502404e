//! Elements of ipsets: one more where a rule that lets on asks for its set, one less where a rule that stops found one.

use super::sights::{Blocker, DecisionPoint};
use crate::addr::range_holds;
use chainwalk_model::{
    Cidr, Edit, Host, IpSet, Masked, Match, OpKind, Packet, Rule, SetEntry, SetMatch, SetPart,
    Surroundings, proto,
};
use std::fmt::Write as _;

/// How many sets are tried.
const MOST: usize = 3;

/// The changes of sets that might let a packet on.
pub(super) fn elements(host: &Host, obstacle: &Blocker) -> Vec<Edit> {
    let Some(first) = obstacle.sights.first() else { return Vec::new() };
    let mut found: Vec<Edit> = Vec::new();
    let mut put = |edit: Option<Edit>| {
        if let Some(edit) = edit.filter(|e| found.len() < MOST && !found.contains(e)) {
            found.push(edit);
        }
    };
    for missed in &first.missed {
        for asked in sets(host.rules.rule(missed.rule)).filter(|s| !s.not) {
            put(with(host, asked, &missed.moment.packet));
        }
    }
    if let DecisionPoint::Rule(rule) = obstacle.spot {
        for asked in sets(host.rules.rule(rule)) {
            let packet = &first.moment.packet;
            put(if asked.not { with(host, asked, packet) } else { without(host, asked, packet) });
        }
    }
    found
}

fn sets(rule: &Rule) -> impl Iterator<Item = &SetMatch> {
    rule.ops.iter().filter_map(|op| match &op.what {
        OpKind::Match(Match::Set(asked)) => Some(&**asked),
        _ => None,
    })
}

/// The packet is put into a set.
fn with(host: &Host, asked: &SetMatch, packet: &Packet) -> Option<Edit> {
    let at = host.sets.iter().position(|s| s.name == asked.set)?;
    let parts = parts(&host.sets[at], asked, packet)?;
    if host.sets[at].entries.iter().any(|e| e.parts == parts) {
        return None;
    }
    let command = format!("ipset add {} {}", asked.set, text(&parts)?);
    let mut after = Surroundings::of(host);
    let set = &mut after.sets[at];
    let (timeout, skb_mark) = (set.timeout, Masked { value: 0, mask: 0 });
    set.entries.push(SetEntry { parts, nomatch: false, timeout, counted: (0, 0), skb_mark });
    Some(Edit::Host { command: command.as_str().into(), after: Box::new(after) })
}

/// The element that holds the packet is taken out.
fn without(host: &Host, asked: &SetMatch, packet: &Packet) -> Option<Edit> {
    let at = host.sets.iter().position(|s| s.name == asked.set)?;
    let looked = parts(&host.sets[at], asked, packet)?;
    let holds =
        |e: &&SetEntry| !e.nomatch && e.parts.iter().zip(&looked).all(|(own, l)| covers(own, l));
    let entry = host.sets[at].entries.iter().find(holds)?.clone();
    let command = format!("ipset del {} {}", asked.set, text(&entry.parts)?);
    let mut after = Surroundings::of(host);
    after.sets[at].entries.retain(|e| *e != entry);
    Some(Edit::Host { command: command.as_str().into(), after: Box::new(after) })
}

/// What a set of addresses, networks and ports looks up of a packet.
fn parts(set: &IpSet, asked: &SetMatch, packet: &Packet) -> Option<Vec<SetPart>> {
    let kinds = set.kind.strip_prefix("hash:")?.split(',');
    let part = |(kind, src): (&str, bool)| match kind {
        "ip" | "net" => {
            let addr = if src { packet.ip.src } else { packet.ip.dst };
            Some(SetPart::Net(Cidr::host(addr)))
        }
        "port" => {
            let port = if src { packet.sport() } else { packet.dport() }?;
            Some(SetPart::Port { proto: packet.ip.proto, first: port, last: port })
        }
        _ => None,
    };
    let count = kinds.clone().count();
    let both = kinds.zip(asked.dirs.iter().copied());
    let found: Option<Vec<SetPart>> = both.map(part).collect();
    found.filter(|f| f.len() == count)
}

/// Whether a part of an element holds what is looked up.
fn covers(own: &SetPart, looked: &SetPart) -> bool {
    match (own, looked) {
        (SetPart::Net(net), SetPart::Net(one)) => net.holds(one.addr),
        (SetPart::Range(first, last), SetPart::Net(one)) => range_holds(*first, *last, one.addr),
        (SetPart::Port { proto, first, last }, SetPart::Port { proto: one, first: port, .. }) => {
            proto == one && (*first..=*last).contains(port)
        }
        _ => false,
    }
}

/// An element as `ipset` takes it.
fn text(parts: &[SetPart]) -> Option<String> {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push(',');
        }
        let written = match part {
            SetPart::Net(net) if net.is_host() => write!(out, "{}", net.addr),
            SetPart::Net(net) => write!(out, "{}/{}", net.addr, net.len),
            SetPart::Range(first, last) => write!(out, "{first}-{last}"),
            SetPart::Port { proto, first, last } => {
                let name = match *proto {
                    proto::TCP => "tcp",
                    proto::UDP => "udp",
                    proto::SCTP => "sctp",
                    _ => return None,
                };
                if first == last {
                    write!(out, "{name}:{first}")
                } else {
                    write!(out, "{name}:{first}-{last}")
                }
            }
            _ => return None,
        };
        written.ok()?;
    }
    Some(out)
}
