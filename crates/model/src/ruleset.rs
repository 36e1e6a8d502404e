//! Rules as arenas: a rule, a chain and a table are named by a number of four bytes.

use crate::family::Family;
use crate::ids::{ChainId, ObjectId, RuleId, SetId, TableId};
use crate::matches::Match;
use crate::nft::{Object, Set};
use crate::span::{Span, Text};
use crate::targets::Target;
use crate::values::Counters;
use serde::{Deserialize, Serialize};

/// A netfilter hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Hook {
    /// `ingress`, before everything else (netdev and inet families).
    Ingress,
    /// `prerouting`.
    Prerouting,
    /// `input`.
    Input,
    /// `forward`.
    Forward,
    /// `output`.
    Output,
    /// `postrouting`.
    Postrouting,
    /// `egress`.
    Egress,
}

impl Hook {
    /// The name of iptables' built-in chain at this hook.
    pub fn builtin(self) -> &'static str {
        match self {
            Self::Ingress => "INGRESS",
            Self::Prerouting => "PREROUTING",
            Self::Input => "INPUT",
            Self::Forward => "FORWARD",
            Self::Output => "OUTPUT",
            Self::Postrouting => "POSTROUTING",
            Self::Egress => "EGRESS",
        }
    }
}

/// Which program's tables these are; it decides details of evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Backend {
    /// iptables-legacy, or an iptables whose backend no line tells.
    #[default]
    Legacy,
    /// iptables-nft.
    IptablesNft,
    /// Native nft.
    Nft,
}

/// All rules of one host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ruleset {
    /// The tables, in the order they were pasted.
    pub tables: Vec<Table>,
    /// The chains of all tables.
    pub chains: Vec<Chain>,
    /// The rules of all chains.
    pub rules: Vec<Rule>,
    /// The sets and maps of nft, those that stand in a rule included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<Set>,
    /// The named objects of nft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// How many of the rules were there before changes were made; none where none were.
    #[serde(skip)]
    pub before_changes: Option<u32>,
}

impl Ruleset {
    /// The rules that changes did not put in, with those that these took away.
    pub fn unchanged(&self) -> &[Rule] {
        let count = self.before_changes.map_or(self.rules.len(), |count| count as usize);
        self.rules.get(..count).unwrap_or(&self.rules)
    }

    /// The table behind an id.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0 as usize]
    }

    /// The chain behind an id.
    pub fn chain(&self, id: ChainId) -> &Chain {
        &self.chains[id.0 as usize]
    }

    /// When a base chain was registered: as commands tell, else as it is listed. Of equal priorities the chain with the
    /// higher number runs first.
    pub fn registered(&self, id: ChainId) -> u32 {
        self.chain(id).base.as_ref().and_then(|base| base.registered).unwrap_or(id.0)
    }

    /// The rule behind an id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// The set behind an id.
    pub fn set(&self, id: SetId) -> &Set {
        &self.sets[id.0 as usize]
    }

    /// The object behind an id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// The table of that family and name.
    pub fn find_table(&self, family: Family, name: &str) -> Option<TableId> {
        let at = self.tables.iter().position(|t| t.family == family && &*t.name == name)?;
        Some(TableId(at as u32))
    }

    /// The chain of that name in a table.
    pub fn find_chain(&self, table: TableId, name: &str) -> Option<ChainId> {
        self.table(table).chains.iter().copied().find(|c| &*self.chain(*c).name == name)
    }
}

/// A table: a name and its chains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Table {
    pub family: Family,
    pub name: Text,
    /// Whose table it is.
    pub backend: Backend,
    /// Its chains, in the order they were pasted.
    pub chains: Vec<ChainId>,
    /// nft's `flags dormant`: none of its chains is hooked in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dormant: bool,
    /// The text it was read from.
    pub span: Span,
}

/// What a base chain does with a packet that no rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Policy {
    /// Let it go on.
    Accept,
    /// Drop it.
    Drop,
    /// The paste does not tell (a chain without a header).
    Unknown,
}

/// What a chain does, as nft's `type` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChainKind {
    /// `type filter`.
    Filter,
    /// `type nat`: asked for the first packet of a flow only.
    Nat,
    /// `type route`: a changed packet is routed anew as the chain ends.
    Route,
}

/// How a base chain is hooked in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Base {
    pub hook: Hook,
    /// Lower runs earlier; see [`crate::priority`].
    pub priority: i32,
    pub kind: ChainKind,
    pub policy: Policy,
    /// Whether a command that may have run sets the policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// The devices of an ingress or egress chain.
    pub devices: Vec<Text>,
    /// Its place in the order in which chains came to be, where commands tell it: of equal priorities the later one
    /// runs first. A listing does not tell it; there the later chain counts as the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<u32>,
}

impl Base {
    /// One that accepts, and of which nothing more is known.
    pub fn new(hook: Hook, priority: i32, kind: ChainKind) -> Self {
        Self {
            hook,
            priority,
            kind,
            policy: Policy::Accept,
            doubted: false,
            devices: Vec::new(),
            registered: None,
        }
    }
}

/// A chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Chain {
    pub table: TableId,
    pub name: Text,
    /// How it is hooked in; `None` for a chain that rules jump to.
    pub base: Option<Base>,
    /// Its rules in order.
    pub rules: Vec<RuleId>,
    /// The policy's counters.
    pub counters: Option<Counters>,
    /// How many rules jump to it, as `iptables -L` prints it.
    pub references: Option<u32>,
    /// Whether the paste shows the chain itself, or only rules that jump to it.
    pub declared: bool,
    /// The text of its header.
    pub span: Span,
}

impl Chain {
    /// What the names begin with that chains without a name get (`jump { … }` of nft), as in the kernel.
    pub const NAMELESS: &str = "__chain";

    /// One without rules, that no text shows.
    pub fn new(table: TableId, name: Text, base: Option<Base>) -> Self {
        let (rules, counters, span) = (Vec::new(), None, Span::default());
        Self { table, name, base, rules, counters, references: None, declared: true, span }
    }
}

/// A rule: operations in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Rule {
    pub chain: ChainId,
    /// Its position in the chain, from 1.
    pub number: u32,
    /// What it tests and does, in the kernel's order.
    pub ops: Vec<Op>,
    pub counters: Option<Counters>,
    /// Its comment, from `-m comment` or nft's `comment`.
    pub comment: Option<Text>,
    /// nft's `handle`, where the listing has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<u64>,
    /// The text it was read from, one line.
    pub span: Span,
}

impl Rule {
    /// The module of a target that stands for rules which the paste leaves out.
    pub const LEFT_OUT: &'static str = "left out";

    /// One of which nothing was counted.
    pub fn new(chain: ChainId, number: u32, ops: Vec<Op>, span: Span) -> Self {
        Self { chain, number, ops, counters: None, comment: None, handle: None, span }
    }

    /// Whether it stands for rules that the paste leaves out.
    pub fn is_left_out(&self) -> bool {
        self.ops.iter().any(|op| match &op.what {
            OpKind::Target(Target::Opaque(o)) => o.module.as_deref() == Some(Self::LEFT_OUT),
            _ => false,
        })
    }
}

/// One operation of a rule and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Op {
    /// What it is.
    pub what: OpKind,
    /// The text it was read from.
    pub span: Span,
}

/// One operation of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OpKind {
    /// A test; the rule goes on only if it holds.
    Match(Match),
    /// A statement or a target.
    Target(Target),
}
