//! As much of a shell as scripts of `iptables …` commands need: variables that the script sets itself, and which
//! commands stand under a condition.
//!
//! Nothing is run: what a loop or a branch does is marked as possible, never as done. Two things are exceptions:
//! a loop over words that the script spells out has the commands of its rounds, one after the other; and a branch whose
//! condition compares what the script sets itself runs or does not. What a function does stands where it is called; one that is
//! never called may be called from elsewhere.

mod arithmetic;
mod calls;
mod line;
mod vars;

use crate::clean::Row;
use arithmetic::{Counts, MOST_ROUNDS, series, stepped};
use chainwalk_model::Order;
use line::{
    Joint, Part, asks_for_rule, assignment, fed, first_word, function, is_elsewhere, is_shell,
    label, leaves, one, opens, split,
};
use std::collections::{HashMap, HashSet};

/// The state of a script as far as its lines were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shell<'a> {
    vars: HashMap<String, String>,
    /// What was set to something that nobody knows.
    lost: HashSet<String>,
    /// What was set within a branch that may not run, and how many were open there: behind it nobody knows.
    within: Vec<(usize, String)>,
    /// The loops, branches and functions that are open, by the word that opened each.
    open: Vec<Open>,
    /// The outermost of them, as far as they are loops over known words.
    rounds: Vec<Rounds<'a>>,
    /// The functions that were defined.
    functions: HashMap<String, Function<'a>>,
    /// The function whose body is being read, and how many braces are open in it.
    defining: Option<(Function<'a>, usize)>,
    /// What the functions that are being called have set, from the outermost on.
    bound: Vec<String>,
    /// How many functions are being called.
    depth: usize,
    /// Whether the function being called has come to its end.
    returned: bool,
    /// Whether the command before called a function.
    called: bool,
    /// Whether the line at hand has a condition that no other is joined to.
    alone: bool,
    /// The interface that `%i` stands for, in the commands of a tunnel's file.
    tunnel: Option<String>,
    /// The lines that the loop reads which ends at the line at hand.
    given: Option<Vec<String>>,
}

/// A function, with the commands of its body.
#[derive(Clone, Debug)]
struct Function<'a> {
    name: String,
    body: Vec<Part<'a>>,
    /// Whether the script calls it somewhere, in a branch that does not run too.
    used: bool,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// A loop, and whether its words are known.
    Loop(bool),
    If(Branch),
    /// A `case`, and what is known of the branch at hand.
    Case(Branch),
    /// The body of a function that may be called.
    Body,
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

/// A loop over words that are known, or will be at its end, and what stands in it so far.
#[derive(Clone, Debug)]
struct Rounds<'a> {
    over: Over,
    words: Vec<String>,
    body: Vec<Statement<'a>>,
}

/// What a round of a loop sets.
#[derive(Clone, Debug)]
enum Over {
    /// A word.
    Word(String),
    /// The pieces of a line, parted by a sign or by blanks. Which lines it reads its end tells.
    Line(Vec<String>, Option<char>),
    /// Numbers, up to one that its condition names.
    Count(Counts),
    /// Nobody knows what.
    Nobody,
}

impl Over {
    /// The variables of a round, by its word or line.
    fn round(&self, text: &str) -> Vec<(String, String)> {
        match self {
            Self::Word(name) | Self::Count(Counts { name, .. }) => {
                vec![(name.clone(), text.to_owned())]
            }
            Self::Nobody => Vec::new(),
            Self::Line(names, sign) => {
                let mut rest = text.trim();
                let set = |(n, name): (usize, &String)| {
                    let parts = match sign {
                        Some(sign) => rest.split_once(*sign),
                        None => rest.split_once(char::is_whitespace),
                    };
                    // The last one takes what is left.
                    let (piece, more) = parts.filter(|_| n + 1 < names.len()).unwrap_or((rest, ""));
                    rest = more.trim_start();
                    (name.clone(), piece.trim().to_owned())
                };
                names.iter().enumerate().map(set).collect()
            }
        }
    }

    /// `while read a b`, `while IFS=, read -r a b`.
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().peekable();
        let mut sign = None;
        while let Some(ifs) = words.peek().and_then(|w| w.strip_prefix("IFS=")) {
            sign = ifs.trim_matches(['"', '\'', '$']).chars().next();
            words.next();
        }
        (words.next() == Some("read")).then_some(())?;
        let names = words.filter(|w| !w.starts_with('-')).map(|w| w.trim_end_matches(';'));
        let names: Vec<String> = names.filter(|w| !w.is_empty()).map(str::to_owned).collect();
        let plain = |n: &String| n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        (!names.is_empty() && names.iter().all(plain)).then_some(Self::Line(names, sign))
    }
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

