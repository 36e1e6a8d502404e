//! What a paste holds, before a packet is asked for: who gets in and where to, what listens, the chains, and packets
//! worth sending.
//!
//! It says what rules and host say. What becomes of a packet is said of those alone that were walked.

mod asked;
mod chains;
mod hooks;
mod packets;
mod reach;
mod services;
mod told;

use crate::explained::Explained;
use crate::page::{Sentence, Style, Tone};
use crate::places::{chain_path, policy_word};
use crate::say::{Key, format, join, run, say, text};
use chainwalk_model::{ChainId, Policy};

pub use told::*;

pub(crate) use reach::{NAMED, Openings, openings, published};

/// Up to so many rules of a single chain are told one by one.
const IN_ORDER: usize = 12;

/// What a paste holds; `None` where nothing of a host was read, or a packet was asked for.
pub fn overview(t: &Explained) -> Option<Overview> {
    let reading = t.reading?;
    if !t.asks.is_empty() || reading.hosts.is_empty() {
        return None;
    }
    let offers = packets::offers(t);
    let services = services::services(t, &offers);
    let sections = match only_chain(t) {
        Some(chain) => vec![in_order(t, chain)],
        None => reach::sections(t, &offers),
    };
    Some(Overview {
        sections,
        services,
        chains: chains::chains(t),
        packets: packets::groups(t, &offers),
        stands_for: offers.stands_for.map(|addr| addr.to_string()),
        missing: missing(t),
    })
}

/// What the banner says of a paste without a packet: whose it is, and what it holds.
pub(crate) fn read(t: &Explained) -> (Sentence, Sentence) {
    let name = t.host.name.as_deref();
    let headline = match name {
        Some(name) => say!(t.lang, OverRead, host = name),
        None => say!(t.lang, OverReadRules),
    };
    let rules = t.rules();
    let cluster = services::is_there(t)
        .then(|| services::services(t, &packets::offers(t)))
        .flatten()
        .map(|s| s.all.len());
    let counts = [
        (cluster.unwrap_or(0), Key::OverServices),
        (rules.tables.len(), Key::OverTables),
        (rules.chains.iter().filter(|c| c.declared).count(), Key::OverChains),
        (rules.rules.len(), Key::OverRules),
        (t.host.sockets.len(), Key::OverListeners),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let held = counts.map(|(count, key)| format(t.lang, key, vec![("count", count.into())]));
    let comma = if t.lang == crate::page::Lang::Zh { "、" } else { ", " };
    (headline, say!(t.lang, OverHolds, what = join(held, comma)))
}

/// The one chain that has rules, where there is one and it is short.
fn only_chain(t: &Explained) -> Option<ChainId> {
    let rules = t.rules();
    let mut with_rules = (0..).map(ChainId).zip(&rules.chains).filter(|(_, c)| !c.rules.is_empty());
    let (id, chain) = with_rules.next()?;
    let only = with_rules.next().is_none() && chain.base.is_some();
    (only && chain.rules.len() <= IN_ORDER).then_some(id)
}

/// A chain from its first rule to its policy.
fn in_order(t: &Explained, chain: ChainId) -> ReachSection {
    let rules = t.rules();
    let c = rules.chain(chain);
    let mut rows: Vec<Reach> = c.rules.iter().map(|rule| reach::rule_row(t, *rule)).collect();
    if let Some(policy) = c.base.as_ref().map(|b| b.policy).filter(|p| *p != Policy::Unknown) {
        let accepts = policy == Policy::Accept;
        let word = policy_word(rules, chain, accepts);
        rows.push(Reach {
            who: text!(t.lang, OverAnyone),
            what: text!(t.lang, OverElse),
            to: text!(t.lang, OverPolicy, word = word),
            tone: Some(if accepts { Tone::Ok } else { Tone::Stop }),
            by: "–".into(),
            span: Some(c.span),
            ..Reach::default()
        });
    }
    let title = text!(t.lang, OverOrder, chain = chain_path(rules, chain));
    ReachSection { title, ordered: true, rows, more: 0 }
}

/// What was not pasted and would make answers surer.
fn missing(t: &Explained) -> Sentence {
    let host = t.host;
    let mut parts: Vec<Sentence> = Vec::new();
    if !t.has_rules() {
        parts.push(say!(t.lang, OverNoRules));
    }
    let has_address = host.interfaces.iter().any(|i| &*i.name != "lo" && !i.addrs.is_empty());
    if !has_address && !host.complete.network {
        parts.push(say!(t.lang, OverNoAddresses));
    }
    if host.routes.is_empty() && !host.complete.network {
        parts.push(say!(t.lang, OverNoRoutes));
    }
    let native = t.rules().tables.iter().any(|t| t.backend == chainwalk_model::Backend::Nft);
    let whole = !host.saved_whole.is_empty() || host.complete.rules;
    if t.has_rules() && !native && !whole {
        // Those that most hosts have rules in.
        let usual = ["nat", "filter"];
        for name in crate::facts::unpasted(host).into_iter().filter(|n| usual.contains(n)) {
            parts.push(run(name.to_owned(), Style::Code));
        }
    }
    if parts.is_empty() {
        return Sentence::new();
    }
    let comma = if t.lang == crate::page::Lang::Zh { "、" } else { ", " };
    say!(t.lang, OverMissing, what = join(parts, comma))
}
