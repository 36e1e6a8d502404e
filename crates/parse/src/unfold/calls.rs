//! Commands that a program of another language runs: `subprocess.run(["iptables", "-A", …])`, `os.system("iptables …")`,
//! `exec.Command("iptables", …)`. Each becomes the line that a shell would have.
//!
//! What a function does counts as done; what stands below a condition or in a loop may be done.

use crate::clean::{Cut, Row};
use crate::names::{base, tables};

/// How calls of such commands begin, behind the quote. A text without these has none.
const BEGINS: [&str; 9] =
    ["iptables", "ip6tables", "/sbin/ip", "/usr/sbin/ip", "sudo", "nft", "ipset", "sysctl", "ip "];

/// What a line begins with that is a condition or a loop.
const MAYBE: [&str; 12] = [
    "if", "elif", "else", "for", "foreach", "while", "except", "catch", "case", "switch", "unless",
    "default",
];

/// What stands before the first string of a call.
const OPENS: [&str; 10] =
    ["(\"", "('", "(`", "([\"", "(['", "(f\"", "(f'", "([ \"", "system \"", "system '"];

/// What opens a string that Ruby runs, and what ends it.
const PERCENT: [(&str, char); 3] = [("%x(", ')'), ("%x{", '}'), ("%x[", ']')];

/// Whether a text may hold such calls.
pub(super) fn any(text: &str) -> bool {
    let begins = |rest: &str| BEGINS.iter().any(|name| rest.starts_with(name));
    let in_line = OPENS
        .into_iter()
        .chain(PERCENT.map(|(open, _)| open))
        .any(|open| text.match_indices(open).any(|(at, _)| begins(&text[at + open.len()..])));
    // The first word may stand in the next line.
    let below = |(at, _): (usize, &str)| {
        begins(text[at + 1..].trim_start().trim_start_matches(['"', '\'', '[']))
    };
    in_line || ["(\n", "[\n"].iter().any(|open| text.match_indices(open).any(below))
}

/// A call has no more lines than this.
const MOST_LINES: usize = 24;

/// The row with those below it that belong to the call which it opens.
pub(super) fn whole<'a>(text: &'a str, row: Row<'a>) -> Row<'a> {
    if !row.text.trim_end().ends_with(['(', '[', ',']) || !row.text.contains('(') {
        return row;
    }
    let mut depth = 0_i32;
    let mut quote = None;
    let mut lines = 0;
    for (at, c) in text[row.start..].char_indices() {
        match (quote, c) {
            (None, '"' | '\'' | '`') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (_, '\n') => lines += 1,
            _ => {}
        }
        if lines > MOST_LINES {
            break;
        }
        if depth <= 0 && c == ')' && quote.is_none() {
            let end = text[row.start + at..].find('\n').map_or(text.len(), |n| row.start + at + n);
            return Row { text: &text[row.start..end], ..row };
        }
    }
    row
}

/// What an indented line hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// It is done.
    Done,
    /// A condition, or a loop over nobody knows what.
    Maybe,
    /// A loop over values that stand in its line.
    Each,
}

/// The lines that an indented line hangs on, and how far in each stands.
#[derive(Debug, Default)]
pub(super) struct Outer(Vec<(usize, Over)>);

impl Outer {
    /// The text ends here: so do its loops.
    pub(super) fn end(&mut self, at: usize, cuts: &mut Vec<Cut>) {
        for (_, over) in self.0.drain(..) {
            if over == Over::Each {
                cuts.push(Cut { start: at, end: at, with: "\ndone" });
            }
        }
    }

