//! The small pieces that rules and listings are made of, as nom parsers over `&str`.
//!
//! A piece ends where the next byte can't belong to it; [`whole`] asks that nothing is left.

use crate::names;
use crate::word::quote_loosely;
use chainwalk_model::{
    AddrMask, AddrTypes, Cidr, CtStates, IfaceMatch, Mac, Masked, Range, Rate, TcpFlags,
};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1, hex_digit1, space0};
use nom::combinator::{map, map_opt, opt, peek, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a piece returns: what is left, and the value.
pub(crate) type Piece<'a, T> = IResult<&'a str, T>;

/// The value, if the piece takes all of `text`.
pub(crate) fn whole<'a, T>(
    mut piece: impl FnMut(&'a str) -> Piece<'a, T>,
    text: &'a str,
) -> Option<T> {
    match piece(text) {
        Ok(("", value)) => Some(value),
        _ => None,
    }
}

/// Succeeds at a blank and at the end, and before what iptables prints without a blank between.
pub(crate) fn boundary(i: &str) -> Piece<'_, ()> {
    match i.chars().next() {
        Some(c) if !c.is_whitespace() && word_len(i) > 0 => fail(i),
        _ => Ok((i, ())),
    }
}

/// Fails here.
pub(crate) fn fail<T>(i: &str) -> Piece<'_, T> {
    Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Tag)))
}

/// A fixed word, blanks before it skipped, with a blank or the end behind it.
/// A blank within `text` stands for one or more.
pub(crate) fn word<'a>(text: &'static str) -> impl FnMut(&'a str) -> Piece<'a, ()> {
    move |i| {
        let mut rest = i.trim_start();
        for part in text.split(' ') {
            rest = tag(part).parse(rest.trim_start())?.0;
        }
        boundary(rest)
    }
}

/// A fixed text, blanks before it skipped, with anything behind it.
pub(crate) fn lead<'a>(text: &'static str) -> impl FnMut(&'a str) -> Piece<'a, ()> {
    move |i| map(preceded(space0, tag(text)), |_| ()).parse(i)
}

/// `!`, with or without blanks around it; whether it stood there.
pub(crate) fn bang(i: &str) -> Piece<'_, bool> {
    map(opt(preceded(space0, terminated(char('!'), space0))), |b| b.is_some()).parse(i)
}

/// Everything up to the next blank, or to what iptables prints without a blank before it.
pub(crate) fn any_word(i: &str) -> Piece<'_, &str> {
    let text = i.trim_start_matches([' ', '\t']);
    let blank = text.find(char::is_whitespace).unwrap_or(text.len());
    let len = match word_len(text) {
        0 => blank,
        len => len,
    };
    if len == 0 { fail(i) } else { Ok((&text[len..], &text[..len])) }
}

/// How long the word is that a text starts with, without a `match bpf …` or an `eui64` that iptables
/// prints right behind it; 0 where it is the start of one of these.
fn word_len(text: &str) -> usize {
    let blank = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at(blank);
    let glued = if after.starts_with(" bpf ") { "match" } else { "eui64" };
    word.strip_suffix(glued).unwrap_or(word).len()
}

/// A word out of a list, and what it stands for.
pub(crate) fn named<'a, T: Copy>(i: &'a str, all: &[(&str, T)]) -> Piece<'a, T> {
    let (rest, word) = any_word(i)?;
    let found = all.iter().find(|(name, _)| *name == word);
    found.map_or_else(|| fail(i), |(_, value)| Ok((rest, *value)))
}

/// The word of a list that stands for a value.
pub(crate) fn name_of<'n, T: Copy + PartialEq>(value: T, all: &[(&'n str, T)]) -> &'n str {
    all.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| name)
}

/// A piece between blanks.
pub(crate) fn spaced<'a, T>(
    mut piece: impl FnMut(&'a str) -> Piece<'a, T>,
) -> impl FnMut(&'a str) -> Piece<'a, T> {
    move |i| {
        let (i, value) = piece(i.trim_start())?;
        let (i, ()) = boundary(i)?;
        Ok((i, value))
    }
}

/// A number as `strtoul` with base 0 reads it: decimal, `0x` hexadecimal, `0` octal.
pub(crate) fn number(i: &str) -> Piece<'_, u64> {
    let hex = preceded(alt((tag("0x"), tag("0X"))), hex_digit1);
    alt((
        map_opt(hex, |d: &str| u64::from_str_radix(d, 16).ok()),
        map_opt(digit1, |d: &str| {
            if d.len() > 1 && d.starts_with('0') {
                u64::from_str_radix(d, 8).ok()
            } else {
                d.parse().ok()
            }
        }),
    ))
    .parse(i)
}

