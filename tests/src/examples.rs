//! The page's examples: a head of `name: value` lines, `---`, and the paste.

use std::path::Path;
use std::{fs, io};

/// An example of the page.
pub struct Example {
    /// Its file's name, without the ending.
    pub name: String,
    /// What is pasted.
    pub paste: String,
    head: String,
}

/// All of them, by name.
///
/// # Panics
/// Where one can't be read.
pub fn all() -> Vec<Example> {
    let names = fs::read_dir(folder()).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let names = names.unwrap_or_else(|e| panic!("{}: {e}", folder().display()));
    let mut names: Vec<String> =
        names.iter().map(|f| f.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().filter_map(|n| n.strip_suffix(".txt")).map(named).collect()
}

/// The example of that name.
///
/// # Panics
/// Where it can't be read.
pub fn named(name: &str) -> Example {
    let path = folder().join(name).with_extension("txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let parts = text.split_once("\n---\n");
    let (head, paste) = parts.unwrap_or_else(|| panic!("{} has no head", path.display()));
    Example { name: name.to_owned(), paste: paste.to_owned(), head: head.to_owned() }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/examples"))
}

impl Example {
    /// What its head says under a name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(n, _)| *n == name).map(|(_, value)| value).collect()
    }
}
