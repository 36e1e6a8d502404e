//! The words that say more of a packet than its ends: `in eth0`, `syn`, `ttl 5`, `after 10s`.

use super::words::{MORE, flag_words};
use super::{Line, headers};
use crate::oneline::{Word, bad, did_you_mean, flag_letters, hex, number};
use chainwalk_model::{AskEntry, DiagnosticId, Expected, Severity, TcpFlags};

impl<'a> Line<'a> {
    pub(super) fn after(&mut self) {
        let Some(word) = self.value(Expected::Literal("5s".into())) else { return };
        match duration_ms(word.text) {
            Some(ms) => self.ask.after_ms = self.ask.after_ms.saturating_add(ms),
            None => self.complain(bad(word, vec![Expected::Literal("5s".into())])),
        }
    }

    fn from(&mut self) {
        let Some(word) = self.value(Expected::Address) else { return };
        match word.text {
            "outside" => self.place.outside = true,
            "here" | "local" => self.place.local = true,
            "this" if self.accept(&["host"]) => self.place.local = true,
            _ => {
                let source = self.endpoint(word);
                self.source(source);
            }
        }
    }

    /// One of the words that say more of a packet.
    pub(super) fn more(&mut self, word: Word<'a>) {
        match word.text.to_ascii_lowercase().as_str() {
            "from" => self.from(),
            "to" => {
                if let Some(word) = self.value(Expected::Address) {
                    let target = self.endpoint(word);
                    self.target(target);
                }
            }
            "in" => match self.value(Expected::Interface) {
                Some(w) if w.text.contains(['/', '=']) => {
                    self.complain(bad(w, vec![Expected::Interface]));
                }
                // `eth0:1` is the label of an address: what is for it comes in by eth0.
                Some(w) => {
                    let name = w.text.split(':').next().unwrap_or(w.text);
                    if name.len() < w.text.len() {
                        let mut problem = bad(w, vec![Expected::Literal(name.into())]);
                        (problem.id, problem.severity) =
                            (DiagnosticId::AliasAsInterface, Severity::Note);
                        self.complain(problem);
                    }
                    self.ask.entry = AskEntry::Iface(name.into());
                }
                None => {}
            },
            "out" | "local" => self.place.local = true,
            "outside" => self.place.outside = true,
            "after" => self.after(),
            "at" => {
                let expected = || Expected::Literal("2026-11-22T10:00:00Z".into());
                if let Some(w) = self.value(expected()) {
                    match crate::date::read(w.text) {
                        Some(seconds) => self.ask.at = Some(seconds),
                        None => self.complain(bad(w, vec![expected()])),
                    }
                }
            }
            "flags" => {
                if let Some(w) = self.value(Expected::Literal("SA".into())) {
                    match flag_letters(w.text).or_else(|| flag_words(w.text)) {
                        Some(bits) => self.ask.flags = Some(TcpFlags(bits)),
                        None => self.complain(bad(w, vec![Expected::Literal("SA".into())])),
                    }
                }
            }
            "ack" if self.peek().is_some_and(|w| number::<u32>(w.text).is_some()) => {
                self.ask.ack = self.numeric(Expected::Number);
            }
            "seq" => self.ask.seq = self.numeric(Expected::Number),
            "window" => self.ask.window = self.numeric(Expected::Number),
            "ttl" => self.ask.ttl = self.numeric(Expected::Number),
            "tos" => self.ask.tos = self.numeric(Expected::Number),
            "mark" => self.ask.mark = self.numeric(Expected::Mark),
            "id" => self.ask.id = self.numeric(Expected::Number),
            "df" => self.ask.df = Some(true),
            "uid" => self.ask.uid = self.numeric(Expected::Number),
            "gid" => self.ask.gid = self.numeric(Expected::Number),
            "sport" => self.ask.sport = self.numeric(Expected::Port),
            "dport" => self.ask.dport = self.numeric(Expected::Port),
            "code" => self.ask.icmp_code = self.numeric(Expected::Number),
            "type" => {
                if let Some(w) = self.value(Expected::IcmpType) {
                    self.icmp_type(w);
                }
            }
            "len" => {
                let len: Option<u16> = self.numeric(Expected::Number);
                self.ask.payload = len.map(|n| vec![b'x'; usize::from(n)].into());
            }
            "hex" => {
                if let Some(w) = self.value(Expected::Text) {
                    match hex(w.text) {
                        Some(bytes) => self.ask.payload = Some(bytes.into()),
                        None => self.complain(bad(w, vec![Expected::Literal("0a0b".into())])),
                    }
                }
            }
            "mss" => {
                let mss: Option<u16> = self.numeric(Expected::Number);
                self.ask.tcp_options = mss.map(headers::mss);
            }
            "spi" => self.spi = self.numeric(Expected::Number),
            "tag" => self.ask.sctp_tag = self.numeric(Expected::Number),
            "chunk" => {
                let expected = || Expected::Literal("init,cookie-echo".into());
                if let Some(w) = self.value(expected()) {
                    match headers::chunks(w.text) {
                        Some(bytes) => self.ask.payload = Some(bytes.into()),
                        None => self.complain(bad(w, vec![expected()])),
                    }
                }
            }
            "ext" => {
                if let Some(w) = self.value(Expected::Literal("hop,dst,route,frag,ah".into())) {
                    self.ask.extensions = headers::extensions(w.text);
                    if self.ask.extensions.is_none() {
                        let expected = Expected::Literal("hop,dst,route,frag,ah".into());
                        self.complain(bad(w, vec![expected]));
                    }
                }
            }
            "payload" => {
                if let Some(w) = self.value(Expected::Text) {
                    self.ask.payload = Some(w.text.trim_matches('"').as_bytes().into());
                }
            }
            lower => {
                if let Some(bits) = flag_words(lower) {
                    let before = self.ask.flags.map_or(0, |f| f.0);
                    self.ask.flags = Some(TcpFlags(before | bits));
                } else if icmp_name(lower).is_some() {
                    self.icmp_type(word);
                } else {
                    let mut problem = bad(word, vec![Expected::Option, Expected::EndOfLine]);
                    problem.id = DiagnosticId::UnknownOption;
                    problem.hint = did_you_mean(lower, &MORE);
                    self.complain(problem);
                }
            }
        }
    }

