//! Dumps that somebody else's program folded up: lines escaped within one string, a dump that a page made one line of, rules in
//! the cells of a table of Markdown. What has to change so that each rule stands in a line of its own again.

use crate::clean::{Cut, Row};
use crate::names::{base, tables};
use crate::shape::is_strong;
use chainwalk_model::builtin_names;

/// What is to change in a text.
pub(crate) fn unfold(text: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    // A long text of short lines is looked through for single signs alone, which costs least.
    let has = |sign: u8| text.as_bytes().contains(&sign);
    let escaped = has(b'\\') && text.contains("\\n");
    let tabled =
        has(b'|') && (text.starts_with('|') || text.contains("\n|") || text.contains(" | prot"));
    let long = text.len() < SHORT || text.split('\n').any(|line| line.len() > LINE);
    let folded = long && VERBS.iter().any(|verb| text.contains(verb));
    let broken = has(b'<') && (text.contains("<br") || text.contains("<BR"));
    let bytes = text.as_bytes();
    let opens = |(at, _): (usize, &str)| matches!(bytes.get(at + 1), Some(b'"' | b' ' | b'i'));
    let listed = text.match_indices('[').any(opens) && PROGRAMS.iter().any(|p| text.contains(p));
    if !escaped && !tabled && !folded && !listed && !broken {
        return cuts;
    }
    let mut start = 0;
    let mut table = None;
    let strings = if escaped { strings(text) } else { Vec::new() };
    let mut strings = strings.iter().peekable();
    for line in text.split('\n') {
        let row = Row { text: line, start };
        start += line.len() + 1;
        if listed && list(row, &mut cuts) || broken && breaks(row, &mut cuts) {
            continue;
        }
        let mut opened = false;
        while let Some((string, _)) = strings.next_if(|(s, _)| s.start < start) {
            let quoted = string.text.len() < line.len();
            // An object in a line of its own is one of a log: what else it tells is not of the dump.
            let logged = quoted && line.starts_with('{') && line.trim_end().ends_with('}');
            let around = if logged {
                (row.start, row.end())
            } else {
                (string.start - usize::from(quoted), string.end() + usize::from(quoted))
            };
            lines_of(*string, around, &mut cuts);
            opened = true;
            if logged {
                while strings.next_if(|(s, _)| s.start < start).is_some() {}
            }
        }
        if opened {
            continue;
        }
        if tabled && cells(row, &mut table, &mut cuts) {
            continue;
        }
        if folded {
            one_line(row, &mut cuts);
        }
    }
    cuts
}

/// A text of so many bytes is short.
const SHORT: usize = 1 << 16;

/// In a long text a dump in one line is longer than this.
const LINE: usize = 400;

/// Where a text has none of these it holds no dump in one line.
const VERBS: [&str; 5] = [" -A ", " -P ", " :INPUT ", " Chain ", " -I "];

/// Ends a line at each `<br>` within it; whether there is one.
fn breaks(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let mut at = 0;
    while let Some(found) = row.text[at..].find("<br").or_else(|| row.text[at..].find("<BR")) {
        let start = at + found;
        let Some(len) = row.text[start..].find('>').filter(|len| *len < 7) else { break };
        at = start + len + 1;
        cuts.push(Cut { start: row.start + start, end: row.start + at, with: "\n" });
    }
    at > 0
}

/// How lists begin that are a command: `[ iptables, -F ]`, `CMD ["sh", "-c", …]`.
const PROGRAMS: [&str; 8] = [
    "[iptables",
    "[ iptables",
    "[\"iptables",
    "[ \"iptables",
    "[\"sh\"",
    "[\"/",
    "[ sh,",
    "[\"nft",
];

