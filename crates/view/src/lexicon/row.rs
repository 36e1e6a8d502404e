//! The words of a row of the walk.

use super::line::native_at;
use super::table::{EntryId, chain, entry};
use super::tokens::{by_blanks, by_commas};
use super::values::{kind_behind, value};
use super::word::{Found, Word, told};
use super::{command, native};
use crate::explained::Explained;
use crate::page::{Row, RowKind, Run, Sentence, Style};
use crate::say::plain;
use chainwalk_model::Fate;
use std::ops::Range;

/// The words of a row, in the order in which they stand there: of its text, its reason, and what stands aside.
pub fn row_words(t: &Explained, row: &Row) -> Vec<Word> {
    let native = row.span.and_then(|at| native_at(t.rules(), at)).unwrap_or_default();
    let aside = vec![Run { text: row.aside.clone(), style: Style::Plain }];
    let mut out = Vec::new();
    for (part, sentence) in [&row.text, &row.reason, &aside].into_iter().enumerate() {
        let text = plain(sentence);
        let mut found = in_sentence(sentence, &text, native, row.kind == RowKind::Chain);
        if part == 0 && row.kind == RowKind::Fate {
            found.splice(0..0, fate(t, sentence));
        }
        out.extend(found.into_iter().map(|f| told(t.lang, &text, part as u8, f, native)));
    }
    out
}

/// The word of a fate, and what it means.
fn fate(t: &Explained, sentence: &Sentence) -> Option<Found> {
    let of = t.outcome().map(|outcome| fate_key(&outcome.trace.fate))?;
    let mut at = 0;
    for run in sentence {
        let end = at + run.text.len();
        if matches!(run.style, Style::Ok | Style::Stop | Style::Strong) {
            return Some((at..end, entry(&["fate ", of].concat())?));
        }
        at = end;
    }
    None
}

/// What the table calls a fate.
pub(crate) fn fate_key(fate: &Fate) -> &'static str {
    match fate {
        Fate::Local { .. } => "local",
        Fate::Forwarded(_) => "forwarded",
        Fate::Sent(_) => "sent",
        Fate::Bridged(_) => "bridged",
        Fate::Dropped(_) | Fate::DroppedUnseen(_) => "dropped",
        Fate::Rejected { .. } => "rejected",
        Fate::Routing(_) => "routing",
        Fate::Queued(_) => "queued",
        Fate::Stolen(_) => "stolen",
        Fate::Proxied(_) => "proxied",
        Fate::Refused => "refused",
        Fate::Kept => "kept",
        Fate::SendError(_) => "error",
        Fate::NotForUs => "other",
        Fate::Looped | Fate::ChainLoop(_) => "looped",
        Fate::TooLong(_) | Fate::Undecided(_) => "unknown",
    }
}

/// The words of a sentence about rules. Code is the rules' own; of the rest only what can be nothing else is a word.
fn in_sentence(sentence: &Sentence, text: &str, native: bool, heads: bool) -> Vec<Found> {
    let mut out = Vec::new();
    let mut kind = None;
    let mut from = 0;
    for (at, run) in sentence.iter().enumerate() {
        let whole = from..from + run.text.len();
        from = whole.end;
        let is_code = matches!(run.style, Style::Code | Style::Rewritten);
        if is_code && heads && at == 0 {
            out.extend(chain(&run.text, true).map(|e| (whole, e)));
            continue;
        }
        if is_code && native && kind.is_none() {
            let words = native::words(&run.text);
            let shift = |at: Range<usize>| at.start + whole.start..at.end + whole.start;
            if !words.is_empty() {
                out.extend(words.into_iter().map(|(at, e)| (shift(at), e)));
                continue;
            }
        }
        // What looks at a value stands before it in the style of the sentence.
        let next = sentence.get(at + 1).is_some_and(|run| run.style == Style::Code);
        in_run(text, &whole, run.style, next, &mut kind, &mut out);
    }
    out
}

fn in_run(
    text: &str,
    whole: &Range<usize>,
    style: Style,
    before_code: bool,
    kind: &mut Option<&'static str>,
    out: &mut Vec<Found>,
) {
    let tokens: Vec<Range<usize>> = by_blanks(&text[whole.clone()])
        .into_iter()
        .map(|t| bare(text, t.start + whole.start..t.end + whole.start))
        .filter(|t| !t.is_empty())
        .collect();
    let mut at = 0;
    while at < tokens.len() {
        let here = tokens[at].clone();
        let values: Vec<Found> = by_commas(text, &here)
            .into_iter()
            .filter_map(|part| Some((part.clone(), value((*kind)?, &text[part])?)))
            .collect();
        if !values.is_empty() {
            out.extend(values);
            at += 1;
            continue;
        }
        let is_last = at + 1 == tokens.len();
        let before = text[..here.start].trim_end();
        let opens = before.is_empty() || before.ends_with([';', '；', '·']);
        let spoken = style == Style::Plain;
        let short = !spoken || opens && is_last && before_code;
        let found =
            word(text, &tokens[at..], short).filter(|(_, count)| at + count <= tokens.len());
        let Some((found, count)) = found else {
            at += 1;
            continue;
        };
        out.push((here.start..tokens[at + count - 1].end, found));
        *kind = kind_behind(found).or(kind.filter(|_| spoken));
        at += count;
    }
}

/// A word that begins with the first of the tokens, and how many of them it is: of our sentences, and where `short`, of
/// the rules.
fn word(text: &str, tokens: &[Range<usize>], short: bool) -> Option<(EntryId, usize)> {
    let first = &text[tokens[0].clone()];
    if !short {
        return entry(&["prose ", first].concat()).map(|e| (e, 1));
    }
    let several = (1..=tokens.len().min(3)).rev().find_map(|count| {
        let key = text[tokens[0].start..tokens[count - 1].end].trim_start_matches('!');
        entry(&["short ", key].concat()).map(|e| (e, count))
    });
    let named = || {
        let table = entry(&["table ", first].concat());
        let word = entry(&["prose ", first].concat()).or(table);
        word.or_else(|| command::target(first)).or_else(|| chain(first, false)).map(|e| (e, 1))
    };
    let protocol = || value("proto", first).filter(|_| first.starts_with(char::is_alphabetic));
    several.or_else(named).or_else(|| protocol().map(|e| (e, 1)))
}

/// A token without the marks of its sentence.
fn bare(text: &str, at: Range<usize>) -> Range<usize> {
    let token = &text[at.clone()];
    let marks = [',', ';', ':', '.', '(', ')', '，', '；', '：', '。', '（', '）', '、'];
    let start = at.start + (token.len() - token.trim_start_matches(marks).len());
    let end = at.end - (token.len() - token.trim_end_matches(marks).len());
    start.min(end)..end
}
