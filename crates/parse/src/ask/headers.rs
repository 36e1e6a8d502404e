//! The headers that a packet line tells in a word: `spi 5`, `mss 1460`, `ext hop,frag`, `hex 0a0b`,
//! `chunk cookie-echo,data`.
//!
//! A protocol that a line names and that has no fields of its own gets a whole header, so that rules have
//! something to look at.

use crate::oneline::hex;
use chainwalk_model::{AskAddr, Extension, PacketSpec, proto};
use std::net::IpAddr;
use std::sync::Arc;

const DCCP: u8 = 33;
const ESP: u8 = 50;
const AH: u8 = 51;
const IPCOMP: u8 = 108;
const MOBILITY: u8 = 135;

/// The extension headers that a line may name.
const EXTENSIONS: [(&str, u8); 5] =
    [("hop", 0), ("route", 43), ("frag", 44), ("ah", AH), ("dst", 60)];

/// `hop,frag`, `route=000004010000`: each a name, and the bytes behind its first where they matter; they are
/// filled up with zeros to a whole header.
pub(super) fn extensions(text: &str) -> Option<Arc<[Extension]>> {
    text.split(',').map(extension).collect()
}

fn extension(text: &str) -> Option<Extension> {
    let (name, told) = text.split_once('=').unwrap_or((text, ""));
    let (_, kind) = EXTENSIONS.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
    let mut body = hex(told)?;
    if told.is_empty() {
        body = match kind {
            // One option of six bytes that says nothing.
            0 | 60 => vec![0, 1, 4],
            // A header of 12 bytes and an index of 256.
            AH => vec![1, 0, 0, 0, 0, 1],
            _ => vec![0],
        };
    }
    let len = match kind {
        44 => 8,
        AH => (usize::from(*body.first()?) + 2) * 4,
        _ => (usize::from(*body.first()?) + 1) * 8,
    };
    if body.len() >= len {
        return None;
    }
    body.resize(len - 1, 0);
    Some(Extension { kind, body: body.into() })
}

/// `init`, `cookie-echo,data`: chunks of SCTP by the names that iptables has for them, each as short as it may be.
pub(super) fn chunks(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for name in text.split(',') {
        let kind = crate::ext::sctp_chunk(&name.replace('-', "_"))?;
        bytes.extend(chainwalk_model::sctp_chunk(kind, None));
    }
    Some(bytes)
}

/// The MSS option of TCP.
pub(super) fn mss(mss: u16) -> Arc<[u8]> {
    let [a, b] = mss.to_be_bytes();
    [2, 4, a, b].into()
}

/// Gives the packet the header of its protocol, where the line told no payload.
pub(super) fn fill(ask: &mut PacketSpec, spi: Option<u32>) {
    if ask.payload.is_some() {
        return;
    }
    let spi = spi.unwrap_or(256);
    let six = matches!(ask.dst, Some(AskAddr::Ip(IpAddr::V6(_))));
    let header: Vec<u8> = match ask.proto {
        Some(AH) if six => {
            // What it carries is not told.
            let mut body = vec![1, 0, 0];
            body.extend(spi.to_be_bytes());
            body.extend([0, 0, 0, 1]);
            ask.extensions = Some([Extension { kind: AH, body: body.into() }].into());
            ask.proto = Some(59);
            return;
        }
        Some(AH) => {
            let index = spi.to_be_bytes();
            [&[59, 1, 0, 0], &index[..], &[0, 0, 0, 1]].concat()
        }
        Some(ESP) => [&spi.to_be_bytes()[..], &[0, 0, 0, 1], &[0; 16]].concat(),
        Some(IPCOMP) => [&[proto::TCP, 0], &(spi as u16).to_be_bytes()[..]].concat(),
        // A request to service 0.
        Some(DCCP) => {
            let port = |p: Option<u16>| p.unwrap_or(0).to_be_bytes();
            let mut bytes = [port(ask.sport), port(ask.dport)].concat();
            bytes.extend([5, 0, 0, 0, 1]);
            bytes.resize(20, 0);
            bytes
        }
        Some(MOBILITY) => vec![59, 0, ask.icmp_type.take().unwrap_or(0), 0, 0, 0, 0, 0],
        _ => return,
    };
    ask.payload = Some(header.into());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::packet_line;

    #[track_caller]
    fn payload(line: &str, expect: &str) {
        let (ask, found) = packet_line(line);
        assert!(found.is_empty(), "{line}: {found:?}");
        assert_eq!(ask.payload.as_deref(), hex(expect).as_deref(), "{line}");
    }

    #[test]
    fn a_protocol_has_a_header_to_look_at() {
        payload("ah 1.2.3.4 > 10.0.0.1 spi 5", "3b0100000000000500000001");
        payload("ipcomp 10.0.0.1 spi 7", "06000007");
        payload("dccp 1.2.3.4:9 > 10.0.0.1:80", "0009005005000000010000000000000000000000");
        payload("mh fd00::1 > fd00::2 type 5", "3b00050000000000");
        payload("esp 10.0.0.1 hex 0a0b", "0a0b");
    }

    #[test]
    fn extension_headers_are_named() {
        let (ask, found) = packet_line("udp [fd00::1]:5 > [fd00::2]:6 ext hop,route=0004");
        assert!(found.is_empty(), "{found:?}");
        let all: Vec<(u8, usize)> =
            ask.extensions.unwrap().iter().map(|e| (e.kind, e.body.len())).collect();
        assert_eq!(all, [(0, 7), (43, 7)]);
        assert_eq!(extensions("hop=00zz"), None);
        assert_eq!(extensions("tunnel"), None);
    }
}
