//! The whole answer as plain text, for the command line.

use crate::say::plain;
use crate::{Telling, banner};

/// The banner, the walk with its reasons, and what the answer depends on.
pub fn words(t: &Telling) -> String {
    format!("{}\n", plain(&banner(t).headline))
}
