//! Sentences from the catalogues: one key, its arguments, a language, and out comes a [`Sentence`].
//!
//! A message carries its style as `<b>` strong, `<c>` code, `<w>` rewritten, `<x>` stop and `<k>` a good
//! end. What comes in as an argument is never read as style: its `<` travels as a private character.

use crate::catalogue::{Catalogue, Value};
pub(crate) use crate::keys::Key;
use crate::page::{Lang, Run, Sentence, Style};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Stands for `<` while an argument passes through a message.
const LESS: char = '\u{e000}';

/// The text of a catalogue.
pub(crate) fn catalogue(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../i18n/en.ftl"),
        Lang::Zh => include_str!("../i18n/zh.ftl"),
    }
}

/// A value for a variable of a message.
pub(crate) enum Arg {
    /// A number, for plurals.
    Number(u64),
    /// A text, as it stands.
    Text(String),
    /// A sentence, with its styles.
    Sentence(Sentence),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(u64::from(number))
    }
}

impl From<Sentence> for Arg {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}

/// A sentence: `say!(lang, Key, name = value, …)`.
macro_rules! say {
    ($lang:expr, $key:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::say::format(
            $lang,
            $crate::say::Key::$key,
            vec![$((stringify!($name), $crate::say::Arg::from($value))),*],
        )
    };
}
pub(crate) use say;

/// A text without style: `text!(lang, Key, name = value, …)`.
macro_rules! text {
    ($($all:tt)*) => { $crate::say::plain(&$crate::say::say!($($all)*)) };
}
pub(crate) use text;

static EN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(catalogue(Lang::En)));
static ZH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(catalogue(Lang::Zh)));

/// The sentence of a key. A variable that is not given shows as `{$name}`.
pub(crate) fn format(lang: Lang, key: Key, args: Vec<(&'static str, Arg)>) -> Sentence {
    let value = |arg| match arg {
        Arg::Number(number) => Value::Number(number),
        Arg::Text(text) => Value::Text(text.replace('<', "\u{e000}").replace(steers, "\u{fffd}")),
        Arg::Sentence(sentence) => Value::Text(marked(&sentence)),
    };
    let given: Vec<_> = args.into_iter().map(|(name, arg)| (name, value(arg))).collect();
    let messages = match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    };
    let out = messages.say(key.id(), &given).unwrap_or_else(|| key.id().to_owned());
    runs(&out)
}

/// Whether a character is none of a text: it steers whoever shows it, or turns the direction of what follows. A chain
/// and a comment may hold any.
pub fn steers(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c.is_control() && !matches!(c, '\n' | '\t')
}

const TAGS: [(&str, Style); 5] = [
    ("b", Style::Strong),
    ("c", Style::Code),
    ("w", Style::Rewritten),
    ("x", Style::Stop),
    ("k", Style::Ok),
];

fn tag(style: Style) -> Option<&'static str> {
    TAGS.iter().find(|(_, s)| *s == style).map(|(t, _)| *t)
}

/// A sentence as marked text, to go into another message.
fn marked(sentence: &Sentence) -> String {
    let mut out = String::new();
    for run in sentence {
        let body = run.text.replace('<', "\u{e000}");
        match tag(run.style) {
            Some(tag) => out.extend(["<", tag, ">", &body, "</", tag, ">"]),
            None => out.push_str(&body),
        }
    }
    out
}

/// Marked text as runs. A tag that is not one of ours is text.
fn runs(text: &str) -> Sentence {
    let mut out = Sentence::new();
    let mut styles = vec![Style::Plain];
    let mut rest = text;
    while !rest.is_empty() {
        let style = styles.last().copied().unwrap_or_default();
        let opened = TAGS.iter().find_map(|(tag, style)| {
            let body = rest.strip_prefix('<')?.strip_prefix(tag)?.strip_prefix('>')?;
            Some((body, *style))
        });
        let closed = TAGS
            .iter()
            .find_map(|(tag, _)| rest.strip_prefix("</")?.strip_prefix(tag)?.strip_prefix('>'));
        if let Some((body, style)) = opened {
            styles.push(style);
            rest = body;
        } else if let Some(body) = closed {
            if styles.len() > 1 {
                styles.pop();
            }
            rest = body;
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |at| at + first);
            push(&mut out, &rest[..end].replace(LESS, "<"), style);
            rest = &rest[end..];
        }
    }
    out
}

