//! Our answers beside those of a real kernel, field by field.
//!
//! A packet agrees only if nothing is left open: no `depends_on`, no split, and every field equal. Where the
//! kernel chose at random, its choice must be among our branches.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::Ipv6Addr;

/// The fields that are compared, those first that tell most about the way.
pub const FIELDS: [&str; 11] = [
    "rules_hit",
    "walk",
    "path",
    "verdict",
    "out_iface",
    "stopped_at",
    "mark",
    "packet_out",
    "errno",
    "replies",
    "conntrack",
];

/// How our answer to one packet stands to the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Certain, and equal in every field.
    Agrees,
    /// Split by chance alone, and this branch is equal in every field.
    Among(usize),
    /// It names a port that the kernel draws, and is equal in every field once the kernel's stands in its place.
    Drawn,
    /// It depends on something we do not know; one branch may be the recorded one.
    Depends(Option<usize>),
    /// Certain or split by chance, and no branch is equal. The fields that differ in the nearest one.
    Differs(Vec<&'static str>),
    /// There is no answer to this packet.
    Missing,
}

/// Compares the packets of one case in order. A branch counts only if the branch of the packet before that
/// it follows did.
pub fn compare(ours: &Value, recorded: &Value) -> Vec<Standing> {
    let theirs = recorded["packets"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = ours["packets"].as_array().map_or(&[][..], Vec::as_slice);
    let mut live: Vec<usize> = vec![0];
    let (mut drawn, mut known) = (Numbers::new(), BTreeSet::new());
    let mut all = Vec::new();
    for (k, theirs) in theirs.iter().enumerate() {
        let Some(mine) = ours.get(k) else {
            all.push(Standing::Missing);
            continue;
        };
        let by_lot = draws(mine);
        let followed = || branches(mine).into_iter().filter(|b| live.contains(&from(b)));
        if by_lot {
            followed().for_each(|b| learn(&mut drawn, &known, b, theirs));
        }
        let mine = &with_numbers(mine, &drawn, &Value::Null);
        let branches = branches(mine);
        let equal: Vec<usize> = branches
            .iter()
            .enumerate()
            .filter(|(_, b)| live.contains(&from(b)) && differing(b, theirs).is_empty())
            .map(|(n, _)| n)
            .collect();
        let depends = !is_empty(&mine["depends_on"]);
        let split = mine.get("branches").is_some();
        all.push(match (depends, equal.first()) {
            (true, Some(_)) if by_lot => Standing::Drawn,
            (true, first) => Standing::Depends(first.copied()),
            (false, Some(n)) if split => Standing::Among(*n),
            (false, Some(_)) => Standing::Agrees,
            (false, None) => {
                let nearest = branches.iter().map(|b| differing(b, theirs));
                Standing::Differs(nearest.min_by_key(Vec::len).unwrap_or_default())
            }
        });
        live = if equal.is_empty() { (0..branches.len()).collect() } else { equal };
        let kept = live.iter().filter_map(|n| branches.get(*n));
        let flows = kept.flat_map(|b| b["conntrack"].as_array().into_iter().flatten());
        known = flows.filter_map(|f| ends(&f["reply"], &f["proto"])).collect();
    }
    all
}

/// Answers to flows as we took them to go, and the ports that the kernel drew for them.
type Numbers = BTreeMap<Ends, u64>;

/// From where to where, in words: the protocol, addresses and ports, or addresses and the number of an ICMP query.
type Ends = [String; 5];

/// Whether an answer leans on nothing but ports that the kernel draws.
fn draws(packet: &Value) -> bool {
    let open = packet["depends_on"].as_array().map_or(&[][..], Vec::as_slice);
    let mut kinds = open.iter().map(|d| d["kind"].as_str().unwrap_or_default());
    !open.is_empty() && kinds.all(|k| k == "nat_choice" || k == "port_choice")
}

/// What the kernel drew: where a new flow begins alike and its answer goes to another port.
fn learn(drawn: &mut Numbers, known: &BTreeSet<Ends>, ours: &Value, theirs: &Value) {
    let flows = |v: &Value| v["conntrack"].as_array().cloned().unwrap_or_default();
    let theirs_flows = flows(theirs);
    let mut put = |answer: Option<Ends>, port: &Value| {
        if let (Some(answer), Some(port)) = (answer, port.as_u64()) {
            drawn.insert(answer, port);
        }
    };
    for flow in flows(ours) {
        // A flow from before has its port.
        if ends(&flow["reply"], &flow["proto"]).is_some_and(|e| known.contains(&e)) {
            continue;
        }
        let same = |f: &&Value| f["orig"] == flow["orig"] && f["proto"] == flow["proto"];
        if let Some(same) = theirs_flows.iter().find(same) {
            let reply = &same["reply"];
            let port = if reply["id"].is_null() { &reply["dport"] } else { &reply["id"] };
            put(ends(&flow["reply"], &flow["proto"]), port);
        }
    }
    let (ours, theirs) = (&ours["packet_out"], &theirs["packet_out"]);
    let port = if ours["icmp_id"].is_null() { &theirs["sport"] } else { &theirs["icmp_id"] };
    put(ends(ours, &ours["proto"]).map(turned), port);
}

/// The ends of what has some: a packet, or one direction of a flow.
fn ends(value: &Value, proto: &Value) -> Option<Ends> {
    let fields = value.as_object()?;
    let word = |name: &str| fields.get(name).map(ToString::to_string);
    let id = word("icmp_id").or_else(|| word("id").filter(|_| !fields.contains_key("ttl")));
    let (sport, dport) = match id {
        Some(id) => (id.clone(), id),
        None => (word("sport")?, word("dport")?),
    };
    Some([proto.to_string(), word("src")?, word("dst")?, sport, dport])
}

fn turned([proto, src, dst, sport, dport]: Ends) -> Ends {
    [proto, dst, src, dport, sport]
}

/// An answer with the kernel's numbers for ports.
fn with_numbers(value: &Value, drawn: &Numbers, proto: &Value) -> Value {
    if drawn.is_empty() {
        return value.clone();
    }
    match value {
        Value::Object(map) => {
            let proto = map.get("proto").unwrap_or(proto);
            let found = |ends: Option<Ends>| ends.and_then(|e| drawn.get(&e));
            let (back, there) = (found(ends(value, proto)), found(ends(value, proto).map(turned)));
            let header = map.contains_key("ttl");
            let put = |(name, value): (&String, &Value)| {
                let number = match name.as_str() {
                    "dport" => back,
                    "sport" => there,
                    "icmp_id" => back.or(there),
                    "id" if !header => back.or(there),
                    _ => None,
                };
                (
                    name.clone(),
                    number.map_or_else(|| with_numbers(value, drawn, proto), |n| (*n).into()),
                )
            };
            Value::Object(map.iter().map(put).collect())
        }
        Value::Array(items) => items.iter().map(|v| with_numbers(v, drawn, proto)).collect(),
        other => other.clone(),
    }
}

fn from(branch: &Value) -> usize {
    branch["from"].as_u64().unwrap_or(0) as usize
}

/// The branches of an answered packet; itself where it has none.
pub fn branches(packet: &Value) -> Vec<&Value> {
    match packet.get("branches").and_then(Value::as_array) {
        Some(branches) => branches.iter().collect(),
        None => vec![packet],
    }
}

/// The fields in which two answers to one packet differ. Where a bridge showed the packet to nobody, the port may
/// not be recorded.
pub fn differing(ours: &Value, theirs: &Value) -> Vec<&'static str> {
    let unseen = theirs["verdict"] == "bridged" && theirs["out_iface"].is_null();
    let counts = |f: &&str| !unseen || **f != *"out_iface";
    let differs = |f: &&str| normal(f, &ours[*f]) != normal(f, &theirs[*f]);
    FIELDS.into_iter().filter(counts).filter(differs).collect()
}

