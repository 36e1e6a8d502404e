//! (world, packet, assumptions) → outcomes: what the Linux kernel would do with a packet.
//!
//! Pure and deterministic: no clock and no randomness of its own. What it cannot know is a
//! [`chainwalk_model::Question`], and the walk splits on it.

mod ext;
mod eye;
mod memory;
mod sets;
mod wire;
