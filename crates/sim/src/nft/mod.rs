//! Native nft: its fields, expressions, conditions and sets, with the kernel's own semantics.
//!
//! An expression that a packet has no value for ends its rule, whatever the operator says. What is not known is never
//! guessed. What statements do to a packet is in [`crate::engine`].

mod condition;
mod eval;
mod header;
mod read;
mod reading;

pub(crate) use condition::{SELDOM, facts, test};
pub(crate) use eval::{Eval, Looked, is_out_of_place};
pub(crate) use read::{field as field_value, writes as field_writes};
pub(crate) use reading::{Lack, addr_number};
