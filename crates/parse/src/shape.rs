//! What stands around the lines of a paste and is none of theirs: marks of a quotation, of a list, of a trace or a
//! difference, numbers of lines, whatever stands in front of all lines of a dump.

use crate::carried::{carried, is_setting};
use crate::clean::Row;
use crate::command;
use crate::comments::is_fence;
use crate::forms::{is_appended, looks_listed};
use crate::listing;
use crate::native;
use crate::shell::Shell;
use chainwalk_model::builtin_names;

/// How far into a line something may stand in front of it.
const MOST: usize = 60;

/// Up to which row was looked for what stands in front of several, and nothing found.
#[derive(Debug, Default)]
struct Seen {
    numbers: usize,
    strings: usize,
    comments: usize,
}

/// The rows, each without what stands around it.
pub(crate) fn bare<'a>(lines: impl Iterator<Item = Row<'a>>) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> =
        lines.map(|line| unmark(unfence(untag(of_wg_quick(unsaid(unquote(line))))))).collect();
    let mut at = 0;
    let mut table = false;
    let mut seen = Seen::default();
    while at < rows.len() {
        let row = rows[at];
        if opens_table(row.text) {
            table = true;
        } else if row.text == "COMMIT" {
            table = false;
        }
        if is_plain(row.text) {
            at += 1;
            continue;
        }
        if let Some(inner) = carried(row).or_else(|| labelled(row)) {
            rows[at] = inner;
            at += 1;
            continue;
        }
        // `- iptables -A …` is one command; a dump stands behind the same mark in several lines.
        if let Some(inner) = item(row).filter(|inner| !is_strong(inner.text)) {
            rows[at] = inner;
            at += 1;
            continue;
        }
        let taken =
            if table && row.text.starts_with('#') { 0 } else { run(&mut rows, at, &mut seen) };
        if taken > 0 {
            // What the marks were taken from may open a table.
            table = false;
            at += taken;
            continue;
        }
        if let Some(inner) = item(row) {
            rows[at] = inner;
        }
        at += 1;
    }
    rows
}

