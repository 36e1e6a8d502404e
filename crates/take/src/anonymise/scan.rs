//! What stands in a text that tells whose it is: where, and of what kind.

use super::listed::Lists;
use chainwalk::model::Order;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Something that can be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// An address, and how many bits of it count.
    V4(Ipv4Addr, u8),
    /// An address of IPv6.
    V6(Ipv6Addr, u8),
    /// One or several addresses of cards, two digits each; what is left over stays.
    Mac,
    /// A name by its kind.
    Name(&'static str),
    /// The name of a host in which its address stands, as clouds give them: `ip-172-31-5-10.ec2.internal`.
    Addressed(Ipv4Addr),
}

/// A place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) at: Range<usize>,
    pub(crate) what: What,
}

/// Everything, in order; no two overlap.
pub(crate) fn scan(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut begin = 0;
    let mut lists = Lists::default();
    for line in text.split_inclusive('\n') {
        scan_line(line, begin, &mut found);
        let listed = lists.line(line).into_iter();
        found.extend(listed.map(|(at, kind)| Found {
            at: begin + at.start..begin + at.end,
            what: addressed(&line[at]).map_or(What::Name(kind), What::Addressed),
        }));
        begin += line.len();
    }
    found.order_by_key(|f| (f.at.start, std::cmp::Reverse(f.at.end)));
    let mut end = 0;
    found.retain(|f| {
        let free = f.at.start >= end;
        if free {
            end = f.at.end;
        }
        free
    });
    found
}

fn scan_line(line: &str, begin: usize, found: &mut Vec<Found>) {
    let mut push = |at: Range<usize>, what: What| {
        found.push(Found { at: begin + at.start..begin + at.end, what });
    };
    quoted(line, &mut push);
    prompt(line, &mut push);
    for word in words(line, |c| c.is_ascii_hexdigit() || c == '.' || c == ':') {
        addresses(line, word, &mut push);
    }
    for word in words(line, |c| c.is_ascii_digit() || c == '.') {
        dotted(line, word, &mut push);
    }
    for word in words(line, is_of_host) {
        let name = line[word.clone()].trim_end_matches('.');
        if let Some(addr) = addressed(name) {
            push(word.start..word.start + name.len(), What::Addressed(addr));
        }
    }
    for word in words(line, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        if let Some((kind, range)) = named(&line[word.clone()]) {
            push(word.start + range.start..word.start + range.end, What::Name(kind));
        }
    }
}

/// The longest runs of such characters.
fn words(line: &str, is: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + line[at..].find(is)?;
        let end = line[from..].find(|c| !is(c)).map_or(line.len(), |n| from + n);
        at = end;
        Some(from..end)
    })
}

/// Addresses of cards, and of IPv6.
fn addresses(line: &str, word: Range<usize>, push: &mut impl FnMut(Range<usize>, What)) {
    let before = line[..word.start].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        && !line[word.clone()].starts_with(':')
    {
        return;
    }
    let token = &line[word.clone()];
    let lead = token.len() - token.trim_start_matches('.').len();
    let token = token.trim_matches('.');
    let start = word.start + lead;
    let after = |end: usize| line[end..].chars().next();
    let pairs: Vec<&str> = token.trim_matches(':').split(':').collect();
    let hex = |p: &&str| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit());
    if pairs.len() >= 6 && pairs.iter().all(hex) {
        let lead = token.len() - token.trim_start_matches(':').len();
        push(start + lead..start + lead + pairs.len() * 3 - 1, What::Mac);
        return;
    }
    if !after(start + token.len()).is_some_and(|c| c.is_alphanumeric() || c == '_')
        && token.contains(':')
    {
        // A colon at the end belongs to the text around it, unless there are two.
        let own = match token.strip_suffix(':') {
            Some(rest) if !rest.ends_with(':') => rest,
            _ => token,
        };
        if let Ok(addr) = own.parse::<Ipv6Addr>() {
            let end = start + own.len();
            push(start..end, What::V6(addr, bits(line, end, 128)));
        }
    }
}

/// How many bits of an address count, by what stands behind a stroke.
fn bits(line: &str, end: usize, whole: u8) -> u8 {
    let behind = line[end..].strip_prefix('/').unwrap_or_default();
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u8>().ok().filter(|n| *n <= whole).unwrap_or(whole)
}

