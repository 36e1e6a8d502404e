//! What became of a packet: steps, a fate, and what the answer assumes.
//!
//! A verdict is a rule's word; a [`Fate`] is what became of the packet. `Accept` ends one base chain,
//! so no verdict is a fate by itself.

use crate::answering::RejectWith;
use crate::ask::Sent;
use crate::family::Family;
use crate::flow::CtDir;
use crate::host::HostId;
use crate::ids::{ChainId, OpId, RuleId};
use crate::matches::CtStates;
use crate::nft::Field;
use crate::packet::{Packet, TcpFlags};
use crate::question::{Choice, Question};
use crate::ruleset::Hook;
use crate::span::Text;
use crate::targets::MssOp;
use crate::values::Cidr;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// A fact that was not pasted and that a step assumes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Assumed {
    /// This interface holds this network or address, since a rule implies it.
    Net {
        iface: Text,
        net: Cidr,
        /// The rule that implies it.
        rule: RuleId,
    },
    /// The addresses that are known are all that this host has.
    AllAddrs,
    /// Packets to `dst` leave by `iface`, since that is where its packets come from.
    BackTheWayItCame { dst: IpAddr, iface: Text },
    /// No route is known; packets to `dst` leave by `iface`, the only likely way to other networks.
    DefaultRoute { dst: IpAddr, iface: Text },
    /// No route is known; packets to `dst` leave by `iface`, since a rule says so.
    RouteOfRule {
        dst: IpAddr,
        iface: Text,
        /// The rule that names it.
        rule: RuleId,
    },
    /// The routes that are known are all, and no route leads there.
    AllRoutes,
    /// A sysctl has its usual value.
    Sysctl {
        /// Its dotted name.
        name: Text,
        /// The value that was assumed.
        value: Text,
    },
    /// A sysctl has the value that a program sets, whose chains are there.
    SetBy {
        /// Its dotted name.
        name: Text,
        /// The value that was assumed.
        value: Text,
        /// The program.
        program: Text,
    },
    /// A table that was not pasted is empty.
    EmptyTable(Family, Text),
    /// There is no such table: a whole `iptables-save` does not have it.
    NoTable(Family, Text),
    /// Beside the listing of nft there are no rules of iptables-legacy, which it does not show.
    NoLegacy,
    /// The lists, limits and counters start fresh.
    FreshHistory(RuleId),
    /// The tables are iptables-legacy's: in INPUT, `security` comes before `nat`.
    LegacyOrder,
    /// The ICMP redirect that may go to this sender matters to no rule: it is not walked.
    NoRedirect(IpAddr),
    /// No flow of this packet was known before the first packet.
    NoFlows,
    /// No IP security is at work: the paste shows none.
    NoIpsec,
    /// This accounting object has no quota: with one, `-m nfacct` holds only above it.
    NoQuota(Text),
    /// The numbers of a flow that was pasted are not known: its packets are taken to lie in its window.
    Window,
    /// Which port of a bridge an address lies behind is not known; it does not matter to the rules here.
    BridgePort { bridge: Text, addr: IpAddr },
    /// An interface of which nothing is known is a port of this bridge, since its packet is of the bridge's network.
    Port { bridge: Text, port: Text },
    /// Bridged packets are shown to iptables (`bridge-nf-call-iptables` = 1).
    BridgeNf,
    /// The socket that `TPROXY` finds at this protocol and port is a transparent one.
    Transparent(u8, u16),
}

/// What a flow says about a packet, as `-m conntrack` sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CtView {
    /// One of INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED.
    pub state: CtStates,
    /// The direction within the flow.
    pub dir: CtDir,
    /// The flow's mark.
    pub mark: u32,
}

/// A packet and what the kernel carries beside it, at one moment of the walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketState {
    /// Its headers and payload by then.
    pub packet: Packet,
    /// `skb->mark`.
    pub mark: u32,
    /// What conntrack says, once it was asked.
    pub ct: Option<CtView>,
}

