//! A document as the reader sees it: one kind of blank, one kind of line end, no colours; and the way
//! from there back to the pasted text.
//!
//! Every span that is made here lies within the pasted text and on character boundaries.

use crate::blank::Fills;
use chainwalk_model::{DocId, Span};
use std::borrow::Cow;

/// A stretch of the clean text and the pasted bytes it stands for.
#[derive(Clone, Copy, Debug)]
struct Piece {
    clean: usize,
    raw: usize,
    clean_len: usize,
    raw_len: usize,
}

/// A piece that is cut out of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Where it starts.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// What takes its place.
    pub(crate) with: &'static str,
}

/// A cleaned document.
#[derive(Debug)]
pub(crate) struct Clean<'a> {
    doc: DocId,
    /// The text to read: that of the document where nothing had to be cleaned.
    pub(crate) text: Cow<'a, str>,
    pieces: Vec<Piece>,
}

impl<'a> Clean<'a> {
    /// Cleans a document.
    pub(crate) fn new(doc: DocId, raw: &'a str) -> Self {
        Self::filled(doc, raw, &Fills::default())
    }

    /// Cleans a document, and puts what is said of open values in their places.
    pub(crate) fn filled(doc: DocId, raw: &'a str, fills: &Fills) -> Self {
        let mut clean = Self { doc, text: Cow::Borrowed(""), pieces: Vec::new() };
        let bytes = raw.as_bytes();
        let mut kept = 0;
        let mut at = 0;
        while at < raw.len() {
            if !fills.is_empty() && raw.is_char_boundary(at) {
                let before = raw[..at].chars().next_back();
                if let Some((len, value)) = fills.at(&raw[at..], before) {
                    clean.keep(raw, kept, at);
                    clean.replace(at, len, value);
                    at += len;
                    kept = at;
                    continue;
                }
            }
            if is_plain(bytes[at]) {
                at += 1;
                // Nearly all of a long text is plain: so much of it is looked at in one go.
                while at % BLOCK == 0
                    && fills.is_empty()
                    && let Some(block) = bytes.get(at..at + BLOCK)
                    && block.iter().fold(true, |all, b| all & is_plain(*b))
                {
                    at += BLOCK;
                }
                continue;
            }
            let (len, with) = match quotation_mark(raw, at) {
                Some(found) => found,
                None => replacement(&raw[at..], clean_end(&clean.text, &raw[kept..at])),
            };
            if let Some(with) = with {
                clean.keep(raw, kept, at);
                clean.replace(at, len, with);
                kept = at + len;
            }
            at += len;
        }
        if kept == 0 {
            // Nothing took the place of anything.
            clean.cover(0, raw.len());
            clean.text = Cow::Borrowed(raw);
        } else {
            clean.keep(raw, kept, raw.len());
        }
        clean
    }

    fn keep(&mut self, raw: &str, start: usize, end: usize) {
        self.cover(start, end);
        self.push(raw.len(), &raw[start..end]);
    }

    /// The text goes on as the pasted one does between these places.
    fn cover(&mut self, start: usize, end: usize) {
        if end > start {
            let (clean, len) = (self.text.len(), end - start);
            self.pieces.push(Piece { clean, raw: start, clean_len: len, raw_len: len });
        }
    }

    /// The text goes on with this, and may become so long.
    fn push(&mut self, whole: usize, text: &str) {
        let own = self.text.to_mut();
        if own.capacity() == 0 {
            own.reserve(whole);
        }
        own.push_str(text);
    }

    fn replace(&mut self, raw: usize, raw_len: usize, with: &str) {
        if !with.is_empty() {
            let clean_len = with.len();
            self.pieces.push(Piece { clean: self.text.len(), raw, clean_len, raw_len });
            self.push(0, with);
        }
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        let index = self.pieces.partition_point(|p| p.clean <= at).checked_sub(1)?;
        self.pieces.get(index).copied()
    }

    /// Which document it is.
    pub(crate) fn doc(&self) -> DocId {
        self.doc
    }

