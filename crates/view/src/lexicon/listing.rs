//! The words of a line that `iptables -L` printed.

use super::command::target;
use super::table::{EntryId, chain, entry};
use super::tokens::{by_blanks, by_commas};
use super::values::{kind_behind, value};
use super::word::Found;
use std::ops::Range;

/// Whether a line is one by its own: a heading, or a rule with its columns.
pub(crate) fn is_line(line: &str) -> bool {
    let tokens: Vec<&str> = line.split_whitespace().collect();
    is_chain(&tokens) || is_columns(&tokens) || Rule::of(line, &by_blanks(line)).is_some()
}

fn is_chain(tokens: &[&str]) -> bool {
    tokens.len() > 2 && tokens[0] == "Chain" && tokens[2].starts_with('(')
}

fn is_columns(tokens: &[&str]) -> bool {
    tokens.contains(&"target") && tokens.contains(&"prot")
}

/// The words of a line.
pub(crate) fn words(line: &str) -> Vec<Found> {
    let tokens = by_blanks(line);
    let texts: Vec<&str> = tokens.iter().map(|t| &line[t.clone()]).collect();
    let listed = |word: &str| entry(&["list ", word].concat());
    let mut out = Vec::new();
    if is_columns(&texts) {
        return tokens.into_iter().filter_map(|t| Some((t.clone(), listed(&line[t])?))).collect();
    }
    if is_chain(&texts) {
        out.extend(chain(texts[1], true).map(|e| (tokens[1].clone(), e)));
        let opened = tokens[2].start + 1..tokens[2].end;
        match (texts[2], texts.get(3)) {
            ("(policy", Some(policy)) => {
                out.extend(listed("policy").map(|e| (opened, e)));
                let bare = policy.trim_end_matches(')');
                let at = tokens[3].start..tokens[3].start + bare.len();
                out.extend(target(bare).map(|e| (at, e)));
            }
            (_, Some(references)) => {
                let bare = references.trim_end_matches(')');
                let at = tokens[3].start..tokens[3].start + bare.len();
                out.extend(listed(bare).map(|e| (at, e)));
            }
            _ => {}
        }
        return out;
    }
    let Some(rule) = Rule::of(line, &tokens) else { return out };
    if let Some(at) = rule.target {
        let (at, name) = (tokens[at].clone(), texts[at]);
        out.extend(target(name).or_else(|| chain(name, true)).map(|e| (at, e)));
    }
    let protocol = tokens[rule.prot].clone();
    let kind = value("proto", texts[rule.prot]);
    out.extend(kind.map(|e| (protocol, e)));
    let is_six = matches!(texts[rule.prot], "58" | "ipv6-icmp" | "icmpv6");
    out.extend(extras(line, &tokens, rule.extras, is_six));
    out
}

/// Where the columns of a rule stand.
struct Rule {
    target: Option<usize>,
    prot: usize,
    /// The first token behind the addresses.
    extras: usize,
}

impl Rule {
    fn of(line: &str, tokens: &[Range<usize>]) -> Option<Self> {
        let text = |at: usize| tokens.get(at).map_or("", |t| &line[t.clone()]);
        let is_count = |at: &usize| {
            let digits = text(*at).trim_end_matches(['K', 'M', 'G', 'T', 'P']);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        };
        // The column `opt` is empty in listings of ip6tables.
        let is_opt = |at: usize| matches!(text(at), "--" | "-f" | "!f");
        let is_protocol = |at: usize| value("proto", text(at)).is_some() || is_opt(at + 1);
        let counts = (0..4).take_while(is_count).count();
        let (target, prot) = if is_opt(counts) && counts > 0 {
            // A protocol that is a number.
            (None, counts - 1)
        } else if is_protocol(counts) {
            (None, counts)
        } else {
            (Some(counts), counts + 1)
        };
        let counted = prot - usize::from(target.is_some());
        let columns = if counted > 1 { 4 } else { 2 };
        let extras = prot + 1 + usize::from(is_opt(prot + 1)) + columns;
        let is_one = is_protocol(prot) || is_count(&prot);
        (is_one && tokens.len() >= extras).then_some(Self { target, prot, extras })
    }
}

/// What stands behind the addresses: the tests and what the target does.
fn extras(line: &str, tokens: &[Range<usize>], from: usize, six: bool) -> Vec<Found> {
    let text = |at: usize| tokens.get(at).map_or("", |t| &line[t.clone()]);
    let mut out = Vec::new();
    let mut kind: Option<&str> = None;
    let mut remark = false;
    let mut at = from;
    while at < tokens.len() {
        let (token, here) = (text(at), tokens[at].clone());
        remark |= token.starts_with("/*");
        if remark {
            remark = !token.ends_with("*/");
            at += 1;
            continue;
        }
        let parts = kind.map(|kind| (kind, by_commas(line, &here)));
        let values = parts.into_iter().flat_map(|(kind, parts)| {
            parts.into_iter().filter_map(move |at| Some((at.clone(), value(kind, &line[at])?)))
        });
        let values: Vec<Found> = values.collect();
        if !values.is_empty() {
            out.extend(values);
            at += 1;
            continue;
        }
        if matches!(token, "match" | "=" | "!=" | "!") {
            at += 1;
            continue;
        }
        let (found, used) = listed(token, text(at + 1));
        if let Some(found) = found {
            let end = tokens[at + used - 1].end;
            out.push((here.start..end, found));
            kind =
                kind_behind(found).map(|kind| if kind == "icmp" && six { "icmp6" } else { kind });
        }
        at += used;
    }
    out
}

/// A word of the tests, which may have a value behind a colon, or be two; and how many tokens it is.
fn listed(token: &str, next: &str) -> (Option<EntryId>, usize) {
    let of = |word: &str| entry(&["list ", word].concat());
    if let Some(both) = of(&[token, " ", next].concat()) {
        return (Some(both), 2);
    }
    let bare = token.trim_start_matches('!');
    let before = bare.split_inclusive(':').next().unwrap_or(bare);
    (of(bare).or_else(|| of(before)), 1)
}
