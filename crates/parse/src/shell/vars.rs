//! The variables of a script: what words come to once their values are filled in.

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

    /// The program that a word stands for: `$IPT` is what the script set it to.
    pub(crate) fn program(&self, word: &str) -> String {
        self.value(word).filter(|_| word.contains('$')).unwrap_or_else(|| word.to_owned())
    }

    /// A value as the shell would have it; `None` where it is not known.
    pub(super) fn value(&self, text: &str) -> Option<String> {
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
                    let (value, len) = self.variable(rest)?;
                    out += value;
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
        let defaults = || words.iter().any(|w| w.text.contains("${"));
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
    fn variable<'v>(&'v self, text: &'v str) -> Option<(&'v str, usize)> {
        if let Some((name, len)) = variable(text) {
            return Some((self.vars.get(name)?, len));
        }
        let (name, value, len) = with_default(text)?;
        match self.vars.get(name) {
            Some(known) => Some((known, len)),
            None => (!self.lost.contains(name)).then_some((value, len)),
        }
    }

    /// A word without quotes, its variables filled in.
    fn filled(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out += &rest[..at];
            let (value, len) = self.variable(&rest[at..])?;
            out += value;
            rest = &rest[at + len..];
            if out.len() > MOST {
                return None;
            }
        }
        Some(out + rest)
    }
}
