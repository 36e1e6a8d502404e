//! The one file of the page that others wrote: `CodeMirror`, bundled from the versions that its lock file pins.
//!
//! The bundle is kept in the repository, so that nothing is fetched while the page is built.

use crate::workspace::Workspace;
use anyhow::Result;
use xshell::cmd;

/// Fetches what `web/editor/package-lock.json` names and writes `web/editor/codemirror.js`.
pub(crate) fn bundle(house: &Workspace) -> Result<()> {
    let source = house.root.join("web/editor");
    let work = house.target.join("editor");
    let sh = &house.sh;
    sh.create_dir(&work)?;
    for file in ["package.json", "package-lock.json", "parts.js"] {
        sh.copy_file(source.join(file), work.join(file))?;
    }
    let out = source.join("codemirror.js");
    let _there = sh.push_dir(&work);
    cmd!(sh, "npm ci --no-audit --no-fund --loglevel=error").run()?;
    cmd!(sh, "node_modules/.bin/esbuild parts.js --bundle --minify --format=esm --legal-comments=none --outfile={out}")
        .run()?;
    Ok(())
}
