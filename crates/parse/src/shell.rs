//! As much of a shell as scripts of `iptables …` commands need: variables that the script sets itself, and which
//! commands stand under a condition.
//!
//! Nothing is run: what a loop, a branch or a function does is marked as possible, never as done. Two things are exceptions:
//! a loop over words that the script spells out has the commands of its rounds, one after the other; and a branch whose
//! condition compares what the script sets itself runs or does not.

use crate::clean::Row;
use crate::word::Word;
use line::{Joint, Part, assignment, function, one, split, variable};
use std::borrow::Cow;
use std::collections::HashMap;

/// The state of a script as far as its lines were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shell<'a> {
    vars: HashMap<String, String>,
    /// The loops, branches and functions that are open, by the word that opened each.
    open: Vec<Open>,
    /// The outermost of them, as far as they are loops over known words.
    rounds: Vec<Rounds<'a>>,
    /// The functions that were defined.
    functions: Vec<String>,
    /// Whether the line at hand has a condition that no other is joined to.
    alone: bool,
    /// The interface that `%i` stands for, in the commands of a tunnel's file.
    tunnel: Option<String>,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Loop,
    If(Branch),
    /// A `case`, and what is known of the branch at hand.
    Case(Branch),
    Body,
}

/// The label of a branch of a `case`, and what stands behind it.
fn label(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.split_once(')')?;
    let fits = |c: char| c.is_alphanumeric() || "|-_*?\"'[].+ ".contains(c);
    (!label.trim().is_empty() && label.chars().all(fits)).then_some((label, rest))
}

/// What is known of a branch of a `case` by its label. A script that has one for `start` was started, and not stopped.
fn arm(label: &str, before: Branch) -> Branch {
    let words = label.trim().trim_matches(['"', '\'', '(', ' ']);
    let any = |known: &[&str]| words.split('|').any(|w| known.contains(&w.trim()));
    if any(&["start"]) {
        Branch::Runs
    } else if any(&["stop"]) || matches!(before, Branch::Runs | Branch::Past) {
        Branch::Past
    } else {
        Branch::Open
    }
}

/// What is known of the branch of an `if` or a `case` at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    /// Its condition is not known.
    Open,
    /// It runs.
    Runs,
    /// It does not.
    Not,
    /// It does not, since one before it did.
    Past,
}

impl Branch {
    /// By what its condition comes to.
    fn of(holds: Option<bool>) -> Self {
        match holds {
            None => Self::Open,
            Some(true) => Self::Runs,
            Some(false) => Self::Not,
        }
    }
}

/// A loop over words that are known, and what stands in it so far.
#[derive(Clone, Debug)]
struct Rounds<'a> {
    name: String,
    words: Vec<String>,
    body: Vec<Statement<'a>>,
}

/// One command of a line.
#[derive(Clone, Debug)]
pub(crate) struct Statement<'a> {
    /// The command.
    pub(crate) row: Row<'a>,
    /// Whether it runs only perhaps, or not just once.
    pub(crate) maybe: bool,
    /// Whether it hands over to something that is not in the paste, or calls a function.
    pub(crate) elsewhere: bool,
    /// What the loops around it stand at.
    pub(crate) round: Vec<(String, String)>,
}

impl<'a> Statement<'a> {
    /// A command that runs for sure.
    pub(crate) fn plain(row: Row<'a>) -> Self {
        Self { row, maybe: false, elsewhere: false, round: Vec::new() }
    }
}

/// How long a value may grow by what it holds of others.
const MOST: usize = 4096;

/// So many commands of all rounds of a loop are told one by one.
const MOST_ROUNDS: usize = 1000;

impl<'a> Shell<'a> {
    /// The shell of the commands in the file of a tunnel.
    pub(crate) fn of_tunnel(name: &str) -> Self {
        Self { tunnel: Some(name.to_owned()), ..Self::default() }
    }