/// An address of IPv4, wherever it stands: within a name, or with a port behind it as tcpdump writes it.
fn dotted(line: &str, word: Range<usize>, push: &mut impl FnMut(Range<usize>, What)) {
    // A version of something: v1.2.3.4.
    let mut before = line[..word.start].chars().rev();
    if matches!(before.next(), Some('v' | 'V')) && !before.next().is_some_and(char::is_alphanumeric)
    {
        return;
    }
    let token = &line[word.clone()];
    let start = word.start + token.len() - token.trim_start_matches('.').len();
    let token = token.trim_matches('.');
    let (own, port) = match token.match_indices('.').nth(3) {
        Some((at, _)) => (&token[..at], &token[at + 1..]),
        None => (token, "0"),
    };
    if let (Ok(addr), Ok(_)) = (own.parse::<Ipv4Addr>(), port.parse::<u16>()) {
        let end = start + own.len();
        push(start..end, What::V4(addr, bits(line, end, 32)));
    }
}

/// Whether the name of a host may have the character.
fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// The address in the name of a host: four numbers of it, parted by strokes.
fn addressed(name: &str) -> Option<Ipv4Addr> {
    name.split('.').find_map(|label| {
        let parts: Vec<&str> = label.split(['-', '_']).collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let mut runs = parts.chunk_by(|a, b| number(a) && number(b));
        runs.find_map(|run| run.join(".").parse().ok())
    })
}

/// Names that were made for one machine: of services, networks, and of pairs of devices.
fn named(word: &str) -> Option<(&'static str, Range<usize>)> {
    let hex = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mixed = |s: &str| {
        hex(s) && s.bytes().any(|b| b.is_ascii_digit()) && s.bytes().any(|b| b.is_ascii_lowercase())
    };
    if let Some(rest) = word.strip_prefix("KUBE-") {
        let (family, hash) = rest.split_once('-')?;
        let known = ["SVC", "SVL", "SEP", "FW", "XLB", "EXT"].contains(&family);
        let made =
            hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        return (known && made).then(|| ("service", word.len() - 16..word.len()));
    }
    for (prefix, digits, kind) in [("br-", 12, "id"), ("veth", 7, "veth"), ("cali", 11, "cali")] {
        if let Some(rest) = word.strip_prefix(prefix).filter(|r| r.len() == digits && hex(r)) {
            return Some((kind, word.len() - rest.len()..word.len()));
        }
    }
    (matches!(word.len(), 12 | 64) && mixed(word)).then_some(("id", 0..word.len()))
}

/// Who was logged in where: `[me@gateway ~]#`, `me@gateway:~$`.
fn prompt(line: &str, push: &mut impl FnMut(Range<usize>, What)) {
    let lead = line.len() - line.trim_start_matches(['[', ' ']).len();
    let Some(at) = line[lead..].find(|c| !is_of_host(c)).map(|n| lead + n) else { return };
    if at == lead || !line[at..].starts_with('@') {
        return;
    }
    let host = at + 1;
    let end = line[host..].find(|c| !is_of_host(c)).map_or(line.len(), |n| host + n);
    let ends = line[end..]
        .chars()
        .next()
        .is_some_and(|c| matches!(c, ':' | ' ' | ']' | '$' | '#' | '>' | '~'));
    if end == host || !ends {
        return;
    }
    if &line[lead..at] != "root" {
        push(lead..at, What::Name("user"));
    }
    let name = &line[host..end];
    if name.parse::<Ipv4Addr>().is_err() {
        push(host..end, addressed(name).map_or(What::Name("host"), What::Addressed));
    }
}

/// Words of people: comments, and what a rule writes into the log.
fn quoted(line: &str, push: &mut impl FnMut(Range<usize>, What)) {
    let mut at = 0;
    while let Some(from) = line[at..].find("/* ").map(|n| at + n + 3) {
        let Some(end) = line[from..].find(" */").map(|n| from + n) else { break };
        comment(line, from..end, push);
        at = end;
    }
    for (mark, kind) in [
        ("--comment ", "comment"),
        ("--log-prefix ", "log"),
        ("--nflog-prefix ", "log"),
        ("prefix \"", "log"),
    ] {
        let Some(from) = line.find(mark).map(|n| n + mark.len()) else { continue };
        let open = mark.ends_with('"');
        let (from, end) = match line[from..].strip_prefix('"') {
            Some(rest) => (from + 1, from + 1 + rest.find('"').unwrap_or(rest.len())),
            None if open => (from, from + line[from..].find('"').unwrap_or(line.len() - from)),
            None => {
                (from, from + line[from..].find(char::is_whitespace).unwrap_or(line.len() - from))
            }
        };
        if kind == "comment" {
            comment(line, from..end, push);
        } else if from < end {
            push(from..end, What::Name("log"));
        }
    }
}

