//! What stands in for PNG in a program that was built without its renderer.

use std::io;

/// A picture that is never drawn.
pub(crate) struct Drawn {
    /// Nothing.
    pub(crate) bytes: Vec<u8>,
    /// Nothing.
    pub(crate) lacks: Option<char>,
}

/// Says that it can't be done.
pub(crate) fn draw(_: &str, _: Option<&str>) -> io::Result<Drawn> {
    Err(io::Error::other("this program was built without `png`: name a .svg"))
}

/// None: no PNG is looked into.
pub(crate) fn carried(_: &[u8]) -> Option<String> {
    None
}
