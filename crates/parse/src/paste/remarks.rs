//! What is said of a paste as a whole, and of its lines that nothing reads.

use super::typed::typed_as;
use super::{Paste, Words};
use crate::blank::gather;
use crate::clean::{Clean, Row};
use crate::command;
use crate::forms::is_meant;
use crate::names::program;
use crate::native;
use crate::shell::Shell;
use chainwalk_model::{
    Diagnostic, DiagnosticId, Expected, Hint, Host, Order, Reading, SectionKind, Severity, Span,
};

impl Paste<'_> {
    /// A line that nothing here reads.
    pub(super) fn other(&mut self, clean: &Clean, row: Row<'_>) {
        self.advised(clean, row);
        let span = clean.span(row.start, row.end());
        let meant = is_meant(row.text);
        if native::is_rule(row.text) {
            let text = row.text.chars().take(60).collect();
            self.chainless.push((self.hosts.label().clone(), span, text));
        }
        // A run of such lines is one remark.
        match self.prose.last_mut() {
            Some(last)
                if last.span.doc == span.doc
                    && last.meant == meant
                    && only_blank(clean, last.span, row) =>
            {
                last.span = last.span.to(span);
                last.lines += 1;
            }
            _ => self.prose.push(Words { span, lines: 1, meant }),
        }
    }

    /// Commands that a sentence quotes, where a dump above shows what they change: they may be tried.
    fn advised(&mut self, clean: &Clean, row: Row<'_>) {
        for quoted in quoted(row) {
            let Some(command) = command::read(quoted, &Shell::default()) else { continue };
            let Some(family) = command.family.filter(|_| command.changes) else { continue };
            let table = command.changed_table();
            if !self.hosts.is_shown(family, table) {
                continue;
            }
            let words = command.words.iter().map(|w| (&*w.text, w.quoted));
            let line = typed_as(program(family), None, words);
            let commands = self.each(family, table, &line);
            if !commands.is_empty() {
                let span = clean.span(quoted.start, quoted.end());
                self.hosts.offer(commands, span);
                self.hosts.section(SectionKind::Command(quoted.text.into()), span);
            }
        }
    }

    pub(super) fn finish(mut self, cleans: &[Clean]) -> Reading {
        self.run(cleans);
        if !self.hosts.any_rules() {
            // At which hook they are asked is not known.
            for (label, span, text) in std::mem::take(&mut self.chainless) {
                self.hosts.enter(&label);
                self.hosts.elsewhere(text.as_str().into(), span);
            }
        }
        let mut reading = self.hosts.finish(cleans);
        let anything = !reading.hosts.is_empty()
            || reading.sections.iter().any(|s| !matches!(s.kind, SectionKind::Command(_)));
        let place = cleans.first().map(|c| c.span(0, c.text.len())).unwrap_or_default();
        let nothing = |id, severity| Diagnostic {
            id,
            severity,
            span: place,
            found: "".into(),
            expected: vec![Expected::Dump],
            hint: Some(Hint::Paste("iptables-save".into())),
        };
        if !self.any_text {
            reading.diagnostics.push(nothing(DiagnosticId::Empty, Severity::Note));
        } else if !anything {
            reading.diagnostics.push(nothing(DiagnosticId::NothingRecognised, Severity::Error));
        } else {
            let remark = |id, span, found: String| Diagnostic {
                id,
                severity: Severity::Note,
                span,
                found: found.as_str().into(),
                expected: vec![],
                hint: None,
            };
            let told = |p: &Words| remark(DiagnosticId::Prose, p.span, String::new());
            // What reads like a rule is named; of words among the dumps one line tells.
            let (meant, plain): (Vec<Words>, Vec<Words>) =
                self.prose.into_iter().partition(|p| p.meant);
            reading.diagnostics.extend(meant.iter().map(told));
            match plain.as_slice() {
                [only] => reading.diagnostics.push(told(only)),
                [first, ..] => {
                    let lines: usize = plain.iter().map(|p| p.lines).sum();
                    let (id, count) = (DiagnosticId::PassedOver, lines.to_string());
                    reading.diagnostics.push(remark(id, first.span, count));
                }
                [] => {}
            }
        }
        let mut hidden: Vec<Option<Hint>> = Vec::new();
        reading.diagnostics.retain(|d| {
            let again = d.id == DiagnosticId::HiddenInterfaces && hidden.contains(&d.hint);
            if d.id == DiagnosticId::HiddenInterfaces && !again {
                hidden.push(d.hint.clone());
            }
            !again
        });
        gather(&mut reading);
        reading.diagnostics.extend(cleans.iter().flat_map(turning));
        reading.diagnostics.order_by_key(|d| (d.span.doc, d.span.start, d.span.end));
        reading.sections.order_by_key(|s| (s.span.doc, s.span.start, s.span.end));
        if anything && reading.hosts.is_empty() {
            reading.hosts.push(Host { conntrack: true, ..Host::default() });
        }
        reading
    }
}

/// The first characters of a text that turn the order of others round.
fn turning(clean: &Clean) -> Vec<Diagnostic> {
    const TOLD: usize = 20;
    if clean.text.is_ascii() {
        return Vec::new();
    }
    let turns =
        |(_, c): &(usize, char)| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let told = |(at, c): (usize, char)| Diagnostic {
        id: DiagnosticId::TurnsText,
        severity: Severity::Warning,
        span: clean.span(at, at + c.len_utf8()),
        found: format!("U+{:04X}", u32::from(c)).into(),
        expected: vec![],
        hint: None,
    };
    clean.text.char_indices().filter(turns).take(TOLD).map(told).collect()
}

/// Whether a line of a script does nothing that a remark could help with.
pub(super) fn says_nothing(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    matches!(first, "exit" | "set" | "shopt" | "logout") && text.len() < 40
}

/// What stands between backticks.
fn quoted(row: Row<'_>) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    let mut rest = row;
    while let Some(open) = rest.text.find('`') {
        let inner = rest.skip(open + 1);
        let Some(close) = inner.text.find('`') else { break };
        found.push(Row { text: &inner.text[..close], ..inner }.trim());
        rest = inner.skip(close + 1);
    }
    found
}

/// Whether a sentence quotes a command that changes rules.
pub(super) fn quotes_command(row: Row<'_>) -> bool {
    row.text.contains('`')
        && quoted(row)
            .into_iter()
            .any(|r| command::read(r, &Shell::default()).is_some_and(|c| c.changes))
}

/// Whether only blanks stand between a remark and a row.
fn only_blank(clean: &Clean, last: Span, row: Row<'_>) -> bool {
    let this = clean.span(row.start, row.end());
    // The two texts' offsets differ only by what was cleaned away.
    let gap = this.start.saturating_sub(last.end) as usize;
    let before = clean.text.get(row.start.saturating_sub(gap)..row.start);
    before.is_some_and(|text| text.trim_matches(['>', ' ', '\n', '\t']).is_empty())
}
