//! The Yew screen: a page that shows what the engine in its worker answers, and computes nothing itself.
//!
//! What a person can change is [`state::State`]; everything else follows from it.

mod address;
pub mod app;
pub mod class;
pub mod engine;
pub mod examples;
mod focus;
pub mod history;
pub mod keys;
pub mod layout;
pub mod lines;
pub mod link;
pub mod message;
mod motion;
pub mod narration;
mod one_file;
pub mod origin;
pub mod pace;
mod parts;
pub mod paste;
mod promises;
mod shelf;
pub mod state;
mod store;
mod travel;
mod versions;
pub mod words;
pub mod worker;
