//! A place in the tokens of a text, and what can be asked of it.

use super::lexer::{Kind, Token};
use crate::clean::Clean;
use chainwalk_model::{DiagnosticId, DocId, Expected, Hint, Span};

/// So deep may parentheses and braces lie within each other.
pub(super) const DEEPEST: usize = 24;

/// What is wrong at a token.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    /// What kind of problem it is.
    pub(super) id: DiagnosticId,
    /// Where.
    pub(super) span: Span,
    /// What stands there.
    pub(super) found: String,
    /// What was expected.
    pub(super) expected: Vec<Expected>,
    /// What to do.
    pub(super) hint: Option<Hint>,
    /// Whether nft refuses all of the rule because of it.
    pub(super) refused: bool,
}

/// What a piece of the grammar comes to.
pub(super) type Read<T> = Result<T, Box<Wrong>>;

/// Where a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'t> {
    /// In a document of its own.
    Raw(DocId),
    /// In the rows of a clean text: where each begins here, and where there; the last pair is where they end.
    Clean(&'t Clean<'t>, &'t [(u32, u32)]),
    /// All of it at one place.
    Fixed(Span),
    /// Where each of its lines begins, and where what the line says is written.
    Lines(&'t [(u32, Span)]),
}

impl Place<'_> {
    fn span(self, start: usize, end: usize) -> Span {
        match self {
            Self::Raw(doc) => Span::new(doc, start, end),
            Self::Fixed(span) => span,
            Self::Lines(lines) => {
                let line = lines.partition_point(|(at, _)| *at as usize <= start).max(1) - 1;
                lines.get(line).map(|(_, span)| *span).unwrap_or_default()
            }
            Self::Clean(clean, map) => {
                let of = |at: usize| {
                    let row = map.partition_point(|(here, _)| *here as usize <= at).max(1) - 1;
                    let (here, there) = map.get(row).copied().unwrap_or_default();
                    there as usize + at.saturating_sub(here as usize)
                };
                // What was put before the rows, or behind them, has no place of its own.
                let least = map.first().map_or(0, |(_, there)| *there as usize);
                let first = map.get(1).map_or(0, |(here, _)| *here as usize);
                let of = |at: usize| if at < first { least } else { of(at) };
                let most = map.last().map_or(0, |(_, there)| *there as usize);
                let start_there = of(start).min(most);
                let end_there = if end > start { of(end - 1) + 1 } else { start_there };
                clean.span(start_there, end_there.min(most).max(start_there))
            }
        }
    }
}

/// A place in the tokens of a text.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The next token.
    pub(super) at: usize,
    place: Place<'t>,
}

impl<'t> Cursor<'t> {
    /// The beginning of a text.
    pub(super) fn new(text: &'t str, tokens: Vec<Token>, place: Place<'t>) -> Self {
        Self { text, tokens, at: 0, place }
    }

    /// The next token.
    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The token so many behind the next.
    fn ahead(&self, n: usize) -> Option<Token> {
        self.tokens.get(self.at + n).copied()
    }