    /// Makes a loop of a shell of one over a list of values: `for port in [22, 80]:`.
    fn each(row: Row<'_>, cuts: &mut Vec<Cut>) -> Option<()> {
        let text = row.text.trim_start();
        let base = row.start + (row.text.len() - text.len());
        let (name, list) = text.strip_prefix("for ")?.split_once(" in ")?;
        let word = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let at = text.len() - list.len();
        let body = list.trim_end().strip_suffix(':')?;
        let inner = body.trim().strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "\"', ./:_-".contains(c);
        if !word(name.trim()) || inner.is_empty() || !inner.chars().all(plain) {
            return None;
        }
        for (n, c) in list.char_indices() {
            let with = match c {
                '[' | '(' | '"' | '\'' | ']' | ')' => "",
                ',' => " ",
                _ => continue,
            };
            let start = base + at + n;
            cuts.push(Cut { start, end: start + 1, with });
        }
        let colon = base + at + body.len();
        cuts.push(Cut { start: colon, end: colon + 1, with: "; do" });
        Some(())
    }

    /// Makes a line of a shell of the call in a row; whether there is one.
    pub(super) fn call(&mut self, row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
        let text = row.text.trim_start();
        let indent = row.text.len() - text.len();
        if text.is_empty() {
            return false;
        }
        while let Some((_, over)) = self.0.pop_if(|(at, _)| *at >= indent) {
            if over == Over::Each {
                cuts.push(Cut { start: row.start, end: row.start, with: "done\n" });
            }
        }
        let first = text.trim_start_matches(['}', ' ']);
        let first = first.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let maybe = self.0.iter().any(|(_, over)| *over == Over::Maybe);
        if first == "for" && Self::each(row, cuts).is_some() {
            self.0.push((indent, Over::Each));
            return true;
        }
        self.0.push((indent, if MAYBE.contains(&first) { Over::Maybe } else { Over::Done }));
        if text.starts_with(['#', '/', '*']) {
            return false;
        }
        let Some(command) = command(row) else { return false };
        let cut = |start, end, with| Cut { start, end, with };
        let (begins, ends) = if maybe { ("if maybe; then ", "; fi") } else { ("", "") };
        cuts.push(cut(row.start, command.start, begins));
        cuts.extend(command.inner);
        cuts.push(cut(command.end, row.end(), ends));
        true
    }
}

/// The command that a call runs.
struct Called {
    start: usize,
    end: usize,
    /// What changes between its words.
    inner: Vec<Cut>,
}

/// A string of a program: where it stands without its quotes.
struct Quoted<'a> {
    inner: Row<'a>,
    /// Where the row goes on behind it.
    next: usize,
}

/// The string that stands in a row at a place.
fn string(row: Row<'_>, at: usize) -> Option<Quoted<'_>> {
    let rest = row.text.get(at..)?;
    let letters = rest.len() - rest.trim_start_matches(['f', 'r', 'b', 'u', '$', '@']).len();
    let quote = rest[letters..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let start = at + letters + 1;
    let mut escaped = false;
    for (n, c) in row.text[start..].char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            c if c == quote => {
                let inner = Row { text: &row.text[start..start + n], start: row.start + start };
                return Some(Quoted { inner, next: start + n + 1 });
            }
            _ => {}
        }
    }
    None
}

/// Functions that say something.
const SPEAKERS: [&str; 16] = [
    "print",
    "println",
    "printf",
    "puts",
    "echo",
    "log",
    "info",
    "debug",
    "warn",
    "warning",
    "error",
    "write",
    "writeln",
    "exception",
    "runtimeerror",
    "fatal",
];

/// Whether a function says something and runs nothing: `print`, `log.info`.
fn tells(before: &str) -> bool {
    let name = before.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    SPEAKERS.contains(&&*name)
}