    /// The pasted text behind `start..end` of the clean text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let whole = |p: Piece| p.clean_len != p.raw_len;
        let first = match self.piece(start) {
            Some(p) if whole(p) && start < p.clean + p.clean_len => p.raw,
            Some(p) if whole(p) => p.raw + p.raw_len,
            Some(p) => p.raw + (start - p.clean).min(p.raw_len),
            None => 0,
        };
        let last = match end.checked_sub(1).and_then(|e| self.piece(e)) {
            Some(p) if whole(p) => p.raw + p.raw_len,
            Some(p) => p.raw + (end - p.clean).min(p.raw_len),
            None => first,
        };
        Span::new(self.doc, first, last.max(first))
    }

    /// The text without some of its pieces, which stand in order. Something may take the place of each.
    pub(crate) fn without(&self, cuts: &[Cut]) -> Clean<'static> {
        let text = Cow::Owned(String::with_capacity(self.text.len()));
        let mut clean = Clean { doc: self.doc, text, pieces: Vec::new() };
        let mut from = 0;
        for cut in cuts {
            clean.take(self, from, cut.start);
            if !cut.with.is_empty() {
                let (start, end) = self.raw(cut.start, cut.end);
                clean.replace(start, end - start, cut.with);
            }
            from = cut.end;
        }
        clean.take(self, from, self.text.len());
        clean
    }

    /// Takes over a stretch of another clean text.
    fn take(&mut self, other: &Clean<'_>, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let Some(piece) = other.piece(at) else { break };
            let stop = (piece.clean + piece.clean_len).min(end);
            if stop <= at {
                break;
            }
            let plain = piece.clean_len == piece.raw_len;
            let (raw, raw_len) = if plain {
                (piece.raw + (at - piece.clean), stop - at)
            } else {
                (piece.raw, piece.raw_len)
            };
            let (clean, clean_len) = (self.text.len(), stop - at);
            self.pieces.push(Piece { clean, raw, clean_len, raw_len });
            self.push(other.text.len(), &other.text[at..stop]);
            at = stop;
        }
    }

    /// Where a stretch of the clean text lies in the pasted one.
    fn raw(&self, start: usize, end: usize) -> (usize, usize) {
        let span = self.span(start, end);
        (span.start as usize, span.end as usize)
    }

    /// The lines of the clean text: where each starts and ends, without what ends it.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Row<'_>> {
        let mut start = 0;
        self.text.split('\n').map(move |text| {
            let row = Row { text, start };
            start += text.len() + 1;
            row
        })
    }
}

/// One line of the clean text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// The line, without what ends it.
    pub(crate) text: &'a str,
    /// Where it starts.
    pub(crate) start: usize,
}

impl<'a> Row<'a> {
    /// Where it ends.
    pub(crate) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// The line without its first `n` bytes.
    pub(crate) fn skip(self, n: usize) -> Self {
        Row { text: self.text.get(n..).unwrap_or_default(), start: self.start + n }
    }

    /// The line without blanks at its ends.
    pub(crate) fn trim(self) -> Self {
        let text = self.text.trim_start();
        let start = self.start + (self.text.len() - text.len());
        Row { text: text.trim_end(), start }
    }

    /// The words between blanks, and where each starts in the clean text.
    pub(crate) fn words(self) -> impl Iterator<Item = Row<'a>> {
        let base = self.text.as_ptr() as usize;
        self.text.split_whitespace().map(move |text| {
            let at = text.as_ptr() as usize - base;
            Row { text, start: self.start + at }
        })
    }
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Whether nothing ever takes the place of a byte.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x20..=0x25 | 0x27..=0x5b | 0x5d..=0x7e)
}

/// What the clean text ends with once `tail` is kept.
fn clean_end(text: &str, tail: &str) -> Option<char> {
    tail.chars().next_back().or_else(|| text.chars().next_back())
}

/// How long the odd character at the start of `rest` is, and what stands for it; `None` keeps it.
fn replacement(rest: &str, before: Option<char>) -> (usize, Option<&'static str>) {
    let Some(c) = rest.chars().next() else { return (1, None) };
    let len = c.len_utf8();
    let next = rest[len..].chars().next();
    match c {
        '\r' if next == Some('\n') => (1, Some("")),
        '\r' => (1, Some("\n")),
        '\u{1b}' => (escape_len(rest), Some("")),
        // A blank keeps the words apart that a shell's line end would join.
        '\\' if next == Some('\n') => (2, Some(" ")),
        '\\' if rest.starts_with("\\\r\n") => (3, Some(" ")),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            (len, Some(" "))
        }
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{2060}' => (len, Some("")),
        '\u{2028}' | '\u{2029}' | '\u{85}' => (len, Some("\n")),
        '\u{2010}' | '\u{2011}' | '\u{fe63}' | '\u{ff0d}' => (len, Some("-")),
        // Two of them are the two hyphens of a long option.
        c if is_dash(c) && next == Some(c) && before.is_none_or(char::is_whitespace) => {
            (2 * len, Some("--"))
        }
        c if is_dash(c) && before.is_none_or(char::is_whitespace) => (len, dash(&rest[len..])),
        '&' => entity(rest).map_or((1, None), |(len, with)| (len, Some(with))),
        c if c.is_control() && c != '\n' && c != '\t' => (len, Some(" ")),
        _ => (len, None),
    }
}

/// So far a line is looked at for quotation marks.
const LINE: usize = 600;