/// Functions that an init system calls as a service starts, and as it stops; and those beside them.
const STARTS: [&str; 3] = ["start", "start_service", "up"];
const STOPS: [&str; 3] = ["stop", "stop_service", "down"];
const AROUND: [&str; 5] = ["restart", "reload", "status", "depend", "panic"];

/// The commands of a line.
pub(crate) fn commands_of(row: Row<'_>) -> impl Iterator<Item = Row<'_>> {
    split(row).into_iter().map(|part| part.row)
}

/// How long a value may grow by what it holds of others.
const MOST: usize = 4096;

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
        if self.defining.is_some() {
            return Some(self.body(parts));
        }
        let inside = !self.open.is_empty();
        let word = row.text.split([' ', ';', '\t']).next().unwrap_or_default();
        let is_shell = parts.iter().any(|p| is_shell(p.row.text) || self.calls(p.row))
            || opens(&parts, next)
            || (inside || parts.len() > 1) && parts.iter().any(|p| self.runs_tables(p.row))
            || !self.rounds.is_empty()
                && (OF_LOOPS.contains(&word) || parts.iter().any(|p| leaves(p.row)))
            || inside && (word == "let" || word.starts_with("(("))
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

    /// Gives the loop that ends at the next line the lines that it reads.
    pub(crate) fn give(&mut self, lines: Vec<String>) {
        self.given = Some(lines);
    }

    /// Whether a loop is open that reads lines.
    pub(crate) fn reads(&self) -> bool {
        self.rounds.last().is_some_and(|r| matches!(r.over, Over::Line(..)))
    }

    /// Whether a loop, a branch or a function is open that may not run.
    pub(crate) fn is_inside(&self) -> bool {
        self.defining.is_some() || !self.open.iter().all(|o| o.runs())
    }

    /// The text ended in which the lines stood: what was open there is no more. What stands in loops that nothing ended may
    /// run.
    pub(crate) fn close_all(&mut self) -> Vec<Statement<'a>> {
        self.open.clear();
        self.forget(0);
        let bodies = std::mem::take(&mut self.rounds).into_iter().flat_map(|r| r.body);
        let mut found: Vec<_> = bodies.map(|s| Statement { maybe: true, ..s }).collect();
        let open = self.defining.take().map(|(function, _)| function);
        let functions = std::mem::take(&mut self.functions).into_values().chain(open);
        // What a script does as it ends is not done while what it made is asked about.
        let ends =
            |f: &Function<'_>| ["cleanup", "clean_up", "on_exit", "teardown"].contains(&&*f.name);
        let mut functions: Vec<_> = functions.filter(|f| !f.used && !ends(f)).collect();
        functions.order_by_key(|f| f.body.first().map(|part| part.row.start));
        let has = |names: &[&str]| functions.iter().any(|f| names.contains(&&*f.name));
        // What an init system calls: the service is started, and not stopped.
        let service = has(&STARTS) && has(&STOPS);
        for function in functions {
            let name = &*function.name;
            let maybe = !(service && STARTS.contains(&name));
            if !(service && (STOPS.contains(&name) || AROUND.contains(&name))) {
                self.run(&function.body, "", &[], maybe, &mut found);
            }
        }
        found
    }

    /// The shell in a round of a loop, as far as words are filled in there.
    pub(crate) fn in_round(&self, round: &[(String, String)]) -> Self {
        let mut vars = self.vars.clone();
        vars.extend(round.iter().cloned());
        let (lost, tunnel) = (self.lost.clone(), self.tunnel.clone());
        Self { vars, lost, tunnel, ..Self::default() }
    }

    /// What a loop goes through, and the words of its rounds where these stand in it. `None` where nobody can tell.
    fn goes_over(&mut self, word: &str, text: &str) -> Option<(Over, Vec<String>)> {
        match word {
            "for" => {
                let list = text.trim().split_once(" in ");
                let list = list.and_then(|(name, words)| Some((name.trim(), self.listed(words)?)));
                let list = list.map(|(name, words)| (name.to_owned(), words));
                list.or_else(|| stepped(text)).map(|(name, words)| (Over::Word(name), words))
            }
            "while" | "until" => {
                let read = Over::read(text).filter(|_| word == "while");
                Some((read.unwrap_or_else(|| self.counting(word, text)), Vec::new()))
            }
            _ => None,
        }
    }

    /// The numbers that a loop counts through by its condition. What its body sets is known at its end alone.
    fn counting(&mut self, word: &str, condition: &str) -> Over {
        let Some(counts) = Counts::of(word, condition, &|name| self.number(name)) else {
            return Over::Nobody;
        };
        self.vars.remove(&counts.name);
        self.lost.insert(counts.name.clone());
        Over::Count(counts)
    }

    fn part(&mut self, part: Part<'a>, found: &mut Vec<Statement<'a>>) {
        if self.defining.is_some() {
            let behind = self.body(vec![part]);
            found.extend(behind);
            return;
        }
        let called = std::mem::take(&mut self.called);
        // What a function did is no condition either.
        let after = if called && part.after == Joint::And { Joint::Line } else { part.after };
        let part = Part { after, ..part };
        let mut row = fed(part.row);
        loop {
            row = row.trim();
            let first = row.text.split_whitespace().next().unwrap_or_default();
            let behind = row.skip(first.len());
            match first {
                "for" | "while" | "until" | "select" => {
                    let sure = self.unsure() == 0 && part.after == Joint::Line;
                    let over = sure.then(|| self.goes_over(first, behind.text)).flatten();
                    let known = over.is_some();
                    let rounds = |(over, words)| Rounds { over, words, body: Vec::new() };
                    self.rounds.extend(over.map(rounds));
                    self.open.push(Open::Loop(known));
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
                    self.forget(self.open.len().saturating_sub(1));
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
                "done" => {
                    if let Some(text) = behind.text.trim().strip_prefix("<<<") {
                        let value = self.value(text.trim());
                        self.given = value.map(|v| v.lines().map(str::to_owned).collect());
                    }
                    return self.close(Open::Loop(false), found);
                }
                "fi" => return self.close(Open::If(Branch::Open), found),
                "esac" => return self.close(Open::Case(Branch::Open), found),
                "}" | "};" => return,
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
            self.forget(self.open.len() - 1);
            let at = row.text.len() - rest.len();
            return self.part(Part { row: row.skip(at), after: Joint::Line }, found);
        }
        if let Some(name) = function(row.text) {
            let function = Function { name: name.to_owned(), body: Vec::new(), used: false };
            self.defining = Some((function, 0));
            if let Some((_, body)) = row.text.split_once('{').filter(|(_, b)| !b.trim().is_empty())
            {
                let at = row.text.len() - body.len();
                let behind = self.body(vec![Part { row: row.skip(at).trim(), after: Joint::Line }]);
                found.extend(behind);
            }
            return;
        }
        if self.open.iter().any(|o| matches!(o.branch(), Some(Branch::Not | Branch::Past))) {
            if let Some(function) = self.functions.get_mut(first_word(row)) {
                function.used = true;
            }
            return;
        }
        let maybe = self.unsure() > 0 || part.after == Joint::Or || part.after == Joint::And;
        if let Some(Rounds { over: Over::Count(counts), body, .. }) = self.rounds.last_mut()
            && !maybe
            && counts.goes_on(row.text, body.len())
        {
            return;
        }
        let once = !maybe && self.rounds.is_empty();
        let mut rest = row.text;
        while let Some((name, value, more)) = assignment(rest) {
            if self.depth > 0 {
                self.bound.push(name.to_owned());
            }
            let branch = self.rounds.is_empty()
                && part.after == Joint::Line
                && !self.open.iter().any(|o| matches!(o, Open::Loop(_)));
            let known = value.and_then(|v| self.value(v)).filter(|v| v.len() < MOST);
            if let Some(value) = known.filter(|_| once || branch) {
                if !once {
                    self.within.push((self.open.len(), name.to_owned()));
                }
                self.vars.insert(name.to_owned(), value);
            } else {
                self.vars.remove(name);
                self.lost.insert(name.to_owned());
            }
            rest = more;
        }
        if rest.len() < row.text.len() {
            return;
        }
        if self.depth > 0 && !maybe && matches!(first_word(row), "return" | "exit") {
            self.returned = true;
            return;
        }
        if self.depth > 0 && first_word(row) == "shift" {
            let by = row.text.split_whitespace().nth(1).map_or(Some(1), |n| n.parse().ok());
            self.shift(by.filter(|_| once));
            return;
        }
        let elsewhere = is_elsewhere(row.text);
        let statement = Statement { row, maybe, elsewhere, round: self.scope() };
        match self.rounds.last_mut() {
            Some(rounds) => rounds.body.push(statement),
            None => self.tell(statement, found),
        }
    }

    /// What was set where more were open than so many is no longer known.
    fn forget(&mut self, depth: usize) {
        while let Some((_, name)) = self.within.pop_if(|(at, _)| *at > depth) {
            self.vars.remove(&name);
        }
    }

    /// How many are open of which it is not known whether they run.
    fn unsure(&self) -> usize {
        self.open.iter().filter(|o| !o.runs() && **o != Open::Loop(true)).count()
    }

    fn close(&mut self, what: Open, found: &mut Vec<Statement<'a>>) {
        let kind = std::mem::discriminant(&what);
        let same = |o: &Open| std::mem::discriminant(o) == kind;
        let Some(at) = self.open.iter().rposition(same) else { return };
        self.open.truncate(at);
        self.forget(at);
        let left = self.open.iter().filter(|o| **o == Open::Loop(true)).count();
        while self.rounds.len() > left {
            let Some(rounds) = self.rounds.pop() else { return };
            let told = rounds.all(self.given.take());
            match self.rounds.last_mut() {
                Some(outer) => outer.body.extend(told),
                None => told.into_iter().for_each(|s| self.tell(s, found)),
            }
        }
    }

    /// Whether the only condition of a line holds, where all that it compares is known.
    fn holds(&self, text: &str) -> Option<bool> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if let ("true" | "false", true) = (text, self.alone) {
            return Some(text == "true");
        }
        // What is put in where it is missing is there behind it, whichever it was.
        if self.alone && text.strip_prefix("! ").is_some_and(asks_for_rule) {
            return Some(true);
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

    /// Whether a command calls a function of the script.
    fn calls(&self, row: Row<'_>) -> bool {
        self.functions.contains_key(first_word(row))
    }

    fn runs_tables(&self, row: Row<'_>) -> bool {
        row.text.split_whitespace().any(|word| {
            let program = self.program(word);
            let program = program.rsplit('/').next().unwrap_or_default();
            program.starts_with("iptables") || program.starts_with("ip6tables") || program == "nft"
        })
    }
}

impl<'a> Rounds<'a> {
    /// The commands of all rounds; once and as possible, where it may end before its last one, or nobody knows what it reads.
    fn all(mut self, given: Option<Vec<String>>) -> Vec<Statement<'a>> {
        let reads = matches!(self.over, Over::Line(..));
        let mut unknown = reads && given.is_none() || matches!(self.over, Over::Nobody);
        if let Over::Count(counts) = &self.over {
            let numbers = counts.rounds(self.body.len());
            match numbers.and_then(|(first, last, step)| series(first, last, step, 0)) {
                Some(words) => self.words = words,
                None => unknown = true,
            }
        }
        if let Some(lines) = given.filter(|_| reads) {
            self.words = lines;
        }
        if unknown
            || self.body.iter().any(|s| leaves(s.row))
            || self.words.len() * self.body.len() > MOST_ROUNDS
        {
            return self.body.into_iter().map(|s| Statement { maybe: true, ..s }).collect();
        }
        let round = |word: &String| {
            let own = self.over.round(word);
            let at = move |s: &Statement<'a>| {
                let round = s.round.iter().cloned().chain(own.clone()).collect();
                Statement { round, ..s.clone() }
            };
            self.body.iter().map(at).collect::<Vec<_>>()
        };
        self.words.iter().flat_map(round).collect()
    }
}

impl Open {
    fn branch(self) -> Option<Branch> {
        match self {
            Self::If(branch) | Self::Case(branch) => Some(branch),
            Self::Loop(_) | Self::Body => None,
        }
    }

    fn runs(self) -> bool {
        self.branch() == Some(Branch::Runs)
    }
}

/// Programs whose commands in a loop count with those of its rounds.
const OF_LOOPS: [&str; 7] = ["ip", "ipset", "sysctl", "echo", "route", "ifconfig", "brctl"];

#[cfg(test)]
mod tests;
