//! `chainwalk walk --explain`: the words of the walks, each once.

use chainwalk::view::{Lang, Sentence, Word};
use chainwalk::{Played, Viewpoint, view};
use serde_json::{Value, json};
use std::io::{self, Write};

/// A longer word moves its sentence.
const WIDTH: usize = 24;

/// The words of the walks of all packets, each sentence once.
pub(crate) fn words(played: &Played, lang: Lang) -> Vec<Word> {
    let mut told: Vec<Word> = Vec::new();
    for packet in 0..played.walks().len() {
        let at = Viewpoint { lang, packet, raw_names: false };
        for word in played.explain(&at, view::walk_words) {
            if told.iter().all(|other| other.entry != word.entry) {
                told.push(word);
            }
        }
    }
    told
}

/// Prints what words mean.
pub(crate) fn tell(out: &mut impl Write, words: &[Word], lang: Lang) -> io::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", view::words_title(lang))?;
    let width = words.iter().map(|word| word.word.chars().count()).max().unwrap_or(0).min(WIDTH);
    for Word { word, text, man, .. } in words {
        let page = if man.is_empty() { String::new() } else { format!("  [{man}]") };
        writeln!(out, "   {word:width$}  {}{page}", plain(text))?;
    }
    writeln!(out)
}

/// Words as JSON.
pub(crate) fn json(words: &[Word]) -> Value {
    let one =
        |word: &Word| json!({ "word": word.word, "text": plain(&word.text), "man": word.man });
    words.iter().map(one).collect()
}

fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}