fn narrow<T: TryFrom<u64>>(i: &str) -> Piece<'_, T> {
    map_opt(number, |n| T::try_from(n).ok()).parse(i)
}

/// A number of one byte.
pub(crate) fn u8n(i: &str) -> Piece<'_, u8> {
    narrow(i)
}

/// A number of two bytes.
pub(crate) fn u16n(i: &str) -> Piece<'_, u16> {
    narrow(i)
}

/// A number of four bytes.
pub(crate) fn u32n(i: &str) -> Piece<'_, u32> {
    narrow(i)
}

/// A number of eight bytes.
pub(crate) fn u64n(i: &str) -> Piece<'_, u64> {
    number(i)
}

/// A decimal fraction.
pub(crate) fn fraction(i: &str) -> Piece<'_, f64> {
    let text = take_while1(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '-'));
    map_opt(text, |t: &str| t.parse::<f64>().ok().filter(|p| p.is_finite())).parse(i)
}

/// An address of either family.
pub(crate) fn addr(i: &str) -> Piece<'_, IpAddr> {
    let chars = take_while1(|c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':'));
    map_opt(chars, |t: &str| t.parse().ok()).parse(i)
}

/// The mask of a prefix length.
pub(crate) fn prefix_mask(v6: bool, len: u8) -> Option<IpAddr> {
    match (v6, len) {
        (false, 0) => Some(Ipv4Addr::UNSPECIFIED.into()),
        (false, 1..=32) => Some(Ipv4Addr::from(u32::MAX << (32 - len)).into()),
        (true, 0) => Some(Ipv6Addr::UNSPECIFIED.into()),
        (true, 1..=128) => Some(Ipv6Addr::from(u128::MAX << (128 - len)).into()),
        _ => None,
    }
}

/// The prefix length of a mask, if it is one.
pub(crate) fn mask_len(mask: IpAddr) -> Option<u8> {
    let (bits, width) = match mask {
        IpAddr::V4(m) => (u128::from(u32::from(m)) << 96, 32),
        IpAddr::V6(m) => (u128::from(m), 128),
    };
    let ones = bits.leading_ones() as u8;
    (bits.count_ones() == u32::from(ones) && ones <= width).then_some(ones)
}

/// Whether an address lies in a network.
pub(crate) fn holds(net: AddrMask, addr: IpAddr) -> bool {
    match (net.addr, net.mask, addr) {
        (IpAddr::V4(n), IpAddr::V4(m), IpAddr::V4(a)) => {
            (u32::from(n) ^ u32::from(a)) & u32::from(m) == 0
        }
        (IpAddr::V6(n), IpAddr::V6(m), IpAddr::V6(a)) => {
            (u128::from(n) ^ u128::from(a)) & u128::from(m) == 0
        }
        _ => false,
    }
}

/// `a`, `a/len` or `a/mask`.
pub(crate) fn addr_mask(i: &str) -> Piece<'_, AddrMask> {
    let (i, addr) = alt((self::addr, short_v4)).parse(i)?;
    let full = prefix_mask(addr.is_ipv6(), if addr.is_ipv6() { 128 } else { 32 });
    let length = terminated(digit1, peek(boundary_or_sign));
    let mask = alt((
        map_opt(length, |d: &str| prefix_mask(addr.is_ipv6(), d.parse().ok()?)),
        verify(self::addr, |m: &IpAddr| m.is_ipv6() == addr.is_ipv6()),
    ));
    let (i, mask) = match i.strip_prefix('/') {
        Some(rest) => {
            let mut mask = mask;
            mask.parse(rest)?
        }
        None => (i, full.unwrap_or(addr)),
    };
    Ok((i, AddrMask { addr, mask }))
}

