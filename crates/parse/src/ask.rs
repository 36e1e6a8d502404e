//! The packet line: what a person types to send a packet (`curl 172.17.0.2:11103`,
//! `tcp A:P > B:P in eth0 syn`, `reply 1`).
//!
//! Guarantees: any text gives a [`PacketSpec`] and never panics; what could not be read is told by a diagnostic
//! whose span counts in the line, as document 0, and the rest of the line still counts.

mod apps;
mod headers;
mod more;
mod words;

use crate::names::nearest;
use crate::oneline::{Word, bad, did_you_mean, missing, number, protocol, words};
use chainwalk_model::{
    AskAddr, AskEntry, Diagnostic, DiagnosticId, DocId, Expected, FollowUp, Hint, Host, PacketSpec,
    Severity, Span, proto,
};
use std::net::{IpAddr, Ipv4Addr};
use words::is_more;

/// The source port of a connection whose line names none, as a client would pick one.
const CLIENT_PORT: u16 = 51000;

/// The words that begin a packet line.
const VERBS: [&str; 30] = [
    "curl",
    "wget",
    "ping",
    "ping6",
    "dig",
    "nslookup",
    "nc",
    "ncat",
    "telnet",
    "ssh",
    "psql",
    "mysql",
    "mariadb",
    "redis-cli",
    "traceroute",
    "tcp",
    "udp",
    "icmp",
    "icmpv6",
    "sctp",
    "udplite",
    "gre",
    "esp",
    "ah",
    "ipcomp",
    "dccp",
    "mh",
    "reply",
    "error",
    "after",
];

/// Reads one packet line.
pub fn packet_line(text: &str) -> (PacketSpec, Vec<Diagnostic>) {
    // What another tool printed says it in that tool's words.
    if let Some(shown) = crate::seen::packet(text) {
        let (ask, found) = packet_line(&shown.line);
        return (PacketSpec { span: Some(Span::new(DocId(0), 0, text.len())), ..ask }, found);
    }
    let mut line = Line {
        end: text.trim_end().len(),
        words: cut_arrows(words(text)),
        at: 0,
        ask: PacketSpec::default(),
        place: Place::default(),
        spi: None,
        found: Vec::new(),
    };
    line.ask.span = Some(Span::new(DocId(0), 0, text.len()));
    if line.words.is_empty() {
        let mut empty = missing(0, vec![Expected::Packet]);
        empty.id = DiagnosticId::Empty;
        line.found.push(empty);
    } else {
        line.read();
    }
    line.finish()
}

/// Reads the lines of a sequence. Lines that name no source port get one each, as separate connections would.
pub fn packet_lines(lines: &[&str], host: &Host) -> Vec<(PacketSpec, Vec<Diagnostic>)> {
    lines
        .iter()
        .zip(0..)
        .map(|(text, k)| {
            let (mut ask, mut found) = packet_line(text);
            found.extend(resolve(&mut ask, text, host));
            if ask.sport == Some(CLIENT_PORT) && !text.contains("51000") {
                ask.sport = Some(CLIENT_PORT.saturating_add(k));
            }
            (ask, found)
        })
        .collect()
}

/// Puts addresses in the place of names, from what the paste says of the host. A name it does not tell is a
/// problem: names are never looked up.
pub fn resolve(ask: &mut PacketSpec, text: &str, host: &Host) -> Vec<Diagnostic> {
    let mut unknown = Vec::new();
    for addr in [&mut ask.src, &mut ask.dst].into_iter().flatten() {
        let AskAddr::Name(name) = addr else { continue };
        if let Some(known) = host.names.iter().find(|n| n.name == *name) {
            *addr = AskAddr::Ip(known.addr);
            continue;
        }
        let start = text.find(&**name).unwrap_or_default();
        let names = host.names.iter().map(|n| &*n.name);
        unknown.push(Diagnostic {
            id: DiagnosticId::BadValue,
            severity: Severity::Error,
            span: Span::new(DocId(0), start, (start + name.len()).min(text.len())),
            found: name.clone(),
            expected: vec![Expected::AddressOrToldName],
            hint: nearest(name, names).map(|n| Hint::DidYouMean(n.into())),
        });
    }
    unknown
}

/// What a line said about where its packet starts.
#[derive(Default)]
struct Place {
    local: bool,
    outside: bool,
}

struct Line<'a> {
    /// Behind the last word, in bytes.
    end: usize,
    words: Vec<Word<'a>>,
    at: usize,
    ask: PacketSpec,
    place: Place,
    /// The index of AH, ESP or `IPComp`.
    spi: Option<u32>,
    found: Vec<Diagnostic>,
}

