//! Where a rule is read: its document, and where its problems go.

use crate::clean::Clean;
use crate::names;
use chainwalk_model::{
    Diagnostic, DiagnosticId, Expected, Hint, Op, OpKind, Opaque, Severity, Text,
};

/// So many problems come with the nearest name.
pub(crate) const ADVISED: usize = 1000;

/// Where a rule is read.
pub(crate) struct Cx<'a> {
    /// The document.
    pub(crate) clean: &'a Clean<'a>,
    /// Where problems go.
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Cx<'_> {
    /// Notes a problem at `start..end` of the clean text.
    pub(crate) fn say(
        &mut self,
        id: DiagnosticId,
        severity: Severity,
        (start, end): (usize, usize),
        expected: Vec<Expected>,
        hint: Option<Hint>,
    ) {
        let found: String = self.text(start, end).chars().take(80).collect();
        let span = self.clean.span(start, end);
        let found: Text = found.trim().into();
        self.diagnostics.push(Diagnostic { id, severity, span, found, expected, hint });
    }

    /// Notes a value that is left open.
    pub(crate) fn left_open(&mut self, name: &str, (start, end): (usize, usize), kind: Expected) {
        self.diagnostics.push(Diagnostic {
            id: DiagnosticId::LeftOpen,
            severity: Severity::Warning,
            span: self.clean.span(start, end),
            found: name.into(),
            expected: vec![kind],
            hint: None,
        });
    }

    /// An operation whose text is `start..end`.
    pub(crate) fn op(&self, what: OpKind, start: usize, end: usize) -> Op {
        Op { what, span: self.clean.span(start, end) }
    }

    /// The clean text at `start..end`.
    pub(crate) fn text(&self, start: usize, end: usize) -> &str {
        self.clean.text.get(start..end).unwrap_or_default()
    }

    /// The text at `start..end` as what is kept and not understood.
    pub(crate) fn opaque(&self, module: Option<&str>, start: usize, end: usize) -> Opaque {
        Opaque::new(module, self.text(start, end))
    }

    /// The known name that was meant. Whoever has so many problems reads no advice on each of them.
    pub(crate) fn nearest<'n>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Option<Hint> {
        if self.diagnostics.len() >= ADVISED {
            return None;
        }
        names::nearest(name, known).map(|n| Hint::DidYouMean(n.into()))
    }
}