/// `10/8` and `192.168/16`: the missing bytes are 0, as iptables reads them.
fn short_v4(i: &str) -> Piece<'_, IpAddr> {
    let text = take_while1(|c: char| c.is_ascii_digit() || c == '.');
    let (rest, addr) = map_opt(text, |t: &str| {
        let mut bytes = [0; 4];
        let parts: Vec<&str> = t.split('.').collect();
        if parts.len() > 3 {
            return None;
        }
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part.parse().ok()?;
        }
        Some(IpAddr::from(bytes))
    })
    .parse(i)?;
    if rest.starts_with('/') { Ok((rest, addr)) } else { fail(i) }
}

fn boundary_or_sign(i: &str) -> Piece<'_, ()> {
    match i.chars().next() {
        Some('.' | ':') => fail(i),
        Some(c) if c.is_alphanumeric() => fail(i),
        _ => Ok((i, ())),
    }
}

/// An address with its prefix length; without one the whole address.
pub(crate) fn cidr(i: &str) -> Piece<'_, Cidr> {
    map_opt(addr_mask, |a| Some(Cidr { addr: a.addr, len: mask_len(a.mask)? })).parse(i)
}

/// `a-b`; a single address is the range of itself.
pub(crate) fn addr_range(i: &str) -> Piece<'_, Range<IpAddr>> {
    let (i, first) = addr(i)?;
    let (i, last) = opt(preceded(char('-'), addr)).parse(i)?;
    let last = last.unwrap_or(first);
    if first.is_ipv4() == last.is_ipv4() { Ok((i, Range { first, last })) } else { fail(i) }
}

/// A port by number, or by the name of its service.
pub(crate) fn port(i: &str) -> Piece<'_, u16> {
    let name = take_while1(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+'));
    alt((terminated(u16n, peek(port_end)), map_opt(name, names::service))).parse(i)
}

fn port_end(i: &str) -> Piece<'_, ()> {
    match i.chars().next() {
        // iptables prints `dpt:8080match bpf …`.
        Some(c) if c.is_alphanumeric() && word_len(i) > 0 => fail(i),
        _ => Ok((i, ())),
    }
}

/// `80`, `80:90`, `:90`, `80:`.
pub(crate) fn port_range(i: &str) -> Piece<'_, Range<u16>> {
    let (rest, first) = opt(port).parse(i)?;
    let (rest, colon) = opt(char(':')).parse(rest)?;
    if colon.is_none() {
        return first.map_or_else(|| fail(i), |p| Ok((rest, Range { first: p, last: p })));
    }
    let (rest, last) = opt(port).parse(rest)?;
    Ok((rest, Range { first: first.unwrap_or(0), last: last.unwrap_or(u16::MAX) }))
}

/// A range that iptables refuses where it ends before it starts; where it takes one, that holds nothing.
pub(crate) fn rising<T: PartialOrd>(range: Piece<'_, Range<T>>) -> Piece<'_, Range<T>> {
    let (rest, found) = range?;
    if found.first <= found.last { Ok((rest, found)) } else { fail(rest) }
}

/// `80`, `80:90`, `:90`, `80:`, where a range must not end before it starts.
pub(crate) fn rising_ports(i: &str) -> Piece<'_, Range<u16>> {
    rising(port_range(i))
}

/// `80` or `80-90`.
pub(crate) fn port_dash(i: &str) -> Piece<'_, Range<u16>> {
    let (rest, first) = port(i)?;
    let (rest, last) = opt(preceded(char('-'), port)).parse(rest)?;
    let last = last.unwrap_or(first);
    if first <= last { Ok((rest, Range { first, last })) } else { fail(i) }
}

/// Ports and ranges with commas between.
pub(crate) fn ports(i: &str) -> Piece<'_, Vec<Range<u16>>> {
    nom::multi::separated_list1(char(','), rising_ports).parse(i)
}

/// `a` or `a:b` (`a-b` where `sep` is `-`) of numbers; an open end takes the greatest.
pub(crate) fn number_range<T: TryFrom<u64> + Copy + PartialOrd>(
    sep: char,
    max: T,
) -> impl FnMut(&str) -> Piece<'_, Range<T>> {
    move |i| {
        let (rest, first) = opt(narrow::<T>).parse(i)?;
        let (rest, mark) = opt(char(sep)).parse(rest)?;
        if mark.is_none() {
            return first.map_or_else(|| fail(i), |n| Ok((rest, Range { first: n, last: n })));
        }
        let (rest, last) = opt(narrow::<T>).parse(rest)?;
        let zero = T::try_from(0).unwrap_or(max);
        Ok((rest, Range { first: first.unwrap_or(zero), last: last.unwrap_or(max) }))
    }
}

