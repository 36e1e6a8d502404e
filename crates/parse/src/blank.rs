//! Values that a text leaves open: `<YOUR_IP>`, `$WAN`, `{{ port }}`, `x.x.x.x`, `198.51.100.*`.
//!
//! One name stands for one value wherever it stands; [`Fills`] puts what a person says of it in its places.

use chainwalk_model::{Blank, BlankPart, DiagnosticId, Expected, LeftOpen, Order, Reading, Text};
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// A value that is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// What it is called, without the marks around it.
    pub(crate) name: String,
    /// What of an address of IPv4 can be seen.
    pub(crate) shows: Option<[Option<u8>; 4]>,
    /// The prefix length behind it.
    pub(crate) len: Option<u8>,
}

impl Left {
    /// The same as what a rule compares something with.
    pub(crate) fn tested(&self, part: BlankPart, not: bool) -> Blank {
        let shows = self.shows.unwrap_or([None; 4]);
        Blank { name: self.name.as_str().into(), part, not, shows, len: self.len }
    }
}

/// What stands around a name: before it and behind it.
const MARKS: [(&str, &str); 8] = [
    ("{{", "}}"),
    ("${", "}"),
    ("<", ">"),
    ("[", "]"),
    ("%", "%"),
    ("@", "@"),
    ("__", "__"),
    ("$", ""),
];

/// A whole word that is an address, or its network, left open. A host's name is one too: nobody looks it up here.
pub(crate) fn address(text: &str) -> Option<Left> {
    let (base, len) = match text.rsplit_once('/') {
        Some((base, len)) => match (len.parse::<u8>(), len.parse::<Ipv4Addr>()) {
            (Ok(len), _) if len <= 128 => (base, Some(len)),
            (_, Ok(mask)) => (base, Some(mask.to_bits().leading_ones() as u8)),
            // `<NET/MASK>`, `$NET/$LEN`: all of it is left open.
            _ => (text, None),
        },
        None => (text, None),
    };
    let whole = |name: &str, shows| Some(Left { name: name.to_owned(), shows, len });
    if let Some(name) = marked(base) {
        return whole(&canonical(name), hidden(name));
    }
    if let Some(shows) = hidden(base) {
        return whole(&canonical(base), Some(shows));
    }
    let letters = base.contains(|c: char| c.is_alphabetic() || c == '*');
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
    let dotted = base.split('.').filter(|p| p.bytes().all(|b| b.is_ascii_digit())).count();
    // Three numbers between dots are an address with a slip in it.
    (letters && base.len() < 64 && base.chars().all(plain) && dotted < 3 && !base.starts_with('-'))
        .then(|| whole(base, None))
        .flatten()
}

/// A whole word that is an interface left open.
pub(crate) fn interface(text: &str) -> Option<Left> {
    if let Some(name) = marked(text) {
        return Some(plain(name));
    }
    let upper = text.to_ascii_uppercase();
    let said = ["YOUR", "_IFACE", "_INTERFACE", "INTERFACE", "_NIC", "<", "{"];
    let cut = [
        "ethX", "ethx", "eth?", "eth*", "ensX", "enpXsY", "wlanX", "wlanx", "wgX", "tunX", "XXX",
        "xxx",
    ];
    (cut.contains(&text) || said.iter().any(|s| upper.contains(s))).then(|| plain(text))
}

/// A whole word that is a number or another value left open.
pub(crate) fn value(text: &str) -> Option<Left> {
    if let Some(name) = marked(text) {
        return Some(plain(name));
    }
    let upper = text.to_ascii_uppercase();
    let crossed = !upper.is_empty() && upper.bytes().all(|b| matches!(b, b'X' | b'?'));
    let said = ["YOUR", "PORT", "_MARK", "_ID"].iter().any(|s| upper.contains(s))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (crossed || said).then(|| plain(text))
}

/// What is left open somewhere within a word: `<IP>:80`, `10.0.0.1-$LAST`, `x.x.x.x:8080`.
pub(crate) fn within(text: &str) -> Option<Left> {
    let marks = text.char_indices().filter(|(_, c)| matches!(c, '<' | '$' | '{' | '[' | '%' | '@'));
    let marked = marks.into_iter().find_map(|(at, _)| at_start(&text[at..]));
    if let Some((name, _)) = marked {
        return Some(plain(name));
    }
    text.split([':', '-', '/'])
        .find_map(|part| {
            let shows = hidden(part)?;
            Some(Left { name: canonical(part), shows: Some(shows), len: None })
        })
        .or_else(|| {
            let first = text.split(':').next().unwrap_or(text);
            let upper = first.to_ascii_uppercase();
            let said = ["YOUR", "_IP", "IP_", "SERVER", "HOST"].iter().any(|s| upper.contains(s));
            said.then(|| address(first)).flatten()
        })
}

