//! The way there and back beside an answer, for programs: an answer as it is, with what follows each packet.

use chainwalk_model::{LegKind, PacketSpec, TripEnd, Walk};
use chainwalk_sim::{Session, Trip};
use serde_json::{Value, json};

/// Puts `round_trip` into a packet of an answer, and into each branch where there are several; null where nothing
/// follows it.
pub(crate) fn put(value: &mut Value, session: &Session, asks: &[PacketSpec], packet: usize) {
    let of = |outcome: usize| {
        Trip::of(session, asks, packet, outcome).map_or(Value::Null, |t| told(session, &t))
    };
    match value["branches"].as_array_mut() {
        Some(branches) => {
            for (outcome, branch) in branches.iter_mut().enumerate() {
                branch["round_trip"] = of(outcome);
            }
        }
        None => value["round_trip"] = of(0),
    }
}

fn told(session: &Session, trip: &Trip) -> Value {
    let round = trip.told();
    let first = trip.packet_of(0);
    let walks: &[Walk] = trip.walks();
    let mut answer =
        chainwalk_view::answer::answer("", session.host(), walks, |packet, outcome| {
            trip.flows(packet, outcome)
        });
    let legs: Vec<Value> = round
        .legs
        .iter()
        .enumerate()
        .map(|(at, leg)| {
            let mut fields = answer["packets"][first + at].take();
            fields["leg"] = name(leg.kind).into();
            fields
        })
        .collect();
    let (end, at) = match &round.end {
        TripEnd::Whole => ("whole", None),
        TripEnd::Refused => ("refused", None),
        TripEnd::Ignored => ("ignored", None),
        TripEnd::Stopped(at) => ("stopped", Some(*at)),
        TripEnd::Stranger(at) => ("stranger", Some(*at)),
        TripEnd::Direct { .. } => ("direct", None),
        TripEnd::PrivateSource { .. } => ("private_source", None),
        TripEnd::UnheldSource { .. } => ("unheld_source", None),
        TripEnd::Payload(at, _) => ("payload", Some(*at)),
        TripEnd::Open(at, _) => ("open", Some(*at)),
    };
    let at = at.and_then(|at| round.legs.get(at)).map(|leg| name(leg.kind));
    json!({ "end": end, "through": round.end.is_through(), "at": at, "legs": legs })
}

fn name(kind: LegKind) -> &'static str {
    match kind {
        LegKind::Reply => "reply",
        LegKind::Refusal => "refusal",
        LegKind::Ack => "ack",
        LegKind::Data => "data",
        LegKind::DataReply => "data_reply",
    }
}
