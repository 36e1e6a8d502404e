//! The facade: all that leads to an answer is a [`Scenario`], the answer is [`Played`], and what lasts of both
//! is a [`Case`].
//!
//! The doors (page, JavaScript, command line) stand on this room alone. It joins those that read, walk and
//! explain, which do not know each other, and decides nothing that one of them could.
//!
//! Guarantees: two scenarios that are equal give the same answer on every door; nothing that a person wrote
//! fails, it becomes a problem at its place.

mod addressed;
mod case;
mod claims;
mod guessed;
mod played;
mod problems;
mod recorded;
mod scenario;
mod tries;
mod trips;

pub use case::{Case, Head, HeadLine, NoPosition, Position, Stop, Theme, Unreadable, Words};
pub use chainwalk_model as model;
pub use chainwalk_parse::{Lines, SaveText, assumption_text, edit_text};
pub use chainwalk_sim::Search;
pub use chainwalk_view as view;
pub use claims::{Claimed, Promised};
pub use guessed::Mistaken;
pub use played::{Played, Viewpoint, fact_problem};
pub use problems::Problems;
pub use recorded::{Tables, Wanted, answer_recorded};
pub use scenario::{Doc, HostPart, Scenario};
pub use tries::Tries;
