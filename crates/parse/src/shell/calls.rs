//! Functions of a script: what is noted of their bodies, and what they do where they are called.

use super::arithmetic::MOST_ROUNDS;
use super::line::{Part, function, one};
use super::{Open, Shell, Statement};

/// So deep may functions call each other.
const MOST_CALLS: usize = 8;

/// The names of what is given to a function, one by one: `1` to `9`.
fn positional() -> impl Iterator<Item = String> {
    (1..10_u32).map(|n| n.to_string())
}

/// All names that tell what is given to a function.
fn given_names() -> impl Iterator<Item = String> {
    positional().chain(["#", "@", "*"].map(str::to_owned))
}

impl<'a> Shell<'a> {
    /// Notes the commands of a line within the body of a function. What follows its end runs.
    pub(super) fn body(&mut self, parts: Vec<Part<'a>>) -> Vec<Statement<'a>> {
        let mut found = Vec::new();
        for part in parts {
            let Some((function, depth)) = &mut self.defining else {
                self.part(part, &mut found);
                continue;
            };
            let first = part.row.text.split([' ', '\t', ';']).next().unwrap_or_default();
            match first {
                "}" if *depth == 0 => {
                    if let Some((function, _)) = self.defining.take() {
                        self.functions.insert(function.name.clone(), function);
                    }
                    continue;
                }
                "}" => *depth -= 1,
                "{" if function.body.is_empty() && part.row.text == "{" && *depth == 0 => {
                    // The brace that opens it may stand in the next line.
                    continue;
                }
                "{" => *depth += 1,
                _ if self::function(part.row.text).is_some() && part.row.text.contains('{') => {
                    *depth += 1;
                }
                _ => {}
            }
            function.body.push(part);
        }
        found
    }

    /// Tells a command, or what the function does that it calls.
    pub(super) fn tell(&mut self, statement: Statement<'a>, found: &mut Vec<Statement<'a>>) {
        let mut words = statement.row.text.split_whitespace();
        let name = words.next().unwrap_or_default();
        let Some(function) = self.functions.get_mut(name) else {
            found.push(statement);
            return;
        };
        function.used = true;
        let body = function.body.clone();
        if self.depth == MOST_CALLS || found.len() > MOST_ROUNDS {
            found.push(Statement { elsewhere: true, ..statement });
            return;
        }
        let given = statement.row.text[name.len()..].trim();
        self.run(&body, given, &statement.round, statement.maybe, found);
        self.called = true;
    }

    /// What the commands of a body do, with what was given to the function behind its name.
    pub(super) fn run(
        &mut self,
        body: &[Part<'a>],
        given: &str,
        round: &[(String, String)],
        maybe: bool,
        found: &mut Vec<Statement<'a>>,
    ) {
        let before: Vec<_> =
            round.iter().map(|(n, _)| (n.clone(), self.vars.get(n).cloned())).collect();
        self.vars.extend(round.iter().cloned());
        let mut values: Vec<Option<String>> = Vec::new();
        let mut rest = given;
        while !rest.is_empty() {
            let (word, more) = one(rest);
            if word.starts_with(['>', '<', '&', '|', '2']) && word.contains(['>', '<', '&', '|']) {
                break;
            }
            values.push(self.value(word));
            rest = more.trim_start();
        }
        let all: Option<Vec<String>> = values.iter().cloned().collect();
        let count = all.as_ref().map(|all| all.len().to_string());
        let numbered = positional().zip(values);
        let mut own: Vec<(String, Option<String>)> = numbered.collect();
        own.push(("#".into(), count));
        let all = all.map(|all| all.join(" "));
        own.extend([("@".into(), all.clone()), ("*".into(), all)]);
        let outer: Vec<_> = given_names()
            .map(|name| {
                let value = self.vars.remove(&name);
                (name, value)
            })
            .collect();
        let bound = self.bound.len();
        self.bound.extend(round.iter().map(|(name, _)| name.clone()));
        for (name, value) in own {
            self.bound.push(name.clone());
            self.vars.extend(value.map(|v| (name, v)));
        }
        let within = std::mem::take(&mut self.within);
        let state = (std::mem::take(&mut self.open), std::mem::take(&mut self.rounds), self.alone);
        self.open.extend(maybe.then_some(Open::Body));
        self.alone = true;
        self.depth += 1;
        for part in body {
            self.part(*part, found);
            if std::mem::take(&mut self.returned) {
                break;
            }
        }
        self.depth -= 1;
        self.forget(0);
        self.within = within;
        (self.open, self.rounds, self.alone) = state;
        self.bound.truncate(bound);
        for (name, value) in outer.into_iter().chain(before) {
            match value {
                Some(value) => drop(self.vars.insert(name, value)),
                None => drop(self.vars.remove(&name)),
            }
        }
    }

    /// `shift`: what was given goes on without its first words; `None` where it is not known how many.
    pub(super) fn shift(&mut self, by: Option<usize>) {
        let all = self.vars.get("@").cloned();
        let known: Vec<Option<String>> = match &all {
            Some(all) => all.split_whitespace().map(|w| Some(w.to_owned())).collect(),
            None => positional().map(|name| self.vars.get(&name).cloned()).collect(),
        };
        for name in given_names() {
            self.vars.remove(&name);
        }
        let Some(by) = by else { return };
        let left: Vec<Option<String>> = known.into_iter().skip(by).collect();
        if all.is_some() {
            let joined: Vec<&str> = left.iter().flatten().map(String::as_str).collect();
            let (count, joined) = (joined.len().to_string(), joined.join(" "));
            self.vars.extend([
                ("#".into(), count),
                ("@".into(), joined.clone()),
                ("*".into(), joined),
            ]);
        }
        for (name, value) in positional().zip(left) {
            self.vars.extend(value.map(|v| (name, v)));
        }
    }

    /// What is set within the functions that are being called.
    pub(super) fn scope(&self) -> Vec<(String, String)> {
        let known = |name: &String| Some((name.clone(), self.vars.get(name)?.clone()));
        self.bound.iter().filter_map(known).collect()
    }
}
