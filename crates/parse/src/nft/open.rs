//! Values that a text leaves open where a rule compares something with them: `ip saddr <YOUR_IP>`, `x.x.x.x`.

use super::cursor::Wrong;
use super::draft::Typed;
use super::reader::{Parts, Reader};
use crate::blank::{self, Left};
use chainwalk_model::nft::{Expr, Field, Header, Meta, Needs};
use chainwalk_model::{BlankPart, DiagnosticId, Expected, Match, OpKind, Opaque, Severity};

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
