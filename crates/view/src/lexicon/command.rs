//! The words of a command of iptables, and of a line of `iptables-save`.

use super::table::{EntryId, chain, entry};
use super::tokens::{by_blanks, by_commas};
use super::values::{kind_behind, value};
use super::word::Found;

/// Whether a token is a long option.
pub(crate) fn is_long(token: &str) -> bool {
    token.len() > 3 && token.starts_with("--") && token.as_bytes()[2].is_ascii_alphabetic()
}

/// The words of a line.
pub(crate) fn words(line: &str) -> Vec<Found> {
    let tokens = by_blanks(line);
    let text = |at: usize| tokens.get(at).map(|t| &line[t.clone()]);
    let mut out: Vec<Found> = Vec::new();
    // The extensions that were loaded, whose options may follow.
    let mut scope: Vec<&str> = Vec::new();
    let mut kind = None;
    let mut at = 0;
    while let Some(token) = text(at) {
        let here = tokens[at].clone();
        let option = token.split('=').next().unwrap_or(token);
        let own = here.start..here.start + option.len();
        at += 1;
        if token == "!" {
            out.extend(entry("!").map(|e| (here, e)));
            continue;
        }
        if let Some(name) = token.strip_prefix(':').filter(|_| at == 1) {
            let end = here.start + 1 + name.len();
            out.extend(chain(name, true).map(|e| (here.start + 1..end, e)));
            out.extend(policy(text(at)).map(|e| (tokens[at].clone(), e)));
            break;
        }
        if let Some(name) = token.strip_prefix('*').filter(|_| at == 1) {
            out.extend(entry(&["table ", name].concat()).map(|e| (here, e)));
            break;
        }
        if !token.starts_with('-') || token.len() < 2 {
            for part in kind.map(|_| by_commas(line, &here)).unwrap_or_default() {
                let found = kind.and_then(|kind| value(kind, &line[part.clone()]));
                out.extend(found.map(|e| (part, e)));
            }
            continue;
        }
        kind = None;
        let next = text(at).filter(|next| !next.starts_with('-'));
        match (option, next) {
            ("-m" | "--match", Some(name)) => {
                let key = ["-m ", name].concat();
                out.extend(entry(&key).map(|e| (here.start..tokens[at].end, e)));
                scope.push(name);
                at += 1;
            }
            ("-j" | "--jump" | "-g" | "--goto", Some(name)) => {
                if let Some(e) = target(name) {
                    out.push((here.start..tokens[at].end, e));
                } else {
                    let goes = if matches!(option, "-g" | "--goto") { "-g" } else { "jump" };
                    out.extend(entry(goes).map(|e| (here, e)));
                    out.extend(chain(name, true).map(|e| (tokens[at].clone(), e)));
                }
                scope.push(name);
                at += 1;
            }
            (
                "-A" | "-I" | "-D" | "-R" | "-P" | "-N" | "-X" | "-F" | "-Z" | "--append"
                | "--insert" | "--delete" | "--replace" | "--policy" | "--new-chain"
                | "--delete-chain" | "--flush" | "--zero",
                next,
            ) => {
                out.extend(entry(option).map(|e| (here, e)));
                if let Some(name) = next {
                    out.extend(chain(name, true).map(|e| (tokens[at].clone(), e)));
                    at += 1;
                    if matches!(option, "-P" | "--policy") {
                        out.extend(policy(text(at)).map(|e| (tokens[at].clone(), e)));
                        at += 1;
                    }
                }
            }
            ("-t" | "--table", Some(name)) => {
                out.extend(entry("-t").map(|e| (here, e)));
                let named = entry(&["table ", name].concat());
                out.extend(named.map(|e| (tokens[at].clone(), e)));
                at += 1;
            }
            _ => {
                let Some(found) = of_option(&scope, option) else { continue };
                if let ("-p" | "--protocol" | "--proto", Some(name)) = (option, next) {
                    scope.push(if name == "ipv6-icmp" || name == "icmpv6" {
                        "icmp6"
                    } else {
                        name
                    });
                }
                kind = kind_behind(found);
                if kind == Some("icmp") && scope.contains(&"icmp6") {
                    kind = Some("icmp6");
                }
                out.push((own, found));
            }
        }
    }
    out
}

/// An option, by the extensions that may have it: the last one first.
fn of_option(scope: &[&str], option: &str) -> Option<EntryId> {
    let of = |module: &&&str| entry(&[module, " ", option].concat());
    scope.iter().rev().find_map(|m| of(&m)).or_else(|| entry(option))
}

/// A target that is no chain.
pub(crate) fn target(name: &str) -> Option<EntryId> {
    entry(&["-j ", name].concat())
}

/// A policy, and not the `-` of a chain of one's own.
fn policy(word: Option<&str>) -> Option<EntryId> {
    word.filter(|word| matches!(*word, "ACCEPT" | "DROP")).and_then(|_| entry("-P"))
}
