//! Native nftables: what `nft list` prints and what `nft -f` takes, into tables, chains, sets and rules.
//!
//! Guarantees: every text is read to its end; a rule that is not understood stands in its chain as what it is; what
//! may change the tables and is not read is named.

mod act;
mod cursor;
mod draft;
mod expr;
mod field;
mod ids;
mod lexer;
mod reader;
mod rule;
mod script;
mod set;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod vars;

pub(crate) use draft::Draft;
pub(crate) use reader::Source;

use chainwalk_model::{Diagnostic, DocId, Family, Span, TableId};
use cursor::Cursor;
use reader::Reader;

/// Reads a text that stands at `base` of a document, onto what was read before.
pub(crate) fn load(
    draft: &mut Draft,
    (doc, base): (DocId, usize),
    text: &str,
    source: Source,
    diagnostics: &mut Vec<Diagnostic>,
) {
    read(draft, (doc, base, None), text, source, diagnostics);
}

fn read(
    draft: &mut Draft,
    (doc, base, fixed): (DocId, usize, Option<Span>),
    text: &str,
    source: Source,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let tokens = vars::expanded(text, lexer::tokens(text));
    let cur = Cursor::new(text, tokens, doc, base, fixed);
    let (table, family) = (TableId(0), Family::Ip);
    let mut reader = Reader { cur, draft, diagnostics, source, table, family, depth: 0 };
    reader.commands();
}
