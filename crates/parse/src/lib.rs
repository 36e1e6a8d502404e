//! Pasted text becomes the model, and the model becomes text again.
//!
//! Guarantees: no input fails, panics or takes more than linear time; what is not understood is kept as
//! [`Opaque`](chainwalk_model::Opaque) and named by a diagnostic; every span lies within its document.

// Rules print as a few short pieces; an allocation more is worth the plain reading.
#![allow(clippy::format_push_string)]

mod answered;
mod ask;
mod assume;
pub mod case;
#[cfg(test)]
mod checks;
mod clean;
mod command;
mod cx;
mod date;
mod draft;
mod edit;
mod ext;
mod facts;
mod group;
mod hosts;
mod iproute;
mod lines;
mod listing;
mod loops;
mod names;
mod oneline;
mod paste;
mod restore;
mod rule;
mod rules;
mod save;
mod shell;
mod slots;
mod spec;
mod target;
mod value;
mod word;

pub use ask::{packet_line, packet_lines, resolve};
pub use assume::{assumption, assumption_text};
pub use edit::{edit, edit_text};
pub use ext::{match_names, target_names};
pub use lines::Lines;
pub use paste::{read, read_telling};
pub use save::{SaveText, save_text};
