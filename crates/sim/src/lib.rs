//! (world, packet, assumptions) → outcomes: what the Linux kernel would do with a packet.
//!
//! Pure and deterministic: no clock and no randomness of its own. What it cannot know is a
//! [`chainwalk_model::Question`], and the walk splits on it.

mod addr;
mod assume;
mod changes;
mod clock;
mod compose;
mod context;
mod ct;
mod decide;
mod edit;
mod engine;
mod ext;
mod header;
mod hooked;
mod icmp_limits;
mod index;
mod jhash;
mod likely;
mod link;
mod match_state;
mod mistake;
mod nat;
mod nft;
mod programs;
mod route;
mod session;
mod sets;
mod shadow;
mod spoken;
mod state;
mod trip;
mod way;
mod wire;
mod world;

pub use assume::{assume, infer};
pub use changes::{Search, changes, probed, slips};
pub use edit::edited;
pub use index::LookUp;
pub use mistake::mistaken;
pub use session::Session;
pub use shadow::shadowed;
pub use trip::Trip;
