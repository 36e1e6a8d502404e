//! What an answer assumes, in words, with what can be said instead.

use crate::explained::Explained;
use crate::page::{Evidence, Lang};
use crate::places::{place, table_name};
use crate::questions;
use crate::say::{say, text};
use crate::values::protocol;
use chainwalk_model::{Assumed, Entry, Event, Match, Op, OpKind, Order, Outcome};

/// That root is taken for the sender, where nobody said who sends and a rule on the way asks.
fn sender(t: &Explained, outcome: &Outcome) -> Option<Evidence> {
    let rules = t.rules();
    let sends = matches!(outcome.trace.sent.entry, Entry::Local { uid: Some(0), .. });
    if !sends || t.ask().is_none_or(|ask| ask.uid.is_some()) {
        return None;
    }
    let asks = |op: &Op| match &op.what {
        OpKind::Match(Match::Owner { uid, .. }) => uid.is_some(),
        _ => false,
    };
    let mut looked = outcome.trace.steps.iter().flat_map(|step| match &step.event {
        Event::Tried { chain, first, last } => {
            let own = &rules.chain(*chain).rules;
            let all = own.get(first.saturating_sub(1) as usize..*last as usize);
            all.unwrap_or_default().to_vec()
        }
        Event::Matched(rule) => vec![*rule],
        _ => Vec::new(),
    });
    let rule = looked.find(|rule| rules.rule(*rule).ops.iter().any(asks))?;
    let (chain, number) = place(rules, rule);
    let at = format!("{chain} {number}");
    Some(Evidence::new(false, say!(t.lang, LeanRoot, at = at)))
}

/// What an answer assumes, the weightiest first, no more than `most`.
pub(crate) fn leans(t: &Explained, outcome: &Outcome, most: usize) -> Vec<Evidence> {
    let mut seen: Vec<&Assumed> = Vec::new();
    let traces = std::iter::once(&outcome.trace).chain(outcome.replies.iter());
    for step in traces.flat_map(|trace| trace.steps.iter()) {
        for lean in &step.assumed {
            if !seen.contains(&lean) && weight(lean) > 0 {
                seen.push(lean);
            }
        }
    }
    seen.order_by_key(|l| std::cmp::Reverse(weight(l)));
    let sender = sender(t, outcome);
    let most = most.saturating_sub(usize::from(sender.is_some())).max(1);
    sender.into_iter().chain(seen.into_iter().take(most).map(|l| lean(t, l))).collect()
}

/// How much an assumption says; what every answer assumes says nothing in the banner.
fn weight(lean: &Assumed) -> u8 {
    match lean {
        Assumed::Net { .. } => 9,
        Assumed::EmptyTable(_, name) if &**name == "filter" || &**name == "nat" => 8,
        // Where it leaves is in the headline.
        Assumed::BackTheWayItCame { .. }
        | Assumed::DefaultRoute { .. }
        | Assumed::RouteOfRule { .. } => 7,
        Assumed::Sysctl { .. } | Assumed::SetBy { .. } => 6,
        Assumed::AllRoutes => 5,
        Assumed::AllAddrs => 4,
        Assumed::FreshHistory(_)
        | Assumed::NoIpsec
        | Assumed::NoQuota(_)
        | Assumed::LegacyOrder
        | Assumed::NoRedirect(_) => 3,
        Assumed::BridgePort { .. }
        | Assumed::BridgeNf
        | Assumed::Port { .. }
        | Assumed::Transparent(..) => 2,
        Assumed::Window | Assumed::NoTable(..) | Assumed::NoLegacy => 1,
        Assumed::EmptyTable(..) | Assumed::NoFlows => 0,
    }
}

