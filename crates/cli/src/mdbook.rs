//! `chainwalk mdbook`.

use crate::HERE;
use crate::out::{self, complain};
use std::io::{self, Write};

/// Answers whether a renderer is served, 0 or 1, or writes a book anew.
pub(crate) fn run(asked: &[String]) -> io::Result<u8> {
    match asked {
        [] => {
            let Some(book) = chainwalk_take::mdbook::book(&crate::sources::text("-")?, HERE) else {
                complain!("expected what mdBook hands to a preprocessor: [context, book]");
                return Ok(1);
            };
            out::stdout().write_all(book.as_bytes())?;
            Ok(0)
        }
        // A figure is HTML.
        [verb, renderer] if verb == "supports" => Ok(u8::from(renderer != "html")),
        _ => {
            complain!("expected nothing, or: supports RENDERER");
            Ok(1)
        }
    }
}
