//! Sites as generators make them, with a fence that becomes a figure: built for the browser tests, and their pages recorded for
//! where a generator is missing. mdBook also builds a site whose figures our own preprocessor drew.

use crate::workspace::Workspace;
use crate::{embed, tools};
use anyhow::{Context, Result};
use std::path::Path;
use xshell::cmd;

/// The case in the fences.
const CASE: &str = "web/examples/06-drop-or-reject.txt";

/// A generator.
struct Generator {
    /// Its name: that of its folder in `tests/generators`, and of its page there.
    name: &'static str,
    /// What prints its version.
    version: (&'static str, &'static [&'static str]),
    /// Where its source wants the page, and what stands above it there.
    page: (&'static str, &'static str),
    /// Where its source wants the script.
    script: &'static str,
    /// What builds it in its source; the folder to build into comes last.
    build: (&'static str, &'static [&'static str]),
}

/// The folder of the site whose figures the preprocessor drew.
const DRAWN: &str = "mdbook-drawn";

const FRONT: &str = "---\nlayout: default\ntitle: A page\n---\n";

const GENERATORS: [Generator; 6] = [
    Generator {
        name: "mkdocs",
        version: ("mkdocs", &["--version"]),
        page: ("docs/index.md", ""),
        script: "docs",
        build: ("mkdocs", &["build", "--quiet", "--site-dir"]),
    },
    Generator {
        name: "material",
        version: ("pip", &["show", "mkdocs-material"]),
        page: ("docs/index.md", ""),
        script: "docs",
        build: ("mkdocs", &["build", "--quiet", "--site-dir"]),
    },
    Generator {
        name: "mdbook",
        version: ("mdbook", &["--version"]),
        page: ("src/index.md", ""),
        script: "",
        build: ("mdbook", &["build", "--dest-dir"]),
    },
    Generator {
        name: "hugo",
        version: ("hugo", &["version"]),
        page: ("content/_index.md", FRONT),
        script: "static",
        build: ("hugo", &["--quiet", "--destination"]),
    },
    Generator {
        name: "jekyll",
        version: ("jekyll", &["--version"]),
        page: ("index.md", FRONT),
        script: "",
        build: ("jekyll", &["build", "--quiet", "--destination"]),
    },
    Generator {
        name: "sphinx",
        version: ("sphinx-build", &["--version"]),
        page: ("index.rst", ""),
        script: "_static",
        build: ("sphinx-build", &["-q", "-b", "html", "."]),
    },
];

/// Builds every site into `target/generators`, and records its page in `tests/generators`.
pub(crate) fn build(house: &Workspace) -> Result<()> {
    tools::ensure(house, tools::TO_GENERATE)?;
    embed::gather(house)?;
    let sh = &house.sh;
    let sources = house.root.join("tests/generators");
    let case = sh.read_file(house.root.join(CASE))?;
    for generator in GENERATORS {
        let Generator { name, version: (teller, telling), page: (page, front), .. } = generator;
        let Generator { script, build: (builder, building), .. } = generator;
        let work = house.root.join("target/generators-of").join(name);
        let out = house.root.join("target/generators").join(name);
        sh.remove_path(&work)?;
        sh.remove_path(&out)?;
        copy(house, &sources.join(name), &work)?;
        let text = if Path::new(page).extension() == Some("rst".as_ref()) {
            let lines = case.lines().map(|line| format!("   {line}\n"));
            sh.read_file(sources.join("page.rst"))?
                .replace("CASE\n", &(lines.collect::<String>() + "\n"))
        } else {
            sh.read_file(sources.join("page.md"))?.replace("CASE", &case)
        };
        sh.write_file(work.join(page), [front, text.as_str()].concat())?;
        let script = work.join(script).join("chain-walk.js");
        sh.write_file(&script, sh.read_file(house.root.join("target/chain-walk.js"))?)?;
        let inside = sh.push_dir(&work);
        cmd!(sh, "{builder} {building...} {out}").env("NO_MKDOCS_2_WARNING", "1").quiet().run()?;
        if name == "mdbook" {
            let drawn = house.root.join("target/generators").join(DRAWN);
            sh.remove_path(&drawn)?;
            let manifest = house.root.join("Cargo.toml");
            // mdBook takes settings from the environment, too.
            let command = format!(
                "cargo run --quiet --manifest-path {} -p chainwalk-cli -- mdbook",
                manifest.display()
            );
            cmd!(sh, "{builder} {building...} {drawn}")
                .env("MDBOOK_PREPROCESSOR__CHAINWALK__COMMAND", command)
                .quiet()
                .run()?;
        }
        let told = cmd!(sh, "{teller} {telling...}").quiet().ignore_stderr().read()?;
        drop(inside);
        // What installed it may say first where it lies.
        let says =
            |line: &&str| line.contains(|c: char| c.is_ascii_digit()) && !line.contains(" at /");
        let said = told.lines().find(says);
        let made = sh.read_file(out.join("index.html"))?;
        let page = recorded(&made, name, said.unwrap_or_default());
        sh.write_file(sources.join(name).with_extension("html"), page)?;
        println!("built: {name}");
    }
    Ok(())
}

fn copy(house: &Workspace, from: &Path, to: &Path) -> Result<()> {
    let sh = &house.sh;
    sh.create_dir(to)?;
    for path in sh.read_dir(from)? {
        let name = path.file_name().context("an entry has a name")?;
        if path.is_dir() {
            copy(house, &path, &to.join(name))?;
        } else {
            sh.copy_file(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// A page without what it loads and runs: its text as the generator printed it, and who that was.
fn recorded(page: &str, name: &str, version: &str) -> String {
    let mut page = page.to_owned();
    for (open, shut) in [("<script", "</script>"), ("<style", "</style>"), ("<link", ">")] {
        while let Some(from) = page.find(open) {
            let end = page[from..].find(shut).map_or(page.len(), |n| from + n + shut.len());
            page.replace_range(from..end, "");
        }
    }
    // When it was built is of no use, and would make each build another page.
    let lines = page.lines().filter(|line| !line.starts_with("Build Date"));
    let lines = lines.map(str::trim_end).collect::<Vec<_>>().join("\n");
    // Of the paths of this machine nothing stays.
    let version = version.split(" from ").next().unwrap_or_default();
    format!(
        "<!-- Made by {name} ({version}); its scripts and style sheets are taken out. -->\n{lines}\n"
    )
}
