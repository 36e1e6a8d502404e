//! Fields by their words: `tcp dport`, `ct original ip saddr`, `fib saddr . iif oif`, `@th,16,16`.

use super::cursor::{Cursor, Read};
use crate::names;
use chainwalk_model::nft::{
    CT, CtKey, Fib, FibResultKey, Field, HEADER_FIELDS, Header, HeaderField, IP_OPTIONS, META,
    RawBase, Rt, SCTP_CHUNKS, SocketKey, TCP_OPTIONS,
};
use chainwalk_model::{CtDir, DiagnosticId, Expected, Family, Hint};

/// The words that begin a field, besides headers and keys of `meta` that stand alone.
const OPENERS: [&str; 6] = ["meta", "ct", "fib", "rt", "socket", "exthdr"];

/// Whether a word begins a field.
pub(super) fn begins(word: &str) -> bool {
    OPENERS.contains(&word) || Header::named(word).is_some() || bare_meta(word).is_some()
}

/// Every word that may begin a field.
pub(super) fn openers() -> impl Iterator<Item = &'static str> {
    let meta = META.iter().filter(|row| row.4).map(|row| row.0);
    OPENERS.into_iter().chain(Header::NAMES.iter().map(|(name, _)| *name)).chain(meta)
}

/// What the words of a field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A field.
    Field(Field),
    /// A header or an option by itself, which only `exists` and `missing` can follow.
    Header(HeaderField),
}

/// The field whose words are next; `None` where no field begins.
pub(super) fn field(cur: &mut Cursor<'_>, family: Family) -> Read<Option<Named>> {
    if cur.is_sign("@") {
        return raw(cur);
    }
    let word = cur.word();
    let found = match word {
        "meta" => {
            cur.at += 1;
            Field::Meta(meta(cur)?)
        }
        "ct" => {
            cur.at += 1;
            ct(cur, family)?
        }
        "fib" => {
            cur.at += 1;
            Field::Fib(fib(cur)?)
        }
        "rt" => match rt(cur) {
            Some(key) => Field::Rt(key),
            None => return header(cur, Header::Rt).map(Some),
        },
        "socket" => {
            cur.at += 1;
            Field::Socket(socket(cur)?)
        }
        "exthdr" => {
            cur.at += 1;
            let header = Header::named(cur.word());
            let Some(row) = header.and_then(only) else {
                return Err(cur.wrong(Expected::Literal("hbh".into())));
            };
            cur.at += 1;
            return Ok(Some(Named::Header(row)));
        }
        _ => match Header::named(word) {
            Some(found) => return header(cur, found).map(Some),
            None => match bare_meta(word) {
                Some(row) => {
                    cur.at += 1;
                    Field::Meta(row)
                }
                None => return Ok(None),
            },
        },
    };
    Ok(Some(Named::Field(found)))
}

fn bare_meta(word: &str) -> Option<chainwalk_model::nft::Meta> {
    META.iter().find(|row| row.4 && row.0 == word).map(|row| row.1)
}

fn meta(cur: &mut Cursor<'_>) -> Read<chainwalk_model::nft::Meta> {
    let word = cur.word();
    if let Some(row) = META.iter().find(|row| row.0 == word) {
        cur.at += 1;
        return Ok(row.1);
    }
    Err(unknown(cur, META.iter().map(|row| row.0)))
}

/// `@th,16,16`.
fn raw(cur: &mut Cursor<'_>) -> Read<Option<Named>> {
    let base = match cur.word_ahead(1) {
        "ll" => RawBase::Link,
        "nh" => RawBase::Network,
        "th" => RawBase::Transport,
        "ih" => RawBase::Inner,
        _ => return Ok(None),
    };
    if !cur.sign_ahead(2, ",") {
        return Ok(None);
    }
    cur.at += 3;
    let offset = cur.number()? as u16;
    cur.need_sign(",")?;
    let bits = cur.number()?;
    if !(1..=128).contains(&bits) {
        return Err(cur.refused(Expected::Number));
    }
    Ok(Some(Named::Field(Field::Raw { base, offset, bits: bits as u16 })))
}

/// The first field of a header: it stands for the header where only that is named.
fn only(header: Header) -> Option<HeaderField> {
    let at = HEADER_FIELDS.iter().position(|row| row.header == header)?;
    Some(HeaderField(at as u16))
}

/// The field of a header whose word is next.
fn header(cur: &mut Cursor<'_>, header: Header) -> Read<Named> {
    cur.at += 1;
    let header = match (header, cur.word()) {
        (Header::Tcp, "option") => option(cur, TCP_OPTIONS).map(Header::TcpOption)?,
        (Header::Sctp, "chunk") => option(cur, SCTP_CHUNKS).map(Header::SctpChunk)?,
        (Header::Ip, "option") => option(cur, IP_OPTIONS).map(Header::IpOption)?,
        (header, _) => header,
    };
    let rows = || HEADER_FIELDS.iter().filter(move |row| row.header == header);
    let first = cur.word();
    // `saddr ip` of ARP has two words; `sid[1]` is a word and a number.
    let second = cur.word_ahead(1);
    let index = cur.sign_ahead(1, "[").then(|| format!("{first}[{}]", cur.word_ahead(2)));
    let found = rows().find(|row| match (row.word.split_once(' '), &index) {
        (Some(two), _) => two == (first, second),
        (None, Some(index)) => row.word == index,
        (None, None) => row.word == first,
    });
    if let Some(row) = found {
        cur.at += if index.is_some() { 4 } else { 1 + usize::from(row.word.contains(' ')) };
        return HeaderField::find(header, row.word)
            .map(|f| Named::Field(Field::Header(f)))
            .ok_or_else(|| cur.wrong(Expected::Option));
    }
    let compared = cur.is_sign("==") || cur.is_sign("!=");
    let alone = compared || matches!(first, "exists" | "missing" | "1" | "0");
    match only(header).filter(|_| alone) {
        Some(row) => Ok(Named::Header(row)),
        None => Err(unknown(cur, rows().map(|row| row.word))),
    }
}

