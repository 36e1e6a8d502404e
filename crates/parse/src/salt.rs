//! States of Salt that make rules: `iptables.append` and its like. Each becomes the command that its module runs.

use crate::clean::{Clean, Row};
use crate::command::Command;
use crate::playbook::{Given, Task, column, plain, values};
use crate::word::Word;
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

/// Names that are no options, or whose options have other names.
const NAMES: [(&str, &str); 12] = [
    ("protocol", "-p"),
    ("proto", "-p"),
    ("if", "-i"),
    ("of", "-o"),
    ("source", "-s"),
    ("destination", "-d"),
    ("match", "-m"),
    ("jump", "-j"),
    ("connstate", "--state"),
    ("ctstate", "--ctstate"),
    ("dports", "--dports"),
    ("sports", "--sports"),
];

/// What a state says beside its rule.
const BESIDE: [&str; 10] =
    ["table", "chain", "family", "policy", "position", "save", "require", "watch", "name", "order"];

/// The verb of the function that a row calls.
fn verb(text: &str) -> Option<&'static str> {
    let name = text.strip_prefix("- ").unwrap_or(text).strip_suffix(':')?;
    VERBS.iter().find(|(of, _)| *of == name).map(|(_, verb)| *verb)
}

/// The command of the state whose function the first of the rows calls, and how many rows it has.
pub(crate) fn state<'a>(clean: &Clean, rows: &[Row<'a>]) -> Option<(Task<'a>, usize)> {
    let first = *rows.first()?;
    let verb = verb(first.text)?;
    let indent = column(clean, first);
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
    let one = |name: &str| {
        let found = given.iter().find(|g| g.name == name)?;
        Some((found.values.first()?.clone(), (found.row.start, found.row.end())))
    };
    let mut words: Vec<Word<'a>> = Vec::new();
    let whole = (first.start, first.end());
    let mut push = |text: &str, (start, end): (usize, usize)| {
        words.push(Word { text: text.to_owned().into(), start, end, quoted: false });
    };
    let table = one("table");
    if let Some((table, at)) = &table {
        push("-t", *at);
        push(table, *at);
    }
    push(verb, whole);
    let named = verb == "-N" || verb == "-X";
    let (chain, at) = one("chain").or_else(|| one("name").filter(|_| named))?;
    push(&chain, at);
    for (of, name) in [("-P", "policy"), ("-I", "position")] {
        if let Some((value, at)) = one(name).filter(|_| of == verb) {
            push(&value, at);
        }
    }
    if matches!(verb, "-A" | "-I" | "-D") {
        // Ports are tests of a protocol, which stands before them whatever the order of the names.
        let early = |g: &&Given<'_>| matches!(g.name, "protocol" | "proto" | "match");
        let rest = given.iter().filter(|g| !early(g) && g.name != "jump");
        let last = given.iter().filter(|g| g.name == "jump");
        for own in given.iter().filter(early).chain(rest).chain(last) {
            if BESIDE.contains(&own.name) || own.values.is_empty() {
                continue;
            }
            let at = if early(&own) { whole } else { (own.row.start, own.row.end()) };
            let named = |module: &&str| {
                given.iter().any(|g| g.name == "match" && g.values.iter().any(|v| v == module))
            };
            let module = match own.name {
                "dports" | "sports" => Some("multiport"),
                "connstate" => Some("state"),
                "ctstate" => Some("conntrack"),
                "comment" => Some("comment"),
                _ => None,
            };
            if let Some(module) = module.filter(|m| !named(m)) {
                push("-m", at);
                push(module, at);
            }
            let several = own.values.join(",");
            let bare = several.strip_prefix('!').map(str::trim_start);
            if bare.is_some() {
                push("!", at);
            }
            let option = NAMES.iter().find(|(name, _)| *name == own.name);
            match option {
                Some((_, option)) => push(option, at),
                None => push(&["--", own.name].concat(), at),
            }
            push(bare.unwrap_or(&several), at);
        }
    }
    let six = one("family").is_some_and(|(f, _)| f == "ipv6");
    let command = Command {
        name: first.text,
        table: table.map(|(table, _)| table),
        family: Some(if six { Family::Ip6 } else { Family::Ip }),
        backend: None,
        changes: true,
        arguments: first,
        words,
        inside: None,
        stays: false,
    };
    Some((Task::Runs(vec![command], None), taken))
}