/// The call of a row that runs a command about rules.
fn command(row: Row<'_>) -> Option<Called> {
    if let Some(inner) = percent(row) {
        let mut cuts = Vec::new();
        filled(inner, &mut cuts);
        return Some(Called { start: inner.start, end: inner.end(), inner: cuts });
    }
    // `system "…"` of Ruby and Perl, which needs no brackets.
    let bare = ["system ", "exec ", "sh "]
        .iter()
        .filter(|word| row.text.trim_start().starts_with(**word))
        .map(|word| row.text.len() - row.text.trim_start().len() + word.len() - 1);
    let opens = row.text.match_indices('(').map(|(open, _)| open);
    bare.chain(opens).find_map(|open| {
        let behind = |at: usize| row.text.len() - row.text[at..].trim_start().len();
        let mut at = behind(open + 1);
        if row.text[at..].starts_with(['[', '{']) {
            at = behind(at + 1);
        }
        let first = string(row, at)?;
        if tells(&row.text[..open])
            || !["-", "add", "del", "="].iter().any(|w| row.text.contains(w))
        {
            return None;
        }
        let text = first.inner.text.trim();
        let program = text.strip_prefix("sudo ").unwrap_or(text).split_whitespace().next()?;
        let known = tables(base(program)).is_some_and(|(.., saves)| !saves)
            || matches!(base(program), "nft" | "ipset" | "sysctl" | "ip" | "sudo");
        if !known {
            return None;
        }
        let whole = text.contains(' ');
        let mut inner = Vec::new();
        let mut next = first.next;
        filled(first.inner, &mut inner);
        let mut end = first.inner.end();
        let mut values = 0;
        loop {
            let item = behind(next);
            let rest = &row.text[item..];
            // `"…" + port + "…"` goes on, and so does `"…", "…"`; what else a whole command is called with is no part of it.
            let joined = rest.starts_with('+');
            if !(joined || rest.starts_with(',') && !whole) {
                break;
            }
            let item = behind(item + 1);
            let glue = if joined { "" } else { " " };
            if let Some(word) = string(row, item) {
                let blank = !whole && word.inner.text.contains(' ');
                inner.push(Cut {
                    start: end,
                    end: word.inner.start,
                    with: if blank { " \"" } else { glue },
                });
                filled(word.inner, &mut inner);
                end = word.inner.end();
                if blank {
                    inner.push(Cut { start: end, end: end + 1, with: "\"" });
                    end += 1;
                }
                next = word.next;
                values += 1;
                continue;
            }
            // A variable, also within `str(…)`.
            let rest = &row.text[item..];
            let within = ["str(", "String(", "int("].iter().find(|f| rest.starts_with(**f));
            let name = &rest[within.map_or(0, |f| f.len())..];
            let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_');
            let len = name.find(|c| !part(c)).unwrap_or(name.len());
            if len == 0 || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                break;
            }
            let start = item + within.map_or(0, |f| f.len());
            // `check=True` is told to the call.
            if name[len..].trim_start().starts_with('=') {
                break;
            }
            let with = if joined { "$" } else { " $" };
            inner.push(Cut { start: end, end: row.start + start, with });
            end = row.start + start + len;
            next = start + len + usize::from(within.is_some());
            values += 1;
        }
        let complete = whole || values > 0;
        (complete && end > first.inner.start).then_some(Called {
            start: first.inner.start,
            end,
            inner,
        })
    })
}

/// What `%x(iptables …)` of Ruby runs.
fn percent(row: Row<'_>) -> Option<Row<'_>> {
    let (at, close) = PERCENT
        .into_iter()
        .find_map(|(open, close)| Some((row.text.find(open)? + open.len(), close)))?;
    let inner = row.skip(at);
    let inner = Row { text: &inner.text[..inner.text.rfind(close)?], ..inner }.trim();
    BEGINS.iter().any(|name| inner.text.starts_with(name)).then_some(inner)
}

/// `{port}` of a string with values in it is `${port}`.
fn filled(string: Row<'_>, cuts: &mut Vec<Cut>) {
    for (at, _) in string.text.match_indices('{') {
        let name = string.text[at + 1..].split('}').next().unwrap_or_default();
        let plain = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !string.text[..at].ends_with('$');
        if plain {
            // `#{port}` of Ruby.
            let start = string.start + at - usize::from(string.text[..at].ends_with('#'));
            cuts.push(Cut { start, end: string.start + at, with: "$" });
        }
    }
}
