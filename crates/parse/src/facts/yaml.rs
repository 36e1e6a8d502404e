//! `kubectl get … -o yaml`: the addresses of pods, services, endpoints and nodes by name.
//!
//! Only keys and their depth are read, which is all that kubectl's own printing needs.

use super::block::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use chainwalk_model::{NamedAddr, SectionKind};
use std::net::IpAddr;

/// Where an object's addresses stand, as the path of keys from the object on.
const PLACES: [&str; 8] = [
    "status.podIP",
    "status.podIPs.ip",
    "spec.clusterIP",
    "spec.clusterIPs",
    "spec.externalIPs",
    "status.loadBalancer.ingress.ip",
    "status.addresses.address",
    "subsets.addresses.ip",
];

/// `apiVersion: …` and the lines below.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if !rows.first()?.text.starts_with("apiVersion:") {
        return None;
    }
    let mut names: Vec<NamedAddr> = Vec::new();
    let mut path: Vec<(usize, &str)> = Vec::new();
    let mut name = None;
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() || row.text == "---" {
            continue;
        }
        let line = clean.text[..row.start].rfind('\n').map_or(0, |at| at + 1);
        let mut depth = row.start - line;
        let mut text = row.text;
        let mut listed = false;
        while let Some(rest) = text.strip_prefix("- ") {
            listed = true;
            depth += text.len() - rest.trim_start().len();
            text = rest.trim_start();
        }
        let (key, value) = match text.split_once(':') {
            Some((key, value)) if value.is_empty() || value.starts_with(' ') => (key, value.trim()),
            _ if listed => ("", text),
            // A text over several lines.
            _ if depth > 0 => continue,
            _ => break,
        };
        taken = n + 1;
        // A list stands at the depth of its key, or deeper.
        path.retain(|(at, _)| *at < depth);
        if !key.is_empty() {
            path.push((depth, key));
        }
        let whole: Vec<&str> = path.iter().map(|(_, k)| *k).filter(|k| *k != "items").collect();
        let whole = whole.join(".");
        let value = value.trim_matches(['"', '\'']);
        if whole == "metadata.name" {
            name = Some(value);
        } else if let (true, Some(name), Ok(addr)) =
            (PLACES.contains(&&*whole), name, value.parse::<IpAddr>())
            && !names.iter().any(|known| *known.name == *name && known.addr == addr)
        {
            names.push(NamedAddr { name: name.into(), addr, origin: pasted(clean, *row) });
        }
    }
    let kind = SectionKind::Names(names.len() as u32);
    made(clean, rows, taken, kind, Facts { names, ..Facts::default() })
}
