//! A word that can be explained: where it stands, and its sentence.

use super::table::{Entry, EntryId};
use crate::page::{Lang, Sentence, Style};
use crate::say::push;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A word that can be explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// What it stands in: of a row 0 the text, 1 the reason, 2 what stands aside; of a line 0.
    pub part: u8,
    /// Where it begins there, in bytes.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// The word itself.
    pub word: String,
    /// What it means, in a sentence or two.
    pub text: Sentence,
    /// The manual page that says more; may be empty.
    pub man: String,
    /// Equal where the sentence is the same.
    pub entry: u16,
}

/// A place in a text, and the entry that explains it.
pub(crate) type Found = (Range<usize>, EntryId);

/// What was found in a text; `native` says whether the text is nft's.
pub(crate) fn told(lang: Lang, text: &str, part: u8, found: Found, native: bool) -> Word {
    let (at, entry) = found;
    let Entry { man, en, zh } = Entry::of(entry);
    let said = match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    Word {
        part,
        from: at.start as u32,
        to: at.end as u32,
        word: text[at].trim_end_matches([',', ';', ':', '.']).to_owned(),
        text: sentence(said),
        man: man[usize::from(native)].to_owned(),
        entry,
    }
}

/// A sentence of the table; what stands between backticks is code.
fn sentence(text: &str) -> Sentence {
    let mut out = Sentence::new();
    for (at, part) in text.split('`').enumerate() {
        push(&mut out, part, if at % 2 == 1 { Style::Code } else { Style::Plain });
    }
    out
}
