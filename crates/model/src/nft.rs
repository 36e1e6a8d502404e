//! What native nft has beyond iptables: expressions, conditions, statements, sets and objects, as `man nft` names
//! them. What both have (`accept`, `jump`, `log`, `notrack`, NAT to constants …) is a [`crate::Target`].
//!
//! There are no registers: expressions are trees. What a field needs before it (`tcp dport` needs TCP) is a property
//! of the field and no operation of its own, since nft leaves it out when it prints.

mod fields;
mod types;

pub use fields::*;
pub use types::*;

use crate::answering::{RejectWith, Synproxy};
use crate::family::Family;
use crate::ids::{ChainId, ObjectId, SetId, TableId};
use crate::span::{Span, Text};
use crate::values::{Counters, Range};
use serde::{Deserialize, Serialize};

/// A value of a field. Numbers are as wide as their type, read in network order; no address or mark is wider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A number, an address, a set of bits.
    Number(u128),
    /// The name of an interface, or another string.
    Name(Text),
}

impl Value {
    /// The number; `None` of a name.
    pub fn number(&self) -> Option<u128> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Name(_) => None,
        }
    }
}

/// What a value is compared with: one part of a key of a set, or the right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pattern {
    /// This value.
    One(Value),
    /// A network: the number and how many of its leading bits count.
    Prefix(u128, u8),
    /// The numbers between two, both included.
    Range(u128, u128),
    /// A name that begins so (`"eth*"`).
    Begins(Text),
    /// Any (`*`).
    Any,
}

impl Pattern {
    /// Whether a value of `bits` fits.
    pub fn fits(&self, value: &Value, bits: u16) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::One(one), value) => one == value,
            (Self::Begins(start), Value::Name(name)) => name.starts_with(&**start),
            (Self::Prefix(..) | Self::Range(..), Value::Number(n)) => {
                self.bounds(bits).is_some_and(|b| b.holds(n))
            }
            _ => false,
        }
    }

    /// The numbers from which to which it reaches, where it is of numbers of `bits`.
    pub fn bounds(&self, bits: u16) -> Option<Range<u128>> {
        let all = all_bits(bits);
        match self {
            Self::One(Value::Number(n)) => Some(Range { first: *n, last: *n }),
            Self::Range(first, last) => Some(Range { first: *first, last: *last }),
            Self::Prefix(n, len) => {
                let rest = all.checked_shr(u32::from(*len)).unwrap_or(0);
                let rest = if u16::from(*len) >= bits { 0 } else { rest };
                Some(Range { first: n & all & !rest, last: (n & all) | rest })
            }
            Self::Any => Some(Range { first: 0, last: all }),
            Self::One(Value::Name(_)) | Self::Begins(_) => None,
        }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CmpOp {
    /// `==`, or nothing.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `>`.
    Gt,
    /// `<=`.
    Le,
    /// `>=`.
    Ge,
    /// Nothing, before bits: any of them is set (`tcp flags syn`, `ct state established,related`).
    AnyBit,
    /// `!`, before bits: none of them is set.
    NoBit,
}

impl CmpOp {
    /// The sign as nft writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::AnyBit => "",
            Self::NoBit => "!",
        }
    }
}

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
    /// The dependency of the statement behind it (`reject with tcp reset` needs TCP). Nobody writes it.
    Implied(Needs),
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

/// All bits of a value so wide set.
pub fn all_bits(bits: u16) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
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

/// A verdict that a map holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum NftVerdict {
    Accept,
    Drop,
    /// The rule goes on.
    Continue,
    Return,
    Jump(ChainId),
    Goto(ChainId),
    /// `queue`.
    Queue,
}

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

impl Condition {
    /// Whether it looks at a flow, so that loading it turns conntrack on.
    pub fn needs_conntrack(&self) -> bool {
        match self {
            Self::Compare { left: expr, .. } | Self::Lookup { key: expr, .. } => {
                expr.any_ct(&|_| true)
            }
            Self::Exists { field, .. } => matches!(field, Field::Ct(..)),
            Self::Stateful(what) => matches!(what, Stateful::Count { .. }),
            Self::Named(_) | Self::Implied(_) => false,
        }
    }

