//! The style sheet: written in parts, given to the page as one file, since a browser paints nothing before it
//! has every sheet that it was told of.

use crate::workspace::Workspace;
use anyhow::Result;

/// Writes `target/style.css`, which is `web/style.css` with each part in the place of its `@import`.
pub(crate) fn gather(house: &Workspace) -> Result<()> {
    let (sh, web) = (&house.sh, house.root.join("web"));
    let mut sheet = String::new();
    for line in sh.read_file(web.join("style.css"))?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(part) => sheet.push_str(&sh.read_file(web.join(part))?),
            None => sheet.push_str(line),
        }
        sheet.push('\n');
    }
    // Where index.html looks for it, wherever cargo builds into.
    sh.write_file(house.root.join("target/style.css"), sheet)?;
    Ok(())
}
