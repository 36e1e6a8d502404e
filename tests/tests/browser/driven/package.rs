//! The samples of the npm package, as a server of its folder shows them.

use super::figure::{ask, until};
use crate::chromium::{DESK, drive_from_nothing};
use crate::reader::Reader;
use anyhow::{Result, ensure};
use std::path::Path;

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_samples_play_and_can_be_changed() -> Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/npm");
    if !package.join("package.json").is_file() {
        chainwalk_tests::skipped("`cargo xtask npm` makes the package");
        return Ok(());
    }
    drive_from_nothing(DESK, async |page| {
        page.site.mount("npm/", package.clone());
        let changes = async |page: &crate::chromium::Page| {
            until(page, "it is there", "return says(0).includes('No route to host')").await?;
            ask(page, "figures()[0].change()").await?;
            until(page, "the engine is there", "return part(0, '.field') !== null").await?;
            ask(
                page,
                "const field = part(0, '.field'); field.value = 'ping 127.0.0.1';
                 field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))",
            )
            .await?;
            until(
                page,
                "another packet",
                "return !says(0).includes('No route to host') && part(0, '.field') !== null",
            )
            .await
        };
        for name in ["plain", "strict"] {
            page.goto(&format!("npm/samples/{name}.html")).await?;
            changes(page).await?;
        }
        page.goto("npm/samples/sandbox.html").await?;
        page.in_frame(0, changes).await?;
        // What the types name is there.
        page.goto("npm/samples/plain.html").await?;
        until(page, "it is there", "return says(0).includes('No route to host')").await?;
        let names = std::fs::read_to_string(package.join("chain-walk.d.ts"))?;
        let names: Vec<&str> = names
            .lines()
            .take_while(|line| *line != "}")
            .filter_map(|line| line.trim().trim_start_matches("readonly ").split([':', '(']).next())
            .filter(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric))
            .collect();
        ensure!(names.len() >= 12, "{names:?}");
        for name in names {
            ensure!(
                ask(page, &format!("return '{name}' in figures()[0]")).await?,
                "there is no {name}"
            );
        }
        // The player plays and loads no engine.
        let body = "<!doctype html><html lang=en><meta charset=utf-8><title>P</title><link rel=icon href='data:,'><script type=module src=/npm/player.js></script>
            <chain-walk src=/npm/samples/nodeport.walk.json loading=eager></chain-walk>";
        page.site.put("player.html", "", body);
        page.goto("player.html").await?;
        until(page, "it plays", "figures()[0]?.play?.(); return figures()[0].playing").await?;
        ensure!(ask(page, "return part(0, '.push') === null && part(0, '.open') !== null").await?);
        Ok(())
    })
}
