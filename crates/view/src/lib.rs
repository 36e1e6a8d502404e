//! What a person meets: sentences, the scene, the timeline, highlighted ranges. Never a DOM.
//!
//! Everything here is finished: a door only maps it to its own elements.

// Coordinates, and the `Explained` that goes everywhere, have short names throughout this room.
#![allow(clippy::many_single_char_names, clippy::similar_names)]

pub mod answer;
mod banner;
mod cards;
mod catalogue;
mod changes;
mod cluster;
mod counters;
mod drawing;
mod ends;
mod explained;
mod facts;
mod fate;
mod figure;
mod film;
mod forks;
mod form;
mod guess;
mod keys;
mod leans;
mod lexicon;
mod likely;
mod measure;
mod overlay;
mod overview;
mod page;
mod places;
mod problems;
mod questions;
mod reasons;
mod recording;
#[cfg(test)]
mod register;
mod rows;
mod sample;
mod say;
mod scene;
mod sender;
mod slide;
mod slips;
mod steps;
mod stops;
mod suggest;
mod svg;
mod targets;
mod terms;
mod timeline;
mod travel;
mod tried;
mod trip;
mod values;
mod wish;
mod words;

pub use banner::banner;
pub use cards::{CARDS, rule_cards};
pub use changes::*;
pub use drawing::*;
pub use ends::{ends, ends_agree, ends_with_kinds, goal_met, one_end};
pub use explained::{Explained, Explainer, NoExplainer};
pub use facts::{chips, facts, hosts};
pub use figure::{Bit, DIAGRAM, FOOT, Figure, HEAD, figure, recoloured};
pub use film::{Film, film};
pub use form::packet_form;
pub use guess::{ChoiceView, choice, meets, outcome_line, reason, undone};
pub use lexicon::{
    LEXICON, Word, learn_words, line_words, place_words, row_words, walk_words, words_title,
};
pub use measure::TableMeasure;
pub use overlay::overlay;
pub use overview::*;
pub use page::*;
pub use problems::{packet_problems, problems};
pub use recording::{Carried, recording};
pub use rows::rows;
pub use say::steers;
pub use scene::{scene, scene_phone, scene_room};
pub use slide::{SLIDE, slide};
pub use suggest::{from_elsewhere, suggestions};
pub use svg::svg;
pub use timeline::timeline;
pub use travel::{Load, Refused, ended_otherwise, names_others, refused, replaced, travels};
pub use tried::{Tried, tried};
pub use trip::{LegView, legs};
pub use words::words;
