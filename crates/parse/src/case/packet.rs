//! A packet of a case.

use super::extensions;
use super::sets;
use super::written::{CaseError, Scalar, wrong};
use crate::oneline::{flag_letters, flag_name, hex, protocol};
use chainwalk_model::{AskAddr, AskEntry, FollowUp, Mac, PacketSpec, PacketType, TcpFlags, Text};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Hex { hex: String },
    Len { len: u16 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TcpOpts {
    hex: Option<String>,
    mss: Option<u16>,
    #[serde(default)]
    sackok: bool,
    ts: Option<[u32; 2]>,
    wscale: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    hook_in: Option<String>,
    src: Option<String>,
    dst: Option<String>,
    proto: Option<Scalar>,
    sport: Option<u16>,
    dport: Option<u16>,
    flags: Option<Scalar>,
    seq: Option<u32>,
    ack: Option<u32>,
    window: Option<u16>,
    tcp_opts: Option<TcpOpts>,
    vtag: Option<u32>,
    chunk: Option<u8>,
    itag: Option<u32>,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
    icmp_id: Option<u16>,
    icmp_seq: Option<u16>,
    inner: Option<Value>,
    ttl: Option<u8>,
    tos: Option<u8>,
    id: Option<u16>,
    df: Option<bool>,
    mf: Option<bool>,
    frag_off: Option<u16>,
    frag_len: Option<u16>,
    payload: Option<Bytes>,
    bad_csum: Option<bool>,
    ip_opts: Option<String>,
    mark: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    bind_dev: Option<String>,
    smac: Option<String>,
    dmac: Option<String>,
    sleep_ms: Option<u64>,
    reply_to: Option<usize>,
    icmp_error_to: Option<usize>,
}

/// A packet as it stands in a case.
pub(super) enum Asked<'a> {
    Text(&'a str),
    /// Parsed already.
    Value(&'a Value),
}

/// Reads a packet. Where an error lies is told from the packet on.
pub(super) fn ask(packet: &Asked) -> Result<PacketSpec, CaseError> {
    match packet {
        Asked::Text(text) => match serde_json::from_str(text) {
            Ok(w) => asked(w),
            // The reader of values takes the last of fields that stand twice, and words what is wrong.
            Err(_) => of_value(&serde_json::from_str(text).unwrap_or_default()),
        },
        Asked::Value(value) => of_value(value),
    }
}

fn of_value(value: &Value) -> Result<PacketSpec, CaseError> {
    asked(Wire::deserialize(value).map_err(|e| wrong("", e))?)
}

fn asked(w: Wire) -> Result<PacketSpec, CaseError> {
    let addr = |text: Option<String>, name: &str| match text {
        None => Ok(None),
        Some(t) => t.parse().map(|a| Some(AskAddr::Ip(a))).map_err(|_| wrong(name, t)),
    };
    let follow_up = match (w.reply_to, w.icmp_error_to) {
        (Some(k), _) => Some(FollowUp::ReplyTo(k)),
        (None, Some(k)) => Some(FollowUp::IcmpErrorTo(k)),
        (None, None) => None,
    };
    let octets = |text: &str, name: &str| bytes_of(text).ok_or_else(|| wrong(name, text));
    let mut ask = PacketSpec {
        span: None,
        app: None,
        entry: match w.hook_in.as_deref() {
            Some("local") => AskEntry::Local,
            Some(iface) => AskEntry::Iface(iface.into()),
            None if follow_up.is_some() => AskEntry::Unsaid,
            None => AskEntry::Local,
        },
        follow_up,
        src: addr(w.src, "src")?,
        dst: addr(w.dst, "dst")?,
        proto: match w.proto {
            None => None,
            Some(p) => Some(protocol(&p.to_string()).ok_or_else(|| wrong("proto", p))?),
        },
        sport: w.sport,
        dport: w.dport,
        flags: match w.flags {
            None => None,
            Some(f) => Some(TcpFlags(flags(&f).ok_or_else(|| wrong("flags", f))?)),
        },
        seq: w.seq,
        ack: w.ack,
        window: w.window,
        tcp_options: match w.tcp_opts {
            None => None,
            Some(o) => Some(tcp_options(&o, &octets)?.into()),
        },
        // What a case does not say is 0, and no answer to what came before.
        sctp_tag: Some(w.vtag.unwrap_or(0)),
        icmp_type: w.icmp_type,
        icmp_code: w.icmp_code,
        icmp_id: w.icmp_id,
        icmp_seq: w.icmp_seq,
        inner: match &w.inner {
            None => None,
            Some(inner) => Some(Box::new(of_value(inner).map_err(|e| e.within("inner"))?)),
        },
        ttl: w.ttl,
        tos: w.tos,
        id: w.id,
        df: w.df,
        mf: w.mf,
        frag_off: w.frag_off,
        frag_len: w.frag_len,
        payload: match w.payload {
            None => {
                // A chunk is told by its number or by the tag of an INIT.
                let kind = w.chunk.or(w.itag.map(|_| 1));
                let short = kind.filter(|k| !matches!(k, 1 | 2)).map(|k| vec![k, 0, 0, 4]);
                let whole = || kind.map(|k| chainwalk_model::sctp_chunk(k, w.itag));
                short.or_else(whole).map(Arc::from)
            }
            Some(Bytes::Text(t)) => Some(latin1(&t).ok_or_else(|| wrong("payload", t))?),
            Some(Bytes::Hex { hex: t }) => Some(octets(&t, "payload")?.into()),
            Some(Bytes::Len { len }) => Some(vec![b'x'; usize::from(len)].into()),
        },
        bad_csum: w.bad_csum,
        ip_options: match w.ip_opts {
            None => None,
            Some(t) => Some(padded(octets(&t, "ip_opts")?).into()),
        },
        extensions: None,
        mark: w.mark,
        uid: Some(w.uid.unwrap_or(0)),
        gid: Some(w.gid.unwrap_or(0)),
        bind: w.bind_dev.map(Text::from),
        smac: match w.smac {
            None => None,
            Some(t) => Some(sets::mac(&t).ok_or_else(|| wrong("smac", t))?),
        },
        frame: match w.dmac.as_deref() {
            None | Some("self") => Some(PacketType::Host),
            Some("other") => Some(PacketType::Other),
            Some("broadcast") => Some(PacketType::Broadcast),
            Some(t) => Some(match sets::mac(t).ok_or_else(|| wrong("dmac", t))? {
                Mac([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) => PacketType::Broadcast,
                Mac([first, ..]) if first & 1 == 1 => PacketType::Multicast,
                Mac(_) => PacketType::Other,
            }),
        },
        after_ms: w.sleep_ms.unwrap_or(0),
        at: None,
    };
    extensions::take_apart(&mut ask);
    Ok(ask)
}

fn flags(written: &Scalar) -> Option<u8> {
    match written {
        Scalar::Number(n) => u8::try_from(*n).ok(),
        Scalar::Text(t) if t.is_empty() || t.eq_ignore_ascii_case("none") => Some(0),
        Scalar::Text(t) if t.contains(',') || (t.len() == 3 && flag_name(t).is_some()) => {
            t.split(',').try_fold(0, |bits, name| Some(bits | flag_name(name)?))
        }
        Scalar::Text(t) => flag_letters(t),
        Scalar::Bool(_) => None,
    }
}

fn tcp_options(
    o: &TcpOpts,
    octets: &impl Fn(&str, &str) -> Result<Vec<u8>, CaseError>,
) -> Result<Vec<u8>, CaseError> {
    if let Some(text) = &o.hex {
        return octets(text, "tcp_opts").map(padded);
    }
    let mut bytes = Vec::new();
    if let Some(mss) = o.mss {
        bytes.extend([2, 4]);
        bytes.extend(mss.to_be_bytes());
    }
    if o.sackok {
        bytes.extend([4, 2]);
    }
    if let Some([value, echo]) = o.ts {
        bytes.extend([8, 10]);
        bytes.extend(value.to_be_bytes());
        bytes.extend(echo.to_be_bytes());
    }
    if let Some(shift) = o.wscale {
        bytes.extend([1, 3, 3, shift]);
    }
    Ok(padded(bytes))
}

/// Zeros up to a multiple of four bytes.
fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// Bytes in hexadecimal digits, white space between them.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    hex(&text.split_whitespace().collect::<String>())
}

fn latin1(text: &str) -> Option<Arc<[u8]>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}
