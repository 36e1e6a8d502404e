//! The page's examples, as cases.

use chainwalk::Case;
use std::path::Path;
use std::{fs, io};

/// An example of the page.
pub struct Example {
    /// Its file's name, without the ending.
    pub name: String,
    /// What it says.
    pub case: Case,
    /// What is pasted.
    pub paste: String,
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
    let case = Case::read(&text).map(|(case, problems)| (problems.is_empty(), case));
    let Ok((true, case)) = case else { panic!("{} is no case", path.display()) };
    Example { name: name.to_owned(), paste: case.scenario.paste(), case }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/examples"))
}
