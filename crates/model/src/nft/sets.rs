//! Sets and maps, their elements, and named objects.

use super::expr::Stateful;
use super::types::Type;
use super::value::Pattern;
use crate::answering::Synproxy;
use crate::family::Family;
use crate::ids::{ChainId, ObjectId, TableId};
use crate::span::{Span, Text};
use serde::{Deserialize, Serialize};

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
        /// `l3proto ip` or `l3proto ip6`: flows of the other family are left alone.
        family: Option<Family>,
    },
    /// `synproxy { … }`.
    Synproxy(Synproxy),
    /// `ct timeout`, `ct expectation`, `secmark`, as written.
    Other(Text),
}