fn comment(line: &str, at: Range<usize>, push: &mut impl FnMut(Range<usize>, What)) {
    // Kubernetes' own are the same on every machine.
    let own = line[at.clone()].starts_with("kube") && !line[at.clone()].contains('/');
    if !at.is_empty() && !own {
        push(at, What::Name("comment"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        scan(text).into_iter().map(|f| format!("{} {:?}", &text[f.at], f.what)).collect()
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        assert_eq!(
            found(
                "-s 8.8.8.0/24 -d 1.2.3.4 --to 9.9.9.9:53-54 a=5.6.7.8, v1.2.3.4 1.2.3.4.5 10.1.2.3-10.1.2.9"
            ),
            [
                "8.8.8.0 V4(8.8.8.0, 24)",
                "1.2.3.4 V4(1.2.3.4, 32)",
                "9.9.9.9 V4(9.9.9.9, 32)",
                "5.6.7.8 V4(5.6.7.8, 32)",
                "1.2.3.4 V4(1.2.3.4, 32)",
                "10.1.2.3 V4(10.1.2.3, 32)",
                "10.1.2.9 V4(10.1.2.9, 32)",
            ]
        );
        assert_eq!(
            found("inet6 2a00:1450::200e/64 scope [2a00::1]:443 ::/0 12:30:05 fe80::1:"),
            [
                "2a00:1450::200e V6(2a00:1450::200e, 64)",
                "2a00::1 V6(2a00::1, 128)",
                ":: V6(::, 0)",
                "fe80::1 V6(fe80::1, 128)",
            ]
        );
        assert_eq!(
            found(
                "IP 1.2.3.4.51000 > 5.6.7.8.80: ban8.8.4.4 1.2.3.4.5.6 v9.9.9.9 4.4.8.8.in-addr.arpa"
            ),
            [
                "1.2.3.4 V4(1.2.3.4, 32)",
                "5.6.7.8 V4(5.6.7.8, 32)",
                "8.8.4.4 V4(8.8.4.4, 32)",
                "4.4.8.8 V4(4.4.8.8, 32)"
            ]
        );
        assert_eq!(found("link/ether 52:54:00:12:34:56 brd"), ["52:54:00:12:34:56 Mac"]);
    }

    #[test]
    fn names_are_found_by_what_made_them() {
        assert_eq!(
            found(
                "-j KUBE-SVC-GYQQTB6TY565JPRW -i br-96a729b6b174 -o veth3322438 -j KUBE-MARK-MASQ"
            ),
            [
                "GYQQTB6TY565JPRW Name(\"service\")",
                "96a729b6b174 Name(\"id\")",
                "3322438 Name(\"veth\")"
            ]
        );
        assert_eq!(
            found(
                "[jo@ip-172-31-5-10 ~]$ ping ec2-54-1-2-3.compute-1.amazonaws.com. node_8_8_4_4 2026-01-03 1-2-3-4-5"
            ),
            [
                "jo Name(\"user\")",
                "ip-172-31-5-10 Addressed(172.31.5.10)",
                "ec2-54-1-2-3.compute-1.amazonaws.com Addressed(54.1.2.3)",
                "node_8_8_4_4 Addressed(8.8.4.4)",
            ]
        );
        assert_eq!(
            found("[jo@gateway ~]# iptables\njo@gw.example.org:~$ x\nroot@b:/# y"),
            [
                "jo Name(\"user\")",
                "gateway Name(\"host\")",
                "jo Name(\"user\")",
                "gw.example.org Name(\"host\")",
                "b Name(\"host\")"
            ]
        );
        assert_eq!(
            found(
                "-A X -m comment --comment \"for 8.8.8.8\" -j LOG --log-prefix \"IN: \"\n/* default/web */ /* kubernetes service portals */"
            ),
            [
                "for 8.8.8.8 Name(\"comment\")",
                "IN:  Name(\"log\")",
                "default/web Name(\"comment\")"
            ]
        );
    }
}