/// A row without the marks of a quotation and without blanks at its ends.
pub(crate) fn unquote(row: Row<'_>) -> Row<'_> {
    let mut row = row.trim();
    while let Some(rest) = row.text.strip_prefix('>') {
        // A prompt's `>` is one too; what follows tells what the line is.
        row = row.skip(row.text.len() - rest.len()).trim();
    }
    row
}

/// A row without who said it and when, as the log of a chat has it: `[21:04] <joe> …`, `21:04:15 <@joe> …`.
fn unsaid(row: Row<'_>) -> Row<'_> {
    if !matches!(row.text.as_bytes().first(), Some(b'[' | b'(' | b'0'..=b'9')) {
        return row;
    }
    // No clock is longer.
    let Some(end) = row.text.bytes().take(24).position(|b| b == b'<') else { return row };
    let (clock, rest) = (&row.text[..end], &row.text[end + 1..]);
    let clock = clock.trim_matches(['[', ']', '(', ')', '-', ' ']);
    let sign = |b: u8| b.is_ascii_digit() || matches!(b, b':' | b'-' | b'/' | b' ' | b'.');
    let told = clock.contains(':') && clock.bytes().all(sign);
    match rest.split_once('>') {
        Some((name, said)) if told && name.len() < 32 && !name.trim().contains(' ') => {
            row.skip(row.text.len() - said.len()).trim()
        }
        _ => row,
    }
}

/// What `wg-quick` shows that it ran. What it loads from a descriptor only keeps others out of the tunnel's own addresses.
fn of_wg_quick(row: Row<'_>) -> Row<'_> {
    let Some(rest) = row.text.strip_prefix("[#] ") else { return row };
    let loads = ["nft -f /dev/fd/", "iptables-restore -n", "ip6tables-restore -n"];
    if loads.iter().any(|own| rest.starts_with(own)) {
        return Row { text: "", ..row };
    }
    row.skip(row.text.len() - rest.len()).trim()
}

/// A row without the tags around a block of code, and without the prompt of an interactive nft.
fn untag(row: Row<'_>) -> Row<'_> {
    let mut row = row;
    let bytes = row.text.as_bytes();
    if bytes.first() != Some(&b'<') && bytes.last() != Some(&b'>') && !row.text.starts_with("nft> ")
    {
        return row;
    }
    while let Some((name, rest)) = row.text.strip_prefix('<').and_then(|t| t.split_once('>')) {
        let name = name.split_whitespace().next().unwrap_or_default();
        let closed = name == "code" && rest.contains("</code>");
        if closed
            || !matches!(
                name,
                "pre"
                    | "code"
                    | "/pre"
                    | "/code"
                    | "p"
                    | "/p"
                    | "br"
                    | "br/"
                    | "ul"
                    | "ol"
                    | "li"
                    | "/li"
                    | "div"
                    | "td"
                    | "tr"
            )
        {
            break;
        }
        row = row.skip(row.text.len() - rest.len()).trim();
    }
    for end in [
        "</pre>", "</code>", "<br>", "<br/>", "<br />", "</p>", "</ul>", "</ol>", "</div>",
        "</li>", "</code>",
    ] {
        let open = end == "</code>" && row.text.contains("<code>");
        if let Some(rest) = row.text.strip_suffix(end).filter(|_| !open) {
            row = Row { text: rest, ..row }.trim();
        }
    }
    match row.text.strip_prefix("nft> ") {
        Some(rest) => row.skip(row.text.len() - rest.len()).trim(),
        None => row,
    }
}

/// The head of a chain that somebody wrote in bold, or as a heading; and a rule in bold.
fn unmark(row: Row<'_>) -> Row<'_> {
    let text = row.text;
    if let Some(rest) = text.strip_prefix("**") {
        let inner = Row { text: rest.split("**").next().unwrap_or(rest), start: row.start + 2 };
        let inner = inner.trim();
        if looks_listed(inner) || is_strong(inner.text) {
            return inner;
        }
    }
    if !text.starts_with(['*', '#', '`']) || !text.contains("Chain ") {
        return row;
    }
    let inner = text.trim_matches(['*', '#', '`', ' ', ':']);
    let start = text.len() - text.trim_start_matches(['*', '#', '`', ' ', ':']).len();
    let inner = Row { text: inner, start: row.start + start };
    if listing::head(inner).is_some() { inner } else { row }
}

/// A row without the fence of a block of code that somebody put into the same line.
fn unfence(row: Row<'_>) -> Row<'_> {
    const FENCE: &str = "```";
    let mut inner = row;
    if let Some(rest) = inner.text.strip_prefix(FENCE) {
        inner = inner.skip(inner.text.len() - rest.len()).trim();
    }
    if let Some(rest) = inner.text.strip_suffix(FENCE) {
        inner = Row { text: rest, ..inner }.trim();
    }
    if inner.text.len() < row.text.len() && is_strong(inner.text) { inner } else { row }
}

/// Whether nothing can stand in front: most lines of a paste are of these.
pub(crate) fn is_plain(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b':' | b'*' | b'-') => is_strong(text),
        _ => false,
    }
}

fn opens_table(text: &str) -> bool {
    text.strip_prefix('*').is_some_and(|name| !builtin_names(name.trim()).is_empty())
}

/// Whether a text is a line of a dump, whatever stands around it.
pub(crate) fn is_strong(text: &str) -> bool {
    if is_appended(text) {
        return true;
    }
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next();
    match first.as_bytes().first() {
        Some(b'*') => opens_table(text),
        Some(b':') => {
            first.len() > 1 && matches!(second, Some("ACCEPT" | "DROP" | "-" | "QUEUE" | "RETURN"))
        }
        Some(b'-') => {
            let named = second.is_some_and(|w| w.starts_with(|c: char| c.is_ascii_alphanumeric()));
            match first {
                "-A" | "-I" => named && words.any(|w| w.starts_with('-')),
                "-P" => matches!(words.next(), Some("ACCEPT" | "DROP")),
                "-N" => named && words.next().is_none(),
                _ => false,
            }
        }
        Some(b'C') => text == "COMMIT" || listing::head(Row { text, start: 0 }).is_some(),
        Some(b'#') => text.starts_with("# Generated by ") && text.contains("tables"),
        Some(b'd') => first == "default" && matches!(second, Some("via" | "dev")),
        Some(b'i') => {
            matches!(first, "inet" | "inet6") && second.is_some_and(|w| w.contains(['/', '.']))
        }
        Some(b'0'..=b'9') => {
            let link = first.ends_with(':') && second.is_some_and(|w| w.ends_with(':'));
            link && words.next().is_some_and(|w| w.starts_with('<'))
                || first.contains('.') && matches!(second, Some("dev" | "via"))
        }
        Some(b'n' | b'p' | b't') => {
            matches!(first, "num" | "pkts" | "target")
                && listing::columns(Row { text, start: 0 }).is_some()
        }
        _ => false,
    }
}

/// Whether a text begins a table of nft as it is listed.
fn opens_native(text: &str) -> bool {
    text.starts_with("table ") && text.ends_with('{') && native::opens(text)
}

/// Whether a text is a line of a dump, of a table of nft too.
fn is_of_dump(text: &str) -> bool {
    let of_table = || {
        text == "}"
            || opens_native(text)
            || text.starts_with("chain ") && text.ends_with('{')
            || text.starts_with("type ") && text.contains(" hook ")
    };
    is_strong(text) || of_table()
}

/// Takes off what stands in front of several rows that follow each other. How many they are.
fn run(rows: &mut [Row<'_>], at: usize, seen: &mut Seen) -> usize {
    let row = rows[at];
    if is_strong(row.text) || is_fence(row.text) {
        return 0;
    }
    let found = numbered(rows, at, &mut seen.numbers);
    if let Some(taken) = found.or_else(|| strings(rows, at, &mut seen.strings)) {
        return taken;
    }
    // Where a line of a dump begins, within the row.
    let ends = row.text.char_indices().map(|(at, _)| at).take_while(|at| *at < MOST);
    let starts = ends.skip(1).filter(|at| {
        let before = row.text[..*at].chars().next_back();
        before.is_some_and(|c| !c.is_alphanumeric() && !matches!(c, '-' | '*' | ':' | '"' | '.'))
            || before == Some('-') && row.text.starts_with('-') && *at == 1
    });
    let begins = |text: &str| is_strong(text) || opens_native(text);
    let Some(start) = starts.into_iter().find(|at| begins(&row.text[*at..])) else {
        return 0;
    };
    // `iptables -A …` stands for itself.
    if command::read(row, &Shell::default()).is_some() {
        return 0;
    }
    let front = row.text[..start].trim_end();
    let is_trace = front.chars().all(|c| c == '+');
    let fits = |row: &Row<'_>| row.text.is_empty() || row.text.starts_with(front);
    let skip = front.len();
    // `local 10.0.0.1 dev eth0`: a word is a part of the line.
    if !front.ends_with(|c: char| !c.is_alphanumeric()) || front == "#" && at < seen.comments {
        return 0;
    }
    let last = (at..rows.len()).take_while(|n| fits(&rows[*n])).last().unwrap_or(at);
    let last = (at..=last).rev().find(|n| !rows[*n].text.is_empty()).unwrap_or(at);
    let strong = rows[at..=last].iter().filter(|r| is_of_dump(behind(**r, skip).text)).count();
    if strong < 2 && !is_trace {
        return 0;
    }
    if front == "#" {
        // Beside a dump that stands for itself these are its comments.
        let beside = |r: Option<&Row<'_>>| r.is_some_and(|r| is_strong(r.text));
        let next = rows[last + 1..].iter().find(|r| !r.text.is_empty());
        let before = rows[..at].iter().rev().find(|r| !r.text.is_empty());
        if beside(next) || beside(before) {
            seen.comments = last + 1;
            return 0;
        }
    }
    for row in &mut rows[at..=last] {
        *row = behind(*row, skip);
    }
    last + 1 - at
}

/// Takes off the numbers of lines: `cat -n`, `grep -n`.
fn numbered(rows: &mut [Row<'_>], at: usize, plain: &mut usize) -> Option<usize> {
    if at < *plain {
        return None;
    }
    let (mut last, _) = split(rows[at])?;
    let mut found = Vec::new();
    for row in &rows[at..] {
        match split(*row).filter(|_| !is_strong(row.text)) {
            Some((number, rest)) if found.is_empty() || number > last => {
                last = number;
                found.push(rest);
            }
            None if row.text.is_empty() => found.push(*row),
            _ => break,
        }
    }
    let changes = |r: &Row<'_>| {
        command::read(*r, &Shell::default()).is_some_and(|c| c.changes) || is_setting(r.text)
    };
    let is = |r: &&Row<'_>| is_strong(r.text) || opens_native(r.text) || changes(r);
    let strong = found.iter().filter(is).count();
    if strong == 0 || is_strong(rows[at].text) {
        *plain = at + found.len();
        return None;
    }
    let taken = found.len();
    rows[at..at + taken].copy_from_slice(&found);
    Some(taken)
}

/// Takes lines out of the strings of JSON in which a program shows them: `"-P INPUT DROP",`.
fn strings<'a>(rows: &mut [Row<'a>], at: usize, plain: &mut usize) -> Option<usize> {
    if at < *plain {
        return None;
    }
    let inner = |row: &Row<'a>| {
        let text = row.text.strip_suffix(',').unwrap_or(row.text);
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        Some(Row { text: inner, start: row.start + 1 }.trim())
    };
    let found: Vec<Row<'_>> = rows[at..].iter().map_while(inner).collect();
    let changes = |r: &Row<'_>| {
        command::read(*r, &Shell::default()).is_some_and(|c| c.changes) || is_setting(r.text)
    };
    let strong = found.iter().filter(|r| is_of_dump(r.text) || changes(r)).count();
    if strong < 2 {
        *plain = at + found.len();
        return None;
    }
    rows[at..at + found.len()].copy_from_slice(&found);
    Some(found.len())
}

/// The number in front of a row, and what follows it.
fn split(row: Row<'_>) -> Option<(u32, Row<'_>)> {
    let digits = row.text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = row.text[..digits].parse().ok()?;
    let rest = row.skip(digits);
    let dotted = rest.text.starts_with('.') && !rest.text.starts_with(". ");
    let mark = rest.text.chars().next().filter(|c| matches!(c, ':' | ' ' | '\t' | '|' | '.'));
    let mark = mark.filter(|_| !dotted);
    // A shell marks what was changed in its history.
    let changed = rest.text.starts_with("* ");
    let rest = match mark {
        _ if changed => of_history(rest.skip(2).trim()),
        Some(mark) => of_history(rest.skip(mark.len_utf8()).trim()),
        None if rest.text.is_empty() => rest,
        None => return None,
    };
    Some((number, rest))
}

/// A line of a shell's history without the time at which it ran: `2024-05-01 10:00:07 iptables -F`.
fn of_history(row: Row<'_>) -> Row<'_> {
    let mut rest = row;
    for _ in 0..3 {
        let word = rest.text.split(' ').next().unwrap_or_default();
        let bare = word.trim_matches(['[', ']', ',']);
        let sign =
            |b: u8| b.is_ascii_digit() || matches!(b, b':' | b'-' | b'/' | b'.' | b'T' | b'+');
        let zone = matches!(bare, "UTC" | "AM" | "PM");
        let told = bare.bytes().filter(|b| matches!(b, b':' | b'-' | b'/')).count() > 1;
        if !(zone && rest.start > row.start || told && bare.bytes().all(sign)) {
            break;
        }
        rest = rest.skip(word.len()).trim();
    }
    let clock = rest.start > row.start && row.text[..rest.start - row.start].contains(':');
    if clock && command::read(rest, &Shell::default()).is_some() { rest } else { row }
}

/// The command behind what Chinese says of it: `允许 SSH：iptables -A …`.
fn labelled(row: Row<'_>) -> Option<Row<'_>> {
    const COLON: &str = "\u{ff1a}";
    let at = row.text.find(COLON).filter(|at| *at < MOST)?;
    let inner = quoted(row.skip(at + COLON.len()).trim());
    let changes = || command::read(inner, &Shell::default()).is_some_and(|c| c.changes);
    (is_strong(inner.text) || changes() || is_setting(inner.text)).then_some(inner)
}

fn behind(row: Row<'_>, front: usize) -> Row<'_> {
    row.skip(front).trim()
}

/// What a list, a trace of a shell or the quotation marks of code hold, if it is a command or a line of a dump.
fn item(row: Row<'_>) -> Option<Row<'_>> {
    let text = row.text;
    let first = text.chars().next()?;
    let inner = match first {
        '-' | '*' | '\u{2022}' | '\u{b7}' | '\u{2013}' | '\u{25e6}' | '\u{25aa}' => {
            let rest = row.skip(first.len_utf8());
            rest.text.starts_with([' ', '\t']).then_some(rest)?
        }
        '+' => row.skip(text.len() - text.trim_start_matches('+').len()),
        '0'..='9' | 'a'..='z' | '(' => {
            let open = text.strip_prefix('(').unwrap_or(text);
            let number = open.bytes().take_while(u8::is_ascii_alphanumeric).count();
            let mark = open[number..].starts_with(['.', ')']);
            let at = text.len() - open.len() + number + 1;
            let blank = text.get(at..).is_some_and(|t| t.starts_with([' ', '\t', '`']));
            (mark && blank && number <= 2).then(|| row.skip(at))?
        }
        '`' | '<' => row,
        // A picture in the place of a bullet.
        c if !c.is_ascii() && !c.is_alphanumeric() => {
            let mark = |c: char| !c.is_ascii() && !c.is_alphanumeric() || c == ' ';
            row.skip(text.len() - text.trim_start_matches(mark).len())
        }
        _ => return None,
    };
    let inner = quoted(inner.trim());
    let command = || command::read(inner, &Shell::default()).is_some() || is_setting(inner.text);
    (inner.start > row.start && (is_strong(inner.text) || command())).then_some(inner)
}

/// What stands between the marks that code is quoted with.
fn quoted(row: Row<'_>) -> Row<'_> {
    for (open, close) in [("`", "`"), ("<code>", "</code>"), ("**`", "`")] {
        if let Some(rest) = row.text.strip_prefix(open) {
            let end = rest.find(close).unwrap_or(rest.len());
            return Row { text: &rest[..end], start: row.start + open.len() }.trim();
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Clean;
    use chainwalk_model::DocId;

    fn told(text: &str) -> String {
        let clean = Clean::new(DocId(0), text);
        let rows = bare(clean.lines());
        for row in &rows {
            assert_eq!(&clean.text[row.start..row.end()], row.text);
        }
        rows.iter().map(|r| r.text).collect::<Vec<_>>().join("\n")
    }

    const DUMP: &str = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP\nCOMMIT";

    #[test]
    fn what_stands_in_front_of_all_lines_is_taken_off() {
        for front in
            ["# ", "| ", "> ", ">> ", "+", "// ", "; ", "fw1 | ", "[fw1] ", "web_1  | ", "-"]
        {
            let text: Vec<String> = DUMP.lines().map(|l| [front, l].concat()).collect();
            assert_eq!(told(&text.join("\n")), DUMP, "{front}");
        }
        let numbers: Vec<String> =
            (1..).zip(DUMP.lines()).map(|(n, l)| format!("{n:6}\t{l}")).collect();
        assert_eq!(told(&numbers.join("\n")), DUMP);
        let numbers: Vec<String> =
            (9..).zip(DUMP.lines()).map(|(n, l)| format!("{n}:{l}")).collect();
        assert_eq!(told(&numbers.join("\n")), DUMP);
        let list = "Chain INPUT (policy ACCEPT)\ntarget prot opt source destination\nDROP tcp -- anywhere anywhere";
        let text: Vec<String> = list.lines().map(|l| ["| ", l].concat()).collect();
        assert_eq!(told(&text.join("\n")), list);
        let table = "table inet filter {\nchain input {\ntype filter hook input priority filter; policy drop;\ntcp dport 22 accept\n}\n}";
        for front in ["fw1 | ", "# ", "| ", "+"] {
            let text: Vec<String> = table.lines().map(|l| [front, l].concat()).collect();
            assert_eq!(told(&text.join("\n")), table, "{front}");
        }
        let numbers: Vec<String> =
            (1..).zip(table.lines()).map(|(n, l)| format!("{n:6}\t{l}")).collect();
        assert_eq!(told(&numbers.join("\n")), table);
        let strings: Vec<String> = DUMP.lines().map(|l| format!("    \"{l}\",")).collect();
        assert_eq!(told(&strings.join("\n")), DUMP);
        let routes = "default via 10.0.0.1 dev eth0\n10.0.0.0/24 dev eth0";
        let text: Vec<String> = routes.lines().map(|l| ["  # ", l].concat()).collect();
        assert_eq!(told(&text.join("\n")), routes);
    }

    #[test]
    fn tags_around_code_are_taken_off() {
        assert_eq!(told("<pre><code>*nat\nCOMMIT\n</code></pre>"), "*nat\nCOMMIT\n");
        assert_eq!(told("<pre class=\"x y\">table ip nat {<br>\n}</pre>"), "table ip nat {\n}");
        assert_eq!(told("nft> add table inet fw"), "add table inet fw");
        for text in ["<YOUR_IP>", "a <b> c", "<your code> x"] {
            assert_eq!(told(text), text);
        }
    }

    #[test]
    fn a_comment_of_a_dump_stays_one() {
        for text in [
            "*filter\n# -A INPUT -j DROP\n# -A INPUT -j ACCEPT\nCOMMIT",
            "# *nat\n# :INPUT ACCEPT\n# COMMIT\n*filter\nCOMMIT",
            "1: lo: <UP> mtu 1\n2: eth0: <UP> mtu 1",
            "02:00:00:00:00:07 dev veth2 master br0\n10.0.0.5 dev br0 lladdr 02:00:00:00:00:05 STALE",
            "local default dev lo table 100\nlocal 10.0.0.1 dev br0 table local",
            "2: br0    inet 10.1.0.1/24 scope global br0\n2: br0    inet 10.2.0.1/24 scope global br0",
            "10.0.0.0/8\nnexthop via 10.1.0.1 dev eth0\nnexthop via 10.2.0.1 dev eth1",
            "0:\tfrom all lookup local\n5:\tfrom all lookup 7",
            "num  target prot opt source destination\n1    DROP tcp -- anywhere anywhere",
            "iptables -A INPUT -j DROP\niptables -A INPUT -j ACCEPT",
            "sudo iptables -P INPUT DROP\nsudo iptables -P OUTPUT DROP",
            "root@gw:~# iptables -A INPUT -j DROP\nroot@gw:~# iptables -A INPUT -j ACCEPT",
        ] {
            assert_eq!(told(text), text);
        }
    }

    #[test]
    fn items_of_a_list_are_commands() {
        for text in [
            "- `iptables -F`",
            "* iptables -F",
            "\u{2022} `iptables -F` empties it",
            "1. iptables -F",
            "2) `iptables -F`",
            "(3) iptables -F",
            "`iptables -F`",
            "<code>iptables -F</code>",
            "+ iptables -F",
            "++ iptables -F",
            "a) iptables -F",
        ] {
            assert_eq!(told(text), "iptables -F", "{text}");
        }
        assert_eq!(
            told("- `iptables -A a -j b`\n- `iptables -A c -j d`"),
            "iptables -A a -j b\niptables -A c -j d"
        );
        assert_eq!(told("- `sysctl -w a.b=1`"), "sysctl -w a.b=1");
        assert_eq!(told("- ip addr add 10.0.0.1/8 dev a"), "ip addr add 10.0.0.1/8 dev a");
        for text in ["- a packet", "* iptables is a program", "1. Rules", "`ACCEPT` ends it", "+1"]
        {
            assert_eq!(told(text), text);
        }
    }
}
