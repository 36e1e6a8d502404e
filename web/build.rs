//! Lists the files of `examples/`, so that adding a file adds an example.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=examples");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("examples");
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<io::Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    let list: Vec<String> = files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            format!("({name:?}, include_str!({:?}))", path.to_string_lossy())
        })
        .collect();
    let out = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("examples.rs");
    fs::write(out, format!("&[{}]", list.join(", ")))
}
