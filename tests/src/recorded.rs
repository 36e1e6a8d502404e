//! Recorded answers as the project keeps them: a header, then cases; a case may share the fields of a base.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
        lines.push(value);
    }
    lines
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
