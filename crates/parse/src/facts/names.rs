//! `kubectl get pod|svc|endpoints|node -o wide`: names of addresses.

use super::block::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use chainwalk_model::{NamedAddr, SectionKind};
use std::net::IpAddr;

/// The header and the rows below it.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let header: Vec<&str> = rows.first()?.text.split_whitespace().collect();
    let has = |name: &str| header.contains(&name);
    let addressed = has("IP")
        || has("CLUSTER-IP")
        || has("CLUSTER_IP")
        || has("ENDPOINTS")
        || has("INTERNAL-IP");
    let spaced = header.first() == Some(&"NAMESPACE");
    if !has("NAME") || !addressed {
        return None;
    }
    let mut names = Vec::new();
    let mut taken = 1;
    for row in &rows[1..] {
        let words: Vec<Row<'_>> = row.words().collect();
        let Some(name) = words.get(usize::from(spaced)) else { break };
        if words.len() < 3 {
            break;
        }
        // The first address of a row is its own; the node's comes later.
        let Some(found) = words.iter().skip(1).find_map(|w| addresses(w.text)) else {
            if !has("CLUSTER-IP") && !has("IP") {
                break;
            }
            taken += 1;
            continue;
        };
        let origin = pasted(clean, *row);
        names.extend(found.into_iter().map(|addr| NamedAddr {
            name: name.text.into(),
            addr,
            origin,
        }));
        taken += 1;
    }
    let kind = SectionKind::Names(names.len() as u32);
    made(clean, rows, taken, kind, Facts { names, ..Facts::default() })
}

/// `10.0.0.1`, `10.0.0.1:80,10.0.0.2:80`.
fn addresses(text: &str) -> Option<Vec<IpAddr>> {
    if let Ok(addr) = text.parse() {
        return Some(vec![addr]);
    }
    let parts = text.split(',').filter(|p| !p.is_empty());
    parts
        .map(|p| p.rsplit_once(':')?.0.parse().ok())
        .collect::<Option<Vec<IpAddr>>>()
        .filter(|v| !v.is_empty())
}