/// Makes a command of a list of its words; whether the row is one.
fn list(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let row = row.trim();
    let Some(open) = row.text.find('[').filter(|_| PROGRAMS.iter().any(|p| row.text.contains(p)))
    else {
        return false;
    };
    let front = row.text[..open].trim();
    let keyed = front
        .split_whitespace()
        .all(|w| w == "-" || w.ends_with(':') || w.chars().all(|c| c.is_ascii_uppercase()));
    let Some(inner) =
        row.skip(open + 1).text.trim_end_matches(',').strip_suffix(']').filter(|_| keyed)
    else {
        return false;
    };
    let base = row.start + open + 1;
    cuts.push(Cut { start: row.start, end: base, with: "" });
    let mut cut = |start: usize, end: usize, with| {
        cuts.push(Cut { start: base + start, end: base + end, with });
    };
    let mut from = 0;
    let (mut quote, mut ends) = (None, Vec::new());
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, ',') => ends.push(at),
            _ => {}
        }
    }
    ends.push(inner.len());
    for end in ends {
        let item = &inner[from..end];
        let word = item.trim();
        // One of several words keeps its quotes.
        if word.len() > 1 && word.starts_with(['"', '\'']) && !word.contains(' ') {
            let at = from + (item.len() - item.trim_start().len());
            cut(at, at + 1, "");
            cut(at + word.len() - 1, at + word.len(), "");
        }
        cut(end, end + 1, if end == inner.len() { "" } else { " " });
        from = end + 1;
    }
    true
}

/// The strings that hold lines of a dump with `\n` for their ends: each without its quotes, and how many lines of it are those
/// of a dump.
fn strings(text: &str) -> Vec<(Row<'_>, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let row = Row { text: line, start };
        start += line.len() + 1;
        if line.contains("\\n") {
            found.extend(quoted(row).into_iter().map(|s| (s, dumped(s.text))));
        }
    }
    let all: usize = found.iter().map(|(_, n)| n).sum();
    // A log of a container has a string for each line.
    let logs = found.iter().filter(|(s, _)| !inner_end(s.text)).count();
    found.retain(|(s, n)| *n > 0 || logs > 1 && !inner_end(s.text));
    if all < 2 { Vec::new() } else { found }
}

/// Whether a string goes on behind an end of a line.
fn inner_end(text: &str) -> bool {
    text.trim_end_matches("\\n").contains("\\n")
}

/// How many lines of a dump a string holds.
fn dumped(text: &str) -> usize {
    let native = |line: &str| line.starts_with("table ") && line.ends_with('{') || line == "}";
    let is = |line: &&str| is_strong(line) || native(line);
    text.split("\\n").map(|line| line.trim_start_matches("\\t").trim()).filter(is).count()
}

/// The pieces of a line that stand in quotes and hold ends of lines; the whole line where it has no quotes.
fn quoted(row: Row<'_>) -> Vec<Row<'_>> {
    let text = row.text;
    let mark = if text.contains('"') { '"' } else { '\'' };
    if !text.contains(mark) {
        return vec![row];
    }
    let mut found = Vec::new();
    let mut open = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            c if c == mark => match open.take() {
                None => open = Some(at + 1),
                Some(from) => {
                    let inner = &text[from..at];
                    if inner.contains("\\n") {
                        found.push(Row { text: inner, start: row.start + from });
                    }
                }
            },
            _ => {}
        }
    }
    found
}

/// The lines of a string, apart from what stands around it in its own line.
fn lines_of(string: Row<'_>, around: (usize, usize), cuts: &mut Vec<Cut>) {
    let mut cut = |start: usize, end: usize, with| cuts.push(Cut { start, end, with });
    if around.0 < string.start {
        cut(around.0, string.start, "\n");
    }
    let bytes = string.text.as_bytes();
    let mut at = 0;
    while let Some(found) = string.text[at..].find('\\') {
        let start = at + found;
        let (with, len) = match bytes.get(start + 1) {
            Some(b'n') => ("\n", 2),
            Some(b't') => ("\t", 2),
            Some(b'r') => ("", 2),
            Some(b'"') => ("\"", 2),
            Some(b'\\') => ("\\", 2),
            _ => ("\\", 1),
        };
        cut(string.start + start, string.start + start + len, with);
        at = start + len;
    }
    if around.1 > string.end() {
        cut(string.end(), around.1, "\n");
    }
}

