//! Statements that iptables has no target for.

use super::expr::{Expr, Stateful, is_carried};
use super::fields::Field;
use crate::answering::{RejectWith, Synproxy};
use crate::family::Family;
use crate::ids::{ObjectId, SetId};
use crate::span::Text;
use crate::values::Counters;
use serde::{Deserialize, Serialize};

/// What a statement does to the elements of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum UpdateOp {
    Add,
    Update,
    Delete,
}

/// What a statement translates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum NatKind {
    Snat,
    Dnat,
    Masquerade,
    Redirect,
}

/// A statement of native nft that iptables has no target for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Statement {
    /// `counter`.
    Counter {
        /// What it has counted, where it is the rule's own.
        counters: Option<Counters>,
        /// The named counter.
        object: Option<ObjectId>,
    },
    /// `meta mark set 1`, `ip dscp set cs1`, `ct mark set meta mark`.
    Set {
        /// What is written.
        field: Field,
        /// The value.
        value: Expr,
    },
    /// `continue`.
    Continue,
    /// `tcp dport vmap @m`.
    VerdictMap {
        /// What is looked up.
        key: Expr,
        /// The map.
        map: SetId,
    },
    /// `add @s { … }`, `update @s { … }`, `delete @s { … }`, and `meter`.
    Update {
        /// What is done.
        how: UpdateOp,
        /// The set or map.
        set: SetId,
        /// The element's key.
        key: Expr,
        /// What a map holds for it then.
        data: Option<Expr>,
        /// The element's own timeout in milliseconds.
        timeout_ms: Option<u64>,
        /// What the element keeps; the rule goes on only if all hold.
        stateful: Vec<Stateful>,
    },
    /// `reject with icmpx no-route` or `host-unreachable`, which are one of iptables' kinds in each family.
    Reject {
        /// To IPv4.
        ip: RejectWith,
        /// To IPv6.
        ip6: RejectWith,
    },
    /// NAT to what a map or another expression says.
    Nat {
        /// What is translated.
        kind: NatKind,
        /// The family of the address: packets of another are left alone.
        family: Option<Family>,
        /// The address.
        addr: Option<NatOperand>,
        /// The port.
        port: Option<NatOperand>,
        /// Whether the address's expression gives address and port.
        with_port: bool,
        /// `prefix`: only the bits of the network are replaced, which all addresses of the operand have in common.
        prefix: bool,
        /// `random`.
        random: bool,
        /// `fully-random`.
        fully_random: bool,
        /// `persistent`.
        persistent: bool,
    },
    /// `tproxy to ADDR:PORT`.
    Tproxy {
        /// The address; the incoming interface's first one where it is not given.
        addr: Option<u128>,
        /// The port; the packet's own where it is not given.
        port: Option<u16>,
        /// The family that is named, or that the address is of.
        family: Option<Family>,
    },
    /// `synproxy`.
    Synproxy(Synproxy),
    /// `dup to ADDR device DEV`.
    Dup {
        /// Where the copy goes; in netdev only the device is given.
        to: Option<u128>,
        /// By which interface.
        device: Option<Text>,
    },
    /// `fwd to DEV`: the packet leaves by another interface, past all of netfilter.
    Fwd {
        /// The interface.
        device: Text,
    },
    /// `flow add @f`: the flow's later packets go past the chains.
    Flow(Text),
    /// `ct helper set "h"`, `ct timeout set`, `ct expectation set`.
    Assign(ObjectId),
    /// `meta nftrace set 1` and other things that change nothing for the packet, as written.
    Invisible(Text),
}

impl Statement {
    /// Its first word, as `man nft` has it.
    pub fn name(&self) -> &str {
        match self {
            Self::Counter { .. } => "counter",
            Self::Set { .. } => "set",
            Self::Continue => "continue",
            Self::VerdictMap { .. } => "vmap",
            Self::Update { how: UpdateOp::Add, .. } => "add",
            Self::Update { how: UpdateOp::Update, .. } => "update",
            Self::Update { how: UpdateOp::Delete, .. } => "delete",
            Self::Nat { kind: NatKind::Snat, .. } => "snat",
            Self::Nat { kind: NatKind::Dnat, .. } => "dnat",
            Self::Nat { kind: NatKind::Masquerade, .. } => "masquerade",
            Self::Nat { kind: NatKind::Redirect, .. } => "redirect",
            Self::Reject { .. } => "reject",
            Self::Tproxy { .. } => "tproxy",
            Self::Synproxy(_) => "synproxy",
            Self::Dup { .. } => "dup",
            Self::Fwd { .. } => "fwd",
            Self::Flow(_) => "flow add",
            Self::Assign(_) => "ct set",
            Self::Invisible(text) => text,
        }
    }

    /// Whether the rule, or the chain, goes on behind it whatever comes of it.
    pub fn continues(&self) -> bool {
        !matches!(
            self,
            Self::VerdictMap { .. }
                | Self::Nat { .. }
                | Self::Reject { .. }
                | Self::Tproxy { .. }
                | Self::Synproxy(_)
                | Self::Fwd { .. }
        )
    }

    /// Whether it changes nothing that a rule, a flow or a route could see.
    pub fn is_invisible(&self) -> bool {
        matches!(self, Self::Counter { .. } | Self::Continue | Self::Flow(_) | Self::Invisible(_))
    }

    /// Whether its rule may end at it as if a condition failed: a map without the key, a full set, a field that the
    /// packet lacks.
    pub fn can_break(&self) -> bool {
        match self {
            // What a header's field is written into has to be there.
            Self::VerdictMap { .. }
            | Self::Update { .. }
            | Self::Tproxy { .. }
            | Self::Set { field: Field::Header(_), .. } => true,
            Self::Set { value, .. } => value.can_lack(),
            Self::Nat { addr, port, .. } => [addr, port].into_iter().flatten().any(|o| match o {
                NatOperand::Range(..) => false,
                NatOperand::Expr(e) => e.can_lack(),
            }),
            _ => false,
        }
    }
}

impl Statement {
    /// Whether it looks at what flows have carried.
    pub fn counts_flows(&self) -> bool {
        match self {
            Self::Set { value: expr, .. }
            | Self::VerdictMap { key: expr, .. }
            | Self::Update { key: expr, .. } => expr.any_ct(&is_carried),
            _ => false,
        }
    }

    /// Whether it looks at a flow or changes one, so that loading it turns conntrack on.
    pub fn needs_conntrack(&self) -> bool {
        let any = |e: &Expr| e.any_ct(&|_| true);
        match self {
            Self::Set { field: Field::Ct(..), .. }
            | Self::Nat { .. }
            | Self::Synproxy(_)
            | Self::Flow(_)
            | Self::Assign(_) => true,
            Self::Set { value: expr, .. } | Self::VerdictMap { key: expr, .. } => any(expr),
            Self::Update { key, data, stateful, .. } => {
                any(key)
                    || data.as_ref().is_some_and(any)
                    || stateful.iter().any(|s| matches!(s, Stateful::Count { .. }))
            }
            _ => false,
        }
    }
}

/// An address or a port that NAT takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NatOperand {
    /// One of these.
    Range(u128, u128),
    /// What an expression says.
    Expr(Expr),
}