    /// The commands of a line, where the line is more than one plain command: an assignment, a piece of a loop
    /// or a branch, several commands. `None` leaves it to other readers. `next` is the row that follows.
    pub(crate) fn take(
        &mut self,
        row: Row<'a>,
        next: Option<Row<'_>>,
    ) -> Option<Vec<Statement<'a>>> {
        if row.text.is_empty() || row.text.starts_with('#') {
            return None;
        }
        let parts = split(row);
        let inside = !self.open.is_empty();
        let word = row.text.split([' ', ';', '\t']).next().unwrap_or_default();
        let is_shell = parts.iter().any(|p| self.is_shell(p.row.text))
            || opens(&parts, next)
            || (inside || parts.len() > 1) && parts.iter().any(|p| self.runs_tables(p.row))
            || !self.rounds.is_empty()
                && (OF_LOOPS.contains(&word) || parts.iter().any(|p| leaves(p.row)))
            || inside && matches!(word, "done" | "fi" | "esac" | "}" | "else" | "elif")
            || matches!(self.open.last(), Some(Open::Case(_)))
                && (row.text == ";;" || label(row.text).is_some());
        if !is_shell {
            return None;
        }
        let mut found = Vec::new();
        self.alone = parts.iter().all(|p| p.after == Joint::Line);
        for part in parts {
            self.part(part, &mut found);
        }
        Some(found)
    }

    /// Whether a loop, a branch or a function is open that may not run.
    pub(crate) fn is_inside(&self) -> bool {
        let runs = |o: &Open| matches!(o, Open::If(Branch::Runs) | Open::Case(Branch::Runs));
        !self.open.iter().all(runs)
    }

    /// The text ended in which the lines stood: what was open there is no more. What stands in loops that nothing ended may
    /// run.
    pub(crate) fn close_all(&mut self) -> Vec<Statement<'a>> {
        self.open.clear();
        let bodies = std::mem::take(&mut self.rounds).into_iter().flat_map(|r| r.body);
        bodies.map(|s| Statement { maybe: true, ..s }).collect()
    }

    /// The shell in a round of a loop.
    pub(crate) fn in_round(&self, round: &[(String, String)]) -> Self {
        let mut shell = self.clone();
        shell.vars.extend(round.iter().cloned());
        shell
    }

    fn part(&mut self, part: Part<'a>, found: &mut Vec<Statement<'a>>) {
        let mut row = part.row;
        loop {
            row = row.trim();
            let first = row.text.split_whitespace().next().unwrap_or_default();
            let behind = row.skip(first.len());
            match first {
                "for" | "while" | "until" | "select" => {
                    let sure = self.open.len() == self.rounds.len() && part.after == Joint::Line;
                    if let Some((name, words)) = behind.text.trim().split_once(" in ")
                        && first == "for"
                        && sure
                        && let Some(words) = self.listed(words)
                    {
                        let (name, body) = (name.trim().to_owned(), Vec::new());
                        self.rounds.push(Rounds { name, words, body });
                    }
                    self.open.push(Open::Loop);
                    if matches!(first, "for" | "select")
                        && let Some(name) = behind.text.split_whitespace().next()
                    {
                        self.vars.remove(name);
                    }
                    return;
                }
                "if" => {
                    let holds = self.holds(behind.text);
                    self.open.push(Open::If(Branch::of(holds)));
                    row = behind;
                }
                "else" | "elif" => {
                    let holds = if first == "else" { Some(true) } else { self.holds(behind.text) };
                    if let Some(Open::If(branch)) = self.open.last_mut() {
                        *branch = match branch {
                            Branch::Open => Branch::Open,
                            Branch::Not => Branch::of(holds),
                            Branch::Runs | Branch::Past => Branch::Past,
                        };
                    }
                    row = behind;
                }
                "case" => {
                    self.open.push(Open::Case(Branch::Open));
                    return;
                }
                "then" | "do" | "{" | "!" | "(" => row = behind,
                "done" => return self.close(Open::Loop, found),
                "fi" => return self.close(Open::If(Branch::Open), found),
                "esac" => return self.close(Open::Case(Branch::Open), found),
                "}" | "};" => return self.close(Open::Body, found),
                _ => break,
            }
        }
        if row.text.is_empty() {
            return;
        }
        if let Some(Open::Case(branch)) = self.open.last_mut()
            && let Some((label, rest)) = label(row.text)
        {
            *branch = arm(label, *branch);
            let at = row.text.len() - rest.len();
            return self.part(Part { row: row.skip(at), after: Joint::Line }, found);
        }
        if let Some(name) = function(row.text) {
            self.functions.push(name.to_owned());
            self.open.push(Open::Body);
            if let Some((_, body)) = row.text.split_once('{') {
                let at = row.text.len() - body.len();
                self.part(Part { row: row.skip(at), after: Joint::Line }, found);
            }
            return;
        }
        let of = |o: &Open| match o {
            Open::If(branch) | Open::Case(branch) => Some(*branch),
            _ => None,
        };
        if self.open.iter().any(|o| matches!(of(o), Some(Branch::Not | Branch::Past))) {
            return;
        }
        let sure = self.open.iter().filter(|o| of(o) == Some(Branch::Runs)).count();
        let maybe = self.open.len() - sure > self.rounds.len()
            || part.after == Joint::Or
            || part.after == Joint::And;
        let once = !maybe && self.rounds.is_empty();
        let mut rest = row.text;
        while let Some((name, value, more)) = assignment(rest) {
            match value.and_then(|v| self.value(v)).filter(|v| once && v.len() < MOST) {
                Some(value) => drop(self.vars.insert(name.to_owned(), value)),
                None => drop(self.vars.remove(name)),
            }
            rest = more;
        }
        if rest.len() < row.text.len() {
            return;
        }
        let elsewhere = self.is_elsewhere(row.text);
        let statement = Statement { maybe, elsewhere, ..Statement::plain(row) };
        match self.rounds.last_mut() {
            Some(rounds) => rounds.body.push(statement),
            None => found.push(statement),
        }
    }

    fn close(&mut self, what: Open, found: &mut Vec<Statement<'a>>) {
        let kind = std::mem::discriminant(&what);
        let same = |o: &Open| std::mem::discriminant(o) == kind;
        let Some(at) = self.open.iter().rposition(same) else { return };
        self.open.truncate(at);
        while self.rounds.len() > at {
            let Some(rounds) = self.rounds.pop() else { return };
            let told = rounds.all();
            self.rounds.last_mut().map_or(&mut *found, |outer| &mut outer.body).extend(told);
        }
    }

    /// Whether the only condition of a line holds, where all that it compares is known.
    fn holds(&self, text: &str) -> Option<bool> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if let ("true" | "false", true) = (text, self.alone) {
            return Some(text == "true");
        }
        let brackets = |open, close| text.strip_prefix(open)?.strip_suffix(close);
        let inner = brackets("[[ ", " ]]")
            .or_else(|| brackets("[ ", " ]"))
            .or_else(|| text.strip_prefix("test "))
            .filter(|_| self.alone)?;
        let mut words = Vec::new();
        let mut rest = inner.trim();
        while !rest.is_empty() {
            let (word, more) = one(rest);
            words.push(word);
            rest = more.trim_start();
        }
        let value = |word: &str| self.value(word).filter(|v| !v.contains(['*', '?']));
        let number = |word: &str| value(word)?.trim().parse::<i64>().ok();
        match words[..] {
            [one, "=" | "==", other] => Some(value(one)? == value(other)?),
            [one, "!=", other] => Some(value(one)? != value(other)?),
            [one, "-eq", other] => Some(number(one)? == number(other)?),
            [one, "-ne", other] => Some(number(one)? != number(other)?),
            ["-n", one] => Some(!value(one)?.is_empty()),
            ["-z", one] => Some(value(one)?.is_empty()),
            _ => None,
        }
    }

    /// The words that a loop goes through, where all are known.
    fn listed(&self, text: &str) -> Option<Vec<String>> {
        let mut words = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && !rest.starts_with('#') {
            let (word, more) = one(rest);
            let open = word.contains(['*', '?', '[', '{']) && !word.contains("${");
            let value = self.value(word).filter(|_| !open)?;
            if word.starts_with(['"', '\'']) {
                words.push(value);
            } else {
                words.extend(value.split_whitespace().map(str::to_owned));
            }
            rest = more.trim_start();
        }
        Some(words)
    }

    /// Whether a command leads to rules that are not here to be read.
    fn is_elsewhere(&self, text: &str) -> bool {
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let program = first.rsplit('/').next().unwrap_or(first);
        let file = words.next().is_some_and(|w| w.contains(['/', '.', '$']));
        match program {
            "." | "source" => file,
            "eval" => true,
            "iptables-restore" | "ip6tables-restore" => !text.contains("<<"),
            _ => self.functions.iter().any(|f| f == first),
        }
    }

    /// Whether a line is one that only a shell has.
    fn is_shell(&self, text: &str) -> bool {
        let first = text.split_whitespace().next().unwrap_or_default();
        let last = text.split_whitespace().next_back().unwrap_or_default();
        match first {
            "if" | "elif" => text.contains(" [ ") || text.contains("[["),
            "case" => last == "in",
            _ => function(text).is_some() || assignment(text).is_some() || self.is_elsewhere(text),
        }
    }

    fn runs_tables(&self, row: Row<'_>) -> bool {
        row.text.split_whitespace().any(|word| {
            let program = self.program(word);
            let program = program.rsplit('/').next().unwrap_or_default();
            program.starts_with("iptables") || program.starts_with("ip6tables") || program == "nft"
        })
    }

    /// The program that a word stands for: `$IPT` is what the script set it to.
    pub(crate) fn program(&self, word: &str) -> String {
        self.value(word).filter(|_| word.contains('$')).unwrap_or_else(|| word.to_owned())
    }

    /// A value as the shell would have it; `None` where it is not known.
    fn value(&self, text: &str) -> Option<String> {
        // Where a program lies is asked for in many ways; which one it is, its name says.
        for (before, after) in [("$(", ")"), ("`", "`")] {
            if let Some(inner) =
                text.trim_matches('"').strip_prefix(before).and_then(|t| t.strip_suffix(after))
            {
                let words: Vec<&str> = inner.split_whitespace().collect();
                return match words.as_slice() {
                    ["which", name] | ["command", "-v", name] | ["type", "-p", name] => {
                        Some((*name).to_owned())
                    }
                    _ => None,
                };
            }
        }
        let mut out = String::new();
        let mut quote = None;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(q), c) if c == q => quote = None,
                (None | Some('"'), '`') => return None,
                (None | Some('"'), '\\') => {
                    let next = rest.chars().nth(1)?;
                    out.push(next);
                    rest = &rest[1 + next.len_utf8()..];
                    continue;
                }
                (None | Some('"'), '$') => {
                    let (name, len) = variable(rest)?;
                    out += self.vars.get(name)?;
                    rest = &rest[len..];
                    if out.len() > MOST {
                        return None;
                    }
                    continue;
                }
                (_, c) => out.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        Some(out)
    }

    /// The words with their variables filled in. A word that holds one that is not known stays as it is.
    pub(crate) fn expand<'w>(&self, words: Vec<Word<'w>>) -> Vec<Word<'w>> {
        if self.vars.is_empty() && self.tunnel.is_none() {
            return words;
        }
        let mut out = Vec::with_capacity(words.len());
        for mut word in words {
            if let Some(name) = self.tunnel.as_ref().filter(|_| word.text.contains("%i")) {
                word.text = word.text.replace("%i", name).into();
            }
            let Some(text) = self.filled(&word.text).filter(|_| word.text.contains('$')) else {
                out.push(word);
                continue;
            };
            let part = |text: Cow<'w, str>| Word { text, ..word.clone() };
            if word.quoted {
                out.push(part(text.into()));
            } else {
                out.extend(text.split_whitespace().map(|t| part(t.to_owned().into())));
            }
        }
        out
    }

    /// A word without quotes, its variables filled in.
    fn filled(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out += &rest[..at];
            let (name, len) = variable(&rest[at..])?;
            out += self.vars.get(name)?;
            rest = &rest[at + len..];
            if out.len() > MOST {
                return None;
            }
        }
        Some(out + rest)
    }
}

