//! Proposed changes as cases for a kernel, and a kernel's answers to them as they are kept.

use crate::recorded;
use chainwalk_model::{
    Assumption, Changes, Edit, Goal, Host, L4, PacketType, Proposal, Sent, TcpFlags,
};
use chainwalk_parse::case::{self, Case};
use chainwalk_parse::{edit_text, save_text};
use chainwalk_sim::{Session, Trip, changes, edited};
use serde_json::{Map, Value, json};

/// The cases whose packets are to fare otherwise: those of this file, and the first document's question.
pub fn cases() -> Vec<Value> {
    let own = recorded::text("kernel/changes.cases.jsonl");
    let documents = recorded::of("documents").iter();
    let first = documents.map(|l| &l["case"]).find(|c| c["id"] == "k8s/host-nodeport").cloned();
    first.into_iter().chain(own.lines().filter_map(|l| serde_json::from_str(l).ok())).collect()
}

/// The host that a case tells of.
///
/// # Errors
/// It is no case.
pub fn read(value: &Value) -> Result<(Host, Case), case::CaseError> {
    let case = case::read_value(value)?;
    let mut host = case.host.clone();
    for said in &case.assume {
        chainwalk_sim::assume(&mut host, said);
    }
    Ok((host, case))
}

/// What is wanted of the first packet of a case: the other thing than what becomes of it. One that gets through
/// and is not answered fares badly.
pub fn want(host: &Host, case: &Case) -> Goal {
    if gets_through(host, case) && is_answered(host, case) { Goal::Stopped } else { Goal::Through }
}

/// Whether the first packet of a case gets where it is going.
pub fn gets_through(host: &Host, case: &Case) -> bool {
    use chainwalk_model::Fate::{Bridged, Forwarded, Local, Sent};
    let mut session = Session::new(host.clone());
    case.asks.first().is_some_and(|ask| {
        let walk = session.send(ask);
        let fates = walk.outcomes.iter().map(|o| &o.trace.fate);
        fates.into_iter().all(|f| matches!(f, Local { .. } | Forwarded(_) | Sent(_) | Bridged(_)))
    })
}

fn is_answered(host: &Host, case: &Case) -> bool {
    let mut session = Session::new(host.clone());
    let ways = case.asks.first().map_or(0, |ask| session.send(ask).outcomes.len());
    let trips = (0..ways).filter_map(|way| Trip::of(&session, &case.asks, 0, way));
    trips.into_iter().all(|trip| trip.told().end.is_through() != Some(false))
}

/// The proposals for the first packet of a case, with their commands.
pub fn proposed(host: &Host, case: &Case) -> Vec<(Vec<String>, Proposal)> {
    with_commands(host, changes(host, &case.asks, 0, want(host, case)))
}

/// Proposals, each with the commands that make it on this host.
pub fn with_commands(host: &Host, found: Changes) -> Vec<(Vec<String>, Proposal)> {
    let commands = |proposal: Proposal| {
        let mut now = host.clone();
        let mut texts = Vec::new();
        for edit in &proposal.edits {
            texts.push(edit_text(edit, &now));
            now = edited(&now, edit);
        }
        (texts, proposal)
    };
    found.proposals.into_iter().map(commands).collect()
}

/// The case with edits made: its rules as a save text, its settings and routes.
pub fn rewritten(value: &Value, host: &Host, edits: &[Edit]) -> Value {
    let mut value = value.clone();
    let now = edits.iter().fold(host.clone(), |host, edit| edited(&host, edit));
    value["rules"] = save_text(&now).text.into();
    for edit in edits {
        match edit {
            Edit::Fact(Assumption::Sysctl { name, value: to }) => {
                value["sysctls"][&**name] =
                    to.parse::<i64>().map_or_else(|_| json!(&**to), Value::from);
            }
            Edit::Fact(Assumption::Route(_)) => {
                let text = edit_text(edit, host);
                let route: Value = text.trim_start_matches("ip route add ").into();
                match value["routes"].as_array_mut() {
                    Some(routes) => routes.push(route),
                    None => value["routes"] = json!([route]),
                }
            }
            Edit::Fact(_) | Edit::DeleteRoute(_) | Edit::Host { .. } | Edit::Chain { .. } => {}
        }
    }
    value
}

/// The case with this packet instead of its own.
pub fn with_packet(value: &Value, sent: &Sent) -> Value {
    let packet = &sent.packet;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let chainwalk_model::Entry::Wire { iface, to, .. } = &sent.entry {
        put("hook_in", json!(&**iface));
        if *to == PacketType::Other {
            put("dmac", "other".into());
        }
    }
    put("src", packet.ip.src.to_string().into());
    put("dst", packet.ip.dst.to_string().into());
    put("proto", packet.ip.proto.into());
    match &packet.l4 {
        L4::Tcp(tcp) => {
            put("sport", tcp.sport.into());
            put("dport", tcp.dport.into());
            put("flags", if tcp.flags == TcpFlags::ACK { "A" } else { "S" }.into());
            put("ack", tcp.ack.into());
        }
        L4::Udp { sport, dport } => {
            put("sport", (*sport).into());
            put("dport", (*dport).into());
        }
        L4::Icmp(icmp) => {
            put("icmp_type", icmp.kind.into());
            put("icmp_id", icmp.id.into());
        }
        L4::Sctp { .. } | L4::Other => {}
    }
    let mut value = value.clone();
    value["packets"] = json!([fields]);
    value
}

/// Whether a packet with this verdict of a kernel got where it was going.
pub fn through(verdict: &Value) -> bool {
    matches!(verdict.as_str(), Some("forwarded" | "sent" | "local" | "bridged"))
}
