//! Changes to a host as commands make them, what a search for them finds, and rules that never match.

use crate::ask::{PacketSpec, Sent};
use crate::family::Family;
use crate::host::{Assumption, Host, Interface, IpSet, PolicyRule, Route};
use crate::ids::{ChainId, RuleId};
use crate::matches::CtStates;
use crate::nft::Set;
use crate::ruleset::{Op, Policy};
use crate::span::{Span, Text};
use crate::trace::{Trace, Walk};
use crate::trip::TripEnd;
use crate::values::AddrMask;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One change to a host: what one command does.
///
/// Chains that a rule jumps to are named by the ids of the host it is made for. Ids stay what they are when
/// an edit is applied: new chains and rules are put behind the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Edit {
    /// A command of iptables about one chain.
    Chain {
        /// The family, IPv4 or IPv6.
        family: Family,
        table: Text,
        chain: Text,
        /// What is done to it.
        change: ChainEdit,
    },
    /// A fact is added: `sysctl -w`, `ip address add`, `ip route add`, `ip rule add`.
    Fact(Assumption),
    /// `ip route del`: every route to that destination in that table, by that way where one is named.
    DeleteRoute(Route),
    /// Another command about the host beside its rules: `ip link`, `brctl`, `ipset`.
    Host {
        /// The command.
        command: Text,
        /// What is there behind it.
        after: Box<Surroundings>,
    },
}

/// What a host has around its rules that commands change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Surroundings {
    pub interfaces: Vec<Interface>,
    pub routes: Vec<Route>,
    pub policy: Vec<PolicyRule>,
    pub sets: Vec<IpSet>,
}

impl Surroundings {
    /// Those of a host.
    pub fn of(host: &Host) -> Self {
        let (interfaces, routes) = (host.interfaces.clone(), host.routes.clone());
        Self { interfaces, routes, policy: host.policy.clone(), sets: host.sets.clone() }
    }
}

/// What is done to a chain. Numbers of rules count from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ChainEdit {
    /// `-A`: several where a source or destination names several.
    Append(Vec<NewRule>),
    /// `-I`.
    Insert {
        /// The place of the first of them.
        number: u32,
        rules: Vec<NewRule>,
    },
    /// `-R`.
    Replace {
        /// The rule that goes.
        number: u32,
        /// The rule that takes its place.
        rule: NewRule,
    },
    /// `-D`.
    Delete {
        /// The rule that goes.
        number: u32,
    },
    /// `-P`.
    Policy(Policy),
    /// `-F`.
    Flush,
    /// `-N`.
    Create,
}

/// A rule that is not in a chain yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRule {
    /// What it tests and does.
    pub ops: Vec<Op>,
    /// Its `--comment`, if it has one.
    pub comment: Option<Text>,
    /// The text it was read from.
    pub span: Span,
    /// The sets that stand in it between braces: they come behind those of the host that it is made for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<Set>,
}

/// What a search for changes is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Goal {
    /// The packet gets where it is going, and so does its reply where there is one to walk.
    Through,
    /// The packet is stopped.
    Stopped,
}

/// By what a proposed change selects packets; a smaller one comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Selectivity {
    /// From this source to this destination and port.
    Flow,
    /// To this destination and port, from anywhere.
    Service,
    /// By what a set holds.
    Element,
    /// What belongs to a flow that was let in.
    State,
    /// A rule that is there is corrected where it missed the packet by little.
    NearMiss,
    /// A rule that is there is put before the one that hides it.
    Earlier,
    /// By the packet's mark.
    Mark,
    /// What a DNAT rule sent elsewhere.
    Dnat,
    /// From this source, whatever it asks for.
    Source,
    /// By the interfaces.
    Interfaces,
    /// A setting of the host or a route.
    Setting,
    /// A rule is taken away.
    Rule,
    /// A policy is turned round.
    Policy,
}

/// How a probe differs from the packet that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProbeKind {
    /// A neighbour of the source.
    NearSource,
    /// A source of another network.
    FarSource,
    /// Another interface.
    Interface,
    /// Another destination port.
    Port,
    /// A neighbour of the destination.
    Destination,
    /// Straight to where DNAT sent the packet, and to another port there.
    Behind,
    /// Another protocol.
    Protocol,
    /// A packet in the midst of a connection that nobody opened.
    MidFlow,
    /// The same connection, begun by the other end.
    Opposite,
}

impl ProbeKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NearSource,
        Self::FarSource,
        Self::Interface,
        Self::Port,
        Self::Destination,
        Self::Behind,
        Self::Protocol,
        Self::MidFlow,
        Self::Opposite,
    ];
}

/// A packet like the one asked for but in one thing, before and after a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// In what it differs.
    pub vary: ProbeKind,
    /// As it is sent, before the change and after.
    pub sent: Sent,
    /// Whether it got through without the change; `None` where that is not known.
    pub before: Option<bool>,
    /// Whether it gets through with the change; `None` where that is not known.
    pub after: Option<bool>,
}

/// A change that reaches what was wanted, as the engine saw it happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The changes, in the order they are made.
    pub edits: Vec<Edit>,
    /// How they select packets.
    pub grain: Selectivity,
    /// The packet's walk with them.
    pub walk: Walk,
    /// Whether its reply was walked too, and gets back.
    pub replied: bool,
    /// Whether it holds in every branch; `false` where one ends in something unknown.
    pub certain: bool,
    /// What else changes its fate, and what does not.
    pub probes: Vec<Probe>,
}

/// What a search for changes found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// What was wanted.
    pub want: Goal,
    /// The proposals: fewest changes first, then the narrowest; to undo a rule or a policy counts twice.
    pub proposals: Vec<Proposal>,
    /// The packet already does what is wanted, but its reply is stopped: the reply's walk.
    pub reply: Option<Box<Trace>>,
    /// The packet already gets where it is going, but no answer finds the way back: how that ends.
    pub lost: Option<TripEnd>,
    /// What was asked to be walked: the packets up to the one in question, and its reply.
    pub asks: Vec<PacketSpec>,
    /// Whether the search ended at its limit.
    pub cut: bool,
}

/// Why a rule can never match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shadow {
    /// This earlier rule of its chain takes every packet that it would match.
    Behind(RuleId),
    /// Nothing that can be reached jumps to its chain.
    Unreached(ChainId),
}

/// By what little a rule misses a packet that it would have let on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slip {
    /// The source, or the destination, lies just beyond what the mask holds.
    Mask {
        /// Whether it is the source.
        src: bool,
        /// What is written.
        net: AddrMask,
    },
    /// The destination is the one from before a translation.
    Address {
        /// What it is when the rule is asked.
        now: IpAddr,
    },
    /// The destination port is the one from before a translation.
    Port {
        /// What was asked for at first.
        was: u16,
        /// What it is when the rule is asked.
        now: u16,
    },
    /// No interface has the name that is written.
    Iface {
        /// Whether it is the one it comes in by.
        comes: bool,
        /// What is written.
        name: Text,
        /// The interface that the packet has there.
        has: Text,
    },
    /// Source and destination are written the wrong way round.
    Ends,
    /// The ports of source and destination are.
    Ports,
    /// The interfaces are.
    Ifaces,
    /// The packet's state is left out.
    State {
        /// The states that are written.
        wanted: CtStates,
        /// The packet's.
        has: CtStates,
    },
}
