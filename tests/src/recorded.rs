//! Recorded answers as the project keeps them: a header, then cases; a case may share the fields of a base.

use crate::kernel::{FIELDS, leave_out_drawn, shorten};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The recorded cases of a file of `tests/kernel`, as [`read`] has them. Each file is read once a process.
///
/// # Panics
/// Where there is no such file, or it holds no case.
pub fn of(name: &'static str) -> &'static [Value] {
    type Files = BTreeMap<&'static str, &'static OnceLock<Vec<Value>>>;
    static FILES: Mutex<Files> = Mutex::new(Files::new());
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let file = *files.entry(name).or_insert_with(|| Box::leak(Box::default()));
    // Another file may be read at the same time.
    drop(files);
    file.get_or_init(|| {
        let lines = read(&text(&format!("kernel/{name}.jsonl")));
        assert!(!lines.is_empty(), "{name} holds no case");
        lines
    })
}

/// The text of a file below `tests`.
///
/// # Panics
/// Where it can't be read.
pub fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Reads a file of recorded answers into lines of `{"case", "answer"}`, bases filled in. The header, and
/// lines that are no JSON, are passed over.
pub fn read(text: &str) -> Vec<Value> {
    let mut bases: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let Ok(mut value) = serde_json::from_str::<Value>(line) else { continue };
        let base = value["base"].as_str().map(str::to_owned);
        let Some(case) = value.get_mut("case").and_then(Value::as_object_mut) else { continue };
        if let Some(name) = base {
            if case.contains_key("packets") {
                for (field, shared) in bases.get(&name).into_iter().flatten() {
                    case.entry(field.clone()).or_insert_with(|| shared.clone());
                }
            } else {
                bases.insert(name, case.clone());
                continue;
            }
        }
        lines.push(expanded(value));
    }
    lines
}

/// An answer as it is kept: only what is compared, nothing twice.
///
/// `walk` and `path` are words an entry, and `walk` stands for `rules_hit` too. `flows` holds every conntrack entry once, and
/// a packet the numbers of those in the table behind it, unless they are those of the packet before.
pub fn reduced(answer: &Value) -> Value {
    let mut flows: Vec<Value> = Vec::new();
    let mut before: Vec<usize> = Vec::new();
    let packets = answer["packets"].as_array().into_iter().flatten().map(|packet| {
        let packet = &handed_back(&untangled(packet));
        let mut kept = reduced_packet(packet);
        let table = shortened(packet.get("conntrack").unwrap_or(&Value::Array(Vec::new())));
        let mut numbers = Vec::new();
        for entry in table.as_array().into_iter().flatten() {
            let entry = &usual_left_out(entry);
            numbers.push(flows.iter().position(|f| f == entry).unwrap_or_else(|| {
                flows.push(entry.clone());
                flows.len() - 1
            }));
        }
        if numbers != before
            && let Value::Object(kept) = &mut kept
        {
            kept.insert("conntrack".to_owned(), numbers.clone().into());
        }
        before = numbers;
        kept
    });
    let packets: Vec<Value> = packets.collect();
    json!({ "flows": flows, "packets": packets })
}

/// A frame that leaves by several ports, and is refused on its way to each: what the recorder saw of the second
/// copy while the answer to the first was on its way it wrote down as the answer's.
fn untangled(packet: &Value) -> Value {
    let mut whole = packet.clone();
    let Some(replies) = packet["replies"].as_array() else { return whole };
    let mut frames = packet["other_wire"].as_array().cloned().unwrap_or_default();
    for (k, reply) in replies.iter().enumerate().filter(|(_, r)| passes_after(r)) {
        // The mark that it left with was written over: it is that of an answer that went the same way.
        let alike = replies.iter().find(|r| !passes_after(r) && r["walk"] == reply["walk"]);
        let (Some(alike), false) = (alike, frames.is_empty()) else { continue };
        let mut out = frames.remove(0)[1].take();
        if let Some(out) = out.as_object_mut() {
            out.remove("id");
        }
        let mut mended = reply.clone();
        let step = mended["path"].as_array_mut().and_then(Vec::pop);
        if let Some(path) = whole["path"].as_array_mut() {
            path.extend(step);
        }
        for field in ["verdict", "out_iface", "stopped_at", "mark"] {
            mended[field] = alike[field].clone();
        }
        mended["packet_out"] = out;
        whole["replies"][k] = mended;
    }
    whole
}

/// Whether a reduced answer has such a packet that could not be put right.
pub fn is_tangled(answer: &Value) -> bool {
    let packets = answer["packets"].as_array().into_iter().flatten();
    let mut replies = packets.flat_map(|p| p["replies"].as_array().into_iter().flatten());
    replies.any(passes_after)
}

