//! `conntrack -L`, also with `-o extended`, and `/proc/net/nf_conntrack`: flows that the host knows already.

use super::block::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use crate::oneline::protocol;
use chainwalk_model::{Fact, Flow, Hook, PacketScope, SectionKind, Tuple, Unmodelled, proto};
use std::net::IpAddr;

/// Lines of flows, and the count that `conntrack` prints beside them.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    let mut offloaded = Vec::new();
    let mut taken = 0;
    let mut event = false;
    for row in rows {
        let counted = row.text.starts_with("conntrack v") && row.text.contains("shown");
        if is_event(row.text) {
            event = true;
        } else if is_flow(row.text) {
            if let Some(value) = flow(row.text) {
                if row.text.contains("OFFLOAD]") {
                    let ends =
                        [(value.orig.src, value.orig.sport), (value.reply.src, value.reply.sport)];
                    offloaded.extend(ends.map(|(addr, port)| PacketScope::Service {
                        proto: Some(value.orig.proto),
                        addr: Some(addr),
                        port: Some(port),
                    }));
                }
                facts.flows.push(Fact { value, origin: pasted(clean, *row) });
            }
        } else if !counted {
            break;
        }
        taken += 1;
    }
    if taken == 0 {
        return None;
    }
    if !offloaded.is_empty() {
        // The packets of such a flow pass by every chain.
        facts.beside.push(Unmodelled {
            name: "flowtable".into(),
            hooks: vec![Hook::Prerouting],
            touches: offloaded,
            origin: pasted(clean, rows[0]),
        });
    }
    let kind = if event && facts.flows.is_empty() {
        SectionKind::Known("conntrack -E".into())
    } else {
        SectionKind::Flows(facts.flows.len() as u32)
    };
    made(clean, rows, taken, kind, facts)
}

/// A line of a table of flows.
fn is_flow(text: &str) -> bool {
    text.contains(" src=") && text.contains(" dst=") && !is_event(text)
}

/// A line of `conntrack -E`: what happened to a flow, which need not be there any more.
fn is_event(text: &str) -> bool {
    let text = match text.split_once(']') {
        // A time stands first where it was asked for.
        Some((time, rest)) if time.starts_with('[') && time[1..].contains('.') => rest.trim_start(),
        _ => text,
    };
    ["[NEW]", "[UPDATE]", "[DESTROY]"].iter().any(|e| text.starts_with(e)) && text.contains(" src=")
}

/// `tcp 6 431999 ESTABLISHED src=… dst=… sport=… dport=… src=… [ASSURED] mark=0 use=1`.
fn flow(text: &str) -> Option<Flow> {
    let mut words = text.split_whitespace().peekable();
    if matches!(words.peek(), Some(&("ipv4" | "ipv6"))) {
        words.nth(1);
    }
    let name = words.next()?;
    let proto = words.next()?.parse().ok().or_else(|| protocol(name))?;
    let mut flow = Flow {
        orig: empty(proto),
        reply: empty(proto),
        tcp_state: None,
        unreplied: false,
        assured: false,
        mark: 0,
        zone: 0,
        zone_orig: None,
        zone_reply: None,
        timeout: None,
    };
    let (mut sides, mut ends) = (0, 0);
    for word in words {
        match word {
            "[UNREPLIED]" => flow.unreplied = true,
            "[ASSURED]" => flow.assured = true,
            _ => {}
        }
        let Some((key, value)) = word.split_once('=') else {
            if let Ok(seconds) = word.parse() {
                flow.timeout = flow.timeout.or(Some(seconds));
            } else if !word.starts_with('[') && sides == 0 {
                flow.tcp_state = Some(word.into());
            }
            continue;
        };
        match key {
            "src" => sides += 1,
            "dst" => ends += 1,
            _ => {}
        }
        let side = if sides < 2 { &mut flow.orig } else { &mut flow.reply };
        let number = || value.parse::<u16>().ok();
        match key {
            "src" => side.src = value.parse().ok()?,
            "dst" => side.dst = value.parse().ok()?,
            "sport" | "id" if key == "sport" || is_icmp(proto) => side.sport = number()?,
            "dport" => side.dport = number()?,
            "type" => side.dport = side.dport & 0xff | number()? << 8,
            "code" => side.dport = side.dport & 0xff00 | number()?,
            "mark" => flow.mark = value.parse().ok()?,
            "zone" => flow.zone = number()?,
            "zone-orig" => flow.zone_orig = number(),
            "zone-reply" => flow.zone_reply = number(),
            _ => {}
        }
    }
    let whole = |t: &Tuple| t.src.is_ipv4() == t.dst.is_ipv4();
    (sides == 2 && ends == 2 && whole(&flow.orig) && whole(&flow.reply)).then_some(flow)
}

fn is_icmp(proto: u8) -> bool {
    matches!(proto, proto::ICMP | proto::ICMPV6)
}

fn empty(proto: u8) -> Tuple {
    let none = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    Tuple { src: none, dst: none, proto, sport: 0, dport: 0 }
}
