//! JSON, written straight into a text: an answer has very many small parts.
//!
//! Guarantee: what is written is what `serde_json` writes of the same.

use serde_json::Value;
use std::borrow::Cow;
use std::io::Write as _;
use std::net::IpAddr;
use std::ops::Range;
use std::rc::Rc;

/// What can be written as JSON.
pub(super) trait Put {
    fn put(&self, to: &mut Vec<u8>);
}

impl Put for str {
    fn put(&self, to: &mut Vec<u8>) {
        if self.bytes().all(|b| PLAIN[usize::from(b)]) {
            Word(self).put(to);
        } else {
            Value::from(self).put(to);
        }
    }
}

/// The bytes of a text that need no escape.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = byte >= 0x20 && byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

/// A text that needs no escapes: a name, or another word of the answer's own.
pub(super) struct Word<'a>(pub(super) &'a str);

impl Put for Word<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(b'"');
        to.extend_from_slice(self.0.as_bytes());
        to.push(b'"');
    }
}

impl Put for Cow<'_, str> {
    fn put(&self, to: &mut Vec<u8>) {
        str::put(self, to);
    }
}

impl<T: Put + ?Sized> Put for &T {
    fn put(&self, to: &mut Vec<u8>) {
        (**self).put(to);
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Some(value) => value.put(to),
            None => to.extend_from_slice(b"null"),
        }
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        array(self, to);
    }
}

impl Put for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Put for u8 {
    fn put(&self, to: &mut Vec<u8>) {
        number((*self).into(), to);
    }
}

impl Put for u16 {
    fn put(&self, to: &mut Vec<u8>) {
        number((*self).into(), to);
    }
}

impl Put for u32 {
    fn put(&self, to: &mut Vec<u8>) {
        number((*self).into(), to);
    }
}

impl Put for usize {
    fn put(&self, to: &mut Vec<u8>) {
        number(*self as u64, to);
    }
}

impl Put for f64 {
    fn put(&self, to: &mut Vec<u8>) {
        Value::from(*self).put(to);
    }
}

impl Put for IpAddr {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(b'"');
        match self {
            Self::V4(addr) => {
                for (at, byte) in addr.octets().iter().enumerate() {
                    if at > 0 {
                        to.push(b'.');
                    }
                    byte.put(to);
                }
            }
            Self::V6(addr) => {
                let _ = write!(to, "{addr}");
            }
        }
        to.push(b'"');
    }
}

impl Put for Value {
    fn put(&self, to: &mut Vec<u8>) {
        let _ = write!(to, "{self}");
    }
}

/// A value that is written already. Equal ones of one making are written alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Written(Rc<[u8]>);

impl Written {
    /// An object of these fields.
    pub(super) fn object(fields: &[(&str, &dyn Put)]) -> Self {
        let mut text = Vec::with_capacity(128);
        let mut object = Object::new(&mut text);
        for (name, value) in fields {
            object.field(name, value);
        }
        object.end();
        Self(text.into())
    }
}

impl Put for Written {
    fn put(&self, to: &mut Vec<u8>) {
        Raw(&self.0).put(to);
    }
}

/// JSON as it is.
pub(super) struct Raw<'a>(pub(super) &'a [u8]);

impl Put for Raw<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.0);
    }
}

fn number(mut rest: u64, to: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    to.extend_from_slice(&digits[first..]);
}

/// An array of values.
pub(super) fn array<T: Put>(values: impl IntoIterator<Item = T>, to: &mut Vec<u8>) {
    to.push(b'[');
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            to.push(b',');
        }
        value.put(to);
    }
    to.push(b']');
}

/// An object, field by field. Names need no escapes.
pub(super) struct Object<'t> {
    to: &'t mut Vec<u8>,
    empty: bool,
}

impl<'t> Object<'t> {
    pub(super) fn new(to: &'t mut Vec<u8>) -> Self {
        to.push(b'{');
        Self { to, empty: true }
    }

    /// Writes a field, and tells where in the text its value stands.
    pub(super) fn field(&mut self, name: &str, value: &dyn Put) -> Range<usize> {
        if !std::mem::take(&mut self.empty) {
            self.to.push(b',');
        }
        Word(name).put(self.to);
        self.to.push(b':');
        let begin = self.to.len();
        value.put(self.to);
        begin..self.to.len()
    }

    pub(super) fn end(self) {
        self.to.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_what_serde_json_writes() {
        let text = |value: &dyn Put| {
            let mut text = Vec::new();
            value.put(&mut text);
            String::from_utf8(text).unwrap_or_default()
        };
        for word in ["", "a b", "\"", "a\\b", "\n\t\r\u{8}\u{c}\u{1}\u{7f}", "规则\u{2028}", "/"]
        {
            assert_eq!(text(&word), json!(word).to_string());
        }
        for number in [0, 7, 10, 255, 256, 65_535, 100_000, u32::MAX] {
            assert_eq!(text(&number), json!(number).to_string());
        }
        for addr in [0_u32, 0x0a14_1eff].map(|n| IpAddr::V4(n.into())) {
            assert_eq!(text(&addr), json!(addr).to_string());
        }
        for addr in [1_u128, 0xffff_0102_0304, 5 << 112 | 5].map(|n| IpAddr::V6(n.into())) {
            assert_eq!(text(&addr), json!(addr).to_string());
        }
        for weight in [0.0, 1.0, 0.5, 1.0 / 3.0, 1e-9, f64::NAN] {
            assert_eq!(text(&weight), json!(weight).to_string());
        }
        assert_eq!(text(&usize::MAX), json!(usize::MAX).to_string());
        assert_eq!(text(&vec![Some(true), None]), "[true,null]");
        let mut whole = Vec::new();
        let mut object = Object::new(&mut whole);
        object.field("a", &1_u8);
        object.field("b", &"c");
        object.end();
        assert_eq!(whole, br#"{"a":1,"b":"c"}"#);
    }
}
