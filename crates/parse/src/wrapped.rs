//! Lines that a terminal or a mail broke: a rule that goes on in the next line is one.

use crate::clean::{Cut, Row};
use crate::command;
use crate::comments::is_fence;
use crate::listing;
use crate::native;
use crate::part::is_gap;
use crate::prompt::unprompt;
use crate::shape::is_strong;
use crate::shell::Shell;
use crate::value::{cidr, whole};
use std::collections::HashMap;

/// What is to be cut out of the text so that each rule is one line. `text` is what the rows are of.
pub(crate) fn breaks(text: &str, rows: &[Row<'_>]) -> Vec<Cut> {
    let kinds: Vec<Kind> = Walk::default().kinds(rows);
    let longest = |kind: Kind| {
        let own = rows.iter().zip(&kinds).filter(|(_, k)| **k == kind);
        own.map(|(r, _)| r.text.len()).max().unwrap_or(0)
    };
    let (rules, listed) = (longest(Kind::Rule), longest(Kind::Listed));
    let mut found = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        if rows[at].text == "{" && at > 0 && opens_block(rows[at - 1].text) {
            let (start, end) = (rows[at - 1].end(), rows[at].start);
            found.push(Cut { start, end, with: " " });
        }
        if let Some((cuts, taken)) = table(text, &rows[at..]) {
            found.extend(cuts);
            at += taken;
            continue;
        }
        let (kind, width) = match kinds[at] {
            Kind::Rule => (Kind::Rule, rules),
            Kind::Listed => (Kind::Listed, listed),
            Kind::Other => {
                at += 1;
                continue;
            }
        };
        if kinds.get(at + 1) != Some(&Kind::Other) {
            at += 1;
            continue;
        }
        let mut whole = rows[at].text.to_owned();
        // Nobody's rule is longer than this.
        for _ in 0..8 {
            let Some(next) = rows.get(at + 1).filter(|_| kinds[at + 1] == Kind::Other) else {
                break;
            };
            let last = rows[at];
            let full = last.text.len() >= width.max(60);
            if !goes_on(kind, &whole, full, *next) {
                break;
            }
            let between = &text[last.end()..next.start];
            let blank = between.contains([' ', '\t'])
                || is_whole(last.text, next.text)
                || kind == Kind::Listed && listing::goes_on(next.text)
                || !full && !makes(last.text, next.text);
            let between = if blank { " " } else { "" };
            found.push(Cut { start: last.end(), end: next.start, with: between });
            whole.push_str(between);
            whole.push_str(next.text);
            at += 1;
        }
        at += 1;
    }
    found
}

/// What rules of nft begin with, where they test something.
const BEGINNINGS: [&str; 17] = [
    "tcp", "udp", "th", "sctp", "ip", "ip6", "icmp", "icmpv6", "ct", "meta", "iif", "oif",
    "iifname", "oifname", "fib", "ether", "limit",
];

/// No mail or terminal is narrower.
const NARROWEST: usize = 60;

/// What is to be cut out of a table of nft that begins here, and how many rows it has. Within its braces every row is
/// further in than the table; one that is not is the rest of the row above.
fn table(text: &str, rows: &[Row<'_>]) -> Option<(Vec<Cut>, usize)> {
    let first = rows.first()?;
    if !opens(first.text) {
        return None;
    }
    let edge = column(text, first);
    let least = rows.iter().skip(1).find(|r| !r.text.is_empty()).map(|r| column(text, r))?;
    if least <= edge {
        return None;
    }
    let ends = |r: &Row<'_>| {
        is_fence(r.text) || r.text.starts_with('}') && column(text, r) <= edge || opens(r.text)
    };
    let taken = 1 + rows.iter().skip(1).position(ends)?;
    let rest = |row: &Row<'_>| {
        !row.text.is_empty()
            && column(text, row) < least
            && !row.text.starts_with(['}', '#'])
            && !is_gap(row.text)
            && !native::opens(row.text)
    };
    let full = |n: usize| column(text, &rows[n - 1]) + width(rows[n - 1].text);
    let goes_on = |n: &usize| {
        let (above, below) = (rows[n - 1].text, rows[*n].text);
        let next = below.split_whitespace().next().unwrap_or_default();
        // Nothing breaks a line that has room for the next word: what may begin a rule does, as far out as a hand
        // likes it.
        let has_room = full(*n) + 1 + width(next) < NARROWEST;
        rest(&rows[*n])
            && !(has_room && BEGINNINGS.contains(&next))
            && (!is_done(above) || below.starts_with('"') || below.starts_with("comment "))
    };
    let broken: Vec<usize> = (1..taken).filter(goes_on).collect();
    // A terminal breaks all lines at one width, within a word too.
    let mut widths: HashMap<usize, usize> = HashMap::new();
    for n in &broken {
        *widths.entry(full(*n)).or_default() += 1;
    }
    let cut = |n: &usize| {
        let (above, below) = (rows[n - 1], rows[*n]);
        let between = &text[above.end()..below.start];
        let full = full(*n);
        let terminal = widths[&full] > 1 || [80, 100, 120, 132, 160].contains(&full);
        let blank = between.contains([' ', '\t']) || !terminal;
        Cut { start: above.end(), end: below.start, with: if blank { " " } else { "" } }
    };
    Some((broken.iter().map(cut).collect(), taken))
}

