//! What kernels say of packets they trace: `TRACE:` lines of a kernel log, `nft monitor trace`,
//! `xtables-monitor --trace`. Lines of one packet become one [`KernelTrace`].

use super::block::{Block, Facts, made};
use crate::clean::{Clean, Row};
use crate::oneline::protocol;
use chainwalk_model::{
    Family, KernelTrace, SectionKind, SeenStep, SeenVerdict, SeenWhat, Span, TcpFlags, Text,
};
use std::collections::HashMap;
use std::net::IpAddr;

/// The packets of a block, and the one that each id stands for.
#[derive(Default)]
struct Packets {
    seen: Vec<KernelTrace>,
    ids: HashMap<String, usize>,
}

/// Lines of traces, of one form.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let readers: [fn(&mut Packets, Row<'_>, Span) -> bool; 3] = [kernel, nft, xtables];
    let read = readers.iter().find(|read| {
        let row = rows[0];
        read(&mut Packets::default(), row, clean.span(row.start, row.end()))
    })?;
    let mut packets = Packets::default();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        // Between its lines a log holds other things too, as long as these are lines of a log.
        let span = clean.span(row.start, row.end());
        if read(&mut packets, *row, span) {
            taken = n + 1;
        } else if !row.text.is_empty() {
            break;
        }
    }
    let seen: Vec<KernelTrace> = packets.seen.into_iter().filter(|s| !s.steps.is_empty()).collect();
    let kind = SectionKind::Traces(seen.len() as u32);
    made(clean, rows, taken, kind, Facts { seen, ..Facts::default() })
}

/// The headers of a packet, as the words of a trace name them.
#[derive(Default)]
struct Headers {
    src: Option<IpAddr>,
    dst: Option<IpAddr>,
    proto: Option<u8>,
    sport: Option<u16>,
    dport: Option<u16>,
    flags: Option<TcpFlags>,
    iface: Option<Text>,
}

impl Packets {
    /// The packet with this id; made of `headers` where it is not known yet.
    fn packet(
        &mut self,
        id: &str,
        headers: Option<Headers>,
        span: Span,
    ) -> Option<&mut KernelTrace> {
        let at = if let Some(at) = self.ids.get(id) {
            *at
        } else {
            let h = headers?;
            self.seen.push(KernelTrace {
                id: id.into(),
                src: h.src?,
                dst: h.dst?,
                proto: h.proto,
                sport: h.sport,
                dport: h.dport,
                flags: h.flags,
                iface: h.iface,
                steps: Vec::new(),
                logged: None,
                span,
            });
            self.ids.insert(id.to_owned(), self.seen.len() - 1);
            self.seen.len() - 1
        };
        let seen = self.seen.get_mut(at)?;
        if seen.span.doc == span.doc {
            seen.span = seen.span.to(span);
        }
        Some(seen)
    }
}

/// The words `SRC=… DST=… PROTO=TCP SPT=… DPT=… SYN` of a log.
fn logged(text: &str) -> Headers {
    let mut found = Headers::default();
    let mut flags = 0;
    for word in text.split_whitespace() {
        let Some((name, value)) = word.split_once('=') else {
            let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
            if let Some(bit) = names.iter().position(|n| *n == word) {
                flags |= 1 << bit;
            }
            continue;
        };
        match name {
            "IN" if !value.is_empty() => found.iface = Some(value.into()),
            "SRC" => found.src = found.src.or(value.parse().ok()),
            "DST" => found.dst = found.dst.or(value.parse().ok()),
            "PROTO" => found.proto = found.proto.or(protocol(value)),
            "SPT" | "SPORT" => found.sport = found.sport.or(value.parse().ok()),
            "DPT" | "DPORT" => found.dport = found.dport.or(value.parse().ok()),
            _ => {}
        }
    }
    found.flags = (flags != 0).then_some(TcpFlags(flags));
    found
}

/// `[1.2] TRACE: filter:INPUT:rule:2 IN=eth0 … ID=18885 …`: a packet is known by its identification.
fn kernel(packets: &mut Packets, row: Row<'_>, span: Span) -> bool {
    let Some((before, rest)) = row.text.split_once("TRACE: ") else { return false };
    let Some((place, headers)) = rest.split_once(' ') else { return false };
    let parts: Vec<&str> = place.split(':').collect();
    let [table, chain, kind, number] = parts.as_slice() else { return false };
    // `xtables-monitor` writes the id where a log has the place.
    if !headers.contains("SRC=") || before.ends_with("PACKET") {
        return false;
    }
    let number = number.parse().ok();
    let what = match *kind {
        "rule" => SeenWhat::Rule { number, text: None, verdict: None },
        "return" => SeenWhat::Return,
        "policy" => SeenWhat::Policy(None),
        _ => return false,
    };
    let found = logged(headers);
    let word = |name: &str| headers.split_whitespace().find_map(|w| w.strip_prefix(name));
    // IPv6 has no identification: its flow label and its length tell packets apart.
    let id = word("ID=").or(word("FLOWLBL=")).unwrap_or_default().to_owned();
    let number = found.proto.unwrap_or(0);
    let full = format!("{id} {number} {} {:?}", word("LEN=").unwrap_or_default(), found.flags);
    let full = format!("{full} {:?}", word("SEQ="));
    if let Some(seen) = packets.packet(&full, Some(found), span) {
        seen.id = id.as_str().into();
        seen.steps.push(step(table, chain, what, span));
    }
    true
}

fn step(table: &str, chain: &str, what: SeenWhat, span: Span) -> SeenStep {
    let (table, chain) = (table.into(), chain.into());
    SeenStep { family: None, table, chain, handle: None, what, span }
}

