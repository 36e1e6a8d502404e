//! Whether the tables of a save text are of IPv4 or of IPv6, where the line above them does not say it.

use crate::clean::Row;
use crate::names;
use chainwalk_model::{Family, builtin_names};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The families of the tables whose `*name` stands in these rows, by row.
///
/// A program prints the tables of one family one after the other, none of them twice. So what one of them tells is
/// true of those beside it; and a run that tells nothing is of the other family than one that ends just above it.
pub(crate) fn families(rows: &[Row<'_>]) -> Vec<(usize, Family)> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut open = false;
    let mut closed = 0;
    for (at, row) in rows.iter().enumerate() {
        let name = row.text.strip_prefix('*').map(str::trim);
        if let Some(name) = name.filter(|n| !builtin_names(n).is_empty()) {
            if runs.last().is_none_or(|run| run.tables.iter().any(|(_, n)| *n == name)) {
                let beside = rows[closed..at]
                    .iter()
                    .all(|r| r.text.is_empty() || r.text.starts_with('#') || r.text == "COMMIT");
                runs.push(Run { beside: beside && closed > 0, ..Run::default() });
            }
            if let Some(run) = runs.last_mut() {
                run.tables.push((at, name));
            }
            open = true;
        } else if row.text == "COMMIT" {
            open = false;
            closed = at;
        } else if let (true, Some(run)) = (open, runs.last_mut()) {
            run.told = run.told.or_else(|| tells(row.text));
        }
    }
    let mut found = Vec::new();
    let mut last = None;
    for run in &runs {
        let family = run.told.unwrap_or(match last {
            Some(Family::Ip) if run.beside => Family::Ip6,
            _ => Family::Ip,
        });
        last = Some(family);
        found.extend(run.tables.iter().map(|(at, _)| (*at, family)));
    }
    found
}

/// Tables that one program printed.
#[derive(Default)]
struct Run<'a> {
    tables: Vec<(usize, &'a str)>,
    told: Option<Family>,
    /// Whether nothing but remarks stands between it and the one before.
    beside: bool,
}

/// The family that a rule can only be of.
pub(crate) fn tells(rule: &str) -> Option<Family> {
    let mut quoted = false;
    let mut before = "";
    for word in rule.split_whitespace() {
        let plain = !quoted;
        quoted ^= word.matches('"').count() % 2 == 1;
        if !plain || word.starts_with('"') {
            continue;
        }
        let family = match before {
            "-p" | "--protocol" | "--proto" => match names::protocol(word) {
                Some(1) => Some(Family::Ip),
                Some(58) => Some(Family::Ip6),
                _ => None,
            },
            "--reject-with" if word.starts_with("icmp6") => Some(Family::Ip6),
            "--reject-with" if word.starts_with("icmp-") => Some(Family::Ip),
            "-m" if matches!(word, "icmp6" | "ipv6header" | "rt" | "frag" | "hbh" | "dst") => {
                Some(Family::Ip6)
            }
            "-m" if word == "icmp" => Some(Family::Ip),
            "-s" | "-d" | "--source" | "--destination" | "--src" | "--dst" | "--to-source"
            | "--to-destination" | "--to" | "--gateway" | "--src-range" | "--dst-range"
            | "--on-ip" => address(word),
            _ => None,
        };
        if family.is_some() {
            return family;
        }
        before = word;
    }
    None
}

/// The family of an address, a network, a range, or one with a port.
fn address(word: &str) -> Option<Family> {
    let first = word.split(['/', '-', ',']).next().unwrap_or_default();
    let bare = first.trim_start_matches('[').split(']').next().unwrap_or_default();
    if bare.contains(':') && bare.parse::<Ipv6Addr>().is_ok() {
        return Some(Family::Ip6);
    }
    let four = first.split(':').next().unwrap_or_default();
    four.parse::<Ipv4Addr>().is_ok().then_some(Family::Ip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::Family::{Ip, Ip6};

    fn told(text: &str) -> Vec<Family> {
        let rows: Vec<Row<'_>> = text.lines().map(|text| Row { text, start: 0 }).collect();
        families(&rows).into_iter().map(|(_, family)| family).collect()
    }

    #[test]
    fn what_a_rule_tells() {
        for (rule, expect) in [
            ("-A INPUT -s ::/0 -j ACCEPT", Some(Ip6)),
            ("-A INPUT -p ipv6-icmp -j ACCEPT", Some(Ip6)),
            ("-A INPUT -p 58 -j ACCEPT", Some(Ip6)),
            ("-A INPUT -j REJECT --reject-with icmp6-port-unreachable", Some(Ip6)),
            ("-A INPUT -j DNAT --to-destination [fd00::1]:80", Some(Ip6)),
            ("-A INPUT -j DNAT --to-destination 10.0.0.1:80", Some(Ip)),
            ("-A INPUT -p icmp -j ACCEPT", Some(Ip)),
            ("-A INPUT -d 10.0.0.0/8", Some(Ip)),
            ("-A INPUT -p tcp --dport 22", None),
            ("-A INPUT -m comment --comment \"-s ::1 -d 10.0.0.1\"", None),
        ] {
            assert_eq!(tells(rule), expect, "{rule}");
        }
    }

    #[test]
    fn tables_that_stand_together_are_of_one_family() {
        let table = |name: &str, rule: &str| format!("*{name}\n:INPUT ACCEPT\n{rule}\nCOMMIT\n");
        let (four, six) = ("-A INPUT -s 10.0.0.1", "-A INPUT -s fd00::1");
        let all = |parts: &[(&str, &str)]| {
            told(&parts.iter().map(|(n, r)| table(n, r)).collect::<String>())
        };
        assert_eq!(all(&[("filter", four), ("filter", six)]), [Ip, Ip6]);
        assert_eq!(all(&[("filter", six), ("filter", four)]), [Ip6, Ip]);
        assert_eq!(
            all(&[("nat", ""), ("filter", six), ("nat", ""), ("filter", "")]),
            [Ip6, Ip6, Ip, Ip]
        );
        assert_eq!(
            all(&[("nat", ""), ("filter", ""), ("nat", ""), ("filter", "")]),
            [Ip, Ip, Ip6, Ip6]
        );
        assert_eq!(all(&[("filter", "")]), [Ip]);
        // Words between them tell of two moments, not of two families.
        let twice = format!("{}and later\n{}", table("filter", ""), table("filter", ""));
        assert_eq!(told(&twice), [Ip, Ip]);
    }
}