/// One line a difference: where, what the kernel has, what we have.
pub fn differences(ours: &Value, theirs: &Value) -> String {
    let mut text = String::new();
    for field in differing(ours, theirs) {
        let (a, b) = (normal(field, &ours[field]), normal(field, &theirs[field]));
        let _ = writeln!(text, "  {field}\n    kernel {b}\n    ours   {a}");
    }
    text
}

/// The type of IPv6's redirects.
const REDIRECT6: u64 = 137;

/// A field without what is null or empty, which counts as absent; conntrack as a set; replies without the
/// flow labels and the first numbers of TCP, which the kernel draws, and the source of IPv6's redirects, which it makes
/// up of a link-layer address.
fn normal(field: &str, value: &Value) -> Value {
    let mut value = without_empty(value);
    if field == "replies" {
        for reply in value.as_array_mut().into_iter().flatten() {
            if let Some(out) = reply.get_mut("packet_out").and_then(Value::as_object_mut) {
                out.remove("flowlabel");
                leave_out_drawn(out);
                if out.get("icmp_type") == Some(&Value::from(REDIRECT6)) {
                    out.remove("src");
                }
                if let Some(inner) = out.get_mut("inner").and_then(Value::as_object_mut) {
                    inner.remove("flowlabel");
                }
            }
        }
    }
    match (field, value) {
        ("conntrack", Value::Array(mut entries)) if !entries.is_empty() => {
            entries.iter_mut().for_each(shorten);
            entries.sort_by_key(ToString::to_string);
            Value::Array(entries)
        }
        (_, value) if is_empty(&value) => Value::Null,
        (_, value) => value,
    }
}

