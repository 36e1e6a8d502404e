//! What stands in for PNG in a program that was built without its renderer.

use chainwalk_take::Drawing;
use std::io;

/// There is none.
pub(crate) enum Pen {}

impl Pen {
    /// Says that there is none.
    pub(crate) fn new() -> io::Result<Self> {
        Err(io::Error::other("this program was built without `png`: name a .svg"))
    }

    /// Never called.
    pub(crate) fn draw(&self, _: &str, _: &str, _: Option<(&str, Drawing)>) -> io::Result<Vec<u8>> {
        match *self {}
    }
}

/// None: no PNG is looked into.
pub(crate) fn carried(_: &[u8]) -> Option<String> {
    None
}

/// None, likewise.
pub(crate) fn drawn(_: &[u8]) -> Option<Drawing> {
    None
}
