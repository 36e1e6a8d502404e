//! Values that a text leaves open: where a rule compares something with them, as in `ip saddr <YOUR_IP>` and `x.x.x.x`, among the
//! elements of a set, and wherever else one is the reason why a statement could not be read.

use super::cursor::Wrong;
use super::draft::Typed;
use super::lexer::Kind;
use super::reader::{Parts, Reader};
use crate::blank::{self, Left};
use chainwalk_model::nft::{Expr, Field, Header, Meta, Needs};
use chainwalk_model::{Blank, BlankPart, DiagnosticId, Expected, Match, OpKind, Opaque, Severity};

/// Words that stand between a field and its value.
const OPERATORS: [&str; 12] =
    ["eq", "ne", "lt", "gt", "le", "ge", "map", "vmap", "set", "exists", "missing", "and"];

impl Reader<'_, '_> {
    /// A comparison with a value that is left open, where one is next; whether it was. `from` is where the field begins.
    pub(super) fn left_open(&mut self, left: &Typed, from: usize, parts: &mut Parts) -> bool {
        let Expr::Field(field) = left.expr else { return false };
        let Some((part, needs)) = compared(field) else { return false };
        let start = self.cur.at;
        let not = self.cur.eat_sign("!=");
        if !not {
            self.cur.eat_sign("==");
        }
        let at = self.cur.at;
        let Some((open, kind)) = self.cur.rest().and_then(|rest| at_start(rest, part)) else {
            self.cur.at = start;
            return false;
        };
        self.cur.skip(open.1);
        let to = self.cur.at;
        let name = open.0.name.clone();
        let wrong = self.cur.wrong_at(at, to, vec![kind]);
        self.say(Wrong { id: DiagnosticId::LeftOpen, found: name, ..*wrong }, Severity::Warning);
        self.implied(parts, needs, from);
        let blank = Some(Box::new(open.0.tested(part, not)));
        let opaque = Opaque { blank, ..Opaque::new(None, self.cur.written(from, to)) };
        let op = self.op(OpKind::Match(Match::Opaque(opaque)), from);
        parts.ops.push(op);
        true
    }
}

impl Reader<'_, '_> {
    /// Goes past an element of a set that is left open, and past what it holds, where one is next.
    pub(super) fn open_element(&mut self, address: bool) -> bool {
        let from = self.cur.at;
        let Some((name, len)) = self.cur.rest().and_then(|rest| begins_open(rest, address)) else {
            return false;
        };
        self.cur.skip(len);
        let kind = if address { Expected::Network } else { Expected::Text };
        let wrong = self.cur.wrong_at(from, self.cur.at, vec![kind]);
        self.say(Wrong { id: DiagnosticId::LeftOpen, found: name, ..*wrong }, Severity::Warning);
        while let Some(token) = self.cur.peek() {
            if token.kind == Kind::Sign && matches!(self.cur.text_of(token), "," | "}") {
                break;
            }
            self.cur.at += 1;
        }
        true
    }

    /// The value that is left open within a stretch that could not be read: said in place of what else is wrong with it.
    pub(super) fn left_open_within(&mut self, from: usize, to: usize) -> Option<Blank> {
        let open = (from..to).find_map(|at| {
            self.cur.at = at;
            let (name, len) = self.cur.rest().and_then(|rest| begins_open(rest, true))?;
            // A name without marks may be a word of nft.
            Some((at, name, len))
        });
        let (at, name, len) = open?;
        self.cur.at = at;
        self.cur.skip(len);
        let wrong = self.cur.wrong_at(at, self.cur.at, vec![Expected::Address]);
        let id = DiagnosticId::LeftOpen;
        // As an element of a set it was told.
        if !self.diagnostics.iter().rev().take(9).any(|d| d.id == id && d.span == wrong.span) {
            self.say(Wrong { id, found: name.clone(), ..*wrong }, Severity::Warning);
        }
        let left = Left { name, shows: None, len: None };
        Some(left.tested(BlankPart::Else, false))
    }
}

