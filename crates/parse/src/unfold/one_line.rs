//! Dumps that a page made one line of.

use crate::clean::{Cut, Row};
use crate::names::{base, tables};
use chainwalk_model::{Order, builtin_names};

/// Where a text has none of these it holds no dump in one line.
pub(super) const VERBS: [&str; 5] = [" -A ", " -P ", " :INPUT ", " Chain ", " -I "];

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
pub(super) fn one_line(row: Row<'_>, cuts: &mut Vec<Cut>) {
    let chain = row.text.starts_with("Chain ") && row.text.contains(" target ");
    if !chain && !VERBS.iter().any(|verb| row.text.contains(verb)) {
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
    // A chain with its rules in one line is enough.
    let listed = found.len() > rules && rules > 0;
    if rules < 2 && !listed || !whole {
        return;
    }
    let mut places: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
    for (n, (at, begins)) in found.iter().enumerate() {
        if *begins == Begins::Titles {
            places.extend(rows_of(&words[*at..ends(n)]).into_iter().map(|k| at + k));
        }
    }
    places.order();
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
