//! Pasted text becomes the model, and the model becomes text again.
//!
//! Guarantees: no input fails, panics or takes more than linear time; what is not understood is kept as
//! [`Opaque`](chainwalk_model::Opaque) and named by a diagnostic; every span lies within its document.

mod lines;
mod paste;
mod restore;
mod save;

pub use lines::Lines;
pub use paste::read;
pub use save::{SaveText, save_text};

#[allow(unused_imports)]
pub(crate) use restore::restore_body;