/// A number and an optional mask of the same width; without one every bit counts.
pub(crate) fn masked<T: TryFrom<u64> + Copy>(all: T) -> impl FnMut(&str) -> Piece<'_, Masked<T>> {
    move |i| {
        let (i, value) = narrow::<T>(i)?;
        let (i, mask) = opt(preceded(char('/'), narrow::<T>)).parse(i)?;
        Ok((i, Masked { value, mask: mask.unwrap_or(all) }))
    }
}

/// A mark.
pub(crate) fn mark(i: &str) -> Piece<'_, Masked<u32>> {
    masked(u32::MAX)(i)
}

/// A TOS value by number or name, and its mask.
pub(crate) fn tos(i: &str) -> Piece<'_, Masked<u8>> {
    let name = take_while1(|c: char| c.is_ascii_alphabetic() || c == '-');
    alt((masked(u8::MAX), map_opt(name, |n| Some(Masked { value: names::tos(n)?, mask: 0x3f }))))
        .parse(i)
}

/// An interface, `+` at its end standing for any rest. `lo`, `eth+`, `+`. A shell's variable is none.
pub(crate) fn iface(i: &str) -> Piece<'_, IfaceMatch> {
    if i.contains('$') {
        return fail(i);
    }
    let len = i.find(|c: char| c.is_whitespace() || c == '!' || c == '/').unwrap_or(i.len());
    // iptables prints `eth0match bpf …`.
    let glued = i[len..].starts_with(" bpf ").then(|| i[..len].strip_suffix("match")).flatten();
    let (name, rest) = i.split_at(glued.map_or(len, str::len));
    if name.is_empty() {
        return fail(i);
    }
    let (name, prefix) = name.strip_suffix('+').map_or((name, false), |n| (n, true));
    Ok((rest, IfaceMatch { name: name.into(), prefix }))
}

/// A link-layer address.
pub(crate) fn mac(i: &str) -> Piece<'_, Mac> {
    let text = take_while1(|c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '-'));
    map_opt(text, |t: &str| {
        let mut bytes = [0; 6];
        let parts: Vec<&str> = t.split([':', '-']).collect();
        if parts.len() != 6 {
            return None;
        }
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = u8::from_str_radix(part, 16).ok()?;
        }
        Some(Mac(bytes))
    })
    .parse(i)
}

/// The names of TCP flags in the order iptables prints them, from the lowest bit.
pub(crate) const TCP_FLAGS: [(&str, u8); 8] = [
    ("FIN", 1),
    ("SYN", 2),
    ("RST", 4),
    ("PSH", 8),
    ("ACK", 16),
    ("URG", 32),
    ("ECE", 64),
    ("CWR", 128),
];

/// `SYN,ACK`, `ALL`, `NONE`, `0x17`. ALL is the six old flags.
pub(crate) fn tcp_flags(i: &str) -> Piece<'_, TcpFlags> {
    let names = take_while1(|c: char| c.is_ascii_alphabetic() || c == ',');
    let names = map_opt(names, |t: &str| {
        let mut bits = 0;
        for name in t.split(',') {
            bits |= match name.to_ascii_uppercase().as_str() {
                "ALL" => 0x3f,
                "NONE" => 0,
                name => TCP_FLAGS.iter().find(|(n, _)| *n == name)?.1,
            };
        }
        Some(TcpFlags(bits))
    });
    alt((map(u8n, TcpFlags), names)).parse(i)
}

/// Names with commas between, each the bit of its place in `all`; iptables takes the start of a name for it.
pub(crate) fn bit_names<'a>(i: &'a str, all: &[&str]) -> Piece<'a, u16> {
    let len = i[..word_len(i)]
        .find(|c: char| !c.is_ascii_alphabetic() && c != ',' && c != '_')
        .unwrap_or(word_len(i));
    let (text, rest) = i.split_at(len);
    let bits = text.split(',').try_fold(0, |bits, name| {
        let begins = |n: &&str| n.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
        let at = all.iter().position(begins).filter(|_| !name.is_empty())?;
        Some(bits | 1 << at)
    });
    bits.map_or_else(|| fail(i), |bits| Ok((rest, bits)))
}

