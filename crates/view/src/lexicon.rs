//! The words of rules, explained: what finds them in a line of a paste and in a row of the walk.

mod command;
mod line;
mod listing;
mod native;
mod row;
mod table;
mod tokens;
mod values;
mod walk;
mod word;

pub use line::{line_words, place_words};
pub use row::row_words;
pub use table::{LEXICON, learn_words};
pub use walk::{walk_words, words_title};
pub use word::Word;

#[cfg(test)]
mod tests;