/// In which column of its line a row begins.
fn column(text: &str, row: &Row<'_>) -> usize {
    let line = text.as_bytes()[..row.start].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    width(&text[line..row.start])
}

/// Whether a row begins a block of nft whose brace stands in the next line, where nft has none.
fn opens_block(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["table", _, _] => opens(text),
        ["chain" | "set" | "map", _] => true,
        _ => false,
    }
}

fn opens(text: &str) -> bool {
    text.starts_with("table ") && native::opens(text)
}

/// Whether a row of nft ends as rules, and what opens or closes a block, do.
fn is_done(text: &str) -> bool {
    let ends = ["accept", "drop", "return", "reject", "masquerade", "continue", ";", "{", "}"];
    let mut last_first = text.split_whitespace().rev();
    let (last, before) = (last_first.next().unwrap_or_default(), last_first.next());
    ends.contains(&last)
        || last.ends_with([';', '{', '}'])
        || matches!(before, Some("jump" | "goto" | "handle"))
        || text.is_empty()
}

/// How wide a text is on a terminal.
fn width(text: &str) -> usize {
    text.chars().fold(0, |at, c| if c == '\t' { (at / 8 + 1) * 8 } else { at + 1 })
}

/// What a row is, as far as it may be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A rule of a save text, or a command that makes one.
    Rule,
    /// A row of a listing.
    Listed,
    /// Something that may be the rest of one; or nothing of either.
    Other,
}

#[derive(Default)]
struct Walk {
    /// Whether a chain of a listing is open.
    chain: bool,
}

