//! What DNAT, SNAT, MASQUERADE and REDIRECT have in common: an address range, a port range, three flags.

use super::extension::{Given, Opt, Wrong, alias, opt, put_flag, range_text};
use crate::value::{self, Piece, any_word, lead, spaced, word};
use chainwalk_model::{Expected, NatRange, Range};
use std::net::IpAddr;

/// `--random`.
pub(super) const RANDOM: Opt = opt("--random", 0);
/// `--random-fully`.
pub(super) const RANDOM_FULLY: Opt = opt("--random-fully", 0);
/// `--persistent`.
pub(super) const PERSISTENT: Opt = opt("--persistent", 0);

/// The options of a target that chooses the address itself.
pub(super) const PORTS: &[Opt] =
    &[alias("--to-ports", &["--to-port"], 1), RANDOM, RANDOM_FULLY, PERSISTENT];

/// A target that translates to the addresses of one option.
macro_rules! to_addresses {
    ($name:literal, $option:literal, $variant:ident) => {
        pub(super) const EXT: TargetExt = TargetExt {
            names: &[$name],
            options: &[
                opt($option, 1),
                nat_range::RANDOM,
                nat_range::RANDOM_FULLY,
                nat_range::PERSISTENT,
            ],
            build: |given| {
                nat_range::given_to(given, $option).map(|range| Target::$variant(range.into()))
            },
            list: |i, _| {
                nat_range::listed_to(i).map(|(i, range)| (i, Target::$variant(range.into())))
            },
            print: |target, _| {
                let Target::$variant(range) = target else { return None };
                Some(nat_range::to_target($name, $option, range))
            },
        };
    };
}
pub(super) use to_addresses;

/// A target that chooses the address itself, and how a listing begins its ports.
macro_rules! to_ports {
    ($name:literal, $words:literal, $variant:ident) => {
        pub(super) const EXT: TargetExt = TargetExt {
            names: &[$name],
            options: nat_range::PORTS,
            build: |given| nat_range::ports(given).map(|range| Target::$variant(range.into())),
            list: |i, _| {
                nat_range::listed_ports(i, $words)
                    .map(|(i, range)| (i, Target::$variant(range.into())))
            },
            print: |target, _| {
                let Target::$variant(range) = target else { return None };
                Some(nat_range::ports_target($name, range))
            },
        };
    };
}
pub(super) use to_ports;

/// The address that an option of this name gives, and the flags.
pub(super) fn given_to(given: &Given<'_>, option: &str) -> Result<NatRange, Wrong> {
    let range = given.plain(option, to, Expected::Address)?;
    flags(given, range.ok_or_else(|| given.missing(option))?)
}

/// `to:1.2.3.4:80 random`, as a listing has it.
pub(super) fn listed_to(i: &str) -> Piece<'_, NatRange> {
    let (i, ()) = lead("to:")(i)?;
    let (i, range) = spaced(to)(i)?;
    Ok(listed_flags(i, range))
}

/// A target with an address and the flags, as `iptables-save` writes it.
pub(super) fn to_target(name: &str, option: &str, range: &NatRange) -> String {
    let mut out = format!("-j {name} {option} {}", text(range));
    flags_text(&mut out, range);
    out
}

/// `--to-ports` and the flags.
pub(super) fn ports(given: &Given<'_>) -> Result<NatRange, Wrong> {
    let ports = given.plain("--to-ports", value::port_dash, Expected::PortOrRange)?;
    flags(given, NatRange { ports, ..NatRange::default() })
}

/// Ports behind the words that a listing has before them, and the flags.
pub(super) fn listed_ports<'a>(i: &'a str, words: &'static str) -> Piece<'a, NatRange> {
    let mut range = NatRange::default();
    let mut left = i;
    if let Ok((rest, ())) = word(words)(i) {
        let (rest, ports) = spaced(value::port_dash)(rest)?;
        (left, range.ports) = (rest, Some(ports));
    }
    let (left, range) = listed_flags(left, range);
    if left.len() == i.len() { value::fail(i) } else { Ok((left, range)) }
}

/// A target with `--to-ports` and the flags, as `iptables-save` writes it.
pub(super) fn ports_target(name: &str, range: &NatRange) -> String {
    let mut out = format!("-j {name}");
    if range.ports.is_some() {
        out += &format!(" --to-ports {}", ports_text(range));
    }
    flags_text(&mut out, range);
    out
}

