//! What a paste holds, before a packet is asked for: who gets in and where to, what listens, the chains, and packets
//! worth sending.
//!
//! It says what rules and host say. What becomes of a packet is said of those alone that were walked.

mod chains;
mod packets;
mod reach;
mod services;

use crate::explained::Explained;
use crate::page::{Sentence, Style, Tone};
use crate::places::{chain_path, policy_word};
use crate::say::{Key, format, join, run, say, text};
use chainwalk_model::{ChainId, Hook, HostId, Policy, Span};
use serde::{Deserialize, Serialize};

pub use packets::{Tried, tried};
pub(crate) use reach::{openings, published};
pub(crate) use services::service_of;

/// Up to so many rules of a single chain are told one by one.
const IN_ORDER: usize = 12;
/// So many rows of a section are made at most.
const ROWS: usize = 200;
/// So many packets are tried, of which those to ask for come first.
const TRIES: usize = 80;

/// A paste without a packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Who gets in, and where to; or the one chain there is, in its order.
    pub sections: Vec<ReachSection>,
    /// The Services of a cluster; none where there are none.
    pub services: Option<ServicesView>,
    /// The tables with their chains, and who jumps where.
    pub chains: Vec<ChainLine>,
    /// Packets worth sending.
    pub packets: Vec<PacketGroup>,
    /// The address that stands for this host, where none of its own was pasted.
    pub stands_for: Option<String>,
    /// What was not pasted and would make answers surer; may be empty.
    pub missing: Sentence,
}

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachSection {
    /// What they have in common.
    pub title: String,
    /// Whether the rows are the rules of a chain in their order.
    pub ordered: bool,
    /// The rows.
    pub rows: Vec<Reach>,
    /// How many more there are.
    pub more: usize,
}

/// One way in, or out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// Who (`anyone`, `198.51.100.0/24`).
    pub who: String,
    /// To what, or with what (`:8080/tcp`, `ping`).
    pub what: String,
    /// What else the rule asks for (`limit 5/second burst 5`); may be empty.
    pub also: String,
    /// Where it gets to, or what is done to it.
    pub to: String,
    /// What the row says by itself: that it is let in, or stopped. Idle where a packet has to tell.
    pub tone: Option<Tone>,
    /// The rule that says so (`DOCKER 3`); may be empty.
    pub by: String,
    /// Its table as CSS class; may be empty.
    pub class: String,
    /// Its lines in the paste.
    pub span: Option<Span>,
    /// The packet that shows it, as a packet line.
    pub line: Option<String>,
}

/// The Services of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServicesView {
    /// By namespace, the largest first.
    pub namespaces: Vec<NamespaceRow>,
    /// All of them: those without endpoints first, then by name.
    pub all: Vec<ServiceRow>,
}

/// The Services of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct NamespaceRow {
    pub name: String,
    /// How many can be reached inside the cluster only.
    pub inside: usize,
    /// How many on a port of every node too.
    pub nodes: usize,
    /// How many have no endpoint.
    pub broken: usize,
    /// How many endpoints they have together.
    pub endpoints: usize,
}

/// A port of a Service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ServiceRow {
    /// `namespace/name:port`.
    pub name: String,
    pub namespace: String,
    /// Address and port in the cluster; empty where only the port of the nodes is known.
    pub at: String,
    /// The port of every node.
    pub node_port: Option<u16>,
    pub endpoints: usize,
    /// Whether it has none, and is refused.
    pub broken: bool,
    /// Its lines in the paste.
    pub span: Option<Span>,
    /// The packet that asks it.
    pub line: Option<String>,
}

/// A line of the map of chains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainLine {
    /// 0 is a table, 1 a base chain, more a chain that is jumped to.
    pub depth: u8,
    /// Its name; of a base chain of nft with its hook and priority.
    pub name: String,
    /// What it stands for; may be empty.
    pub meaning: String,
    /// The table, as CSS class.
    pub class: String,
    /// The policy's word, of a base chain.
    pub policy: Option<String>,
    /// Whether that lets pass.
    pub accepts: bool,
    /// Its number of rules; none of a table, of a line that stands for several chains, and of one shown above.
    pub rules: Option<usize>,
    /// How many rules jump to it, where it is more than one.
    pub jumps: usize,
    /// What the line says beyond that (`shown above`); may be empty.
    pub note: String,
    /// Its lines in the paste.
    pub span: Option<Span>,
}

/// Packets that come from one side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketGroup {
    /// From where.
    pub title: String,
    /// The packets.
    pub packets: Vec<PacketRow>,
}

/// A packet worth sending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PacketRow {
    /// The packet line.
    pub line: String,
    /// What of it names the packet (`curl 198.51.100.20:8080`).
    pub words: String,
    /// Where it comes from, in words; may be empty.
    pub from: String,
    /// What it is about (`Service default/web:http`); may be empty.
    pub about: String,
}

impl Overview {
    /// The packets to try, those that are offered first.
    pub fn lines(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let offered = self.packets.iter().flat_map(|group| &group.packets).map(|row| &row.line);
        let rows = self.sections.iter().flat_map(|s| &s.rows).filter_map(|row| row.line.as_ref());
        let services = self.services.iter().flat_map(|s| &s.all).filter_map(|s| s.line.as_ref());
        for line in offered.chain(rows).chain(services) {
            if out.len() >= TRIES {
                break;
            }
            if !out.contains(line) {
                out.push(line.clone());
            }
        }
        out
    }
}

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
    let name = t.host.name.as_deref().filter(|_| t.host.id == HostId(0) || t.host.name.is_some());
    let headline = match name {
        Some(name) => say!(t.lang, OverRead, host = name),
        None => say!(t.lang, OverReadRules),
    };
    let rules = t.rules();
    let cluster = services::services(t, &packets::offers(t)).map(|s| s.all.len());
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

/// The base chains at a hook whose verdict can stop a packet.
pub(crate) fn filters_at<'a>(t: &Explained<'a>, hook: Hook) -> impl Iterator<Item = ChainId> + 'a {
    let rules = t.rules();
    (0..).map(ChainId).zip(&rules.chains).filter_map(move |(id, chain)| {
        let base = chain.base.as_ref()?;
        let nat = base.kind == chainwalk_model::ChainKind::Nat;
        (base.hook == hook && !nat && !rules.table(chain.table).dormant).then_some(id)
    })
}