impl Walk {
    fn kinds(mut self, rows: &[Row<'_>]) -> Vec<Kind> {
        rows.iter().map(|row| self.kind(*row)).collect()
    }

    fn kind(&mut self, row: Row<'_>) -> Kind {
        let text = row.text;
        let first = text.as_bytes().first().copied();
        if first.is_none() || is_fence(text) {
            // Of a row of blanks a terminal makes an empty line.
            self.chain &= first.is_none();
            return Kind::Other;
        }
        if first == Some(b'-') || first == Some(b'[') {
            let counted = (first == Some(b'[')).then(|| text.split_once("] ")).flatten();
            let rest = counted.map_or(text, |(_, rest)| rest);
            let verb = rest.split_whitespace().next().unwrap_or_default();
            return if matches!(verb, "-A" | "-I" | "--append" | "--insert") {
                Kind::Rule
            } else {
                Kind::Other
            };
        }
        if text.starts_with("Chain ") && listing::head(row).is_some() {
            self.chain = true;
            return Kind::Other;
        }
        if self.chain {
            let titles = matches!(text.split_whitespace().next(), Some("num" | "pkts" | "target"))
                && text.contains("prot");
            let whole = listing::columns(row).is_some() && text.contains("destination");
            if (titles && !whole) || !titles && listing::is_begun(row) {
                return Kind::Listed;
            }
            self.chain = titles || !is_strong(text) && !unprompt(row).1;
            if self.chain {
                return Kind::Other;
            }
        }
        let makes = [" -A ", " -I ", " --append ", " --insert "].iter().any(|v| text.contains(v));
        let makes = makes && command::read(row, &Shell::default()).is_some_and(|c| c.changes);
        if makes { Kind::Rule } else { Kind::Other }
    }
}

/// Whether a row that is none of the known kinds is the rest of the rule above it. `full` tells that no rule is longer.
fn goes_on(kind: Kind, sofar: &str, full: bool, next: Row<'_>) -> bool {
    let text = next.text;
    if text.is_empty() || text.starts_with('#') || is_fence(text) || is_strong(text) || is_gap(text)
    {
        return false;
    }
    let open = sofar.matches('"').count() % 2 == 1;
    if open && kind == Kind::Rule {
        return text.matches('"').count() % 2 == 1 || full;
    }
    if unprompt(next).1 || command::read(next, &Shell::default()).is_some() {
        return false;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    if kind == Kind::Listed {
        // The rest of a word, and what may follow it.
        let rest = text[first.len()..].trim_start();
        let word = full && text.is_ascii() && (rest.is_empty() || listing::goes_on(rest));
        let behind = text == "destination" || lacks_destination(sofar) && is_end(first);
        return !text.starts_with('<') && (listing::goes_on(text) || word || behind);
    }
    if is_of_a_script(text, first) {
        return false;
    }
    let option = first.starts_with("--") && first.len() > 3
        || matches!(first, "-j" | "-m" | "-p" | "-s" | "-d" | "-i" | "-o" | "-g" | "!");
    let last = sofar.split_whitespace().next_back().unwrap_or_default();
    let waits = last.starts_with('-') && last.len() > 1 || last == "!";
    let ends = sofar.split_whitespace().any(|w| matches!(w, "-j" | "-g" | "--jump" | "--goto"));
    // Behind a target stands the rest of a word, if anything, and options.
    let rest = text[first.len()..].trim_start();
    let word = rest.is_empty() || rest.starts_with('-');
    let may = word && !TARGETS.contains(&last) && text.is_ascii() && !is_sentence(text);
    option || waits || (full && (!ends || may))
}

/// Whether a row of a listing ends with its source.
fn lacks_destination(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|w| !matches!(*w, "--" | "-f" | "!f"));
    let words: Vec<&str> = words.by_ref().skip(1).take(4).collect();
    match words[..] {
        [source] => is_end(source),
        [within, _, source] => !is_end(within) && is_end(source),
        _ => false,
    }
}

/// Whether a word of a listing is the one end of packets.
fn is_end(word: &str) -> bool {
    word == "anywhere" || whole(cidr, word.trim_start_matches('!')).is_some()
}

/// Targets that are whole words: none goes on in the next line.
const TARGETS: [&str; 9] =
    ["ACCEPT", "DROP", "REJECT", "RETURN", "MASQUERADE", "LOG", "NOTRACK", "TRACE", "REDIRECT"];

/// Whether a line is one that scripts have beside their rules.
fn is_of_a_script(text: &str, first: &str) -> bool {
    const WORDS: [&str; 21] = [
        "for",
        "while",
        "until",
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "do",
        "done",
        "case",
        "esac",
        "{",
        "}",
        "exit",
        "echo",
        "return",
        "service",
        "systemctl",
        "modprobe",
        "sysctl",
    ];
    let word = first.trim_end_matches(';');
    let name = text.split('=').next().unwrap_or_default();
    let sets = text.contains('=')
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    WORDS.contains(&word) || sets || text.ends_with("() {")
}

/// Whether a text reads like prose.
fn is_sentence(text: &str) -> bool {
    let second = text.chars().nth(1).is_some_and(|c| c.is_ascii_lowercase() || c == ' ');
    text.starts_with(|c: char| c.is_ascii_uppercase()) && second && text.contains(' ')
        || text.ends_with(['.', '?', '!', ':']) && text.contains(' ')
}

/// Words that a break stands behind, not within.
const WORDS: [&str; 44] = [
    "-j",
    "-m",
    "-p",
    "-s",
    "-d",
    "-i",
    "-o",
    "-g",
    "!",
    "--dport",
    "--sport",
    "--dports",
    "--sports",
    "--ctstate",
    "--state",
    "--comment",
    "--to-destination",
    "--to-source",
    "--to-ports",
    "--reject-with",
    "--log-prefix",
    "--log-level",
    "--limit",
    "--limit-burst",
    "--tcp-flags",
    "--match-set",
    "--icmp-type",
    "--dst-type",
    "--src-type",
    "--set-xmark",
    "--mark",
    "--name",
    "--algo",
    "--string",
    "ACCEPT",
    "DROP",
    "REJECT",
    "RETURN",
    "MASQUERADE",
    "conntrack",
    "comment",
    "multiport",
    "addrtype",
    "state",
];

/// Whether the last word of a line is whole, and the next line begins another one.
fn is_whole(last: &str, next: &str) -> bool {
    let word = |text: &str| text.split_whitespace().next_back().map(str::to_owned);
    let begins = next.starts_with('-') || next.starts_with("! ");
    begins && !last.ends_with(" -")
        || word(last).is_some_and(|w| WORDS.contains(&&*w)) && !makes(last, next)
}

/// Whether the last word of a line and the first of the next make one that is known.
fn makes(last: &str, next: &str) -> bool {
    let (last, next) = (last.split_whitespace().next_back(), next.split_whitespace().next());
    let joined = [last.unwrap_or_default(), next.unwrap_or_default()].concat();
    WORDS.contains(&&*joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Clean;
    use crate::shape::bare;
    use chainwalk_model::DocId;

    fn told(text: &str) -> String {
        let clean = Clean::new(DocId(0), text);
        let cuts = breaks(&clean.text, &bare(clean.lines()));
        let joined = clean.without(&cuts);
        let end = joined.text.len();
        assert_eq!(joined.span(0, end), clean.span(0, clean.text.len()));
        joined.text.into_owned()
    }

    /// A text as a terminal breaks it.
    fn broken(text: &str, width: usize) -> String {
        let cut = |line: &str| {
            let bytes: Vec<&[u8]> = line.as_bytes().chunks(width).collect();
            let parts = bytes.iter().map(|b| String::from_utf8_lossy(b).into_owned());
            parts.collect::<Vec<_>>().join("\n")
        };
        text.lines().map(cut).collect::<Vec<_>>().join("\n")
    }

    const RULES: &str = "*filter\n:INPUT ACCEPT [0:0]\n\
        -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW,ESTABLISHED -m comment --comment \"who comes in: a b c d\" -j ACCEPT\n\
        -A INPUT -s 192.168.100.0/24 -p udp -m multiport --dports 53,67,68,123,137,138,139 -j REJECT --reject-with icmp-port-unreachable\n\
        -A INPUT -j DROP\nCOMMIT";

    #[test]
    fn what_a_terminal_broke_is_whole_again() {
        for width in [62, 72, 80, 81, 90, 100, 120] {
            assert_eq!(told(&broken(RULES, width)), RULES, "{width}");
        }
        assert_eq!(told(RULES), RULES);
    }

    #[test]
    fn what_a_mail_broke_is_whole_again() {
        let mail = "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22\n-j ACCEPT\n-A INPUT -p tcp -m comment --comment \"a\nb\" -j DROP\niptables -A INPUT -p udp\n  --dport 53 -j ACCEPT";
        let whole = "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp -m comment --comment \"a b\" -j DROP\niptables -A INPUT -p udp --dport 53 -j ACCEPT";
        assert_eq!(told(mail), whole);
    }

    #[test]
    fn what_follows_a_whole_rule_stays_apart() {
        for text in [
            "-A INPUT -j DROP\nthat is all",
            "-A INPUT -j DROP\n\n-j ACCEPT",
            "iptables -A INPUT -j DROP\niptables -L",
            "-A INPUT -j DROP\n# -j",
            "-A INPUT -j DROP\nCOMMIT",
            "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\nDROP       all  --  anywhere             anywhere\n~/site $ ip route",
            "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\nDROP       all  --  anywhere             anywhere\n<---- this one",
        ] {
            assert_eq!(told(text), text);
        }
    }

    #[test]
    fn rows_of_a_table_of_nft_go_on() {
        let table = "table inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tiifname \"br-lan\" oifname \"eth1\" ip saddr 192.168.100.0/24 counter packets 3 bytes 180 accept\n\t\tiifname \"eth1\" oifname \"br-lan\" ct state established,related counter packets 1234 bytes 567 accept\n\t}\n}";
        let mail = table.replace("packets 3", "packets\n3").replace(" accept", "\naccept");
        assert_eq!(told(&mail), table);
        // A terminal breaks within words.
        for columns in [60, 72, 80, 100] {
            let lines = table.lines().map(|line| {
                let mut row = String::new();
                let mut at = 0;
                for c in line.chars() {
                    let next = at + if c == '\t' { 8 - at % 8 } else { 1 };
                    if next > columns {
                        row.push('\n');
                        at = 0;
                    }
                    at = if c == '\t' { (at / 8 + 1) * 8 } else { at + 1 };
                    row.push(c);
                }
                row
            });
            let broken = lines.collect::<Vec<_>>().join("\n");
            assert_eq!(told(&broken), table, "{columns}");
        }
        let apart =
            table.replace(" {\n\t\ttype", "\n\t{\n\t\ttype").replace("filter {\n", "filter\n{\n");
        assert_eq!(told(&apart), table);
        // Without any blanks in front nothing tells.
        let flat: Vec<&str> = table.lines().map(str::trim).collect();
        assert_eq!(told(&flat.join("\n")), flat.join("\n"));
        assert_eq!(told(table), table);
    }

    #[test]
    fn rows_of_a_listing_go_on() {
        let list = "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination\n    0     0 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate RELATED,ESTABLISHED\n    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0\n\nChain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination";
        // How many blanks part the columns makes no difference.
        let plain = |text: &str| -> Vec<String> {
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(plain(&told(&broken(list, 80))), plain(list));
        // A terminal that keeps the blanks at the end of a row makes an empty line of them.
        let blanks = list.replace("destination\n", "destination\n        \n");
        assert_eq!(plain(&told(&broken(&blanks, 80))), plain(&blanks));
        let mail = list.replace("            ctstate", "\nctstate");
        assert_eq!(plain(&told(&mail)), plain(list));
    }
}