impl<'a> Line<'a> {
    fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        self.at += 1;
        Some(word)
    }

    /// The next word if it is one of these.
    fn accept(&mut self, known: &[&str]) -> bool {
        let is = self.peek().is_some_and(|w| known.contains(&w.text));
        self.at += usize::from(is);
        is
    }

    fn complain(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }

    /// The value behind a word; its absence is told.
    fn value(&mut self, expected: Expected) -> Option<Word<'a>> {
        let word = self.next();
        if word.is_none() {
            let end = self.end;
            self.complain(missing(end, vec![expected]));
        }
        word
    }

    fn numeric<T: TryFrom<u64>>(&mut self, expected: Expected) -> Option<T> {
        let word = self.value(expected.clone())?;
        let value = number(word.text);
        if value.is_none() {
            self.complain(bad(word, vec![expected]));
        }
        value
    }

    fn read(&mut self) {
        while self.accept(&["after"]) {
            self.after();
        }
        let Some(verb) = self.next() else {
            let end = self.end;
            self.complain(missing(end, vec![Expected::Packet]));
            return;
        };
        let lower = verb.text.to_ascii_lowercase();
        match lower.as_str() {
            "reply" => self.ask.follow_up = Some(FollowUp::ReplyTo(self.which())),
            "error" => self.ask.follow_up = Some(FollowUp::IcmpErrorTo(self.which())),
            app if self.app(app) => {}
            name => match protocol(name)
                .filter(|_| name.parse::<u8>().is_err() || self.peek().is_some())
            {
                Some(proto) => self.headers(proto),
                None => self.guess(verb),
            },
        }
        while let Some(word) = self.next() {
            self.more(word);
        }
    }

    /// The number of an earlier packet, written from 1, given from 0.
    fn which(&mut self) -> usize {
        let Some(word) = self.value(Expected::Number) else { return 0 };
        match word.text.parse::<usize>() {
            Ok(n) if n > 0 => n - 1,
            _ => {
                self.complain(bad(word, vec![Expected::Number]));
                0
            }
        }
    }

    /// `A:P > B:P`, or a destination alone.
    fn headers(&mut self, proto: u8) {
        self.ask.proto = Some(proto);
        let first = match self.peek() {
            Some(w) if is_arrow(w) => None,
            Some(w) if !is_more(w.text) => {
                self.at += 1;
                Some(self.endpoint(w))
            }
            _ => {
                let at = self.peek().map_or(self.end, |w| w.start);
                self.complain(missing(at, vec![Expected::Address]));
                return;
            }
        };
        if self.peek().is_some_and(is_arrow) {
            self.at += 1;
            if let Some(source) = first {
                self.source(source);
            }
            match self.peek() {
                Some(w) if !is_more(w.text) => {
                    self.at += 1;
                    let target = self.endpoint(w);
                    self.target(target);
                }
                other => {
                    let at = other.map_or(self.end, |w| w.start);
                    self.complain(missing(at, vec![Expected::Address]));
                }
            }
        } else if let Some(target) = first {
            self.target(target);
        }
    }

    fn source(&mut self, (addr, port): (Option<AskAddr>, Option<u16>)) {
        self.place.outside = true;
        self.ask.src = addr.or(self.ask.src.take());
        self.ask.sport = port.or(self.ask.sport);
    }

    fn target(&mut self, (addr, port): (Option<AskAddr>, Option<u16>)) {
        self.ask.dst = addr.or(self.ask.dst.take());
        self.ask.dport = port.or(self.ask.dport);
    }

    /// A line that begins with no known word: an address is what a connection is opened to.
    fn guess(&mut self, word: Word<'a>) {
        let before = self.found.len();
        let target = self.endpoint(word);
        let meant = match &target {
            (Some(AskAddr::Ip(_)), _) | (Some(AskAddr::Name(_)), Some(_)) => true,
            _ => word.text.contains("://"),
        };
        if word.text.contains("://") {
            self.found.truncate(before);
            self.url(word);
            return;
        }
        if !meant {
            self.found.truncate(before);
            let mut problem = bad(word, vec![Expected::Packet]);
            problem.id = DiagnosticId::BadLine;
            problem.hint = did_you_mean(word.text, &VERBS);
            self.complain(problem);
            // What follows may still name the destination.
            if let Some(next) = self.peek().filter(|w| !is_more(w.text)) {
                self.at += 1;
                let before = self.found.len();
                let target = self.endpoint(next);
                self.found.truncate(before);
                self.ask.proto = Some(proto::TCP);
                self.target(target);
            }
            return;
        }
        self.ask.proto = Some(proto::TCP);
        self.target(target);
    }

    /// An address or name with an optional port; what does not fit is told, what does is given.
    fn endpoint(&mut self, word: Word<'a>) -> (Option<AskAddr>, Option<u16>) {
        let (host, port) = split_port(word);
        let port = port.and_then(|p| {
            let value = p.text.parse().ok();
            if value.is_none() {
                self.complain(bad(p, vec![Expected::Port]));
            }
            value
        });
        (self.address(host), port)
    }

    fn address(&mut self, word: Word<'a>) -> Option<AskAddr> {
        let bare = word.text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        let text = bare.unwrap_or(word.text);
        if text == "localhost" {
            return Some(AskAddr::Ip(Ipv4Addr::LOCALHOST.into()));
        }
        if let Ok(addr) = text.parse::<IpAddr>() {
            return Some(AskAddr::Ip(addr));
        }
        let named = !text.is_empty()
            && text.chars().any(char::is_alphabetic)
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        if named {
            return Some(AskAddr::Name(text.into()));
        }
        self.complain(bad(word, vec![Expected::Address]));
        None
    }

    /// What the words imply together.
    fn finish(mut self) -> (PacketSpec, Vec<Diagnostic>) {
        let ask = &mut self.ask;
        if !matches!(ask.entry, AskEntry::Iface(_)) {
            ask.entry = match (self.place.local, self.place.outside, ask.follow_up) {
                (true, ..) => AskEntry::Local,
                (_, true, _) => AskEntry::Outside,
                (_, _, Some(_)) => AskEntry::Unsaid,
                _ => AskEntry::Local,
            };
        }
        let six =
            [&ask.src, &ask.dst].into_iter().any(|a| matches!(a, Some(AskAddr::Ip(IpAddr::V6(_)))));
        if six && ask.proto == Some(proto::ICMP) {
            ask.proto = Some(proto::ICMPV6);
            ask.icmp_type = ask.icmp_type.map(|kind| match kind {
                8 => 128,
                0 => 129,
                other => other,
            });
        }
        let ports =
            matches!(ask.proto, Some(proto::TCP | proto::UDP | proto::SCTP | proto::UDPLITE));
        if ports && ask.follow_up.is_none() {
            ask.sport = ask.sport.or(Some(CLIENT_PORT));
            if ask.dport.is_none() && ask.dst.is_some() && self.found.is_empty() {
                let mut problem = missing(self.end, vec![Expected::Port]);
                problem.severity = Severity::Warning;
                self.found.push(problem);
            }
        }
        if ask.dst.is_none() && ask.follow_up.is_none() && self.found.is_empty() {
            self.found.push(missing(self.end, vec![Expected::Address]));
        }
        headers::fill(&mut self.ask, self.spi);
        (self.ask, self.found)
    }
}

