//! What was read, and what could not be.

use crate::family::Family;
use crate::host::{Host, HostId};
use crate::matches::Opaque;
use crate::ruleset::Ruleset;
use crate::span::{Span, Text};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// Something is unknown because of it; answers that touch it depend on it.
    Warning,
    /// It could not be read at all.
    Error,
}

/// What kind of problem it is. The sentence is `view`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DiagnosticId {
    /// The text is empty.
    Empty,
    /// Nothing in the text was recognised.
    NothingRecognised,
    /// A match extension that is not known.
    UnknownMatch,
    /// A target that is neither known nor a chain of the table.
    UnknownTarget,
    /// An option that is not known.
    UnknownOption,
    /// A value that does not fit.
    BadValue,
    /// Something is missing.
    Missing,
    /// A jump to a chain that the paste does not show.
    MissingChain,
    /// A jump or a goto that leads back into its own chain: iptables loads no such rules.
    ChainLoop,
    /// A rule of a chain that no header declares.
    UndeclaredChain,
    /// A table of which only some built-in chains were pasted.
    PartOfTable,
    /// `-L` without `-v`: the interfaces are hidden.
    HiddenInterfaces,
    /// Two facts contradict each other; both are kept.
    Contradiction,
    /// The paste speaks of several hosts; a walk is on one of them.
    SeveralHosts,
    /// Which of several hosts a dump is of is not known.
    WhichHost,
    /// The same table stands twice and differs; the later one is walked unless the earlier moment is chosen.
    TableTwice,
    /// A line that looks like a part of a dump and could not be read.
    BadLine,
    /// A command about a rule, a place or a chain that is not there; it changes nothing.
    NoSuchRule,
    /// Text that is not part of any dump (prose, a remark); it is not used.
    Prose,
    /// Lines here and there that are part of no dump: as many as was found.
    PassedOver,
    /// Rows of a chain that the paste leaves out.
    RowsLeftOut,
    /// Something the walk does not model was seen (IPVS, flowtables, XFRM …).
    NotModelled,
    /// There is no host of that name; the first is walked.
    NoSuchHost,
    /// The paste shows no moment of that number; the last is walked.
    NoSuchMoment,
    /// A value that the paste leaves open.
    LeftOpen,
    /// A line that iptables refuses.
    Refused,
    /// A rule tests an interface by the label of an address.
    AliasAsInterface,
    /// A character that turns the order of those behind it round, by its number: the line reads otherwise than it looks.
    TurnsText,
    /// A name in the head of a case that is not known; it is kept.
    UnknownName,
    /// A name in the head of a case that is not used yet; it is kept.
    NotUsedYet,
    /// A name stands twice in the head of a case; the later one counts.
    GivenTwice,
    /// A case in a newer form; it is read as far as it is known.
    NewerForm,
}

/// A problem and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Diagnostic {
    pub id: DiagnosticId,
    pub severity: Severity,
    pub span: Span,
    /// What was found there, in a few words of the paste.
    pub found: Text,
    /// What was expected instead, as terms of the field (`a port`, `--dport`).
    pub expected: Vec<Expected>,
    /// What to do about it.
    pub hint: Option<Hint>,
}

/// What was expected at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Expected {
    /// A word as it is to be written.
    Literal(Text),
    Address,
    /// An address, or a name whose address the paste tells; no name is looked up.
    AddressOrToldName,
    Network,
    Port,
    PortOrRange,
    Number,
    User,
    Protocol,
    Interface,
    IcmpType,
    CtState,
    AddrType,
    Mark,
    Rate,
    Target,
    Chain,
    Option,
    Text,
    EndOfLine,
    /// Any dump that the project reads.
    Dump,
    /// A packet line.
    Packet,
}

/// What a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hint {
    /// The nearest known word.
    DidYouMean(Text),
    /// Paste what this command prints.
    Paste(Text),
    /// Name a protocol first.
    NeedsProtocol,
    /// Choose a host.
    ChooseHost,
    /// Name the table that the chain is in.
    InTable {
        /// The chain.
        chain: Text,
        /// Its table.
        table: Text,
    },
}

/// What a recognised piece of the paste is, and how many of it there are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SectionKind {
    /// A table of rules.
    Table {
        family: Family,
        table: Text,
        /// How many chains.
        chains: u32,
        /// How many rules.
        rules: u32,
    },
    /// Interfaces and addresses (`ip addr`, `ifconfig`).
    Interfaces(u32),
    /// Routes (`ip route`, `route -n`).
    Routes(u32),
    /// Which packets look in which routing table (`ip rule`).
    Policy(u32),
    /// Bridges (`brctl show`, `bridge link`).
    Bridges(u32),
    /// Names of addresses (`kubectl get …`, `docker network inspect`).
    Names(u32),
    /// ipsets (`ipset save`, `ipset list`).
    Sets(u32),
    /// Flows (`conntrack -L`).
    Flows(u32),
    /// Packets that a kernel traced.
    Traces(u32),
    /// Listening sockets (`ss -l`, `netstat -l`).
    Sockets(u32),
    /// sysctls (`sysctl -a`).
    Sysctls(u32),
    /// A command line.
    Command(Text),
    /// A piece of a table that stands in full elsewhere, by the table's name.
    Excerpt(Text),
    /// A dump that is recognised and tells nothing that a walk needs, by its usual name.
    Known(Text),
    /// A dump that is recognised and not read yet, with its usual name (`nft list ruleset`).
    Unread(Text),
}

/// A recognised piece of the paste.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The host that it is of.
    pub host: HostId,
    /// What it is.
    pub kind: SectionKind,
    /// Whole lines of the paste.
    pub span: Span,
}

/// A command of the paste that is not taken as done: what it would change is shown above it, from before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The host that it is of.
    pub host: HostId,
    /// The moment whose tables stand above it, from 1.
    pub moment: u32,
    /// What it does, each as an edit is typed.
    pub commands: Vec<Text>,
    /// Its line.
    pub span: Span,
}

/// The rules of a host at one of several moments that the paste shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The host.
    pub host: HostId,
    /// All its rules then.
    pub rules: Rc<Ruleset>,
    /// The text of what is new.
    pub span: Span,
}

/// A paste, read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The hosts it speaks of; at least one once anything was recognised.
    pub hosts: Vec<Host>,
    /// What was recognised, in the order of the text.
    pub sections: Vec<Section>,
    /// What could not be read, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The commands that may be tried, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// The moments of each host whose tables stand there in several states, in their order. Its rules are those of
    /// the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moments: Vec<Moment>,
    /// The values that it leaves open, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanks: Vec<LeftOpen>,
}

/// A value that a paste leaves open, and every place of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOpen {
    /// Its name; `NAME=VALUE` among the facts fills it in.
    pub name: Text,
    /// What is to be filled in.
    pub kind: Expected,
    /// Where it stands.
    pub spans: Vec<Span>,
}

impl Reading {
    /// The host that a walk is on unless another one is chosen: the first that has rules. An empty one where
    /// nothing was recognised.
    pub fn host(&self) -> Host {
        self.hosts.first().cloned().unwrap_or_default()
    }

    /// The host of that name, or with that number, counted from 1.
    pub fn host_named(&self, name: &str) -> Option<&Host> {
        let named = self.hosts.iter().find(|h| h.name.as_deref() == Some(name));
        named.or_else(|| self.hosts.get(name.parse::<usize>().ok()?.checked_sub(1)?))
    }
}

impl Opaque {
    /// A piece that is not understood.
    pub fn new(module: Option<&str>, text: &str) -> Self {
        Self { module: module.map(Text::from), text: text.into(), blank: None }
    }
}
