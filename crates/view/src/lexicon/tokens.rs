//! A text, parted into tokens.

use std::ops::Range;

/// What blanks part, with what stands in quotes as one.
pub(crate) fn by_blanks(text: &str) -> Vec<Range<usize>> {
    parted(text, &[])
}

/// What blanks and these signs part; each sign is a token.
pub(crate) fn parted(text: &str, signs: &[char]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from: Option<usize> = None;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        if let Some(open) = quote {
            if c == open {
                quote = None;
            }
            continue;
        }
        let is_sign = signs.contains(&c);
        if c.is_whitespace() || is_sign {
            out.extend(from.take().map(|from| from..at));
        }
        if is_sign {
            out.push(at..at + c.len_utf8());
        } else if !c.is_whitespace() {
            if from.is_none() && matches!(c, '"' | '\'') {
                quote = Some(c);
            }
            from.get_or_insert(at);
        }
    }
    out.extend(from.map(|from| from..text.len()));
    out
}

/// The parts of a token between commas.
pub(crate) fn by_commas(text: &str, at: &Range<usize>) -> Vec<Range<usize>> {
    let mut from = at.start;
    let mut out = Vec::new();
    for part in text[at.clone()].split(',') {
        out.push(from..from + part.len());
        from += part.len() + 1;
    }
    out
}
