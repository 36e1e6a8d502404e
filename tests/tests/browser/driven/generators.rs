//! Fences in what generators make of them: each generator's own page, with its scripts and styles where it was built here
//! (`cargo xtask generators`), else as it was recorded.

use super::figure::{SIXTH, ask, page_of, until};
use crate::chromium::{DESK, drive_from_nothing};
use crate::reader::Reader;
use anyhow::{Context, Result, ensure};
use chainwalk::Case;
use chainwalk_take::fence;
use std::fs;
use std::path::{Path, PathBuf};

/// Those whose pages are recorded in `tests/generators`.
const GENERATORS: [&str; 6] = ["mkdocs", "material", "mdbook", "hugo", "jekyll", "sphinx"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What must hold of a page that shows one figure for a fence, and leaves what was switched off alone.
async fn holds(page: &impl Reader, name: &str) -> Result<()> {
    // It loads once it is seen, and a page without its generator's styles may be long.
    let seen =
        "figures()[0]?.scrollIntoView({ block: 'center' }); return says(0).includes('nc hangs')";
    until(page, name, seen).await?;
    ensure!(ask(page, "return figures().length === 1").await?, "{name}: more than one");
    ensure!(
        ask(page, "return figures()[0].text.includes('tcp dpt:8081\\n')").await?,
        "{name}: other rules"
    );
    let before =
        "const fold = document.querySelector('.chainwalk-fold'), block = fold.nextElementSibling;";
    ensure!(
        ask(
            page,
            &format!(
                "{before} return !block.checkVisibility() && block.textContent.includes('dpt:8081')"
            )
        )
        .await?,
        "{name}: the block is not folded"
    );
    ask(page, "document.querySelector('.chainwalk-fold').click()").await?;
    ensure!(
        ask(page, &format!("{before} return block.checkVisibility() && fold.previousElementSibling === figures()[0]")).await?,
        "{name}: the block is gone"
    );
    ensure!(
        ask(page, "return [...document.querySelectorAll('pre')].filter(p => p.textContent.includes('dpt:8081')).length === 2").await?,
        "{name}: the block that was switched off is gone"
    );
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn fences_become_figures_in_the_recorded_page_of_each_generator() -> Result<()> {
    drive_from_nothing(DESK, becomes_figures)
}

/// The recorded page of each generator.
pub(super) async fn becomes_figures(page: &impl Reader) -> Result<()> {
    for name in GENERATORS {
        let file = root().join("tests/generators").join(name).with_extension("html");
        let made = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        // Made by it, or by hand after what it prints.
        let first = made.lines().next().unwrap_or_default();
        ensure!(first.starts_with("<!-- ") && first.contains(name), "{name}: by whom?");
        let head =
            "<link rel=\"icon\" href=\"data:,\"><script src=\"/chain-walk.js\"></script></head>";
        page.site().put("recorded/index.html", "", &made.replacen("</head>", head, 1));
        page.goto("recorded/index.html").await?;
        holds(page, name).await?;
    }
    // As this program writes it.
    let (case, _) = Case::headed(SIXTH).context("no case")?;
    ensure!(fence(&case.write()).starts_with("```chainwalk\nchainwalk: 1\n"));
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn fences_become_figures_in_the_sites_that_generators_built_here() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        becomes_figures_in_whole_sites(page).await?;
        // The scripts of the themes have errors of their own.
        page.forgive().await
    })
}

/// The sites that generators built here.
pub(super) async fn becomes_figures_in_whole_sites(page: &impl Reader) -> Result<()> {
    let built = root().join("target/generators");
    let there: Vec<&str> = GENERATORS
        .into_iter()
        .filter(|name| built.join(name).join("index.html").is_file())
        .collect();
    if there.is_empty() {
        chainwalk_tests::skipped("`cargo xtask generators` builds the sites");
        return Ok(());
    }
    for name in &there {
        // The generator's scripts run, and so does the element as it is built now; the engine is that of the page, and
        // stands beside the element's script.
        let own = built.join(name).join("_static/chain-walk.js");
        let folder = if own.is_file() { "_static/engine/" } else { "engine/" };
        page.site().mount(&format!("{name}/{folder}"), crate::chromium::dist()?.join("engine"));
        page.site().mount(&format!("{name}/"), built.join(name));
        page.goto(&format!("{name}/index.html")).await?;
        holds(page, name).await?;
        page.picture(&["generator-", name].concat()).await?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn what_the_preprocessor_drew_plays_without_an_engine() -> Result<()> {
    let built = root().join("target/generators/mdbook-drawn");
    if !built.join("index.html").is_file() {
        chainwalk_tests::skipped("`cargo xtask generators` builds the sites");
        return Ok(());
    }
    drive_from_nothing(DESK, async |page| {
        // There is no engine beside it.
        page.site.mount("mdbook-drawn/", built.clone());
        page.goto("mdbook-drawn/index.html").await?;
        let seen = "figures()[0]?.scrollIntoView({ block: 'center' }); return says(0).includes('nc hangs')";
        until(page, "mdbook-drawn", seen).await?;
        let one = "return figures().length === 1 && !document.querySelector('.chainwalk-fold') && figures()[0].stops > 3";
        ensure!(ask(page, one).await?, "it is no figure of its own");
        ask(page, "figures()[0].go(3)").await?;
        ensure!(ask(page, "return figures()[0].stop === 3").await?, "it does not step");
        let off = "return [...document.querySelectorAll('pre')].filter(p => p.textContent.includes('dpt:8081')).length === 1";
        ensure!(ask(page, off).await?, "the block that was switched off is gone");
        Ok(())
    })
}

/// After what Docusaurus prints, written by hand: a line each in an element, with a break at its end.
#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_fence_of_lines_that_are_elements_becomes_a_figure() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        let escaped = SIXTH.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let lines: String = escaped
            .lines()
            .flat_map(|line| ["<span class=\"token-line\">", line, "<br></span>"])
            .collect();
        let body = format!(
            "<article><div class=\"language-chainwalk codeBlockContainer_x theme-code-block\"><div class=\"codeBlockContent_x\">\
             <pre class=\"prism-code language-chainwalk\"><code>{lines}</code></pre></div></div>\
             <!-- chainwalk: off --><pre><code>{escaped}</code></pre></article>"
        );
        page.site.put("post.html", "", &page_of(&body));
        page.goto("post.html").await?;
        holds(page, "docusaurus").await
    })
}
