//! Expressions, and the conditions that are made of them.

use super::fields::{CtKey, Field, Meta};
use super::headers::Needs;
use super::value::{CmpOp, Pattern, Value};
use crate::ids::{ObjectId, SetId};
use crate::values::Counters;
use serde::{Deserialize, Serialize};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expr {
    /// A constant.
    Value(Value),
    /// A field of the packet, or of what the kernel knows of it.
    Field(Field),
    /// Several values side by side (`ip saddr . tcp dport`).
    Concat(Vec<Expr>),
    /// `(of & and) ^ xor`, which every `and`, `or`, `xor` with constants comes to.
    Bits {
        /// What is changed.
        of: Box<Expr>,
        /// The bits that stay.
        and: u128,
        /// The bits that are turned round then.
        xor: u128,
    },
    /// `of << by`, or `of >> -by`.
    Shift {
        /// What is shifted.
        of: Box<Expr>,
        /// By how many bits, to the left.
        by: i16,
    },
    /// What a map holds for a key (`tcp dport map @m`).
    Map {
        /// The key.
        key: Box<Expr>,
        /// The map.
        map: SetId,
    },
    /// `numgen`.
    Numgen {
        /// `random` rather than `inc`.
        random: bool,
        /// `mod`.
        modulus: u32,
        /// `offset`.
        offset: u32,
    },
    /// `jhash`.
    Jhash {
        /// What is hashed.
        of: Box<Expr>,
        /// `mod`.
        modulus: u32,
        /// `seed`; without it the kernel takes one of its own.
        seed: Option<u32>,
        /// `offset`.
        offset: u32,
    },
    /// `symhash`.
    Symhash {
        /// `mod`.
        modulus: u32,
        /// `offset`.
        offset: u32,
    },
}

/// A test of native nft.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// A value compared with a constant (`tcp dport 22`, `meta mark & 0xff != 1`).
    Compare {
        /// What is looked at.
        left: Expr,
        /// How it is compared.
        op: CmpOp,
        /// With what; of bits it is one number.
        right: Pattern,
    },
    /// A value looked up in a set (`ip saddr @banned`, `tcp dport { 22, 80 }`).
    Lookup {
        /// What is looked up.
        key: Expr,
        /// The set, named or not.
        set: SetId,
        /// `!=`.
        not: bool,
    },
    /// `exists` or `missing`.
    Exists {
        /// A header, an option or a route.
        field: Field,
        /// `exists` rather than `missing`.
        exists: bool,
    },
    /// `limit`, `quota` or `ct count` in the rule itself.
    Stateful(Stateful),
    /// `limit name "l"`, `quota name "q"`.
    Named(ObjectId),
    /// `limit name ip saddr map @m`: which object is asked hangs on the packet, and without one the rule ends.
    Chosen {
        /// Of which kind the objects are.
        what: ChosenObject,
        /// What is looked up.
        key: Expr,
        /// The map of objects.
        map: SetId,
    },
    /// The dependency of the statement behind it (`reject with tcp reset` needs TCP). Nobody writes it.
    Implied(Needs),
}

/// A kind of objects of which a map may choose one, and the rule goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ChosenObject {
    Counter,
    Limit,
    Quota,
}

impl ChosenObject {
    /// Its word in nft.
    pub fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Limit => "limit",
            Self::Quota => "quota",
        }
    }
}

/// What keeps a state of its own: in a rule, in an object, or in each element of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stateful {
    /// `counter`; always holds.
    Counter(Option<Counters>),
    /// `limit rate`.
    Limit(Limit),
    /// `quota`.
    Quota {
        /// How many bytes.
        bytes: u64,
        /// How many of them are used up.
        used: u64,
        /// `over`: holds when they are used up.
        over: bool,
    },
    /// `ct count`.
    Count {
        /// How many flows.
        most: u32,
        /// `over`: holds for every further one.
        over: bool,
    },
    /// `last used`; always holds.
    Last,
}

/// `limit rate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// How many packets or bytes.
    pub rate: u64,
    /// In how many seconds: a second, a minute, an hour, a day, a week.
    pub per_s: u32,
    /// The burst, in packets or bytes; 5 packets, or no bytes, where nothing is said.
    pub burst: u64,
    /// Whether bytes are counted rather than packets.
    pub bytes: bool,
    /// `over`: holds when the bucket is empty.
    pub over: bool,
}

impl Condition {
    /// Whether it looks at a flow, so that loading it turns conntrack on.
    pub fn needs_conntrack(&self) -> bool {
        match self {
            Self::Compare { left: expr, .. }
            | Self::Lookup { key: expr, .. }
            | Self::Chosen { key: expr, .. } => expr.any_ct(&|_| true),
            Self::Exists { field, .. } => matches!(field, Field::Ct(..)),
            Self::Stateful(what) => matches!(what, Stateful::Count { .. }),
            Self::Named(_) | Self::Implied(_) => false,
        }
    }

    /// Whether it looks at what flows have carried, so that loading it turns their counting on.
    pub fn counts_flows(&self) -> bool {
        match self {
            Self::Compare { left: expr, .. }
            | Self::Lookup { key: expr, .. }
            | Self::Chosen { key: expr, .. } => expr.any_ct(&is_carried),
            _ => false,
        }
    }
}

/// Whether it tells what a flow has carried.
pub(super) fn is_carried(key: CtKey) -> bool {
    matches!(key, CtKey::Bytes | CtKey::Packets | CtKey::Avgpkt)
}

impl Expr {
    /// Whether it looks at such a key of `ct`.
    pub(super) fn any_ct(&self, wanted: &dyn Fn(CtKey) -> bool) -> bool {
        match self {
            Self::Field(Field::Ct(key, _)) => wanted(*key),
            Self::Concat(parts) => parts.iter().any(|p| p.any_ct(wanted)),
            Self::Bits { of, .. } | Self::Shift { of, .. } | Self::Jhash { of, .. } => {
                of.any_ct(wanted)
            }
            Self::Map { key, .. } => key.any_ct(wanted),
            _ => false,
        }
    }

    /// Whether a packet may have no such value.
    pub fn can_lack(&self) -> bool {
        match self {
            Self::Value(_)
            | Self::Numgen { .. }
            | Self::Symhash { .. }
            | Self::Field(Field::Meta(Meta::Mark)) => false,
            Self::Field(_) | Self::Map { .. } => true,
            Self::Concat(parts) => parts.iter().any(Self::can_lack),
            Self::Bits { of, .. } | Self::Shift { of, .. } | Self::Jhash { of, .. } => {
                of.can_lack()
            }
        }
    }
}
