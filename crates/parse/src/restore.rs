//! Lines of `iptables-save`, `-S`, restore input and `iptables -A …`, replayed on a table in order.

use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::draft::Draft;
use crate::rule;
use crate::rules::DraftRule;
use crate::spec::Verb;
use crate::word::{Word, words};
use chainwalk_model::{
    Count, Counters, Diagnostic, DiagnosticId, DocId, Expected, Family, Host, Match, Op, OpKind,
    Opaque, Policy, Severity, is_builtin,
};

/// Reads the body of one table, as `iptables-restore` takes it, into a host on which every built-in
/// chain of the table exists and accepts until a line says otherwise.
pub(crate) fn restore_body(
    host: &mut Host,
    doc: DocId,
    family: Family,
    table: &str,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let clean = Clean::new(doc, text);
    let mut draft = Draft::fresh(family, table);
    draft.cover(clean.span(0, clean.text.len()));
    for row in clean.lines() {
        let row = row.trim();
        let plain = row.text.is_empty() || row.text.starts_with(['#', '*']) || row.text == "COMMIT";
        if !plain {
            let mut cx = Cx { clean: &clean, diagnostics };
            if !line(&mut cx, &mut draft, row) {
                let place = (row.start, row.end());
                cx.say(
                    DiagnosticId::BadLine,
                    Severity::Warning,
                    place,
                    vec![Expected::Option],
                    None,
                );
            }
        }
    }
    draft.lower(host, diagnostics);
}

/// Replays one line; `false` if it is none.
pub(crate) fn line(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>) -> bool {
    if row.text.starts_with(':') {
        return header(cx, draft, row);
    }
    let (row, counters) = bracketed(row);
    let found = words(row);
    if !found.first().is_some_and(Word::is_option) {
        return false;
    }
    command(cx, draft, row, &found, counters)
}

/// `:INPUT ACCEPT [1:2]`, `:chain - [0:0]`.
fn header(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>) -> bool {
    let mut parts = row.skip(1).words();
    let Some(name) = parts.next() else { return false };
    let policy = parts.next();
    let span = cx.clean.span(row.start, row.end());
    let at = draft.chain(name.text);
    draft.cover(span);
    let chain = &mut draft.chains[at];
    chain.header = Some(span);
    chain.counters = parts.next().and_then(|c| counters(c.text).map(|(c, _)| c));
    match policy.map(|p| p.text) {
        Some("ACCEPT") => chain.policy = Some(Policy::Accept),
        Some("DROP") => chain.policy = Some(Policy::Drop),
        // A built-in chain keeps the policy it has.
        Some("-") | None => {}
        Some(_) => {
            let place = policy.map_or((row.start, row.end()), |p| (p.start, p.end()));
            let expected = ["ACCEPT", "DROP", "-"].map(|w| Expected::Literal(w.into()));
            cx.say(DiagnosticId::BadValue, Severity::Warning, place, expected.to_vec(), None);
            chain.policy = is_builtin(name.text).then_some(Policy::Unknown);
        }
    }
    true
}

/// `[1:2] -A …` without its counters.
fn bracketed(row: Row<'_>) -> (Row<'_>, Option<Counters>) {
    match counters(row.text) {
        Some((found, len)) => (row.skip(len).trim(), Some(found)),
        None => (row, None),
    }
}

/// `[packets:bytes]`, and its length.
fn counters(text: &str) -> Option<(Counters, usize)> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(']')?;
    let (packets, bytes) = inner[..end].split_once(':')?;
    let count = |t: &str| t.trim().parse().ok().map(|value| Count { value, unit: 1 });
    Some((Counters { packets: count(packets)?, bytes: count(bytes)? }, end + 2))
}

