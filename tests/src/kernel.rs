//! Our answers beside those of a real kernel, field by field.
//!
//! A packet agrees only if nothing is left open: no `depends_on`, no split, and every field equal. Where the
//! kernel chose at random, its choice must be among our branches.

use serde_json::{Map, Value};
use std::fmt::Write as _;

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
    let mut all = Vec::new();
    for (k, theirs) in theirs.iter().enumerate() {
        let Some(mine) = ours.get(k) else {
            all.push(Standing::Missing);
            continue;
        };
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
            (true, first) => Standing::Depends(first.copied()),
            (false, Some(n)) if split => Standing::Among(*n),
            (false, Some(_)) => Standing::Agrees,
            (false, None) => {
                let nearest = branches.iter().map(|b| differing(b, theirs));
                Standing::Differs(nearest.min_by_key(Vec::len).unwrap_or_default())
            }
        });
        live = if equal.is_empty() { (0..branches.len()).collect() } else { equal };
    }
    all
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

/// The fields in which two answers to one packet differ.
pub fn differing(ours: &Value, theirs: &Value) -> Vec<&'static str> {
    FIELDS.into_iter().filter(|f| normal(f, &ours[*f]) != normal(f, &theirs[*f])).collect()
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

/// A field without what is null or empty, which counts as absent; conntrack as a set; replies without the
/// flow labels, which the kernel draws.
fn normal(field: &str, value: &Value) -> Value {
    let mut value = without_empty(value);
    if field == "replies" {
        for reply in value.as_array_mut().into_iter().flatten() {
            if let Some(out) = reply.get_mut("packet_out").and_then(Value::as_object_mut) {
                out.remove("flowlabel");
                if let Some(inner) = out.get_mut("inner").and_then(Value::as_object_mut) {
                    inner.remove("flowlabel");
                }
            }
        }
    }
    match (field, value) {
        ("conntrack", Value::Array(mut entries)) if !entries.is_empty() => {
            entries.sort_by_key(ToString::to_string);
            Value::Array(entries)
        }
        (_, value) if is_empty(&value) => Value::Null,
        (_, value) => value,
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
    fn an_answer_that_depends_does_not_agree() {
        let theirs = json!({"packets": [{"verdict": "local"}, {"verdict": "local"}]});
        let ours = json!({"packets": [{"verdict": "local", "depends_on": [{"kind": "socket"}]}]});
        assert_eq!(compare(&ours, &theirs), [Standing::Depends(Some(0)), Standing::Missing]);
    }
}
