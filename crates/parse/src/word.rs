//! Words of a rule as `iptables-restore` and a shell split them: blanks part them, quotes hold them together.
//!
//! An unclosed quote reaches to the end of the line.

use crate::blank;
use crate::clean::Row;
use std::borrow::Cow;

/// One word.
#[derive(Clone, Debug)]
pub(crate) struct Word<'a> {
    /// The word without its quotes.
    pub(crate) text: Cow<'a, str>,
    /// Where it starts in the clean text, quotes included.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whether any of it was quoted.
    pub(crate) quoted: bool,
}

impl Word<'_> {
    /// Whether it is the bare `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        !self.quoted && self.text == text
    }

    /// Whether it could be an option's name.
    pub(crate) fn is_option(&self) -> bool {
        !self.quoted && self.text.starts_with('-') && self.text.len() > 1
    }
}

/// Splits a line.
pub(crate) fn words(row: Row<'_>) -> Vec<Word<'_>> {
    let text = row.text;
    // Most words have more letters, and most lines no more words.
    let mut words = Vec::with_capacity((text.len() / 5).min(32));
    let mut at = 0;
    while let Some(skip) = blanks(&text[at..]) {
        let start = at + skip;
        if let Some(len) = bare(&text.as_bytes()[start..]) {
            at = start + len;
            let (text, start, end) = (text[start..at].into(), row.start + start, row.start + at);
            push(&mut words, Word { text, start, end, quoted: false });
            continue;
        }
        let (mut word, mut len) = one(&text[start..]);
        // `<your address>` and `{{ name }}` are one word.
        if let Some((_, open)) = blank::at_start(&text[start..]).filter(|(_, open)| *open > len) {
            let rest = &text[start + open..];
            len = open + rest.find(char::is_whitespace).unwrap_or(rest.len());
            word = Word { text: text[start..start + len].into(), start: 0, end: 0, quoted: false };
        }
        at = start + len;
        let word = Word { start: row.start + start, end: row.start + at, ..word };
        push(&mut words, word);
        if at >= text.len() {
            break;
        }
    }
    words
}

/// How many bytes of blanks a text begins with; `None` where nothing stands behind them.
fn blanks(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b, ..] if b.is_ascii_graphic() => Some(0),
        [b' ', b, ..] if b.is_ascii_graphic() => Some(1),
        _ => text.find(|c: char| !c.is_whitespace()),
    }
}

/// Which bytes may stand in a word that is no more than letters, digits and plain signs.
const INNER: [bool; 256] = {
    let mut inner = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        inner[byte as usize] = !matches!(byte, b'"' | b'\'');
        byte += 1;
    }
    inner
};

/// The length of a first word that is no more than such bytes, as most are.
fn bare(rest: &[u8]) -> Option<usize> {
    // What is left open begins with one of these, and may hold blanks.
    let opens = |b: u8| matches!(b, b'<' | b'[' | b'{' | b'$' | b'%' | b'@' | b'_');
    let len = rest.iter().position(|b| !INNER[usize::from(*b)]).unwrap_or(rest.len());
    let ends = rest.get(len).is_none_or(|b| matches!(b, b' ' | b'\t'));
    (len > 0 && ends && !opens(rest[0])).then_some(len)
}

/// `--name=value` is two words.
fn push<'a>(words: &mut Vec<Word<'a>>, word: Word<'a>) {
    if !word.quoted
        && let Cow::Borrowed(text) = word.text
        && text.starts_with("--")
        && let Some((name, value)) = text.split_once('=')
        && !value.is_empty()
        && name.len() > 2
    {
        let middle = word.start + name.len();
        words.push(Word { text: name.into(), start: word.start, end: middle, quoted: false });
        words.push(Word { text: value.into(), start: middle + 1, end: word.end, quoted: false });
    } else {
        words.push(word);
    }
}

/// The first word of `rest`, which starts with it, and its length.
fn one(rest: &str) -> (Word<'_>, usize) {
    let plain =
        rest.find(|c: char| c.is_whitespace() || c == '"' || c == '\'').unwrap_or(rest.len());
    let ends = rest[plain..].chars().next().is_none_or(char::is_whitespace);
    let apostrophe = rest[plain..].starts_with('\'');
    if ends || (apostrophe && (plain > 0 || !rest[plain + 1..].contains('\''))) {
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        return (Word { text: rest[..len].into(), start: 0, end: 0, quoted: false }, len);
    }
    let mut text = String::new();
    let mut open: Option<char> = None;
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match (open, c) {
            (None, c) if c.is_whitespace() => {
                return (Word { text: text.into(), start: 0, end: 0, quoted: true }, at);
            }
            (None, '"' | '\'') => open = Some(c),
            (Some(q), c) if q == c => open = None,
            (Some('"'), '\\') => text.extend(chars.next().map(|(_, c)| c)),
            (_, c) => text.push(c),
        }
    }
    (Word { text: text.into(), start: 0, end: 0, quoted: true }, rest.len())
}

/// A value as `iptables-save` writes it: quoted where it holds more than letters, digits, `-` and `_`.
pub(crate) fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(plain) {
        return text.into();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '\'') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A value quoted only where blanks, quotes or what looks like a remark or a sign make it necessary.
pub(crate) fn quote_loosely(text: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\');
    let sign = text.starts_with(['!', '-', '#']);
    if !text.is_empty() && !sign && text.chars().all(plain) { text.into() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let words = words(Row { text, start: 0 });
        let found: Vec<_> = words.iter().map(|w| w.text.as_ref()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn quotes_hold_words_together() {
        check(
            r#"-A X --comment "two \"words\" \\ x" -j Y"#,
            &["-A", "X", "--comment", r#"two "words" \ x"#, "-j", "Y"],
        );
        check("--comment 'a b' -j Y", &["--comment", "a b", "-j", "Y"]);
        check("--comment don't -j Y", &["--comment", "don't", "-j", "Y"]);
        check(r#"--comment "" -j Y"#, &["--comment", "", "-j", "Y"]);
        check(r#"--comment "open -j Y"#, &["--comment", "open -j Y"]);
        check("", &[]);
        check("\t", &[]);
    }

    #[test]
    fn an_equals_sign_parts_name_and_value() {
        check("--dport=80 --x= a=b", &["--dport", "80", "--x=", "a=b"]);
    }

    #[test]
    fn a_quoted_value_is_read_back() {
        for text in ["a", "two words", r#"say "hi" \ there"#, "it's", "", "表"] {
            check(&quote(text), &[text]);
        }
    }
}
