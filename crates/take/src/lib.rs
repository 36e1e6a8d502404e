//! What a scenario travels in: a link that holds all of it, so that no server is asked for it; and whether the
//! claims of texts that carry scenarios still hold.
//!
//! Guarantees: a link of any version that was ever written opens for ever and gives the text it was made of; no
//! fragment panics, and none costs more than the limits of [`link`] allow.

pub mod check;
pub mod codec;
pub mod link;

pub use check::{Carried, Verdict, carried};
pub use link::{Body, Link, Refused};