    fn icmp_type(&mut self, word: Word<'a>) {
        if let Some((kind, code)) = icmp_name(word.text) {
            self.ask.icmp_type = Some(kind);
            self.ask.icmp_code = code.or(self.ask.icmp_code);
        } else if let Some(kind) = number(word.text) {
            self.ask.icmp_type = Some(kind);
        } else {
            self.complain(bad(word, vec![Expected::IcmpType]));
        }
    }
}

fn icmp_name(text: &str) -> Option<(u8, Option<u8>)> {
    Some(match text {
        "echo-request" | "echo" => (8, Some(0)),
        "echo-reply" => (0, Some(0)),
        "destination-unreachable" => (3, None),
        "network-unreachable" => (3, Some(0)),
        "host-unreachable" => (3, Some(1)),
        "protocol-unreachable" => (3, Some(2)),
        "port-unreachable" => (3, Some(3)),
        "fragmentation-needed" => (3, Some(4)),
        "redirect" => (5, None),
        "time-exceeded" | "ttl-exceeded" => (11, None),
        "timestamp-request" => (13, Some(0)),
        "timestamp-reply" => (14, Some(0)),
        _ => return None,
    })
}

/// Milliseconds of `5s`, `500ms`, `2m`, `1h`, `1.5s`, `5`; at most a year.
fn duration_ms(text: &str) -> Option<u64> {
    const YEAR: f64 = 366.0 * 86_400_000.0;
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (value, unit) = text.split_at(unit);
    let each = match unit {
        "ms" => 1.0,
        "" | "s" | "sec" => 1000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    let ms = value.parse::<f64>().ok()? * each;
    (ms.is_finite() && ms <= YEAR).then_some(ms.round() as u64)
}
