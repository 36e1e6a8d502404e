//! Constants by their type: addresses, ports, words, sets of bits, times.

use super::cursor::{Cursor, Read, number};
use super::lexer::Kind;
use chainwalk_model::Expected;
use chainwalk_model::nft::{KeyPart, Pattern, Type, Value};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A value or what stands for several, where a part of a key or the right side of a comparison is read.
pub(super) fn pattern(cur: &mut Cursor<'_>, part: KeyPart) -> Read<Pattern> {
    if cur.eat_sign("*") {
        return Ok(Pattern::Any);
    }
    let from = cur.at;
    let first = value(cur, part)?;
    if let Value::Name(name) = &first {
        let quoted = cur.token(from).is_some_and(|t| t.kind == Kind::Str || t.kind == Kind::Word);
        if let Some(start) = name.strip_suffix('*').filter(|_| quoted && part.ty.is_text()) {
            return Ok(match start.strip_suffix('\\') {
                Some(literal) => Pattern::One(Value::Name(format!("{literal}*").into())),
                None => Pattern::Begins(start.into()),
            });
        }
        return Ok(Pattern::One(first));
    }
    let Value::Number(n) = first else { return Ok(Pattern::One(first)) };
    let is_mask = part.ty.is_bitmask();
    if cur.is_sign("/") && !is_mask {
        cur.at += 1;
        let len = cur.number()?;
        if len > u64::from(part.bits) {
            return Err(cur.refused(Expected::Number));
        }
        return Ok(Pattern::Prefix(n, len as u8));
    }
    if cur.is_sign("-") {
        cur.at += 1;
        let Value::Number(last) = value(cur, part)? else {
            return Err(cur.refused(expected(part.ty)));
        };
        // `meta hour "22:00"-"06:00"` goes on past midnight.
        if last < n && part.ty != Type::Hour {
            return Err(cur.refused(expected(part.ty)));
        }
        return Ok(Pattern::Range(n, last));
    }
    Ok(Pattern::One(Value::Number(n)))
}

/// A constant with its `|`, its commas apart.
pub(super) fn value(cur: &mut Cursor<'_>, part: KeyPart) -> Read<Value> {
    let first = single(cur, part)?;
    let Value::Number(mut n) = first else { return Ok(first) };
    while (cur.is_sign("|") || cur.word() == "or") && !starts_field(cur, 1) {
        cur.at += 1;
        let Value::Number(more) = single(cur, part)? else {
            return Err(cur.refused(expected(part.ty)));
        };
        n |= more;
    }
    Ok(Value::Number(n))
}

/// Whether a field begins so many tokens ahead: what a constant is joined with then is no constant.
fn starts_field(cur: &Cursor<'_>, n: usize) -> bool {
    let word = cur.word_ahead(n);
    super::field::begins(word)
        && matches!(word, "meta" | "ct" | "ip" | "ip6" | "tcp" | "udp" | "th" | "mark")
        && !word.is_empty()
}

/// Values behind commas, or-ed: `established,related`.
pub(super) fn bits(cur: &mut Cursor<'_>, part: KeyPart) -> Read<u128> {
    let mut all = 0;
    loop {
        match value(cur, part)? {
            Value::Number(n) => all |= n,
            Value::Name(_) => return Err(cur.refused(expected(part.ty))),
        }
        if !cur.eat_sign(",") {
            return Ok(all);
        }
        cur.lines();
    }
}

/// One constant.
pub(super) fn single(cur: &mut Cursor<'_>, part: KeyPart) -> Read<Value> {
    if cur.eat_sign("(") {
        let inner = single_or(cur, part)?;
        cur.need_sign(")")?;
        return Ok(inner);
    }
    let Some(token) = cur.peek() else { return Err(cur.wrong(expected(part.ty))) };
    let text = cur.text_of(token);
    let quoted = token.kind == Kind::Str;
    if !quoted && token.kind != Kind::Word {
        return Err(cur.wrong(expected(part.ty)));
    }
    cur.at += 1;
    if part.ty.is_text() {
        return Ok(Value::Name(text.into()));
    }
    if matches!(part.ty, Type::Classid | Type::Realm) && cur.is_sign(":") {
        let minor = u128::from_str_radix(cur.word_ahead(1), 16);
        if let (Ok(major), Ok(minor)) = (u128::from_str_radix(text, 16), minor) {
            cur.at += 2;
            return Ok(Value::Number(major << 16 | minor));
        }
    }
    let Some(found) = constant(text, part.ty) else {
        return Err(cur.refused(expected(part.ty)));
    };
    let wide = match found {
        Value::Number(n) => part.bits < 128 && n >> part.bits.min(127) != 0,
        Value::Name(_) => false,
    };
    if wide && part.bits > 0 {
        return Err(cur.refused(expected(part.ty)));
    }
    Ok(found)
}

fn single_or(cur: &mut Cursor<'_>, part: KeyPart) -> Read<Value> {
    // Parentheses within parentheses around a constant are not read.
    if cur.is_sign("(") {
        return Err(cur.wrong(expected(part.ty)));
    }
    let first = single(cur, part)?;
    let Value::Number(mut n) = first else { return Ok(first) };
    while cur.eat_sign("|") || cur.eat_sign(",") || cur.eat("or") {
        if let Value::Number(more) = single(cur, part)? {
            n |= more;
        }
    }
    Ok(Value::Number(n))
}