/// A packet of the kernel's that begins to answer a connection, without what is drawn: its number and its timestamp.
pub(crate) fn leave_out_drawn(out: &mut Map<String, Value>) {
    const STAMP: &str = "080a";
    if !out.get("flags").and_then(Value::as_str).is_some_and(|flags| flags.starts_with("SA")) {
        return;
    }
    out.remove("seq");
    if let Some(Value::String(hex)) = out.get_mut("tcp_opts").and_then(|o| o.get_mut("hex"))
        && let Some(at) = hex.find(STAMP).map(|at| at + STAMP.len())
        && hex.is_char_boundary(at + 8)
    {
        hex.replace_range(at..at + 8, "00000000");
    }
}

/// An entry of a conntrack table with its addresses as they are written everywhere else.
pub(crate) fn shorten(entry: &mut Value) {
    for side in ["orig", "reply"] {
        for end in ["src", "dst"] {
            let addr: Option<Ipv6Addr> =
                entry[side][end].as_str().and_then(|text| text.parse().ok());
            if let Some(addr) = addr {
                entry[side][end] = addr.to_string().into();
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.is_empty(),
        _ => false,
    }
}

fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut kept: Vec<(&String, Value)> = map
                .iter()
                // These stand beside a reply's recorded fields, or explain them; they are no answers.
                .filter(|(k, _)| !matches!(k.as_str(), "reason" | "assumed" | "depends_on"))
                .map(|(k, v)| (k, without_empty(v)))
                .filter(|(_, v)| !is_empty(v))
                .collect();
            kept.sort_by_key(|(k, _)| *k);
            Value::Object(kept.into_iter().map(|(k, v)| (k.clone(), v)).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_empty).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn absent_is_null_is_empty() {
        let theirs = json!({"packets": [{"verdict": "local", "mark": 0}]});
        let ours =
            json!({"packets": [{"verdict": "local", "mark": 0, "replies": [], "errno": null}]});
        assert_eq!(compare(&ours, &theirs), [Standing::Agrees]);
        let other = json!({"packets": [{"verdict": "local"}]});
        assert_eq!(compare(&other, &theirs), [Standing::Differs(vec!["mark"])]);
    }

    #[test]
    fn a_branch_follows_the_one_that_was_recorded() {
        let theirs = json!({"packets": [{"verdict": "local"}, {"verdict": "dropped"}]});
        let ours = json!({"packets": [
            {"branches": [{"verdict": "dropped", "from": 0}, {"verdict": "local", "from": 0}]},
            {"branches": [{"verdict": "dropped", "from": 0}, {"verdict": "local", "from": 1}]},
        ]});
        assert_eq!(
            compare(&ours, &theirs),
            [Standing::Among(1), Standing::Differs(vec![])],
            "the second packet is right only in the branch that the kernel did not take"
        );
    }

    #[test]
    fn a_port_that_the_kernel_drew_stands_for_ours_from_there_on() {
        let flow = |port: u16| {
            json!([{
                "proto": "tcp",
                "orig": { "src": "a", "dst": "b", "sport": 600, "dport": 80 },
                "reply": { "src": "b", "dst": "me", "sport": 80, "dport": port },
            }])
        };
        let out = |src: &str, sport: u16, dst: &str, dport: u16| json!({ "proto": "tcp", "src": src, "sport": sport, "dst": dst, "dport": dport });
        let theirs = json!({"packets": [
            {"verdict": "sent", "packet_out": out("me", 700, "b", 80), "conntrack": flow(700)},
            {"verdict": "sent", "packet_out": out("b", 80, "a", 600), "conntrack": flow(700)},
        ]});
        let drawn = json!([{ "kind": "nat_choice" }]);
        let mut ours = json!({"packets": [
            {"verdict": "sent", "packet_out": out("me", 600, "b", 80), "conntrack": flow(600), "depends_on": drawn},
            {"verdict": "sent", "packet_out": out("b", 80, "a", 600), "conntrack": flow(600)},
        ]});
        assert_eq!(compare(&ours, &theirs), [Standing::Drawn, Standing::Agrees]);
        ours["packets"][0]["verdict"] = "local".into();
        assert_eq!(compare(&ours, &theirs), [Standing::Depends(None), Standing::Agrees]);
    }

    #[test]
    fn an_answer_that_depends_does_not_agree() {
        let theirs = json!({"packets": [{"verdict": "local"}, {"verdict": "local"}]});
        let ours = json!({"packets": [{"verdict": "local", "depends_on": [{"kind": "socket"}]}]});
        assert_eq!(compare(&ours, &theirs), [Standing::Depends(Some(0)), Standing::Missing]);
    }
}
