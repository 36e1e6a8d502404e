//! What an answer depends on and what it assumed, as JSON.

use super::json::{Word, Written};
use super::names::{table_name, target_word};
use super::once::add_new;
use crate::questions::network;
use chainwalk_model::{
    Assumed, ChainId, Family, Fate, Host, Match, OpId, OpKind, Outcome, Question, RuleId,
};
use std::borrow::Cow;

/// The questions that decided this outcome and were not answered by chance.
pub(super) fn depends_on(host: &Host, outcome: &Outcome) -> Vec<Written> {
    let unknown = outcome.choices.iter().filter(|c| c.weight.is_none()).map(|c| &c.question);
    let traces = std::iter::once(&outcome.trace).chain(&outcome.replies);
    let fates = traces.filter_map(|t| match &t.fate {
        Fate::DroppedUnseen(q) | Fate::Undecided(q) => Some(q),
        _ => None,
    });
    let mut all = Vec::new();
    add_new(&mut all, unknown.chain(fates).map(|q| question(host, q)).collect());
    all
}

/// The facts that this outcome's steps assume, each once.
pub(super) fn assumed(host: &Host, outcome: &Outcome) -> Vec<Written> {
    let traces = std::iter::once(&outcome.trace).chain(&outcome.replies);
    let leans = traces.flat_map(|t| &t.steps).flat_map(|s| &s.assumed);
    let mut all = Vec::new();
    add_new(&mut all, leans.map(|lean| leant(host, lean)).collect());
    all
}

fn question(host: &Host, q: &Question) -> Written {
    match q {
        Question::LocalAddr(a) => plain("address", &a.to_string()),
        Question::Route(a) | Question::LeavesBy(a, _) => plain("route", &a.to_string()),
        Question::Table(family, table) => {
            let table = table_of(*family, table);
            told("table_not_pasted", &table, Some(&table), None, None)
        }
        Question::Chain(family, table, chain) => {
            let table = table_of(*family, table);
            told("chain_not_pasted", chain, Some(&table), Some(chain), None)
        }
        Question::Policy(id) => in_chain("policy", host, *id),
        Question::Opaque(at) => in_rule("opaque", host, at.rule, &op_name(host, *at)),
        Question::HiddenInterfaces(id) => in_rule("match", host, *id, "interfaces"),
        Question::History(at) => in_rule("history", host, at.rule, &op_name(host, *at)),
        Question::Fact(at) => in_rule("match", host, at.rule, &op_name(host, *at)),
        Question::Set(name) => plain("set", name),
        Question::Blank(name, _) => plain("blank", name),
        Question::Random(at) => in_rule("random", host, at.rule, &op_name(host, *at)),
        Question::NatChoice(id) => in_rule("nat_choice", host, *id, "nat"),
        Question::PortChoice(Some(id)) => in_rule("port_choice", host, *id, "nat"),
        Question::PortChoice(None) => plain("port_choice", ""),
        Question::Soon(_) => plain("soon", ""),
        Question::NextHop(hop) => plain("next_hop", &network(hop.net)),
        Question::Socket(proto, port) => {
            let name = match proto {
                6 => format!("tcp:{port}"),
                17 => format!("udp:{port}"),
                other => format!("{other}:{port}"),
            };
            plain("socket", &name)
        }
        Question::Unread(name) => plain("unread", name),
        Question::Beside(name) => plain("beside", name),
        Question::Order(first, _) => in_chain("order", host, *first),
        Question::Jump(chain, _) => in_chain("jump", host, *chain),
    }
}

fn told(
    kind: &str,
    name: &str,
    table: Option<&str>,
    chain: Option<&str>,
    rule: Option<u32>,
) -> Written {
    Written::object(&[
        ("kind", &Word(kind)),
        ("name", &name),
        ("table", &table),
        ("chain", &chain),
        ("rule", &rule),
    ])
}

fn plain(kind: &str, name: &str) -> Written {
    told(kind, name, None, None, None)
}

fn in_chain(kind: &str, host: &Host, id: ChainId) -> Written {
    let chain = host.rules.chain(id);
    told(kind, &chain.name, Some(&table_name(host, chain)), Some(&chain.name), None)
}

fn in_rule(kind: &str, host: &Host, id: RuleId, name: &str) -> Written {
    let rule = host.rules.rule(id);
    let chain = host.rules.chain(rule.chain);
    told(kind, name, Some(&table_name(host, chain)), Some(&chain.name), Some(rule.number))
}

/// The extension of an operation, or the text where it is not understood.
fn op_name(host: &Host, at: OpId) -> String {
    match host.rules.rule(at.rule).ops.get(usize::from(at.op)).map(|o| &o.what) {
        Some(OpKind::Target(t)) => {
            target_word(host, host.rules.chain(host.rules.rule(at.rule).chain), t)
        }
        Some(OpKind::Match(Match::Opaque(o))) => o.text.to_string(),
        Some(OpKind::Match(m)) => m.name().into(),
        None => String::new(),
    }
}

fn leant(host: &Host, lean: &Assumed) -> Written {
    let entry = |kind: &str, name: &str, value: &str| {
        Written::object(&[("kind", &Word(kind)), ("name", &name), ("value", &value)])
    };
    match lean {
        Assumed::Net { iface, net, .. } => {
            entry("address", iface, &format!("{}/{}", net.addr, net.len))
        }
        Assumed::AllAddrs => entry("address", "all", "told"),
        Assumed::BackTheWayItCame { dst, iface }
        | Assumed::DefaultRoute { dst, iface }
        | Assumed::RouteOfRule { dst, iface, .. } => {
            entry("route", &dst.to_string(), &format!("dev {iface}"))
        }
        Assumed::AllRoutes => entry("route", "all", "told"),
        Assumed::Sysctl { name, value } | Assumed::SetBy { name, value, .. } => {
            entry("sysctl", name, value)
        }
        Assumed::EmptyTable(family, table) | Assumed::NoTable(family, table) => {
            entry("table", &table_of(*family, table), "empty")
        }
        Assumed::NoLegacy => entry("table", "iptables-legacy", "empty"),
        Assumed::FreshHistory(id) => {
            let rule = host.rules.rule(*id);
            let chain = host.rules.chain(rule.chain);
            let name = format!("{} {} {}", table_name(host, chain), chain.name, rule.number);
            entry("history", &name, "fresh")
        }
        Assumed::LegacyOrder => entry("backend", "iptables", "legacy"),
        Assumed::NoRedirect(to) => entry("redirect", &to.to_string(), "none"),
        Assumed::NoFlows => entry("conntrack", "flows", "none"),
        Assumed::NoIpsec => entry("xfrm", "policies", "none"),
        Assumed::NoQuota(name) => entry("nfacct", name, "no quota"),
        Assumed::Window => entry("conntrack", "window", "in"),
        Assumed::BridgePort { bridge, addr } => entry("port", &addr.to_string(), bridge),
        Assumed::Port { bridge, port } => entry("port", port, bridge),
        Assumed::Transparent(proto, port) => {
            entry("socket", &format!("{proto}:{port}"), "transparent")
        }
        Assumed::BridgeNf => entry("sysctl", "net.bridge.bridge-nf-call-iptables", "1"),
    }
}

fn table_of(family: Family, table: &str) -> Cow<'_, str> {
    match family {
        Family::Ip => table.into(),
        other => format!("{}:{table}", other.word()).into(),
    }
}