fn is_arrow(word: Word<'_>) -> bool {
    matches!(word.text, ">" | "->" | "→")
}

/// Parts the words at arrows, so that `A>B` reads as `A > B`.
fn cut_arrows(words: Vec<Word<'_>>) -> Vec<Word<'_>> {
    let mut cut = Vec::new();
    for mut word in words {
        while let Some((at, arrow)) =
            ["->", "→", ">"].iter().filter_map(|a| Some((word.text.find(a)?, *a))).min()
        {
            if word.text.contains("://") || word.text.starts_with('"') {
                break;
            }
            // `->` is found at its dash, one byte before the `>` in it.
            let arrow_word = word.from(at).until(arrow.len());
            cut.extend(Some(word.until(at)).filter(|w| !w.text.is_empty()));
            cut.push(arrow_word);
            word = word.from(at + arrow.len());
        }
        cut.extend(Some(word).filter(|w| !w.text.is_empty()));
    }
    cut
}

/// The host and the port of `host:port`, `[v6]:port`; an IPv6 address without brackets has no port.
fn split_port(word: Word<'_>) -> (Word<'_>, Option<Word<'_>>) {
    if word.text.starts_with('[') {
        return match word.text.find("]:") {
            Some(at) => (word.until(at + 1), Some(word.from(at + 2))),
            None => (word, None),
        };
    }
    match word.text.find(':') {
        Some(at) if word.text.rfind(':') == Some(at) => (word.until(at), Some(word.from(at + 1))),
        _ => (word, None),
    }
}

#[cfg(test)]
mod tests;