/// The value that a word has as one of a type.
fn constant(text: &str, ty: Type) -> Option<Value> {
    let number_of = |n: Option<u128>| n.map(Value::Number);
    match ty {
        Type::Ipv4Addr => {
            let text = if text == "localhost" { "127.0.0.1" } else { text };
            let dotted = text.parse::<Ipv4Addr>().ok().map(|a| u128::from(u32::from(a)));
            // `@nh,96,32 { 0xa010005 }` is listed as `ip saddr { 0xa010005 }`.
            let whole = || number(text).filter(|n| *n <= u128::from(u32::MAX));
            number_of(dotted.or_else(whole))
        }
        Type::Ipv6Addr => {
            let text = if text == "localhost" { "::1" } else { text };
            number_of(text.parse::<Ipv6Addr>().ok().map(u128::from))
        }
        Type::EtherAddr => {
            // `lladdr_type_parse`: whatever stands between the bytes, and those in front may be missing.
            let mut parts = text.split(|c: char| !c.is_ascii_hexdigit());
            let few = parts.clone().count() <= 6;
            let address = parts.try_fold(0, |mac, part| {
                let byte = u128::from_str_radix(part, 16).ok().filter(|b| *b <= 0xff)?;
                Some(mac << 8 | byte)
            });
            number_of(address.filter(|_| few))
        }
        Type::IfIndex | Type::Cgroupsv2 => {
            Some(number(text).map_or(Value::Name(text.into()), Value::Number))
        }
        Type::Time => number_of(milliseconds(text).or_else(|| moment(text))),
        Type::Hour => number_of(hour(text)),
        Type::CtLabel => number_of(number(text).filter(|bit| *bit < 128).map(|bit| 1 << bit)),
        _ => {
            let word = ty.value_of(text).or_else(|| {
                let small = text.to_ascii_lowercase();
                matches!(ty, Type::Day).then(|| {
                    let days = ty.words().iter();
                    let mut fits = days.filter(|(w, _)| w.to_ascii_lowercase().starts_with(&small));
                    fits.next().filter(|_| small.len() >= 3).map(|(_, n)| *n)
                })?
            });
            let service = || crate::names::service(text).map(u128::from);
            let other = || (ty == Type::InetService).then(service).flatten();
            number_of(word.or_else(|| number(text)).or_else(other))
        }
    }
}

/// A length of time in milliseconds: `1h30m`, `59m59s992ms`; a bare number is of seconds.
pub(super) fn milliseconds(text: &str) -> Option<u128> {
    let mut all = 0u128;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        let n: u128 = rest.get(..digits)?.parse::<u64>().ok()?.into();
        rest = &rest[digits..];
        let letters = rest.bytes().position(|b| b.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 1,
            "s" | "" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        all += n * unit;
        rest = &rest[letters..];
    }
    (!text.is_empty()).then_some(all)
}

/// A point in time in milliseconds since 1970 (`2024-05-01 12:00:00`), taken as UTC: a paste does not tell the zone.
fn moment(text: &str) -> Option<u128> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let mut parts = day.split('-').map(|p| p.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..3000).contains(&year) {
        return None;
    }
    // Days from 0000-03-01, by the rule of the Gregorian calendar.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let seconds = u128::try_from(days).ok()? * 86_400 + hour(time)?;
    Some(seconds * 1_000)
}

/// A time of day in seconds since midnight: `18:00`, `18:00:30`, or the number of seconds.
fn hour(text: &str) -> Option<u128> {
    let mut parts = text.split(':').map(|p| p.parse::<u128>().ok());
    let first = parts.next()??;
    let Some(minutes) = parts.next() else { return Some(first) };
    let seconds = parts.next().unwrap_or(Some(0))?;
    let (minutes, more) = (minutes?, parts.next());
    (first < 24 && minutes < 60 && seconds < 60 && more.is_none())
        .then_some(first * 3600 + minutes * 60 + seconds)
}

/// What is expected where a value of a type is missing.
pub(super) fn expected(ty: Type) -> Expected {
    match ty {
        Type::Ipv4Addr | Type::Ipv6Addr => Expected::Address,
        Type::InetService => Expected::PortOrRange,
        Type::InetProto => Expected::Protocol,
        Type::IfIndex | Type::IfName => Expected::Interface,
        Type::IcmpType | Type::Icmpv6Type => Expected::IcmpType,
        Type::CtState => Expected::CtState,
        Type::FibAddrType => Expected::AddrType,
        Type::Mark => Expected::Mark,
        Type::String => Expected::Text,
        _ => Expected::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds() {
        for (text, expect) in [
            ("1h", Some(3_600_000)),
            ("59m59s992ms", Some(3_599_992)),
            ("3600s", Some(3_600_000)),
            ("10", Some(10_000)),
            ("1x", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text), expect, "{text}");
        }
        assert_eq!(moment("1970-01-02 00:00:10"), Some(86_410_000));
        assert_eq!(moment("2024-03-01"), Some(1_709_251_200_000));
        assert_eq!(hour("18:30"), Some(66_600));
        assert_eq!(hour("25:00"), None);
    }

    #[test]
    fn numbers_are_read_as_nft_reads_them() {
        assert_eq!(number("010"), Some(8));
        assert_eq!(number("0xff"), Some(255));
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("08"), None);
    }

    #[test]
    fn bytes_of_a_hardware_address_stand_apart_by_anything() {
        let address = |text| constant(text, Type::EtherAddr);
        assert_eq!(address("2:0:0:0:3:ff"), Some(Value::Number(0x0200_0000_03ff)));
        assert_eq!(address("10.1.0.1"), Some(Value::Number(0x1001_0001)));
        assert_eq!(address("0"), Some(Value::Number(0)));
        assert_eq!(address("1:100"), None);
        assert_eq!(address("1:2:3:4:5:6:7"), None);
    }
}