/// One name for a hidden address however its hidden bytes are crossed out: `XX.XX.XX.10` is `x.x.x.10`.
pub(crate) fn canonical(name: &str) -> String {
    if hidden(name).is_none() {
        return name.to_owned();
    }
    let part = |part: &str| match part.bytes().next() {
        Some(b'*' | b'?' | b'#') => "x".to_owned(),
        Some(first) if first.is_ascii_alphabetic() => {
            char::from(first).to_ascii_lowercase().to_string()
        }
        _ => part.to_owned(),
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn plain(name: &str) -> Left {
    Left { name: name.to_owned(), shows: None, len: None }
}

/// The name within the marks of a whole word.
pub(crate) fn marked(text: &str) -> Option<&str> {
    let (name, len) = at_start(text)?;
    (len == text.len()).then_some(name)
}

/// The name of what is left open at the start of a text, and how long it is there with its marks.
pub(crate) fn at_start(text: &str) -> Option<(&str, usize)> {
    for (before, after) in MARKS {
        let Some(inner) = text.strip_prefix(before) else { continue };
        let fits = |c: char| {
            c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*' | ' ' | '/' | ':' | '\'' | '?')
        };
        let end = if after.is_empty() {
            inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len())
        } else {
            match inner.find(after) {
                Some(end) => end,
                None => continue,
            }
        };
        let name = inner[..end].trim();
        // `{{ net | default('10.0.0.0/8') }}`.
        let filtered = name.split_once('|').filter(|_| before == "{{");
        let name = filtered.map_or(name, |(name, _)| name.trim_end());
        // `{{ . }}` is the element at hand.
        let named = (name.contains(char::is_alphabetic) || before == "{{" && name == ".")
            && name.len() < 48
            && name.chars().all(fits);
        // `[fd00::1]` is an address, `${X:-y}` has a value, `%i` ends no word.
        let address = name.contains("::") || name.parse::<std::net::IpAddr>().is_ok();
        let spaced = name.contains(' ') && matches!(before, "%" | "@" | "[" | "$");
        if named && !address && !spaced && !name.contains(":-") {
            return Some((name, before.len() + end + after.len()));
        }
    }
    None
}

/// An address of IPv4 of which some is hidden: `x.x.x.x`, `XXX.XXX.XXX.10`, `198.51.100.*`, `a.b.c.d`.
pub(crate) fn hidden(text: &str) -> Option<[Option<u8>; 4]> {
    let parts: Vec<&str> = text.split('.').collect();
    let [a, b, c, d] = parts[..] else { return None };
    let crossed = |part: &str| {
        let first = part.bytes().next().unwrap_or_default();
        let mark = matches!(
            first,
            b'x' | b'X' | b'*' | b'?' | b'#' | b'n' | b'N' | b'y' | b'Y' | b'z' | b'Z'
        );
        mark && part.len() < 4 && part.bytes().all(|c| c == first)
    };
    // `a.b.c.d`, `aaa.bbb.ccc.ddd`, `A.B.C.D`.
    let lettered = [a, b, c, d].iter().all(|p| {
        let first = p.bytes().next().unwrap_or_default();
        first.is_ascii_alphabetic() && p.len() < 4 && p.bytes().all(|c| c == first)
    });
    let mut shows = [None; 4];
    let mut any = lettered;
    for (shown, part) in shows.iter_mut().zip([a, b, c, d]) {
        if lettered || crossed(part) {
            any = true;
        } else {
            *shown = Some(part.parse().ok()?);
        }
    }
    any.then_some(shows)
}

/// Gathers the values that are left open, each once; one remark of each stays.
pub(crate) fn gather(reading: &mut Reading) {
    let mut found: Vec<LeftOpen> = Vec::new();
    let mut places: HashMap<Text, usize> = HashMap::new();
    reading.diagnostics.order_by_key(|d| (d.span.doc, d.span.start, d.span.end));
    reading.diagnostics.retain(|d| {
        if d.id != DiagnosticId::LeftOpen {
            return true;
        }
        if let Some(at) = places.get(&d.found) {
            found[*at].spans.push(d.span);
            return false;
        }
        places.insert(d.found.clone(), found.len());
        let kind = d.expected.first().cloned().unwrap_or(Expected::Text);
        found.push(LeftOpen { name: d.found.clone(), kind, spans: vec![d.span] });
        true
    });
    reading.blanks = found;
}