/// The quotation mark that an editor made of a plain one, and that one: in a line of commands or rules that has no plain
/// ones. `None` where something else stands there.
fn quotation_mark(raw: &str, at: usize) -> Option<(usize, Option<&'static str>)> {
    let c = raw.get(at..)?.chars().next()?;
    let plain = match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => "\"",
        '\u{2018}' | '\u{2019}' => "'",
        _ => return None,
    };
    let start = raw[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = raw[at..].find('\n').map_or(raw.len(), |n| at + n);
    let line = raw.get(start..end).filter(|line| line.len() < LINE)?;
    let opens = |(n, c): (usize, char)| {
        let marks = ['\u{201c}', '\u{201e}', '\u{2018}'];
        marks.contains(&c)
            && line[..n].ends_with([' ', '\t', '='])
            && line[n..].contains(['\u{201d}', '\u{2019}', '\u{201c}'])
    };
    // An apostrophe stands alone.
    let within =
        c == '\u{2019}' && raw[at + c.len_utf8()..].starts_with(|n: char| n.is_alphanumeric());
    let quotes = !within && !line.contains(plain) && line.char_indices().any(opens);
    quotes.then_some((c.len_utf8(), Some(plain)))
}

/// Whether an editor makes such a dash of hyphens, or a page shows one for them.
fn is_dash(c: char) -> bool {
    matches!(c, '\u{2012}'..='\u{2015}' | '\u{2212}')
}

/// A long dash before an option is what an editor made of one hyphen or of two.
fn dash(after: &str) -> Option<&'static str> {
    let word: String = after.chars().take_while(|c| !c.is_whitespace()).take(3).collect();
    match word.chars().next() {
        None => Some("--"),
        Some(c) if c.is_ascii_alphabetic() && word.len() == 1 => Some("-"),
        Some(c) if c.is_ascii_alphabetic() => Some("--"),
        Some('-') => Some("-"),
        Some(_) => None,
    }
}

