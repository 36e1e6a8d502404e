//! What a person meets: sentences, the scene, the timeline, highlighted ranges. Never a DOM.
//!
//! Everything here is finished: a door only maps it to its own elements.

mod page;

pub use page::*;