/// The columns of a listing as the cells above a table of Markdown name them, and what stands for an empty cell.
const COLUMNS: [(&str, &str, &str); 10] = [
    ("num", "num", " 0 "),
    ("pkts", "pkts", " 0 "),
    ("bytes", "bytes", " 0 "),
    ("target", "target", " "),
    ("prot", "prot", " all "),
    ("opt", "opt", " -- "),
    ("in", "in", " * "),
    ("out", "out", " * "),
    ("source", "source", " anywhere "),
    ("destination", "destination", " anywhere "),
];

/// Other names of them.
const ALSO: [(&str, &str); 6] = [
    ("#", "num"),
    ("no", "num"),
    ("protocol", "prot"),
    ("proto", "prot"),
    ("src", "source"),
    ("dest", "destination"),
];

/// The column that a cell is the title of.
fn column(title: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let title = title.trim_matches(['*', '`', ' ']).to_ascii_lowercase();
    let name = ALSO.iter().find(|(also, _)| *also == title).map_or(&*title, |(_, name)| name);
    COLUMNS.iter().find(|(known, ..)| *known == name)
}

/// The columns of the table of Markdown at hand, where it is a listing.
type Columns = Vec<Option<&'static (&'static str, &'static str, &'static str)>>;

/// Takes a row of a table of Markdown apart; whether it is one of a listing.
fn cells(row: Row<'_>, table: &mut Option<Columns>, cuts: &mut Vec<Cut>) -> bool {
    let row = row.trim();
    if !row.text.contains('|') {
        *table = None;
        return false;
    }
    let framed = row.text.starts_with('|');
    let pipes: Vec<usize> = row.text.match_indices('|').map(|(at, _)| at).collect();
    let starts = (!framed).then_some(0).into_iter().chain(pipes.iter().map(|at| at + 1));
    let cell = |start: usize| {
        let end = pipes.iter().find(|at| **at >= start).copied().unwrap_or(row.text.len());
        row.skip(start).text[..end - start].trim()
    };
    let starts: Vec<usize> = starts.collect();
    let head = table.is_none();
    if head {
        let titles: Columns = starts.iter().map(|s| column(cell(*s))).collect();
        let has = |name: &str| titles.iter().flatten().any(|(known, ..)| *known == name);
        if !has("target") || !has("prot") || !has("source") {
            return false;
        }
        *table = Some(titles);
    }
    let Some(titles) = table else { return false };
    if row.text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
        // The line under the titles goes with its end.
        let start = row.start.saturating_sub(1);
        cuts.push(Cut { start, end: row.end(), with: "" });
        return true;
    }
    let has = |name: &str| titles.iter().flatten().any(|(known, ..)| *known == name);
    let (opt, within, out) = (has("opt"), has("in"), has("out"));
    for (n, start) in starts.iter().enumerate() {
        let title = titles.get(n).copied().flatten();
        let text = cell(*start);
        let name = title.map(|(name, ..)| *name);
        let after = n.checked_sub(1).and_then(|n| titles.get(n)).copied().flatten();
        let after = after.map(|(name, ..)| *name);
        if let Some(pipe) = start.checked_sub(1) {
            let place = row.start + start;
            cuts.push(Cut { start: row.start + pipe, end: place, with: " " });
            // A listing has these columns, or none of interfaces.
            let mut add = |with| cuts.push(Cut { start: place, end: place, with });
            if after == Some("prot") && !opt {
                add(if head { " opt " } else { " -- " });
            }
            if after == Some("in") && !out {
                add(if head { " out " } else { " * " });
            }
            if name == Some("out") && !within {
                add(if head { " in " } else { " * " });
            }
            if let Some((.., empty)) = title.filter(|_| text.is_empty() && !head) {
                add(empty);
            }
        }
        let at = row.start
            + start
            + (row.skip(*start).text.len() - row.skip(*start).text.trim_start().len());
        if head && title.is_none() && !text.is_empty() {
            // What stands behind the columns has no title.
            cuts.push(Cut { start: at, end: at + text.len(), with: "" });
            continue;
        }
        if let Some((.., title, _)) = title.filter(|(_, title, _)| head && *title != text) {
            cuts.push(Cut { start: at, end: at + text.len(), with: title });
            continue;
        }
        for (mark, _) in text.match_indices('`') {
            cuts.push(Cut { start: at + mark, end: at + mark + 1, with: "" });
        }
    }
    true
}

