//! The finished pieces of the page, as every door gets them: plain data, texts in the reader's language.

use chainwalk_model::{ChainId, HostId, RuleId, Span};
use serde::{Deserialize, Serialize};

/// A language of the catalogues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 简体中文.
    Zh,
}

impl Lang {
    /// Each by the word that chooses it.
    pub const WORDS: [(&str, Self); 2] = [("en", Self::En), ("zh", Self::Zh)];

    /// The word that chooses it.
    pub fn word(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// The colours of a picture that stands by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Colours {
    /// Light or dark, as the reader has it.
    #[default]
    Both,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A piece of a sentence and how it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Run {
    pub text: String,
    /// How it is set.
    pub style: Style,
}

/// How a run of text is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// As the text around it.
    #[default]
    Plain,
    /// Emphasised.
    Strong,
    /// As code: an address, a chain, an option.
    Code,
    /// A value that NAT or a mark target wrote.
    Rewritten,
    /// The word of a stop.
    Stop,
    /// The word of a good end.
    Ok,
}

/// A sentence as runs.
pub type Sentence = Vec<Run>;

/// What a fate looks like; it picks colour and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tone {
    /// Delivered or sent on.
    Ok,
    /// Dropped, rejected, not routed.
    Stop,
    /// It depends on something.
    Depends,
    /// Nothing to say yet: nothing pasted, or nothing asked.
    Idle,
}

/// The answer first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Banner {
    /// Its colour and shape.
    pub tone: Tone,
    /// One line in the user's terms (`Rejected. curl prints No route to host`).
    pub headline: Sentence,
    /// One line that says where and why.
    pub detail: Sentence,
    /// What it assumes, and what the counters say.
    pub evidence: Vec<Evidence>,
}

/// A line of evidence beside the banner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Evidence {
    /// Whether it is certain (a tick) or a guess (a half-filled disc).
    pub certain: bool,
    pub text: Sentence,
    /// Answers in one click, where it is a question: a label, and the assumption it stands for in the words
    /// of `chainwalk --assume`.
    pub answers: Vec<(String, String)>,
    /// Lines of the paste that say so, where it is good to look at them.
    pub span: Option<Span>,
    /// The outcome that it speaks of, where that is another than the one followed.
    pub follow: Option<usize>,
}

impl Evidence {
    /// A line that asks nothing.
    pub(crate) fn new(certain: bool, text: Sentence) -> Self {
        Self { certain, text, answers: Vec::new(), span: None, follow: None }
    }
}

/// A recognised piece of the paste, as a chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chip {
    /// Its bold word (`filter`).
    pub name: String,
    /// What it holds (`7 chains · 16 rules`).
    pub detail: String,
    /// Its CSS class: `filter`, `nat`, `mangle`, `raw`, `security`, `host`, `unread`.
    pub class: String,
    /// Where it stands.
    pub span: Span,
    /// The host that it is of.
    pub host: HostId,
}

/// What a kernel's trace says of the walk that is shown, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// How it stands to the walk as a whole, in a line.
    pub text: Sentence,
    /// Whether nothing in it says otherwise.
    pub agrees: bool,
    /// The outcome that it shows, where it contradicts the one followed and agrees with another.
    pub follow: Option<usize>,
    /// The steps that it speaks of.
    pub steps: Vec<OverlayStep>,
    /// The lines of the trace.
    pub span: Span,
}

/// What a trace says of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlayStep {
    /// The step of the walk, as an index into the trace's steps.
    pub at: usize,
    /// The rule, where the step is one that matched.
    pub rule: Option<RuleId>,
    /// The lines of the paste that the step comes from.
    pub of: Option<Span>,
    /// How the trace stands to it.
    pub standing: TraceAgreement,
    /// What the trace has there instead, where it contradicts.
    pub instead: String,
    /// The line of the trace.
    pub span: Option<Span>,
}

/// How a kernel's trace stands to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraceAgreement {
    /// It shows the same.
    Confirmed,
    /// It shows something else in its place.
    Contradicted,
    /// It does not show it.
    NotSeen,
}