/// Replays a command that changes the table; `false` if its words ask for nothing.
pub(crate) fn command(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    row: Row<'_>,
    words: &[Word<'_>],
    counters: Option<Counters>,
) -> bool {
    let span = cx.clean.span(row.start, row.end());
    let spec = rule::read(cx, draft, words);
    let Some(verb) = spec.verb else { return false };
    draft.cover(span);
    let Some(name) = spec.chain else {
        match verb {
            Verb::Flush => draft.flush(),
            Verb::DeleteChain => draft.delete_chains(),
            _ => {}
        }
        return true;
    };
    if verb == Verb::Nothing {
        return true;
    }
    let counters = spec.counters.or(counters);
    let mut rules = Vec::with_capacity(spec.rules.len());
    for ops in spec.rules {
        rules.push(DraftRule { ops, counters, comment: spec.comment.clone(), span });
    }
    let at = draft.chain(&name);
    let chain = &mut draft.chains[at];
    chain.shown.get_or_insert(span);
    let count = chain.rules.len();
    let mut out_of_range = false;
    match verb {
        Verb::Append => chain.rules.extend(rules),
        Verb::Insert(n) => {
            let to = (n.max(1) as usize - 1).min(count);
            out_of_range = n as usize > count + 1;
            // Each is put in at the same place, so the last comes first.
            for rule in rules {
                chain.rules.insert(to, rule);
                // What was doubted stands one further down.
                if let Some((doubted, _)) = &mut chain.doubt {
                    *doubted += 1;
                }
            }
        }
        Verb::Replace(n) => {
            let to = n.checked_sub(1).zip(rules.pop());
            out_of_range = !to.is_some_and(|(to, rule)| chain.rules.replace(to as usize, rule));
        }
        Verb::DeleteAt(n) => {
            out_of_range = !n.checked_sub(1).is_some_and(|from| chain.rules.remove(from as usize));
        }
        Verb::Delete => {
            for rule in &rules {
                out_of_range |= !chain.rules.remove_same(rule);
            }
        }
        Verb::New => chain.header = Some(span),
        Verb::Flush => chain.rules.clear(),
        Verb::DeleteChain => {
            chain.gone = true;
            chain.rules.clear();
        }
        Verb::Policy(policy) => {
            chain.header = Some(span);
            chain.policy = Some(policy);
            chain.counters = counters;
        }
        Verb::Rename(to) => {
            out_of_range = draft.find(&to).is_some() || is_builtin(&name) || to.is_empty();
            if !out_of_range {
                draft.rename(at, &to);
            }
        }
        Verb::Nothing => {}
    }
    if out_of_range {
        let place = (row.start, row.end());
        cx.say(DiagnosticId::NoSuchRule, Severity::Warning, place, vec![], None);
    }
    true
}

/// Replays a command of which nobody knows whether it runs: what it makes may be there, and what it takes
/// away may be there still. Either is a test of the rule that can't be known.
pub(crate) fn perhaps(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>, words: &[Word<'_>]) {
    let span = cx.clean.span(row.start, row.end());
    let spec = rule::read(cx, draft, words);
    let Some(verb) = spec.verb else { return };
    draft.cover(span);
    let doubt = || Op { what: OpKind::Match(Match::Opaque(Opaque::new(None, row.text))), span };
    let Some(name) = spec.chain else {
        for chain in &mut draft.chains {
            chain.doubt = Some((chain.rules.len(), doubt()));
        }
        return;
    };
    let at = draft.chain(&name);
    let chain = &mut draft.chains[at];
    chain.shown.get_or_insert(span);
    let made = |ops: Vec<Op>| {
        let ops = std::iter::once(doubt()).chain(ops).collect();
        DraftRule { ops, counters: None, comment: spec.comment.clone(), span }
    };
    let rules = spec.rules.into_iter().map(made);
    match verb {
        Verb::Append => chain.rules.extend(rules),
        Verb::Insert(n) | Verb::Replace(n) => {
            // What it may stand before, or in the place of, may have moved or gone.
            for rule in rules {
                chain.rules.insert((n.max(1) as usize - 1).min(chain.rules.len()), rule);
            }
            if matches!(verb, Verb::Replace(_)) {
                chain.doubt = Some((chain.rules.len(), doubt()));
            }
        }
        Verb::New => chain.header = chain.header.or(Some(span)),
        Verb::Policy(policy) if chain.policy != Some(policy) => {
            chain.header = chain.header.or(Some(span));
            chain.policy = Some(Policy::Unknown);
        }
        Verb::Policy(_) | Verb::Nothing => {}
        Verb::Flush | Verb::DeleteChain | Verb::Rename(_) | Verb::Delete | Verb::DeleteAt(_) => {
            chain.doubt = Some((chain.rules.len(), doubt()));
        }
    }
}