    /// Whether it looks at what flows have carried, so that loading it turns their counting on.
    pub fn counts_flows(&self) -> bool {
        match self {
            Self::Compare { left: expr, .. } | Self::Lookup { key: expr, .. } => {
                expr.any_ct(&is_carried)
            }
            _ => false,
        }
    }
}

/// Whether it tells what a flow has carried.
fn is_carried(key: CtKey) -> bool {
    matches!(key, CtKey::Bytes | CtKey::Packets | CtKey::Avgpkt)
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

impl Expr {
    /// Whether it looks at such a key of `ct`.
    fn any_ct(&self, wanted: &dyn Fn(CtKey) -> bool) -> bool {
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

/// An address or a port that NAT takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NatOperand {
    /// One of these.
    Range(u128, u128),
    /// What an expression says.
    Expr(Expr),
}

/// A set or a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Set {
    /// The table it is in.
    pub table: TableId,
    /// Its name; `None` of one that stands in a rule.
    pub name: Option<Text>,
    /// The types of the parts of its keys, and how many bits each has.
    pub key: Vec<KeyPart>,
    /// What a map holds.
    pub data: SetData,
    /// `flags` and `auto-merge`.
    pub flags: SetFlags,
    /// `timeout` in milliseconds.
    pub timeout_ms: Option<u64>,
    /// `size`.
    pub size: Option<u32>,
    /// What each of its elements keeps.
    pub stateful: Vec<Stateful>,
    /// Its elements as written.
    pub elements: Vec<SetElement>,
    /// Whether the paste shows its elements: not by `list -t`, nor where only a rule names it.
    pub whole: bool,
    /// `handle`.
    pub handle: Option<u64>,
    /// The text it was read from.
    pub span: Span,
}

/// A part of a set's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyPart {
    /// Its type.
    pub ty: Type,
    /// How wide it is.
    pub bits: u16,
}

/// What a set holds for each key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SetData {
    /// Nothing: it is a set.
    None,
    /// Verdicts.
    Verdict,
    /// Values of these types, side by side.
    Values(Vec<KeyPart>),
    /// Objects (`map { type ipv4_addr : counter }`).
    Objects,
}

/// `flags` of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, clippy::struct_excessive_bools)]
pub struct SetFlags {
    pub constant: bool,
    pub interval: bool,
    pub timeout: bool,
    pub dynamic: bool,
    pub auto_merge: bool,
}

/// An element of a set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetElement {
    /// One pattern for each part of the key; a single [`Pattern::Any`] is the element `*`.
    pub key: Vec<Pattern>,
    /// What a map holds for it.
    pub data: Option<ElementData>,
    /// `timeout` in milliseconds.
    pub timeout_ms: Option<u64>,
    /// `expires`: what is left of it, in milliseconds.
    pub expires_ms: Option<u64>,
    /// What it keeps.
    pub stateful: Vec<Stateful>,
    /// Its comment.
    pub comment: Option<Text>,
    /// The text it was read from.
    pub span: Span,
}

/// What a map holds for a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElementData {
    /// A verdict.
    Verdict(NftVerdict),
    /// Values side by side; ranges where NAT may choose.
    Values(Vec<Pattern>),
    /// An object.
    Object(ObjectId),
}

/// A named object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Object {
    pub table: TableId,
    pub name: Text,
    pub kind: ObjectKind,
    pub handle: Option<u64>,
    /// Whether the paste shows it, or only rules that name it.
    pub declared: bool,
    pub span: Span,
}

/// What a named object is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// `counter`, `limit`, `quota`.
    Stateful(Stateful),
    /// `ct helper { type "ftp" protocol tcp }`.
    CtHelper {
        /// Its type, as `ftp`.
        helper: Text,
        /// The layer 4 protocol.
        proto: u8,
    },
    /// `synproxy { … }`.
    Synproxy(Synproxy),
    /// `ct timeout`, `ct expectation`, `secmark`, as written.
    Other(Text),
}
