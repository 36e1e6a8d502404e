//! Links of every version that wrote any: each opens for ever, and gives the text it was made of.
#![allow(clippy::unwrap_used)]

use chainwalk_take::{Body, Link};
use std::fs;
use std::path::Path;

/// A file holds a link in its first line, and the text below it.
#[test]
fn every_link_that_was_ever_made_opens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("links");
    let mut opened = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::read_to_string(&path).unwrap();
        let (link, text) = file.split_once('\n').unwrap();
        let read = Link::read(link).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
        assert_eq!(read.body, Body::Case(text.to_owned()), "{}", path.display());
        assert!(path.file_name().unwrap().to_str().unwrap().starts_with(&read.by));
        opened += 1;
    }
    assert!(opened >= 3, "{opened}");
}