/// A guess as a line, with the answers that would settle it.
pub(crate) fn lean(t: &Explained, lean: &Assumed) -> Evidence {
    let lang = t.lang;
    let (text, answers) = match lean {
        Assumed::Net { iface, net, .. } => {
            let yes = (text!(lang, AnswerDoes), format!("{iface}={}/{}", net.addr, net.len));
            let no = (text!(lang, AnswerDoesNot), format!("notlocal={}", net.addr));
            let host = host_bits(*net);
            if host {
                let text = say!(lang, LeanAddr, iface = &**iface, addr = net.addr.to_string());
                (text, vec![yes, no])
            } else {
                let net = format!("{}/{}", net.addr, net.len);
                (say!(lang, LeanNet, iface = &**iface, net = net), Vec::new())
            }
        }
        Assumed::AllAddrs => (say!(lang, LeanAllAddrs), Vec::new()),
        Assumed::BackTheWayItCame { dst, iface } => (
            say!(lang, LeanBack, dst = dst.to_string(), iface = &**iface),
            vec![(text!(lang, AnswerYes), format!("route={dst} dev {iface}"))],
        ),
        Assumed::DefaultRoute { dst, iface } => (
            say!(lang, LeanDefault, dst = dst.to_string(), iface = &**iface),
            vec![(text!(lang, AnswerYes), format!("route=default dev {iface}"))],
        ),
        Assumed::RouteOfRule { dst, iface, rule } => {
            let (chain, number) = place(t.rules(), *rule);
            let (dst, at) = (dst.to_string(), format!("{chain} {number}"));
            let answer = (text!(lang, AnswerYes), format!("route={dst} dev {iface}"));
            (say!(lang, LeanRuleRoute, dst = dst, iface = &**iface, at = at), vec![answer])
        }
        Assumed::NoLegacy => (say!(lang, LeanNoLegacy), Vec::new()),
        Assumed::NoTable(family, name) => {
            (say!(lang, LeanNoTable, table = table_name(*family, name)), Vec::new())
        }
        Assumed::AllRoutes => (say!(lang, LeanAllRoutes), Vec::new()),
        Assumed::Sysctl { name, value } => {
            (say!(lang, LeanSysctl, name = &**name, value = &**value), values(lang, name, value))
        }
        Assumed::SetBy { name, value, program } => {
            let (sysctl, by) = (&**name, &**program);
            let text = say!(lang, LeanSetBy, name = sysctl, value = &**value, program = by);
            (text, values(lang, name, value))
        }
        Assumed::EmptyTable(family, name) => (
            say!(lang, LeanEmpty, table = table_name(*family, name)),
            vec![
                (
                    text!(lang, AnswerAccepts),
                    format!("table={}{name}:accept", questions::family(*family)),
                ),
                (
                    text!(lang, AnswerDrops),
                    format!("table={}{name}:drop", questions::family(*family)),
                ),
            ],
        ),
        Assumed::FreshHistory(rule) => {
            let (chain, number) = place(t.rules(), *rule);
            (say!(lang, LeanFresh, chain = chain, number = number), Vec::new())
        }
        Assumed::LegacyOrder => (
            say!(lang, LeanLegacyOrder),
            vec![
                (text!(lang, AnswerIs), "backend=legacy".into()),
                (text!(lang, AnswerIsNot), "backend=nft".into()),
            ],
        ),
        Assumed::NoRedirect(to) => (say!(lang, LeanNoRedirect, addr = to.to_string()), Vec::new()),
        Assumed::NoFlows => (say!(lang, LeanNoFlows), Vec::new()),
        Assumed::NoIpsec => (say!(lang, LeanNoIpsec), Vec::new()),
        Assumed::NoQuota(name) => (say!(lang, LeanNoQuota, name = &**name), Vec::new()),
        Assumed::Window => (say!(lang, LeanWindow), Vec::new()),
        Assumed::BridgePort { bridge, addr } => {
            (say!(lang, LeanPort, bridge = &**bridge, addr = addr.to_string()), Vec::new())
        }
        Assumed::Port { bridge, port } => (
            say!(lang, LeanBridgePort, bridge = &**bridge, port = &**port),
            vec![(text!(lang, AnswerYes), format!("{bridge}=bridge:{port}"))],
        ),
        Assumed::BridgeNf => {
            let at = "net.bridge.bridge-nf-call-iptables";
            let answers = vec![
                (text!(lang, AnswerIs), format!("{at}=1")),
                (text!(lang, AnswerIsNot), format!("{at}=0")),
            ];
            (say!(lang, LeanBridgeNf), answers)
        }
        Assumed::Transparent(number, port) => {
            let name = protocol(*number);
            (say!(lang, LeanTransparent, proto = name, port = port.to_string()), Vec::new())
        }
    };
    Evidence { answers, ..Evidence::new(false, text) }
}

/// That a sysctl has a value, or the other one.
fn values(lang: Lang, name: &str, value: &str) -> Vec<(String, String)> {
    let other = if value == "0" { "1" } else { "0" };
    vec![
        (text!(lang, AnswerIs), format!("{name}={value}")),
        (text!(lang, AnswerIsNot), format!("{name}={other}")),
    ]
}

/// Whether an address has bits behind its prefix, so that it is one host's.
fn host_bits(net: chainwalk_model::Cidr) -> bool {
    match net.addr {
        std::net::IpAddr::V4(a) => {
            u32::from(net.len) >= 32 || a.to_bits() & (u32::MAX >> net.len) != 0
        }
        std::net::IpAddr::V6(a) => {
            u32::from(net.len) >= 128 || a.to_bits() & (u128::MAX >> net.len) != 0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::Cidr;

    #[test]
    fn a_network_has_no_bits_behind_its_prefix() {
        let is_host = |addr: &str, len| {
            let addr = addr.parse().unwrap_or(std::net::IpAddr::from([0; 4]));
            host_bits(Cidr { addr, len })
        };
        assert!(!is_host("10.0.0.0", 24) && is_host("10.0.0.1", 24) && is_host("10.0.0.0", 32));
        assert!(!is_host("fd00::", 64) && is_host("fd00::1", 64) && is_host("fd00::", 128));
    }
}