/// What a line of a dump may begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// `*filter`, `:INPUT DROP`, `-P INPUT DROP`, `COMMIT`, `Chain INPUT (…)`.
    Frame,
    /// `-A INPUT …`.
    Rule,
    /// The line above the rules of a listing.
    Titles,
    /// `iptables …`, in a line that begins so.
    Command,
}

/// Parts a line that holds several lines of a dump.
fn one_line(row: Row<'_>, cuts: &mut Vec<Cut>) {
    if !VERBS.iter().any(|verb| row.text.contains(verb)) {
        return;
    }
    let words = words(row);
    let first = usize::from(words.first().is_some_and(|w| w.text == "sudo"));
    let commands = words.get(first).is_some_and(|w| is_program(w.text));
    let mut found: Vec<(usize, Begins)> = Vec::new();
    let mut called = false;
    let mut at = 0;
    while at < words.len() {
        let begins = if is_program(words[at].text) {
            // What a command prints may stand behind it.
            let option = |w: &Row<'_>| w.text.starts_with('-') && w.text.contains(['L', 'S']);
            let prints = words[at + 1..].iter().take(4).any(option);
            called = !prints && !words[at].text.ends_with("-save");
            let before = at.checked_sub(1).map_or("", |n| words[n].text);
            let joined = before.ends_with([';', '&', '|', '{', '('])
                || matches!(before, "do" | "then" | "else" | "!");
            (commands && !joined).then_some(Begins::Command)
        } else {
            // What stands behind a policy are its counters; in a line of commands each begins with its program.
            let counts = at > 1 && words[at - 2].text.starts_with(':');
            begins(&words[at..]).filter(|b| !(called || counts && *b == Begins::Rule))
        };
        if let Some(begins) = begins {
            let sudo = begins == Begins::Command && at > 0 && words[at - 1].text == "sudo";
            found.push((at - usize::from(sudo), begins));
            // The counters in front of a rule belong to it.
            at += usize::from(begins == Begins::Rule && words[at].text.starts_with('['));
        }
        at += 1;
    }
    let rules = found.iter().filter(|(_, b)| *b != Begins::Titles).count();
    let ends = |n: usize| found.get(n + 1).map_or(words.len(), |(at, _)| *at);
    let whole = found.iter().enumerate().all(|(n, (at, begins))| {
        *begins != Begins::Rule && *begins != Begins::Command || is_rule(&words[*at..ends(n)])
    });
    if rules < 2 || !whole {
        return;
    }
    let mut places: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
    for (n, (at, begins)) in found.iter().enumerate() {
        if *begins == Begins::Titles {
            places.extend(rows_of(&words[*at..ends(n)]).into_iter().map(|k| at + k));
        }
    }
    places.sort_unstable();
    places.dedup();
    for at in places.into_iter().filter(|at| *at > 0) {
        cuts.push(Cut { start: words[at - 1].end(), end: words[at].start, with: "\n" });
    }
}

