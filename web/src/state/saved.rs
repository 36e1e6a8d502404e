//! What survives a reload, in the form in which the browser keeps it.

use super::choices::{Speed, Theme};
use super::elsewhere::Elsewhere;
use crate::layout::Layout;
use crate::narration::Verbosity;
use crate::origin::Origin;
use chainwalk_view::Lang;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What survives a reload, but for the paste.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub(super) packets: Vec<String>,
    pub(super) draft: String,
    pub(super) origin: Origin,
    #[serde(default)]
    pub(super) host: Option<Rc<str>>,
    #[serde(default)]
    pub(super) elsewhere: Vec<Elsewhere>,
    pub(super) assumptions: Vec<String>,
    #[serde(default)]
    pub(super) changes: Vec<String>,
    pub(super) speed: Speed,
    #[serde(default)]
    pub(super) verbosity: Verbosity,
    pub(super) theme: Theme,
    pub(super) lang: Lang,
    #[serde(default)]
    pub(super) layout: Layout,
}
