//! What is kept of the hosts that are not walked.

use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What was said of a host that is not the one walked, and the changes made to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// What chooses the host.
    pub(super) host: Rc<str>,
    pub(super) assumptions: Vec<Rc<str>>,
    pub(super) changes: Vec<Rc<str>>,
}
