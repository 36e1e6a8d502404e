//! What an iptables says of rules that it does not show: those of the other iptables, and tables of nft that
//! have no form in its language. They run all the same.

use super::block::{Block, Facts, pasted, unread};
use crate::clean::{Clean, Row};
use crate::draft::Draft;
use crate::rules::DraftRule;
use chainwalk_model::{
    Backend, ChainId, Cidr, Family, Hint, Hook, Match, Op, OpKind, Origin, PacketScope, Policy,
    Span, Target, Text, Unmodelled, builtin_names, builtins,
};

/// A line such as `# Warning: iptables-legacy tables present, use iptables-legacy to see them`. `family` is that
/// of the dump around it, where it is known.
pub(crate) fn warning(clean: &Clean, row: Row<'_>, family: Option<Family>) -> Option<Block> {
    let text = row.text.trim_start_matches('#').trim();
    let (name, family, table) = if let Some(rest) = text.strip_prefix("Warning: ") {
        let (program, rest) = rest.split_once(' ')?;
        if !rest.starts_with("tables present") {
            return None;
        }
        (program.to_owned(), Some(family_of(program)?), None)
    } else {
        let (before, rest) = text.split_once('`')?;
        let (table, rest) = rest.split_once('\'')?;
        let rest = rest.trim_start();
        let says = rest.starts_with("is incompatible, use 'nft' tool")
            || rest.starts_with("contains incompatible base-chains, use 'nft' tool");
        if !says || !before.trim_end().to_ascii_lowercase().ends_with("table") {
            return None;
        }
        let family = family_of(before).or(family);
        let word = if family == Some(Family::Ip6) { "ip6" } else { "ip" };
        (format!("nft list table {word} {table}"), family, Some(table))
    };
    let hooks = table.map_or_else(|| vec![Hook::Prerouting, Hook::Output], hooks_of);
    let facts = Facts {
        beside: vec![Unmodelled {
            name: name.as_str().into(),
            hooks,
            touches: vec![touch(family)],
            origin: pasted(clean, row),
        }],
        ..Facts::default()
    };
    let hint = table.is_none().then(|| Hint::Paste(format!("{name}-save").into()));
    unread(clean, &[row], 1, &name, facts, hint).map(|(block, _)| block)
}

/// Of tables of one family and name that different iptables made, those that the walk leaves out. One that lets everything pass
/// and changes nothing is left out without a word; the kernel runs the rest.
pub(crate) fn rivals(drafts: &mut Vec<Draft>) -> Vec<Rival> {
    let mut out = Vec::new();
    let mut kept: Vec<Draft> = Vec::new();
    for mut draft in std::mem::take(drafts) {
        let same = |d: &&mut Draft| d.family == draft.family && d.name == draft.name;
        let Some(other) = kept.iter_mut().find(same) else {
            kept.push(draft);
            continue;
        };
        if is_idle(other) && (!is_idle(&draft) || other.rule_count() == 0) {
            std::mem::swap(other, &mut draft);
        }
        let program = match (draft.family, draft.backend) {
            (Family::Ip6, Backend::Legacy) => "ip6tables-legacy",
            (Family::Ip6, _) => "ip6tables-nft",
            (_, Backend::Legacy) => "iptables-legacy",
            (..) => "iptables-nft",
        };
        let name = format!("{program} -t {}", draft.name);
        let span = draft.span.unwrap_or_default();
        let beside = (!is_idle(&draft)).then(|| Unmodelled {
            name: name.as_str().into(),
            hooks: hooks_of(&draft.name),
            touches: vec![touch(Some(draft.family))],
            origin: Origin::Pasted(span),
        });
        out.push(Rival { name: name.into(), span, beside });
    }
    *drafts = kept;
    out
}

/// A table that the walk leaves out.
#[derive(Debug)]
pub(crate) struct Rival {
    /// The command that shows it.
    pub(crate) name: Text,
    /// Its text.
    pub(crate) span: Span,
    /// What it may do; `None` where it does nothing.
    pub(crate) beside: Option<Unmodelled>,
}

fn family_of(program: &str) -> Option<Family> {
    if program.starts_with("ip6tables") {
        Some(Family::Ip6)
    } else {
        program.starts_with("iptables").then_some(Family::Ip)
    }
}

/// Whether all its built-in chains were seen, and let everything pass as it is: what it accepts goes on to the other.
fn is_idle(draft: &Draft) -> bool {
    let seen = |c: &str| draft.shows(c) || (*draft.name == *"nat" && c == "INPUT");
    let quiet = draft.chains.iter().filter(|c| !c.gone).all(|c| {
        let accepts = !builtin_names(&draft.name).contains(&&*c.name)
            || matches!(c.policy, Some(Policy::Accept));
        let passes = |rule: &DraftRule| {
            let does = |op: &Op| match &op.what {
                OpKind::Target(to) => {
                    let there = |chain: ChainId| {
                        draft.chains.get(chain.0 as usize).is_some_and(|c| c.is_shown() && !c.gone)
                    };
                    match to {
                        Target::Accept | Target::Return | Target::Log { .. } => true,
                        Target::Jump(chain) | Target::Goto(chain) => there(*chain),
                        _ => false,
                    }
                }
                OpKind::Match(test) => !remembers(test),
            };
            !rule.gap && rule.ops.iter().all(does)
        };
        let rules = *draft.name == *"filter" && c.rules.iter().all(passes) || c.rules.len() == 0;
        rules && c.doubt.is_none() && accepts
    });
    quiet && builtin_names(&draft.name).iter().all(|c| seen(c))
}

/// Whether a test may drop the packet by itself, or leaves something behind that another rule may ask for.
fn remembers(test: &Match) -> bool {
    !matches!(
        test,
        Match::Ip(_)
            | Match::Tcp(_)
            | Match::Udp(_)
            | Match::Icmp(_)
            | Match::Conntrack(_)
            | Match::State(_)
            | Match::Comment(_)
            | Match::Multiport { .. }
            | Match::AddrType(_)
            | Match::Mark(_)
    )
}

fn hooks_of(table: &str) -> Vec<Hook> {
    let hooks: Vec<Hook> = builtins(table, Backend::default()).map(|chain| chain.hook).collect();
    if hooks.is_empty() { vec![Hook::Prerouting, Hook::Output] } else { hooks }
}

/// The packets of a family.
fn touch(family: Option<Family>) -> PacketScope {
    let all = |addr: std::net::IpAddr| PacketScope::Between(Some(Cidr { addr, len: 0 }), None);
    match family {
        Some(Family::Ip) => all(std::net::Ipv4Addr::UNSPECIFIED.into()),
        Some(Family::Ip6) => all(std::net::Ipv6Addr::UNSPECIFIED.into()),
        _ => PacketScope::All,
    }
}
