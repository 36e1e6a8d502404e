//! Where a paste speaks nft: tables that `nft list` printed, files that `nft -f` takes, and command lines.

use crate::clean::{Clean, Row};
use crate::comments::is_fence;
use crate::facts::{is_ferm, is_listed_alone};
use crate::names::CHANGES;
use crate::nft::{Piece, Shows, Source};
use crate::prompt::{host_of, unprompt};
use crate::word::Word;
use chainwalk_model::Family;

/// What the command above says of the text that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) source: Source,
    pub(crate) shows: Shows,
}

/// What commands are about.
const OBJECTS: [&str; 12] = [
    "table",
    "chain",
    "rule",
    "set",
    "map",
    "element",
    "counter",
    "quota",
    "limit",
    "flowtable",
    "ct",
    "synproxy",
];

fn is_family(word: &str) -> bool {
    Family::named(word).is_some()
}

/// Whether a row can only be the first of a text of nft.
pub(crate) fn opens(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    match words.as_slice() {
        ["table", name, rest @ ..] => {
            let open = |w: &&str| w.starts_with('{');
            let at = usize::from(is_family(name));
            let brace = name.ends_with('{') || rest.get(at).is_some_and(open) && at < 2;
            brace
                || is_family(name)
                    && rest.first().is_some_and(|next| rest.len() == 1 || next.ends_with('{'))
                || !is_family(name) && rest.first().is_some_and(open)
        }
        ["flush", "ruleset" | "ruleset;", ..] => words.len() <= 3,
        [verb, object, family, _, ..] if CHANGES.contains(verb) => {
            OBJECTS.contains(object) && is_family(family)
        }
        ["define", _, "=", ..] => true,
        [first, rest @ ..] if first.starts_with("#!") => {
            first.ends_with("/nft") || rest.first().is_some_and(|w| *w == "nft")
        }
        ["#", "Warning:", "table", _, _, "is", "managed", ..] => true,
        _ => false,
    }
}

/// Whether a row reads like a rule of nft: a field, and at last what is done.
pub(crate) fn is_rule(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(40).collect();
    let [first, second, .., last] = words.as_slice() else { return false };
    let tests = match *first {
        "tcp" | "udp" | "th" => matches!(*second, "dport" | "sport" | "flags"),
        "ip" => matches!(*second, "saddr" | "daddr" | "protocol"),
        "ip6" => matches!(*second, "saddr" | "daddr" | "nexthdr"),
        "ct" => matches!(*second, "state" | "status" | "mark"),
        "icmp" | "icmpv6" => *second == "type",
        "meta" => matches!(*second, "l4proto" | "mark" | "iifname" | "oifname" | "nfproto"),
        "iif" | "oif" | "iifname" | "oifname" => words.len() > 2,
        _ => false,
    };
    let does =
        ["accept", "drop", "reject", "masquerade", "return", "queue", "dnat", "snat", "redirect"];
    let calls = |pair: &[&str]| {
        matches!(pair, ["jump" | "goto", _]) || pair.first().is_some_and(|w| *w == "to")
    };
    tests && (does.contains(last) || words.windows(2).last().is_some_and(calls))
        || tests && words.iter().any(|w| does.contains(w)) && text.contains(['"', ':', '{'])
}

/// Whether a row goes on with a text of nft, between two of its blocks.
fn goes_on(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    opens(text)
        || match words.as_slice() {
            [verb, object, _, ..] if CHANGES.contains(verb) => OBJECTS.contains(object),
            ["include", file, ..] => file.starts_with(['"', '\'']),
            ["define" | "redefine" | "undefine", ..] => true,
            [first] => matches!(*first, "}" | "};"),
            _ => false,
        }
}

