//! IPv6 extension headers of a case: a packet whose protocol is one of them has it, and all that follows, as
//! its payload.

use chainwalk_model::{AskAddr, Extension, PacketSpec, TcpFlags, proto};
use std::net::IpAddr;
use std::sync::Arc;

/// The extension headers that are taken apart: hop-by-hop, routing, fragment, AH, destination.
const KINDS: [u8; 5] = [0, 43, 44, 51, 60];

/// Takes extension headers and the transport header out of the payload, where they are whole there.
pub(super) fn take_apart(ask: &mut PacketSpec) {
    let six = matches!(ask.dst, Some(AskAddr::Ip(IpAddr::V6(_))));
    let Some(mut kind) = ask.proto.filter(|p| six && KINDS.contains(p)) else { return };
    let payload: Arc<[u8]> = ask.payload.clone().unwrap_or_else(|| Arc::from([]));
    let mut left: &[u8] = &payload;
    let mut found = Vec::new();
    while KINDS.contains(&kind) {
        let Some(header) = header(kind, left) else { break };
        found.push(Extension { kind, body: header[1..].into() });
        kind = header[0];
        left = &left[header.len()..];
    }
    ask.extensions = Some(found.into());
    ask.proto = Some(kind);
    let left = transport(ask, kind, left).unwrap_or(left);
    ask.payload = Some(left.into());
}

/// The bytes of one header; `None` where it is cut, or cuts the packet into fragments.
fn header(kind: u8, left: &[u8]) -> Option<&[u8]> {
    let len = usize::from(*left.get(1)?);
    let whole = match kind {
        44 => left.get(..8).filter(|h| h[2] == 0 && h[3] & !6 == 0)?,
        51 => left.get(..(len + 2) * 4)?,
        _ => left.get(..(len + 1) * 8)?,
    };
    Some(whole)
}

/// Takes the transport header into the fields it has, and gives what follows it.
fn transport<'a>(ask: &mut PacketSpec, kind: u8, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let two = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let four = |at: usize| Some(u32::from(two(at)?) << 16 | u32::from(two(at + 2)?));
    match kind {
        proto::TCP => {
            let len = usize::from(*bytes.get(12)? >> 4) * 4;
            let options = bytes.get(20..len)?;
            (ask.sport, ask.dport) = (Some(two(0)?), Some(two(2)?));
            (ask.seq, ask.ack) = (Some(four(4)?), Some(four(8)?));
            ask.flags = Some(TcpFlags(bytes[13]));
            ask.window = Some(two(14)?);
            ask.tcp_options = Some(options.into());
            bytes.get(len..)
        }
        proto::UDP | proto::UDPLITE => {
            let rest = bytes.get(8..)?;
            (ask.sport, ask.dport) = (Some(two(0)?), Some(two(2)?));
            Some(rest)
        }
        proto::SCTP => {
            let rest = bytes.get(12..)?;
            (ask.sport, ask.dport) = (Some(two(0)?), Some(two(2)?));
            Some(rest)
        }
        proto::ICMPV6 => {
            let rest = bytes.get(8..)?;
            (ask.icmp_type, ask.icmp_code) = (Some(bytes[0]), Some(bytes[1]));
            (ask.icmp_id, ask.icmp_seq) = (Some(two(4)?), Some(two(6)?));
            Some(rest)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn headers_and_ports_come_out_of_the_payload() {
        let mut ask = PacketSpec {
            dst: Some(AskAddr::Ip("fd00::1".parse().unwrap())),
            proto: Some(0),
            payload: Some(
                (*b"\x3c\0\x01\x04\0\0\0\0\x11\0\x01\x04\0\0\0\0\0\x05\0\x50\0\x09\0\0x").into(),
            ),
            ..PacketSpec::default()
        };
        take_apart(&mut ask);
        let kinds: Vec<u8> = ask.extensions.unwrap().iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [0, 60]);
        assert_eq!((ask.proto, ask.sport, ask.dport), (Some(proto::UDP), Some(5), Some(80)));
        assert_eq!(ask.payload.as_deref(), Some(&b"x"[..]));
    }
}
