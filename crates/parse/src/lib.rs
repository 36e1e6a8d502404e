//! Pasted text becomes the model, and the model becomes text again.
//!
//! Guarantees: no input fails, panics or takes more than linear time; what is not understood is kept as
//! [`Opaque`](chainwalk_model::Opaque) and named by a diagnostic; every span lies within its document.

// Rules print as a few short pieces; an allocation more is worth the plain reading.
#![allow(clippy::format_push_string)]

mod answered;
mod ask;
mod assume;
mod blank;
mod carried;
pub mod case;
#[cfg(test)]
mod checks;
mod clean;
mod command;
mod comments;
mod cx;
mod date;
mod draft;
mod edit;
mod excerpt;
mod ext;
mod facts;
mod failed;
mod family;
mod forms;
mod group;
mod hosts;
mod inside;
mod iproute;
mod lines;
mod listing;
mod loops;
mod names;
mod native;
mod nft;
mod oneline;
mod part;
mod paste;
mod pieces;
mod places;
mod playbook;
mod progress;
mod prompt;
mod refused;
mod restore;
mod rule;
mod rules;
mod salt;
mod save;
mod seen;
mod shape;
mod shell;
mod slots;
mod spec;
mod target;
mod templates;
mod titles;
mod unfold;
mod value;
mod word;
mod wrapped;

pub use ask::{packet_line, packet_lines, resolve};
pub use assume::{assumption, assumption_text};
pub use blank::Fills;
pub use edit::{edit, edit_text};
pub use ext::{match_names, target_names};
pub use lines::Lines;
pub use nft::nft_text;
pub use paste::{read, read_filled, read_telling};
pub use save::{SaveText, save_text};