/// The words of a line; what stands in quotes is one.
fn words(row: Row<'_>) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    let (mut start, mut quoted) = (None, false);
    for (at, c) in row.text.char_indices() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            if let Some(from) = start.take() {
                found.push(Row { text: &row.text[from..at], start: row.start + from });
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(from) = start {
        found.push(row.skip(from));
    }
    found
}

fn is_program(word: &str) -> bool {
    tables(base(word)).is_some()
}

/// What a line of a dump begins with here.
fn begins(words: &[Row<'_>]) -> Option<Begins> {
    let text = |n: usize| words.get(n).map_or("", |w| w.text);
    let named = |n: usize| text(n).starts_with(|c: char| c.is_ascii_alphanumeric());
    let first = text(0);
    let policy = |n: usize| matches!(text(n), "ACCEPT" | "DROP" | "-" | "QUEUE" | "RETURN");
    let rule = |n: usize| {
        matches!(text(n), "-A" | "-I") && named(n + 1) && text(n + 2).starts_with(['-', '!'])
    };
    match first.as_bytes().first()? {
        b'*' => (!builtin_names(&first[1..]).is_empty()).then_some(Begins::Frame),
        b':' => (first.len() > 1 && policy(1)).then_some(Begins::Frame),
        b'C' if first == "COMMIT" => Some(Begins::Frame),
        b'C' if first == "Chain" && named(1) => {
            let policy = text(2) == "(policy";
            let used = text(2).starts_with('(') && text(3) == "references)";
            (policy || used).then_some(Begins::Frame)
        }
        b'#' => matches!(text(1), "Generated" | "Completed").then_some(Begins::Frame),
        b'-' if first == "-P" => (named(1) && policy(2)).then_some(Begins::Frame),
        b'-' if first == "-N" => {
            let alone = words.get(2).is_none_or(|_| begins(&words[2..]).is_some());
            (named(1) && alone).then_some(Begins::Frame)
        }
        b'-' => rule(0).then_some(Begins::Rule),
        b'[' => (first.ends_with(']') && first.contains(':') && rule(1)).then_some(Begins::Rule),
        b'n' | b'p' | b't' => {
            let at = (0..4).find(|n| text(*n) == "target")?;
            let before = words[..at].iter().all(|w| matches!(w.text, "num" | "pkts" | "bytes"));
            (before && text(at + 1) == "prot" && text(at + 2) == "opt").then_some(Begins::Titles)
        }
        _ => None,
    }
}

/// Whether the words of a rule are no more than a rule: options, each with what belongs to it.
fn is_rule(words: &[Row<'_>]) -> bool {
    let mut option = "";
    let mut values = 0;
    words.iter().all(|word| {
        if word.text.starts_with('-') && word.text.len() > 1 {
            (option, values) = (word.text, 0);
        } else if word.text != "!" {
            values += 1;
        }
        let most = if matches!(option, "-j" | "-g" | "--jump" | "--goto" | "-p" | "-s" | "-d") {
            1
        } else {
            2
        };
        values <= most || option.is_empty()
    })
}

/// Where the rules of a listing begin, behind the titles of its columns.
fn rows_of(words: &[Row<'_>]) -> Vec<usize> {
    let has = |title: &str| words.iter().take(5).any(|w| w.text == title);
    let lead = usize::from(has("num")) + 2 * usize::from(has("pkts")) + 2;
    let is_address = |text: &str| text.contains('/') || matches!(text, "anywhere" | "destination");
    let opts = (0..words.len()).filter(|n| matches!(words[*n].text, "--" | "-f" | "!f"));
    // A rule without a target has a word less.
    let start = |n: usize| {
        let at = n.checked_sub(lead)?;
        Some(at + usize::from(is_address(words[at].text)))
    };
    opts.filter_map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Clean;
    use chainwalk_model::DocId;

    #[track_caller]
    fn check(text: &str, whole: &str) {
        let clean = Clean::new(DocId(0), text);
        let unfolded = clean.without(&unfold(&clean.text));
        assert_eq!(unfolded.text, whole);
        let rows = unfolded.lines().map(|r| unfolded.span(r.start, r.end()));
        assert!(rows.into_iter().all(|s| text.get(s.range()).is_some()));
    }

    #[test]
    fn lines_within_a_string_are_lines() {
        check(
            r#"  "rules": "*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"a b\" -j ACCEPT\nCOMMIT\n""#,
            "  \"rules\": \n*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"a b\" -j ACCEPT\nCOMMIT\n\n",
        );
        check(
            "b'-P INPUT DROP\\n-A INPUT -i lo -j ACCEPT\\n'",
            "b\n-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n\n",
        );
        let log = "{\"log\":\"-P INPUT DROP\\n\"}\n{\"log\":\"-A INPUT -i lo -j ACCEPT\\n\"}";
        check(log, "\n-P INPUT DROP\n\n\n\n-A INPUT -i lo -j ACCEPT\n\n");
        for text in [r"printf 'a\nb\n' > x", r"-A INPUT -m string --string '\n' -j DROP"] {
            check(text, text);
        }
    }

    #[test]
    fn a_dump_in_one_line_is_parted() {
        check(
            "so: *filter :INPUT DROP [0:0] :X - [0:0] -A INPUT -j X [1:60] -A X -m comment --comment \"-A b -j c\" -j DROP COMMIT # Completed on Mon",
            "so:\n*filter\n:INPUT DROP [0:0]\n:X - [0:0]\n-A INPUT -j X\n[1:60] -A X -m comment --comment \"-A b -j c\" -j DROP\nCOMMIT\n# Completed on Mon",
        );
        check(
            "# iptables -S -P INPUT DROP -A INPUT -i lo -j ACCEPT",
            "# iptables -S\n-P INPUT DROP\n-A INPUT -i lo -j ACCEPT",
        );
        for text in ["iptables -A INPUT -A FORWARD -j ACCEPT", "iptables -A INPUT -P FORWARD DROP"]
        {
            check(text, text);
        }
        check(
            "-P INPUT DROP -N X -A INPUT -i lo -j ACCEPT",
            "-P INPUT DROP\n-N X\n-A INPUT -i lo -j ACCEPT",
        );
        check(
            "sudo iptables -P INPUT DROP sudo iptables -t nat -A POSTROUTING -j MASQUERADE",
            "sudo iptables -P INPUT DROP\nsudo iptables -t nat -A POSTROUTING -j MASQUERADE",
        );
        check(
            "iptables -P INPUT DROP iptables -t nat -A POSTROUTING -j MASQUERADE",
            "iptables -P INPUT DROP\niptables -t nat -A POSTROUTING -j MASQUERADE",
        );
        check(
            "Chain INPUT (policy DROP) target prot opt source destination ACCEPT tcp -- anywhere anywhere tcp dpt:22 DROP all -- 10.0.0.0/8 anywhere Chain X (0 references) target prot opt source destination",
            "Chain INPUT (policy DROP)\ntarget prot opt source destination\nACCEPT tcp -- anywhere anywhere tcp dpt:22\nDROP all -- 10.0.0.0/8 anywhere\nChain X (0 references)\ntarget prot opt source destination",
        );
    }

    #[test]
    fn what_is_no_dump_in_one_line_stays() {
        for text in [
            "put -A INPUT -p tcp -j ACCEPT before -A INPUT -j DROP and be done",
            "iptables -A INPUT -j X; iptables -A X -j DROP",
            "iptables -A INPUT -j X && iptables -A X -j DROP",
            "for i in 1 2; do iptables -A INPUT -j X; done",
            "root@a:~# iptables -A INPUT -j DROP",
            "-A INPUT -m comment --comment \"see -A X -j Y and -A Z -j W\" -j DROP",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_list_of_words_is_a_command() {
        check(
            "  - [ iptables, -A, INPUT, --ctstate, \"A,B\" ]",
            "   iptables  -A  INPUT  --ctstate  A,B ",
        );
        check("CMD [\"sh\", \"-c\", \"iptables -F && a\"]", "sh  -c  \"iptables -F && a\"");
        for text in ["[\"a\", \"b\"]", "see [iptables, nft] for more"] {
            check(text, text);
        }
    }

    #[test]
    fn a_table_of_markdown_is_a_listing() {
        let text = "| Num | Target | Prot | In | Source | Destination | |\n|---|:---:|---|---|---|---|---|\n| 1 | `ACCEPT` | tcp | | anywhere | | tcp dpt:22 |\nend";
        let clean = Clean::new(DocId(0), text);
        let listed = clean.without(&unfold(&clean.text));
        let rows: Vec<Vec<&str>> =
            listed.text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(rows[0].join(" "), "num target prot opt in out source destination");
        assert_eq!(rows[1].join(" "), "1 ACCEPT tcp -- * * anywhere anywhere tcp dpt:22");
        assert_eq!(rows[2], ["end"]);
        let other = "| a | b |\n|---|---|\n| 1 | 2 |";
        check(other, other);
    }
}
