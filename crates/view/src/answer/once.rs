//! Values that are told once each.

use super::json::Written;
use std::collections::HashSet;

/// So many values are looked through one by one.
const FEW: usize = 16;

/// Adds values that are not there yet.
pub(super) fn add_new(all: &mut Vec<Written>, more: Vec<Written>) {
    if all.len() + more.len() <= FEW {
        for value in more {
            if !all.contains(&value) {
                all.push(value);
            }
        }
        return;
    }
    let mut there: HashSet<Written> = all.iter().cloned().collect();
    all.extend(more.into_iter().filter(|value| there.insert(value.clone())));
}
