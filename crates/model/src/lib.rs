//! The vocabulary of Chainwalk: what was pasted, what a host is, what a packet is, and what became of it.
//!
//! This room computes nothing, but for [`Order`], which all rooms share. `parse` fills [`Reading`] and [`PacketSpec`], `sim` turns them into
//! [`Outcome`]s, `view` turns outcomes into sentences and pictures. Reasons are enums with ids; the
//! sentences for them live in `view`'s catalogues.

mod answering;
mod ask;
mod check;
mod diagnostic;
mod edit;
mod family;
mod flow;
mod hooks;
mod host;
mod ids;
mod matches;
mod mistake;
mod names;
pub mod nft;
mod order;
mod packet;
pub mod print;
pub mod priority;
mod question;
mod ruleset;
mod seen;
mod span;
mod targets;
mod trace;
mod trip;
mod values;

pub use answering::*;
pub use ask::*;
pub use check::*;
pub use diagnostic::*;
pub use edit::*;
pub use family::*;
pub use flow::*;
pub use hooks::*;
pub use host::*;
pub use ids::*;
pub use matches::*;
pub use mistake::*;
pub use order::*;
pub use packet::*;
pub use print::{Printer, duration, stateful};
pub use question::*;
pub use ruleset::*;
pub use seen::*;
pub use span::*;
pub use targets::*;
pub use trace::*;
pub use trip::*;
pub use values::*;
