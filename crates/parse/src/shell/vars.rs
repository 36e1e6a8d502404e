//! The variables of a script: what words come to once their values are filled in.

use super::arithmetic::{MOST_ROUNDS, evaluate, number, series};
use super::line::{one, variable, with_default};
use super::{MOST, Shell};
use crate::word::Word;
use std::borrow::Cow;

impl Shell<'_> {
    /// The words that a loop goes through, where all are known.
    pub(super) fn listed(&self, text: &str) -> Option<Vec<String>> {
        let mut words = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && !rest.starts_with('#') {
            let (word, more) = one(rest);
            if let Some(counted) = self.counted(word) {
                words.extend(counted.ok()?);
                rest = more.trim_start();
                continue;
            }
            // What was given to a function is as many words.
            let array =
                word.ends_with("[@]}\"") || word.ends_with("[@]}") || word.ends_with("[*]}");
            let all = matches!(word.trim_matches('"'), "$@" | "$*") || array;
            let open = word.contains(['*', '?', '[', '{']) && !word.contains("${") && !all;
            let value = self.value(word).filter(|_| !open)?;
            if word.starts_with(['"', '\'']) && !all {
                words.push(value);
            } else {
                words.extend(value.split_whitespace().map(str::to_owned));
            }
            rest = more.trim_start();
        }
        Some(words)
    }

    /// The words that `{8080..8082}`, `10.0.{1,2}.0` or `$(seq 1 3)` come to. `None` where a word is none of these.
    fn counted(&self, word: &str) -> Option<Result<Vec<String>, Unknown>> {
        let inner = [("$(", ")"), ("`", "`")]
            .iter()
            .find_map(|(open, close)| word.strip_prefix(open)?.strip_suffix(close))
            .and_then(|inner| inner.trim().strip_prefix("seq "));
        if let Some(inner) = inner {
            let number = |w: &str| self.value(w)?.trim().parse::<i64>().ok();
            let numbers: Option<Vec<i64>> = inner.split_whitespace().map(number).collect();
            let words = match numbers?[..] {
                [last] => series(1, last, 1, 0),
                [first, last] => series(first, last, 1, 0),
                [first, step, last] => series(first, last, step, 0),
                _ => None,
            };
            return Some(words.ok_or(Unknown));
        }
        // Nobody's list in a word is longer.
        if word.starts_with(['"', '\'']) || word.len() > 256 || !braced(word) {
            return None;
        }
        let mut found = Vec::new();
        for word in braces(word)? {
            let known = self.value(&word).filter(|_| !word.contains(['*', '?', '[']));
            let Some(value) = known else { return Some(Err(Unknown)) };
            found.push(value);
        }
        Some(Ok(found))
    }

    /// The program that a word stands for: `$IPT` is what the script set it to.
    pub(crate) fn program(&self, word: &str) -> String {
        self.value(word).filter(|_| word.contains('$')).unwrap_or_else(|| word.to_owned())
    }

    /// A value as the shell would have it; `None` where it is not known.
    pub(super) fn value(&self, text: &str) -> Option<String> {
        // Where a program lies is asked for in many ways; which one it is, its name says.
        for (before, after) in [("$(", ")"), ("`", "`")] {
            if text.trim_matches('"').starts_with("$((") {
                break;
            }
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
                    let (value, len) = self.variable(rest)?;
                    out += &value;
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
        let defaults = || words.iter().any(|w| w.text.contains("${") || w.text.contains("$(("));
        if self.vars.is_empty() && self.tunnel.is_none() && !defaults() {
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
            // `"$@"` alone stays as many words as were given.
            word.quoted &= word.text != "$@";
            let part = |text: Cow<'w, str>| Word { text, ..word.clone() };
            if word.quoted {
                out.push(part(text.into()));
            } else {
                out.extend(text.split_whitespace().map(|t| part(t.to_owned().into())));
            }
        }
        out
    }

    /// The value of the variable at the start of a text, and how long it is there.
    fn variable<'v>(&'v self, text: &'v str) -> Option<(Cow<'v, str>, usize)> {
        if let Some(inner) = text.strip_prefix("$((") {
            let end = inner.find("))")?;
            let number = evaluate(&inner[..end], &|name| self.number(name))?;
            return Some((number.to_string().into(), end + "$(())".len()));
        }
        if let Some((name, len)) = variable(text) {
            return Some((self.vars.get(name)?.into(), len));
        }
        let (name, value, len) = with_default(text)?;
        match self.vars.get(name) {
            Some(known) => Some((known.into(), len)),
            None => (!self.lost.contains(name)).then_some((value.into(), len)),
        }
    }

    /// The number that a variable stands for.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        number(self.vars.get(name)?.trim())
    }

    /// A word without quotes, its variables filled in.
    fn filled(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out += &rest[..at];
            let (value, len) = self.variable(&rest[at..])?;
            out += &value;
            rest = &rest[at + len..];
            if out.len() > MOST {
                return None;
            }
        }
        Some(out + rest)
    }
}

/// What words come to nobody knows.
struct Unknown;

/// Whether a word holds braces that the shell multiplies it by: not `${NAME}`.
fn braced(word: &str) -> bool {
    let opens = |(at, _): (usize, &str)| !word[..at].ends_with('$');
    word.match_indices('{').any(opens)
}

/// A word once for each of what its braces list or count: `{a,b}`, `{1..3}`, `{1..9..2}`. `None` where they do neither, or too often.
fn braces(word: &str) -> Option<Vec<String>> {
    let (open, _) = word.match_indices('{').find(|(at, _)| !word[..*at].ends_with('$'))?;
    let (close, parts) = within(&word[open + 1..])?;
    let close = open + 1 + close;
    let inner = &word[open + 1..close];
    let items: Vec<String> = if parts.len() > 1 {
        let mut items = Vec::new();
        for part in parts {
            items.extend(if braced(part) { braces(part)? } else { vec![part.to_owned()] });
        }
        items
    } else {
        let (first, rest) = inner.split_once("..")?;
        let (last, step) = rest.split_once("..").unwrap_or((rest, "1"));
        let wide = if first.starts_with('0') && first.len() > 1 { first.len() } else { 0 };
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        let step = step.parse::<i64>().ok()?.checked_abs()?.max(1);
        series(first, last, if last < first { -step } else { step }, wide)?
    };
    let rest = &word[close + 1..];
    let ends = if braced(rest) { braces(rest)? } else { vec![rest.to_owned()] };
    if items.len() * ends.len() > MOST_ROUNDS {
        return None;
    }
    let before = &word[..open];
    let all = items.iter().flat_map(|i| ends.iter().map(move |e| [before, i, e].concat()));
    Some(all.collect())
}

/// Where the brace closes that was opened before a text, and what stands between its commas.
fn within(text: &str) -> Option<(usize, Vec<&str>)> {
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' if depth < 8 => depth += 1,
            '}' if depth == 0 => {
                parts.push(&text[from..at]);
                return Some((at, parts));
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}
