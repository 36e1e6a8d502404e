//! What was recognised, and what is known of the host.

use crate::{Chip, FactRow, Lang};
use chainwalk_model::{Host, Reading};

/// The recognised pieces of the paste, in its order.
pub fn chips(_reading: &Reading, _lang: Lang) -> Vec<Chip> {
    Vec::new()
}

/// The facts of a host, guesses marked.
pub fn facts(_host: &Host, _lang: Lang, _docs: &[&str]) -> Vec<FactRow> {
    Vec::new()
}
