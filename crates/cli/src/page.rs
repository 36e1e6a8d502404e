//! `chainwalk page`.

use crate::HERE;
use crate::out::{self, complain};
use crate::png::Pen;
use crate::sources::{put, text};
use chainwalk_take::card;
use std::io::{self, Write};
use std::path::Path;

/// What `page` was asked to make.
pub(crate) struct Wanted<'a> {
    /// The files of the cases.
    pub(crate) cases: &'a [String],
    /// The folder that the page of the engine is served in.
    pub(crate) site: &'a str,
    /// The folder in which each case gets one of its own.
    pub(crate) output: &'a str,
    /// Where that folder is served.
    pub(crate) served: &'a str,
}

/// Writes a page, its picture and its card for each case: 1 where a text was none.
pub(crate) fn write(wanted: &Wanted) -> io::Result<u8> {
    let pen = Pen::new()?;
    let mut code = 0;
    for source in wanted.cases {
        let name = name(source);
        let own = format!("{}{name}/", wanted.served);
        let Some(page) = card::page(&text(source)?, wanted.site, &own, HERE) else {
            complain!("{source}: no case that sends a packet");
            code = 1;
            continue;
        };
        let folder = Path::new(wanted.output).join(&name);
        std::fs::create_dir_all(&folder)?;
        let place = |file: &str| folder.join(file).display().to_string();
        let card = place(card::CARD_PICTURE);
        put(&card, pen.draw(&card, &page.card, None)?)?;
        put(&place(card::PICTURE), &page.picture)?;
        put(&place(card::OEMBED), &page.oembed)?;
        put(&place("index.html"), &page.index)?;
        writeln!(out::stdout(), "{own}")?;
    }
    Ok(code)
}

/// The name of a file without its endings, in letters that an address can have.
fn name(source: &str) -> String {
    let stem = Path::new(source).file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = stem.split('.').next().unwrap_or_default();
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