/// What is left open at the start of a text by its marks, or since some of an address is hidden: its name, and how long it is.
fn begins_open(text: &str, address: bool) -> Option<(String, usize)> {
    let quoted = usize::from(text.starts_with('"'));
    let inner = &text[quoted..];
    if inner.starts_with(['@', '[', '%', '_', '$']) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '}' | '"' | ')' | ':' | '/');
    if let Some((name, len)) = blank::at_start(inner) {
        return Some((blank::canonical(name), len + 2 * quoted));
    }
    let word = &inner[..inner.find(ends).unwrap_or(inner.len())];
    let hidden = address && blank::hidden(word).is_some();
    hidden.then(|| (blank::canonical(word), word.len() + 2 * quoted))
}

/// What of a packet a field is, and what has to be there before it can be read.
fn compared(field: Field) -> Option<(BlankPart, Needs)> {
    let of = match field {
        Field::Meta(Meta::Iif | Meta::Iifname) => {
            return Some((BlankPart::InIface, Needs::Nothing));
        }
        Field::Meta(Meta::Oif | Meta::Oifname) => {
            return Some((BlankPart::OutIface, Needs::Nothing));
        }
        Field::Header(of) => of.row(),
        _ => return None,
    };
    let needs = match of.header {
        Header::Ip => Needs::Ip,
        Header::Ip6 => Needs::Ip6,
        Header::Tcp => Needs::L4(6),
        Header::Udp => Needs::L4(17),
        _ => return None,
    };
    let part = match of.word {
        "saddr" => BlankPart::Src,
        "daddr" => BlankPart::Dst,
        "sport" => BlankPart::Sport,
        "dport" => BlankPart::Dport,
        _ => return None,
    };
    Some((part, needs))
}

/// What is left open at the start of a text, with its length there, and what would fit.
fn at_start(rest: &str, part: BlankPart) -> Option<((Left, usize), Expected)> {
    let quoted = rest.starts_with('"');
    let text = &rest[usize::from(quoted)..];
    if is_plain(text, part) {
        return None;
    }
    // A set between braces, a named one, a variable.
    let marked = blank::at_start(text).filter(|_| !text.starts_with(['@', '$', '[']));
    let ends = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '}' | '"' | ')');
    let len = match marked {
        Some((_, len)) => len + text[len..].find(ends).unwrap_or(text.len() - len),
        None => text.find(ends).unwrap_or(text.len()),
    };
    let word = &text[..len];
    if word.is_empty() || OPERATORS.contains(&word) || marked.is_none() && word.starts_with(SIGNS) {
        return None;
    }
    let address = matches!(part, BlankPart::Src | BlankPart::Dst);
    let (left, kind) = match part {
        _ if address => (blank::address(word)?, Expected::Network),
        BlankPart::InIface | BlankPart::OutIface => {
            // `"eth*"` is any of that beginning.
            (blank::interface(word).filter(|_| !word.ends_with('*'))?, Expected::Interface)
        }
        // The name of a service may hold the word.
        _ => {
            let open = marked.is_some() || !word.contains(|c: char| c.is_ascii_lowercase());
            (blank::value(word).filter(|_| open)?, Expected::Port)
        }
    };
    let len = len + 2 * usize::from(quoted);
    Some(((left, len), kind))
}

/// Whether a value is no more than it says: most are, and this costs least.
fn is_plain(text: &str, part: BlankPart) -> bool {
    let ends = |b: &u8| matches!(b, b' ' | b';' | b',' | b'}' | b'"' | b')' | b'\t');
    let bytes = text.as_bytes();
    let word = &bytes[..bytes.iter().position(ends).unwrap_or(bytes.len())];
    match part {
        BlankPart::InIface | BlankPart::OutIface => {
            let name = |b: &u8| matches!(b, b'a'..=b'w' | b'y' | b'z' | b'0'..=b'9' | b'-' | b'.');
            word.len() < 9 && word.iter().all(name)
        }
        _ => word.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'/' | b':')),
    }
}

/// What a variable, a set, and other signs of nft begin with.
const SIGNS: [char; 9] = ['@', '$', '{', '(', '[', '!', '&', '=', '-'];
