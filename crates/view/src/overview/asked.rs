//! What a rule asks of a packet, in the words of a row of the overview.

use crate::explained::Explained;
use crate::say::text;
use crate::terms::terms;
use chainwalk_model::nft::{Condition, Expr, Field, Header};
use chainwalk_model::{ConditionKind, Match, OpKind, Rule};

/// What a rule asks of a packet, in the words of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asked {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) also: String,
    /// Whether it names a port, or a kind of ICMP: what is let in by it is a service.
    pub(crate) service: bool,
    /// Whether only packets of known connections match.
    pub(crate) known: bool,
}

/// What a rule asks for, sorted into a row's columns.
pub(crate) fn asked(t: &Explained, rule: &Rule) -> Asked {
    let lang = t.lang;
    let rules = t.rules();
    let mut out = Asked::default();
    let (mut iface, mut dst, mut ports, mut proto, mut icmp, mut states) =
        (String::new(), String::new(), String::new(), String::new(), String::new(), String::new());
    let mut not_in = false;
    let mut also: Vec<String> = Vec::new();
    for term in terms(rules, rule) {
        let plain = term.value.trim_start_matches("{ ").trim_end_matches(" }").to_owned();
        let value =
            if term.not { text!(lang, OverNot, what = plain.as_str()) } else { plain.clone() };
        match term.part {
            ConditionKind::Src => out.who = value,
            ConditionKind::InIface => {
                iface = plain.replace('"', "");
                not_in = term.not;
            }
            ConditionKind::Dst => dst = value,
            ConditionKind::Proto => proto = value,
            ConditionKind::Dport | ConditionKind::AnyPort => {
                let header = term.name.split(' ').next().unwrap_or_default();
                if matches!(header, "tcp" | "udp" | "sctp" | "dccp" | "udplite") {
                    header.clone_into(&mut proto);
                }
                ports = value;
            }
            ConditionKind::Icmp => icmp = value,
            ConditionKind::CtState => states = value,
            ConditionKind::Field(_) if term.name.starts_with("icmp") => icmp = value,
            ConditionKind::Needs(_) => {}
            // `dst-type LOCAL` is what "this host" says.
            ConditionKind::DstType if !term.not && value.eq_ignore_ascii_case("local") => {}
            // An address that the paste hides is one all the same.
            _ => match term.text().split_once(' ') {
                Some(("-s" | "--source", hidden)) => hidden.clone_into(&mut out.who),
                Some(("-d" | "--destination", hidden)) => hidden.clone_into(&mut dst),
                _ => also.push(term.text()),
            },
        }
    }
    if proto.is_empty() {
        implied(rule).unwrap_or_default().clone_into(&mut proto);
    }
    out.service = !ports.is_empty() || !icmp.is_empty() || proto.starts_with("icmp");
    let lower = states.to_lowercase();
    let has = |word: &str| lower.contains(word);
    out.known = !states.is_empty() && !has("new") && (has("established") || has("related"));
    out.what = if !ports.is_empty() {
        let list = ports.split([',', ' ']).filter(|p| !p.is_empty());
        let list: Vec<String> = list.map(|p| format!(":{p}")).collect();
        let slash = if proto.is_empty() { "" } else { "/" };
        format!("{dst}{}{slash}{proto}", list.join(" "))
    } else if !icmp.is_empty() || proto.starts_with("icmp") {
        let ping = icmp.contains("echo-request") || icmp.split(['/', ' ']).any(|w| w == "8");
        let what = if ping || icmp.is_empty() { icmp_word(&icmp) } else { format!("ICMP {icmp}") };
        if dst.is_empty() { what } else { format!("{dst} {what}") }
    } else if out.known {
        text!(lang, OverAnswers)
    } else if !states.is_empty() && has("invalid") && !has("new") {
        text!(lang, OverInvalid)
    } else if iface == "lo" && !not_in && dst.is_empty() {
        text!(lang, OverLo)
    } else {
        let what = match (dst.is_empty(), proto.is_empty()) {
            (true, true) => text!(lang, OverAnything),
            (true, false) => proto.clone(),
            (false, true) => dst.clone(),
            (false, false) => format!("{dst}/{proto}"),
        };
        if !states.is_empty() {
            also.insert(0, states.clone());
        }
        what
    };
    if out.who.is_empty() {
        out.who = match (&*iface, out.known) {
            ("lo", _) if !not_in => text!(lang, OverThisHost),
            ("", true) => text!(lang, OverPeers),
            _ => text!(lang, OverAnyone),
        };
    }
    if not_in {
        out.who = text!(lang, OverWhoNotIn, who = out.who.as_str(), iface = iface.as_str());
    } else if !iface.is_empty() && iface != "lo" {
        out.who = text!(lang, OverWhoIn, who = out.who.as_str(), iface = iface.as_str());
    }
    out.also = also.join(" ");
    out
}

/// `ping`, or all of ICMP.
fn icmp_word(kind: &str) -> String {
    if kind.is_empty() { "ICMP".into() } else { "ping".into() }
}

/// The protocol that a condition of nft needs and nobody writes.
fn implied(rule: &Rule) -> Option<&'static str> {
    rule.ops.iter().find_map(|op| match &op.what {
        OpKind::Match(Match::Tcp(_)) => Some("tcp"),
        OpKind::Match(Match::Udp(_)) => Some("udp"),
        OpKind::Match(Match::Nft(condition)) => {
            let left = match &**condition {
                Condition::Compare { left, .. } => left,
                Condition::Lookup { key, .. } => key,
                _ => return None,
            };
            let Expr::Field(Field::Header(field)) = left else { return None };
            match field.row().header {
                Header::Tcp => Some("tcp"),
                Header::Udp => Some("udp"),
                _ => None,
            }
        }
        _ => None,
    })
}
