//! Diagnostics as sentences.

use crate::{Lang, Problem};
use chainwalk_model::Diagnostic;

/// The problems of a paste, in its order.
pub fn problems(_found: &[Diagnostic], _docs: &[&str], _lang: Lang) -> Vec<Problem> {
    Vec::new()
}

/// The problems of the packet line; spans count in `text`.
pub fn packet_problems(_found: &[Diagnostic], _text: &str, _lang: Lang) -> Vec<Problem> {
    Vec::new()
}
