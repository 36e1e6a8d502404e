//! A catalogue of sentences, in the little of Fluent that they need.
//!
//! A message is `id = text` on one line. In the text, `{ $name }` stands for what the caller gives, `{" "}` for a blank
//! that would else be cut off, and
//!
//! ```text
//! { $name ->
//!     [1] 1 rule
//!    *[other] { $name } rules
//! }
//! ```
//!
//! for what depends on a number. A test holds every message to what Fluent itself makes of it: the whole of Fluent,
//! with the plural rules of all languages, is many times the code.

use std::collections::HashMap;

/// What a variable of a message stands for.
pub(crate) enum Value {
    /// A number, which may choose.
    Number(u64),
    /// A text, as it stands.
    Text(String),
}

/// The messages of a language by their ids.
pub(crate) struct Catalogue {
    messages: HashMap<&'static str, &'static str>,
}

/// What the variables of a message stand for.
type Given<'a> = &'a [(&'static str, Value)];

impl Catalogue {
    /// Reads a file of messages.
    pub(crate) fn read(file: &'static str) -> Self {
        let is_begin = |line: &str| line.starts_with(|c: char| c.is_ascii_lowercase());
        let mut messages = HashMap::new();
        let mut rest = file;
        while !rest.is_empty() {
            // It goes on in lines that begin with a blank or the `}` of a choice.
            let ends = rest.match_indices('\n').map(|(at, _)| at + 1);
            let mut ends = ends.filter(|at| !rest[*at..].starts_with([' ', '}']));
            let (message, behind) = rest.split_at(ends.next().unwrap_or(rest.len()));
            if let Some((id, text)) = message.split_once(" =").filter(|_| is_begin(message)) {
                messages.insert(id, text.trim());
            }
            rest = behind;
        }
        Self { messages }
    }

    /// The message of an id. A variable that is not given shows as `{$name}`.
    pub(crate) fn say(&self, id: &str, given: Given) -> Option<String> {
        let mut out = String::new();
        write(self.messages.get(id)?, given, &mut out);
        Some(out)
    }
}

fn write(text: &str, given: Given, out: &mut String) {
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once('{') {
        out.push_str(before);
        let inner = inner.trim_start();
        rest = match inner.split_once('}') {
            Some((variable, behind)) if !variable.contains("->") => {
                put(variable.trim_end(), given, out);
                behind
            }
            _ => {
                let (choice, behind) = inner.split_once("\n}").unwrap_or((inner, ""));
                write(chosen(choice, given), given, out);
                behind
            }
        };
    }
    out.push_str(rest);
}

/// Writes what stands between braces: a variable, or a text between quotes.
fn put(what: &str, given: Given, out: &mut String) {
    if let Some(name) = what.strip_prefix('$') {
        match given.iter().find(|(known, _)| *known == name) {
            Some((_, Value::Number(number))) => out.push_str(&number.to_string()),
            Some((_, Value::Text(text))) => out.push_str(text),
            None => out.extend(["{$", name, "}"]),
        }
    } else {
        out.push_str(what.trim_matches('"'));
    }
}

/// The text that a number chooses; the last one is for any other.
fn chosen<'a>(choice: &'a str, given: Given) -> &'a str {
    let (head, lines) = choice.split_once("->").unwrap_or_default();
    let name = head.trim().trim_start_matches('$');
    let number = given.iter().find_map(|(known, value)| match value {
        Value::Number(number) if *known == name => Some(*number),
        _ => None,
    });
    let mut any = "";
    for line in lines.lines() {
        let Some((key, text)) = line.split_once(']') else { continue };
        let key = key.trim_start().trim_start_matches(['*', '[']);
        any = text.trim();
        if number.is_some() && key.parse().ok() == number {
            break;
        }
    }
    any
}