/// Whether an answer of this host's is told to have passed FORWARD after it had left.
fn passes_after(reply: &Value) -> bool {
    let hook = |step: &Value| match step {
        Value::String(words) => words.split(' ').next().map(str::to_owned),
        step => step[0].as_str().map(str::to_owned),
    };
    let hooks: Vec<_> = reply["path"].as_array().into_iter().flatten().filter_map(hook).collect();
    hooks == ["out", "post", "fwd"]
}

/// A packet to everybody whose copy came back to its host, as one way: it is recorded as another packet that
/// came in while the first was sent. So is what the kernel sends to everybody in reply.
fn handed_back(packet: &Value) -> Value {
    let mut whole = packet.clone();
    if let [reply, copy] = packet["replies"].as_array().map_or(&[][..], Vec::as_slice)
        && reply["path"][0][0] == "out"
        && copy["path"][0] == json!(["pre", reply["out_iface"], null])
        && reply["packet_out"]["src"] == copy["packet_out"]["src"]
        && copy["path"][0][1] != "lo"
    {
        let mut joined = reply.clone();
        joined["replies"] = json!([copy]);
        let mut joined = handed_back(&joined);
        if joined["replies"] == json!([]) {
            if let Some(fields) = joined.as_object_mut() {
                fields.remove("replies");
            }
            whole["replies"] = json!([joined]);
            return whole;
        }
    }
    let mine = packet["path"].as_array().map_or(0, Vec::len);
    let Some([copy]) = packet["replies"].as_array().map(Vec::as_slice) else { return whole };
    let hooks = |p: &Value| -> Vec<Value> {
        p["path"].as_array().into_iter().flatten().map(|step| step[0].clone()).collect()
    };
    let own = hooks(packet);
    if own == ["out", "post", "post"] && ["pre", "in"].iter().zip(hooks(copy)).all(|(a, b)| *a == b)
    {
        return stopped_copy(whole, copy);
    }
    if mine != 2 || packet["verdict"] != "sent" || hooks(copy) != ["pre", "in", "post"] {
        return whole;
    }
    for field in ["path", "walk", "rules_hit"] {
        let more = copy[field].as_array().cloned().unwrap_or_default();
        if let Some(all) = whole[field].as_array_mut() {
            all.extend(more);
        }
    }
    whole["mark"] = copy["mark"].clone();
    whole["replies"] = Value::Array(Vec::new());
    whole
}

/// A packet whose copy was stopped on its way back. The packet's own POSTROUTING begins where a table that has
/// had its say comes again.
fn stopped_copy(mut whole: Value, copy: &Value) -> Value {
    let steps = |p: &Value, field: &str| p[field].as_array().cloned().unwrap_or_default();
    let walk = steps(&whole, "walk");
    let mut said: Vec<&Value> = Vec::new();
    let again = walk.iter().position(|step| {
        let ended = step[0] == "post" && said.contains(&&step[1]);
        if step[0] == "post" && step[4] == "policy" {
            said.push(&step[1]);
        }
        ended
    });
    // Where no table comes again, nat alone was asked, and it is asked once.
    let cut = again.unwrap_or(walk.len());
    let joined = [&walk[..cut], &steps(copy, "walk")[..], &walk[cut..]].concat();
    let hit = joined.iter().filter(|s| s[4] == "rule").map(|s| json!([s[1], s[2], s[3]]));
    whole["rules_hit"] = hit.collect();
    whole["walk"] = joined.into();
    let path = steps(&whole, "path");
    whole["path"] = [&path[..2], &steps(copy, "path")[..], &path[2..]].concat().into();
    whole["replies"] = Value::Array(Vec::new());
    whole
}

/// What a conntrack entry holds unless it says otherwise.
const USUAL: [(&str, &str); 3] = [("l3", "\"ipv4\""), ("mark", "0"), ("zone", "0")];

fn usual_left_out(entry: &Value) -> Value {
    let mut kept = entry.clone();
    if let Some(fields) = kept.as_object_mut() {
        fields.retain(|name, value| !USUAL.contains(&(name.as_str(), value.to_string().as_str())));
    }
    kept
}

fn usual_put_in(entry: &mut Value) {
    let Some(fields) = entry.as_object_mut() else { return };
    let zones = fields.contains_key("zone-orig") || fields.contains_key("zone-reply");
    for (name, value) in USUAL {
        if !(name == "zone" && zones) {
            let value = serde_json::from_str(value).unwrap_or(Value::Null);
            fields.entry(name).or_insert(value);
        }
    }
}

