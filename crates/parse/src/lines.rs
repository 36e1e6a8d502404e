//! Line and column of a byte offset, and UTF-16 offsets, for the doors that need them.

use std::rc::Rc;

/// The lines of one document.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Byte offset and UTF-16 offset of the start of each line.
    starts: Vec<(usize, usize)>,
    text: Rc<str>,
}

impl Lines {
    /// Finds the lines of `text`; `\n`, `\r\n` and a bare `\r` end one.
    pub fn new(text: &str) -> Self {
        Self::of(text.into())
    }

    /// Finds the lines of a text that others hold too.
    pub fn of(text: Rc<str>) -> Self {
        let mut starts = vec![(0, 0)];
        if text.is_ascii() && !text.contains('\r') {
            // Most long texts: a byte is a unit.
            starts.extend(text.match_indices('\n').map(|(at, _)| (at + 1, at + 1)));
            return Self { starts, text };
        }
        let mut units = 0;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            units += c.len_utf16();
            let ends = c == '\n' || (c == '\r' && chars.peek().is_none_or(|(_, n)| *n != '\n'));
            if ends {
                starts.push((at + c.len_utf8(), units));
            }
        }
        Self { starts, text }
    }

    /// The document.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines there are; at least one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: an empty text has one empty line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    /// An offset behind the end is the end; one inside a character is the character's start.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        let line = self.line_of(offset);
        let start = self.starts.get(line).map_or(0, |s| s.0);
        let column = self.text.get(start..offset).map_or(0, |t| t.chars().count());
        (line + 1, column + 1)
    }

    /// The UTF-16 offset of a byte offset.
    pub fn utf16(&self, offset: usize) -> usize {
        let offset = self.floor(offset);
        let (start, units) = self.starts.get(self.line_of(offset)).copied().unwrap_or_default();
        units + self.text.get(start..offset).map_or(0, |t| t.encode_utf16().count())
    }

    /// The byte offset of a UTF-16 offset.
    pub fn byte(&self, utf16: usize) -> usize {
        let line = self.starts.partition_point(|s| s.1 <= utf16).saturating_sub(1);
        let (start, mut units) = self.starts.get(line).copied().unwrap_or_default();
        for (at, c) in self.text.get(start..).unwrap_or_default().char_indices() {
            if units + c.len_utf16() > utf16 {
                return start + at;
            }
            units += c.len_utf16();
        }
        self.text.len()
    }

    /// The byte range of a line, from 1, without what ends it.
    pub fn range(&self, line: usize) -> std::ops::Range<usize> {
        let start =
            line.checked_sub(1).and_then(|l| self.starts.get(l)).map_or(self.text.len(), |s| s.0);
        let end = self.starts.get(line).map_or(self.text.len(), |s| s.0);
        let text = self.text.get(start..end).unwrap_or_default();
        start..start + text.trim_end_matches(['\n', '\r']).len()
    }

    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|s| s.0 <= offset).saturating_sub(1)
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, position: (usize, usize), utf16: usize) {
        let lines = Lines::new(text);
        assert_eq!(lines.position(offset), position);
        assert_eq!(lines.utf16(offset), utf16);
        assert_eq!(lines.byte(utf16), offset);
    }

    #[test]
    fn offsets_become_lines_and_columns() {
        check("", 0, (1, 1), 0);
        check("ab\ncd", 4, (2, 2), 4);
        check("表😀x\r\ny", 7, (1, 3), 3);
        check("表😀x\r\ny", 10, (2, 1), 6);
        check("a\rb", 2, (2, 1), 2);
    }

    #[test]
    fn a_line_has_its_range() {
        assert_eq!(Lines::new("a\r\nbc\n").range(2), 3..5);
        assert_eq!(Lines::new("a").range(9), 1..1);
    }
}
