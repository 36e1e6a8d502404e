//! `define`, `redefine`, `undefine` and `$name`: tokens with every variable in place.

use super::lexer::{Kind, Token};
use std::collections::HashMap;

/// So many tokens more than a text has may its variables stand for.
const GROWTH: usize = 400_000;

/// Puts what variables stand for in their places. What none is known for stays as it is: `$`, and a name.
pub(super) fn expanded(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let written = |t: &Token| text.get(t.text.0 as usize..t.text.1 as usize).unwrap_or_default();
    let is = |t: Option<&Token>, kind: Kind, what: &str| {
        t.is_some_and(|t| t.kind == kind && written(t) == what)
    };
    if !tokens.iter().any(|t| t.kind == Kind::Sign && written(t) == "$")
        && !tokens.iter().any(|t| t.kind == Kind::Word && written(t) == "define")
    {
        return tokens;
    }
    let mut scopes: Vec<HashMap<&str, Vec<Token>>> = vec![HashMap::new()];
    let mut found: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut room = tokens.len() + GROWTH;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let begins = found.last().is_none_or(|last| match last.kind {
            Kind::Line | Kind::Remark => true,
            Kind::Sign => matches!(written(last), ";" | "{" | "}"),
            _ => false,
        });
        let word = if token.kind == Kind::Word { written(token) } else { "" };
        let name = tokens.get(at + 1).map(written);
        if begins
            && matches!(word, "define" | "redefine")
            && is(tokens.get(at + 2), Kind::Sign, "=")
            && let Some(name) = name
        {
            let from = at + 3;
            at = from;
            let mut depth = 0usize;
            while let Some(token) = tokens.get(at) {
                match (token.kind, written(token)) {
                    (Kind::Line | Kind::Remark, _) | (Kind::Sign, ";" | "}") if depth == 0 => break,
                    (Kind::Sign, "{") => depth += 1,
                    (Kind::Sign, "}") => depth -= 1,
                    _ => {}
                }
                at += 1;
            }
            let mut value = Vec::new();
            let mut inner = from;
            while inner < at {
                inner += variable(&tokens, inner, &scopes, &written, &mut value, &mut room);
            }
            value.retain(|t| !matches!(t.kind, Kind::Line | Kind::Remark));
            let known = word == "redefine";
            let holds = |s: &HashMap<&str, Vec<Token>>| known && s.contains_key(name);
            let scope = scopes.iter().rposition(holds).unwrap_or(scopes.len() - 1);
            scopes[scope].insert(name, value);
            continue;
        }
        if begins && word == "undefine" {
            if let Some(name) = name {
                scopes.iter_mut().rev().any(|s| s.remove(name).is_some());
            }
            at += 2;
            continue;
        }
        match (token.kind, written(token)) {
            (Kind::Sign, "{") => scopes.push(HashMap::new()),
            (Kind::Sign, "}") if scopes.len() > 1 => _ = scopes.pop(),
            _ => {}
        }
        at += variable(&tokens, at, &scopes, &written, &mut found, &mut room);
    }
    found
}

/// Puts the token at `at`, or what the variable there stands for, behind the others; says how many tokens it was.
fn variable<'t>(
    tokens: &[Token],
    at: usize,
    scopes: &[HashMap<&'t str, Vec<Token>>],
    written: &impl Fn(&Token) -> &'t str,
    to: &mut Vec<Token>,
    room: &mut usize,
) -> usize {
    let token = tokens[at];
    let name = tokens.get(at + 1).filter(|n| n.kind == Kind::Word && n.at.0 == token.at.1);
    if token.kind == Kind::Sign
        && written(&token) == "$"
        && let Some(name) = name
        && let Some(value) = scopes.iter().rev().find_map(|s| s.get(written(name)))
        && value.len() <= *room
    {
        *room -= value.len();
        let place = (token.at.0, name.at.1);
        to.extend(value.iter().map(|t| Token { at: place, ..*t }));
        return 2;
    }
    to.push(token);
    1
}
