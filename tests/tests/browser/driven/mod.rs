//! The tests that drive a browser; they need the page built, and run last.
//!
//! Each is `#[ignore]`d: without `cargo xtask test` the page in `dist/` may be missing or of another day.

mod access;
mod aloud;
mod change;
mod diagram;
mod editor;
mod figure;
mod first;
mod generators;
mod host;
mod ime;
mod journeys;
mod keyboard;
mod layout;
mod lessons;
mod motion;
mod network;
mod offline;
mod opening;
mod others;
mod others_figure;
mod overview;
mod package;
mod packet;
mod pastes;
mod pictures;
mod playback;
mod promises;
mod room;
mod second;
mod share;
mod sizes;
mod stale;
mod states;
mod touch;
mod trace;
mod words;
