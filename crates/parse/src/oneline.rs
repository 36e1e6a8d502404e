//! A short line as words with their places, and the diagnostics about them.
//!
//! Guarantees: a word's offsets lie on character boundaries of the text it was cut from.

use crate::names::distance;
use chainwalk_model::{
    Cidr, Diagnostic, DiagnosticId, DocId, Expected, Hint, Severity, Span, proto,
};
use std::net::IpAddr;

/// A word and where it starts in its text, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl<'a> Word<'a> {
    /// The span of the word in document 0.
    pub(crate) fn span(self) -> Span {
        Span::new(DocId(0), self.start, self.end())
    }

    /// The part of the word from byte `at` on; `at` is a character boundary.
    pub(crate) fn from(self, at: usize) -> Self {
        Self { text: self.text.get(at..).unwrap_or_default(), start: self.start + at }
    }

    /// The part of the word before byte `at`; `at` is a character boundary.
    pub(crate) fn until(self, at: usize) -> Self {
        Self { text: self.text.get(..at).unwrap_or_default(), start: self.start }
    }

    /// Where the word ends in its text.
    pub(crate) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// The word without white space at its ends.
    pub(crate) fn trim(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        Self { text: self.text.trim(), start: self.start + start }
    }

    /// The words within it, as [`words`] parts them.
    pub(crate) fn words(self) -> Vec<Self> {
        let within = words(self.text).into_iter();
        within.map(|w| Word { text: w.text, start: w.start + self.start }).collect()
    }

    /// The two sides of the first `mark`.
    pub(crate) fn split(self, mark: char) -> Option<(Word<'a>, Word<'a>)> {
        let at = self.text.find(mark)?;
        Some((self.until(at), self.from(at + mark.len_utf8())))
    }
}

/// The words of a text, parted by white space; a double-quoted stretch is one word, its quotes kept.
pub(crate) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            if let Some(begin) = start.take() {
                found.push(Word { text: &text[begin..at], start: begin });
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(begin) = start {
        found.push(Word { text: &text[begin..], start: begin });
    }
    found
}

/// An error about one word.
pub(crate) fn bad(word: Word<'_>, expected: Vec<Expected>) -> Diagnostic {
    Diagnostic {
        id: DiagnosticId::BadValue,
        severity: Severity::Error,
        span: word.span(),
        found: word.text.into(),
        expected,
        hint: None,
    }
}

/// An error about something that should stand at byte `at` and does not.
pub(crate) fn missing(at: usize, expected: Vec<Expected>) -> Diagnostic {
    Diagnostic {
        id: DiagnosticId::Missing,
        severity: Severity::Error,
        span: Span::new(DocId(0), at, at),
        found: "".into(),
        expected,
        hint: None,
    }
}

/// The hint that names the nearest of `known`, where one is near enough to be meant.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> Option<Hint> {
    let letters: Vec<char> = word.to_ascii_lowercase().chars().collect();
    let limit = (letters.len() / 3).max(1);
    let word = &letters[..letters.len().min(40)];
    known
        .iter()
        .map(|k| (distance(word, &k.chars().collect::<Vec<_>>()), *k))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| Hint::DidYouMean(k.into()))
}

/// A number, decimal or `0x` hexadecimal.
pub(crate) fn number<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => text.parse().ok()?,
    };
    T::try_from(value).ok()
}

/// An address with an optional prefix length; without one it is the address alone.
pub(crate) fn cidr(text: &str) -> Option<Cidr> {
    let (addr, len) = match text.split_once('/') {
        Some((addr, len)) => (addr.parse::<IpAddr>().ok()?, Some(len.parse::<u8>().ok()?)),
        None => (text.parse::<IpAddr>().ok()?, None),
    };
    let most = if addr.is_ipv4() { 32 } else { 128 };
    let len = len.unwrap_or(most);
    (len <= most).then_some(Cidr { addr, len })
}

/// A protocol by name or number.
pub(crate) fn protocol(text: &str) -> Option<u8> {
    Some(match text.to_ascii_lowercase().as_str() {
        "icmp" => proto::ICMP,
        "igmp" => 2,
        "ipip" => 4,
        "tcp" => proto::TCP,
        "udp" => proto::UDP,
        "dccp" => 33,
        "ipv6" => 41,
        "gre" => proto::GRE,
        "esp" => 50,
        "ah" => 51,
        "ipcomp" => 108,
        "mh" => 135,
        "icmpv6" | "ipv6-icmp" | "icmp6" => proto::ICMPV6,
        "sctp" => proto::SCTP,
        "udplite" => proto::UDPLITE,
        other => return other.parse().ok(),
    })
}