fn entity(rest: &str) -> Option<(usize, &'static str)> {
    let known = [
        ("&gt;", ">"),
        ("&lt;", "<"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&#160;", " "),
    ];
    known
        .into_iter()
        .find(|(name, _)| rest.starts_with(name))
        .map(|(name, with)| (name.len(), with))
}

/// What is left of a terminal's colours where the control signs in front were lost: `[01;31m[K`, `[m[K`, `[0m`.
pub(crate) fn lost_colours(text: &str) -> Vec<Cut> {
    let mut found = Vec::new();
    if !["[0m", "[m[K", "[00m"].iter().any(|end| text.contains(end)) {
        return found;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|b| b.iter().position(|b| *b == b'[')) {
        let start = at + next;
        let code = bytes[start + 1..].iter().take(12);
        let len = code.take_while(|b| b.is_ascii_digit() || **b == b';').count();
        let mut end = start + 1 + len;
        at = start + 1;
        if bytes.get(end) != Some(&b'm') {
            continue;
        }
        end += 1;
        let clears = bytes.get(end..end + 2) == Some(b"[K");
        if len > 0 || clears {
            end += if clears { 2 } else { 0 };
            found.push(Cut { start, end, with: "" });
            at = end;
        }
    }
    found
}

/// The length of a terminal's control sequence.
fn escape_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        Some(b'[') => {
            let tail = bytes[2..].iter().take(32).position(|b| (0x40..=0x7e).contains(b));
            tail.map_or(2, |n| n + 3)
        }
        Some(b'(' | b')') if bytes.get(2).is_some_and(u8::is_ascii) => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, clean: &str) {
        let c = Clean::new(DocId(0), raw);
        assert_eq!(c.text, clean);
        assert!(c.span(0, c.text.len()).end as usize <= raw.len());
    }

    #[track_caller]
    fn check_span(raw: &str, word: &str, under: &str) {
        let c = Clean::new(DocId(0), raw);
        let at = c.text.find(word).unwrap_or_else(|| panic!("{word:?} is not in {:?}", c.text));
        assert_eq!(&raw[c.span(at, at + word.len()).range()], under);
    }

    #[test]
    fn blanks_and_line_ends_become_one_kind() {
        check("a\r\nb\rc\n", "a\nb\nc\n");
        check("a\u{a0}b\u{3000}c", "a b c");
        check("\u{feff}*nat", "*nat");
        check("-A X \\\n -j Y", "-A X   -j Y");
    }

    #[test]
    fn colours_go_and_entities_are_read() {
        check("\u{1b}[1;31mACCEPT\u{1b}[0m tcp", "ACCEPT tcp");
        check("&gt; iptables &amp;&amp; x", "> iptables && x");
        check("u32 6&0xFF=6", "u32 6&0xFF=6");
    }

    #[test]
    fn long_dashes_become_hyphens_where_an_option_follows() {
        check("\u{2013}A INPUT \u{2013}dport 80", "-A INPUT --dport 80");
        check("ACCEPT tcp \u{2014} *", "ACCEPT tcp -- *");
        check("10 \u{2014}10", "10 \u{2014}10");
        check("\u{2212}t nat \u{2212}\u{2212}dport 80 \u{ff0d}j", "-t nat --dport 80 -j");
    }

    #[test]
    fn quotation_marks_of_an_editor_become_plain() {
        check("-m comment \u{2013}-comment \u{201c}a b\u{201d}", "-m comment --comment \"a b\"");
        check("echo \u{2018}1\u{2019} > x", "echo '1' > x");
        check("-c \u{2018}it\u{2019}s a\u{2019}", "-c 'it\u{2019}s a'");
        check("x \u{201e}a\u{201c} y", "x \"a\" y");
        // Each line by itself.
        check("echo \"a\"\necho \u{201c}b\u{201d}", "echo \"a\"\necho \"b\"");
        for text in ["it\u{2019}s", "-c \"say \u{201c}a b\u{201d}\"", "a\u{201c}b"] {
            check(text, text);
        }
    }

    #[test]
    fn spans_point_into_the_paste() {
        check_span("x\u{a0}y\r\nACCEPT", "ACCEPT", "ACCEPT");
        check_span("\u{1b}[1mACC\u{1b}[0mEPT", "ACCEPT", "ACC\u{1b}[0mEPT");
        check_span("\u{2013}dport 80", "--dport", "\u{2013}dport");
    }

    #[test]
    fn every_odd_character_has_its_place() {
        for blank in
            ['\u{a0}', '\u{2007}', '\u{202f}', '\u{3000}', '\u{2002}', '\u{2003}', '\u{2009}']
        {
            check(&format!("a{blank}b"), "a b");
        }
        for nothing in ['\u{200b}', '\u{200c}', '\u{200d}', '\u{feff}', '\u{2060}'] {
            check(&format!("a{nothing}b"), "ab");
        }
        for end in ['\u{2028}', '\u{2029}', '\u{85}', '\r'] {
            check(&format!("a{end}b"), "a\nb");
        }
        check("\u{2010}j \u{2011}j", "-j -j");
        check("a\u{7}b\u{7f}c\td", "a b c\td");
        check("a \\\r\n b", "a   b");
        check("a\\b", "a\\b");
        check("\u{e9}\u{8868}", "\u{e9}\u{8868}");
        check("&lt;&quot;&#34;&#39;&nbsp;&#160;&nope;", "<\"\"'  &nope;");
    }

    #[test]
    fn a_long_dash_is_as_many_hyphens_as_the_option_has() {
        check("\u{2013} x", "-- x");
        check("-p tcp \u{2013}\u{2013}dport 80", "-p tcp --dport 80");
        check("\u{2014}", "--");
        check("\u{2014}-dport", "--dport");
        check("\u{2013}j x", "-j x");
        check("\u{2013}to x", "--to x");
        check("\u{2013}5", "\u{2013}5");
        check("a\u{2013}dport", "a\u{2013}dport");
        check("\n\u{2013}A x", "\n-A x");
    }

    #[test]
    fn the_sequences_of_a_terminal_end_where_they_end() {
        check("a\u{1b}[Kb", "ab");
        check("a\u{1b}[0;1;32mb", "ab");
        check("a\u{1b}[@b\u{1b}[~c", "abc");
        check("a\u{1b}(Bb\u{1b})0c", "abc");
        check("a\u{1b}b", "ab");
        check("\u{1b}", "");
        // What never ends takes nothing with it.
        let long = "1".repeat(40);
        check(&format!("\u{1b}[{long}m"), &format!("{long}m"));
    }

    #[test]
    fn a_span_covers_all_that_was_cleaned_away_within_it() {
        check_span("a &amp;&amp; b", "&&", "&amp;&amp;");
        check_span("a &gt; b", " > b", " &gt; b");
        check_span("ab \\\n cd", "b   c", "b \\\n c");
        check_span("\u{2014}A x", "-A", "\u{2014}A");
        check_span("x\r\ny z", "z", "z");
        let c = Clean::new(DocId(3), "a\u{a0}b");
        assert_eq!(c.span(3, 3), Span::new(DocId(3), 4, 4));
        assert_eq!(c.span(0, 0), Span::new(DocId(3), 0, 0));
        let rows: Vec<_> =
            Clean::new(DocId(0), "a\n\nbc").lines().map(|r| (r.start, r.end())).collect();
        assert_eq!(rows, [(0, 1), (2, 2), (3, 5)]);
        let words: Vec<_> =
            Row { text: " a bc", start: 10 }.words().map(|w| (w.text, w.start)).collect();
        assert_eq!(words, [("a", 11), ("bc", 13)]);
    }
}
