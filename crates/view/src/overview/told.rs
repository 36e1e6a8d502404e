//! The finished pieces of an overview: plain data, texts in the reader's language.

use crate::page::{Sentence, Tone};
use chainwalk_model::Span;
use serde::{Deserialize, Serialize};

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
