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
mod json;
mod lexer;
mod lossy;
mod needs;
mod open;
mod piece;
mod plain;
mod reader;
mod rule;
mod script;
mod set;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod translate;
mod value;
mod vars;

pub(crate) use draft::Draft;
pub(crate) use ids::{Id, each_id};
pub(crate) use piece::{Native, Piece, Shows};
pub(crate) use reader::Source;
pub use text::nft_text;

use chainwalk_model::{Diagnostic, DocId};
use cursor::{Cursor, Place};
use reader::Reader;

/// Reads a text that is a document by itself, onto what was read before.
pub(crate) fn load(
    draft: &mut Draft,
    doc: DocId,
    text: &str,
    source: Source,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let tokens = vars::expanded(text, lexer::tokens(text));
    let cur = Cursor::new(text, tokens, Place::Raw(doc));
    Reader::new(cur, draft, diagnostics, source).commands();
}