/// The names of the bits that are set.
pub(crate) fn bit_text(bits: u16, all: &[&str]) -> String {
    let names: Vec<&str> =
        all.iter().enumerate().filter(|(at, _)| bits & 1 << at != 0).map(|(_, n)| *n).collect();
    names.join(",")
}

/// Conntrack states with commas between.
pub(crate) fn ct_states(i: &str) -> Piece<'_, CtStates> {
    map(|i| bit_names(i, &CtStates::NAMES), |bits| CtStates(bits as u8)).parse(i)
}

/// Kinds of address with commas between.
pub(crate) fn addr_types(i: &str) -> Piece<'_, AddrTypes> {
    map(|i| bit_names(i, &AddrTypes::NAMES), AddrTypes).parse(i)
}

/// `3/min`, `10/second`, `5`.
pub(crate) fn rate(i: &str) -> Piece<'_, Rate> {
    let (i, count) = u32n(i)?;
    let (i, period_s) = period(i)?;
    if count == 0 { fail(i) } else { Ok((i, Rate { count, period_s })) }
}

/// `/sec` and its like; without one a second.
pub(crate) fn period(i: &str) -> Piece<'_, u32> {
    let unit = preceded(char('/'), take_while1(|c: char| c.is_ascii_alphabetic()));
    let unit = map_opt(unit, |u: &str| {
        let known = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)];
        let lower = u.to_ascii_lowercase();
        known.into_iter().find(|(name, _)| name.starts_with(&lower)).map(|(_, s)| s)
    });
    map(opt(unit), |p| p.unwrap_or(1)).parse(i)
}

/// The name of a period as `iptables-save` writes it.
pub(crate) fn period_name(seconds: u32) -> &'static str {
    match seconds {
        60 => "min",
        3600 => "hour",
        86400 => "day",
        _ => "sec",
    }
}

/// A protocol by name or number; 0 is any.
pub(crate) fn protocol(i: &str) -> Piece<'_, u8> {
    let name = take_while1(|c: char| c.is_ascii_alphanumeric() || c == '-');
    map_opt(name, names::protocol).parse(i)
}

/// Text in double quotes in which `\` keeps the next character; or up to the next blank.
pub(crate) fn quoted(i: &str) -> Piece<'_, String> {
    let i = i.trim_start();
    let Some(inner) = i.strip_prefix('"') else {
        return map(take_while1(|c: char| !c.is_whitespace()), String::from).parse(i);
    };
    let mut text = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((&inner[at + 1..], text)),
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            c => text.push(c),
        }
    }
    fail(i)
}

/// An address under its mask; a whole address has `/32` only where `full` asks for it.
pub(crate) fn addr_text(net: AddrMask, full: bool) -> String {
    let width = if net.addr.is_ipv6() { 128 } else { 32 };
    match mask_len(net.mask) {
        Some(len) if len == width && !full => net.addr.to_string(),
        Some(len) => format!("{}/{len}", net.addr),
        None => format!("{}/{}", net.addr, net.mask),
    }
}

/// An interface as `-i` takes it.
pub(crate) fn iface_text(iface: &IfaceMatch) -> String {
    quote_loosely(&format!("{}{}", iface.name, if iface.prefix { "+" } else { "" }))
}

/// The address that a cloud spells in a name: `ip-172-31-5-10`, `ip-172-31-5-10.ec2.internal`,
/// `ec2-203-0-113-9.compute-1.amazonaws.com`.
pub(crate) fn spelt(name: &str) -> Option<IpAddr> {
    let first = name.split('.').next().unwrap_or(name);
    let of_cloud = || first.strip_prefix("ec2-").filter(|_| name.ends_with(".amazonaws.com"));
    let digits = first.strip_prefix("ip-").or_else(of_cloud)?;
    digits.replace('-', ".").parse().ok().map(IpAddr::V4)
}

#[cfg(test)]
mod tests;
