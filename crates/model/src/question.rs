//! What is not known and decides, and the ways in which it may be answered.

use crate::family::Family;
use crate::ids::{ChainId, OpId, RuleId};
use crate::ruleset::Hook;
use crate::span::Text;
use crate::values::Cidr;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Whether a test holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It holds with this probability, 0 to 1.
    Chance(f64),
    /// It can't be known, and this would decide.
    Unknown(Question),
}

/// Something that is not known and decides. A question is answered once for a whole world: the walk splits
/// on it, and later packets of that branch keep the answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Is this an address of this host?
    LocalAddr(IpAddr),
    /// Where is this address routed to?
    Route(IpAddr),
    /// Do packets to this address leave by this interface, or by one whose name begins so (`ppp+`)?
    LeavesBy(IpAddr, Text),
    /// What does a table do that was not pasted?
    Table(Family, Text),
    /// What does a chain do that its table's paste does not show?
    Chain(Family, Text, Text),
    /// What is the policy of this chain?
    Policy(ChainId),
    /// Does a piece of a rule that is not understood hold?
    Opaque(OpId),
    /// Do the interfaces that the listing hides fit?
    HiddenInterfaces(RuleId),
    /// Does a test hold whose past is not known (`recent`, `limit`, a set's counters …)?
    History(OpId),
    /// Does a test hold that depends on a fact that is not known (an owner, a device group, a clock …)?
    Fact(OpId),
    /// What are the elements of this ipset?
    Set(Text),
    /// Does this random test hold this time? It is asked anew each time.
    Random(OpId),
    /// Which address does this NAT rule choose? It is asked anew each time.
    NatChoice(RuleId),
    /// Which port does the kernel draw for a flow: where this NAT rule gives it a known address, or where no rule
    /// translates it and its own port is taken? It is asked anew each time.
    PortChoice(Option<RuleId>),
    /// Which of the next hops of a route do packets of a flow take?
    NextHop(HopChoice),
    /// Does something listen on this host at that protocol and port?
    Socket(u8, u16),
    /// What do rules do that were pasted in a form that is not read, by the dump's usual name?
    Unread(Text),
    /// Does something outside netfilter that is not modelled take this packet, by its usual name?
    Beside(Text),
    /// Is this value of a packet the one that the paste leaves open by this name?
    Blank(Text, Text),
    /// Which of several equal base chains runs first?
    Order(ChainId, ChainId),
    /// Does the packet of this number, from 0, come within a tick of the kernel's clock of the one before it?
    Soon(u32),
    /// Does the built-in chain of this hook, which was not pasted, lead to this chain, which was?
    Jump(ChainId, Hook),
}

/// One of the ways a question was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It holds, it is so; for a table or chain: it lets the packet pass unchanged.
    Yes,
    /// It does not; for a table or chain: it drops the packet.
    No,
    /// It does something that can't be said: the walk ends undecided.
    Else,
    /// This one of several, counted from 0.
    Nth(u16),
}

/// What the kernel's hash chooses a next hop by, as far as the packet differs in it: packets that are equal in it
/// take the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct HopChoice {
    /// The network of the route.
    pub net: Cidr,
    pub table: u32,
    /// Source; `None` where it follows from the hop.
    pub src: Option<IpAddr>,
    pub dst: Option<IpAddr>,
    pub proto: Option<u8>,
    /// Source and destination port.
    pub ports: Option<(u16, u16)>,
    /// IPv6's flow label.
    pub label: Option<u32>,
}

/// One choice that led into a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What was asked.
    pub question: Question,
    /// How it was answered here.
    pub answer: Answer,
    /// The probability of this answer, where it is a chance and not unknown.
    pub weight: Option<f64>,
    /// Whether it is far likelier than the others, or one of those, where something tells.
    pub likelihood: Option<Likelihood>,
}

impl Choice {
    /// Whether something tells that another answer is far likelier.
    pub fn is_unlikely(&self) -> bool {
        self.likelihood.as_ref().is_some_and(|likelihood| !likelihood.likely)
    }
}

/// How an answer stands beside the others to the same question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likelihood {
    /// Whether it is the likely one.
    pub likely: bool,
    /// What makes the likely one so.
    pub why: Likely,
}

/// What makes one answer to a question far likelier than the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Likely {
    /// This rule says so.
    Rule(RuleId),
    /// Nothing in the paste names the address as this host's.
    Unspoken,
    /// The address is a public one, and its packet comes from a private network.
    Outbound,
    /// The rules pasted are about what is for this host.
    AskedOfInput,
    /// The rules pasted are about what passes through.
    AskedOfForward,
    /// The packet comes from the address's own network.
    Neighbour,
    /// A table or chain that nobody wrote a rule for is empty, and lets everything pass.
    Usual,
    /// A rule that accepts everything before others is one for `lo`.
    LoFirst,
    /// A rule with conditions of its own seldom asks for an interface too.
    Conditions,
    /// A socket is bound to an address of its own host.
    OwnSocket,
    /// The name of the chain, or what it tests.
    ChainName,
    /// What is shown of a chain was picked out as what matters.
    Picked,
    /// A line of a pasted log shows that the packet came further.
    Logged,
}
