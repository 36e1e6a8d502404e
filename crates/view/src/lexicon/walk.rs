//! The words of a whole walk, each sentence once.

use super::line::place_words;
use super::row::row_words;
use super::table::entry;
use super::word::Word;
use crate::explained::Explained;
use crate::page::{Lang, RowKind};
use crate::rows::rows;
use crate::say::text;

/// The heading above explained words.
pub fn words_title(lang: Lang) -> String {
    text!(lang, WordsTitle)
}

/// The words of the rules that matched and of the walk itself, each sentence once, in the order of the walk.
pub fn walk_words(t: &Explained) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    // Where a rule stands is no word of it.
    let mut known: Vec<u16> = ["-A", "-I", "-D"].into_iter().filter_map(entry).collect();
    for row in rows(t) {
        let line = row.span.filter(|_| row.kind == RowKind::Rule);
        let line = line.map_or_else(Vec::new, |at| place_words(t, at));
        for word in line.into_iter().chain(row_words(t, &row)) {
            if !known.contains(&word.entry) {
                known.push(word.entry);
                out.push(word);
            }
        }
    }
    out
}