/// Where on the path a step happens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Path {
    pub hook: Hook,
    /// The incoming interface as `-i` sees it.
    pub iniface: PathIface,
    /// The outgoing interface as `-o` sees it.
    pub outiface: PathIface,
    /// The bridge port it came in by.
    pub phys_in: PathIface,
    /// The bridge port it goes out by.
    pub phys_out: PathIface,
    /// Whether it is the hook of a bridge, whose interfaces are its ports, rather than IP's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bridge: bool,
}

/// An interface of a packet at one place of its path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PathIface {
    /// There is none at that place.
    #[default]
    None,
    /// There is one, and it is not known which.
    Unknown,
    /// This one.
    Named(Text),
}

impl PathIface {
    /// The interface that something leads to: an unknown one where it has no name.
    pub fn known_or_not(name: Option<Text>) -> Self {
        name.map_or(Self::Unknown, Self::Named)
    }

    /// Its name, where there is one and it is known.
    pub fn name(&self) -> Option<&Text> {
        match self {
            Self::Named(name) => Some(name),
            Self::None | Self::Unknown => None,
        }
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }

    /// Whether it has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name().is_some_and(|own| **own == *name)
    }
}

impl From<&str> for PathIface {
    fn from(name: &str) -> Self {
        Self::Named(name.into())
    }
}

/// Why a station of the line is passed without a rule being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SkipReason {
    /// The table was not pasted and is assumed empty.
    NotPasted,
    /// The flow's translation is settled: nat is asked for a first packet only.
    NatSettled,
    /// The packet has no flow of its own that nat could translate (INVALID, UNTRACKED, RELATED).
    NatNoFlow,
    /// The answer to a question lets it pass.
    Answered,
    /// Nobody answered the question; this way of it lets the packet pass.
    Supposed,
}

/// What a rule or the kernel changed, `from` what it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Change {
    /// The source address and port.
    Src { from: (IpAddr, Option<u16>), to: (IpAddr, Option<u16>) },
    /// The destination address and port.
    Dst { from: (IpAddr, Option<u16>), to: (IpAddr, Option<u16>) },
    /// The packet's mark.
    Mark { from: u32, to: u32 },
    /// The flow's mark.
    Ctmark { from: u32, to: u32 },
    /// TTL or hop limit.
    Ttl { from: u8, to: u8 },
    /// The TOS byte.
    Tos { from: u8, to: u8 },
    /// The flags of TCP.
    Flags { from: TcpFlags, to: TcpFlags },
    /// TCP options gave way to no-operations.
    Stripped,
    /// The MSS option.
    Mss(MssOp),
    /// What NAT wrote into the packet's text, where a helper read an address there.
    Text { from: Text, to: Text },
    /// The numbers of TCP, since an earlier text became longer or shorter.
    Numbers,
    /// Another field of a header, which nft wrote.
    Field(Field),
    /// The flow is not tracked.
    Notrack,
    /// The flow's zone.
    Zone(u16),
    /// An element of a set.
    Set {
        set: Text,
        /// Added or deleted.
        added: bool,
    },
}

/// A policy rule (`ip rule`) that led to a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyHit {
    /// Its priority, the number that `ip rule` prints first.
    pub priority: u32,
    /// The number of the table that it looks up.
    pub table: u32,
}

/// How routing decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Routed {
    /// To this host.
    Local,
    /// On to another host.
    Forward {
        /// The interface; `None` where it is not known.
        iface: Option<Text>,
        /// The next hop, where it is not the destination itself.
        via: Option<IpAddr>,
        /// The policy rule that led to the route's table, where it is not one of those that every host has.
        by: Option<PolicyHit>,
    },
    /// From one port of a bridge to another.
    Bridge {
        /// The port; `None` where it is not known.
        port: Option<Text>,
    },
    /// Nowhere.
    Nowhere(RoutingDrop),
}

