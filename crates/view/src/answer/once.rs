//! Values that are told once each.

use serde_json::Value;
use std::collections::HashSet;

/// So many values are looked through one by one.
const FEW: usize = 16;

/// Adds values that are not there yet.
pub(super) fn add_new(all: &mut Vec<Value>, more: Vec<Value>) {
    if all.len() + more.len() <= FEW {
        for value in more {
            if !all.contains(&value) {
                all.push(value);
            }
        }
        return;
    }
    // Values have no hash of their own, but equal ones of one making are written alike.
    let mut there: HashSet<String> = all.iter().map(Value::to_string).collect();
    all.extend(more.into_iter().filter(|value| there.insert(value.to_string())));
}
