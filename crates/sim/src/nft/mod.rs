//! Native nft: its fields, expressions, conditions and sets, with the kernel's own semantics.
//!
//! An expression that a packet has no value for ends its rule, whatever the operator says. What is not known is never
//! guessed. What statements do to a packet is in [`crate::engine`].

mod condition;
mod eval;
mod read;
pub(crate) mod set;
pub(crate) mod stateful;

pub(crate) use condition::{facts, test};
pub(crate) use eval::{Eval, Lack, Looked};
pub(crate) use read::{addr_number, writes as field_writes};
pub(crate) use set::Change as SetChange;
