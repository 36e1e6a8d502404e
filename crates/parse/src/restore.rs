//! Lines of `iptables-save`, `-S`, restore input and `iptables -A …`, replayed on a table in order.

use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::draft::Draft;
use crate::refused::is_sure;
use crate::rule;
use crate::rules::DraftRule;
use crate::spec::{Spec, Verb};
use crate::word::{Word, words};
use chainwalk_model::{
    Blank, BlankPart, Count, Counters, Diagnostic, DiagnosticId, DocId, Expected, Family, Host,
    Match, Op, OpKind, Opaque, Policy, Severity, Span, is_builtin,
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
    let spec = rule::read(cx, draft, &found);
    replay(cx, draft, row, spec, counters)
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

/// Replays a command that changes the table. What iptables refuses changes nothing.
pub(crate) fn command(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>, words: &[Word<'_>]) {
    if let Some(spec) = taken(cx, draft, row, words) {
        replay(cx, draft, row, spec, None);
    }
}

/// A command, read; `None` where iptables refuses it, of which the problems tell.
fn taken(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>, words: &[Word<'_>]) -> Option<Spec> {
    let told = cx.diagnostics.len();
    let spec = rule::read(cx, draft, words);
    if !spec.refused {
        return Some(spec);
    }
    draft.cover(cx.clean.span(row.start, row.end()));
    for problem in cx.diagnostics.iter_mut().skip(told).filter(|p| is_sure(p)) {
        problem.severity = Severity::Error;
    }
    None
}

/// Replays what a line asks for; `false` if that is nothing.
fn replay(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    row: Row<'_>,
    spec: Spec,
    counters: Option<Counters>,
) -> bool {
    let span = cx.clean.span(row.start, row.end());
    let Some(verb) = spec.verb else { return false };
    draft.cover(span);
    let Some(name) = spec.chain else {
        match verb {
            Verb::Flush => draft.flush(span),
            Verb::DeleteChain => draft.delete_chains(),
            _ => {}
        }
        return true;
    };
    if verb == Verb::Nothing {
        return true;
    }
    let counters = spec.counters.or(counters);
    let own = counters.map(Box::new);
    let mut rules = Vec::with_capacity(spec.rules.len());
    for ops in spec.rules {
        let comment = spec.comment.clone();
        let counters = own.clone();
        rules.push(DraftRule { ops, counters, comment, span, number: None, gap: false });
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
                if let Some((doubted, _)) = chain.doubt.as_deref_mut() {
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

/// Makes the rules that a row put into a table depend on whether the tunnel of that name is up.
pub(crate) fn while_up(draft: &mut Draft, span: Span, name: &str) {
    let blank = Blank {
        name: name.into(),
        part: BlankPart::Tunnel,
        not: false,
        shows: [None; 4],
        len: None,
    };
    let opaque = Opaque { blank: Some(blank.into()), ..Opaque::new(None, &format!("{name} up")) };
    for chain in &mut draft.chains {
        for rule in chain.rules.iter_mut().filter(|r| r.span == span) {
            rule.ops.insert(0, Op { what: OpKind::Match(Match::Opaque(opaque.clone())), span });
        }
    }
}

/// Whether the rules that a command would put into a chain are in it already.
pub(crate) fn is_there(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    row: Row<'_>,
    words: &[Word<'_>],
) -> bool {
    let span = cx.clean.span(row.start, row.end());
    let spec = rule::read(cx, draft, words);
    let (Some(Verb::Append | Verb::Insert(_)), Some(name)) = (spec.verb, spec.chain) else {
        return false;
    };
    let Some(at) = draft.find(&name) else { return false };
    let rules = &mut draft.chains[at].rules;
    !spec.rules.is_empty()
        && spec.rules.into_iter().all(|ops| {
            let comment = spec.comment.clone();
            rules.holds(&DraftRule { ops, counters: None, comment, span, number: None, gap: false })
        })
}

/// Replays a command of which nobody knows whether it runs: what it makes may be there, and what it takes
/// away may be there still. Either is a test of the rule that can't be known.
pub(crate) fn perhaps(cx: &mut Cx<'_>, draft: &mut Draft, row: Row<'_>, words: &[Word<'_>]) {
    let span = cx.clean.span(row.start, row.end());
    let Some(spec) = taken(cx, draft, row, words) else { return };
    let Some(verb) = spec.verb else { return };
    draft.cover(span);
    let doubt = || Op { what: OpKind::Match(Match::Opaque(Opaque::new(None, row.text))), span };
    let Some(name) = spec.chain else {
        for chain in &mut draft.chains {
            chain.doubt = Some(Box::new((chain.rules.len(), doubt())));
        }
        return;
    };
    let at = draft.chain(&name);
    let chain = &mut draft.chains[at];
    chain.shown.get_or_insert(span);
    let made = |ops: Vec<Op>| {
        let ops = std::iter::once(doubt()).chain(ops).collect();
        let comment = spec.comment.clone();
        DraftRule { ops, counters: None, comment, span, number: None, gap: false }
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
                chain.doubt = Some(Box::new((chain.rules.len(), doubt())));
            }
        }
        Verb::New => chain.header = chain.header.or(Some(span)),
        Verb::Policy(policy) if chain.policy != Some(policy) => {
            chain.header = chain.header.or(Some(span));
            chain.policy = Some(Policy::Unknown);
        }
        Verb::Policy(_) | Verb::Nothing => {}
        Verb::Flush | Verb::DeleteChain | Verb::Rename(_) | Verb::Delete | Verb::DeleteAt(_) => {
            chain.doubt = Some(Box::new((chain.rules.len(), doubt())));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::rules;
    use crate::paste::read;
    use chainwalk_model::{DiagnosticId, Match, OpKind, Policy};

    const BASE: &str = ":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -p udp -j DROP\n";

    /// The chains and the protocols of the rules after some lines, and whether a line had no rule to change.
    fn after(lines: &str) -> (String, bool) {
        let text = format!("{BASE}{lines}\n");
        let printed = rules(&text);
        let mut short: Vec<&str> = Vec::new();
        for line in printed.lines().skip(1) {
            let mut words = line.split_whitespace();
            match line.strip_prefix(':') {
                Some(_) => short.extend(words.next()),
                None => short.extend(words.nth(3)),
            }
        }
        let told = read(&[&text]).diagnostics.iter().any(|d| d.id == DiagnosticId::NoSuchRule);
        (short.join(" "), told)
    }

    /// `man iptables`, COMMANDS.
    #[test]
    fn each_command_does_to_its_chain_what_it_says() {
        for (lines, expect) in [
            ("-A INPUT -p esp", ":INPUT tcp udp esp"),
            ("-I INPUT -p esp", ":INPUT esp tcp udp"),
            ("-I INPUT 1 -p esp", ":INPUT esp tcp udp"),
            ("-I INPUT 2 -p esp", ":INPUT tcp esp udp"),
            ("-I INPUT 3 -p esp", ":INPUT tcp udp esp"),
            ("-I INPUT 2 -p esp -s 1.1.1.1,2.2.2.2", ":INPUT tcp 2.2.2.2/32 1.1.1.1/32 udp"),
            ("-R INPUT 1 -p esp", ":INPUT esp udp"),
            ("-R INPUT 2 -p esp", ":INPUT tcp esp"),
            ("-D INPUT 1", ":INPUT udp"),
            ("-D INPUT 2", ":INPUT tcp"),
            ("-D INPUT -p udp -j DROP", ":INPUT tcp"),
            ("-F INPUT", ":INPUT"),
            ("-F", ":INPUT :FORWARD :OUTPUT"),
            ("-N c", ":INPUT :c tcp udp"),
            ("-N c\n-A c -p esp\n-E c d", ":INPUT :d tcp udp esp"),
            ("-N c\n-A c -p esp\n-X c", ":INPUT tcp udp"),
            ("-N c\n-A c -p esp\n-X", ":INPUT tcp udp"),
            ("-N c\n-A c -p esp\n-F c", ":INPUT :c tcp udp"),
            ("-N c\n-X c\n-N c", ":INPUT :c tcp udp"),
            ("-Z INPUT", ":INPUT tcp udp"),
            ("-C INPUT -p esp", ":INPUT tcp udp"),
            ("-D INPUT 1\n-D INPUT 1\n-A INPUT -p esp", ":INPUT esp"),
        ] {
            assert_eq!(after(lines), (expect.to_owned(), false), "{lines}");
        }
        for (lines, expect) in [
            ("-I INPUT 4 -p esp", ":INPUT tcp udp esp"),
            ("-R INPUT 3 -p esp", ":INPUT tcp udp"),
            ("-R INPUT 0 -p esp", ":INPUT tcp udp"),
            ("-D INPUT 3", ":INPUT tcp udp"),
            ("-D INPUT 0", ":INPUT tcp udp"),
            ("-D INPUT -p udp -j ACCEPT", ":INPUT tcp udp"),
            ("-E INPUT d", ":INPUT tcp udp"),
            ("-N c\n-N d\n-E c d", ":INPUT :c :d tcp udp"),
        ] {
            assert_eq!(after(lines), (expect.to_owned(), true), "{lines}");
        }
    }

    #[test]
    fn what_is_only_perhaps_done_is_a_test_that_nobody_knows() {
        let doubts = |line: &str| {
            let text = format!(
                "iptables -P INPUT ACCEPT\niptables -A INPUT -p tcp\niptables -A INPUT -p udp\nif [ -f x ]; then\n{line}\nfi\niptables -A INPUT -p esp\n"
            );
            let host = read(&[&text]).host();
            let open =
                |op: &chainwalk_model::Op| matches!(op.what, OpKind::Match(Match::Opaque(_)));
            let all =
                host.rules.rules.iter().map(|r| if r.ops.iter().any(open) { '?' } else { '.' });
            let policy = host.rules.chains[0].base.as_ref().map(|b| b.policy);
            (all.collect::<String>(), policy)
        };
        let accept = Some(Policy::Accept);
        for (line, rules, policy) in [
            ("iptables -A INPUT -p ah", "..?.", accept),
            ("iptables -I INPUT -p ah", "?...", accept),
            ("iptables -I INPUT 2 -p ah", ".?..", accept),
            // What stood there may be there still.
            ("iptables -R INPUT 1 -p ah", "???.", accept),
            ("iptables -D INPUT 1", "??.", accept),
            ("iptables -D INPUT -p udp", "??.", accept),
            ("iptables -F INPUT", "??.", accept),
            ("iptables -F", "??.", accept),
            ("iptables -P INPUT DROP", "...", Some(Policy::Unknown)),
            ("iptables -P INPUT ACCEPT", "...", accept),
            ("iptables -N c", "...", accept),
            ("iptables -L", "...", accept),
        ] {
            assert_eq!(doubts(line), (rules.to_owned(), policy), "{line}");
        }
    }

    #[test]
    fn a_header_keeps_what_it_does_not_say() {
        let policy = |text: &str| {
            let reading = read(&[text]);
            let base = reading.hosts[0].rules.chains[0].base.as_ref().map(|b| b.policy);
            (base, reading.diagnostics.iter().any(|d| d.id == DiagnosticId::BadValue))
        };
        for (text, expect) in [
            (":INPUT ACCEPT [0:0]", (Some(Policy::Accept), false)),
            (":INPUT DROP", (Some(Policy::Drop), false)),
            ("*filter\n:INPUT DROP [0:0]\n:INPUT - [0:0]\nCOMMIT", (Some(Policy::Drop), false)),
            (":INPUT QUEUE [0:0]", (Some(Policy::Unknown), true)),
        ] {
            assert_eq!(policy(text), expect, "{text}");
        }
        let counters = |text: &str| {
            let counters = read(&[text]).host().rules.chains[0].counters;
            counters.map(|c| (c.packets.value, c.bytes.value))
        };
        assert_eq!(counters(":INPUT ACCEPT [12:345]"), Some((12, 345)));
        assert_eq!(counters(":INPUT ACCEPT [12]"), None);
        assert_eq!(counters(":INPUT ACCEPT"), None);
    }
}