/// One of the hosts that a paste speaks of, as a chip to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostChip {
    /// What chooses it: its name, or its number from 1 where it has none.
    pub id: String,
    /// Its name as shown.
    pub name: String,
    /// What is known of it (`3 tables · 2 interfaces`).
    pub detail: String,
    /// Whether the walk is on it.
    pub chosen: bool,
}

/// A fact of this host, as a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FactRow {
    /// What it is about (`eth0`, `default`, `forward`).
    pub name: String,
    pub value: String,
    /// Where it comes from (`line 86`, `guess`, `said`).
    pub source: String,
    /// Whether it is a guess.
    pub guess: bool,
    /// Where it was read, if it was.
    pub span: Option<Span>,
    /// The assumption that would state it, in the words of `chainwalk --assume`, for editing.
    pub assume: Option<String>,
}

/// A diagnostic, as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `error`, `warning` or `note`.
    pub class: String,
    /// What is wrong and what was expected, one sentence.
    pub text: String,
    /// What to do about it, if anything.
    pub hint: Option<String>,
    /// Where.
    pub span: Span,
}

/// One row of the walk list. Rows nest by `depth`: a base chain's heading is 0, its rules 1, and so on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Row {
    pub kind: RowKind,
    /// How deep it stands.
    pub depth: u8,
    /// The step this row belongs to, as an index into the flattened steps of [`Timeline`]; rows with a step
    /// larger than the current one are "ahead".
    pub step: usize,
    /// The rule numbers (`5`, `1–4`), if it is about rules.
    pub number: String,
    /// The first line.
    pub text: Sentence,
    /// The second line: the reason.
    pub reason: Sentence,
    /// What stands at the right edge (`state NEW`).
    pub aside: String,
    pub mark: Mark,
    /// The lines of the paste it comes from.
    pub span: Option<Span>,
    /// The table, as CSS class, for headings.
    pub class: String,
    /// The branches, for a fork.
    pub branches: Vec<BranchCard>,
    /// What can be done about its rule, or at this end of a chain.
    pub tools: Option<RuleTools>,
    /// The rules it is about, to be opened with [`crate::rule_cards`].
    pub rules: Option<RuleRange>,
    /// What a kernel's trace says of it, where one shows this packet.
    pub seen: Option<RowSeen>,
}

/// What a kernel's trace says of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowSeen {
    /// How it stands to it.
    pub standing: TraceAgreement,
    /// The same in words; where it contradicts, with what it has there.
    pub text: String,
    /// Its line in the paste.
    pub span: Option<Span>,
}

/// Neighbouring rules of a chain, as a packet met them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RuleRange {
    /// The packet that the kernel made, where it is not the packet shown itself.
    pub reply: Option<usize>,
    /// The step of that packet's trace.
    pub step: usize,
    pub chain: ChainId,
    /// The first rule's number.
    pub first: u32,
    /// The last rule's number.
    pub last: u32,
}

/// A rule opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RuleCard {
    pub rule: RuleId,
    /// Its number in its chain, from 1.
    pub number: u32,
    /// What it asks for, in a line.
    pub text: Sentence,
    /// Its conditions in the rule's order.
    pub conditions: Vec<Condition>,
    /// What it does with a packet that matches.
    pub does: Sentence,
    /// What its counter says; empty where none was pasted.
    pub counters: String,
    /// Its comment; may be empty.
    pub comment: String,
    /// Its lines in the paste.
    pub span: Span,
    /// What can be done about it.
    pub tools: Option<RuleTools>,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Whether it holds; [`Mark::None`] where the kernel did not get so far.
    pub mark: Mark,
    /// What is asked for (`dport 22`).
    pub text: String,
    /// What the packet has there; may be empty.
    pub has: String,
}

/// What can be done about one rule, or at the end of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleTools {
    /// The command that takes the rule away; empty at the end of a chain.
    pub without: String,
    /// The beginning of the command that puts a rule in here.
    pub insert: String,
    /// Why the rule can never match; empty where it can.
    pub shadow: Sentence,
}

/// A packet worth sending, from what the rules and the host say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Its line for the packet field.
    pub line: String,
    /// What it is about (`Service default/web:http`).
    pub about: String,
}

