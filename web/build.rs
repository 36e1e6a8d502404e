//! Lists the files of `examples/` with their texts, and those of the lessons by their names: adding a file adds one.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=examples");
    println!("cargo::rerun-if-changed=../lessons");
    let house = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let examples = files(&house.join("examples"), ".txt")?.into_iter().map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        format!("({name:?}, include_str!({:?}))", path.to_string_lossy())
    });
    fs::write(out.join("examples.rs"), list(examples))?;
    // The page asks for their texts when they are wanted.
    let lessons = files(&house.join("../lessons"), ".lesson.txt")?;
    let names = lessons.iter().filter_map(|path| path.file_name());
    fs::write(
        out.join("lessons.rs"),
        list(names.map(|name| format!("{:?}", name.to_string_lossy()))),
    )
}

/// The files of a folder whose names end so, in the order of their names.
fn files(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<io::Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    files.sort();
    Ok(files)
}

fn list(all: impl Iterator<Item = String>) -> String {
    format!("&[{}]", all.collect::<Vec<_>>().join(", "))
}
