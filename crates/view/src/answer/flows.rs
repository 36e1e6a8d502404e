//! The conntrack table as the recorded answers write it.

use super::packet::tracked_proto;
use chainwalk_model::{Flow, Order, Tuple, proto};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The conntrack table, sorted as the recorded one: by the text of each entry with its keys sorted.
pub(super) fn sorted(flows: &[Flow]) -> Vec<Value> {
    let mut entries: Vec<(String, Value)> = flows
        .iter()
        .map(|f| {
            let entry = flow(f);
            (sorted_text(&entry), entry)
        })
        .collect();
    entries.order_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().map(|(_, e)| e).collect()
}

fn sorted_text(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

fn write_sorted(value: &Value, text: &mut String) {
    let Value::Object(map) = value else {
        let _ = write!(text, "{value}");
        return;
    };
    let mut fields: Vec<_> = map.iter().collect();
    fields.order_by_key(|(name, _)| *name);
    text.push('{');
    for (at, (name, value)) in fields.into_iter().enumerate() {
        let _ = write!(text, "{}\"{name}\":", if at > 0 { "," } else { "" });
        write_sorted(value, text);
    }
    text.push('}');
}

fn flow(flow: &Flow) -> Value {
    let mut entry = Map::new();
    let family = if flow.orig.src.is_ipv6() { "ipv6" } else { "ipv4" };
    entry.insert("l3".into(), json!(family));
    entry.insert("proto".into(), json!(tracked_proto(flow.orig.proto)));
    if let Some(state) = &flow.tcp_state {
        entry.insert("state".into(), json!(&**state));
    }
    for (word, holds) in [("unreplied", flow.unreplied), ("assured", flow.assured)] {
        if holds {
            entry.insert(word.into(), json!(true));
        }
    }
    entry.insert("mark".into(), json!(flow.mark));
    match (flow.zone_orig, flow.zone_reply) {
        (None, None) => {
            entry.insert("zone".into(), json!(flow.zone));
        }
        (orig, reply) => {
            for (word, zone) in [("zone-orig", orig), ("zone-reply", reply)] {
                if let Some(zone) = zone {
                    entry.insert(word.into(), json!(zone));
                }
            }
        }
    }
    entry.insert("orig".into(), tuple(&flow.orig));
    entry.insert("reply".into(), tuple(&flow.reply));
    Value::Object(entry)
}

fn tuple(t: &Tuple) -> Value {
    let mut fields = Map::new();
    fields.insert("src".into(), json!(t.src.to_string()));
    fields.insert("dst".into(), json!(t.dst.to_string()));
    let named: &[(&str, u16)] = match t.proto {
        proto::ICMP | proto::ICMPV6 => {
            &[("type", t.dport >> 8), ("code", t.dport & 0xff), ("id", t.sport)]
        }
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => {
            &[("sport", t.sport), ("dport", t.dport)]
        }
        proto::GRE => &[("srckey", t.sport), ("dstkey", t.dport)],
        _ => &[],
    };
    for (name, value) in named {
        fields.insert((*name).into(), json!(value));
    }
    Value::Object(fields)
}
