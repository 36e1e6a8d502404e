//! Input methods and the letters that are also keys of the page: what is written is text and nothing else.

use crate::chromium::{DESK, Look, drive};
use anyhow::{Result, ensure};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn what_is_composed_is_written_and_presses_no_key_of_the_page() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.ask("if (at('play').getAttribute('aria-pressed') === 'true') at('play').click()")
            .await?;
        page.key("Home").await?;
        let rests = "at('play').getAttribute('aria-pressed') === 'false'
            && at('help') === null && at('loop').getAttribute('aria-pressed') === 'false'";
        let begins = format!("return position().startsWith('Step 1 ') && {rests}");
        page.until("it rests", &begins).await?;

        page.ask("pasted().focus(); pasted().select()").await?;
        page.press("ArrowLeft").await?;
        page.compose(&["n", "ni", "ni h", "ni hao"], "你好").await?;
        page.until("it is in the paste", "return pasted().value.startsWith('你好')").await?;
        page.type_in(" /?fl0 ").await?;
        page.until("so are letters", "return pasted().value.startsWith('你好 /?fl0 ')").await?;
        ensure!(page.ask("return document.activeElement === at('paste')").await? == true);
        ensure!(
            page.ask(&format!("return {rests}")).await? == true,
            "no key of the page was pressed"
        );
        page.chord("z", true).await?;
        page.until("it is taken back", "return !pasted().value.includes('fl0')").await?;

        page.key("/").await?;
        page.chord("a", true).await?;
        page.compose(&["z", "zh", "zhong"], "中").await?;
        page.until("it is in the field", "return at('packet').value === '中'").await?;
        page.until(
            "which says that it is no packet",
            "return at('packet').getAttribute('aria-invalid') === 'true' && at('packet').value === '中'",
        )
        .await?;
        // A letter that is still composed is not sent by the key that ends it.
        page.chord("a", true).await?;
        page.compose(&["c", "cu"], "curl").await?;
        page.type_in(" 172.17.0.2:22 / ?").await?;
        page.until("letters too", "return at('packet').value === 'curl 172.17.0.2:22 / ?'").await?;
        ensure!(
            page.ask(&format!("return {rests}")).await? == true,
            "no key of the page was pressed"
        );
        ensure!(page.banner().await?.contains("FORWARD rule 6"), "nothing was sent");
        Ok(())
    })
}
