//! `chainwalk page`.

use crate::HERE;
use crate::out::{self, complain};
use crate::png::Pen;
use crate::sources::{put, text};
use chainwalk_take::{Lesson, card};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// What `page` was asked to make.
pub(crate) struct Wanted<'a> {
    /// The files of cases and lessons.
    pub(crate) cases: &'a [String],
    /// The folder that the page of the engine is served in.
    pub(crate) site: &'a str,
    /// The folder in which each case gets one of its own.
    pub(crate) output: &'a str,
    /// Where that folder is served.
    pub(crate) served: &'a str,
}

/// Writes a page, its picture and its card for each case and lesson: 1 where a text was none, or two have one name.
pub(crate) fn write(wanted: &Wanted) -> io::Result<u8> {
    let pen = Pen::new()?;
    let mut code = 0;
    let mut names = BTreeSet::new();
    for source in wanted.cases {
        let name = name(source);
        let own = format!("{}{name}/", wanted.served);
        let text = text(source)?;
        let page = if Lesson::is_one(&text) {
            let native = source.ends_with(".nft.lesson.txt");
            card::lesson_page(&text, native, wanted.site, &own, HERE)
        } else {
            card::page(&text, wanted.site, &own, HERE)
        };
        let Some(page) = page else {
            complain!("{source}: no case and no lesson that sends a packet");
            code = 1;
            continue;
        };
        if !names.insert(name.clone()) {
            complain!("{source}: another one is called {name} already");
            code = 1;
            continue;
        }
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

/// The name of a file without its ending, in letters that an address can have.
fn name(source: &str) -> String {
    let stem = Path::new(source).file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let ends = [".lesson.txt", ".walk.txt"].iter().find_map(|end| stem.strip_suffix(end));
    let stem = ends.or_else(|| Some(stem.rsplit_once('.')?.0)).unwrap_or(&stem);
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
