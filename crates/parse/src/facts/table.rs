//! `route -n` and `netstat -rn`, of IPv4 and of IPv6: routes as columns.

use super::block::{Block, Facts, made, pasted};
use super::routes;
use crate::clean::{Clean, Row};
use crate::value;
use chainwalk_model::SectionKind;
use std::net::{IpAddr, Ipv4Addr};

/// The title, the columns' names and the rows below; either of the first two may be missing.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let titled = usize::from(rows.first()?.text.starts_with("Kernel IP"));
    let header = rows.get(titled)?.text;
    let four = header.starts_with("Destination") && header.contains("Genmask");
    let six = header.starts_with("Destination") && header.contains("Next Hop");
    if !four && !six {
        // A title alone is one too.
        return if titled == 1 {
            made(clean, rows, 1, SectionKind::Routes(0), Facts::default())
        } else {
            None
        };
    }
    let mut facts = Facts::default();
    let mut taken = titled + 1;
    let mut count = 0;
    for row in &rows[taken..] {
        let words: Vec<&str> = row.text.split_whitespace().collect();
        let metric = header.contains("Metric");
        let Some(text) = (if four { line4(&words, metric) } else { line6(&words) }) else { break };
        if !text.is_empty() {
            routes::take(&mut facts, &text, &[], pasted(clean, *row));
            count += 1;
        }
        taken += 1;
    }
    made(clean, rows, taken, SectionKind::Routes(count), facts)
}

/// `10.0.0.0  0.0.0.0  255.255.255.0  U  0  0  0  eth0` in the words of `ip route`.
/// `netstat` has the MSS where `route` has the metric.
fn line4(words: &[&str], metrics: bool) -> Option<String> {
    let [dst, gateway, mask, flags, metric, .., dev] = words else { return None };
    if words.len() != 8 {
        return None;
    }
    let len = value::mask_len(IpAddr::V4(mask.parse::<Ipv4Addr>().ok()?))?;
    let dst = if *dst == "default" { "0.0.0.0" } else { dst };
    // Without `-n` a network may be a name; the row is one even so.
    let Ok(dst) = dst.parse::<Ipv4Addr>() else { return Some(String::new()) };
    let mut text = if flags.starts_with('!') || *dev == "*" || *dev == "-" {
        format!("unreachable {dst}/{len}")
    } else {
        format!("{dst}/{len} dev {dev}")
    };
    if flags.contains('G') && gateway.parse::<Ipv4Addr>().is_ok() {
        text += &format!(" via {gateway}");
    }
    if metrics && metric.parse::<u32>().is_ok_and(|m| m > 0) {
        text += &format!(" metric {metric}");
    }
    Some(text)
}

/// `fd00::/64  ::  U  256  1  0  eth0`.
fn line6(words: &[&str]) -> Option<String> {
    let [dst, via, flags, metric, _, _, dev] = words else { return None };
    let (addr, _) = dst.rsplit_once('/')?;
    let addr: IpAddr = addr.parse().ok()?;
    // What is this host's own, a group's, or says that there is nothing.
    if flags.contains(['n', '!']) || addr.is_multicast() || *dev == "lo" {
        return Some(String::new());
    }
    let mut text = format!("{dst} dev {dev}");
    if flags.contains('G') {
        text += &format!(" via {via}");
    }
    Some(text + &format!(" metric {metric}"))
}