/// Bytes written as pairs of hexadecimal digits.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<Vec<u8>>>()?;
    let even = digits.len().is_multiple_of(2);
    even.then(|| digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect())
}

/// TCP flags as the letters `FSRPAUEC`, in any order.
pub(crate) fn flag_letters(text: &str) -> Option<u8> {
    text.chars().try_fold(0, |bits, c| Some(bits | 1 << "FSRPAUEC".find(c.to_ascii_uppercase())?))
}

/// A TCP flag by its name.
pub(crate) fn flag_name(text: &str) -> Option<u8> {
    const NAMES: [&str; 8] = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
    let text = text.to_ascii_lowercase();
    NAMES.iter().position(|n| *n == text).map(|at| 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_places() {
        let found: Vec<_> =
            words(" a \"b c\"  d\"e f\" ").iter().map(|w| (w.text, w.start, w.end())).collect();
        assert_eq!(found, [("a", 1, 2), ("\"b c\"", 3, 8), ("d\"e f\"", 10, 16)]);
        let word = Word { text: " a=b ", start: 5 };
        assert_eq!((word.trim().text, word.trim().start), ("a=b", 6));
        let parts = word.trim().split('=').map(|(a, b)| (a.text, a.start, b.text, b.start));
        assert_eq!(parts, Some(("a", 6, "b", 8)));
        let within: Vec<_> = word.words().iter().map(|w| (w.text, w.start)).collect();
        assert_eq!(within, [("a=b", 6)]);
        assert_eq!((word.from(2).text, word.from(2).start, word.until(2).text), ("=b ", 7, " a"));
    }

    #[test]
    fn numbers_networks_protocols_and_bytes() {
        assert_eq!(
            (number("0x1F"), number("0X1f"), number("31")),
            (Some(31_u8), Some(31_u8), Some(31_u8))
        );
        assert_eq!(
            (number::<u8>("256"), number::<u8>("0x"), number::<u8>("-1")),
            (None, None, None)
        );
        let net = |addr: &str, len| addr.parse().ok().map(|addr| Cidr { addr, len });
        assert_eq!(
            (cidr("10.0.0.0/8"), cidr("10.0.0.1")),
            (net("10.0.0.0", 8), net("10.0.0.1", 32))
        );
        assert_eq!((cidr("::/0"), cidr("::1")), (net("::", 0), net("::1", 128)));
        assert_eq!(
            (cidr("10.0.0.0/33"), cidr("::/129"), cidr("10/8"), cidr("x")),
            (None, None, None, None)
        );
        assert_eq!((cidr("10.0.0.0/32"), cidr("::/128")), (net("10.0.0.0", 32), net("::", 128)));
        // IANA's protocol numbers.
        for (name, expect) in [
            ("icmp", 1),
            ("IGMP", 2),
            ("ipip", 4),
            ("tcp", 6),
            ("udp", 17),
            ("dccp", 33),
            ("ipv6", 41),
            ("gre", 47),
            ("esp", 50),
            ("ah", 51),
            ("icmpv6", 58),
            ("ipv6-icmp", 58),
            ("icmp6", 58),
            ("ipcomp", 108),
            ("sctp", 132),
            ("mh", 135),
            ("udplite", 136),
            ("89", 89),
        ] {
            assert_eq!(protocol(name), Some(expect), "{name}");
        }
        assert_eq!((protocol("256"), protocol("x")), (None, None));
        assert_eq!(
            (hex("0aF0"), hex(""), hex("0a0"), hex("0g")),
            (Some(vec![10, 0xf0]), Some(vec![]), None, None)
        );
        assert_eq!(
            (flag_letters("SA"), flag_letters("fsrpauec"), flag_letters("x")),
            (Some(0x12), Some(0xff), None)
        );
        assert_eq!(
            (flag_name("syn"), flag_name("CWR"), flag_name("x")),
            (Some(2), Some(128), None)
        );
    }

    #[test]
    fn a_hint_is_near_enough_to_be_meant() {
        let meant = |word, known: &[&str]| match did_you_mean(word, known) {
            Some(Hint::DidYouMean(name)) => name.to_string(),
            _ => String::new(),
        };
        for (word, known, expect) in [
            ("vai", &["via", "dev"][..], "via"),
            ("VIA", &["via"], "via"),
            ("va", &["via"], "via"),
            ("viaa", &["via"], "via"),
            ("dea", &["dev", "via"], "dev"),
            ("xyz", &["via"], ""),
            // A third of the letters may be wrong.
            ("prefernece", &["preference"], "preference"),
            ("abcxyz", &["abcdef"], ""),
            ("abcdxy", &["abcdef"], "abcdef"),
        ] {
            assert_eq!(meant(word, known), expect, "{word}");
        }
    }
}