/// The option of TCP or IPv4, or the chunk of SCTP, that is named next.
fn option(cur: &mut Cursor<'_>, names: &[(&'static str, u8)]) -> Read<u8> {
    cur.at += 1;
    let word = cur.word();
    let known = names.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
    let Some(kind) = known.or_else(|| word.parse().ok()) else {
        return Err(unknown(cur, names.iter().map(|(name, _)| *name)));
    };
    cur.at += 1;
    Ok(kind)
}

fn ct(cur: &mut Cursor<'_>, family: Family) -> Read<Field> {
    let dir = if cur.eat("original") {
        Some(CtDir::Original)
    } else if cur.eat("reply") {
        Some(CtDir::Reply)
    } else {
        None
    };
    let word = cur.word();
    let key = match (word, cur.word_ahead(1), family) {
        ("ip", "saddr", _) | ("saddr", _, Family::Ip) => CtKey::SaddrIp,
        ("ip", "daddr", _) | ("daddr", _, Family::Ip) => CtKey::DaddrIp,
        ("ip6", "saddr", _) | ("saddr", _, Family::Ip6) => CtKey::SaddrIp6,
        ("ip6", "daddr", _) | ("daddr", _, Family::Ip6) => CtKey::DaddrIp6,
        _ => match CT.iter().find(|row| row.0 == word) {
            Some(row) => row.1,
            None => return Err(unknown(cur, CT.iter().map(|row| row.0))),
        },
    };
    cur.at += 1 + usize::from(matches!(word, "ip" | "ip6"));
    Ok(Field::Ct(key, dir))
}

fn fib(cur: &mut Cursor<'_>) -> Read<Fib> {
    let mut fib =
        Fib { saddr: false, mark: false, iif: false, oif: false, result: FibResultKey::Oif };
    let (mut addr, mut first) = (false, true);
    while first || cur.eat_sign(".") {
        first = false;
        match cur.word() {
            "saddr" => (fib.saddr, addr) = (true, true),
            "daddr" => addr = true,
            "mark" => fib.mark = true,
            "iif" => fib.iif = true,
            "oif" => fib.oif = true,
            _ => return Err(unknown(cur, ["saddr", "daddr", "mark", "iif", "oif"])),
        }
        cur.at += 1;
    }
    if !addr {
        return Err(cur.wrong(Expected::Literal("saddr".into())));
    }
    fib.result = match cur.word() {
        "oif" | "check" => FibResultKey::Oif,
        "oifname" => FibResultKey::Oifname,
        "type" => FibResultKey::Type,
        _ => return Err(unknown(cur, ["oif", "oifname", "type"])),
    };
    cur.at += 1;
    Ok(fib)
}

fn rt(cur: &mut Cursor<'_>) -> Option<Rt> {
    let (key, words) = match (cur.word_ahead(1), cur.word_ahead(2)) {
        ("classid", _) => (Rt::Classid, 2),
        ("nexthop" | "ip", _) => (Rt::Nexthop4, 2),
        ("ip6", _) => (Rt::Nexthop6, 2),
        ("mtu", _) => (Rt::Mtu, 2),
        ("ipsec", _) => (Rt::Ipsec, 2),
        _ => return None,
    };
    cur.at += words + usize::from(matches!(cur.word_ahead(1), "ip" | "ip6"));
    Some(key)
}

fn socket(cur: &mut Cursor<'_>) -> Read<SocketKey> {
    let word = cur.word();
    cur.at += 1;
    Ok(match word {
        "transparent" => SocketKey::Transparent,
        "mark" => SocketKey::Mark,
        "wildcard" => SocketKey::Wildcard,
        "cgroupv2" => {
            cur.need("level")?;
            SocketKey::Cgroupv2(cur.number()? as u8)
        }
        _ => {
            cur.at -= 1;
            return Err(unknown(cur, ["transparent", "mark", "wildcard", "cgroupv2"]));
        }
    })
}

/// Says that the next word is none of those that can stand here.
#[expect(clippy::unnecessary_box_returns, reason = "what `Read` holds")]
pub(super) fn unknown<'n>(
    cur: &Cursor<'_>,
    known: impl IntoIterator<Item = &'n str>,
) -> Box<super::cursor::Wrong> {
    let mut wrong = cur.wrong(Expected::Option);
    wrong.id = DiagnosticId::UnknownOption;
    wrong.hint = names::nearest(cur.word(), known).map(|near| Hint::DidYouMean(near.into()));
    wrong
}