/// Appends text to a sentence; runs of one style grow together.
pub(crate) fn push(sentence: &mut Sentence, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    match sentence.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ => sentence.push(Run { text: text.to_owned(), style }),
    }
}

/// Appends a sentence to another.
pub(crate) fn append(sentence: &mut Sentence, more: &[Run]) {
    for run in more {
        push(sentence, &run.text, run.style);
    }
}

/// A sentence of one run.
pub(crate) fn run(text: impl Into<String>, style: Style) -> Sentence {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Run { text, style }] }
}

/// Sentences side by side, with a separator between those that are not empty.
pub(crate) fn join(parts: impl IntoIterator<Item = Sentence>, by: &str) -> Sentence {
    let mut out = Sentence::new();
    for part in parts {
        if part.is_empty() {
            continue;
        }
        if !out.is_empty() {
            push(&mut out, by, Style::Plain);
        }
        append(&mut out, &part);
    }
    out
}

/// A sentence without its styles.
pub(crate) fn plain(sentence: &[Run]) -> String {
    sentence.iter().map(|r| Cow::Borrowed(r.text.as_str())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::format_push_string)]

    use super::*;
    use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
    use fluent_syntax::ast;
    use fluent_syntax::parser::parse;
    use std::collections::{BTreeMap, BTreeSet};
    use unic_langid::langid;

    fn variables(pattern: &ast::Pattern<&str>, into: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            if let ast::PatternElement::Placeable { expression } = element {
                let inline = match expression {
                    ast::Expression::Inline(inline) => inline,
                    ast::Expression::Select { selector, variants } => {
                        for variant in variants {
                            variables(&variant.value, into);
                        }
                        selector
                    }
                };
                if let ast::InlineExpression::VariableReference { id } = inline {
                    into.insert(id.name.to_owned());
                }
            }
        }
    }

    fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let resource = parse(catalogue(lang)).unwrap();
        let mut out = BTreeMap::new();
        for entry in &resource.body {
            if let ast::Entry::Message(message) = entry {
                let mut names = BTreeSet::new();
                variables(message.value.as_ref().unwrap(), &mut names);
                let twice = out.insert(message.id.name.to_owned(), names);
                assert!(twice.is_none(), "{} stands twice", message.id.name);
            }
        }
        out
    }

    #[test]
    fn the_catalogues_have_the_same_messages_with_the_same_variables() {
        assert_eq!(messages(Lang::En), messages(Lang::Zh));
    }

    #[test]
    fn every_message_is_said_as_fluent_says_it() {
        for (lang, id) in [(Lang::En, langid!("en")), (Lang::Zh, langid!("zh-CN"))] {
            let mut bundle = FluentBundle::new(vec![id]);
            bundle.set_use_isolating(false);
            let resource = FluentResource::try_new(catalogue(lang).to_owned()).unwrap();
            bundle.add_resource(resource).unwrap();
            let ours = Catalogue::read(catalogue(lang));
            for (id, names) in messages(lang) {
                for number in [0_u64, 1, 2, 3, 7, 11, 21, 1000] {
                    for counted in 0..=names.len() {
                        let (mut given, mut args) = (Vec::new(), FluentArgs::new());
                        for (at, name) in names.iter().enumerate() {
                            let name: &'static str = name.clone().leak();
                            if at < counted {
                                given.push((name, Value::Number(number + at as u64)));
                                args.set(name, number + at as u64);
                            } else {
                                given.push((name, Value::Text(format!("‹{name}›"))));
                                args.set(name, format!("‹{name}›"));
                            }
                        }
                        let mut errors = Vec::new();
                        let message = bundle.get_message(&id).unwrap();
                        let pattern = message.value().unwrap();
                        let wanted = bundle.format_pattern(pattern, Some(&args), &mut errors);
                        assert_eq!(ours.say(&id, &given).unwrap(), wanted, "{id}");
                        assert!(errors.is_empty(), "{id}: {errors:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_message_has_a_key_and_every_key_a_message() {
        let keys: BTreeSet<String> = Key::ALL.iter().map(|(k, _)| k.id().to_owned()).collect();
        let there: BTreeSet<String> = messages(Lang::En).into_keys().collect();
        assert_eq!(keys, there);
    }

    /// The code of this room, but for the list of keys and for this file.
    fn code() -> String {
        let mut code = String::new();
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if name != "keys.rs" && name != "say.rs" {
                    code.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        code
    }

    #[test]
    fn every_key_is_used() {
        let code = code();
        let words: BTreeSet<&str> =
            code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let unused: Vec<&str> =
            Key::ALL.iter().map(|(_, name)| *name).filter(|name| !words.contains(name)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    /// The arguments of a call, split at the commas that stand in no bracket and no text.
    fn arguments(call: &str) -> Vec<&str> {
        let (mut out, mut from, mut depth, mut quoted, mut before) = (Vec::new(), 0, 0, false, ' ');
        for (at, c) in call.char_indices() {
            match c {
                '"' if before != '\\' => quoted = !quoted,
                _ if quoted => {}
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => {
                    out.push(call[from..at].trim());
                    return out.into_iter().filter(|a| !a.is_empty()).collect();
                }
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    out.push(call[from..at].trim());
                    from = at + 1;
                }
                _ => {}
            }
            before = c;
        }
        panic!("a call does not end: {call:.80}");
    }

    #[test]
    fn every_sentence_is_given_what_it_uses_and_nothing_else() {
        let code = code();
        let messages = messages(Lang::En);
        let mut wrong = String::new();
        let mut calls = 0;
        for start in code.match_indices("say!(").chain(code.match_indices("text!(")) {
            let call = arguments(&code[start.0 + start.1.len()..]);
            let Some((key, _)) = Key::ALL.iter().find(|(_, name)| call.get(1) == Some(name)) else {
                wrong += &format!("no key is called {:?}\n", call.get(1));
                continue;
            };
            let given: BTreeSet<String> =
                call[2..].iter().map(|a| a.split(" = ").next().unwrap().to_owned()).collect();
            if given != messages[key.id()] {
                wrong += &format!("{}: given {given:?}, used {:?}\n", key.id(), messages[key.id()]);
            }
            calls += 1;
        }
        assert!(wrong.is_empty(), "{wrong}");
        assert!(calls > 400, "{calls}");
    }

    /// What stands between others, with its blanks.
    const PIECES: [&str; 4] = ["miss-more", "expected-or", "list-comma", "route-by-rule"];

    #[test]
    fn every_sentence_can_be_said() {
        let mut wrong = String::new();
        for lang in [Lang::En, Lang::Zh] {
            let messages = messages(lang);
            for (key, _) in Key::ALL {
                let names = &messages[key.id()];
                for number in [1_u64, 2, 7, 30] {
                    let counts =
                        ["count", "number", "rules", "chains", "tables", "interfaces", "depth"];
                    let value = |name: &String| {
                        if counts.contains(&name.as_str()) {
                            Arg::Number(number)
                        } else {
                            Arg::Text(format!("‹{name}›"))
                        }
                    };
                    let given = names.iter().map(|n| (&*n.clone().leak(), value(n))).collect();
                    let said = plain(&format(lang, *key, given));
                    let misses = names.iter().filter(|n| {
                        !counts.contains(&n.as_str()) && !said.contains(&format!("‹{n}›"))
                    });
                    let misses: Vec<&String> = misses.collect();
                    let odd = said.trim().is_empty()
                        || said.contains("  ")
                        || said.contains(['{', '}', '<'])
                        || said != said.trim() && !PIECES.contains(&key.id())
                        || lang == Lang::En
                            && said.contains(|c: char| ('\u{2fff}'..'\u{e000}').contains(&c));
                    if odd || !misses.is_empty() {
                        wrong +=
                            &format!("{lang:?} {}: {said:?} does not say {misses:?}\n", key.id());
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    #[test]
    fn a_paste_cannot_set_style() {
        let out = say!(Lang::En, MissIsNot, what = "<b>x</b>", wanted = "y");
        assert!(plain(&out).contains("<b>x</b>"), "{out:?}");
        assert!(out.iter().all(|r| r.style != Style::Strong), "{out:?}");
    }

    #[test]
    fn a_sentence_keeps_its_style_inside_another() {
        let inner = run("0x4000", Style::Rewritten);
        let out = say!(Lang::En, MissIsNot, what = inner, wanted = "y");
        assert!(out.contains(&Run { text: "0x4000".into(), style: Style::Rewritten }));
    }
}