impl<'a> Rounds<'a> {
    /// The commands of all rounds; once and as possible, where it may end before its last one.
    fn all(self) -> Vec<Statement<'a>> {
        if self.body.iter().any(|s| leaves(s.row))
            || self.words.len() * self.body.len() > MOST_ROUNDS
        {
            return self.body.into_iter().map(|s| Statement { maybe: true, ..s }).collect();
        }
        let round = |word: &String| {
            let own = (self.name.clone(), word.clone());
            let at = move |s: &Statement<'a>| {
                let round = s.round.iter().cloned().chain([own.clone()]).collect();
                Statement { round, ..s.clone() }
            };
            self.body.iter().map(at).collect::<Vec<_>>()
        };
        self.words.iter().flat_map(round).collect()
    }
}

/// Whether a command leaves a loop, or its round.
fn leaves(row: Row<'_>) -> bool {
    let first = row.text.split_whitespace().next();
    matches!(first, Some("break" | "continue" | "exit" | "return"))
}

/// Programs whose commands in a loop count with those of its rounds.
const OF_LOOPS: [&str; 7] = ["ip", "ipset", "sysctl", "echo", "route", "ifconfig", "brctl"];

/// Whether a line opens a loop or a branch, however its condition looks: what follows it says so.
fn opens(parts: &[Part<'_>], next: Option<Row<'_>>) -> bool {
    let first = |row: Row<'_>| row.text.split_whitespace().next().map(str::to_owned);
    let rows: Vec<Row<'_>> = parts.iter().map(|p| p.row).chain(next).collect();
    let waits =
        |at: usize, with: &str| rows[at + 1..].iter().any(|r| first(*r).as_deref() == Some(with));
    parts.iter().enumerate().any(|(at, part)| match first(part.row).as_deref() {
        Some("while" | "until" | "for" | "select") => waits(at, "do"),
        Some("if" | "elif") => waits(at, "then"),
        _ => false,
    })
}

mod line;
#[cfg(test)]
mod tests;