/// Why routing stopped a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RoutingDrop {
    /// No route leads there.
    NoRoute,
    /// This host does not forward.
    ForwardingOff,
    /// Source or destination can't be on the wire (127/8, multicast source …).
    Martian,
    /// The source is one of this host's own addresses.
    LocalSource,
    /// The way back to the source is another interface.
    RpFilter,
    /// 127/8 on the wire without `route_localnet`.
    Localnet,
    /// The source is an IPv6 address of a link, which the packet would leave.
    BeyondScope,
    /// The TTL is used up.
    Ttl,
    /// Too big for the next link, and not to be fragmented.
    Mtu,
    /// A blackhole route.
    Blackhole,
    /// An unreachable route.
    Unreachable,
    /// A prohibit route.
    Prohibit,
    /// A malformed header.
    BadHeader,
    /// Its options name the way that it is to take, and this host takes no such orders (`accept_source_route`).
    SourceRoute,
    /// A multicast or broadcast that is for nobody here.
    NotForUs,
    /// The interface by which it would come in or leave is down.
    LinkDown,
}

/// How a chain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DecidedBy {
    /// A rule gave the verdict; its number in the chain.
    Rule(u32),
    /// The policy did.
    Policy,
}

/// What happened at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The packet enters a hook.
    Hook(Arc<Path>),
    /// A table's station is passed without asking a rule.
    Skipped {
        /// Its name, as behind `-t`.
        table: Text,
        /// The base chain; `None` of a table that was not pasted.
        chain: Option<ChainId>,
        /// Why no rule of it is asked.
        why: SkipReason,
    },
    /// A base chain begins.
    Base(ChainId),
    /// The rules `first` to `last` of a chain do not match; numbers from 1.
    Tried {
        /// The chain they are in.
        chain: ChainId,
        /// The first rule.
        first: u32,
        /// The last rule.
        last: u32,
    },
    /// Every test of this rule holds. What it does follows.
    Matched(RuleId),
    /// This statement of a rule runs although a later operation may still end the rule. What it does follows.
    Acted(OpId),
    /// A rule that has acted ends at this operation and does not match.
    Broke(OpId),
    /// A jump, or a goto.
    Jumped {
        /// The chain it goes to.
        to: ChainId,
        /// Whether there is no way back to this chain.
        goto: bool,
    },
    /// A jump or a goto to a chain that let this packet back before: nothing was written since, so it does again, and
    /// its rules are not listed once more.
    Again {
        /// The chain it goes to.
        to: ChainId,
    },
    /// A called chain is left.
    Returned {
        /// The chain that is left.
        from: ChainId,
        /// The chain that goes on.
        to: ChainId,
        /// Whether by a RETURN rule rather than by the chain's end.
        by_rule: bool,
    },
    /// A base chain ends, and whether the packet goes on.
    BaseEnd {
        /// The base chain.
        chain: ChainId,
        /// The chain in which the verdict fell.
        at: ChainId,
        /// By what the chain ended.
        by: DecidedBy,
        /// Whether the packet goes on.
        accepted: bool,
    },
    /// A rule or the kernel changed something. The step's moment is the one after it.
    Changed(Change),
    /// Conntrack looked the packet up; the step's moment has the result.
    Tracked,
    /// A flow was put into the table.
    Confirmed,
    /// Conntrack put an address back without asking a rule (`un-NAT`). The step's moment is after it.
    Untranslated(Change),
    /// A fragment is kept until the rest has come.
    Reassembling,
    /// The fragments are whole again.
    Reassembled,
    /// The routing decision.
    Routed {
        /// What was decided.
        to: Routed,
        /// Whether it is the second decision, in OUTPUT.
        again: bool,
    },
    /// It leaves by lo and comes in again.
    Loop,
    /// A copy that went its own way has come to its end; what follows is about the next one, or the packet
    /// itself.
    Copied,
    /// A question splits the walk; the index into [`Outcome::choices`].
    Fork(u16),
    /// The kernel makes a packet of its own: the index into [`Outcome::replies`].
    Replied(u16),
    /// The packet's fate; always the last step.
    End,
}

/// One step of a walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What happened, and where.
    pub event: Event,
    /// How many chains deep; 0 outside of chains, 1 in a base chain.
    pub depth: u8,
    /// Index into [`Trace::moments`]: the packet after this step.
    pub moment: u32,
    /// Facts that were not pasted and that this step assumes.
    pub assumed: Vec<Assumed>,
}