/// What a person says that names stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fills(Vec<(String, String)>);

impl Fills {
    /// Each name with its value.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// A name as it is called here: without marks, and a hidden address in one form.
    pub fn name(word: &str) -> String {
        canonical(marked(word).unwrap_or(word))
    }

    /// What a name stands for; the first that was said counts, as in the text.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands for the open value at the start of `rest`, and how long that is. `before` is the character in
    /// front of it.
    pub(crate) fn at<'f>(&'f self, rest: &str, before: Option<char>) -> Option<(usize, &'f str)> {
        let marked = at_start(rest);
        let within = |c: char| c.is_alphanumeric() || matches!(c, '_' | '*' | '-' | '?' | '#');
        let len = rest.find(|c: char| !(within(c) || c == '.')).unwrap_or(rest.len());
        let bare = rest[..len].trim_end_matches('.');
        let begins = !bare.is_empty() && !before.is_some_and(|c| within(c) || c == '.');
        for (name, value) in &self.0 {
            let len = match marked {
                Some((found, len)) if canonical(found) == *name => len,
                _ if begins && is_bare(name) && canonical(bare) == *name => bare.len(),
                _ => continue,
            };
            // A network's length that was written behind the name counts.
            let alone = value.split('/').next().unwrap_or(value);
            let value = if rest[len..].starts_with('/') { alone } else { value };
            return Some((len, value));
        }
        None
    }
}

/// Whether a name is told from other words without marks around it.
fn is_bare(name: &str) -> bool {
    name.contains(['.', '_', '-']) || name.to_ascii_uppercase().contains("YOUR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_is_seen() {
        for (text, name, len) in [
            ("<YOUR_IP>", "YOUR_IP", None),
            ("<office-net>/24", "office-net", Some(24)),
            ("<your ip here>", "your ip here", None),
            ("$WAN_IP", "WAN_IP", None),
            ("${lan}/255.255.255.0", "lan", Some(24)),
            ("{{ ansible_host }}", "ansible_host", None),
            ("[SERVER]", "SERVER", None),
            ("%IP%", "IP", None),
            ("YOUR_IP", "YOUR_IP", None),
            ("x.x.x.x/32", "x.x.x.x", Some(32)),
            ("XXX.XXX.XXX.10/32", "x.x.x.10", Some(32)),
            ("198.51.100.*", "198.51.100.x", None),
            ("a.b.c.d", "a.b.c.d", None),
            ("db.example.com", "db.example.com", None),
            ("\u{4f60}\u{7684}IP/24", "\u{4f60}\u{7684}IP", Some(24)),
        ] {
            let found = address(text).map(|l| (l.name, l.len));
            assert_eq!(found, Some((name.to_owned(), len)), "{text}");
        }
        for text in
            ["10.0.0.999", "172.17.0.O/16", "fe80::g", "[fd00::1]", "10.0.0.1:80", "", "1.2.3", "!"]
        {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_kept() {
        assert_eq!(hidden("198.51.100.*"), Some([Some(198), Some(51), Some(100), None]));
        assert_eq!(hidden("xx.xx.xx.10"), Some([None, None, None, Some(10)]));
        assert_eq!(hidden("A.B.C.D"), Some([None; 4]));
        for text in ["198.51.100.1", "1.2.3.x.5", "1.2.3", "300.x.x.x", "xa.x.x.x"] {
            assert_eq!(hidden(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_is_filled_in() {
        let fills = Fills::new(vec![
            ("IP".into(), "10.0.0.9/16".into()),
            ("x.x.x.x".into(), "1.2.3.4".into()),
        ]);
        for (rest, before, expect) in [
            ("<IP> -j", Some(' '), Some((4, "10.0.0.9/16"))),
            ("<IP>/24", Some(' '), Some((4, "10.0.0.9"))),
            ("$IP/8", Some(' '), Some((3, "10.0.0.9"))),
            ("$IPS", Some(' '), None),
            ("IP", Some(' '), None),
            ("IP", Some('_'), None),
            ("IPT", Some(' '), None),
            ("x.x.x.x.", Some(' '), Some((7, "1.2.3.4"))),
            ("XX.XX.XX.XX ", Some(' '), Some((11, "1.2.3.4"))),
            ("x.x.x.x", Some('.'), None),
        ] {
            assert_eq!(fills.at(rest, before), expect, "{rest}");
        }
    }
}
