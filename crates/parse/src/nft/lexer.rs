//! Text of nft as tokens: words, strings, signs and the ends of lines. Every text has tokens, and they cover no byte
//! twice.

use std::net::Ipv6Addr;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, a number, an address: what is not a string and no sign.
    Word,
    /// A string between quotes, which are not part of it.
    Str,
    /// A sign of one or two characters.
    Sign,
    /// The end of a line.
    Line,
    /// A remark, from `#` to the end of its line.
    Remark,
    /// What nft has no token for.
    Odd,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where its text begins, and where it ends.
    pub(super) text: (u32, u32),
    /// Where it is written: for what a variable stands for, the place of the variable.
    pub(super) at: (u32, u32),
}

/// The signs of two characters.
const PAIRS: [&str; 6] = ["==", "!=", "<=", ">=", "<<", ">>"];

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let (kind, len) = match bytes[at] {
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'\n' => (Kind::Line, 1),
            b'\\' if ends_line(&bytes[at + 1..]).is_some() => {
                at += 1 + ends_line(&bytes[at + 1..]).unwrap_or_default();
                continue;
            }
            b'#' => (Kind::Remark, rest.find('\n').unwrap_or(rest.len())),
            quote @ (b'"' | b'\'') => {
                let inner = &bytes[at + 1..];
                let end = inner.iter().position(|b| *b == quote || *b == b'\n');
                let end = end.filter(|e| inner[*e] == quote);
                if let Some(end) = end {
                    let (start, end) = ((at + 1) as u32, (at + 1 + end) as u32);
                    found.push(Token {
                        kind: Kind::Str,
                        text: (start, end),
                        at: (start - 1, end + 1),
                    });
                    at = end as usize + 1;
                    continue;
                }
                (Kind::Odd, 1)
            }
            _ => match word(rest) {
                0 if PAIRS.iter().any(|p| rest.starts_with(p)) => (Kind::Sign, 2),
                0 if b"{}()[],;.:=<>&|^!/-+@$*".contains(&bytes[at]) => (Kind::Sign, 1),
                0 => (Kind::Odd, rest.chars().next().map_or(1, char::len_utf8)),
                len => (Kind::Word, len),
            },
        };
        let place = (at as u32, (at + len) as u32);
        found.push(Token { kind, text: place, at: place });
        at += len;
    }
    found
}

/// How many bytes lie between a backslash and the end of its line, where nothing else does; the end included.
fn ends_line(bytes: &[u8]) -> Option<usize> {
    let blank = bytes.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r'))?;
    (bytes[blank] == b'\n').then_some(blank + 1)
}

/// How long the word is at the beginning of a text; 0 where there is none.
fn word(text: &str) -> usize {
    let bytes = text.as_bytes();
    let address = colons(text);
    if address > 0 {
        return address;
    }
    let run = |more: fn(u8) -> bool| bytes.iter().position(|b| !more(*b)).unwrap_or(bytes.len());
    match bytes[0] {
        b'0'..=b'9' => {
            let mut len = run(|b| b.is_ascii_alphanumeric() || b == b'_');
            // An address goes on behind its dots, the parts of a concatenation do not stand so close.
            if bytes[..len].iter().all(u8::is_ascii_digit) {
                let dotted = run(|b| b.is_ascii_digit() || b == b'.');
                if bytes.get(len + 1).is_some_and(u8::is_ascii_digit) && bytes[len] == b'.' {
                    len = dotted;
                }
                if bytes[len - 1] == b'.' {
                    len -= 1;
                }
            }
            len
        }
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
            let mut len = run(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b));
            // A dot at the end leads to the next part.
            while bytes[len - 1] == b'.' && len > 1 {
                len -= 1;
            }
            if text[len..].starts_with("\\*") {
                len + 2
            } else {
                len + usize::from(bytes.get(len) == Some(&b'*'))
            }
        }
        _ => 0,
    }
}

/// How long the IPv6 or hardware address is at the beginning of a text; 0 where there is none.
fn colons(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !(bytes[0].is_ascii_hexdigit() || text.starts_with("::")) {
        return 0;
    }
    let end = bytes.iter().position(|b| !(b.is_ascii_hexdigit() || b":.".contains(b)));
    let mut run = &text[..end.unwrap_or(bytes.len()).min(48)];
    if run.bytes().filter(|b| *b == b':').count() < 2 {
        return 0;
    }
    while let Some(shorter) = run.strip_suffix('.') {
        run = shorter;
    }
    let is_address = |t: &str| t.parse::<Ipv6Addr>().is_ok() || is_mac(t);
    // A colon behind an address leads to its port or to what a map holds for it.
    let shorter = run.strip_suffix(':').filter(|t| is_address(t));
    let run = if is_address(run) { Some(run) } else { shorter };
    let goes_on =
        |t: &&str| !bytes.get(t.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    run.filter(goes_on).map_or(0, str::len)
}

/// Whether a text is a hardware address.
fn is_mac(text: &str) -> bool {
    let part = |p: &str| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let found = tokens(text);
        found.iter().map(|t| &text[t.text.0 as usize..t.text.1 as usize]).collect()
    }

    #[test]
    fn words_addresses_and_signs_are_told_apart() {
        for (text, expect) in [
            ("tcp dport {22,80-90}", "tcp|dport|{|22|,|80|-|90|}"),
            ("ip saddr 10.0.0.0/8 . @s", "ip|saddr|10.0.0.0|/|8|.|@|s"),
            ("10.0.0.1-10.0.0.9 : accept", "10.0.0.1|-|10.0.0.9|:|accept"),
            ("dnat to [fd00::1]:80", "dnat|to|[|fd00::1|]|:|80"),
            ("dnat to 10.0.0.1:80-90", "dnat|to|10.0.0.1|:|80|-|90"),
            ("::/0 : drop", "::|/|0|:|drop"),
            ("fd00:0:0:0:0::/60", "fd00:0:0:0:0::|/|60"),
            ("00:11:22:33:44:55 . 1", "00:11:22:33:44:55|.|1"),
            ("\"a b\" eth* eth\\* lo", "a b|eth*|eth\\*|lo"),
            ("limit rate 10/second", "limit|rate|10|/|second"),
            ("1h30m 0x0f # x", "1h30m|0x0f|# x"),
            ("a \\\n b", "a|b"),
            ("meta mark & 0xff!=1<<2", "meta|mark|&|0xff|!=|1|<<|2"),
            ("@th,16,16", "@|th|,|16|,|16"),
            ("jump svc-A/ns/x/tcp/p80", "jump|svc-A/ns/x/tcp/p80"),
            ("80 : 1.2.3.4 . 90", "80|:|1.2.3.4|.|90"),
            ("priority 1:10", "priority|1|:|10"),
            ("caf\u{e9} \u{2192} \"open", "caf|\u{e9}|\u{2192}|\"|open"),
        ] {
            assert_eq!(words(text).join("|"), expect, "{text}");
        }
    }
}