fn reduced_packet(packet: &Value) -> Value {
    let mut kept = Map::new();
    for field in FIELDS {
        let value = &packet[field];
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if empty || matches!(field, "rules_hit" | "conntrack") {
            continue;
        }
        let value = match (field, value) {
            ("walk" | "path", Value::Array(steps)) => steps.iter().map(spoken).collect(),
            ("replies", Value::Array(replies)) => replies.iter().map(reduced_reply).collect(),
            // Of a target that may steal the recorder sees only that nothing came out; the kernel's own word is in
            // `drop`.
            ("verdict", Value::String(word))
                if word == "stolen" && packet["drop"][0] == "NETFILTER_DROP" =>
            {
                "dropped".into()
            }
            // It has passed every hook; that no neighbour took it is the recorder's own network.
            ("verdict", Value::String(word)) if word == "lost_after_post" => {
                if packet["path"][0][0] == "out" { "sent" } else { "forwarded" }.into()
            }
            _ => value.clone(),
        };
        kept.insert(field.to_owned(), value);
    }
    if packet["verdict"] == "bridged"
        && packet["out_iface"].is_null()
        && let Some([one]) = packet["other_wire"].as_array().map(Vec::as_slice)
    {
        kept.insert("out_iface".to_owned(), one[0].clone());
    }
    Value::Object(kept)
}

/// A packet of the kernel's own; the flow label and the number that it draws are left out.
fn reduced_reply(reply: &Value) -> Value {
    let mut kept = reduced_packet(reply);
    if let Some(out) = kept.get_mut("packet_out").and_then(Value::as_object_mut) {
        out.remove("flowlabel");
        leave_out_drawn(out);
    }
    kept
}

/// A conntrack table with its addresses as they are written everywhere else.
fn shortened(table: &Value) -> Value {
    let mut table = table.clone();
    table.as_array_mut().into_iter().flatten().for_each(shorten);
    table
}

/// `["in", "filter", "INPUT", 1, "rule"]` as words; the kind of end is left out where it is a rule, and `-`
/// stands for none.
fn spoken(step: &Value) -> Value {
    let words = step.as_array().into_iter().flatten().map(|word| match word {
        Value::String(word) => word.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    });
    let words: Vec<String> = words.filter(|w| w != "rule").collect();
    Value::String(words.join(" "))
}

/// A recorded line with what [`reduced`] left out.
pub fn expanded(mut line: Value) -> Value {
    let mut flows = line["answer"]["flows"].as_array().cloned();
    flows.iter_mut().flatten().for_each(usual_put_in);
    let (Some(flows), Some(answer)) = (flows, line.get_mut("answer")) else { return line };
    let mut before = Value::Null;
    for packet in answer["packets"].as_array_mut().into_iter().flatten() {
        let Value::Object(fields) = packet else { continue };
        expand_packet(fields);
        if let Some(numbers) = fields.get("conntrack").and_then(Value::as_array) {
            let numbers = numbers.iter().filter_map(Value::as_u64);
            before = numbers.filter_map(|n| flows.get(n as usize).cloned()).collect();
        }
        fields.insert("conntrack".to_owned(), before.clone());
    }
    line
}

fn expand_packet(fields: &mut Map<String, Value>) {
    for step in fields.get_mut("path").and_then(Value::as_array_mut).into_iter().flatten() {
        let words = step.as_str().unwrap_or_default().split(' ').map(|word| match word {
            "-" => Value::Null,
            word => word.into(),
        });
        *step = words.collect();
    }
    if let Some(Value::Array(steps)) = fields.get_mut("walk") {
        let mut hit = Vec::new();
        for step in steps.iter_mut().filter(|s| s.is_string()) {
            let words: Vec<&str> = step.as_str().unwrap_or_default().split(' ').collect();
            let [hook, table, chain, number, end @ ..] = &words[..] else { continue };
            let number: Value = number.parse::<u64>().unwrap_or(0).into();
            let end = end.first().copied().unwrap_or("rule");
            if end == "rule" {
                hit.push(json!([table, chain, number]));
            }
            *step = json!([hook, table, chain, number, end]);
        }
        fields.insert("rules_hit".to_owned(), hit.into());
    }
    for reply in fields.get_mut("replies").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(reply) = reply {
            expand_packet(reply);
        }
    }
}

/// What a case says of its host's network, in the words of the `assume` option.
pub fn as_assumptions(case: &Value) -> Vec<String> {
    let mut said = Vec::new();
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    for i in list(&case["interfaces"]) {
        let name = word(&i["name"]);
        if i["type"] == "bridge" {
            let ports: Vec<String> = list(&i["ports"]).iter().map(word).collect();
            said.push(format!("{name}=bridge:{}", ports.join(",")));
        }
        let addrs = list(&i["addrs"]);
        if addrs.is_empty() && i["type"] != "bridge" {
            said.push(format!("{name}=up"));
        }
        said.extend(addrs.iter().map(|a| format!("{name}={}", word(a))));
    }
    said.extend(list(&case["routes"]).iter().map(|r| format!("route={}", word(r))));
    for (addr, port) in case["bridge_hosts"].as_object().into_iter().flatten() {
        said.push(format!("behind={addr}@{}", word(port)));
    }
    for (name, value) in case["sysctls"].as_object().into_iter().flatten() {
        said.push(format!("{name}={value}"));
    }
    said
}