/// The flags that were given, added to a range.
pub(super) fn flags(given: &Given<'_>, range: NatRange) -> Result<NatRange, Wrong> {
    Ok(NatRange {
        random: given.flag("--random")?,
        random_fully: given.flag("--random-fully")?,
        persistent: given.flag("--persistent")?,
        ..range
    })
}

/// `1.2.3.4`, `1.2.3.4-1.2.3.9:80-90/8000`, `[fd00::9]:8080`, `fd00::9`, `:8080`.
pub(super) fn to(i: &str) -> Piece<'_, NatRange> {
    let (rest, addrs) = if i.starts_with(':') && !i.starts_with("::") {
        (i, None)
    } else if let Some(inner) = i.strip_prefix('[') {
        let (rest, first) = value::addr(inner)?;
        let Some(rest) = rest.strip_prefix(']').or_else(|| rest.starts_with('-').then_some(rest))
        else {
            return value::fail(i);
        };
        match rest.strip_prefix('-') {
            Some(rest) => {
                let (rest, last) = value::addr(rest.strip_prefix('[').unwrap_or(rest))?;
                (rest.strip_prefix(']').unwrap_or(rest), Some(Range { first, last }))
            }
            None => (rest, Some(Range { first, last: first })),
        }
    } else {
        v4_or_v6(i)?
    };
    let mut range = NatRange { addrs, ..NatRange::default() };
    let Some(ports) = rest.strip_prefix(':') else { return Ok((rest, range)) };
    let (mut rest, ports) = value::port_dash(ports)?;
    range.ports = Some(ports);
    if let Some(base) = rest.strip_prefix('/') {
        let (left, base) = value::port(base)?;
        (rest, range.base_port) = (left, Some(base));
    }
    Ok((rest, range))
}

fn v4_or_v6(i: &str) -> Piece<'_, Option<Range<IpAddr>>> {
    let v4_end = i.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(i.len());
    let (v4, rest) = i.split_at(v4_end);
    if v4.contains('.')
        && let Some(range) = value::whole(value::addr_range, v4)
    {
        return Ok((rest, Some(range)));
    }
    let (rest, range) = value::addr_range(i)?;
    Ok((rest, Some(range)))
}

/// The words `random`, `random-fully` and `persistent` of a listing.
pub(super) fn listed_flags(mut i: &str, mut range: NatRange) -> (&str, NatRange) {
    while let Ok((rest, name)) = any_word(i) {
        match name {
            "random" => range.random = true,
            "random-fully" => range.random_fully = true,
            "persistent" => range.persistent = true,
            _ => break,
        }
        i = rest;
    }
    (i, range)
}

/// The range as one word.
pub(super) fn text(range: &NatRange) -> String {
    let mut out = String::new();
    let ports = ports_text(range);
    if let Some(addrs) = range.addrs {
        out = range_text(addrs, '-');
        if addrs.first.is_ipv6() && !ports.is_empty() {
            out = format!("[{out}]");
        }
    }
    if !ports.is_empty() {
        out += ":";
        out += &ports;
    }
    out
}

/// The ports as one word; empty without ports.
pub(super) fn ports_text(range: &NatRange) -> String {
    let mut out = range.ports.map(|p| range_text(p, '-')).unwrap_or_default();
    if let Some(base) = range.base_port {
        out += &format!("/{base}");
    }
    out
}

/// The flags as options.
pub(super) fn flags_text(out: &mut String, range: &NatRange) {
    put_flag(out, "--random", range.random);
    put_flag(out, "--random-fully", range.random_fully);
    put_flag(out, "--persistent", range.persistent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str) {
        let range = value::whole(to, input);
        assert_eq!(range.map(|r| text(&r)).as_deref(), Some(input));
    }

    #[test]
    fn ranges_are_read_and_printed() {
        check("1.2.3.4");
        check("1.2.3.4-1.2.3.9");
        check("1.2.3.4:80-90/8000");
        check(":8080");
        check("[fd00::9]:8080");
        check("fd00::9");
        check("fd00::9-fd00::11");
        assert_eq!(value::whole(to, "1.2.3.4:99999"), None);
    }
}