    /// A token by its number.
    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    /// The text of a token.
    pub(super) fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.text.0 as usize..token.text.1 as usize).unwrap_or_default()
    }

    /// The text of the next token where it is a word; empty where it is none.
    pub(super) fn word(&self) -> &'t str {
        self.word_ahead(0)
    }

    /// The word so many tokens behind the next.
    pub(super) fn word_ahead(&self, n: usize) -> &'t str {
        self.word_at(self.at + n)
    }

    /// The word that is a token by its number; empty where it is none.
    pub(super) fn word_at(&self, at: usize) -> &'t str {
        match self.token(at) {
            Some(token) if token.kind == Kind::Word => self.text_of(token),
            _ => "",
        }
    }

    /// Whether the token so many behind the next is that sign.
    pub(super) fn sign_ahead(&self, n: usize, sign: &str) -> bool {
        self.ahead(n).is_some_and(|t| t.kind == Kind::Sign && self.text_of(t) == sign)
    }

    /// Whether the next token is that sign.
    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.sign_ahead(0, sign)
    }

    /// The rest of the line from the next token on, where that is no part of a variable.
    pub(super) fn rest(&self) -> Option<&'t str> {
        let token = self.peek()?;
        let quote = u32::from(token.kind == Kind::Str);
        let first = token.text.0 - quote;
        let rest = self.text.get(first as usize..).filter(|_| token.at.0 == first)?;
        rest.lines().next()
    }

    /// Goes past so many bytes of what [`Self::rest`] is, and to the end of the token that they end in.
    pub(super) fn skip(&mut self, len: usize) {
        let Some(first) = self.peek() else { return };
        let end = first.at.0 + len as u32;
        while self.peek().is_some_and(|t| t.at.0 < end) {
            self.at += 1;
        }
    }

    /// Goes past that word, where it is the next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let here = !word.is_empty() && self.word() == word;
        self.at += usize::from(here);
        here
    }

    /// Goes past that sign, where it is the next.
    pub(super) fn eat_sign(&mut self, sign: &str) -> bool {
        let here = self.is_sign(sign);
        self.at += usize::from(here);
        here
    }

    /// Goes past the ends of lines and remarks.
    pub(super) fn lines(&mut self) {
        while self.peek().is_some_and(|t| matches!(t.kind, Kind::Line | Kind::Remark)) {
            self.at += 1;
        }
    }

    /// Whether a command or a rule ends here.
    pub(super) fn at_end(&self) -> bool {
        let Some(token) = self.peek() else { return true };
        match token.kind {
            Kind::Line | Kind::Remark => true,
            Kind::Sign => matches!(self.text_of(token), ";" | "}"),
            _ => false,
        }
    }

    /// The token before which a command or a rule ends: what stands between braces belongs to it.
    pub(super) fn end_from(&self, from: usize) -> usize {
        let mut depth = 0usize;
        let mut at = from;
        while let Some(token) = self.tokens.get(at) {
            match (token.kind, self.text_of(*token)) {
                (Kind::Line | Kind::Remark, _) | (Kind::Sign, ";" | "}") if depth == 0 => break,
                (Kind::Sign, "{") => depth += 1,
                (Kind::Sign, "}") => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// Takes the next word or string.
    pub(super) fn name(&mut self, expected: Expected) -> Read<&'t str> {
        match self.peek() {
            Some(token) if matches!(token.kind, Kind::Word | Kind::Str) => {
                self.at += 1;
                Ok(self.text_of(token))
            }
            _ => Err(self.wrong(expected)),
        }
    }

    /// Goes past that sign, which must be next.
    pub(super) fn need_sign(&mut self, sign: &str) -> Read<()> {
        if self.eat_sign(sign) {
            return Ok(());
        }
        Err(self.wrong(Expected::Literal(sign.into())))
    }

    /// Goes past that word, which must be next.
    pub(super) fn need(&mut self, word: &str) -> Read<()> {
        if self.eat(word) {
            return Ok(());
        }
        Err(self.wrong(Expected::Literal(word.into())))
    }

    /// Takes a number.
    pub(super) fn number(&mut self) -> Read<u64> {
        let found = number(self.word()).and_then(|n| u64::try_from(n).ok());
        self.at += usize::from(found.is_some());
        found.ok_or_else(|| self.wrong(Expected::Number))
    }

    /// The place of the tokens `from..to`.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let end = |at: usize| self.tokens.get(at).map(|t| t.at);
        let first = end(from).map_or(self.text.len() as u32, |t| t.0);
        let last = to.checked_sub(1).and_then(end).map_or(first, |t| t.1);
        self.place.span(first as usize, last.max(first) as usize)
    }

    /// What is written at the tokens `from..to`.
    pub(super) fn written(&self, from: usize, to: usize) -> &'t str {
        let end = |at: usize| self.tokens.get(at).map(|t| t.at);
        let (Some(first), Some(last)) = (end(from), to.checked_sub(1).and_then(end)) else {
            return "";
        };
        self.text.get(first.0 as usize..last.1.max(first.0) as usize).unwrap_or_default()
    }

    /// Says that the next token is none that could stand here.
    #[expect(clippy::unnecessary_box_returns, reason = "what [`Read`] holds")]
    pub(super) fn wrong(&self, expected: Expected) -> Box<Wrong> {
        // A variable is a sign and a name.
        let len = 1 + usize::from(self.is_sign("$"));
        self.wrong_at(self.at, self.at + len, vec![expected])
    }

    /// Says that the tokens `from..to` are none that could stand there.
    #[expect(clippy::unnecessary_box_returns, reason = "what [`Read`] holds")]
    pub(super) fn wrong_at(&self, from: usize, to: usize, expected: Vec<Expected>) -> Box<Wrong> {
        Box::new(Wrong {
            id: DiagnosticId::BadValue,
            span: self.span(from, to.min(self.tokens.len()).max(from)),
            found: self.written(from, to).chars().take(80).collect(),
            expected,
            hint: None,
            refused: false,
        })
    }

    /// Says that nft refuses the value of the token before the next.
    #[expect(clippy::unnecessary_box_returns, reason = "what [`Read`] holds")]
    pub(super) fn refused(&self, expected: Expected) -> Box<Wrong> {
        let from = self.at.saturating_sub(1);
        let wrong = self.wrong_at(from, self.at, vec![expected]);
        Box::new(Wrong { refused: true, ..*wrong })
    }
}

/// A number as nft reads one: decimal, `0x…`, and octal behind a 0.
pub(super) fn number(text: &str) -> Option<u128> {
    if let Some(hex) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        return u128::from_str_radix(hex, 16).ok();
    }
    let octal = text.len() > 1 && text.starts_with('0');
    u128::from_str_radix(text, if octal { 8 } else { 10 }).ok()
}
