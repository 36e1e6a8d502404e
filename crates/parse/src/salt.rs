//! States of Salt that make rules: `iptables.append` and its like. Each becomes the command that its module runs.

use crate::clean::{Clean, Row};
use crate::command::Command;
use crate::playbook::{Given, Task, Typed, column, plain, values};
use chainwalk_model::Family;

/// What the functions of the module do to a chain.
const VERBS: [(&str, &str); 7] = [
    ("iptables.append", "-A"),
    ("iptables.insert", "-I"),
    ("iptables.delete", "-D"),
    ("iptables.set_policy", "-P"),
    ("iptables.flush", "-F"),
    ("iptables.chain_present", "-N"),
    ("iptables.chain_absent", "-X"),
];

/// Names whose options have other ones; the option of any other is it behind two hyphens.
const NAMES: [(&str, &str); 9] = [
    ("protocol", "-p"),
    ("proto", "-p"),
    ("if", "-i"),
    ("of", "-o"),
    ("source", "-s"),
    ("destination", "-d"),
    ("match", "-m"),
    ("jump", "-j"),
    ("connstate", "--state"),
];

/// What a state says beside its rule.
const BESIDE: [&str; 10] =
    ["table", "chain", "family", "policy", "position", "save", "require", "watch", "name", "order"];

/// The verb of the function that a row calls.
fn verb(text: &str) -> Option<&'static str> {
    let name = text.strip_prefix("- ").unwrap_or(text).strip_suffix(':')?;
    VERBS.iter().find(|(of, _)| *of == name).map(|(_, verb)| *verb)
}

/// Tests that a match of their own has to be loaded for.
const MODULES: [(&str, &str); 5] = [
    ("dports", "multiport"),
    ("sports", "multiport"),
    ("connstate", "state"),
    ("ctstate", "conntrack"),
    ("comment", "comment"),
];

/// The command of the state whose function the first of the rows calls, and how many rows it has.
pub(crate) fn state<'a>(clean: &Clean, rows: &[Row<'a>]) -> Option<(Task<'a>, usize)> {
    let first = *rows.first()?;
    let verb = verb(first.text)?;
    let (given, taken) = given(clean, rows)?;
    Some((Task::Runs(vec![command(first, verb, &given)?], None), taken))
}

/// What a state gives its function, and how many rows it has.
fn given<'a>(clean: &Clean, rows: &[Row<'a>]) -> Option<(Vec<Given<'a>>, usize)> {
    let indent = column(clean, *rows.first()?);
    let mut given: Vec<Given<'a>> = Vec::new();
    let mut edge = None;
    let mut taken = 1;
    for row in &rows[1..] {
        let at = column(clean, *row);
        if !row.text.is_empty() && (at < indent || at == indent && !row.text.starts_with("- ")) {
            break;
        }
        taken += 1;
        let Some(item) = row.text.strip_prefix("- ") else { continue };
        if at > *edge.get_or_insert(at) {
            // `- 80` below `- dports:`.
            if let Some(last) = given.last_mut() {
                last.values.push(plain(item).to_owned());
            }
            continue;
        }
        let (name, value) = item.split_once(':')?;
        let values = if value.trim().is_empty() { Vec::new() } else { values(value) };
        given.push(Given { name, values, row: *row });
    }
    while taken > 1 && rows[taken - 1].text.is_empty() {
        taken -= 1;
    }
    Some((given, taken))
}

/// The command that a function runs.
fn command<'a>(first: Row<'a>, verb: &str, given: &[Given<'a>]) -> Option<Command<'a>> {
    let place = |row: Row<'_>| (row.start, row.end());
    let one = |name: &str| {
        let found = given.iter().find(|g| g.name == name)?;
        Some((found.values.first()?.clone(), place(found.row)))
    };
    let mut typed = Typed::default();
    let table = one("table");
    if let Some((table, at)) = &table {
        typed.push("-t", *at);
        typed.push(table, *at);
    }
    typed.push(verb, place(first));
    let named = verb == "-N" || verb == "-X";
    let (chain, at) = one("chain").or_else(|| one("name").filter(|_| named))?;
    typed.push(&chain, at);
    for (of, name) in [("-P", "policy"), ("-I", "position")] {
        if let Some((value, at)) = one(name).filter(|_| of == verb) {
            typed.push(&value, at);
        }
    }
    if matches!(verb, "-A" | "-I" | "-D") {
        rule(&mut typed, place(first), given);
    }
    let six = one("family").is_some_and(|(f, _)| f == "ipv6");
    let family = if six { Family::Ip6 } else { Family::Ip };
    Some(typed.command(first, table.map(|(table, _)| table), family))
}

/// The tests and the target of a rule. Ports are tests of a protocol, which stands before them whatever the order of the
/// names, at the place of all.
fn rule(typed: &mut Typed<'_>, whole: (usize, usize), given: &[Given<'_>]) {
    let early = |g: &&Given<'_>| matches!(g.name, "protocol" | "proto" | "match");
    let loads = |module: &str| {
        given.iter().any(|g| g.name == "match" && g.values.iter().any(|v| v == module))
    };
    let rest = given.iter().filter(|g| !early(g) && g.name != "jump");
    let last = given.iter().filter(|g| g.name == "jump");
    for own in given.iter().filter(early).chain(rest).chain(last) {
        if BESIDE.contains(&own.name) || own.values.is_empty() {
            continue;
        }
        let at = if early(&own) { whole } else { (own.row.start, own.row.end()) };
        let module = MODULES.iter().find(|(name, _)| *name == own.name).map(|(_, module)| *module);
        if let Some(module) = module.filter(|m| !loads(m)) {
            typed.load(module, at);
        }
        let option = NAMES.iter().find(|(name, _)| *name == own.name);
        let option = option.map_or_else(|| ["--", own.name].concat(), |(_, o)| (*o).to_owned());
        typed.test(&option, &own.values.join(","), at);
    }
}
