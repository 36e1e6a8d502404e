//! `kubectl get pod|svc|endpoints|node -o wide`: names of addresses.

use super::block::{Block, Facts, made, pasted};
use super::steps::Step;
use crate::clean::{Clean, Row};
use crate::value::{self, whole};
use chainwalk_model::{Fact, NamedAddr, SectionKind, Text};
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

/// `lxc list`, `incus list`: a table that is drawn, with the addresses of each container.
pub(super) fn drawn(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let cells = |row: &Row<'_>| {
        let inner = row.text.strip_prefix('|')?.strip_suffix('|')?;
        Some(inner.split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>())
    };
    let framed = usize::from(rows.first()?.text.starts_with("+-"));
    let titles = cells(rows.get(framed)?)?;
    let column = |name: &str| titles.iter().position(|t| t.eq_ignore_ascii_case(name));
    let four = column("IPV4").or_else(|| column("IPv4 Address"))?;
    let (own, six) = (column("NAME")?, column("IPV6"));
    let managed = column("MANAGED").is_some();
    let mut facts = Facts::default();
    let (mut name, mut taken): (Text, usize) = ("".into(), framed + 1);
    for row in &rows[framed + 1..] {
        if row.text.starts_with("+-") {
            taken += 1;
            continue;
        }
        let Some(cells) = cells(row).filter(|cells| cells.len() == titles.len()) else { break };
        if !cells[own].is_empty() {
            name = cells[own].as_str().into();
        }
        taken += 1;
        let origin = pasted(clean, *row);
        for cell in [Some(four), six].into_iter().flatten().map(|at| &cells[at]) {
            let word = cell.split_whitespace().next().unwrap_or_default();
            if managed && let Some(value) = whole(value::cidr, word) {
                // A network of the host: the bridge has the address.
                let addr = Fact { value, origin };
                facts.steps.push(Step::Address { dev: name.clone(), addr, alone: false });
            } else if let Ok(addr) = word.parse() {
                facts.names.push(NamedAddr { name: name.clone(), addr, origin });
            }
        }
    }
    let kind = if managed {
        SectionKind::Interfaces(facts.steps.len() as u32)
    } else {
        SectionKind::Names(facts.names.len() as u32)
    };
    made(clean, rows, taken, kind, facts)
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
