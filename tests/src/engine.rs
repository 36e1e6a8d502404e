//! The engine as the doors use it: a case in, an answer out.

use chainwalk_model::{Host, Walk};
use chainwalk_parse::case::Case;
use serde_json::Value;

/// Walks the packets of a case in order.
pub fn walk(case: &Case) -> (Host, Vec<Walk>) {
    let host = case.host.clone();
    (host, Vec::new())
}

/// Our answer to a case.
pub fn answer(case: &Case) -> Value {
    let (host, walks) = walk(case);
    chainwalk_view::answer::answer(&case.id, &host, &walks)
}