/// `trace id 200c72f1 ip filter INPUT rule … (verdict jump web)`.
fn nft(packets: &mut Packets, row: Row<'_>, span: Span) -> bool {
    let Some(rest) = row.text.strip_prefix("trace id ") else { return false };
    let mut words = rest.split_whitespace();
    let (Some(id), Some(family)) = (words.next(), words.next()) else { return false };
    let family = Family::named(family);
    let (Some(table), Some(chain), Some(kind)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let tail = || rest.split_once(kind).map_or("", |(_, tail)| tail).trim();
    match kind {
        "packet:" => {
            packets.packet(id, Some(described(words)), span);
        }
        "rule" => {
            let (text, verdict) = tail().rsplit_once("(verdict ").unwrap_or((tail(), ""));
            let verdict = verdict.trim_end().trim_end_matches(')');
            // With `-a` its handle stands behind a rule.
            let (text, handle) = text.rsplit_once("# handle ").unwrap_or((text, ""));
            let handle = handle.trim().parse().ok();
            let what = SeenWhat::Rule {
                number: None,
                text: Some(text.trim().into()),
                verdict: verdict_of(verdict),
            };
            if let Some(seen) = packets.packet(id, None, span) {
                seen.steps.push(SeenStep { family, handle, ..step(table, chain, what, span) });
            }
        }
        "policy" | "verdict" => {
            let word = words.next().unwrap_or_default();
            let what = match (kind, word) {
                ("verdict", "continue" | "return") => SeenWhat::Return,
                _ => SeenWhat::Policy(Some(word == "accept")),
            };
            if let Some(seen) = packets.packet(id, None, span) {
                seen.steps.push(SeenStep { family, ..step(table, chain, what, span) });
            }
        }
        _ => {}
    }
    true
}

fn verdict_of(text: &str) -> Option<SeenVerdict> {
    let mut words = text.split_whitespace();
    Some(match words.next()?.to_ascii_lowercase().as_str() {
        "accept" => SeenVerdict::Accept,
        "drop" => SeenVerdict::Drop,
        "continue" => SeenVerdict::Continue,
        // NFT_RETURN, as a program prints it that has no word for it.
        "return" | "0xfffffffb" => SeenVerdict::Return,
        "jump" | "goto" => SeenVerdict::To(words.next()?.into()),
        _ => SeenVerdict::Other,
    })
}

/// `iif "eth0" … ip saddr 10.0.0.2 ip daddr 10.0.0.1 … tcp sport 1 tcp dport 2 tcp flags == syn`.
fn described<'a>(words: impl Iterator<Item = &'a str>) -> Headers {
    let mut found = Headers::default();
    let words: Vec<&str> = words.collect();
    for (at, pair) in words.windows(3).enumerate() {
        let [layer, name, value] = pair else { continue };
        match (*layer, *name) {
            ("ip" | "ip6", "saddr") => found.src = value.parse().ok(),
            ("ip" | "ip6", "daddr") => found.dst = value.parse().ok(),
            ("ip", "protocol") | ("ip6", "nexthdr") => found.proto = protocol(value),
            ("tcp" | "udp" | "sctp" | "udplite", "sport") => {
                found.proto = protocol(layer);
                found.sport = value.parse().ok();
            }
            ("tcp" | "udp" | "sctp" | "udplite", "dport") => found.dport = value.parse().ok(),
            ("icmp" | "icmpv6", "type") => found.proto = protocol(layer),
            ("tcp", "flags") => {
                let value = if *value == "==" { words.get(at + 3).unwrap_or(value) } else { value };
                let bits = value.split([',', '|']).map(crate::oneline::flag_name);
                found.flags = bits
                    .collect::<Option<Vec<u8>>>()
                    .map(|b| TcpFlags(b.into_iter().fold(0, |all, bit| all | bit)));
            }
            ("iif" | "iifname", _) => found.iface = Some(name.trim_matches('"').into()),
            _ => {}
        }
    }
    found
}

/// `PACKET: 2 200c72f1 IN=eth0 … SPORT=1 DPORT=2 SYN`,
/// ` TRACE: 2 200c72f1 filter:INPUT:rule:0x4:JUMP:web  -4 -t filter -A INPUT …`.
fn xtables(packets: &mut Packets, row: Row<'_>, span: Span) -> bool {
    if let Some(rest) = row.text.strip_prefix("PACKET: ") {
        let mut words = rest.split_whitespace();
        let (Some(_family), Some(id)) = (words.next(), words.next()) else { return false };
        packets.packet(id, Some(logged(rest)), span);
        return true;
    }
    let Some(rest) = row.text.strip_prefix("TRACE: ") else { return false };
    let mut words = rest.split_whitespace();
    let (Some(_family), Some(id), Some(place)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let parts: Vec<&str> = place.split(':').collect();
    let what = match parts.as_slice() {
        [_, _, "rule", _handle, verdict, to @ ..] => {
            let text = rest.find(" -A ").map(|at| rest[at..].trim().into());
            let said = format!("{verdict} {}", to.first().unwrap_or(&""));
            SeenWhat::Rule { number: None, text, verdict: verdict_of(&said) }
        }
        [_, _, "policy", word, ..] => SeenWhat::Policy(Some(*word == "ACCEPT")),
        [_, _, "return", ..] => SeenWhat::Return,
        _ => return false,
    };
    if let Some(seen) = packets.packet(id, None, span) {
        seen.steps.push(step(parts[0], parts[1], what, span));
    }
    true
}