/// How many of the rows are a text of nft that begins with the first, and what it is: `None` where none begins.
pub(crate) fn block(
    clean: &Clean,
    rows: &[Row<'_>],
    said: Option<Listed>,
) -> Option<(Piece, usize)> {
    let first = rows.first()?;
    if first.text.starts_with(['{', '[']) {
        return json(clean, rows, said);
    }
    let lone = lone_chain(rows);
    if !opens(first.text) && !lone || is_ferm(rows) || is_listed_alone(rows) {
        return None;
    }
    let taken = reach(rows);
    let rows = &rows[..taken];
    let listed = said.unwrap_or_else(|| {
        let script = rows.iter().any(|r| is_written(r.text));
        if script {
            Listed { source: Source::Script, shows: Shows::Changes }
        } else {
            let shows = if lone { Shows::Part } else { Shows::All };
            Listed { source: Source::Listing, shows }
        }
    });
    let around = match (lone, open_at_end(rows)) {
        (true, _) => ("table inet filter {\n", "}\n"),
        // What followed in its last chain was cut off.
        (false, 2) => ("", "\n[...]\n}\n}\n"),
        (false, _) => ("", ""),
    };
    Some((Piece::of(clean, rows, around, (listed.source, listed.shows)), taken))
}

/// What `nft -j` prints.
fn json(clean: &Clean, rows: &[Row<'_>], said: Option<Listed>) -> Option<(Piece, usize)> {
    let near = rows.iter().take(4).any(|r| r.text.contains("\"nftables\""));
    if !near {
        return None;
    }
    let start = rows[0].start;
    let text = clean.text.get(start..)?;
    let mut values =
        serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
    values.next()?.ok()?;
    let end = start + values.byte_offset();
    let piece = Piece::json(clean, (start, end), said.map(|l| (l.source, l.shows)))?;
    Some((piece, rows.iter().take_while(|r| r.start < end).count().max(1)))
}

/// Whether a chain stands there without the table that it is in.
fn lone_chain(rows: &[Row<'_>]) -> bool {
    let words: Vec<&str> = rows[0].text.split_whitespace().collect();
    let hooked = |r: &Row<'_>| r.text.starts_with("type ") && r.text.contains(" hook ");
    matches!(words.as_slice(), ["chain", _, "{"]) && rows.iter().skip(1).take(2).any(hooked)
}

/// Whether a row is of a file or a command, since `nft list` prints nothing like it.
fn is_written(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    CHANGES.contains(&first)
        || matches!(first, "define" | "include" | "redefine")
        || text.starts_with("#!")
        || text.contains('$')
        || text.starts_with('#') && !text.contains("Warning:") && !text.contains("handle ")
}

/// How many rows the text has that begins with the first.
fn reach(rows: &[Row<'_>]) -> usize {
    let mut depth = 0_i64;
    let mut taken = 1;
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() {
            continue;
        }
        if n > 0 && (is_fence(row.text) || host_of(*row).is_some()) {
            break;
        }
        let remark = row.text.starts_with('#') && (n > 0 || !row.text.starts_with("#!"));
        if remark {
            // A remark belongs to what follows it.
            continue;
        }
        if depth == 0 && n > 0 && !row.text.starts_with("#!") && !goes_on(row.text) {
            break;
        }
        if depth > 0 && n > 0 && opens(row.text) && row.text.starts_with("table ") {
            // The braces above were not all copied.
            depth = 0;
        }
        depth = (depth + braces(row.text)).max(0);
        taken = n + 1;
    }
    taken
}

/// How many braces are open behind the last row of a table.
fn open_at_end(rows: &[Row<'_>]) -> i64 {
    let table = rows.first().is_some_and(|r| r.text.starts_with("table "));
    let chain = rows.iter().rev().find(|r| r.text.ends_with('{') || r.text == "}");
    let in_chain = chain.is_some_and(|r| r.text.starts_with("chain "));
    if !table || !in_chain {
        return 0;
    }
    rows.iter().fold(0, |depth: i64, r| (depth + braces(r.text)).max(0))
}

/// How many more braces a row opens than it closes.
fn braces(text: &str) -> i64 {
    let (mut depth, mut quoted) = (0, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            '#' if !quoted => break,
            _ => {}
        }
    }
    depth
}

/// What a command line of nft does.
#[derive(Clone, Debug)]
pub(crate) enum Nft {
    /// It prints: what follows is so much of the ruleset.
    Lists(Listed),
    /// It changes the ruleset, in nft's own words.
    Changes(String),
    /// It loads a file.
    Loads,
    /// It loads the lines that follow, up to this word.
    Here(String),
    /// Something else.
    Other,
}

/// What the words behind `nft` come to. `all` is the command line with what it is joined with.
pub(crate) fn command(words: &[Word<'_>], all: &str) -> Nft {
    let mut terse = false;
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|w| w.is_option()) {
        let short = word.text.trim_start_matches('-');
        let long = word.text.starts_with("--");
        if if long { short == "file" } else { short.contains('f') } {
            return here_word(all).map_or(Nft::Loads, |end| Nft::Here(end.to_owned()));
        }
        terse |= if long { short == "terse" } else { short.contains('t') };
        at += 1;
    }
    let words = &words[at.min(words.len())..];
    let plain: Vec<&str> = match words {
        // `nft 'list ruleset'`.
        [one] => one.text.split_whitespace().collect(),
        words => words.iter().map(|w| &*w.text).collect(),
    };
    match plain.as_slice() {
        ["list" | "reset", "ruleset", rest @ ..] => {
            let source = if terse { Source::Terse } else { Source::Listing };
            let all = rest.iter().all(|w| w.starts_with(['>', '|', '2', '-', ';']));
            Nft::Lists(Listed { source, shows: if all { Shows::All } else { Shows::Tables } })
        }
        ["list" | "reset", what, ..] => {
            let source = if terse { Source::Terse } else { Source::Listing };
            let tables = matches!(*what, "table" | "tables");
            Nft::Lists(Listed { source, shows: if tables { Shows::Tables } else { Shows::Part } })
        }
        [first, _, ..] if CHANGES.contains(&first.trim_end_matches(';')) => {
            Nft::Changes(joined(words))
        }
        _ => Nft::Other,
    }
}

/// The words as nft joins them. A string whose quotes the shell removed is quoted again
/// where nft wants one.
fn joined(words: &[Word<'_>]) -> String {
    let mut text = String::new();
    for (n, word) in words.iter().enumerate() {
        let before = n.checked_sub(1).map_or("", |n| &*words[n].text);
        let is_text = matches!(before, "prefix" | "comment") && !word.text.contains('"');
        if n > 0 {
            text.push(' ');
        }
        match word.text.strip_prefix('\\') {
            _ if word.quoted && is_text => {
                text.push('"');
                text += &word.text;
                text.push('"');
            }
            Some(sign) if !word.quoted => text += sign,
            _ => text += &word.text.replace("\\;", ";").replace("\\{", "{").replace("\\}", "}"),
        }
    }
    text
}

/// The word that ends the lines which a command of a shell reads below it: `EOF` of `<<'EOF'`.
pub(crate) fn here_word(command: &str) -> Option<&str> {
    let (_, end) = command.split_once("<<")?;
    let end = end.trim_start_matches(['-', ' ']).split_whitespace().next().unwrap_or_default();
    Some(end.trim_matches(['"', '\'', '\\']))
}

/// The rows of a text that a command reads from the lines below it, up to its last word.
pub(crate) fn here(rows: &[Row<'_>], end: &str) -> Option<usize> {
    rows.iter().position(|r| r.text == end)
}

/// Whether a row is the command `nft`, behind a prompt or not.
pub(crate) fn is_command(row: Row<'_>) -> bool {
    let (bare, _) = unprompt(row);
    let command = bare.words().find(|w| !matches!(w.text, "sudo" | "doas"));
    command.is_some_and(|w| w.text.rsplit('/').next() == Some("nft"))
}
