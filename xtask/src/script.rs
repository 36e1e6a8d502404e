//! One script of several: modules that import each other become a script that runs as a module and as a classic one.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// What ends the script where another of its kind was there before.
const ONCE: &str = "if (customElements.get(\"chain-walk\")) return;";

/// Joins a module and what it imports, each part before those that import it, in one scope. What `put` names is put into
/// its places; remarks go, but for the first module's own.
pub(crate) fn join(entry: &Path, put: &[(&str, &str)]) -> Result<String> {
    let mut parts = Parts::default();
    parts.add(entry)?;
    let own = fs::read_to_string(entry)?;
    let head: String =
        own.lines().take_while(|l| l.starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    let mut body = without_remarks(&parts.text);
    for (place, text) in put {
        ensure!(body.contains(place), "no place for {place}");
        ensure!(!text.contains(['`', '\\', '$']), "{place} can't stand in a script as it is");
        body = body.replacen(place, text, 1);
    }
    Ok([&head, "(() => {\n\"use strict\";\n", ONCE, "\n", &body, "})();\n"].concat())
}

/// Modules that were joined, and their text.
#[derive(Default)]
struct Parts {
    seen: Vec<PathBuf>,
    text: String,
}

impl Parts {
    fn add(&mut self, file: &Path) -> Result<()> {
        let file = file.canonicalize().with_context(|| file.display().to_string())?;
        if self.seen.contains(&file) {
            return Ok(());
        }
        self.seen.push(file.clone());
        let mut own = String::new();
        for line in fs::read_to_string(&file)?.lines() {
            if line.starts_with("import ") {
                let from = imported(line);
                let from = from.with_context(|| format!("{}: {line}", file.display()))?;
                self.add(&file.with_file_name("").join(from))?;
            } else {
                let line = line.strip_prefix("export ").unwrap_or(line);
                // Names of all parts stand in one scope under the names that they have.
                ensure!(!line.starts_with(['{', '*']), "{}: {line}", file.display());
                own.extend([line, "\n"]);
            }
        }
        self.text += &own;
        Ok(())
    }
}

/// The file of `import { A, B } from "./FILE.js";`, the one form of it that can be joined.
fn imported(line: &str) -> Option<&str> {
    let (names, from) = line.strip_prefix("import { ")?.split_once(" } from \"./")?;
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    names.split(", ").all(plain).then(|| from.strip_suffix("\";")).flatten()
}

/// A script without the lines that only its readers need.
fn without_remarks(script: &str) -> String {
    let remark = |line: &&str| {
        line.starts_with("// ")
            || *line == "//"
            || line.starts_with("/** ") && line.ends_with("*/")
            || line.is_empty()
    };
    let lines = script.lines().map(str::trim_start).filter(|line| !remark(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A sheet in as few letters as a script should hold: a line for each rule.
pub(crate) fn squeezed(sheet: &str) -> String {
    let mut out = String::new();
    for line in sheet.lines().map(str::trim) {
        if line.is_empty() || line.starts_with("/*") && line.ends_with("*/") {
            continue;
        }
        let line = line.replace(" {", "{").replace(": ", ":").replace(", ", ",").replace(" !", "!");
        if line.starts_with('}') {
            out.truncate(out.trim_end_matches(';').len());
        }
        out += &line;
        if line.starts_with('}') || line.starts_with('@') {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{imported, join, squeezed};
    use anyhow::Result;
    use std::fs;

    #[test]
    fn what_is_imported_stands_once_and_before_who_imports_it() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("chainwalk-join-{}", std::process::id()));
        fs::create_dir_all(folder.join("parts"))?;
        let write = |name: &str, text: &str| fs::write(folder.join(name), text);
        write(
            "all.js",
            "// Head.\n\nimport { b } from \"./parts/b.js\";\nimport { c } from \"./parts/c.js\";\n\nb(c);\n",
        )?;
        write(
            "parts/b.js",
            "// B.\nimport { c } from \"./c.js\";\n\n/** Doubles. */\nexport const b = (n) => {\n  return n + c;\n};\n",
        )?;
        write("parts/c.js", "export const c = `/*c*/`;\n")?;
        let joined = join(&folder.join("all.js"), &[("/*c*/", "see")]);
        fs::remove_dir_all(&folder)?;
        let expect = "// Head.\n(() => {\n\"use strict\";\nif (customElements.get(\"chain-walk\")) return;\n\
            const c = `see`;\nconst b = (n) => {\nreturn n + c;\n};\nb(c);\n})();\n";
        assert_eq!(joined?, expect);
        Ok(())
    }

    #[test]
    fn only_plain_names_are_imported() {
        assert_eq!(imported("import { a, b } from \"./x/y.js\";"), Some("x/y.js"));
        for line in [
            "import x from \"./y.js\";",
            "import { a as b } from \"./y.js\";",
            "import { a } from \"y\";",
        ] {
            assert_eq!(imported(line), None, "{line}");
        }
    }

    #[test]
    fn a_sheet_is_squeezed_and_says_the_same() {
        let sheet = "/* Why. */\n\n.a,\n.b > c {\n  font: 1px/2 \"A B\", serif;\n  color: red !important;\n}\n\n@media print {\n  d {\n    top: 0;\n  }\n}\n";
        let expect =
            ".a,.b > c{font:1px/2 \"A B\",serif;color:red!important}\n@media print{\nd{top:0}\n}\n";
        assert_eq!(squeezed(sheet), expect);
    }
}