/// Who stopped a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DroppedBy {
    /// This rule did.
    Rule(RuleId),
    /// The policy of this base chain did.
    Policy(ChainId),
    /// The kernel did, after the last step.
    Kernel,
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// Delivered to this host, over this interface.
    Local {
        /// The incoming interface.
        iface: Text,
        /// Whether something listens; `None` where that is not known.
        listening: Option<bool>,
    },
    /// Sent on to another host; the interface, if it is known.
    Forwarded(Option<Text>),
    /// Made here and sent; the interface, if it is known.
    Sent(Option<Text>),
    /// Sent from one bridge port to another, without a routing decision.
    Bridged(Option<Text>),
    /// Dropped by a rule or a policy; in OUTPUT the sender gets EPERM.
    Dropped(DroppedBy),
    /// Rejected by a rule. The reply, where one was sent, is in [`Outcome::replies`].
    Rejected {
        /// The rule that rejects it.
        rule: RuleId,
        /// What it sends.
        with: RejectWith,
    },
    /// Dropped by a table or a chain that was not pasted, in the branch where it drops.
    DroppedUnseen(Question),
    /// Stopped by routing.
    Routing(RoutingDrop),
    /// Handed to a program by a rule.
    Queued(RuleId),
    /// Taken out of the path by a rule (TPROXY, SYNPROXY …).
    Stolen(RuleId),
    /// The SYNPROXY of this rule took it, and answered it to both ends.
    Proxied(RuleId),
    /// The kernel refused a NAT or a reroute.
    Refused,
    /// A fragment kept until the rest comes.
    Kept,
    /// The sender's call fails before any rule is asked.
    SendError(Errno),
    /// Not for this host: another MAC address.
    NotForUs,
    /// Went round and round; the walk was stopped.
    Looped,
    /// This rule leads back into a chain that the packet is in. iptables loads no such rules; the walk was stopped.
    ChainLoop(RuleId),
    /// So many rules were tried, and the walk was stopped: what becomes of the packet is not known.
    TooLong(u32),
    /// It can't be said beyond this point.
    Undecided(Question),
}

/// An error number that a local sender gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::upper_case_acronyms)]
pub enum Errno {
    /// Operation not permitted.
    EPERM,
    /// Invalid argument.
    EINVAL,
    /// Network is unreachable.
    ENETUNREACH,
    /// No route to host.
    EHOSTUNREACH,
    /// Permission denied.
    EACCES,
    /// Message too long.
    EMSGSIZE,
}

/// One packet's walk within one outcome, flat: the index of a step is the scrubber's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The host that it walks on.
    pub host: HostId,
    /// The packet as it came in.
    pub sent: Sent,
    /// The packet and its marks at each change; [`Step::moment`] points here.
    pub moments: Vec<PacketState>,
    /// In the order in which they happened.
    pub steps: Vec<Step>,
    /// What became of it.
    pub fate: Fate,
    /// What a local sender's call returned, if not success.
    pub errno: Option<Errno>,
}

/// One way a packet's walk can end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The index of the previous packet's outcome that this one follows.
    pub from: usize,
    /// Its probability together with the branch it follows; `None` where an unknown led here.
    pub weight: Option<f64>,
    /// What was chosen on the way, for this packet alone.
    pub choices: Vec<Choice>,
    /// The packet's walk.
    pub trace: Trace,
    /// The walks of the packets that the kernel made because of it.
    pub replies: Vec<Trace>,
}

impl Outcome {
    /// How many of its choices are unlikely ones.
    pub fn unlikely(&self) -> usize {
        self.choices.iter().filter(|choice| choice.is_unlikely()).count()
    }
}

/// All ways a packet can end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// The outcomes, likeliest reading first; never empty.
    pub outcomes: Vec<Outcome>,
    /// Whether there were more than the limit, which are not shown.
    pub cut: bool,
}

impl Walk {
    /// The outcomes that the fewest unlikely choices lead to; never empty where `outcomes` is not.
    pub fn likeliest(&self) -> impl Iterator<Item = &Outcome> {
        let least = self.outcomes.iter().map(Outcome::unlikely).min();
        self.outcomes.iter().filter(move |o| Some(o.unlikely()) == least)
    }
}