/// The fields of a packet, as a form shows them. All are text as it is typed; empty is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PacketForm {
    /// The program or protocol that the line begins with.
    pub verb: String,
    /// Source address or name.
    pub src: String,
    pub sport: String,
    /// Destination address or name.
    pub dst: String,
    pub dport: String,
    /// The interface it arrives at; empty where this host sends it or it was not said.
    pub iface: String,
    /// Whether it arrives from outside.
    pub outside: bool,
    /// TCP flags in lower case, parted by blanks.
    pub flags: String,
    pub icmp: String,
    /// TTL or hop limit.
    pub ttl: String,
    /// The mark of a local sender.
    pub mark: String,
    /// What the form has no field for, as it stands in the line.
    pub rest: String,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowKind {
    /// A table at a hook begins (`nat PREROUTING`).
    Base,
    /// A called chain begins.
    Chain,
    /// A rule that matched.
    Rule,
    /// Rules that did not match.
    Range,
    /// A fork.
    Fork,
    /// Something between the tables: conntrack, routing, un-NAT, a loop over lo.
    Kernel,
    /// A policy decided.
    Policy,
    /// A packet the kernel made begins its own walk.
    Reply,
    /// The fate.
    Fate,
}

impl RowKind {
    /// Its name in a page's classes and in a recording.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Chain => "chain",
            Self::Rule => "rule",
            Self::Range => "range",
            Self::Fork => "fork",
            Self::Kernel => "kernel",
            Self::Policy => "policy",
            Self::Reply => "reply",
            Self::Fate => "fate",
        }
    }
}

/// A row's mark at its right edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// None.
    None,
    /// It matched or went on.
    Yes,
    /// It did not match.
    No,
    /// It stopped the packet.
    Stop,
    /// Chance.
    Half,
    /// Unknown.
    Unknown,
}

/// One way out of a fork.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BranchCard {
    /// The outcome it leads to, as an index into the packet's outcomes; of no use where it was not walked.
    pub outcome: usize,
    /// What is different in it (`172.18.0.6:80`, `eth0 holds 172.17.0.2`).
    pub label: String,
    /// A smaller second line (`KUBE-SEP-EV6E…`).
    pub name: String,
    /// Its weight (`33.3%`), or empty where unknown.
    pub weight: String,
    /// Its fate in a few words (`rejected, FORWARD 6`).
    pub fate: String,
    /// The fate's tone; [`Tone::Idle`] where it stands for ways that were not walked.
    pub tone: Tone,
    /// Whether it is the one followed.
    pub followed: bool,
}

impl BranchCard {
    /// Whether it leads to an outcome.
    pub fn is_walked(&self) -> bool {
        self.tone != Tone::Idle
    }
}

/// The scrubber: one lane a packet, one cell a rule or a station.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The lanes: the packet, then the packets the kernel made because of it.
    pub lanes: Vec<Lane>,
    /// How many stops there are; a stop is what "step" steps by, and what every `step` field counts.
    pub stops: usize,
    /// For each stop one short sentence for the live region.
    pub narration: Vec<String>,
    /// For each stop the lines of the paste it comes from.
    pub spans: Vec<Option<Span>>,
    /// For each stop whether a hook begins there, for stepping by hook.
    pub hooks: Vec<bool>,
    /// For each stop whether rules are tried there that do not match.
    pub misses: Vec<bool>,
}

/// A lane of the scrubber.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Its name (`SYN`, `ICMP`); with its number, where several packets were sent.
    pub name: String,
    /// The packet it is of, where that is not the one shown; its stops are not among the timeline's.
    pub other: Option<usize>,
    /// Its cells in order.
    pub cells: Vec<Cell>,
}

/// A cell of the scrubber.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The stop it stands for.
    pub step: usize,
    /// The text in it (a rule number), or empty for a station.
    pub label: String,
    /// The symbol in it where there is no text, an id of the page's sprite; may be empty.
    pub icon: String,
    /// The heading above it where a group begins (`KUBE-SERVICES`).
    pub group: Option<String>,
    /// Its table as CSS class, or `route`, `fork`, `fate`.
    pub class: String,
    /// Whether the rule matched.
    pub hit: bool,
    /// Whether the packet ended here.
    pub stop: bool,
}
